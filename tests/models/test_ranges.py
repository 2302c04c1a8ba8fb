"""How far a slider may go is measured on pictures."""

import numpy as np

from models.directions import Directions
from models.ranges import FARTHEST, NEAREST, measured

RNG = np.random.default_rng(0)
PATTERNS = RNG.standard_normal((8, 32 * 32 * 3)).astype(np.float32)
PATTERNS[0] *= 4  # moving along z0 changes the picture most,
PATTERNS[1] = 0  # along z1 nothing


def draw(z):
    """Pictures that are sums of patterns; below z2 = -2.5 everything is noise."""
    flat = 128 + 8 * z @ PATTERNS
    noise = np.random.default_rng(1).uniform(0, 255, flat.shape)
    flat = np.where(z[:, [2]] < -2.5, noise, flat)
    return np.clip(flat, 0, 255).astype(np.uint8).reshape(-1, 32, 32, 3)


def test_the_more_a_direction_does_the_shorter_its_range_each_side_by_itself():
    found = measured(draw, Directions.of("closed", ["d1", "d2", "d3"], ["1", "2", "3"], np.eye(8)[:3]))
    assert found.low[1] == -FARTHEST and found.high[1] == FARTHEST, "what changes nothing tears nothing"
    assert NEAREST <= found.high[0] < FARTHEST
    assert -found.low[2] < found.high[2], "it breaks on one side only"
    assert found.limits()["d3"] == -found.low[2]
