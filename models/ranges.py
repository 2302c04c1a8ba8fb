"""How far a direction can go before faces tear: a measured range for every slider."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from models.directions import Directions
from models.principal import components

RANDOM, FACES, SEED = 2_000, 64, 1
FARTHEST, STEP, NEAREST = 5.0, 0.5, 1.0
SIZE, PARTS = 16, 32
RARE = 0.99  # a picture is out of the ordinary that is less likely than this share of random ones,
TORN = 0.15  # and a strength too much that makes more than this share of faces so
MEASURE = (
    f"Range: the farthest strength, up to {FARTHEST:g} in steps of {STEP:g}, at which at most {TORN:.0%} of {FACES} random faces "
    f"become less ordinary than {RARE:.0%} of random ones: by Mahalanobis distance in the {PARTS} principal components "
    f"of their {SIZE} px pictures and their sharpness."
)


def measured(draw: Callable[[np.ndarray], np.ndarray], directions: Directions) -> Directions:
    """The directions with the range of each: see `MEASURE`; at least `NEAREST` either way, so that every slider moves.

    Args:
        draw: float32 [N, latent] -> pictures uint8 [N, R, R, 3].
    """
    rng = np.random.default_rng(SEED)
    latent = directions.vectors.shape[1]
    distance = _ordinary(draw(rng.standard_normal((RANDOM, latent), np.float32)), rng)
    z = rng.standard_normal((FACES, latent), np.float32)

    def reach(vector):
        for strength in np.arange(STEP, FARTHEST + STEP, STEP):
            if np.mean(distance(draw(z + np.float32(strength) * vector)) > 1) > TORN:
                return max(strength - STEP, NEAREST)
        return FARTHEST

    low = [-reach(-vector) for vector in directions.vectors]
    high = [reach(vector) for vector in directions.vectors]
    return replace(directions, low=np.array(low, np.float32), high=np.array(high, np.float32))


def _ordinary(pictures, rng):
    """A function from pictures to how far each is out of the ordinary, [N]; 1 where `RARE` of these are nearer."""
    seen = _statistics(pictures)
    middle, basis = seen.mean(0), None
    flat = (seen - middle)[:, :-1]
    basis = components(flat, min(PARTS, *flat.shape), rng)
    spread = np.append((flat @ basis).std(0), seen[:, -1].std()) + 1e-6

    def squares(statistics):
        away = statistics - middle
        return np.square(np.column_stack([away[:, :-1] @ basis, away[:, -1]]) / spread).sum(1)

    limit = np.quantile(squares(seen), RARE)
    return lambda pictures: squares(_statistics(pictures)) / limit


def _statistics(pictures):
    """float32 [N, 16 * 16 * 3 + 1]: the picture at 16 px, and the logarithm of its mean Laplacian, its sharpness."""
    rows = []
    for picture in pictures:
        small = cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.float32).ravel() / 255
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        sharp = np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean()
        rows.append(np.append(small, np.log(sharp + 1)))
    return np.array(rows, np.float32)
