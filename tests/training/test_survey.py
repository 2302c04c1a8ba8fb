"""A set looked through once: sizes, faulty files by name, kinds that are alike."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.training.annotated import make, photo, small_set
from training.data import duplicates
from training.data.annotations import open_annotated
from training.data.survey import survey


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))


def test_faces_are_looked_through_once_and_faulty_files_named(tmp_path):
    files = {"a.png": photo(60, 40), "b.png": b"", "c.png": photo(30, 80, seed=2), "film.mp4": b"film"}
    source, calls = make(tmp_path / "set.zip", files), []
    found = survey(source, progress=lambda done, total: calls.append((done, total)))
    assert found.names == ["a.png", "c.png"] and [tuple(one) for one in found.sizes] == [(60, 40), (30, 80)]
    assert [(file, kind) for file, kind, _ in found.faults] == [("b.png", "picture"), ("film.mp4", "stranger")]
    assert "b.png` is empty" in found.faults[0][2]
    again = survey(source, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    np.testing.assert_array_equal(again.hashes, found.hashes)


def test_photos_with_boxes_have_the_faults_of_the_check(tmp_path):
    files = small_set(3) | {"images/01.jpg": b"no picture", "annotations/09.xml": b"<annotation/>"}
    source = make(tmp_path / "photos", files)
    found = survey(source, open_annotated(source))
    assert found.names == ["images/00.jpg", "images/02.jpg"] and found.hashes.shape == (2, 2, 4)
    assert {kind for _, kind, _ in found.faults} == {"picture", "no picture"}


def test_groups_are_the_pairs_joined_however_they_lie():
    sums = np.array([[0b1, 1 << 60], [0xFF00FF, 1 << 61], [0b11, 1 << 62], [0b111, 1 << 63], [0, 0], [0, 0]], np.uint64)
    names = list("abcdef")
    assert duplicates.joined(names, sums, near=1) == {"a": "a", "c": "a", "d": "a"}, "a is like c, c like d"
    assert duplicates.joined(names, sums, near=0) == {}
    assert duplicates.joined([], np.zeros((0, 2, 4), np.uint64)) == {}


def test_the_same_face_saved_again_is_found_and_an_aligned_stranger_is_not(tmp_path):
    def face(seed, side=64, quality=95):
        """A light oval on a dark ground, always at one place; what differs is inside."""
        rows, columns = np.mgrid[:64, :64] - 31.5
        oval = 160.0 * (rows**2 / 700 + columns**2 / 400 < 1)
        inside = np.random.default_rng(seed).normal(0, 30, (8, 8)).repeat(8, 0).repeat(8, 1) * (oval > 0)
        grey = (60 + oval + inside).clip(0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(grey).convert("RGB").resize((side, side)).save(file, "JPEG", quality=quality)
        return file.getvalue()

    files = {f"{seed}.jpg": face(seed) for seed in range(20)} | {"again.jpg": face(3, side=48, quality=60)}
    found = survey(make(tmp_path / "set.zip", files))
    assert duplicates.joined(found.names, found.hashes, duplicates.NEAR_FINE) == {
        "3.jpg": "3.jpg",
        "again.jpg": "3.jpg",
    }


def test_a_late_picture_joins_two_groups():
    sums = np.array([[0b1, 1 << 60], [0b1, 1 << 60], [0b111, 1 << 61], [0b111, 1 << 61], [0b11, 1 << 62]], np.uint64)
    assert set(duplicates.joined(list("abcde"), sums, near=1).values()) == {"a"}


def test_at_most_so_many_of_a_kind_stay():
    groups = {"a": "a", "b": "a", "c": "a", "x": "x", "y": "x"}
    assert duplicates.surplus(groups, 1) == ["b", "c", "y"]
    assert duplicates.surplus(groups, 2) == ["c"]
    assert duplicates.surplus(groups, 3) == []
