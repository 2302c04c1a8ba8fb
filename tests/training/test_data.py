"""Pictures as people have them become one array; batches are a function of the seed and the iteration."""

import os
import subprocess
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.training.conftest import squares
from training.data.pictures import Batches, PictureSet, prepare
from utils.errors import DataError


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))


def write(folder, names, size=(40, 30)):
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        Image.fromarray(squares(1, 64, number)[0]).resize(size).save(folder / name)
    return folder


def test_folder_and_zip_give_the_same_array_sorted_by_name(tmp_path):
    folder = write(tmp_path / "set", ["b.png", "a.png", "c.png"])
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"inner/{file.name}")
    from_folder, from_zip = prepare(folder, 32), prepare(tmp_path / "set.zip", 32)
    assert from_folder.names == from_zip.names == ["a.png", "b.png", "c.png"]
    assert from_folder.pictures.shape == (3, 32, 32, 3) and from_folder.pictures.dtype == np.uint8
    np.testing.assert_array_equal(from_folder.pictures, from_zip.pictures)


def test_second_time_nothing_is_decoded_and_a_changed_folder_is_seen(tmp_path):
    folder, calls = write(tmp_path / "set", ["a.png", "b.png"]), []
    prepare(folder, 32, lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]
    prepare(folder, 32, lambda done, total: calls.append((done, total)))
    assert len(calls) == 2
    write(folder, ["a.png", "b.png", "c.png"])
    assert len(prepare(folder, 32).names) == 3


def test_broken_pictures_are_left_out_and_told(tmp_path):
    folder = write(tmp_path / "set", ["a.png", "b.png", "c.png"])
    (folder / "b.png").write_bytes(b"")
    found = prepare(folder, 32)
    assert found.names == ["a.png", "c.png"]
    assert len(found.notes) == 1 and "b.png" in found.notes[0]


def test_files_that_are_no_pictures_are_told(tmp_path):
    folder = write(tmp_path / "set", ["a.png", "b.png"])
    (folder / "movie.mp4").write_bytes(b"film")
    (folder / "labels.csv").write_text("image_id,smiling\na.png,1\n")
    assert len(prepare(folder, 32).notes) == 1 and "movie.mp4" in prepare(folder, 32).notes[0]


def test_a_full_disk_is_an_error_that_can_be_caught_and_leaves_nothing(tmp_path, monkeypatch):
    """A sparse mapped file would end the process instead (SIGBUS)."""
    small = tmp_path / "home" / "cache"
    small.mkdir(parents=True)
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small]).returncode:
        pytest.skip("A small file system cannot be mounted here: this needs root.")
    try:
        folder = write(tmp_path / "set", [f"{number:03d}.png" for number in range(100)])
        with pytest.raises(OSError, match="No space"):
            prepare(folder, 64)
        assert not [path for path in small.rglob("*") if path.is_file()]
    finally:
        subprocess.run(["umount", small], check=True)


def test_nothing_usable_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        prepare(tmp_path / "nowhere", 32)
    folder = write(tmp_path / "set", ["a.png", "b.png"])
    for file in folder.iterdir():
        file.write_bytes(b"no picture")
    with pytest.raises(DataError, match="0 readable"):
        prepare(folder, 32)


def test_full_celeba_is_taken_as_people_have_it(tmp_path):
    """178x218 frames are cut to the square around the face, not to the middle."""
    folder = tmp_path / "img_align_celeba"
    folder.mkdir()
    frame = np.zeros((218, 178, 3), np.uint8)
    frame[34:194, 9:169] = 255  # the square, white
    for number in (1, 2, 10):
        Image.fromarray(frame).save(folder / f"{number:06d}.jpg", quality=100)
    (tmp_path / "list_attr_celeba.txt").write_text("3\nSmiling Young\n000001.jpg 1 -1\n")
    found = prepare(folder, 64)
    assert found.pictures.min() > 240
    assert [a.tolist() for a in found.split()] == [[0, 1], [2]]  # 000010 is held out


def test_held_out_is_every_tenth_by_number_or_else_by_place():
    def held_out(names):
        return [names[i] for i in PictureSet(np.zeros((len(names), 1)), names, []).split()[1]]

    assert held_out(["000003.webp", "000010.webp", "000020.webp"]) == ["000010.webp", "000020.webp"]
    assert held_out([f"face_{i}.png" for i in range(11)]) == ["face_0.png", "face_10.png"]


def test_an_epoch_shows_every_picture_once_and_epochs_differ():
    data = np.arange(40, dtype=np.uint8)[:, None, None, None]
    batches = Batches(data, np.arange(0, 40, 2), batch=8, seed=3, flip=False)
    seen = np.concatenate([batches(i).ravel() for i in range(5)])  # 40 pictures: two epochs of 20
    assert sorted(seen[:20]) == sorted(seen[20:]) == list(range(0, 40, 2))
    assert list(seen[:20]) != list(seen[20:])


def test_batches_depend_on_nothing_but_seed_and_iteration():
    data = squares(40)
    a, b = (Batches(data, np.arange(40), batch=8, seed=3, flip=True) for _ in range(2))
    for iteration in (17, 2, 9):
        b(iteration)  # another history
    np.testing.assert_array_equal(a(5), b(5))
    assert not np.array_equal(a(5), Batches(data, np.arange(40), 8, seed=4, flip=True)(5))
