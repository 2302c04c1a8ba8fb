"""Are fakes copies? Distance of each fake to its nearest training picture, against that of held-out reals."""

import cv2
import numpy as np

SIZE = 32

PROTOCOL = (
    f"median over fakes of the root mean square difference to the nearest of all training pictures (mirrored too), at "
    f"{SIZE} px, divided by the same for as many held-out reals; about 1 is healthy, far below 1 means copies"
)


def nearest(pictures: np.ndarray, training: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Root mean square difference (grey levels, 0 to 255) to the nearest training picture, and its index.

    Args:
        pictures: uint8 [N, H, W, 3].
        training: uint8 [M, H, W, 3].

    Returns:
        float32 [N] distances, int [N] indices into `training`.
    """
    a, b = _vectors(pictures), _vectors(training)
    mirrored = _vectors(pictures[:, :, ::-1])
    lengths = (b * b).sum(1)
    best = np.full(len(a), np.inf, np.float32)
    index = np.zeros(len(a), int)
    for x in (a, mirrored):
        squared = (x * x).sum(1)[:, None] - 2 * x @ b.T + lengths
        nearer = squared.min(1) < best
        index = np.where(nearer, squared.argmin(1), index)
        best = np.minimum(best, squared.min(1))
    return np.sqrt(np.maximum(best, 0) / a.shape[1]), index


def neighbour_ratio(fakes: np.ndarray, held_out: np.ndarray, training: np.ndarray) -> float:
    """Median nearest distance of `fakes` over that of `held_out`; see `PROTOCOL`."""
    return float(np.median(nearest(fakes, training)[0]) / np.median(nearest(held_out, training)[0]))


def _vectors(pictures):
    small = [cv2.resize(np.ascontiguousarray(p), (SIZE, SIZE), interpolation=cv2.INTER_AREA) for p in pictures]
    return np.stack(small).astype(np.float32).reshape(len(small), -1)
