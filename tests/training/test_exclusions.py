"""A picture that somebody excluded is not trained on, whoever trains; nobody else changes sides by it."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.training.annotated import make, small_set
from tests.training.conftest import TINY, squares
from tests.tree import ROOT
from training import recipe as recipes
from training import runs
from training.data import exclusions, library, pictures
from training.data.annotations import open_annotated
from training.detection import sets


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))


@pytest.fixture
def faces(tmp_path):
    for side in ("left", "right"):  # the same names in two folders
        (tmp_path / "set" / side).mkdir(parents=True)
        for number, picture in enumerate(squares(6, seed=len(side))):
            Image.fromarray(picture).save(tmp_path / "set" / side / f"{number}.png")
    return tmp_path / "set"


def test_the_list_is_beside_the_set_and_grows_and_shrinks(faces):
    before = sorted(faces.rglob("*"))
    assert exclusions.read(faces) == frozenset()
    exclusions.change(faces, add=["left/1.png", "right/2.png"])
    exclusions.change(faces, remove=["left/1.png", "never/there.png"])
    assert exclusions.read(faces) == {"right/2.png"}
    assert exclusions.file_of(faces).read_text() == "right/2.png\n"
    assert sorted(faces.rglob("*")) == before, "nothing is written into the set"


def test_a_relative_path_means_the_same_set(faces, monkeypatch):
    exclusions.change(faces, add=["left/1.png"])
    monkeypatch.chdir(faces.parent)
    assert exclusions.read("set") == {"left/1.png"}


def test_an_excluded_face_is_neither_trained_on_nor_held_out(faces):
    before = pictures.prepare(faces, 32)
    exclusions.change(faces, add=["left/0.png", "right/2.png"])  # places 0, held out, and 8
    after = pictures.prepare(faces, 32)
    training, held_out = after.split()
    assert set(before.split()[0]) - set(training) == {8} and set(before.split()[1]) - set(held_out) == {0}
    assert after.fingerprint != before.fingerprint and any("2 pictures are excluded" in one for one in after.notes)
    batches = pictures.Batches(after.pictures, training, batch=4, seed=0, flip=False)
    shown = np.concatenate([batches(k) for k in range(10)])
    assert not (shown == after.pictures[8]).all(axis=(1, 2, 3)).any()
    exclusions.change(faces, remove=["left/0.png", "right/2.png"])
    assert pictures.prepare(faces, 32).fingerprint == before.fingerprint


def test_an_excluded_photo_is_not_trained_on_and_the_split_stays(tmp_path):
    source = make(tmp_path / "photos", small_set(20))
    recipe = recipes.load("masks", [f'data.source="{source}"'])
    parts = {part: [one.name for one in open_annotated(source).part(part).photos] for part in ("train", "val")}
    before = sets.load(recipe)
    gone = {parts["train"][0], parts["val"][0]}
    exclusions.change(source, add=gone)
    after = sets.load(recipe)
    assert after.training.names == parts["train"][1:] and after.validation.names == parts["val"][1:]
    assert after.fingerprint != before.fingerprint and any("1 picture is excluded" in one for one in after.notes)


def test_a_removed_upload_takes_its_list_along(tmp_path):
    data = make(tmp_path / "a.zip", small_set(1)).read_bytes()
    one = library.add("a.zip", io.BytesIO(data))
    exclusions.change(one.path, add=["images/00.jpg"])
    library.remove("a.zip")
    one = library.add("a.zip", io.BytesIO(data))
    assert exclusions.read(one.path) == frozenset()


def test_a_resume_with_another_list_is_told(faces, tmp_path):
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(TINY.replace("images = 640", "images = 160"))
    words = [recipe, "--data", faces, "--name", "a", "--set", "batch=4"]

    def shell(*words):
        return subprocess.run([sys.executable, "cli.py", *words], cwd=ROOT, capture_output=True, text=True)

    assert shell("train", *words).returncode == 0
    runs.find("a").write_state(status="paused")
    exclusions.change(faces, add=["left/3.png"])
    assert "not the ones this run was started with" in shell("resume", "a").stderr
    exclusions.change(faces, remove=["left/3.png"])
    assert shell("resume", "a").returncode == 0
