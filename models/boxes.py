"""Boxes after the network: what a filter or a slider does to candidates. NumPy alone, so that no slider waits for Keras.

A box is x1, y1, x2, y2 in pixels of the picture, edges and not centres of pixels: a box over the whole picture is
0, 0, width, height.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from utils.errors import ModelError

LIMIT = 300  # boxes a picture, as crowds need; COCO's 100 loses faces
_BLOCK = 256  # boxes compared with each other at once


class Candidates(NamedTuple):
    """What a network saw in one picture, before anything is chosen.

    Attributes:
        boxes: float32 [N, 4], clipped to the picture.
        scores: float32 [N, C], 0 to 1: objectness times class.
        classes: C names.
        width, height: of the picture, in pixels.
    """

    boxes: np.ndarray
    scores: np.ndarray
    classes: tuple[str, ...]
    width: int
    height: int


class Boxes(NamedTuple):
    """Chosen boxes, best first.

    Attributes:
        boxes: float32 [M, 4].
        scores: float32 [M], falling.
        labels: int64 [M], places in `classes`.
        classes: names.
    """

    boxes: np.ndarray
    scores: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The class name of every box."""
        return [self.classes[label] for label in self.labels]


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of every box of `a` [N, 4] with every one of `b` [M, 4], as [N, M], 0 to 1.

    Two boxes without area have none in common: 0.
    """
    a, b = (np.asarray(boxes, np.result_type(np.asarray(boxes), np.float32)).reshape(-1, 4) for boxes in (a, b))
    # column by column: four times as fast as over [N, M, 4], and a slider waits for it
    (left, top, right, bottom), (lefts, tops, rights, bottoms) = (a.T[:, :, None], b.T[:, None])
    common = np.clip(np.minimum(right, rights) - np.maximum(left, lefts), 0, None)
    common *= np.clip(np.minimum(bottom, bottoms) - np.maximum(top, tops), 0, None)
    union = (right - left) * (bottom - top) + (rights - lefts) * (bottoms - tops) - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def merge(candidates: Candidates, groups: Mapping[str, Sequence[str]]) -> Candidates:
    """The candidates with classes joined to groups: a group's score is the largest of its classes'.

    Args:
        groups: `{"Good": ["with_mask"], "Bad": ["without_mask", "mask_weared_incorrect"]}`; a class that no group
            names is left out.

    Raises: ModelError for a class that there is not.
    """
    places = {group: [_place(name, candidates.classes) for name in names] for group, names in groups.items()}
    scores = [candidates.scores[:, columns].max(1, initial=0) for columns in places.values()]
    joined = np.stack(scores, 1) if scores else np.zeros((len(candidates.boxes), 0), np.float32)
    return candidates._replace(scores=joined.astype(np.float32, copy=False), classes=tuple(groups))


def select(
    candidates: Candidates,
    confidence: float = 0.25,
    overlap: float = 0.45,
    classes: Sequence[str] | None = None,
    limit: int = LIMIT,
    across_classes: bool = False,
) -> Boxes:
    """The boxes that are left when weak and repeated ones are gone (greedy non-maximum suppression).

    Args:
        confidence: the least score that stays.
        overlap: a box goes that has a larger IoU with a better one (of its class).
        classes: names to keep; all if None.
        limit: boxes at most, the best.
        across_classes: one box a thing, of its best class, whatever the others say: what a person wants to see.
            Without it a box may stand once for each class, as mAP wants.

    Raises: ModelError for a class that there is not.
    """
    wanted = range(len(candidates.classes)) if classes is None else [_place(c, candidates.classes) for c in classes]
    strong = (candidates.scores >= confidence) & (candidates.scores > 0)
    if across_classes and len(candidates.classes):
        strong &= np.arange(len(candidates.classes)) == candidates.scores.argmax(1)[:, None]
    rows, labels = np.nonzero(strong)
    boxes, scores = candidates.boxes[rows], candidates.scores[rows, labels]
    if across_classes:  # classes are left out afterwards: a face that is Bad must not turn Good where Bad is hidden
        kept = nms(boxes, scores, overlap, limit if classes is None else None)
        kept = kept[np.isin(labels[kept], wanted)]
    else:
        each = [np.flatnonzero(labels == label) for label in wanted]
        each = [places[nms(boxes[places], scores[places], overlap, limit)] for places in each]
        kept = np.concatenate([np.zeros(0, np.int64), *each])
    kept = kept[np.argsort(-scores[kept], kind="stable")][:limit]
    return Boxes(boxes[kept], scores[kept], labels[kept], candidates.classes)


def nms(boxes: np.ndarray, scores: np.ndarray, overlap: float, limit: int | None) -> np.ndarray:
    """Places of the boxes that stay, int64, best first: each has an IoU of at most `overlap` with every better one."""
    order = np.argsort(-scores, kind="stable")
    kept = np.zeros(0, np.int64)
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        if len(kept):
            block = block[(iou(boxes[block], boxes[kept]) <= overlap).all(1)]
        apart = iou(boxes[block], boxes[block]) <= overlap
        alive = np.ones(len(block), bool)
        for place in range(len(block)):
            if alive[place]:
                alive[place + 1 :] &= apart[place, place + 1 :]
        kept = np.concatenate([kept, block[alive]])
        if limit is not None and len(kept) >= limit:
            return kept[:limit]
    return kept


def _place(name: str, classes: Sequence[str]) -> int:
    if name not in classes:
        raise ModelError(f"There is no class `{name}`. Classes: {', '.join(classes) or 'none'}.")
    return list(classes).index(name)
