"""What every recipe has, whatever it trains: its length, its ticks, its moving average."""

from typing import Literal

import pydantic
from pydantic import Field


class Strict(pydantic.BaseModel):
    """A table that takes no key it does not know."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Average(Strict):
    """Moving average of the network that is shown: half-life in kimg, never above `ramp` of the images seen so far."""

    half_life_kimg: float = Field(10.0, gt=0)
    ramp: float = Field(0.05, gt=0)

    def keep(self, images: int, batch: float) -> float:
        """Share of the old average that one step of `batch` images keeps; 0 at the start."""
        half_life = min(self.half_life_kimg * 1000, self.ramp * images)
        return 0.5 ** (batch / half_life) if half_life > 0 else 0.0


class Tick(Strict):
    """How often the run looks up: events, sample picture and checkpoint each tick; the metric every so many ticks."""

    iterations: int = Field(200, ge=1)
    metric_every: int = Field(4, ge=0)  # ticks; 0 is never
    metric_pictures: int = Field(400, ge=4)  # fakes and reals; a detector is measured on all of its validation photos
    keep_every: int = Field(0, ge=0)  # iterations; checkpoints at multiples of it are never thinned. 0 is none


class Recipe(Strict):
    """A training. `images` counts pictures shown to the network, the discriminator's reals for a GAN."""

    name: str = ""
    seed: int = Field(0, ge=0)
    images: int = Field(gt=0)
    batch: int = Field(ge=1)
    start_iteration: int = Field(0, ge=0)  # iterations are counted from here
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 where the hardware has it
    deterministic: bool = True  # equal runs are equal to the bit on a CPU; false is faster there for small networks
    shard_mib: int = Field(64, ge=1)  # size of a checkpoint's files
    average: Average = Average()
    tick: Tick = Tick()
