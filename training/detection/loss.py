"""The detector's loss: where the box is, whether there is one, and of which class. Plain Keras, read by every backend."""

import math
from typing import Any, NamedTuple

from keras import ops

from models import yolo
from training.recipe_detection import Loss

TINY = 1e-7


class Parts(NamedTuple):
    """The three parts, weighted, each a scalar; their sum is the loss."""

    box: Any
    objectness: Any
    classes: Any


def loss(rows: Any, target: Any, truths: Any, grid: yolo.Grid, settings: Loss) -> Parts:
    """Loss of a batch, a sum over boxes divided by the number of boxes that have a truth.

    Args:
        rows: the network's raw values, [N, M, 5 + classes].
        target, truths: see `targets.Targets`.
    """
    found, wanted, mine = yolo.boxes(rows, grid), target[..., :4], target[..., 4]
    count = ops.maximum(ops.sum(mine), 1.0)
    overlap, distance = ciou(found, wanted)
    if settings.box == "ciou":
        box = 1.0 - distance
    else:
        box = _original(rows, wanted, grid)
    there = mine * ops.maximum(ops.stop_gradient(overlap), 0.0) if settings.objectness == "overlap" else mine
    objectness = _cross_entropy(rows[..., 4], there, settings.focal)
    if settings.ignore < 1:
        # A box that finds a truth well, though it is another box's, is not taught to be nothing (YOLOv3, §2.1).
        free = ops.cast(_best_overlap(ops.stop_gradient(found), truths) <= settings.ignore, "float32")
        objectness = objectness * ops.maximum(mine, free)
    names = target[..., 5:] * (1 - settings.smoothing) + settings.smoothing / 2
    classes = ops.sum(_cross_entropy(rows[..., 5:], names), -1)
    return Parts(
        settings.box_weight * ops.sum(box * mine) / count,
        settings.objectness_weight * ops.sum(objectness) / count,
        settings.class_weight * ops.sum(classes * mine) / count,
    )


def ciou(a: Any, b: Any) -> tuple[Any, Any]:
    """IoU and complete IoU of boxes x1 y1 x2 y2, [..., 4] each, one by one (Zheng et al. 2020, eq. 9 to 12).

    Complete IoU takes from the IoU the distance of the centres, as a share of the diagonal around both boxes, and what
    the proportions differ.
    """
    common = ops.maximum(ops.minimum(a[..., 2:], b[..., 2:]) - ops.maximum(a[..., :2], b[..., :2]), 0.0)
    common = common[..., 0] * common[..., 1]
    sides_a, sides_b = a[..., 2:] - a[..., :2], b[..., 2:] - b[..., :2]
    union = sides_a[..., 0] * sides_a[..., 1] + sides_b[..., 0] * sides_b[..., 1] - common
    overlap = common / (union + TINY)
    around = ops.maximum(a[..., 2:], b[..., 2:]) - ops.minimum(a[..., :2], b[..., :2])
    apart = (a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) / 2
    far = ops.sum(ops.square(apart), -1) / (ops.sum(ops.square(around), -1) + TINY)
    angles = [ops.arctan(sides[..., 0] / (sides[..., 1] + TINY)) for sides in (sides_a, sides_b)]
    shape = 4 / math.pi**2 * ops.square(angles[0] - angles[1])
    share = ops.stop_gradient(shape / (1 - overlap + shape + TINY))
    return overlap, overlap - far - share * shape


def _original(rows, wanted, grid):
    """Squared errors of the centre in its cell and of the logarithm of the sides, small boxes counting up to double."""
    centre = (wanted[..., :2] + wanted[..., 2:]) / 2 / grid.stride - grid.corner
    sides = ops.maximum(wanted[..., 2:] - wanted[..., :2], 1.0)
    in_cell = ops.sigmoid(rows[..., :2]) * grid.scale_xy - (grid.scale_xy - 1) / 2
    errors = ops.square(in_cell - centre) + ops.square(rows[..., 2:4] - ops.log(sides / grid.anchors))
    extent = ops.max(grid.corner * grid.stride + grid.stride)
    return ops.sum(errors, -1) * (2 - sides[..., 0] * sides[..., 1] / ops.square(extent))


def _cross_entropy(logits, wanted, focal=0.0):
    """Binary cross-entropy on logits, each value by itself; exact where a sigmoid would round to 0 or 1."""
    value = ops.softplus(logits) - logits * wanted
    if not focal:
        return value
    right = ops.sigmoid(ops.where(wanted > 0.5, logits, -logits))
    return value * ops.power(1 - right + TINY, focal)


def _best_overlap(found, truths):
    """Largest IoU of every box [N, M, 4] with any truth [N, T, 4] of its picture, [N, M]."""
    a, b = found[:, :, None], truths[:, None]
    width = ops.minimum(a[..., 2], b[..., 2]) - ops.maximum(a[..., 0], b[..., 0])
    height = ops.minimum(a[..., 3], b[..., 3]) - ops.maximum(a[..., 1], b[..., 1])
    common = ops.relu(width) * ops.relu(height)
    area = lambda x: (x[..., 2] - x[..., 0]) * (x[..., 3] - x[..., 1])
    return ops.max(common / (area(a) + area(b) - common + TINY), axis=2)
