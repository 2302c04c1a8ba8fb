"""Recipes: every number of a training, one TOML file a recipe, checked before anything is built."""

import tomllib
from pathlib import Path
from typing import Any, Literal

import pydantic
from pydantic import Field

from utils import toml
from utils.errors import RecipeError

FOLDER = Path(__file__).parent / "recipes"


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Data(_Strict):
    """What is trained on. `source` is set by --data; the rest belongs to the recipe."""

    source: str = ""
    resolution: Literal[32, 64, 128, 256] = 64
    flip: bool = True  # mirror half of the pictures, by chance


class Networks(_Strict):
    """A family and the arguments of its builders."""

    family: str
    generator: dict[str, Any] = {}
    discriminator: dict[str, Any] = {}


class Loss(_Strict):
    """A pair of losses of training/losses.py, and lazy R1 on top of it (Mescheder et al. 2018; 0 is off)."""

    name: str
    r1_gamma: float = Field(0.0, ge=0)
    r1_every: int = Field(16, ge=1)  # iterations


class Adam(_Strict):
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


class Average(_Strict):
    """Moving average of the generator: half-life in kimg, never above `ramp` of the images seen so far."""

    half_life_kimg: float = Field(10.0, gt=0)
    ramp: float = Field(0.05, gt=0)

    def keep(self, images: int, batch: float) -> float:
        """Share of the old average that one step of `batch` images keeps; 0 at the start."""
        half_life = min(self.half_life_kimg * 1000, self.ramp * images)
        return 0.5 ** (batch / half_life) if half_life > 0 else 0.0


class Tick(_Strict):
    """How often the run looks up: events, sample picture and checkpoint each tick; the metric every so many ticks."""

    iterations: int = Field(200, ge=1)
    metric_every: int = Field(4, ge=0)  # ticks; 0 is never
    metric_pictures: int = Field(400, ge=4)


class Sheet(_Strict):
    """The guide's sheet: five fakes over five reals with the discriminator's score over each. 0 is never."""

    every_iterations: int = Field(0, ge=0)


class Recipe(_Strict):
    """A GAN's training. `images` counts reals shown to the discriminator."""

    name: str = ""
    task: Literal["gan"] = "gan"
    seed: int = Field(0, ge=0)
    images: int = Field(gt=0)
    batch: int = Field(ge=2)
    start_iteration: int = Field(0, ge=0)  # iterations are counted from here
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 where the hardware has it
    deterministic: bool = True  # equal runs are equal to the bit on a CPU; false is faster there for small networks
    discriminator_updates: int = Field(1, ge=1)  # an iteration
    generator_updates: int = Field(1, ge=1)
    shard_mib: int = Field(64, ge=1)  # size of a checkpoint's files
    data: Data = Data()
    networks: Networks
    loss: Loss
    generator_optimiser: Adam
    discriminator_optimiser: Adam
    average: Average = Average()
    tick: Tick = Tick()
    sheet: Sheet = Sheet()


def names() -> list[str]:
    """Names of the recipes that come with Visage."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name_or_path: str, settings: list[str] = ()) -> Recipe:
    """The recipe of that name (or TOML file) with `key=value` settings laid over it.

    Keys are dotted (`tick.iterations=50`), values as TOML writes them; plain words need no quotes.

    Raises:
        RecipeError: unknown recipe, key or value; the sentence names it.
    """
    path = Path(name_or_path) if name_or_path.endswith(".toml") else FOLDER / f"{name_or_path}.toml"
    if not path.is_file():
        raise RecipeError(f"There is no recipe `{name_or_path}`. Known: {', '.join(names())}; or give a .toml file.")
    try:
        table = {"name": path.stem, **tomllib.loads(path.read_text())}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"`{path.name}` is not a TOML file that can be read: {error}.") from None
    for setting in settings:
        _lay(table, setting)
    return check(table)


def check(table: dict) -> Recipe:
    """The table as a recipe, or a RecipeError naming the first wrong key."""
    try:
        return Recipe.model_validate(table)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise RecipeError(f"The recipe has no setting `{key}`. See training/recipe.py for all of them.") from None
        raise RecipeError(f"`{key}` is wrong: {first['msg']}. Received: {first['input']!r}.") from None


def _lay(table, setting):
    key, equals, text = setting.partition("=")
    if not equals:
        raise RecipeError(f"`--set {setting}` is not of the form key=value.")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *folders, last = key.strip().split(".")
    for folder in folders:
        table = table.setdefault(folder, {})
        if not isinstance(table, dict):
            raise RecipeError(f"`{key}` is not a setting: `{folder}` holds a value, not a table.")
    table[last] = value


def dumps(recipe: Recipe) -> str:
    """The whole recipe as TOML, defaults included: a run can be repeated from this text alone."""
    return toml.dumps(recipe.model_dump())
