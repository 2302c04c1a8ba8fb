"""A set seen as one picture: for each pixel and colour the mean, deviation, median, mode, smallest and largest value."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from models.latents import seed_latent

AT_ONCE = 16 * 2**20  # bytes of pictures looked at together, and of counts held
FAKES_AT_ONCE = 64


class Portrait(NamedTuple):
    """Six pictures, uint8 [H, W, 3] each, values rounded half to even.

    `deviation` is the standard deviation of the population, so 127 at most. `median` of an even number is the middle
    between two values. `mode` is the commonest value, the smallest of several.
    """

    mean: np.ndarray
    deviation: np.ndarray
    median: np.ndarray
    mode: np.ndarray
    minimum: np.ndarray
    maximum: np.ndarray


def portrait(
    pictures: np.ndarray, places: np.ndarray | None = None, progress: Callable[[int, int], None] | None = None
) -> Portrait:
    """The portrait of pictures, uint8 [N, H, W, 3], which may be memory-mapped: few are held at once.

    Everything is exact: it is read from the count of each value at each pixel.

    Args:
        places: which of the pictures, int [K]; all of them if None.
        progress: called with (done, total), both in rows of pixels.

    Raises: ValueError for no picture.
    """
    places = np.arange(len(pictures)) if places is None else np.asarray(places)
    if len(places) == 0:
        raise ValueError("A portrait needs at least one picture.")
    height, width = pictures.shape[1:3]
    rows = max(1, AT_ONCE // (width * 3 * 256 * 8))
    bands = []
    for top in range(0, height, rows):
        bands.append(_of_counts(_counts(pictures, places, top, min(height, top + rows)), len(places)))
        if progress:
            progress(min(height, top + rows), height)
    shape = (height, width, 3)
    return Portrait(*(np.concatenate(parts).reshape(shape) for parts in zip(*bands)))


def some(count: int, most: int, seed: int = 0) -> np.ndarray:
    """Places of `most` of `count` pictures by chance, or of all where there are no more; sorted, the same for a seed."""
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def fakes(generator, count: int, progress: Callable[[int, int], None] | None = None) -> np.ndarray:
    """The pictures of seeds 1 to `count` of a `models.generator.Generator`, uint8 [count, R, R, 3]."""
    drawn = np.empty((count, generator.resolution, generator.resolution, 3), np.uint8)
    for start in range(0, count, FAKES_AT_ONCE):
        seeds = range(start + 1, min(count, start + FAKES_AT_ONCE) + 1)
        drawn[start : seeds[-1]] = generator.generate(np.stack([seed_latent(k, generator.latent) for k in seeds]))
        if progress:
            progress(seeds[-1], count)
    return drawn


def _counts(pictures, places, top: int, bottom: int) -> np.ndarray:
    """How often each value stands at each pixel and colour of some rows, int64 [pixels x 3, 256]."""
    size = (bottom - top) * pictures.shape[2] * 3
    counts = np.zeros(size * 256, np.int64)
    first = np.arange(size) * 256
    step = max(1, AT_ONCE // (size * 8))
    for start in range(0, len(places), step):
        band = pictures[places[start : start + step], top:bottom].reshape(-1, size)
        counts += np.bincount((band + first).ravel(), minlength=size * 256)
    return counts.reshape(size, 256)


def _of_counts(counts: np.ndarray, total: int) -> tuple[np.ndarray, ...]:
    values = np.arange(256)
    mean = counts @ values / total
    deviation = np.sqrt(np.maximum(counts @ values**2 / total - mean**2, 0))
    below = counts.cumsum(axis=1)
    # the value at place k of the sorted ones is the first that more than k are no larger than
    low, high = ((below > place).argmax(axis=1) for place in ((total - 1) // 2, total // 2))
    minimum, maximum = (counts > 0).argmax(axis=1), 255 - (counts[:, ::-1] > 0).argmax(axis=1)
    parts = (mean, deviation, (low + high) / 2, counts.argmax(axis=1), minimum, maximum)
    return tuple(np.rint(part).astype(np.uint8) for part in parts)
