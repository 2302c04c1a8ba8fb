"""An aligner learns from the generator's own fakes, turned, resized and moved on grounds of any colour."""

from collections.abc import Callable

import cv2
import numpy as np

from models.aligner import SIZE, Aligner, features
from models.crops import Crop, cut
from models.generator import Generator

IMAGES, AT_ONCE = 4000, 256
RIDGE = 30.0
TURN, GROWN, BESIDE = 22.0, 0.1, 0.05  # degrees either way; deviations of the side's logarithm and of the place
_GROUND, _SIDE = 160, 80  # pixels of what a fake is pasted on, and of the fake there


def train(
    generator: Generator, images: int = IMAGES, seed: int = 0, progress: Callable[[int], None] | None = None
) -> tuple[Aligner, np.ndarray]:
    """(the aligner; its mean absolute errors on a tenth of the fakes, which a first one did not learn from: degrees, then
    three shares of the side).

    Args:
        images: fakes to learn from.
        progress: called now and then with the fakes seen.
    """
    random = np.random.default_rng(seed)
    seen, off = [], []
    for start in range(0, images, AT_ONCE):
        z = random.standard_normal((min(AT_ONCE, images - start), generator.latent)).astype(np.float32)
        for face in generator.generate(z):
            square, wrong = displaced(face, random)
            seen.append(features(square))
            off.append(wrong)
        if progress:
            progress(len(seen))
    seen, off = np.stack(seen), np.array(off)
    learnt = len(seen) - len(seen) // 10
    first = _fit(seen[:learnt], off[:learnt])
    errors = np.abs((seen[learnt:] - first.mean) @ first.matrix + first.bias - off[learnt:]).mean(0)
    return _fit(seen, off), errors


def displaced(face: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, tuple[float, ...]]:
    """(a square that misses a face, uint8 [64, 64, 3]; by how much: what `Aligner` tells of it)."""
    true = Crop(_GROUND / 2, _GROUND / 2, _SIDE, random.uniform(-TURN, TURN))
    colours = random.integers(0, 256, (4, 4, 3)).astype(np.uint8)
    ground = cv2.resize(colours, (_GROUND, _GROUND), interpolation=cv2.INTER_CUBIC)
    photo = paste(face, ground, true)
    missed = true.moved(*random.normal(0, BESIDE, 2))._replace(side=_SIDE * np.exp(random.normal(0, GROWN)), angle=0.0)
    away = np.array([true.x - missed.x, true.y - missed.y]) / missed.side
    return cut(photo, missed, SIZE), (true.angle, float(np.log(true.side / missed.side)), *away)


def paste(face: np.ndarray, ground: np.ndarray, crop: Crop) -> np.ndarray:
    """The ground with the face in the square, its rim faded, uint8 like the ground [H, W, 3]."""
    size, place = len(face), ground.shape[1::-1]
    corners = np.float32([[0, 0], [size, 0], [size, size]]) - 0.5
    matrix = cv2.getAffineTransform(corners, np.float32(crop.corners()[:3] - 0.5))
    ramp = np.abs(np.linspace(-1, 1, size))
    rim = np.clip((1 - np.maximum(ramp, ramp[:, None])) / 0.08, 0, 1).astype(np.float32)
    options = {"flags": cv2.INTER_CUBIC, "borderMode": cv2.BORDER_REPLICATE}
    placed = cv2.warpAffine(face.astype(np.float32), matrix, place, **options)
    share = cv2.warpAffine(rim, matrix, place)[..., None]
    return np.clip(ground * (1 - share) + placed * share, 0, 255).astype(np.uint8)


def _fit(seen: np.ndarray, off: np.ndarray) -> Aligner:
    mean, bias = seen.mean(0), off.mean(0)
    around = (seen - mean).astype(np.float64)
    matrix = np.linalg.solve(around.T @ around + RIDGE * np.eye(len(mean)), around.T @ (off - bias))
    return Aligner(*(array.astype(np.float32) for array in (mean, matrix, bias)))
