"""Anchors for a set: the sizes that its boxes cluster around, given to the heads of a network.

k-means with 1 - IoU as the distance (Redmon and Farhadi, "YOLO9000", 2016, section 2), begun as k-means++ does (Arthur
and Vassilvitskii, 2007).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models import letterbox
from models.darknet import cfg
from models.darknet.cfg import Section
from utils.errors import DataError

RESTARTS = 20


class Anchors(NamedTuple):
    """`sizes` float64 [K, 2], width and height in pixels of the network's input, by rising area; `iou`, the mean over
    all boxes of the IoU with their best anchor, both at one centre; `shares` float64 [K], of the boxes, adding to 1."""

    sizes: np.ndarray
    iou: float
    shares: np.ndarray


def for_network(annotated, sections: Sequence[Section], size: int, resize: str, seed: int) -> tuple[list, dict]:
    """A Darknet cfg with anchors clustered for a set, its classes and the input size; and the facts about them.

    Args:
        annotated: an `annotations.AnnotatedSet`.
        sections: of the cfg; as many anchors are made as its heads have.
        size, resize: of the network's input, as in `sizes`.
        seed: of the k-means.

    Raises: DataError for too few boxes, another `resize`, or a size that is no multiple of 32; ModelError for a cfg
    with an anchor that no head has.
    """
    if resize not in letterbox.MODES:
        raise DataError(f"Photos are resized by {' or '.join(letterbox.MODES)}. Received: {resize}.")
    if size < 32 or size % 32:
        raise DataError(f"A network's input is a multiple of 32 pixels. Received: {size}.")
    old = np.concatenate([head.anchors for head in cfg.heads(sections)])
    boxes = sizes(annotated.photos, size, resize)
    found = cluster(boxes, len(old), seed)
    changed = cfg.with_anchors(cfg.with_classes(sections, len(annotated.classes)), found.sizes)
    changed[0].options.update(width=str(size), height=str(size))
    facts = {
        "anchors": found.sizes.round(1).tolist(),
        "average_iou": round(found.iou, 4),
        "average_iou_of_cfg": round(average_iou(boxes, old), 4),
        "shares": found.shares.round(4).tolist(),
        "heads": [
            {"stride": head.stride, "anchors": head.anchors.astype(float).round(1).tolist()}
            for head in cfg.heads(changed)  # raises where an anchor has no head
        ],
        "boxes": len(boxes),
        "size": size,
        "resize": resize,
    }
    return changed, facts


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
