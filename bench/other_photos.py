"""How the shipped detector holds up on photos of another source, whose boxes are drawn by another habit.

`python -m bench.other_photos SET PREFIX`: the photos of an annotated set whose names begin so. Where the annotators boxed
whole heads, IoU with a face's box says little, so the found boxes are also grown to the set's habit: by how much of
width and height on each side is the median over every second photo, and the figures are of the others, both ways round.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from models import boxes
from models.boxes import Candidates
from models.catalogue import Catalogue
from models.detector import load
from training.data.annotations import AnnotatedSet, open_annotated
from training.evaluate_detector import evaluate_detector
from utils import pictures

SURE, NEAR = 0.5, 0.3  # score and IoU from which a found box shows the habit
LARGE, MANY = 0.1, 5  # share of the picture that a portrait's face fills; faces of a crowd


def main(source: str, prefix: str = "") -> None:
    detector = load(Catalogue().models("detect")[0])
    whole = open_annotated(Path(source))
    photos = [photo for photo in whole.photos if Path(photo.name).name.startswith(prefix)]
    seen = {one.name: detector.candidates(pictures.decode(one.read(), one.name)) for one in photos}
    halves = [photos[0::2], photos[1::2]]
    grown = {}
    for learnt, asked in (halves, halves[::-1]):
        habit = _habit([(one.boxes, seen[one.name]) for one in learnt])
        print("grown by (of width and height; left, top, right, bottom):", np.round(habit, 2))
        grown |= {one.name: _grow(seen[one.name], habit) for one in asked}
    kinds = {
        "all photos": photos,
        "a face fills a tenth of the photo": [one for one in photos if _largest(one) >= LARGE],
        "smaller faces only": [one for one in photos if _largest(one) < LARGE],
        f"{MANY} faces or more": [one for one in photos if len(one.boxes) >= MANY],
    }
    for words, some in kinds.items():
        if some:
            for way, found in (("as found", seen), ("grown", grown)):
                _tell(f"{words}, boxes {way}", detector, replace(whole, photos=some), found)


def _habit(pairs) -> np.ndarray:
    """Medians [4] of how far a true box reaches beyond the found one, in shares of its width and height."""
    rows = []
    for true, found in pairs:
        sure = boxes.select(found, SURE, across_classes=True).boxes
        if len(true) and len(sure):
            near = boxes.iou(np.asarray(true, np.float32), sure)
            for place, other in enumerate(near.argmax(1)):
                if near[place, other] >= NEAR:
                    one = sure[other]
                    sides = np.array([one[0], one[1], true[place][2], true[place][3]])
                    sides -= np.array([true[place][0], true[place][1], one[2], one[3]])
                    rows.append(sides / np.tile(one[2:] - one[:2], 2))
    return np.median(rows, 0)


def _grow(found: Candidates, habit: np.ndarray) -> Candidates:
    size = np.tile(found.boxes[:, 2:] - found.boxes[:, :2], 2)
    grown = found.boxes + size * habit * np.array([-1, -1, 1, 1])
    edges = np.array([found.width, found.height, found.width, found.height])
    return found._replace(boxes=np.clip(grown, 0, edges).astype(np.float32))


def _largest(photo) -> float:
    sizes = photo.boxes[:, 2:] - photo.boxes[:, :2]
    return float(sizes.prod(1).max() / (photo.width * photo.height)) if len(sizes) else 0.0


def _tell(words: str, detector, some: AnnotatedSet, found: dict[str, Candidates]) -> None:
    rest = iter([found[one.name] for one in some.photos])
    figures = evaluate_detector(lambda _: next(rest), detector.classes, detector.groups, some)
    each = ", ".join(f"{name} {value:.3f}" for name, value in figures["ap50"].items() if value is not None)
    print(f"{words}: mAP@0.5 {figures['map50']:.3f} ({each}), {figures['photos']} photos, {figures['boxes']} boxes")


if __name__ == "__main__":
    main(*sys.argv[1:])
