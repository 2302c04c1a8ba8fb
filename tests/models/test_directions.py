"""Directions: found in closed form, the same every time, named by people."""

import dataclasses

import numpy as np
import pytest

from models import directions
from utils.errors import ModelError

LAYER = np.random.RandomState(0).standard_normal((20, 300)).astype(np.float32)


@pytest.fixture
def found():
    return directions.factorise(LAYER, 5)


def test_directions_stand_at_right_angles_and_have_length_1(found):
    np.testing.assert_allclose(found.vectors @ found.vectors.T, np.eye(5), atol=1e-6)
    assert found.vectors.dtype == np.float32 and found.names == ("d1", "d2", "d3", "d4", "d5")


def test_the_first_moves_the_layer_most(found):
    reach = np.linalg.norm(found.vectors @ LAYER, axis=1)
    assert (np.diff(reach) <= 0).all()
    others = np.random.RandomState(1).standard_normal((1000, 20))
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    assert reach[0] >= np.linalg.norm(others @ LAYER, axis=1).max()


def test_a_direction_has_one_sign(found):
    flipped = directions.factorise(-LAYER, 5)
    np.testing.assert_allclose(found.vectors, flipped.vectors, atol=1e-6)
    largest = found.vectors[np.arange(5), np.abs(found.vectors).argmax(1)]
    assert (largest > 0).all()


def test_the_same_layer_gives_the_same_file(found, tmp_path):
    directions.save(found, tmp_path / "a.npz")
    directions.save(directions.factorise(LAYER, 5), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_locked_direction_stays_still_while_others_move(found):
    slanted = found.vectors.copy()
    slanted[1] = (slanted[0] + slanted[1]) / np.sqrt(2)  # smile and age, say, that come together
    slanted[4] = slanted[2]
    skew = dataclasses.replace(found, vectors=slanted)
    around = skew.around(("d1", "d3"))
    np.testing.assert_allclose(around[[1, 3, 4]] @ slanted[[0, 2]].T, 0, atol=1e-6)
    np.testing.assert_allclose(around[1], found.vectors[1] / np.sqrt(2), atol=1e-6)
    np.testing.assert_array_equal(around[[0, 2]], slanted[[0, 2]])
    np.testing.assert_allclose(around[4], 0, atol=1e-6)
    assert skew.around(()) is slanted


@pytest.mark.parametrize("count", [0, -1, 21])
def test_an_impossible_count_is_told(count):
    with pytest.raises(ModelError, match=f"from 1 to 20.*{count}"):
        directions.factorise(LAYER, count)


def test_directions_come_back_from_their_file(found, tmp_path):
    renamed = directions.rename(found, "d2", "Größeres Lächeln")
    directions.save(renamed, tmp_path / "d.npz")
    loaded = directions.load(tmp_path / "d.npz")
    assert loaded.names == ("d1", "grosseres-lacheln", "d3", "d4", "d5")
    assert loaded.labels[1] == "Größeres Lächeln" and loaded.limits()["d1"] == directions.STRENGTH
    np.testing.assert_array_equal(loaded.vectors, found.vectors)


@pytest.mark.parametrize(
    "reason, name, label",
    [
        ("no such direction", "d9", "Smile"),
        ("taken by another", "d1", "d2"),
        ("nothing left of it in a link", "d1", "?!"),
        ("a setting's own name", "d1", "Seed"),
        ("reads as a single latent value", "d1", "z12"),
        ("a word of the picture's address", "d1", "Size"),
    ],
)
def test_a_name_that_a_link_would_misread_is_refused(found, reason, name, label):
    with pytest.raises(ModelError):
        directions.rename(found, name, label)


@pytest.mark.parametrize(
    "reason, spoil",
    [
        ("missing", lambda path: path.unlink()),
        ("empty", lambda path: path.write_bytes(b"")),
        ("cut off", lambda path: path.write_bytes(path.read_bytes()[:-200])),
        ("something else", lambda path: path.write_bytes(b"a text, no archive")),
        ("pickled", lambda path: np.savez(path, names=np.array([object()]), labels=0, vectors=0, strength=0)),
        ("numbers differ", lambda path: np.savez(path, names=["a"], labels=["A"], vectors=LAYER, strength=[1.0])),
        ("not numbers", lambda path: np.savez(path, names=["a"], labels=["A"], vectors=LAYER[:1] * np.nan, strength=[1.0])),
        ("a name for links that is none", lambda path: np.savez(path, names=["seed"], labels=["A"], vectors=LAYER[:1], strength=[1.0])),
    ],
)  # fmt: skip
def test_a_spoiled_file_is_a_sentence(found, tmp_path, reason, spoil):
    path = tmp_path / "directions.npz"
    directions.save(found, path)
    spoil(path)
    with pytest.raises(ModelError, match="directions.npz"):
        directions.load(path)


def test_directions_of_several_kinds_stand_together_without_twins(found):
    slanted = found.vectors[[0]] * 0.9 + found.vectors[[4]] * np.sqrt(1 - 0.81)
    attributes = directions.Directions.of("attribute", ["smile"], ["Smile"], slanted)
    both = attributes.joined(found)
    assert both.names == ("smile", "d2", "d3", "d4", "d5"), "d1 does what smile does"
    assert both.kinds == ("attribute", *["closed"] * 4) and len(both.vectors) == len(both.low) == 5
    assert both.only("closed").names == ("d2", "d3", "d4", "d5")
    namesake = directions.Directions.of("attribute", ["d3"], ["Third"], found.vectors[[1]])
    assert namesake.joined(found.pick([2, 3])).names == ("d3", "d4")


def test_a_name_that_means_another_direction_is_seen(found):
    assert not found.differs(found, "d2") and not found.differs(found.pick([0]), "d2")
    turned = dataclasses.replace(found, vectors=found.vectors[::-1])
    assert found.differs(turned, "d2") and not found.differs(turned, "d3")


def test_a_slider_goes_as_far_as_the_nearer_end(found, tmp_path):
    lopsided = dataclasses.replace(found, low=np.full(5, -2, np.float32), high=np.full(5, 4.5, np.float32))
    directions.save(lopsided, tmp_path / "d.npz")
    assert directions.load(tmp_path / "d.npz").limits()["d1"] == 2
    np.testing.assert_array_equal(directions.load(tmp_path / "d.npz").high, lopsided.high)


def test_a_file_from_before_ranges_were_measured_is_read(found, tmp_path):
    old = {"names": ["d1"], "labels": ["Direction 1"], "vectors": found.vectors[:1], "strength": np.float32([2.5])}
    np.savez(tmp_path / "d.npz", **old)
    loaded = directions.load(tmp_path / "d.npz")
    assert loaded.kinds == ("closed",) and loaded.limits() == {"d1": 2.5}
