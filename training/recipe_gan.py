"""The numbers of a GAN's training."""

from typing import Any, Literal

from pydantic import Field

from training.recipe_base import Recipe, Strict


class Data(Strict):
    """What is trained on. `source` is set by --data; the rest belongs to the recipe."""

    source: str = ""
    resolution: Literal[32, 64, 128, 256] = 64
    flip: bool = True  # mirror half of the pictures, by chance


class Networks(Strict):
    """A family and the arguments of its builders.

    Attributes:
        init: the weights that the training starts from: "RUN", a run's best, or "RUN@IMAGES".
    """

    init: str = ""
    family: str
    generator: dict[str, Any] = Field(default_factory=dict)
    discriminator: dict[str, Any] = Field(default_factory=dict)


class Loss(Strict):
    """A pair of losses of training/losses.py, and lazy R1 on top of it (Mescheder et al. 2018; 0 is off)."""

    name: str
    r1_gamma: float = Field(0.0, ge=0)
    r1_every: int = Field(16, ge=1)  # iterations


class Adam(Strict):
    """An Adam optimiser. The rate falls linearly to `final` of itself over the last `decay` of the images."""

    learning_rate: float = Field(gt=0)
    beta_1: float = Field(ge=0, lt=1)
    beta_2: float = Field(ge=0, lt=1)
    decay: float = Field(0.0, ge=0, le=1)
    final: float = Field(1.0, gt=0, le=1)

    def rate(self, progress: float) -> float:
        """Learning rate when `progress` (0 to 1) of the images have been seen."""
        if self.decay == 0:
            return self.learning_rate
        fallen = min(1.0, max(0.0, (progress - (1 - self.decay)) / self.decay))
        return self.learning_rate * (1 - fallen * (1 - self.final))


class Sheet(Strict):
    """The guide's sheet: five fakes over five reals with the discriminator's score over each. 0 is never."""

    every_iterations: int = Field(0, ge=0)


class GanRecipe(Recipe):
    """A GAN's training."""

    task: Literal["gan"] = "gan"
    batch: int = Field(ge=2)
    discriminator_updates: int = Field(1, ge=1)  # an iteration
    generator_updates: int = Field(1, ge=1)
    data: Data = Data()
    networks: Networks
    loss: Loss
    generator_optimiser: Adam
    discriminator_optimiser: Adam
    sheet: Sheet = Sheet()

    def resolution_at(self, images: int) -> int:
        """Pixels of what can be published after `images` images: this kind of network has one size."""
        return self.data.resolution
