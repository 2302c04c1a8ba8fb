"""Latents are the same for ever, and the way between two of them keeps to where faces are."""

from itertools import pairwise

import numpy as np
import pytest

from models.latents import morph_path, seed_latent, slerp

A, B = seed_latent(1, 100), seed_latent(5, 100)


def test_a_seed_is_the_same_latent_for_ever():
    expected = [1.6905257, -0.46593738, 0.032820165, 0.40751627]
    np.testing.assert_array_equal(seed_latent(7, 4), np.array(expected, np.float32))
    assert seed_latent(7, 4).dtype == np.float32


@pytest.mark.parametrize("t, end", [(0, A), (1, B), (-0.5, A), (1.5, B)])
def test_the_ends_are_met_exactly(t, end):
    np.testing.assert_array_equal(slerp(A, B, t), end)


def test_lengths_go_evenly_and_no_point_falls_towards_the_middle():
    lengths = [np.linalg.norm(slerp(A, B, t)) for t in np.linspace(0, 1, 9)]
    np.testing.assert_allclose(lengths, np.linspace(np.linalg.norm(A), np.linalg.norm(B), 9), rtol=1e-5)


def test_steps_are_even():
    points = [slerp(A, B, t) for t in np.linspace(0, 1, 6)]
    units = [point / np.linalg.norm(point) for point in points]
    angles = [np.arccos(a @ b) for a, b in pairwise(units)]
    np.testing.assert_allclose(angles, angles[0], rtol=1e-4)


@pytest.mark.parametrize(
    "reason, a, b",
    [
        ("one and the same", A, A),
        ("one direction, two lengths", A, 2 * A),
        ("opposite: any way round", A, -A),
        ("from nowhere", 0 * A, A),
        ("nowhere at all", 0 * A, 0 * A),
    ],
)
def test_odd_pairs_give_numbers_of_a_sane_length(reason, a, b):
    middle = slerp(a, b, 0.5)
    assert np.isfinite(middle).all(), reason
    np.testing.assert_allclose(np.linalg.norm(middle), (np.linalg.norm(a) + np.linalg.norm(b)) / 2, rtol=1e-5)


def test_a_path_meets_every_key_exactly():
    keys = np.stack([A, B, seed_latent(9, 100)])
    path = morph_path(keys, 49)
    assert path.shape == (49, 100) and path.dtype == np.float32
    for key, place in zip(keys, (0, 24, 48)):
        np.testing.assert_array_equal(path[place], key)


def test_a_loop_returns_without_drawing_its_first_point_twice():
    keys = np.stack([A, B, seed_latent(9, 100)])
    path = morph_path(keys, 72, loop=True)
    for key, place in zip(keys, (0, 24, 48)):
        np.testing.assert_array_equal(path[place], key)
    steps = np.linalg.norm(np.diff(np.concatenate([path, path[:1]]), axis=0), axis=1)
    assert steps.min() > 0.5 * steps.max()


def test_one_step_is_the_first_key():
    np.testing.assert_array_equal(morph_path(np.stack([A, B]), 1), A[None])
