"""What is wrong with an annotated set, file by file, and the boxes that can stay."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

# kind: what is said of many at once
KINDS = {
    "no picture": "annotations have no picture and are left out",
    "no annotation": "pictures have no annotation and are left out",
    "no text": "pictures have no text file and are taken as showing none of the classes, as Darknet does",
    "same name": "pictures share their name with another and are left out",
    "picture": "pictures cannot be read and are left out",
    "annotation": "annotations cannot be read and are left out with their pictures",
    "line": "lines or objects cannot be read and are left out",
    "class": "boxes are of a class that is not in the list and are left out",
    "number": "boxes have corners that are not numbers and are left out",
    "inverted": "boxes end before they begin and are left out",
    "zero": "boxes have no width or no height and are left out",
    "outside": "boxes lie outside their picture, wholly or for the most part, and are left out",
    "cut": "boxes reach out of their picture by more than a pixel and are cut at its edge",
    "clipped": "boxes reach out of their picture by a pixel at most and are clipped",
    "twice": "boxes are written twice in their file and count once",
    "size": "annotations speak of a picture of another size; their boxes are taken as pixels of the picture",
    "scaled": "annotations speak of the picture at another scale; their boxes are scaled to it",
    "turned": "annotations speak of the picture before its EXIF turn; their boxes are turned with it",
    # found by `checks` alone; nothing is left out for these
    "tiny": "boxes are tiny",
    "double": "boxes look like one thing marked twice",
    "copy": "photos are the same file as another",
    "leak": "photos are nearly the same as one in another part of the split",
}
# told, but nothing that anybody has to repair before training
REMARKS = {"no text", "clipped", "twice", "scaled", "turned", "tiny", "double", "copy", "leak"}

_NEAR = 1.01  # pixels: a box that counts from 1, or to the last pixel and one more
_ROUNDING = 0.01  # pixels: six decimals of a YOLO text say no more on a picture of 10,000


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: the file it stands in, its kind (of KINDS), a sentence, and the box if it is one."""

    file: str
    kind: str
    sentence: str
    label: str = ""
    box: tuple[float, ...] = ()


def summary(faults: Iterable[Fault]) -> list[str]:
    """The faults in few sentences: one by one where a kind has three at most, else counted with three names."""
    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(fault.kind, []).append(fault)
    sentences = []
    for kind, some in kinds.items():
        files = list(dict.fromkeys(fault.file for fault in some))
        names = ", ".join(f"`{name}`" for name in files[:3]) + (
            f" and {len(files) - 3:,} more" if len(files) > 3 else ""
        )
        many = f"{len(some):,} {KINDS[kind]}: {names}."
        sentences += [many] if len(some) > 3 else [fault.sentence for fault in some]
    return sentences


def sound(boxes, labels: list[str], width: int, height: int, file: str) -> tuple[np.ndarray, tuple[str, ...], list]:
    """The boxes that can be used, inside the picture; their labels; and the faults of the others.

    Args:
        boxes: N corners (x1, y1, x2, y2) in pixels of the upright picture, as written, any numbers.
        labels: N class names.
        width, height: of the upright picture.
        file: the annotation's name, for the faults.

    Returns: boxes float64 [M, 4] with 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height; M labels; faults.
    """
    kept: dict[tuple, None] = {}
    faults = []
    for box, label in zip(boxes, labels):
        box = tuple(float(value) for value in box)
        inside, kind = _inside(box, width, height)
        if inside and (label, inside) in kept:
            inside, kind = None, "twice"
        if kind:
            faults.append(Fault(file, kind, _sentence(kind, file, label, box, width, height), label, box))
        if inside:
            kept[label, inside] = None
    array = np.array([box for _, box in kept], np.float64).reshape(-1, 4)
    return array, tuple(label for label, _ in kept), faults


def _inside(box: tuple[float, ...], width: int, height: int) -> tuple[tuple[float, ...] | None, str]:
    """The box within the picture, or None; and the kind of fault, if any."""
    x1, y1, x2, y2 = box
    if not np.isfinite(box).all():
        return None, "number"
    if x2 < x1 or y2 < y1:
        return None, "inverted"
    if x2 == x1 or y2 == y1:
        return None, "zero"
    cut = (max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height)))
    wide, high = cut[2] - cut[0], cut[3] - cut[1]
    if wide <= 0 or high <= 0 or wide * high < 0.5 * (x2 - x1) * (y2 - y1):
        return None, "outside"
    over = max(abs(a - b) for a, b in zip(cut, box))
    return cut, "" if over <= _ROUNDING else "clipped" if over <= _NEAR else "cut"


_FATES = {
    "number": "has corners that are not numbers and is left out",
    "inverted": "ends before it begins and is left out",
    "zero": "has no width or no height and is left out",
    "outside": "lies outside the picture of {size}, wholly or for the most part, and is left out",
    "cut": "reaches out of the picture of {size} and is cut at its edge",
    "clipped": "reaches out of the picture of {size} by a pixel at most and is clipped",
    "twice": "is written twice and counts once",
}


def _sentence(kind, file, label, box, width, height):
    corners = ", ".join(f"{value:g}" for value in box)
    return f"`{file}`: the {label} box ({corners}) {_FATES[kind].format(size=f'{width} x {height}')}."
