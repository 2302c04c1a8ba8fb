"""Augmentation that gradients pass through, for reals and fakes alike (Zhao et al. 2020, "DiffAugment")."""

import numpy as np
from keras import ops

from training.recipe_progressive import Differentiable

_DRAWS = 7  # numbers a picture


def draw(rng: np.random.Generator, pictures: int) -> np.ndarray:
    """float32 [pictures, 7] in [0, 1): all the chance that `augment` needs."""
    return rng.random((pictures, _DRAWS), dtype=np.float32)


def augment(pictures, draws, settings: Differentiable):
    """The pictures, changed as the draws say; float32 [N, R, R, 3] around [-1, 1], R static.

    Args:
        draws: float32 [N, 7] of `draw`: brightness, saturation, contrast, shift down and right, place of the cutout.
    """
    size = pictures.shape[1]
    if size < settings.from_px:
        return pictures
    around = ops.reshape(draws * 2.0 - 1.0, (-1, _DRAWS, 1, 1, 1))  # in [-1, 1)
    if settings.brightness:
        pictures = pictures + settings.brightness * around[:, 0]
    if settings.saturation:
        pictures = _apart(pictures, ops.mean(pictures, axis=3, keepdims=True), 1.0 + settings.saturation * around[:, 1])
    if settings.contrast:
        pictures = _apart(pictures, _means(pictures), 1.0 + settings.contrast * around[:, 2])
    if settings.translation:
        most = int(settings.translation * size + 0.5)
        pictures = _shifted(pictures, *(_whole(draws[:, k], -most, most) for k in (3, 4)))
    if settings.cutout:
        side = max(1, int(settings.cutout * size + 0.5))
        first = [_whole(draws[:, k], -(side // 2), size - 1 - side // 2) for k in (5, 6)]
        pictures = pictures * _without_a_square(size, side, *first)
    return pictures


def _means(pictures):
    return ops.mean(pictures, axis=(1, 2, 3), keepdims=True)


def _apart(pictures, middle, factor):
    return middle + (pictures - middle) * factor


def _whole(draws, low, high):
    """Whole numbers from low to high, each as likely, as int32."""
    return ops.cast(ops.floor(draws * (high - low + 1)), "int32") + low


def _shifted(pictures, down, right):
    """By whole pixels; what comes in is 0, grey. By matrices: gradients of gradients hold everywhere."""
    places = ops.arange(pictures.shape[1], dtype="int32")

    def moves(by):
        wanted = ops.expand_dims(places, 0) - ops.expand_dims(by, 1)  # [N, R]: where each place's pixel comes from
        return ops.cast(ops.equal(ops.expand_dims(wanted, 2), places), pictures.dtype)

    pictures = ops.einsum("nij,njwc->niwc", moves(down), pictures)
    return ops.einsum("nij,nhjc->nhic", moves(right), pictures)


def _without_a_square(size, side, top, left):
    """float32 [N, R, R, 1]: 0 in a square, parts of which may lie outside, else 1."""
    places = ops.arange(size, dtype="int32")

    def inside(first):
        first = ops.expand_dims(first, 1)
        return ops.cast(ops.logical_and(places >= first, places < first + side), "float32")

    rows, columns = inside(top), inside(left)
    return 1.0 - ops.expand_dims(ops.expand_dims(rows, 2) * ops.expand_dims(columns, 1), 3)
