"""YOLOv3's heads read out: from raw maps to boxes and scores (Redmon and Farhadi 2018, §2.1 and §2.3).

For every cell and anchor a map holds tx, ty, tw, th, objectness and a value per class. With the cell's corner (cx, cy) in
cells, the stride s and the anchor (pw, ph) in pixels, the box has its centre at ((sigmoid(tx) + cx) * s, …) and the size
(pw * exp(tw), ph * exp(th)); objectness and classes are sigmoids, each by itself, and a score is their product.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from models.darknet.cfg import Head

LARGEST = 8.0  # of tw and th: exp(8) anchors are larger than any picture, and float32 has room for their area


class Grid(NamedTuple):
    """Where every box of a network's heads stands, one row a box, M rows: head by head, row by row, anchor by anchor.

    Attributes:
        corner: float32 [M, 2], the cell's corner, in cells.
        stride: float32 [M, 1], pixels a cell.
        anchors: float32 [M, 2], pixels.
        scale_xy: float32 [M, 1].
    """

    corner: np.ndarray
    stride: np.ndarray
    anchors: np.ndarray
    scale_xy: np.ndarray


def grid(heads: Sequence[Head], height: int, width: int) -> Grid:
    """The grid of an input of height x width pixels, both multiples of the largest stride."""
    parts = []
    for head in heads:
        rows, columns, count = height // head.stride, width // head.stride, len(head.anchors)
        y, x = np.mgrid[:rows, :columns]
        corner = np.stack([x, y], -1).reshape(-1, 1, 2).repeat(count, 1).reshape(-1, 2)
        cells = rows * columns
        parts.append(
            (
                corner,
                np.full((cells * count, 1), head.stride),
                np.tile(head.anchors, (cells, 1)),
                np.full((cells * count, 1), head.scale_xy),
            )
        )
    return Grid(*(np.concatenate(columns).astype(np.float32) for columns in zip(*parts)))


def flatten(raw: Sequence[Any], classes: int) -> Any:
    """The heads' raw maps [N, h, w, A * (5 + classes)] as rows, [N, M, 5 + classes], in the order of `Grid`."""
    raw, values = raw if isinstance(raw, (list, tuple)) else [raw], 5 + classes  # Keras hands one output out bare
    rows = [ops.reshape(x, (-1, x.shape[1] * x.shape[2] * (x.shape[3] // values), values)) for x in raw]
    return ops.concatenate(rows, axis=1) if len(rows) > 1 else rows[0]


def boxes(rows: Any, grid: Grid) -> Any:
    """Boxes [N, M, 4] as x1, y1, x2, y2 in pixels of the network's input, from rows [N, M, 5 + classes]."""
    centre = ops.sigmoid(rows[..., 0:2]) * grid.scale_xy - (grid.scale_xy - 1) / 2
    centre = (centre + grid.corner) * grid.stride
    half = ops.exp(ops.clip(rows[..., 2:4], -LARGEST, LARGEST)) * grid.anchors / 2
    return ops.concatenate([centre - half, centre + half], axis=-1)


def scores(rows: Any) -> Any:
    """Scores [N, M, classes] in [0, 1]: objectness times class, from rows [N, M, 5 + classes]."""
    return ops.sigmoid(rows[..., 4:5]) * ops.sigmoid(rows[..., 5:])


def decoder(heads: Sequence[Head], height: int, width: int) -> Callable[[Sequence[Any]], tuple[Any, Any]]:
    """A function from the raw maps of an input of height x width to (boxes [N, M, 4], scores [N, M, classes])."""
    places, classes = grid(heads, height, width), heads[0].classes

    def decode(raw):
        rows = flatten(raw, classes)
        return boxes(rows, places), scores(rows)

    return decode
