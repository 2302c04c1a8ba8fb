"""Trainings as processes of their own: niced, so that sliders do not feel them, and outliving page, browser and server.

Only the run's folder stands between the two. The process holds the run's lock from the moment it is launched (it inherits
the file), so a second start is impossible and a run whose process died is known at once.
"""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from training import branches, checkpoints, runs
from training import recipe as recipes
from training.recipe_base import Recipe
from utils import imports, private
from utils.errors import DataError, RecipeError, RunError, VisageError
from utils.files import write_atomically
from utils.home import home

ROOT = Path(__file__).resolve().parent.parent
NICE = 10  # a tenth of the weight of what people wait for; with less, other work on the machine would starve it
PROBE_SECONDS = 120  # until a probe is given up


class Probe(NamedTuple):
    """What a training would take: images a second, bytes of memory, seconds for all of it (metrics left out)."""

    images_per_second: float
    memory: int
    seconds: float


def start(name: str, recipe: Recipe) -> runs.Run:
    """A new run, trained by a process of its own as soon as the device is free; until then it is `queued`.

    Raises:
        RunError: the name is taken, or cannot be a folder's; weights to begin with are not there, or of something else.
        DataError: there is nothing at the recipe's source.
        Then no run is made. What else is wrong the run's state tells as `failed`.
    """
    _refuse_no_data(recipe)
    recipe = branches.settled(recipe)
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


def probe(recipe: Recipe) -> Probe:
    """A few real steps of it, measured in a process and a `VISAGE_HOME` of their own, gone afterwards.

    Raises: VisageError where it cannot be built, or does not come to an end in two minutes.
    """
    _refuse_no_data(recipe)
    recipe = branches.with_init(branches.settled(recipe), "")  # which weights makes no difference
    with private.folder() as folder:
        write_atomically(folder / "recipe.toml", recipes.dumps(recipe))
        with open(folder / "log.txt", "w") as log:
            process = _launch(["probe", str(folder)], log, at=folder)
            try:
                process.wait(PROBE_SECONDS)
            except subprocess.TimeoutExpired:
                raise RecipeError(
                    f"It could not be measured in {PROBE_SECONDS} seconds: steps or pictures are large, or the machine is "
                    "busy. Start it, and its page tells how fast it is."
                ) from None
            finally:
                process.kill()
        if not (folder / "answer.json").exists():
            why = "it needs more memory than there is" if process.returncode == -9 else _last_line(folder / "log.txt")
            raise RecipeError(f"It could not be measured: {why}.")
        found = json.loads((folder / "answer.json").read_text())
    if "error" in found:
        raise RecipeError(found["error"])
    return Probe(**found)


def publish(name: str, title: str = "", images: int | None = None, ema: bool = True) -> None:
    """Make a model of the catalogue from a run, in a process of its own; `publishing` tells how far it is.

    The model has the run's name, and the next version where there is one already.

    Args:
        images: of the checkpoint; the best one if None.
        ema: the moving average; else the raw weights.

    Raises: RunError where it is being published already, has no such checkpoint, or a shipped model has its name.
    """
    from models.catalogue import SHIPPED

    run = runs.find(name)
    if (SHIPPED / run.name).exists():
        raise RunError(f"A model that comes with Visage is named `{run.name}`. Branch under another name to publish.")
    checkpoints.best(run.checkpoints, images)
    with open(run.folder / "publish.lock", "w") as lock, open(run.folder / "log.txt", "a") as log:
        if not runs.take_lock(lock):
            raise RunError(f"The run `{run.name}` is being published already.")
        _told(run, "running", "The model is being written.")
        asked = json.dumps({"title": title, "images": images, "ema": ema})
        _launch(["publish", str(run.folder), asked, str(lock.fileno())], log, lock.fileno())


def publishing(run: runs.Run) -> dict:
    """How far the last publishing is: `status` (running, done, failed), `message`, `model`; empty where there was none."""

    def read():
        try:
            return json.loads((run.folder / "publish.json").read_text())
        except (OSError, ValueError):
            return {}

    if read().get("status") != "running":
        return read()
    with open(run.folder / "publish.lock", "a") as lock:
        if not runs.try_lock(lock):
            return read()
        if (now := read()).get("status") == "running":  # still, though its process is gone
            now = {"status": "failed", "message": "The process was killed. Publish again.", "model": ""}
        return now


def _refuse_no_data(recipe):
    if not recipe.data.source or not Path(recipe.data.source).exists():
        raise DataError(f"There is no data at `{recipe.data.source}`. Give a folder or a zip of pictures.")


def _train(run, lock):
    with open(run.folder / "log.txt", "a") as log:
        _launch(["train", str(run.folder), str(lock.fileno())], log, lock.fileno())


def _launch(arguments, log, *inherited, at: Path | None = None):
    """A process of this file's `main`, in a session of its own: no terminal or server takes it along when it ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "training.processes", *arguments],
        cwd=ROOT,
        env={**os.environ, "VISAGE_HOME": str(at or home())},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=inherited,
        start_new_session=True,
    )
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
        # Linux may share out time by sessions first: then a session's weight counts, not a process's in it
        Path(f"/proc/{process.pid}/autogroup").write_text(str(NICE))
    # Somebody must ask how it ended, or it stays in the table of processes as long as this one lives.
    threading.Thread(target=process.wait, name="reaper", daemon=True).start()
    return process


def main(what: str, *arguments: str) -> None:
    """What the process does: `train FOLDER LOCK` (the number of the run's open lock), `probe FOLDER`, `publish FOLDER
    JSON LOCK`."""
    imports.around("keras", imports.quietly)
    try:
        {"train": _train_here, "probe": _probe_here, "publish": _publish_here}[what](*arguments)
    except VisageError:
        sys.exit(2)  # told in the run's folder


def _train_here(folder, lock):
    os.set_inheritable(int(lock), False)  # processes of this one must not keep the run locked
    from training import loop

    try:
        loop.work(runs.Run(Path(folder)))
    finally:
        os.close(int(lock))  # the run may go on at once, while this process still puts its things away


def _probe_here(folder):
    from training import probes

    probes.answer(Path(folder))


def _publish_here(folder, asked, lock):
    os.set_inheritable(int(lock), False)
    from models.card import CARD, read_card
    from training import publish as publishing

    run, asked = runs.Run(Path(folder)), json.loads(asked)
    target = home() / "models" / run.name
    try:
        before = read_card(target).version if (target / CARD).exists() else "0"
        version = str(int(before) + 1) if before.isdecimal() else f"{before}.1"
        info = publishing.publish(run, target, asked.pop("title"), {"version": version}, **asked)
    except Exception as error:
        _told(run, "failed", str(error) if isinstance(error, VisageError) else f"{type(error).__name__}: {error}")
        raise
    _told(run, "done", f"{info.title}, version {version}, is among the models.", info.name)
    os.close(int(lock))


def _told(run, status, message, model=""):
    if run.folder.exists():  # not deleted meanwhile
        facts = {"status": status, "message": message, "model": model}
        write_atomically(run.folder / "publish.json", json.dumps(facts))


def _last_line(path):
    return next(
        (line.strip(" .") for line in reversed(path.read_text().splitlines()) if line.strip()), "nothing is told"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
