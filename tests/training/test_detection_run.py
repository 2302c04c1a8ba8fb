"""A detector's run as a person meets it: started from the shell, killed, resumed to the bit, branched."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from tests.training.test_detection import CFG, RECIPE, drawn_photos
from training import checkpoints, runs

PATIENCE = 180  # seconds before a condition that never comes fails the test


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def drawn(home):
    """A folder as Darknet wants it: 40 pictures with texts beside them, and a recipe for it."""
    folder, photos = home / "drawn", drawn_photos(40)
    folder.mkdir()
    for name, picture, boxes, labels in zip(photos.names, photos.pictures, photos.boxes, photos.labels):
        Image.fromarray(picture).save(folder / name)
        x1, y1, x2, y2 = boxes[0] / 64
        (folder / name).with_suffix(".txt").write_text(
            f"{labels[0]} {(x1 + x2) / 2} {(y1 + y2) / 2} {x2 - x1} {y2 - y1}\n"
        )
    (folder / "classes.txt").write_text("blue\nred\n")
    (home / "small.cfg").write_text(CFG)
    (home / "small.toml").write_text(RECIPE.format(images=160, cfg=home / "small.cfg"))
    return folder


def shell(*arguments):
    return subprocess.Popen(
        [sys.executable, "cli.py", *map(str, arguments)],
        env={**os.environ, "COLUMNS": "200"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finished(process):
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    return out


def fingerprint(name):
    last = checkpoints.all_of(runs.find(name).checkpoints)[-1]
    return {shard.name: hashlib.sha256(shard.read_bytes()).hexdigest() for shard in last.glob("*.safetensors")}


def killed_after_a_checkpoint(process, name):
    deadline = time.monotonic() + PATIENCE
    while not (runs.exists(name) and checkpoints.all_of(runs.find(name).checkpoints)):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_killed_and_resumed_equals_never_stopped_and_is_branched_at_another_size(home, drawn):
    train = ("train", home / "small.toml", "--data", drawn)
    finished(shell(*train, "--name", "straight", "--set", "tick.keep_every=5"))
    killed_after_a_checkpoint(shell(*train, "--name", "broken", "--set", "tick.keep_every=5"), "broken")
    assert runs.find("broken").state()["status"] == "interrupted"
    finished(shell("resume", "broken"))
    assert fingerprint("broken") == fingerprint("straight")
    # weights kept as asked, and a best place chosen by mAP
    kept = [int(path.name) for path in checkpoints.all_of(runs.find("straight").checkpoints)]
    assert kept == [40, 80, 120, 160]
    assert "map50" in runs.find("straight").state()["best"]
    with Image.open(max((runs.find("straight").folder / "samples").glob("*.jpg"))) as strip:
        assert strip.width >= 256

    finished(shell(*train, "--name", "leg-2", "--init", "straight", "--set", "network.size=96", "--set", "images=40"))
    best = runs.find("straight").state()["best"]["images"]
    log = (runs.find("leg-2").folder / "log.txt").read_text()
    assert f"Starts from the weights of the run `straight` at {best} images." in log
    assert runs.find("leg-2").recipe().network.init == f"straight@{best}"
    assert runs.find("leg-2").recipe().network.size == 96


def test_what_is_wrong_is_a_sentence_and_makes_no_run(home, drawn):
    train = ("train", home / "small.toml", "--name", "x")
    for arguments, sentence in (
        (("--data", drawn, "--set", "data.classes=['green']"), "has the class `blue`"),
        (("--data", drawn, "--set", "data.val=fold7-test"), "has no part `fold7-test`"),
        (("--data", drawn, "--set", "subdivisions=3"), "`subdivisions` must divide `batch`"),
        (("--data", drawn, "--set", "network.cfg=yolov9"), "There is no cfg `yolov9`"),
        (("--data", drawn, "--init", home / "none.weights"), "There are no weights at"),
        (("--data", home / "nothing"), "nothing"),
    ):
        process = shell(*train, *arguments)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode and sentence in err and "Traceback" not in err, err
        assert not runs.exists("x")


@pytest.mark.slow
def test_the_guides_full_network_learns_and_resumes_to_the_bit_over_twenty_steps(home, drawn):
    """At 64 px, two pictures a step: the arithmetic of Darknet-53 and its three heads in minutes on two cores."""
    small = ["images=40", "batch=2", "subdivisions=2", "network.size=64", "network.sizes=[]", "data.map={}"]
    small += ["tick.iterations=10", "tick.metric_every=0", "tick.keep_every=0", "optimiser.warm_up=0"]
    flags = [part for setting in small for part in ("--set", setting)]
    train = ("train", "yolov3-masks", "--data", drawn, *flags)
    finished(shell(*train, "--name", "straight"))
    losses = [event["loss"] for event in runs.find("straight").events()]
    assert np.isfinite(losses).all()
    killed_after_a_checkpoint(shell(*train, "--name", "broken"), "broken")
    finished(shell("resume", "broken"))
    assert fingerprint("broken") == fingerprint("straight")


def test_a_run_is_measured_published_and_measured_again_alike(home, drawn):
    train = ("train", home / "small.toml", "--data", drawn, "--name", "first", "--set", "network.anchors=data")
    finished(shell(*train, "--set", 'data.groups.Cold=["blue"]', "--set", 'data.groups.Warm=["red"]'))
    of_run = json.loads(finished(shell("evaluate", "first", "--data", drawn, "--split", "test", "--json")))
    assert set(of_run["ap50"]) == {"Cold", "Warm"} and set(of_run["classes"]["ap50"]) == {"blue", "red"}
    finished(shell("publish", "first", "--title", "Squares", "--data", drawn))
    of_model = json.loads(finished(shell("evaluate", "first", "--data", drawn, "--json")))
    assert of_model["map50"] == pytest.approx(of_run["map50"], abs=0.02)  # float16 on disk
    listed = json.loads(finished(shell("weights", "list", "--json")))
    (card,) = [one for one in listed if one["name"] == "first"]
    assert card["task"] == "detect" and card["metrics"]["map50"] == pytest.approx(of_run["map50"], abs=1e-4)
    assert "whole" in finished(shell("weights", "verify", "first"))
