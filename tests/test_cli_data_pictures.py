"""`python cli.py data …` for any set of pictures: what is there, what is alike, what is left out, a set as one picture."""

import io
import json

import numpy as np
import pytest

from tests.test_cli_data import shell
from tests.training.annotated import make, photo
from training.data import exclusions, library
from utils import pictures

FACES = {f"{number:02}.png": photo(64, 64, seed=number % 4, format="PNG") for number in range(6)}


@pytest.fixture
def faces(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VISAGE_DATA", str(tmp_path / "root"))
    (tmp_path / "root").mkdir()
    return make(tmp_path / "root" / "faces.zip", FACES)


@pytest.mark.parametrize("verb", ["list", "alike", "exclude", "portrait", "remove"])
def test_every_verb_teaches_by_an_example(verb):
    assert f"python cli.py data {verb}" in shell(verb, "--help").stdout


def test_the_sets_there_are(faces):
    assert shell("list").stdout == f"faces.zip: faces, {faces}\n"
    (row,) = json.loads(shell("list", "--json").stdout)
    assert row["name"] == "faces.zip" and row["uploaded"] is False


def test_all_but_one_of_a_kind_are_excluded_and_taken_back(faces, tmp_path):
    told = shell("alike", faces).stdout
    assert told == "00.png, 04.png\n01.png, 05.png\n4 of 6 pictures are like another, in 2 kinds.\n"
    assert exclusions.read(faces) == frozenset()
    assert "2 are excluded now" in shell("alike", "faces.zip", "--keep", 1).stdout
    assert shell("exclude", faces).stdout == "04.png\n05.png\n"
    (tmp_path / "some.txt").write_text("04.png\n")
    shell("exclude", faces, "--from", tmp_path / "some.txt", "--undo")
    assert json.loads(shell("exclude", faces, "00.png", "--json").stdout)["excluded"] == ["00.png", "05.png"]


def test_a_picture_that_is_not_there_cannot_be_excluded(faces):
    assert "has no picture `99.png`" in shell("exclude", faces, "99.png", code=2).stderr
    assert "There is no data set `cats`. Sets: faces.zip" in shell("exclude", "cats", code=2).stderr


def test_an_uploaded_set_is_removed_and_no_other(faces):
    uploaded = library.add("mine.zip", io.BytesIO(faces.read_bytes())).path
    assert "Remove" in shell("remove", "mine.zip", code=1).stdout and uploaded.exists()  # nobody says yes
    assert shell("remove", "mine.zip", "--yes").stdout == "mine.zip is removed.\n" and not uploaded.exists()
    assert "was not uploaded" in shell("remove", "faces.zip", "--yes", code=2).stderr and faces.exists()


def test_a_set_as_one_picture_beside_fakes(faces, tmp_path, tiny_model, monkeypatch):
    shell("exclude", faces, "00.png")
    assert "5 pictures at 64 px" in shell("portrait", faces, "--out", tmp_path / "six").stdout
    decoded = [pictures.decode(FACES[f"{number:02}.png"]) for number in range(1, 6)]
    np.testing.assert_array_equal(pictures.decode(tmp_path / "six" / "minimum.png"), np.min(decoded, axis=0))
    monkeypatch.setattr("models.catalogue.SHIPPED", tiny_model.folder.parent)
    told = shell("portrait", faces, "--out", tmp_path / "both", "--count", 3, "--model", "tiny").stdout
    assert "3 pictures at 32 px and as many fakes" in told
    assert len(list((tmp_path / "both").glob("fakes-*.png"))) == 6
