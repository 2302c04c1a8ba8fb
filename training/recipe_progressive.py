"""The numbers of a training that grows: what a Progressive GAN sees at which resolution."""

from typing import Literal, NamedTuple

import pydantic
from pydantic import Field

from training.recipe_base import Recipe, Strict
from training.recipe_gan import Adam, Data, Networks


class GrowingData(Data):
    """`resolution` is the one it grows to."""

    resolution: Literal[8, 16, 32, 64, 128, 256, 512, 1024] = 128


class GrowingNetworks(Networks):
    """Arguments of the builders of models/networks/progressive.py."""

    family: Literal["progressive"] = "progressive"


class Stage(Strict):
    """One resolution."""

    share: float = Field(gt=0)  # of all images, relative to the other stages'
    fade: float = Field(0.5, ge=0, le=1)  # part of the stage's images over which it is faded in; 4 px has none
    batch: int = Field(0, ge=0)  # 0 is the recipe's


class GrowingLoss(Strict):
    """A pair of losses and what keeps the discriminator's slope in bounds.

    wasserstein: a gradient penalty at every step, and drift. non_saturating: R1 every so many steps, with
    gamma = r1 * resolution² / batch (Karras et al. 2020, appendix C), so that one number does for every stage.
    """

    name: Literal["wasserstein", "non_saturating"]
    gradient_penalty: float = Field(10.0, ge=0)
    drift: float = Field(0.001, ge=0)
    r1: float = Field(0.001, ge=0)
    r1_every: int = Field(16, ge=1)  # iterations


class GrowingAdam(Adam):
    """As `Adam`; `at_once` lets the rate fall to `final` in one step where the last `decay` of the images begins."""

    falls: Literal["linearly", "at_once"] = "linearly"

    def rate(self, progress: float) -> float:
        """Learning rate when `progress` (0 to 1) of the images have been seen."""
        if self.falls == "linearly":
            return super().rate(progress)
        return self.learning_rate * (self.final if progress >= 1 - self.decay else 1.0)


class Differentiable(Strict):
    """Changes that both players' pictures go through, reals and fakes alike (Zhao et al. 2020, "DiffAugment"); 0 is off."""

    from_px: int = Field(32, ge=4)  # smaller stages go without
    translation: float = Field(0.0, ge=0, le=0.5)  # shifts by up to this share of the side, the rest grey
    cutout: float = Field(0.0, ge=0, lt=1)  # a grey square of this share of the side
    brightness: float = Field(0.0, ge=0, le=1)  # half of what is added at most; black to white is 2
    saturation: float = Field(0.0, ge=0, le=1)  # colours times 1 - s to 1 + s
    contrast: float = Field(0.0, ge=0, lt=1)  # distance from the mean times 1 - c to 1 + c


class Place(NamedTuple):
    """Where a training stands: stage k at 4 * 2^k px, and how far it is faded in."""

    stage: int
    alpha: float
    batch: int

    @property
    def size(self) -> int:
        """Pixels on a side."""
        return 4 * 2**self.stage


class Span(NamedTuple):
    """A stage in images seen: from where to where, how long its layers are faded in, pictures in a step of it."""

    size: int
    begins: int
    ends: int
    fading: float
    batch: int


class ProgressiveRecipe(Recipe):
    """A Progressive GAN's training. `stages` by pixels; those beyond `data.resolution` are left out."""

    task: Literal["progressive"] = "progressive"
    batch: int = Field(ge=2)
    data: GrowingData = GrowingData()
    networks: GrowingNetworks = GrowingNetworks()
    loss: GrowingLoss
    generator_optimiser: GrowingAdam
    discriminator_optimiser: GrowingAdam
    augment: Differentiable = Differentiable()
    stages: dict[int, Stage]

    @pydantic.model_validator(mode="after")
    def _complete(self):
        for size in self._sizes():
            if size not in self.stages:
                raise ValueError(f"`stages.{size}` is missing: every size from 4 to {self.data.resolution} px has one")
            if self._batch(size) < 2:
                raise ValueError(f"`stages.{size}.batch` must be 2 or more, or 0 for the recipe's")
        return self

    def spans(self) -> list[Span]:
        """The stages in order. They are whole steps, so each begins at alpha 0; the first one is never faded in."""
        spans, begins = [], 0
        shares = {size: self.stages[size].share for size in self._sizes()}
        for size, share in shares.items():
            length, batch = self.images * share / sum(shares.values()), self._batch(size)
            ends = begins + max(1, round(length / batch)) * batch
            spans.append(Span(size, begins, ends, length * self.stages[size].fade if spans else 0.0, batch))
            begins = ends
        return spans

    def place(self, images: int) -> Place:
        """Where the step stands that is taken after `images` images."""
        spans = self.spans()
        stage = next((stage for stage, span in enumerate(spans) if images < span.ends), len(spans) - 1)
        span = spans[stage]
        return Place(stage, min(1.0, (images - span.begins) / span.fading) if span.fading else 1.0, span.batch)

    def resolution_at(self, images: int) -> int:
        """Pixels of the largest stage that is faded in, wholly, after `images` images: what can be published."""
        place = self.place(max(images - 1, 0))
        return place.size if place.alpha == 1 else place.size // 2

    def _sizes(self):
        return [4 * 2**k for k in range(self.data.resolution.bit_length() - 2)]

    def _batch(self, size):
        return self.stages[size].batch or self.batch
