"""Paths through several faces: what the Morph page, its link and its animations share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.card import ModelInfo
from models.latents import morph_path, seed_latent
from models.settings import HIGHEST_SEED

STEPS = 24  # pictures from one key face to the next: a second at the speed of film
FEWEST, MOST = 2, 8
_WANTED = {
    "seeds": f"`seeds` must be {FEWEST} to {MOST} whole numbers from 0 to {HIGHEST_SEED}, by commas. Others are shown.",
    "loop": "`loop` must be 1 or 0. It was left out.",
    "at": "`at` must be a whole number, 0 or more. It was left out.",
}


@dataclass(frozen=True)
class MorphSettings:
    """Where a morph goes and which picture of it is meant.

    Attributes:
        model, version: as in `FaceSettings`.
        seeds: two to eight key faces.
        loop: whether the last key face returns to the first.
        at: place on the path, 0 to `frames() - 1`.
    """

    model: str
    version: str | None = None
    seeds: tuple[int, ...] = (1, 2, 3)
    loop: bool = False
    at: int = 0

    def frames(self, steps: int = STEPS) -> int:
        """Pictures on the whole path, so many from key to key; a loop leaves out its last one, which is its first."""
        return steps * len(self.seeds) if self.loop else steps * (len(self.seeds) - 1) + 1

    def to_query(self) -> dict[str, str]:
        """The settings as short texts for an address; what is as by default stays out, model and seeds apart."""
        query = {"model": self.model, "version": self.version or "", "seeds": ",".join(map(str, self.seeds))}
        query |= {"loop": "1"} if self.loop else {}
        query |= {"at": str(self.at)} if self.at else {}
        return {name: text for name, text in query.items() if text}


def read_query(query: Mapping[str, str], info: ModelInfo) -> tuple[MorphSettings, list[str]]:
    """The settings in an address and a sentence for everything in it that was left out; never an error."""
    settings, left_out = MorphSettings(info.name, info.version), []
    if query.get("version", info.version) != info.version:
        left_out.append(
            f"The link was made with another version of {info.title}; version {info.version} is here and shown, so the "
            "faces may be others."
        )
    for name, text in query.items():
        if name in ("model", "version"):
            continue
        try:
            settings = replace(settings, **{name: _read(name, text)})
        except (KeyError, ValueError):
            left_out.append(
                _WANTED.get(name, "The link holds something that is no setting of a morph; it was left out.")
            )
    last = settings.frames() - 1
    if settings.at > last:
        left_out.append(f"`at={settings.at}` lies behind the last picture, {last}, which is shown.")
        settings = replace(settings, at=last)
    return settings, left_out


def path(settings: MorphSettings, latent: int, steps: int = STEPS) -> np.ndarray:
    """Latents of every picture of the morph, float32 [frames, latent]; `steps` pictures from one key face to the next."""
    keys = np.stack([seed_latent(seed, latent) for seed in settings.seeds])
    return morph_path(keys, settings.frames(steps), settings.loop)


def _read(name: str, text: str) -> object:
    """One value; KeyError for an unknown name, ValueError for nonsense."""
    return {"seeds": _read_seeds, "loop": _read_switch, "at": _whole}[name](text)


def _read_seeds(text: str) -> tuple[int, ...]:
    seeds = tuple(_whole(part) for part in text.split(",", MOST))
    if not FEWEST <= len(seeds) <= MOST:
        raise ValueError(text)
    return seeds


def _read_switch(text: str) -> bool:
    return {"1": True, "0": False}[text]


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > HIGHEST_SEED:
        raise ValueError(text)
    return int(text)
