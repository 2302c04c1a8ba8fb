"""The shell draws what the page draws, teaches, and answers nonsense with a sentence and exit code 2."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from cli import app
from models import serving
from models.catalogue import Catalogue, store_directions
from models.settings import FaceSettings
from tests.tree import ROOT
from utils import marks, pictures


def shell(*arguments, code=0):
    """What the shell did with these arguments: `.stdout`, `.stderr`."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def own_tiny(tiny_model, tmp_path, monkeypatch):
    """The card of a copy of `tiny` named `own`, which a test may write to, in a home of its own."""
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "models" / "own"
    shutil.copytree(tiny_model.folder, folder)
    card = folder / "model.toml"
    card.write_text(card.read_text().replace('name = "tiny"', 'name = "own"'))
    return Catalogue().get("own")


def test_help_comes_without_keras_and_numpy():
    heavy = "import sys, cli; print({'keras', 'numpy', 'tensorflow', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_nothing_but_the_outcome_stands_in_a_pipe(tiny_model, in_folder):
    quiet_by_hand = ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")
    environment = {name: value for name, value in os.environ.items() if name not in quiet_by_hand}
    command = [sys.executable, str(ROOT / "cli.py"), "generate", "tiny", "--out", "faces"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1 face of Tiny in faces/0000.png\n", "")


@pytest.mark.parametrize("verb", ["generate", "morph", "directions", "train", "resume", "evaluate", "publish", "weights list",
                                  "weights verify", "weights add", "weights export"])  # fmt: skip
def test_every_verb_teaches_by_an_example(verb):
    assert f"python cli.py {verb}" in shell(*verb.split(), "--help").stdout


def test_generate_draws_the_faces_of_the_seeds(tiny_model, in_folder):
    shell("generate", "tiny", "--seed", 7, "--count", 3, "--out", "faces")
    assert sorted(os.listdir("faces")) == ["0007.png", "0008.png", "0009.png"]
    generator = serving.generator("tiny")
    for seed in (7, 8, 9):
        settings = FaceSettings("tiny", "1", seed)
        data = (in_folder / "faces" / f"{seed:04d}.png").read_bytes()
        np.testing.assert_array_equal(pictures.decode(data), generator.face(settings))
        assert marks.is_marked(data) and FaceSettings.from_json(marks.read_note(data)) == settings


@pytest.mark.parametrize(
    "reason, arguments, settings",
    [
        ("psi", ["--psi", 0.5], {"psi": 0.5}),
        ("sliders and values", ["--set", "d1=1.5", "--set", "z3=-0.7"], {"sliders": (("d1", 1.5),), "latents": ((3, -0.7),)}),
        ("a link", ["--link", "http://localhost:8501/?model=tiny&version=1&seed=5&d2=-2"], {"seed": 5, "sliders": (("d2", -2.0),)}),
        ("flags over a link", ["--link", "?seed=5&d2=-2", "--seed", 6, "--set", "d2=1"], {"seed": 6, "sliders": (("d2", 1.0),)}),
        ("the name of a page's face", ["--link", "http://host/faces?seed=5#top"], {"seed": 5}),
    ],
)  # fmt: skip
def test_flags_and_links_mean_what_the_page_means(tiny_model, in_folder, reason, arguments, settings):
    result = shell("generate", "tiny", *arguments, "--json")
    (file,) = json.loads(result.stdout)["files"]
    expected = FaceSettings("tiny", "1", **settings)
    assert FaceSettings.from_json(marks.read_note((in_folder / file).read_bytes())) == expected
    np.testing.assert_array_equal(pictures.decode(in_folder / file), serving.generator("tiny").face(expected))


def test_a_link_names_the_model(tiny_model, in_folder):
    facts = json.loads(shell("generate", "--link", "http://x/?model=tiny&seed=3", "--json").stdout)
    assert facts["model"] == "tiny" and facts["seeds"] == [3, 3]


def test_what_a_link_holds_too_much_is_said_and_the_rest_is_drawn(tiny_model, in_folder):
    result = shell("generate", "tiny", "--link", "?seed=5&smile=1&version=0.9")
    assert "`smile`" in result.stderr and "version 0.9" in result.stderr and os.listdir("faces") == ["0005.png"]


def test_a_grid_holds_all_faces_in_order(tiny_model, in_folder):
    shell("generate", "tiny", "--count", 5, "--grid", "sheet.png")
    sheet = pictures.decode(in_folder / "sheet.png")
    assert sheet.shape == (64, 96, 3) and os.listdir() == ["sheet.png"]
    last = serving.generator("tiny").face(FaceSettings("tiny", "1", 4))
    np.testing.assert_array_equal(sheet[32:, 32:64], last)


@pytest.mark.parametrize(
    "reason, arguments, words",
    [
        ("unknown model", ["generate", "gone"], "no model `gone`. Models: .*tiny"),
        ("unknown slider", ["generate", "tiny", "--set", "smile=1"], "`smile`"),
        ("a slider past its end", ["generate", "tiny", "--set", "d1=9"], r"`d1` must be in \[-3, 3\]"),
        ("no equals sign", ["generate", "tiny", "--set", "d1"], "name=value"),
        ("psi too high", ["generate", "tiny", "--psi", "1.7"], "`psi` must be in"),
        ("a seed below 0", ["generate", "tiny", "--seed", "-1"], "`seed`"),
        ("past the last seed", ["generate", "tiny", "--seed", 2**32 - 1, "--count", 2], "last seed"),
        ("a grid of another kind", ["generate", "tiny", "--grid", "x.bmp"], ".png, .jpeg, .webp"),
        ("a grid past all screens", ["generate", "tiny", "--count", 3000, "--grid", "x.png"], "2500"),
        ("too many directions", ["directions", "tiny", "--count", 99], "from 1 to 16"),
        ("attributes without labelled faces", ["directions", "tiny", "--method", "attributes"], "--data celeba64.zip"),
        ("unknown direction", ["directions", "tiny", "--name", "d9=Smile"], "no direction `d9`"),
        ("nothing there", ["weights", "add", "nowhere"], "nothing at `nowhere`"),
        ("a folder without a card", ["weights", "add", "."], "model.toml"),
        ("unknown model to export", ["weights", "export", "gone"], "no model `gone`"),
        ("unknown model to verify", ["weights", "verify", "gone"], "no model `gone`"),
    ],
)
def test_nonsense_is_a_sentence_and_exit_code_2(tiny_model, in_folder, reason, arguments, words):
    import re

    result = shell(*arguments, code=2)
    assert re.search(words, result.stderr, re.DOTALL), result.stderr
    assert not os.listdir(), "nothing is left behind"


def test_a_folder_that_cannot_be_written_is_a_sentence(tiny_model, in_folder):
    (in_folder / "file").write_text("")
    assert "file" in shell("generate", "tiny", "--out", "file/faces", code=2).stderr


def test_directions_are_found_named_and_drawn(own_tiny, in_folder):
    rows = json.loads(shell("directions", "own", "--count", 3, "--json").stdout)["directions"]
    assert [row["name"] for row in rows] == ["d1", "d2", "d3"]
    shell("directions", "own", "--name", "d1=Long hair", "--sheet", "sheet.png")
    assert Catalogue().get("own").directions.labels == ("Long hair", "Direction 2", "Direction 3")
    assert pictures.decode(in_folder / "sheet.png").shape == (20 + 3 * 72, 120 + 3 * 328, 3)
    assert "own: whole" in shell("weights", "verify", "own").stdout
    shell("generate", "own", "--set", "long-hair=2", "--out", "faces")


def test_directions_of_several_kinds_stand_side_by_side(own_tiny):
    shell("directions", "own", "--count", 3)
    rows = json.loads(shell("directions", "own", "--method", "pca", "--count", 2, "--json").stdout)["directions"]
    kinds = [row["kind"] for row in rows]
    assert kinds[:2] == ["pca", "pca"] and set(kinds[2:]) <= {"closed"}
    assert [row["name"] for row in rows[:2]] == ["p1", "p2"] and all(1 <= row["strength"] <= 5 for row in rows)


def test_a_name_that_would_mean_another_direction_needs_a_version(own_tiny):
    shell("directions", "own", "--count", 2)
    stored = Catalogue().get("own")
    store_directions(stored, replace(stored.directions, vectors=stored.directions.vectors[::-1]))
    assert "would mean another direction" in shell("directions", "own", "--count", 2, code=2).stderr
    assert Catalogue().get("own").version == "1"
    shell("directions", "own", "--count", 2, "--version", "2")
    assert Catalogue().get("own").version == "2"


def test_looking_at_directions_writes_nothing(own_tiny):
    before = (own_tiny.folder / "model.toml").stat().st_mtime_ns
    assert "Direction 4" in shell("directions", "own").stdout
    assert (own_tiny.folder / "model.toml").stat().st_mtime_ns == before


def test_finding_directions_twice_gives_the_same_file(own_tiny):
    sums = []
    for _ in range(2):
        shell("directions", "own", "--count", 4)
        sums.append(Catalogue().get("own").files["directions.npz"].sha256)
    assert sums[0] == sums[1]


def test_weights_are_listed_added_and_verified(own_tiny, tmp_path):
    listed = json.loads(shell("weights", "list", "--json").stdout)
    assert "own" in [info["name"] for info in listed] and "own" in shell("weights", "list").stdout
    facts = json.loads(shell("weights", "add", own_tiny.folder, "--name", "second", "--json").stdout)
    assert facts["folder"] == str(tmp_path / "home" / "models" / "second")
    made = json.loads(
        shell("weights", "export", "second", "--to", "saved_model", "--out", tmp_path / "it", "--json").stdout
    )
    assert made["outputs"] == {"pictures": [None, 32, 32, 3]} and (tmp_path / "it" / "saved_model.pb").is_file()
    os.truncate(tmp_path / "home" / "models" / "second" / "weights.safetensors", 99)
    result = shell("weights", "verify", code=2)
    assert "own: whole" in result.stdout and "`weights.safetensors` of the model `second`" in result.stderr
    assert "SHA-256 differs" in shell("generate", "second", code=2).stderr


def test_a_broken_card_does_not_hide_the_others(own_tiny):
    broken = own_tiny.folder.parent / "broken"
    broken.mkdir()
    (broken / "model.toml").write_text("name = ")
    result = shell("weights", "list")
    assert "own" in result.stdout and "`broken` cannot be read" in result.stderr


def test_a_keras_file_is_added_with_its_arguments(own_tiny, tmp_path):
    from models.generator import build

    build(own_tiny).save_weights(tmp_path / "old.weights.h5")
    arguments = [
        f"--arguments={key}={own_tiny.arguments[key]}" for key in ("resolution", "latent", "capacity", "kernel")
    ]
    shell("weights", "add", tmp_path / "old.weights.h5", "--family", "dcgan", *arguments)
    assert Catalogue().get("old").resolution == 32
    assert "--family" in shell("weights", "add", tmp_path / "old.weights.h5", "--name", "x", code=2).stderr
