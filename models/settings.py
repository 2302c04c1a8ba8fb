"""The settings of a face, and their one spelling in addresses, picture notes, shell flags and JSON."""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from utils.errors import LinkError

if TYPE_CHECKING:
    from models.card import ModelInfo

HIGHEST_SEED = 2**32 - 1
LATENT_LIMIT = 4.0
MOST_MIXED = 24  # seeds mixed in, one after the other
NEIGHBOURS = 24
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_SEED = re.compile(r"\d{1,10}", re.ASCII)
_LATENT = re.compile(r"z(\d{1,5})", re.ASCII)
_MIXED = re.compile(r"(\d{1,10}):(0?\.\d+|[01])", re.ASCII)
_FEW = 8  # sentences about one link; a page is no place for a thousand


@dataclass(frozen=True)
class FaceSettings:
    """Everything that decides a face.

    Numbers are kept to three decimals, sliders at 0 are left out, and both lists are sorted, so that settings that
    draw one face are equal and every spelling gives back exactly what went in.

    Attributes:
        model, version: whose face it is; without a version, whichever is installed.
        seed: 0 to 4294967295; the latent comes from it.
        psi: truncation, 0 (the mean face) to 1 (untouched).
        sliders: (direction's name, σ) pairs.
        latents: (index, value) pairs that replace single latent values, each in [-4, 4].
        mix: (seed, share) pairs, up to 24: other faces mixed in, one after the other, each by its share in [0, 1].
        locks: names of the sliders whose attribute stays as it is while others move.

    Raises: LinkError for a value outside these bounds.
    """

    model: str
    version: str | None = None
    seed: int = 0
    psi: float = field(default=1.0, metadata={"low": 0.0, "high": 1.0})
    sliders: tuple[tuple[str, float], ...] = ()
    latents: tuple[tuple[int, float], ...] = ()
    mix: tuple[tuple[int, float], ...] = ()
    locks: tuple[str, ...] = ()

    def __post_init__(self):
        mix = [(seed, _inside(share, 0, 1, "mix")) for seed, share in self.mix]
        for seed in (self.seed, *(seed for seed, _ in mix)):
            if type(seed) is not int or not 0 <= seed <= HIGHEST_SEED:
                raise LinkError(f"`seed` must be a whole number from 0 to {HIGHEST_SEED}. Received: {_shown(seed)}.")
        if len(mix) > MOST_MIXED:
            raise LinkError(f"`mix` takes up to {MOST_MIXED} seeds. Received: {len(mix)}.")
        sliders = {name: _three_decimals(value, name) for name, value in self.sliders}
        latents = {index: _three_decimals(value, f"z{index}") for index, value in self.latents}
        for spec in _bounded():
            low, high = spec.metadata["low"], spec.metadata["high"]
            object.__setattr__(self, spec.name, _inside(getattr(self, spec.name), low, high, spec.name))
        for index, value in latents.items():
            _inside(value, -LATENT_LIMIT, LATENT_LIMIT, f"z{index}")
        object.__setattr__(self, "sliders", tuple(sorted((name, value) for name, value in sliders.items() if value)))
        object.__setattr__(self, "latents", tuple(sorted(latents.items())))
        object.__setattr__(self, "mix", tuple((seed, share) for seed, share in mix if share))
        object.__setattr__(self, "locks", tuple(sorted(set(self.locks))))

    def to_query(self) -> dict[str, str]:
        """The settings as short texts for an address; what is as by default stays out, but for model, version, seed."""
        query = {"model": self.model, "version": self.version, "seed": str(self.seed)}
        query |= {spec.name: _text(getattr(self, spec.name)) for spec in _bounded() if self._differs(spec)}
        query |= {name: _text(value) for name, value in self.sliders}
        query |= {f"z{index}": _text(value) for index, value in self.latents}
        query |= {"mix": ",".join(f"{seed}:{_text(share)}" for seed, share in self.mix)} if self.mix else {}
        query |= {"lock": ",".join(self.locks)} if self.locks else {}
        return {name: text for name, text in query.items() if text is not None}

    def to_json(self) -> str:
        """The settings as one line of JSON, every field by its name: the note inside a PNG."""
        table = dataclasses.asdict(self)
        return json.dumps(table | {"sliders": dict(self.sliders), "latents": dict(self.latents)})

    @classmethod
    def from_json(cls, text: str) -> "FaceSettings":
        """The settings in a text that `to_json` made; fields that are missing are as by default.

        Whether the model has these sliders is for `read_query(settings.to_query(), info)` to say.

        Raises: LinkError for anything else.
        """
        try:
            table = json.loads(text)
            table["sliders"] = tuple(table.get("sliders", {}).items())
            table["latents"] = tuple((int(index), value) for index, value in table.get("latents", {}).items())
            table["mix"] = tuple((seed, share) for seed, share in table.get("mix", []))
            table["locks"] = tuple(table.get("locks", []))
            texts = all(isinstance(text, str) for text in (table["model"], *table["locks"]))
            if not texts or not isinstance(table.get("version"), str | None):
                raise TypeError("model, version and locks must be texts")
            return cls(**table)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise LinkError(
                "These settings cannot be read: they are no text that Visage wrote. Copy them again."
            ) from error

    def neighbours(self, spread: float) -> list["FaceSettings"]:
        """24 faces around this one: it, mixed with another seed each by `spread`; plain settings, so each has a link.

        The seeds follow its own, and go on where it is a neighbour itself, so that a second step leads elsewhere.

        Raises: LinkError for a spread outside [0, 1], or a face that is a mix of 24 already.
        """
        first = self.seed + 1 + NEIGHBOURS * len(self.mix)
        seeds = (seed % (HIGHEST_SEED + 1) for seed in range(first, first + NEIGHBOURS))
        return [dataclasses.replace(self, mix=(*self.mix, (seed, spread))) for seed in seeds]

    def _differs(self, spec: dataclasses.Field) -> bool:
        return getattr(self, spec.name) != spec.default


def read_query(query: Mapping[str, str], info: "ModelInfo") -> tuple[FaceSettings, list[str]]:
    """The settings in an address, for the model `info`, and a sentence for everything in it that was not taken as it is.

    Never an error: what is unknown or no number is left out, what goes too far stops at its bound, and another model or
    version than the one here is told.
    """
    told: list[str] = []
    values: dict = {"model": info.name, "version": info.version, "sliders": {}, "latents": {}}
    readers = dict((*_readers(info, values, told), *_list_readers(info, values, told)))
    for name, text in query.items():
        latent = _LATENT.fullmatch(name)
        if name in ("model", "version"):
            continue
        if latent and int(latent[1]) < info.latent:
            value = _bounded_number(name, text, -LATENT_LIMIT, LATENT_LIMIT, told)
            values["latents"] |= {} if value is None else {int(latent[1]): value}
        elif name in readers:
            readers[name](name, text)
        else:
            told.append(f"`{_shown(name)}` in the link is no setting of {info.title} and was left out.")
    told[:0] = _other_model(query, info)
    values |= {key: tuple(values[key].items()) for key in ("sliders", "latents")}
    return FaceSettings(**values), told if len(told) <= _FEW else [
        *told[:_FEW],
        f"And {len(told) - _FEW} more like these.",
    ]


def _readers(info: "ModelInfo", values: dict, told: list[str]) -> Iterator[tuple]:
    """(name, function that reads its text into `values`) for everything a link may set beside single latents."""

    def seed(name: str, text: str) -> None:
        if _SEED.fullmatch(str(text)) and int(text) <= HIGHEST_SEED:
            values[name] = int(text)
        else:
            told.append(
                f"`seed` must be a whole number from 0 to {HIGHEST_SEED}. Received: {_shown(text)}. Seed 0 is shown."
            )

    def number(into: dict, low: float, high: float, name: str, text: str) -> None:
        value = _bounded_number(name, text, low, high, told)
        into |= {} if value is None else {name: value}

    def nothing(name: str, text: str) -> None:
        told.append(f"`{name}` means nothing to {info.title} and was left out: {info.no_truncation}")

    yield "seed", seed
    for spec in _bounded():
        yield spec.name, partial(number, values, spec.metadata["low"], spec.metadata["high"])
    if not info.truncation:
        yield "psi", nothing
    for name, limit in info.directions.limits().items():
        yield name, partial(number, values["sliders"], -limit, limit)


def _list_readers(info: "ModelInfo", values: dict, told: list[str]) -> Iterator[tuple]:
    """The same for the two settings that are lists."""

    def mix(name: str, text: str) -> None:
        pairs = [_MIXED.fullmatch(part) for part in str(text).split(",", MOST_MIXED)]
        if all(pairs) and len(pairs) <= MOST_MIXED and all(int(pair[1]) <= HIGHEST_SEED for pair in pairs):
            values[name] = tuple((int(pair[1]), float(pair[2])) for pair in pairs)
        else:
            told.append(
                f"`mix` must be up to {MOST_MIXED} seeds with their shares from 0 to 1, like 12:0.5,7:0.3. "
                f"Received: {_shown(text)}. It was left out."
            )

    def lock(_name: str, text: str) -> None:
        names = str(text).split(",")
        values["locks"] = tuple(name for name in names if name in info.directions.names)
        wrong = [name for name in names if name not in info.directions.names]
        if wrong:
            told.append(f"`lock` names `{_shown(wrong[0])}`, which is no slider of {info.title}. It was left out.")

    yield "mix", mix
    yield "lock", lock


def _bounded_number(name: str, text: str, low: float, high: float, told: list[str]) -> float | None:
    """The number in a text, brought within bounds; None where there is none. What was done is told."""
    value = float(text) if _NUMBER.fullmatch(str(text)) else None
    if value is None:
        told.append(f"`{name}` must be a number. Received: {_shown(text)}. It was left out.")
        return None
    inside = min(max(value, low), high)
    if inside != value:
        told.append(
            f"`{name}` must be in [{_text(low)}, {_text(high)}]. Received: {_shown(text)}. {_text(inside)} is shown."
        )
    return inside


def _other_model(query: Mapping[str, str], info: "ModelInfo") -> list[str]:
    model, version = query.get("model", info.name), query.get("version", info.version)
    if model != info.name:
        return [f"The link names the model `{_shown(model)}`, which is not the one here; {info.title} is shown."]
    if version != info.version:
        here = f"version {info.version} is here and shown, so the face may be another."
        return [f"The link was made with version {_shown(version)} of {info.title}; {here}"]
    return []


def _bounded() -> list[dataclasses.Field]:
    """The fields that are one number with bounds."""
    return [spec for spec in dataclasses.fields(FaceSettings) if spec.metadata]


def _three_decimals(value: float, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:  # NaN is not less
        raise LinkError(f"`{name}` must be a number. Received: {_shown(value)}.")
    return round(float(value), 3) + 0.0  # -0.0 becomes 0.0


def _inside(value: float, low: float, high: float, name: str) -> float:
    value = _three_decimals(value, name)
    if not low <= value <= high:
        raise LinkError(f"`{name}` must be in [{_text(low)}, {_text(high)}]. Received: {_text(value)}.")
    return value


def _text(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _shown(text: object) -> str:
    """A stranger's text as it may stand in a sentence: short, on one line, without the marks that pages read."""
    short = "".join(letter if letter.isprintable() and letter not in "`<>[]*_\\" else "·" for letter in str(text)[:41])
    return short if len(short) <= 40 else short[:40] + "…"
