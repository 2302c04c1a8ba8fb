"""Trainings as processes of their own: niced, so that sliders do not feel them, and outliving page, browser and server.

Only the run's folder stands between the two. The process holds the run's lock from the moment it is launched (it inherits
the file), so a second start is impossible and a run whose process died is known at once.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

from training import runs
from training.recipe_base import Recipe
from utils import imports
from utils.errors import DataError, RunError, VisageError
from utils.home import home

ROOT = Path(__file__).resolve().parent.parent
NICE = 19


def start(name: str, recipe: Recipe) -> runs.Run:
    """A new run, trained by a process of its own as soon as the device is free; until then it is `queued`.

    Raises:
        RunError: the name is taken, or cannot be a folder's.
        DataError: there is nothing at the recipe's source.
        Then no run is made. What else is wrong the run's state tells as `failed`.
    """
    if not recipe.data.source or not Path(recipe.data.source).exists():
        raise DataError(f"There is no data at `{recipe.data.source}`. Give a folder or a zip of pictures.")
    run = runs.create(name, recipe)
    with run.locked() as lock:
        _train(run, lock)
    return run


def resume(name: str) -> runs.Run:
    """Go on with a paused, interrupted or failed run, in a process of its own, exactly where its last checkpoint stands.

    Raises: RunError where the run is live, finished, or not there.
    """
    run = runs.find(name)
    if (status := run.state()["status"]) in runs.LIVE:
        raise RunError(f"The run `{run.name}` is {status} already.")
    with run.locked() as lock:
        run.take_up()
        _train(run, lock)
    return run


def _train(run, lock):
    with open(run.folder / "log.txt", "a") as log:
        _launch(["train", str(run.folder), str(lock.fileno())], log, lock.fileno())


def _launch(arguments, log, *inherited):
    """A process of this file's `main`, in a session of its own: no terminal or server takes it along when it ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "training.processes", *arguments],
        cwd=ROOT,
        env={**os.environ, "VISAGE_HOME": str(home())},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=inherited,
        start_new_session=True,
    )
    # Somebody must ask how it ended, or it stays in the table of processes as long as this one lives.
    threading.Thread(target=process.wait, name="reaper", daemon=True).start()
    return process


def main(what: str, *arguments: str) -> None:
    """What the process does: `train FOLDER LOCK`, the run's folder and the number of its open lock."""
    os.nice(NICE)
    imports.around("keras", imports.quietly)
    try:
        {"train": _train_here}[what](*arguments)
    except VisageError:
        sys.exit(2)  # told in the run's folder


def _train_here(folder, lock):
    os.set_inheritable(int(lock), False)  # processes of this one must not keep the run locked
    from training import loop

    try:
        loop.work(runs.Run(Path(folder)))
    finally:
        os.close(int(lock))  # the run may go on at once, while this process still puts its things away


if __name__ == "__main__":
    main(*sys.argv[1:])
