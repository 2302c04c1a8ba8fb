"""The container's first process: a stop reaches everybody, and a training saves."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tree import ROOT
from training import recipe, runs

PATIENCE = 180  # seconds
# starts a training as a page does, and serves for ever
SERVER = """
import sys, time
from training import processes, recipe
processes.start("tiny", recipe.load(sys.argv[1], sys.argv[2:]))
while True:
    time.sleep(1)
"""


def inside(*command: str) -> list[str]:
    """The command as the first process of a container: in a space of processes of its own."""
    return ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, str(ROOT / "deploy" / "init.py"), *command]


def may_unshare() -> bool:
    done = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "true"], capture_output=True)
    return done.returncode == 0


needs_spaces = pytest.mark.skipif(
    not shutil.which("unshare") or not may_unshare(), reason="needs the right to make a space of processes"
)


def first_of(process: subprocess.Popen) -> int:
    """The container's first process, by its number out here."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    end = time.monotonic() + PATIENCE
    while not children.read_text().split():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    return int(children.read_text().split()[0])


@pytest.mark.slow
@needs_spaces
def test_a_container_that_is_stopped_saves_its_training(tmp_path, monkeypatch, tiny_recipe, picture_folder):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    settings = [f"data.source={picture_folder}", "images=10000000"]
    recipe.load(str(tiny_recipe), settings)
    container = subprocess.Popen(inside(sys.executable, "-c", SERVER, str(tiny_recipe), *settings), cwd=ROOT)
    try:
        first, end = first_of(container), time.monotonic() + PATIENCE
        while not (runs.exists("tiny") and len(runs.find("tiny").events()) >= 2):
            assert container.poll() is None and time.monotonic() < end
            time.sleep(0.05)
        os.kill(first, signal.SIGTERM)
        container.wait(PATIENCE)
    finally:
        container.kill()
    run = runs.find("tiny")
    state = run.state()
    assert state["status"] == "paused" and not run.is_locked()
    assert (run.checkpoints / f"{state['images']:09d}" / "place.json").exists(), "saved where it stands"


@needs_spaces
def test_a_server_that_ends_by_itself_ends_the_container_with_its_status():
    done = subprocess.run(inside(sys.executable, "-c", "import sys; sys.exit(7)"), timeout=PATIENCE)
    assert done.returncode == 7


def test_outside_of_a_container_nobody_is_told_to_stop():
    command = [sys.executable, str(ROOT / "deploy" / "init.py"), sys.executable, "-c", "pass"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1 and "first process of a container" in done.stderr
