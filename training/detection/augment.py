"""A training picture by chance: photos drawn into the network's square, moved, scaled, mirrored, coloured, or four in one.

Mosaic is that of YOLOv4 (Bochkovskiy et al. 2020, §3.3).
"""

from typing import NamedTuple

import cv2
import numpy as np

from models import letterbox
from training.data.photos import PhotoSet
from training.recipe_detection import Augment

SEEN = 0.3  # a box stays where at least this share of it is still in the picture,
SMALLEST = 2.0  # and at least so many pixels of both its sides


class Shown(NamedTuple):
    """What the network sees: uint8 [S, S, 3], boxes float32 [K, 4] in pixels of it, labels int64 [K]."""

    picture: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray


def draw(photos: PhotoSet, chosen: int, size: int, resize: str, settings: Augment, mosaic: bool, rng) -> Shown:
    """One training picture with the photo `chosen` in it.

    Args:
        size: of the square, pixels.
        resize: `letterbox` or `stretch`, what a photo without changes would undergo.
        mosaic: whether four in one may be drawn at all (it stops before a training ends).
        rng: a NumPy generator; the same one draws the same.
    """
    if mosaic and rng.random() < settings.mosaic:
        shown = _mosaic(photos, chosen, size, settings, rng)
    else:
        square = np.full((size, size, 3), letterbox.GREY, np.uint8)
        placed = letterbox.place(*photos.pictures[chosen].shape[1::-1], size, resize)
        scale = _scale(settings, rng)
        dx, dy = rng.uniform(-settings.shift, settings.shift, 2) * size
        matrix = _matrix(placed.scale_x * scale, placed.scale_y * scale, photos.pictures[chosen], size, dx, dy)
        boxes, labels = _paint(square, (0, 0, size, size), photos, chosen, matrix)
        shown = Shown(square, boxes, labels)
    if settings.flip and rng.random() < 0.5:
        shown = _mirrored(shown)
    return shown._replace(picture=_coloured(shown.picture, settings, rng))


def _mosaic(photos, chosen, size, settings, rng) -> Shown:
    """Four photos that meet at a point near the middle."""
    square = np.full((size, size, 3), letterbox.GREY, np.uint8)
    x, y = (rng.uniform(0.35, 0.65, 2) * size).astype(int)
    fields = [(0, 0, x, y), (x, 0, size, y), (0, y, x, size), (x, y, size, size)]
    others = [chosen, *rng.integers(0, len(photos), 3)]
    parts = []
    for field, other in zip(rng.permutation(fields).tolist(), others):
        left, top, right, bottom = field
        height, width = photos.pictures[other].shape[:2]
        # Covers its field as a rule: grey corners teach nothing.
        scale = max((right - left) / width, (bottom - top) / height) * _scale(settings, rng)
        free = np.array([right - left - width * scale, bottom - top - height * scale])
        tx, ty = np.array([left, top]) + free * rng.random(2)
        parts.append(_paint(square, field, photos, other, np.array([[scale, 0, tx], [0, scale, ty]])))
    return Shown(square, *(np.concatenate(columns) for columns in zip(*parts)))


def _paint(square, field, photos, chosen, matrix):
    """Draw a photo into its field of the square by an affine matrix; its boxes that are still seen, and their labels."""
    left, top, right, bottom = field
    inner = matrix.copy()
    inner[:, 2] -= (left, top)
    grey = (letterbox.GREY,) * 3
    square[top:bottom, left:right] = cv2.warpAffine(
        photos.pictures[chosen], inner, (right - left, bottom - top), flags=cv2.INTER_LINEAR, borderValue=grey
    )
    moved = photos.boxes[chosen] * matrix[[0, 1, 0, 1], [0, 1, 0, 1]] + matrix[[0, 1, 0, 1], 2]
    clipped = np.clip(moved, (left, top, left, top), (right, bottom, right, bottom))
    kept = (_sides(clipped).min(1) >= SMALLEST) & (_sides(clipped).prod(1) >= SEEN * _sides(moved).prod(1))
    return clipped[kept].astype(np.float32), photos.labels[chosen][kept]


def _matrix(scale_x, scale_y, picture, size, dx, dy):
    height, width = picture.shape[:2]
    return np.array([[scale_x, 0, (size - width * scale_x) / 2 + dx], [0, scale_y, (size - height * scale_y) / 2 + dy]])


def _scale(settings, rng):
    """1/(1 + s) to 1 + s, as often above 1 as below."""
    return float((1 + settings.scale) ** rng.uniform(-1, 1))


def _sides(boxes):
    return boxes[:, 2:] - boxes[:, :2]


def _mirrored(shown):
    size = shown.picture.shape[1]
    boxes = shown.boxes.copy()
    boxes[:, [0, 2]] = size - shown.boxes[:, [2, 0]]
    return Shown(np.ascontiguousarray(shown.picture[:, ::-1]), boxes, shown.labels)


def _coloured(picture, settings, rng):
    """Hue turned, saturation and value multiplied, in OpenCV's HSV (hue in 180 steps)."""
    turn = round(rng.uniform(-settings.hue, settings.hue) * 180)
    saturation, value = 1 + rng.uniform(-1, 1, 2) * (settings.saturation, settings.value)
    steps = np.arange(256)
    tables = [(steps + turn) % 180, np.clip(steps * saturation, 0, 255), np.clip(steps * value, 0, 255)]
    hsv = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV))
    changed = [cv2.LUT(channel, table.astype(np.uint8)) for channel, table in zip(hsv, tables)]
    return cv2.cvtColor(cv2.merge(changed), cv2.COLOR_HSV2RGB)
