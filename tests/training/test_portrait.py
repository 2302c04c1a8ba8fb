"""A set as one picture: every figure against NumPy's own on small arrays."""

import numpy as np
import pytest

from training.data import portrait as portraits
from training.data.portrait import portrait, some


@pytest.fixture(params=[1, 2, 7, 8])
def pictures(request):
    return np.random.default_rng(request.param).integers(0, 256, (request.param, 5, 4, 3), dtype=np.uint8)


def by_numpy(pictures):
    counts = np.stack([(pictures == value).sum(axis=0) for value in range(256)])
    return {
        "mean": np.rint(pictures.mean(axis=0)),
        "deviation": np.rint(pictures.std(axis=0)),
        "median": np.rint(np.median(pictures, axis=0)),
        "mode": counts.argmax(axis=0),
        "minimum": pictures.min(axis=0),
        "maximum": pictures.max(axis=0),
    }


@pytest.mark.parametrize("at_once", [portraits.AT_ONCE, 1], ids=["in one go", "row by row, picture by picture"])
def test_all_six_are_numpys(pictures, at_once, monkeypatch):
    monkeypatch.setattr(portraits, "AT_ONCE", at_once)
    rows = []
    found = portrait(pictures, progress=lambda done, total: rows.append((done, total)))
    for name, expected in by_numpy(pictures).items():
        own = getattr(found, name)
        assert own.dtype == np.uint8 and own.shape == (5, 4, 3)
        np.testing.assert_array_equal(own, expected, err_msg=name)
    assert rows[-1] == (5, 5)


def test_values_that_repeat_have_a_mode_and_an_outlier_moves_the_mean_alone():
    pictures = np.full((5, 1, 1, 3), 10, np.uint8)
    pictures[4] = 255
    found = portrait(pictures)
    assert [int(one.ravel()[0]) for one in found] == [59, 98, 10, 10, 10, 255]


def test_some_of_the_pictures():
    pictures = np.arange(60, dtype=np.uint8).reshape(5, 2, 2, 3)
    np.testing.assert_array_equal(portrait(pictures, np.array([2])).mean, pictures[2])
    with pytest.raises(ValueError, match="at least one"):
        portrait(pictures, np.array([], int))


def test_random_pictures_are_the_same_for_a_seed_and_none_twice():
    chosen = some(1000, 50, seed=4)
    assert chosen.tolist() == some(1000, 50, seed=4).tolist() != some(1000, 50, seed=5).tolist()
    assert len(set(chosen.tolist())) == 50 and (np.diff(chosen) > 0).all()
    assert some(3, 50).tolist() == [0, 1, 2]
