"""`python cli.py runs …`: a server without a browser is no second-class citizen."""

import json
import struct
import time

import pytest
from PIL import Image
from tensorboardX.proto.event_pb2 import Event
from typer.testing import CliRunner

from cli import app
from models.catalogue import Catalogue
from tests.training.conftest import TINY, squares
from training import loop, processes, recipe, runs

SMALL = ("networks.generator.capacity=2", "networks.discriminator.capacity=2", "images=320")


def shell(*arguments, code=0, words=None):
    """What the shell did with these arguments: `.stdout`, `.stderr`."""
    result = CliRunner().invoke(app, ["runs", *(str(argument) for argument in arguments)], input=words)
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """(recipe file, folder of pictures)"""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.toml").write_text(TINY)
    (folder / "pictures").mkdir()
    for number, picture in enumerate(squares(40)):
        Image.fromarray(picture).save(folder / "pictures" / f"{number}.png")
    return folder / "tiny.toml", folder / "pictures"


@pytest.fixture(scope="module")
def home(tmp_path_factory, tiny):
    """A home with the finished run `first`."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VISAGE_HOME", str(home))
        patch.setattr(processes, "NICE", 0)  # beside other work tests would wait for ever
        loop.start("first", recipe.load(str(tiny[0]), [*SMALL, f"data.source={tiny[1]}"]))
        yield home


VERBS = ["start", "list", "show", "pause", "stop", "resume", "archive", "delete", "publish", "tensorboard"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_teaches_by_an_example(verb):
    assert f"python cli.py runs {verb}" in shell(verb, "--help").stdout


def test_list_and_show_tell_what_stands_in_the_folder(home):
    told = shell("list").stdout
    assert "first" in told and "finished" in told and "320" in told
    (row,) = json.loads(shell("list", "--json").stdout)
    assert (row["run"], row["status"], row["images"], row["checkpoints"][-1]) == ("first", "finished", 320, 320)
    assert row["best"]["swd"] > 0
    told = shell("show", "first").stdout
    assert "first: finished at 320 of 320 images" in told and "loss_generator" in told
    assert "Finished at 320 images." in told
    assert json.loads(shell("show", "first", "--json").stdout)["events"][0]["images"] == 320
    assert "There is no run `second`. Runs: first." in shell("show", "second", code=2).stderr


def test_a_run_is_started_paused_resumed_and_stopped_in_the_background(home, tiny):
    def until(status, images=0):
        deadline = time.monotonic() + 120
        while (state := runs.find("back").state())["status"] != status or state["images"] < images:
            assert state["status"] not in ("failed", "interrupted") and time.monotonic() < deadline, state
            time.sleep(0.05)

    recipe_file, folder = tiny
    flags = [part for one in (*SMALL[:2], "images=100000000", "tick.iterations=100000") for part in ("--set", one)]
    told = shell("start", recipe_file, "--data", folder, "--name", "back", "--init", "first@160", *flags).stdout
    assert "runs show back" in told
    until("running", images=16)
    assert "is running already" in shell("resume", "back", code=2).stderr
    assert (
        "is running: it can be deleted once it is paused or stopped" in shell("delete", "back", "--yes", code=2).stderr
    )
    shell("pause", "back")
    until("paused")
    assert "goes on from" in shell("resume", "back").stdout
    shell("stop", "back")
    until("finished")
    assert "is finished: there is nothing to pause" in shell("pause", "back", code=2).stderr
    assert runs.find("back").recipe().networks.init == "first@160"

    shell("archive", "back")
    assert "back" not in shell("list").stdout and "back" in shell("list", "--all").stdout
    shell("archive", "back", "--back")
    shell("delete", "back", code=1, words="n\n")
    assert runs.exists("back")
    shell("delete", "back", words="y\n")
    assert not runs.exists("back")


def test_a_checkpoint_is_published_under_the_runs_name(home):
    assert "My faces, version 1" in shell("publish", "first", "--title", "My faces", "--images", 160, "--raw").stdout
    info = Catalogue().get("first")
    assert (info.title, info.training["images"], info.training["weights"]) == ("My faces", 160, "raw")
    assert "keeps no checkpoint at 7 images" in shell("publish", "first", "--images", 7, code=2).stderr


def test_tensorboard_reads_every_number_of_every_tick(home, tmp_path):
    for _ in range(2):  # the second writing replaces the first
        assert "4 ticks in" in shell("tensorboard", "first", "--out", tmp_path / "out").stdout
    (file,) = (tmp_path / "out").iterdir()
    data, read = file.read_bytes(), {}
    while data:  # a record: its length, a sum of that, the event, a sum of that
        (length,) = struct.unpack("<Q", data[:8])
        event = Event.FromString(data[12 : 12 + length])
        data = data[16 + length :]
        for value in event.summary.value:
            read[value.tag, event.step] = value.simple_value
    for event in runs.find("first").events():
        for key in ("loss_generator", "loss_discriminator", "score_reals", "learning_rate", "images_per_second"):
            assert read[key, event["images"]] == pytest.approx(event[key], rel=1e-5)
    assert ("swd", 320) in read
