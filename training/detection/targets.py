"""Truths given to cells and anchors: which box of the network has to find which face."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.darknet.cfg import Head
from training.recipe_detection import Loss

TRUTHS = 160  # a picture at most; the largest are kept
STEP = 32  # the number of truths is rounded up to it, so that few different shapes are compiled


class Targets(NamedTuple):
    """What a batch has to become.

    Attributes:
        rows: float32 [N, M, 5 + classes]: box x1 y1 x2 y2 in pixels of the input, 1 where there is a truth (else all of
            the row is 0), classes as 1 and 0; in the order of `models.yolo.Grid`.
        truths: float32 [N, T, 4]: all boxes, for the ignore test; zeros where there is none.
    """

    rows: np.ndarray
    truths: np.ndarray


def assign(
    boxes: Sequence[np.ndarray], labels: Sequence[np.ndarray], heads: Sequence[Head], size: int, loss: Loss
) -> Targets:
    """Targets of a batch.

    `best`: the anchor whose shape overlaps the truth most, over all heads, in the cell of its centre (YOLOv3, §2.1).
    `ratio`: every anchor whose sides are within `loss.ratio` times the truth's, and the best one anyway; with
    `loss.neighbours` also in the nearest cell beside and above or below, on heads whose centres can reach out of their
    cell (scale_xy of 2), as ultralytics/yolov5 does. Where two truths want one box, the smaller gets it.

    Args:
        boxes, labels: of each picture, float [K, 4] in pixels of the input and int [K].
        size: of the input, pixels.
    """
    classes = heads[0].classes
    cells = [(size // head.stride) ** 2 * len(head.anchors) for head in heads]
    rows = np.zeros((len(boxes), sum(cells), 5 + classes), np.float32)
    most = min(TRUTHS, max([1, *map(len, boxes)]))
    truths = np.zeros((len(boxes), -(-most // STEP) * STEP, 4), np.float32)
    anchors = np.concatenate([head.anchors for head in heads])
    firsts = np.cumsum([0, *(len(head.anchors) for head in heads)])
    for n, (own, names) in enumerate(zip(boxes, labels)):
        order = np.argsort(-(own[:, 2:] - own[:, :2]).prod(1), kind="stable")[:TRUTHS]  # the small ones last: they win
        own, names = own[order], names[order]
        truths[n, : len(own)] = own
        if len(own) == 0:
            continue
        fits = _fits(own[:, 2:] - own[:, :2], anchors, loss)
        start = 0
        for head, first, count in zip(heads, firsts, cells):
            mine = fits[:, first : first + len(head.anchors)]
            _fill(rows[n, start : start + count], own, names, mine, head, size, loss)
            start += count
    return Targets(rows, truths)


def _fits(sides, anchors, loss):
    """bool [K, A]: which anchors have to find which truth."""
    common = np.minimum(sides[:, None], anchors).prod(2)
    overlap = common / (sides.prod(1)[:, None] + anchors.prod(1) - common)
    best = np.arange(len(anchors)) == overlap.argmax(1)[:, None]
    if loss.assign == "best":
        return best
    ratio = sides[:, None] / anchors
    return best | (np.maximum(ratio, 1 / ratio).max(2) < loss.ratio)


def _fill(rows, boxes, labels, fits, head, size, loss):
    """Write the truths that fit the head's anchors into its rows."""
    across, count = size // head.stride, len(head.anchors)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2 / head.stride
    for k, anchor in zip(*np.nonzero(fits)):
        for x, y in _cells(centres[k], across, loss.neighbours and head.scale_xy >= 2):
            row = rows[(y * across + x) * count + anchor]
            row[:] = 0
            row[:4], row[4], row[5 + labels[k]] = boxes[k], 1, 1


def _cells(centre, across, neighbours):
    """(column, row) of the centre's cell, and of those that it is less than half a cell away from."""
    x, y = (min(int(v), across - 1) for v in centre)
    found = [(x, y)]
    if neighbours:
        right, below = (1 if c - v > 0.5 else -1 for c, v in zip(centre, (x, y)))
        found += [(x + right, y)] if 0 <= x + right < across else []
        found += [(x, y + below)] if 0 <= y + below < across else []
    return found
