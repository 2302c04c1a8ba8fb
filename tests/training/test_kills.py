"""Killed again and again, a run loses a tick at most each time, and ends in the weights of one never disturbed.

Three kills here, twenty with `make soak`; the first while a checkpoint is written, the others at moments of chance.
"""

import hashlib
import os
import random
import signal
import time

import pytest

from training import checkpoints, processes, recipe, runs

ROUNDS = int(os.environ.get("SOAK", "3"))
TICK = 5 * 16  # images
TICKS = 8  # between two kills at most
PATIENCE = 180  # seconds before a condition that never comes fails the test
SMALL = ("networks.generator.capacity=2", "networks.discriminator.capacity=2")


@pytest.fixture
def start(tmp_path, monkeypatch, tiny_recipe, picture_folder):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(processes, "NICE", 0)
    images = (ROUNDS + 1) * TICKS * TICK
    settings = [f"data.source={picture_folder}", f"images={images}", *SMALL]
    yield lambda name: processes.start(name, recipe.load(str(tiny_recipe), settings))
    for run in runs.all_runs():
        if run.is_locked():
            os.kill(run.state()["pid"], signal.SIGKILL)


def until(condition, run):
    """Waits for a condition; a run that ends without it fails the test at once."""
    deadline = time.monotonic() + PATIENCE
    while True:
        state = run.state()  # before the condition: a run may end between the two
        if condition():
            return
        over = state["status"] in ("failed", "interrupted", "finished")
        assert time.monotonic() < deadline and not over, (state, (run.folder / "log.txt").read_text()[-2000:])
        time.sleep(0.001)


def seen(run):
    events = run.events()
    return events[-1]["images"] if events else 0


def is_writing(run):
    return any(name.startswith("writing-") for name in os.listdir(run.checkpoints))


def fingerprint(run):
    last = checkpoints.all_of(run.checkpoints)[-1]
    return {shard.name: hashlib.sha256(shard.read_bytes()).hexdigest() for shard in last.glob("*.safetensors")}


def kill_in(run, tick, while_writing):
    """SIGKILL at a moment of chance after so many ticks; or then while a checkpoint is written, for certain."""
    until(lambda: run.state()["status"] == "running" and seen(run) >= tick * TICK, run)
    pid = run.state()["pid"]
    if not while_writing:
        time.sleep(random.random() / 20)
    while while_writing:
        until(lambda: is_writing(run), run)
        os.kill(pid, signal.SIGSTOP)  # so that it is still writing when it is killed
        if is_writing(run):
            break
        os.kill(pid, signal.SIGCONT)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while run.is_locked():
        assert time.monotonic() < deadline


@pytest.mark.slow
@pytest.mark.timeout(120 * ROUNDS + 600)
def test_killed_at_any_moment_a_run_goes_on_and_ends_in_the_same_weights(start):
    straight = start("straight")
    until(lambda: straight.state()["status"] == "finished", straight)
    run = start("killed")
    for number in range(ROUNDS):
        tick = number * TICKS + random.randint(1, TICKS - 2)
        kill_in(run, tick, while_writing=number == 0)
        assert run.state()["status"] == "interrupted"
        assert number or is_writing(run)
        names = [one.name for one in checkpoints.all_of(run.checkpoints)]
        saved = int(names[-1]) if names else 0  # killed while the very first was written
        assert saved >= (tick - 1) * TICK and seen(run) - saved <= TICK
        processes.resume("killed")
    until(lambda: run.state()["status"] == "finished", run)
    assert fingerprint(run) == fingerprint(straight)
    assert [event["images"] for event in run.events()] == [event["images"] for event in straight.events()]
    assert run.events()[-1]["swd"] == straight.events()[-1]["swd"]
    assert not is_writing(run)
