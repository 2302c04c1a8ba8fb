"""What the network saw, kept for one visitor: filters and sliders read this and never call the network."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from models import boxes
from models.boxes import Candidates
from models.card import ModelInfo
from utils import marks, pictures
from utils.errors import PictureError

KEPT = 1000  # photos a visitor; what is kept of one is small, as the decoded picture is not
VIEW = 2400  # pixels of the longer side of the picture that is drawn on: enough for a screen and for zooming in
THUMB = 96


class Shot(NamedTuple):
    """A photo as it was brought: its name, the file's bytes, their digest; `ours` is a sample picture."""

    name: str
    data: bytes
    digest: str
    ours: bool = False


class Seen(NamedTuple):
    """What stays of a photo: its candidates with classes joined to the model's groups (Good, Bad), the same with the
    annotated classes, and a small WebP of it.
    """

    candidates: Candidates
    annotated: Candidates
    thumb: bytes


class View(NamedTuple):
    """A photo to draw on, uint8 [H, W, 3], and how many of its pixels one of the original takes."""

    picture: np.ndarray
    scale: float


def shot(name: str, data: bytes, ours: bool = False) -> Shot:
    """The photo with its digest."""
    return Shot(name, data, hashlib.sha256(data).hexdigest()[:16], ours)


class Looks:
    """One visitor's photos as one model after another saw them, as a whole or in `tiles` too.

    Attributes:
        calls: how often the network looked at a photo.
        faults: digest -> the sentence about a photo that cannot be read.
    """

    def __init__(self):
        self.calls = 0
        self.faults: dict[str, str] = {}
        self._kept: OrderedDict[tuple[str, str, bool], Seen] = OrderedDict()
        self._view: tuple[str, View] | None = None

    def get(self, info: ModelInfo, one: Shot, tiles: bool = False) -> Seen | None:
        """What was seen in the photo, or None where the network has not looked yet."""
        return self._kept.get((_key(info), one.digest, tiles))

    def missing(self, info: ModelInfo, shots: Sequence[Shot], tiles: bool = False) -> list[Shot]:
        """The photos that the network has yet to look at, each once."""
        readable = {one.digest: one for one in shots if one.digest not in self.faults}
        return [one for one in readable.values() if self.get(info, one, tiles) is None]

    def look(
        self, info: ModelInfo, candidates: Callable[[np.ndarray], Candidates], one: Shot, tiles: bool = False
    ) -> None:
        """The network looks at one photo. One that cannot be read is told in `faults`."""
        try:
            picture = pictures.decode(one.data, one.name)
        except PictureError as error:
            self.faults[one.digest] = str(error)
            return
        self.calls += 1
        annotated = candidates(picture)
        groups = info.detector.groups
        found = boxes.merge(annotated, groups) if groups else annotated
        small = marks.encode(pictures.square(picture, THUMB), "webp", quality=80, generated=one.ours)
        self._kept[_key(info), one.digest, tiles] = Seen(found, annotated, small)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def view(self, one: Shot) -> View:
        """The photo decoded; the last one is kept, so that a slider does not decode it again."""
        if self._view is None or self._view[0] != one.digest:
            picture = pictures.decode(one.data, one.name)
            longer = max(picture.shape[:2])
            if longer > VIEW:
                picture = pictures.enlarge(picture, VIEW)
            self._view = one.digest, View(picture, max(picture.shape[:2]) / longer)
        return self._view[1]


def _key(info: ModelInfo) -> str:
    return info.name + "".join(facts.sha256 for facts in info.files.values())
