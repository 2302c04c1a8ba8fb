"""A set looked through as a whole: what `open_annotated` sees, and what only whole pictures and all of them show."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from models.boxes import iou
from training.data import duplicates
from training.data.annotations import AnnotatedSet, Photo
from training.data.faults import Fault
from utils import pictures
from utils.errors import PictureError

TINY = 16  # square pixels: a box that no detector learns from, often a slip of the mouse
SAME = 0.9  # IoU from which two boxes are taken for one thing marked twice


def look(
    annotated: AnnotatedSet,
    progress: Callable[[int, int], None] | None = None,
    sums: dict[str, np.ndarray] | None = None,
) -> list[Fault]:
    """All faults, the set's own first; then pictures that break off, photos that are in it twice, boxes that are tiny
    or marked twice, and near-duplicates on both sides of the split.

    Decodes every picture; `progress(done, of)` is called after each, and `sums` takes its fine hash by name.
    """
    found, readable, coarse = list(annotated.faults), [], []
    for done, photo in enumerate(annotated.photos, start=1):
        try:
            picture = pictures.decode(photo.read(), photo.name)
            readable.append(photo)
            coarse.append(duplicates.hash_of(picture))
            if sums is not None:
                sums[photo.name] = duplicates.hash_of(picture, duplicates.FINE)
        except PictureError as error:
            found.append(Fault(photo.name, "picture", str(error)))
        found += _suspicious(photo)
        if progress:
            progress(done, len(annotated.photos))
    found += _copies(readable)
    alike = annotated.groups or duplicates.joined([photo.name for photo in readable], np.array(coarse))
    return found + _leaks(alike, annotated.split)


def facts(annotated: AnnotatedSet) -> dict:
    """What the set holds, for a program: photos, boxes and photos of each class, parts, fingerprint."""
    boxes = Counter(label for photo in annotated.photos for label in photo.labels)
    photos = Counter(label for photo in annotated.photos for label in set(photo.labels))
    return {
        "photos": len(annotated.photos),
        "empty": sum(not photo.labels for photo in annotated.photos),
        "boxes": {name: boxes[name] for name in annotated.classes},
        "photos_of": {name: photos[name] for name in annotated.classes},
        "parts": dict(Counter(annotated.split.values())),
        "fingerprint": annotated.fingerprint,
    }


def as_csv(found: Sequence[Fault]) -> str:
    """The faults as a table: file, kind, class, x1, y1, x2, y2, sentence. Corners are empty where no box is meant."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "kind", "class", "x1", "y1", "x2", "y2", "sentence"])
    for fault in found:
        table.writerow([fault.file, fault.kind, fault.label, *(fault.box or [""] * 4), fault.sentence])
    return text.getvalue()


def _suspicious(photo: Photo) -> list[Fault]:
    found = []
    file = photo.annotation or photo.name
    wide, high = (photo.boxes[:, 2:] - photo.boxes[:, :2]).T
    for place in np.flatnonzero(wide * high < TINY):
        words = f"`{file}`: the {photo.labels[place]} box {_corners(photo, place)} has less than {TINY} square pixels."
        found.append(Fault(file, "tiny", words, photo.labels[place], tuple(photo.boxes[place].tolist())))
    overlaps = np.triu(iou(photo.boxes, photo.boxes), 1)
    for first, second in np.argwhere(overlaps > SAME):
        pair = f"{photo.labels[first]} {_corners(photo, first)} and {photo.labels[second]} {_corners(photo, second)}"
        words = f"`{file}`: {pair} look like one thing marked twice."
        found.append(Fault(file, "double", words, photo.labels[second], tuple(photo.boxes[second].tolist())))
    return found


def _copies(photos: Sequence[Photo]) -> list[Fault]:
    first: dict[str, str] = {}
    found = []
    for photo in photos:
        if (other := first.setdefault(photo.digest, photo.name)) != photo.name:
            found.append(Fault(photo.name, "copy", f"`{photo.name}` is the same file as `{other}`."))
    return found


def _leaks(groups, split) -> list[Fault]:
    """Photos of a group whose first photo is in another part of the split."""
    first: dict[str, str] = {}
    found = []
    for photo in sorted(photo for photo in groups if photo in split):
        other = first.setdefault(groups[photo], photo)
        if split[other] != split[photo]:
            words = f"`{photo}` ({split[photo]}) is nearly the same photo as `{other}` ({split[other]})."
            found.append(Fault(photo, "leak", words))
    return found


def _corners(photo: Photo, place: int) -> str:
    return "(" + ", ".join(f"{value:g}" for value in photo.boxes[place]) + ")"
