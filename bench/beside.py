"""Key press on a slider of Faces → its new picture painted, with a training beside it and without, in turn.

The training is one that the Training page would start: `dcgan` in a process of its own, paused and resumed between rounds.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from bench.pages import faces_page, pressed
from bench.server import browser, serving
from bench.table import show
from training import processes, recipe, runs

ROUNDS, PRESSES, PATIENCE = 3, 35, 300  # with five to warm up a round ends where it began: half to the right, half back
ALONE, BESIDE = "alone", "beside a training"


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="visage-bench-"))
    os.environ["VISAGE_HOME"] = str(home)
    run = None
    try:
        with serving() as (address, _), browser() as chromium:
            faces = faces_page(chromium, address)
            seconds = {ALONE: [], BESIDE: []}
            run = processes.start("beside", recipe.load("dcgan", [f'data.source="{_pictures(home)}"']))
            for _ in range(ROUNDS):
                _until_it_steps(run)
                seconds[BESIDE] += _presses(faces)
                _paused(run)
                seconds[ALONE] += _presses(faces)
                processes.resume("beside")
            show(seconds, ALONE)
    finally:
        if run:
            _paused(run)
        del os.environ["VISAGE_HOME"]
        shutil.rmtree(home)


def _pictures(home: Path) -> Path:
    folder = home / "noise"
    folder.mkdir()
    for number, one in enumerate(np.random.RandomState(0).randint(0, 256, (400, 64, 64, 3), np.uint8)):
        Image.fromarray(one).save(folder / f"{number}.png")
    return folder


def _presses(faces) -> list[float]:
    return [pressed(*faces, press) for press in range(PRESSES + 5)][5:]


def _until_it_steps(run: runs.Run) -> None:
    """Until the run has taken steps in this process: preparing and compiling are over."""
    before = run.state()["images"]
    _until(lambda: run.state()["status"] == "running" and run.state()["images"] > before)


def _paused(run: runs.Run) -> None:
    if run.is_locked():
        run.request("pause")
    _until(lambda: not run.is_locked())


def _until(done) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("The training beside does not get on.")
        time.sleep(0.1)
