"""Sliced Wasserstein distance between two sets of pictures (Karras et al. 2018, appendix A)."""

import cv2
import numpy as np

PATCH = 7
PATCHES_PER_PICTURE = 128
REPEATS, DIRECTIONS = 4, 128
COARSEST = 16

PROTOCOL = (
    f"Laplacian pyramid to {COARSEST} px, {PATCHES_PER_PICTURE} patches of {PATCH}x{PATCH} a picture and level, "
    f"normalised per channel, {REPEATS} x {DIRECTIONS} projections, seed 0, x1000"
)


def swd(fakes: np.ndarray, reals: np.ndarray) -> dict[int, float]:
    """Distance x1000 at each level of the pyramid, finest first: {64: .., 32: .., 16: ..}. Lower is closer.

    Args:
        fakes, reals: uint8 [N, H, W, 3], as many of each; H = W = 16 * 2^k.
    """
    if fakes.shape != reals.shape:
        raise ValueError(f"SWD compares equal sets of pictures. Received: {fakes.shape} and {reals.shape}.")
    rng = np.random.RandomState(0)
    levels = {}
    for fake_level, real_level in zip(_pyramid(fakes), _pyramid(reals)):
        fake_patches, real_patches = _descriptors(fake_level, rng), _descriptors(real_level, rng)
        levels[fake_level.shape[1]] = 1e3 * _sliced_distance(fake_patches, real_patches, rng)
    return levels


def _pyramid(pictures):
    """Float32 Laplacian levels, finest first; the last is the low-pass rest. OpenCV's kernel is the paper's."""
    current = pictures.astype(np.float32)
    while current.shape[1] > COARSEST:
        smaller = np.stack([cv2.pyrDown(p) for p in current])
        yield current - np.stack([cv2.pyrUp(p) for p in smaller])
        current = smaller
    yield current


def _descriptors(level, rng):
    """Patches at random places, each colour channel brought to mean 0 and deviation 1: [N * patches, 147]."""
    n, size = len(level), level.shape[1]
    windows = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), axis=(1, 2))  # [N, h, w, 3, 7, 7]
    which = np.repeat(np.arange(n), PATCHES_PER_PICTURE)
    rows, columns = rng.randint(0, size - PATCH + 1, (2, n * PATCHES_PER_PICTURE))
    patches = windows[which, rows, columns]
    patches = patches - patches.mean((0, 2, 3), keepdims=True)
    patches /= patches.std((0, 2, 3), keepdims=True) + 1e-8
    return patches.reshape(len(patches), -1)


def _sliced_distance(a, b, rng):
    distances = []
    for _ in range(REPEATS):
        directions = rng.standard_normal((a.shape[1], DIRECTIONS)).astype(np.float32)
        directions /= np.linalg.norm(directions, axis=0)
        projected = [np.sort((x @ directions).T, axis=1) for x in (a, b)]  # rows sort faster than columns
        distances.append(np.abs(projected[0] - projected[1]).mean())
    return float(np.mean(distances))
