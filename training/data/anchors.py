"""Anchors for a set: the sizes that its boxes cluster around, and which head of a network each belongs to.

k-means with 1 - IoU as the distance (Redmon and Farhadi, "YOLO9000", 2016, section 2), begun as k-means++ does (Arthur
and Vassilvitskii, 2007).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models import letterbox
from utils.errors import DataError

RESTARTS = 20


class Anchors(NamedTuple):
    """`sizes` float64 [K, 2], width and height in pixels of the network's input, by rising area; `iou`, the mean over
    all boxes of the IoU with their best anchor, both at one centre; `shares` float64 [K], of the boxes, adding to 1."""

    sizes: np.ndarray
    iou: float
    shares: np.ndarray


def sizes(photos: Sequence, size: int, resize: str = "letterbox") -> np.ndarray:
    """Width and height of every box as a network of `size` px sees it, float64 [N, 2].

    `resize` is how photos get into its square: `letterbox` or `stretch`.
    """
    found = [np.zeros((0, 2))]
    for photo in photos:
        boxes = letterbox.place(photo.width, photo.height, size, resize).to_network(photo.boxes)
        found.append(boxes[:, 2:] - boxes[:, :2])
    return np.concatenate(found)


def cluster(boxes_wh: np.ndarray, k: int, seed: int = 0) -> Anchors:
    """The best of some restarts: K anchors for boxes [N, 2], the same for the same seed.

    Raises: DataError where there are fewer different boxes than anchors.
    """
    boxes = np.asarray(boxes_wh, np.float64).reshape(-1, 2)
    different = len(np.unique(boxes, axis=0))
    if k < 1 or different < k:
        raise DataError(f"{k} anchors need at least as many boxes of different sizes. Found: {different}.")
    random = np.random.default_rng(seed)
    tries = [_settled(boxes, _begun(boxes, k, random)) for _ in range(RESTARTS)]
    best = max(tries, key=lambda centres: average_iou(boxes, centres))
    return told(boxes, best)


def told(boxes_wh: np.ndarray, anchors: np.ndarray) -> Anchors:
    """Anchors [K, 2] sorted by area, and how well they fit the boxes [N, 2]."""
    anchors = np.asarray(anchors, np.float64)
    anchors = anchors[np.argsort(anchors.prod(axis=1), kind="stable")]
    nearest = iou(boxes_wh, anchors).argmax(axis=1)
    shares = np.bincount(nearest, minlength=len(anchors)) / len(boxes_wh)
    return Anchors(anchors, average_iou(boxes_wh, anchors), shares)


def average_iou(boxes_wh: np.ndarray, anchors: np.ndarray) -> float:
    """The mean over the boxes of the IoU with their best anchor, 0 to 1."""
    return float(iou(boxes_wh, anchors).max(axis=1).mean())


def iou(boxes_wh: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Intersection over union of sizes [N, 2] and [K, 2] that share their centre, float64 [N, K]."""
    boxes, anchors = np.asarray(boxes_wh, np.float64), np.asarray(anchors, np.float64)
    common = np.minimum(boxes[:, None, 0], anchors[:, 0]) * np.minimum(boxes[:, None, 1], anchors[:, 1])
    return common / (boxes.prod(axis=1)[:, None] + anchors.prod(axis=1) - common)


def assign(anchors: np.ndarray, heads: Sequence[int]) -> list[list[int]]:
    """For each head, in the order given, the indices of its anchors: the finest head gets the smallest.

    Args:
        anchors: [K, 2].
        heads: their strides, e.g. (32, 16, 8). Each gets equally many anchors.

    Raises: DataError where the anchors cannot be shared out evenly, so that one would be without a head.
    """
    count, rest = divmod(len(anchors), len(heads))
    if rest or not count:
        raise DataError(f"{len(anchors)} anchors cannot be shared out to {len(heads)} heads: one would have no head.")
    order = np.argsort(np.asarray(anchors, np.float64).prod(axis=1), kind="stable").tolist()
    finest_first = sorted(range(len(heads)), key=lambda head: heads[head])
    given = {head: order[place * count : (place + 1) * count] for place, head in enumerate(finest_first)}
    return [given[head] for head in range(len(heads))]


def _begun(boxes: np.ndarray, k: int, random: np.random.Generator) -> np.ndarray:
    """k boxes far from each other: each by chance, in proportion to its squared distance from those before."""
    chosen = [boxes[random.integers(len(boxes))]]
    while len(chosen) < k:
        far = (1 - iou(boxes, np.array(chosen)).max(axis=1)).clip(0) ** 2
        chosen.append(boxes[random.choice(len(boxes), p=far / far.sum())])
    return np.array(chosen)


def _settled(boxes: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The centres once no box changes its own any more, or after 300 turns; medians, which fit better than means."""
    before = None
    for _ in range(300):
        nearest = iou(boxes, centres).argmax(axis=1)
        if before is not None and (nearest == before).all():
            break
        before = nearest
        centres = np.array(
            [
                np.median(boxes[nearest == one], axis=0) if (nearest == one).any() else centres[one]
                for one in range(len(centres))
            ]
        )
    return centres
