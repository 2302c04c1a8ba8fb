"""`cli.py invert` and `encoder`: a leaning face on a larger picture is found, drawn again from the file's own settings."""

import json
import shutil
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import cli
from models import serving
from models.catalogue import Catalogue
from models.crops import Crop
from models.settings import FaceSettings, read_query
from training.aligner import paste
from utils import marks

SQUARE = Crop(400.0, 200.0, 170.0, 12.0)


@pytest.fixture(scope="module")
def portrait(tmp_path_factory):
    """A file: a face of the shipped model, leaning, on a drawn ground."""
    face = serving.generator("dcgan-celeba64").face(FaceSettings("dcgan-celeba64", seed=1))
    ground = np.linspace((60, 90, 120), (200, 190, 170), 400)[:, None].repeat(600, 1)
    path = tmp_path_factory.mktemp("photos") / "portrait.png"
    Image.fromarray(paste(face, ground, SQUARE)).save(path)
    return path


def run(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def test_a_face_is_found_set_upright_and_written_with_its_settings(portrait, tmp_path):
    done = run("invert", portrait, "--model", "dcgan-celeba64", "--out", tmp_path, "--json")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert facts["faces"] == 1 and facts["ms_ssim"] > 0.8 and facts["seconds"] > 0
    np.testing.assert_allclose(facts["crop"], SQUARE, atol=12)
    settings = FaceSettings.from_json(marks.read_note((tmp_path / "portrait-face.png").read_bytes()))
    assert read_query(dict(parse_qsl(facts["query"])), Catalogue().get("dcgan-celeba64")) == (settings, [])
    drawn = serving.generator("dcgan-celeba64").face(settings)
    np.testing.assert_array_equal(drawn, np.asarray(Image.open(tmp_path / "portrait-face.png")))


def test_by_hand_the_square_is_as_given_and_a_person_is_told_of_the_likeness(portrait, tmp_path):
    done = run("invert", portrait, "--model", "dcgan-celeba64", "--crop", ",".join(map(str, SQUARE)), "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert "not the same person" in done.stdout and "carries a likeness" in done.stdout and "?model=" in done.stdout


@pytest.mark.parametrize(
    "make, options, sentence",
    [
        (lambda path: path.write_bytes(b""), [], "`it.png` is empty"),
        (lambda path: path.write_bytes(b"nothing"), [], "is not a picture"),
        (lambda path: None, [], "is not there"),
        (lambda path: Image.new("RGB", (300, 200), "grey").save(path), [], "No face is seen in `it.png`"),
        (lambda path: Image.new("RGB", (9, 9)).save(path), ["--crop", "1,2"], "must be x,y,side"),
        (lambda path: Image.new("RGB", (9, 9)).save(path), ["--crop", "1,nan,3"], "must be x,y,side"),
    ],
    ids=["empty", "no picture", "missing", "no face", "half a square", "no number"],
)
def test_what_cannot_be_is_a_sentence(make, options, sentence, tmp_path):
    make(tmp_path / "it.png")
    done = run("invert", tmp_path / "it.png", "--out", tmp_path / "out", *options)
    assert done.exit_code == 2 and sentence in done.stderr and not (tmp_path / "out").exists()


def test_a_video_is_told(tmp_path):
    done = run("invert", tmp_path / "film.mp4")
    assert done.exit_code == 2 and "is a video" in done.stderr


def test_a_face_that_is_not_there_is_told(portrait, tmp_path):
    done = run("invert", portrait, "--face", 3, "--out", tmp_path)
    assert done.exit_code == 2 and "1 face is seen" in done.stderr


def test_an_encoder_is_learnt_and_used(tiny_model, visage_home):
    folder = visage_home / "models" / "learner"
    shutil.copytree(tiny_model.folder, folder)
    (folder / "model.toml").write_text((folder / "model.toml").read_text().replace('"tiny"', '"learner"'))
    try:
        done = run("encoder", "learner", "--images", 640, "--json")
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["unexplained"] < 1
        assert serving.inverter("learner").encoder is not None and serving.squarer("learner").aligner is not None
    finally:
        shutil.rmtree(folder)
