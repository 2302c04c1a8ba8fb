"""Are fakes copies? Distance of each fake to its nearest training picture, against that of held-out reals."""

import cv2
import numpy as np

SIZE = 32
PIECE = 4096  # training pictures held in memory at once

PROTOCOL = (
    f"median over fakes of the root mean square difference to the nearest of all training pictures (mirrored too), at "
    f"{SIZE} px, divided by the same for as many held-out reals; about 1 is healthy, far below 1 means copies"
)


def nearest(pictures: np.ndarray, training: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Root mean square difference (grey levels, 0 to 255) to the nearest training picture, and its index.

    Args:
        pictures: uint8 [N, H, W, 3].
        training: uint8 [M, H, W, 3], may be memory-mapped: it is read in pieces.
        indices: which of `training` to compare with.

    Returns:
        float32 [N] distances, int [N] indices into `training`.
    """
    ways = [_vectors(pictures), _vectors(pictures[:, :, ::-1])]
    best, index = np.full(len(pictures), np.inf, np.float32), np.zeros(len(pictures), int)
    for start in range(0, len(indices), PIECE):
        piece = indices[start : start + PIECE]
        b = _vectors(training[piece])
        for a in ways:
            squared = (a * a).sum(1)[:, None] - 2 * a @ b.T + (b * b).sum(1)
            nearer = squared.min(1) < best
            index = np.where(nearer, piece[squared.argmin(1)], index)
            best = np.minimum(best, squared.min(1))
    return np.sqrt(np.maximum(best, 0) / ways[0].shape[1]), index


def neighbour_ratio(fakes: np.ndarray, held_out: np.ndarray, training: np.ndarray, indices: np.ndarray) -> float:
    """Median nearest distance of `fakes` over that of `held_out`; see `PROTOCOL`."""
    both, _ = nearest(np.concatenate([fakes, held_out]), training, indices)
    return float(np.median(both[: len(fakes)]) / np.median(both[len(fakes) :]))


def _vectors(pictures):
    small = [cv2.resize(np.ascontiguousarray(p), (SIZE, SIZE), interpolation=cv2.INTER_AREA) for p in pictures]
    return np.stack(small).astype(np.float32).reshape(len(small), -1)
