"""How far a square around a face is from where the generator's faces lie: turned, too large, beside. NumPy and OpenCV.

Ridge regression on histograms of oriented gradients (Dalal and Triggs 2005), learnt from the generator's own fakes,
turned and moved (`training/aligner.py`).
"""

from typing import NamedTuple

import cv2
import numpy as np

from models.card import ALIGNER, ModelInfo
from models.crops import Crop, cut
from models.weights_io import read_arrays

SIZE, CELLS, BINS = 64, 8, 12  # pixels of the square that is looked at; cells on its side; directions of edges
LOOKS = 3  # each starts where the last one ended
_FAINT = 20.0  # edges much weaker than this count for little
REACH = np.array([30.0, 0.3, 0.2, 0.2])  # at most believed of one look


class Aligner(NamedTuple):
    """Attributes:
    mean: float32 [F], of the features.
    matrix: float32 [F, 4]: features to degrees clockwise, log of the side, and shares of the side across and down.
    bias: float32 [4].
    """

    mean: np.ndarray
    matrix: np.ndarray
    bias: np.ndarray

    def settled(self, picture: np.ndarray, crop: Crop) -> Crop:
        """The square turned, sized and moved to where the face in it lies as the generator's faces do.

        Args:
            picture: the photo, uint8 [H, W, 3].
            crop: a square around a face, off by up to a fifth of its side and 20 degrees.
        """
        for _ in range(LOOKS):
            off = (features(cut(picture, crop, SIZE)) - self.mean) @ self.matrix + self.bias
            turn, grown, across, down = (float(value) for value in np.clip(off, -REACH, REACH))
            moved = crop.moved(across, down)
            crop = moved._replace(side=crop.side * float(np.exp(grown)), angle=crop.angle + turn)
        return crop


def features(square: np.ndarray) -> np.ndarray:
    """What is looked at in a square, uint8 [64, 64, 3]: edges by direction in 8 x 8 cells, and lightness at 16 px; float32 [F]."""
    grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *axis, ksize=3) for axis in ((1, 0), (0, 1)))
    bins = np.arctan2(down, across) % np.pi / np.pi * BINS
    low, share, strength = np.floor(bins).astype(int), bins % 1, np.hypot(across, down)
    edges = np.zeros((SIZE, SIZE, BINS), np.float32)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    edges[rows, columns, low % BINS] += strength * (1 - share)
    edges[rows, columns, (low + 1) % BINS] += strength * share
    step = SIZE // CELLS
    edges = cv2.GaussianBlur(edges, (0, 0), 3)[step // 2 :: step, step // 2 :: step]
    near = cv2.blur(np.linalg.norm(edges, axis=2), (3, 3)) + _FAINT
    edges = np.sqrt(np.minimum(edges / near[..., None], 1))
    light = cv2.resize(grey, (16, 16), interpolation=cv2.INTER_AREA)
    light = (light - light.mean()) / (light.std() + 10) / 2
    return np.concatenate([edges.ravel(), light.ravel()])


def load(info: ModelInfo) -> Aligner | None:
    """The model's aligner, or None where it came without.

    Raises: ModelError for a damaged file.
    """
    if ALIGNER not in info.files:
        return None
    arrays = read_arrays(info.path(ALIGNER))
    return Aligner(*(arrays[name].astype(np.float32) for name in Aligner._fields))
