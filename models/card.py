"""What `model.toml` says of a model, and whether its files are the ones that were published.

weights/<name>/  or  VISAGE_HOME/models/<name>/
    model.toml           what the model is, and the sums of its files
    weights.safetensors  directions.npz  encoder.safetensors  aligner.safetensors  (a detector: its .cfg)
    README.md  LICENCE  samples.webp   (card, terms, pictures: where there are any)
    presets.toml         starting points chosen by hand, where there are any
"""

import tomllib
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pydantic

from models import directions as found
from models.letterbox import MODES
from utils.errors import ModelError
from utils.files import sha256
from utils.home import home

CARD = "model.toml"
PRESETS = "presets.toml"
WEIGHTS = "weights.safetensors"
ENCODER, ALIGNER = "encoder.safetensors", "aligner.safetensors"  # where the search for a photo's face begins
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
PathPart = Annotated[str, pydantic.Field(pattern=f"^{NAME}$")]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Preset(NamedTuple):
    """A face to start from: its name in words, and its settings as an address spells them (without the model)."""

    name: str
    query: dict[str, str]


class FileFacts(_Strict):
    """What a file must be: its size in bytes and its SHA-256; and from where it may be fetched if it lies elsewhere."""

    bytes: int = pydantic.Field(ge=0)
    sha256: str = pydantic.Field(pattern="^[0-9a-f]{64}$")
    addresses: tuple[Annotated[str, pydantic.Field(pattern="^https?://[^/]+/")], ...] | None = None


class DetectorArguments(_Strict):
    """What a detector's card says of its network.

    Attributes:
        cfg: the file in the model's folder that is the architecture.
        size: width and height of the network's input, in pixels.
        resize: how a picture comes there, `letterbox` or `stretch`.
        classes: names, in the order of the network's.
        groups: what pages show by default: a group's name, and the classes it joins; none for the classes themselves.
    """

    cfg: PathPart
    size: int = pydantic.Field(ge=32, multiple_of=32)
    resize: Literal[MODES]
    classes: tuple[str, ...] = pydantic.Field(min_length=1)
    groups: dict[str, tuple[str, ...]] = {}

    @pydantic.model_validator(mode="after")
    def _consistent(self):
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("`classes` names one class twice")
        for group, names in self.groups.items():
            for name in names:
                if name not in self.classes:
                    raise ValueError(f"`groups.{group}` names `{name}`, which is none of `classes`")
        return self


class ModelInfo(_Strict):
    """What `model.toml` says.

    Attributes:
        name: the folder's name, and the model's in links.
        version: of the weights; links carry it.
        task: `generate` or `detect`; what the model can do.
        family, arguments: its network, all arguments written out. A generator's have `latent` and `resolution`; a
            detector's are those of `DetectorArguments`, and its family is `darknet`.
        truncation: whether psi means anything to it.
        files: size, sum and perhaps addresses by name, for every file that is loaded.
        training, metrics: summaries; each metric names its protocol.
        licence, data_terms: in words.
        folder: where it was found; not part of the file.
    """

    name: PathPart
    title: str
    version: PathPart
    task: Literal["generate", "detect"] = "generate"
    family: str
    truncation: bool = True
    licence: str = ""
    data_terms: str = ""
    arguments: dict[str, Any]
    files: dict[PathPart, FileFacts]
    training: dict[str, Any] = {}
    metrics: dict[str, Any] = {}
    folder: Path = pydantic.Field(default=Path(), exclude=True)

    @pydantic.model_validator(mode="after")
    def _complete(self):
        if self.task == "detect":
            if self.family != "darknet":
                raise ValueError("`family` of a detector must be `darknet`")
            if self.detector.cfg not in self.files:
                raise ValueError(f"`files` must name `{self.detector.cfg}`, the cfg")
        for key in ("latent", "resolution") if self.task == "generate" else ():
            if type(self.arguments.get(key)) is not int or self.arguments[key] < 1:
                raise ValueError(f"`arguments.{key}` must be a whole number above 0")
        if WEIGHTS not in self.files:
            raise ValueError(f"`files` must name `{WEIGHTS}`")
        if found.FILE in self.files and self.files[found.FILE].addresses:
            raise ValueError(
                f"`{found.FILE}` must lie in the folder, without addresses: pages show its sliders at once"
            )
        return self

    def path(self, name: str) -> Path:
        """Where a file of the model is: in its folder; or in the cache, by its sum, where it has addresses instead."""
        here, facts = self.folder / name, self.files[name]
        return here if here.exists() or not facts.addresses else home() / "cache" / "weights" / facts.sha256

    @property
    def pixels(self) -> int:
        """Pixels on a side: of the pictures that it draws, or of the square that it looks at."""
        return self.arguments["size" if self.task == "detect" else "resolution"]

    @property
    def latent(self) -> int:
        """Length of z; 0 for a detector."""
        return self.arguments.get("latent", 0)

    @property
    def resolution(self) -> int:
        """Pixels on a side of what a generator draws."""
        return self.arguments["resolution"]

    @cached_property
    def detector(self) -> DetectorArguments:
        """A detector's arguments, checked."""
        return DetectorArguments.model_validate(self.arguments)

    @property
    def no_truncation(self) -> str:
        """Why psi has no say in this model; empty where it has."""
        return (
            "" if self.truncation else "its network brings every latent to one length, so nothing is left to truncate."
        )

    @cached_property
    def directions(self) -> found.Directions:
        """The model's directions; none where it has no file of them, or a damaged one (`verify` names that)."""
        if self.task == "detect":
            return found.none(0)
        if found.FILE in self.files:
            try:
                directions = found.load(self.folder / found.FILE)
                if directions.vectors.shape[1] == self.latent:
                    return directions
            except ModelError:
                pass
        return found.none(self.latent)

    @cached_property
    def presets(self) -> tuple[Preset, ...]:
        """The starting points in `presets.toml`, a `[[preset]]` with `name` and settings each; none where it is missing
        or spoiled."""
        try:
            tables = tomllib.loads((self.folder / PRESETS).read_text("utf-8"))["preset"]
            return tuple(
                Preset(table["name"], {key: str(value) for key, value in table.items() if key != "name"})
                for table in tables
            )
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError):
            return ()


def read_card(folder: Path) -> ModelInfo:
    """What the `model.toml` in a model's folder says.

    Raises: ModelError naming the folder and the first thing that is wrong in it.
    """
    try:
        stat = (folder / CARD).stat()
    except OSError:
        raise ModelError(f"`{folder}` is no model: it has no `{CARD}`. Name a model's folder.") from None
    return _read_card(folder, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _read_card(folder: Path, _changed: int, _bytes: int) -> ModelInfo:
    """Kept while the file is as it was: every frame of a live slider asks for it."""
    try:
        table = tomllib.loads((folder / CARD).read_text("utf-8"))
        info = ModelInfo.model_validate(table | {"folder": folder})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(
            f"The `{CARD}` of `{folder.name}` cannot be read: {error}. Repair it, or add the model again."
        ) from None
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "it"
        raise ModelError(f"The `{CARD}` of `{folder.name}` is wrong: `{key}`: {first['msg']}. Repair it.") from None
    if info.name != folder.name:
        raise ModelError(f"The model in `{folder.name}` calls itself `{info.name}`. Give folder and model one name.")
    return info


def verify(info: ModelInfo) -> list[str]:
    """A sentence for every file of the model that is missing or not the one that was published; empty when all is well."""
    sentences = []
    for name, facts in info.files.items():
        file = info.path(name)
        if not file.is_file() and facts.addresses:
            sentences.append(
                f"`{name}` of the model `{info.name}` lies elsewhere and is not here yet. "
                f"Fetch it: python cli.py weights fetch {info.name}."
            )
        elif not file.is_file():
            sentences.append(f"`{name}` of the model `{info.name}` is missing ({file}). Add the model again.")
        elif file.stat().st_size != facts.bytes or sha256(file) != facts.sha256:
            sentences.append(
                f"`{name}` of the model `{info.name}` is not the file that was published: its SHA-256 differs ({file}). "
                "Fetch that file again, or remove the model and add it anew."
            )
    return sentences
