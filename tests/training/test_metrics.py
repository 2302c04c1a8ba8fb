"""Figures that a person would believe: equal is equal, noise is far, copies are found."""

import numpy as np
import pytest

from tests.training.conftest import squares
from training import evaluate
from training.metrics import msssim, neighbours, swd


def test_swd_of_a_set_to_itself_is_far_below_that_of_two_draws():
    a, b = squares(60, 64, seed=0), squares(60, 64, seed=1)
    same, floor = swd.swd(a, a), swd.swd(a, b)
    assert list(same) == [64, 32, 16]
    assert all(same[level] < floor[level] for level in same)


def test_swd_sees_noise_at_the_finest_level_first():
    a, b = squares(60, 64, seed=0), squares(60, 64, seed=1)
    noisy = np.clip(b + np.random.RandomState(2).normal(0, 12, b.shape), 0, 255).astype(np.uint8)
    floor, distance = swd.swd(b, a), swd.swd(noisy, a)
    assert distance[64] > 3 * floor[64]
    assert distance[16] < 1.5 * floor[16]


def test_swd_is_reproducible_and_refuses_unequal_sets():
    a, b = squares(10, 32, seed=0), squares(10, 32, seed=1)
    assert swd.swd(a, b) == swd.swd(a, b)
    with pytest.raises(ValueError, match="equal sets"):
        swd.swd(a, b[:5])


def test_swd_agrees_with_a_plain_reading_of_the_paper():
    """Loops over patches and projections instead of the array code; same random draws."""
    import cv2

    a, b = squares(3, 32, seed=0), squares(3, 32, seed=1)
    rng = np.random.RandomState(0)
    for level in range(2):
        sides = []
        for pictures in (a, b):
            low = [cv2.pyrDown(p.astype(np.float32)) for p in pictures]
            maps = low if level else [p.astype(np.float32) - cv2.pyrUp(q) for p, q in zip(pictures, low)]
            size = maps[0].shape[0]
            rows, columns = rng.randint(0, size - 6, (2, 3 * 128))
            patches = [maps[i // 128][r : r + 7, c : c + 7] for i, (r, c) in enumerate(zip(rows, columns))]
            for channel in range(3):
                values = np.array([patch[..., channel] for patch in patches])
                mean, deviation = values.mean(), values.std()
                patches = [patch.copy() for patch in patches]
                for patch in patches:
                    patch[..., channel] = (patch[..., channel] - mean) / deviation
            sides.append(np.array([patch.transpose(2, 0, 1).ravel() for patch in patches]))
        distances = []
        for _ in range(4):
            directions = rng.standard_normal((147, 128)).astype(np.float32)
            for direction in (directions / np.linalg.norm(directions, axis=0)).T:
                distances.append(np.abs(np.sort(sides[0] @ direction) - np.sort(sides[1] @ direction)).mean())
        assert swd.swd(a, b)[32 >> level] == pytest.approx(1000 * np.mean(distances), rel=1e-3)


def test_pyramid_adds_up_to_the_picture():
    """Reconstruction by the textbook's definition: each level plus the enlarged next one."""
    import cv2

    pictures = squares(2, 64)
    *details, rest = swd._pyramid(pictures)
    for level in reversed(details):
        rest = level + np.stack([cv2.pyrUp(p) for p in rest])
    np.testing.assert_allclose(rest, pictures, atol=1e-3)


def test_ms_ssim_within_tells_a_collapsed_set_from_a_varied_one():
    varied = squares(50, 64)
    assert msssim.ms_ssim_within(np.repeat(varied[:1], 50, 0), 50) == pytest.approx(1.0)
    assert msssim.ms_ssim_within(varied, 200) < 0.5


def test_neighbour_ratio_finds_copies_and_clears_new_pictures(monkeypatch):
    monkeypatch.setattr(neighbours, "PIECE", 64)  # pieces that do not go evenly into 200
    training, held_out, new = squares(200, seed=0), squares(30, seed=1), squares(30, seed=2)
    every = np.arange(200)
    assert neighbours.neighbour_ratio(new, held_out, training, every) == pytest.approx(1.0, abs=0.25)
    assert neighbours.neighbour_ratio(training[:30], held_out, training, every) < 0.05
    assert neighbours.neighbour_ratio(training[:30, :, ::-1], held_out, training, every) < 0.05  # mirrored copies too
    assert (neighbours.nearest(training[100:130], training, every)[1] == every[100:130]).all()
    others = neighbours.nearest(training[100:130], training, every[:100])[0]  # not compared with those left out
    assert others.min() > 0


def test_diversity_is_one_for_as_varied_a_set_and_zero_for_one_face():
    a, b = squares(100, seed=0), squares(100, seed=1)
    assert evaluate.diversity(a, b) == pytest.approx(1.0, abs=0.1)
    assert evaluate.diversity(np.repeat(a[:1], 100, 0), b) == 0


@pytest.mark.parametrize(
    "diversity, images, alarmed",
    [
        (0.9, 100_000, False),  # varied
        (0.3, 100_000, True),  # collapsed
        (0.01, 1_000, False),  # nothing learnt yet
    ],
)
def test_the_alarm_rings_for_a_collapse_only(diversity, images, alarmed):
    assert bool(evaluate.alarm({"diversity": diversity}, images)) == alarmed
