"""Three trainings of our own, to compare a run with: `python -m scripts.school_examples` makes them again."""

import base64
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from utils import pictures

FOLDER = Path(__file__).with_name("examples")
TITLES = {"healthy": "Healthy", "collapsed": "Collapsed", "won": "The discriminator won"}


class Example(NamedTuple):
    """A run: how it differs from the others, its curves by key (None where a tick lacks a figure), its film strip."""

    title: str
    settings: list[str]
    curves: dict[str, list[float | None]]
    film: dict[int, Path]

    def curve(self, key: str) -> pd.DataFrame:
        """Columns images and value."""
        return pd.DataFrame({"images": self.curves["images"], "value": self.curves[key]}).dropna()


@cache
def runs() -> dict[str, Example]:
    """The runs by name, the healthy one first."""
    told = json.loads((FOLDER / "runs.json").read_text("utf-8"))
    return {
        name: Example(
            title,
            told[name]["settings"],
            {key: values for key, values in told[name].items() if key not in ("settings", "pictures")},
            {images: FOLDER / name / f"{images:09d}.webp" for images in told[name]["pictures"]},
        )
        for name, title in TITLES.items()
    }


@cache
def data_url(path: Path) -> str:
    """The picture inside an address: nothing to be fetched, nothing to be gone."""
    return "data:image/webp;base64," + base64.b64encode(path.read_bytes()).decode()


@cache
def averages(counts: tuple[int, ...] = (1, 2, 4, 16)) -> dict[int, np.ndarray]:
    """`uint8 [H, W, 3]` by count: the mean of so many faces, the first of the healthy run's last picture."""
    last = pictures.decode(list(runs()["healthy"].film.values())[-1])
    side = last.shape[0] // 4
    faces = last.reshape(4, side, 4, side, 3).swapaxes(1, 2).reshape(16, side, side, 3)
    return {count: np.rint(faces[:count].mean(0)).astype(np.uint8) for count in counts}
