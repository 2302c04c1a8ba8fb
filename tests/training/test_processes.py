"""Runs as processes: one of a name, one at a time, the others in order; told and resumable whoever dies."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from models.catalogue import Catalogue
from models.generator import load
from tests.tree import ROOT
from training import checkpoints, loop, processes, publish, recipe, runs
from training.tasks import gan
from utils.errors import DataError, RecipeError, RunError

PATIENCE = 120  # seconds before a condition that never comes fails the test
ENDLESS = ("images=100000000", "tick.iterations=100000")
SMALL = ("networks.generator.capacity=2", "networks.discriminator.capacity=2", "tick.metric_every=0")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own; what still trains in it at the end is killed. Nothing is niced, tests would wait for ever beside
    other work."""
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(processes, "NICE", 0)
    yield tmp_path / "home"
    for run in runs.all_runs():
        if run.is_locked():
            kill(run)


@pytest.fixture
def tiny(tiny_recipe, picture_folder):
    def load(*settings):
        return recipe.load(str(tiny_recipe), [f"data.source={picture_folder}", *SMALL, *settings])

    return load


def until(run, condition, what):
    """Waits for a condition of the run's state; a run that ends otherwise fails the test at once."""
    deadline = time.monotonic() + PATIENCE
    while not condition(state := run.state()):
        over = state["status"] in ("failed", "interrupted", "finished", "paused")
        assert not over and time.monotonic() < deadline, (what, state, (run.folder / "log.txt").read_text())
        time.sleep(0.02)
    return state


def has(status):
    return lambda state: state["status"] == status


def steps(state):
    return state["status"] == "running" and state["images"] > 0


def kill(run):
    """SIGKILL, and gone when this returns."""
    pid = until(run, lambda state: state.get("pid"), "a process")["pid"]
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while run.is_locked():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_run_trains_in_a_niced_session_of_its_own_to_its_end(home, tiny, monkeypatch):
    monkeypatch.setattr(processes, "NICE", 3)
    run = processes.start("first", tiny("images=1600"))
    assert run.state()["status"] == "queued"  # and not interrupted: the process holds the run before it is up
    state = until(run, has("running"), "running")
    assert os.getpriority(os.PRIO_PROCESS, state["pid"]) == max(3, os.getpriority(os.PRIO_PROCESS, 0))
    group = Path(f"/proc/{state['pid']}/autogroup")
    assert not group.exists() or "nice 3" in group.read_text()
    assert os.getsid(state["pid"]) == state["pid"] != os.getsid(0)
    assert until(run, has("finished"), "the end")["images"] == 1600
    assert "Finished at 1,600 images." in (run.folder / "log.txt").read_text()
    with pytest.raises(RunError, match="Branch"):
        processes.resume("first")


def test_two_starts_at_once_make_one_run(home, tiny, tiny_recipe, picture_folder):
    code = (
        "import sys\nfrom training import processes, recipe\n"
        "loaded = recipe.load(sys.argv[1], sys.argv[2:])\n"
        "print('ready', flush=True)\nsys.stdin.readline()\nprocesses.start('one', loaded)"
    )
    command = [sys.executable, "-c", code, str(tiny_recipe), f"data.source={picture_folder}", *SMALL, *ENDLESS]
    both = [subprocess.Popen(command, cwd=ROOT, text=True, stdin=-1, stdout=-1, stderr=-1) for _ in range(2)]
    for one in both:
        assert one.stdout.readline() == "ready\n"
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    errors = [one.communicate(timeout=PATIENCE)[1] for one in both]
    assert sorted(one.returncode for one in both) == [0, 1]
    assert "There is a run named `one` already." in "".join(errors)
    (run,) = runs.all_runs()
    until(run, steps, "a step")  # its starter is gone meanwhile
    with pytest.raises(RunError, match="running already"):
        processes.resume("one")


def test_the_others_wait_in_order_and_begin_by_themselves(home, tiny):
    first, second, third = (processes.start(name, tiny(*ENDLESS)) for name in ("first", "a-second", "a-first-by-name"))
    until(first, steps, "the first's steps")
    assert [run.state()["status"] for run in (second, third)] == ["queued", "queued"]
    kill(first)
    assert first.state()["status"] == "interrupted"
    until(second, steps, "the second's steps")
    assert third.state()["status"] == "queued"
    third.request("pause")
    until(third, has("paused"), "a pause while it waits")
    assert processes.resume("first").state()["images"] == 0, "it was killed before its first checkpoint"
    processes.resume("a-first-by-name")
    kill(third)
    assert third.state()["status"] == "interrupted"  # queued, but nobody is there to begin it
    second.request("stop")
    until(second, has("finished"), "stopped")
    state = until(first, steps, "resumed")
    first.request("pause")
    assert until(first, has("paused"), "paused")["images"] >= state["images"]
    with pytest.raises(RunError, match="is paused: there is nothing to stop"):
        first.request("stop")


def test_what_goes_wrong_is_told_in_the_state(home, tiny, tmp_path):
    with pytest.raises(DataError, match="There is no data at"):
        processes.start("nothing", tiny("data.source=nowhere"))
    with pytest.raises(RunError, match="cannot be a run's name"):
        processes.start("../x", tiny())
    assert runs.all_runs() == []
    (tmp_path / "empty").mkdir()
    empty = processes.start("empty", tiny(f"data.source={tmp_path / 'empty'}"))
    assert "empty" in until(empty, has("failed"), "failure")["message"]
    wings = processes.start("wings", tiny("networks.generator.wings=2"))
    assert "wings" in until(wings, has("failed"), "failure")["message"]


def test_a_probe_takes_real_steps_and_leaves_nothing(home, tiny, tmp_path):
    probe = processes.probe(tiny("images=64000"))
    assert probe.images_per_second > 0 and 100e6 < probe.memory < 20e9
    assert probe.seconds >= 64000 / probe.images_per_second
    assert runs.all_runs() == [] and list((home / "tmp").iterdir()) == []
    with pytest.raises(RecipeError, match="wings"):
        processes.probe(tiny("networks.generator.wings=2"))
    with pytest.raises(DataError, match="There is no data at"):
        processes.probe(tiny("data.source=nowhere"))


def test_a_checkpoint_is_published_beside_the_page_average_or_raw(home, tiny):
    loop.start("mine", tiny("images=320", "average.half_life_kimg=1"))
    run = runs.find("mine")
    with pytest.raises(RunError, match="keeps no checkpoint at 7 images"):
        processes.publish("mine", images=7)
    assert processes.publishing(run) == {}
    faces = []
    for version, ema in (("1", True), ("2", False)):
        processes.publish("mine", "My faces", images=160, ema=ema)
        with pytest.raises(RunError, match="being published already"):
            processes.publish("mine")
        deadline = time.monotonic() + PATIENCE
        while (told := processes.publishing(run))["status"] == "running":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert (told["status"], told["model"]) == ("done", "mine"), told
        info = Catalogue().get("mine")
        assert (info.title, info.version, info.training["images"]) == ("My faces", version, 160)
        faces.append(load(info).generate(np.ones((1, 16), np.float32)))
    assert (faces[0] != faces[1]).any()  # the average is not the raw network
    raw = publish.network_of(run, 160, ema=False)
    assert np.abs(faces[1].astype(int) - gan.drawn_by(raw)(np.ones((1, 16), np.float32))).max() <= 1
    (run.folder / "publish.json").write_text('{"status": "running"}')  # as a kill leaves it
    assert processes.publishing(run)["status"] == "failed"


def test_a_full_disk_is_told_and_the_last_checkpoint_is_intact(home, tiny):
    small = home / "runs"
    small.mkdir(parents=True)
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small]).returncode:
        pytest.skip("A small file system cannot be mounted here: this needs root.")
    try:
        run = processes.start("full", tiny("images=100000000", "tick.iterations=1"))
        state = until(run, has("failed"), "a full disk")
        assert state["message"] == "The disk is full. Free some space, then resume from the last checkpoint."
        last = checkpoints.best(run.checkpoints)
        assert checkpoints.place_of(last)["images"] == int(last.name) and checkpoints.part_of(last, "generator")
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        processes.resume("full")
        until(run, lambda state: state["status"] == "running" and state["images"] > int(last.name), "room")
        run.request("stop")
        until(run, has("finished"), "the end")
    finally:
        subprocess.run(["umount", "-l", small], check=True)
