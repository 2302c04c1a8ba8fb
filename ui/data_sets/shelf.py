"""What is kept of a set for the page: its pictures by name, their boxes, small pictures of them."""

import base64
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from training.data import survey as surveys
from training.data.annotations import AnnotatedSet, Photo, open_annotated
from training.data.library import DataSet
from ui.data_sets import jobs
from utils import archives, drawing, marks, pictures
from utils.errors import PictureError

FACE, PHOTO, LARGE = 112, 360, 960  # pixels of the longer side
THUMBS = 64 * 2**20  # characters of small pictures kept for all visitors
WORDS = 4  # boxes up to which their names stand in a small picture
STYLES = ("solid", "dashed", "truth")  # of the commonest class, the next, all others


class Opened(NamedTuple):
    """`names`: paths of the pictures inside the set, sorted; `read`: name -> what gives its bytes; `annotated` and
    `photos` (by name): of a set with boxes, else None and empty; `styles`: class -> how its boxes are drawn."""

    names: list[str]
    read: dict[str, Callable[[], bytes]]
    annotated: AnnotatedSet | None
    photos: dict[str, Photo]
    styles: dict[str, str]


_thumbs: OrderedDict[tuple, str] = OrderedDict()
_guard = threading.Lock()


def opened(one: DataSet) -> Opened | None:
    """The set, or None while it is being opened."""
    return jobs.outcome(("open", one), lambda _: _open(one), f"Opening {one.name}")


def survey(one: DataSet, them: Opened) -> surveys.Survey | None:
    """What every picture's inside says, or None while they are looked through."""
    return jobs.outcome(
        ("survey", one),
        lambda progress: surveys.survey(one.path, them.annotated, progress),
        "Looking through the pictures",
    )


def _open(one: DataSet) -> Opened:
    if one.kind == "faces":
        read = dict(archives.open_pictures(one.path))
        return Opened(list(read), read, None, {}, {})
    annotated = open_annotated(one.path)
    photos = {photo.name: photo for photo in annotated.photos}
    often = Counter(label for photo in annotated.photos for label in photo.labels).most_common()
    styles = {name: STYLES[min(place, 2)] for place, (name, _) in enumerate(often)}
    return Opened(list(photos), {name: photo.read for name, photo in photos.items()}, annotated, photos, styles)


def thumb(one: DataSet, them: Opened, name: str, size: int = 0) -> str:
    """The picture as a WebP in a data address, its boxes on it; empty where it cannot be read.

    `size`: pixels of the longer side; small if 0.
    """
    size = size or (PHOTO if them.annotated else FACE)
    key = (one, name, size)
    with _guard:
        if key in _thumbs:
            _thumbs.move_to_end(key)
            return _thumbs[key]
    try:
        address = "data:image/webp;base64," + base64.b64encode(_drawn(them, name, size)).decode()
    except PictureError:
        address = ""
    with _guard:
        _thumbs[key] = address
        while sum(map(len, _thumbs.values())) > THUMBS:
            _thumbs.popitem(last=False)
    return address


def _drawn(them: Opened, name: str, size: int) -> bytes:
    picture = pictures.decode(them.read[name](), name)
    scale = size / max(picture.shape[:2])
    if scale < 1 or size == LARGE:
        picture = pictures.enlarge(picture, size)
    else:
        scale = 1.0
    if (photo := them.photos.get(name)) is not None and min(picture.shape[:2]) >= 16:
        named = size == LARGE or len(photo.labels) <= WORDS
        words = list(photo.labels) if named else [""] * len(photo.labels)
        styles = [them.styles[label] for label in photo.labels]
        picture = drawing.draw_boxes(picture, np.asarray(photo.boxes) * scale, words, styles)
    return marks.encode(picture, "webp", quality=82, generated=False)


def words(them: Opened, name: str) -> str:
    """For those who do not see it: what is marked in the picture, or its name alone."""
    photo = them.photos.get(name)
    if photo is None:
        return name
    counted = ", ".join(f"{count} {label}" for label, count in sorted(Counter(photo.labels).items()))
    return f"{name}: {len(photo.labels)} box{'' if len(photo.labels) == 1 else 'es'}" + (f", {counted}" * bool(counted))
