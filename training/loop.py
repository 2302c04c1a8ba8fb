"""The training loop: one for every task. `start` and `resume` are the doors, `train` is the loop."""

import errno
import math
import os
import signal
import time
from collections.abc import Callable
from contextlib import contextmanager

import numpy as np

from training import checkpoints, runs, tasks
from training.recipe_base import Recipe
from utils import marks
from utils.errors import RunError
from utils.files import write_atomically

HEARTBEAT = 2.0  # seconds between two writings of state.json
LOOK_AT_LOSSES = 50  # iterations: reading them waits for the device, so not at every step


def start(name: str, recipe: Recipe, progress: Callable | None = None) -> runs.Run:
    """Train a new run to its end, or to a pause; returns the run.

    Raises:
        VisageError: unusable data, networks that cannot be built, a name that is taken; then no run is made.
    """
    from models import backend

    if recipe.precision == "auto":
        recipe = recipe.model_copy(update={"precision": "bfloat16" if backend.bfloat16_pays() else "float32"})
    task = tasks.build(recipe, _data(recipe, progress))
    run = runs.create(name, recipe)
    for sentence in [*task.data.notes, *task.notes]:
        run.log(sentence)
    train(run, task, progress)
    return run


def resume(name: str, progress: Callable | None = None) -> runs.Run:
    """Go on with a paused or interrupted run, exactly where its last checkpoint stands."""
    run = runs.find(name)
    if run.state()["status"] == "finished":
        raise RunError(f"The run `{run.name}` is finished: there is nothing left to train.")
    recipe = run.recipe()
    resumed = bool(checkpoints.all_of(run.checkpoints))
    train(run, tasks.build(recipe, _data(recipe, progress), resumed), progress)
    return run


def train(run: runs.Run, task, progress: Callable | None = None) -> None:
    """Train until the recipe's images have been seen, or a request, signal or fault ends it.

    Args:
        task: built on the run's recipe (training/tasks).
        progress: called with the state (a dict) at every heartbeat and tick; may draw a bar.

    Raises:
        RunError: another process has the run; the loss became NaN; the disk is full; other pictures than at the start.
    """
    recipe = run.recipe()
    with run.locked(), _signals_as_requests(run):
        run.clear_requests()
        try:
            place = _restore(run, task, recipe)
            for name, text in task.files.items():
                write_atomically(run.folder / name, text)
            run.write_state(status="running", message="", total=recipe.images, pid=os.getpid())
            _loop(run, recipe, task, place, progress or (lambda state: None))
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise _failed(run, "The disk is full. Free some space, then resume from the last checkpoint.") from None
        except RunError as error:
            raise _failed(run, str(error)) from None


def _loop(run, recipe, task, place, progress):
    tick, beat, request = _Tick(place), time.monotonic(), None
    finished = place["images"] >= recipe.images  # killed after its last checkpoint, before it could say so
    while not (request or finished):
        # Step.
        tick.add(task.step(place["iteration"], place["images"]))
        place["iteration"] += 1
        place["images"] += task.images_a_step
        _write_sheet(run, task, recipe.start_iteration + place["iteration"])

        # Look up: losses, requests, heartbeat.
        if place["iteration"] % LOOK_AT_LOSSES == 0:
            tick.check()
        request, finished = run.requested(), place["images"] >= recipe.images
        if time.monotonic() - beat > HEARTBEAT:
            beat = time.monotonic()
            run.write_state(**tick.progress(place, recipe))
            progress(run.state())
        if not (request or finished or place["iteration"] % recipe.tick.iterations == 0):
            continue

        # Tick: events, sample picture, metric, checkpoint.
        event = tick.event(place, recipe) | task.rates()
        if finished or _metric_is_due(place["iteration"], recipe.tick):
            _measure(run, recipe, task, place, event)
        place["seconds"] = event["seconds"]
        # The checkpoint last: where it stands, its event and picture do too; cut off before, they are made again.
        run.add_event(event)
        _write_sample(run, task, place["images"])
        checkpoints.save(run.checkpoints, place["images"], task.state, place, recipe.shard_mib)
        every = recipe.tick.keep_every * task.images_a_step
        checkpoints.thin(run.checkpoints, place["best"].get("images"), every)
        run.write_state(**tick.progress(place, recipe), best=place["best"])
        progress({**run.state(), "event": event})
        tick = _Tick(place)
    status = "paused" if request == "pause" and not finished else "finished"
    run.write_state(status=status, images=place["images"])
    run.log(f"{status.capitalize()} at {place['images']:,} images.")
    run.clear_requests()
    progress(run.state())


def _metric_is_due(iteration, tick):
    """Every `metric_every` whole ticks; a tick cut short by a pause has none, so that a resumed run measures alike."""
    return tick.metric_every > 0 and iteration % (tick.iterations * tick.metric_every) == 0


def _measure(run, recipe, task, place, event):
    """Figures into the event, an alarm where the faces collapse, and the best place so far."""
    if recipe.tick.metric_every == 0:
        return
    event.update(task.evaluate(recipe.tick.metric_pictures))
    if sentence := task.alarm(event, place["images"]):
        event["alarm"] = sentence
        run.log(sentence)
    value, before = event.get(task.best_by), place["best"].get(task.best_by)
    if value is not None and (before is None or (value > before if task.rising else value < before)):
        place["best"] = {task.best_by: value, "images": place["images"]}


class _Tick:
    """What was seen since the last tick: mean losses and scores, and the time it took."""

    def __init__(self, place):
        self.images, self.seconds, self.began = place["images"], place["seconds"], time.monotonic()
        self.steps = []

    def add(self, values):
        self.steps.append(values)

    def check(self):
        """Stop on a loss that is no number, before it can reach a checkpoint."""
        for key, value in self.steps[-1].items():
            if not math.isfinite(float(value)):
                raise RunError(f"`{key}` became {float(value)}: {checkpoints.BROKEN}")

    def progress(self, place, recipe):
        """Facts for the state: where the run stands, how fast, how long it will take."""
        lasted = time.monotonic() - self.began
        rate = (place["images"] - self.images) / lasted if lasted > 0 else 0.0
        left = (recipe.images - place["images"]) / rate if rate else None
        return {"images": place["images"], "images_per_second": rate, "seconds_left": left}

    def event(self, place, recipe):
        """The tick's means as an event."""
        self.check()
        means = {key: float(np.mean([float(step[key]) for step in self.steps])) for key in self.steps[0]}
        facts = self.progress(place, recipe)
        return {
            "images": place["images"],
            "iteration": recipe.start_iteration + place["iteration"],
            "seconds": self.seconds + time.monotonic() - self.began,
            "images_per_second": facts["images_per_second"],
            **means,
        }


def _restore(run, task, recipe):
    """Place of the newest checkpoint, its state assigned; or the beginning."""
    checkpoints.sweep(run.checkpoints)
    newest = checkpoints.all_of(run.checkpoints)[-1:]
    if newest:
        place = checkpoints.restore(newest[0], task.state)
        if place["data"] != task.data.fingerprint:
            raise RunError(
                f"The pictures in `{recipe.data.source}` are not the ones this run was started with: some were added, "
                "removed, renamed or marked anew. Put them back to resume, or start a new run."
            )
        run.rewind_events(place["images"])
        run.log(f"Resumed at {place['images']:,} images.")
        return place
    run.rewind_events(0)
    _write_sample(run, task, 0)
    run.log(f"Started: {recipe.name}, {len(task.training):,} pictures, {recipe.precision}.")
    return {"iteration": 0, "images": 0, "seconds": 0.0, "best": {}, "data": task.data.fingerprint}


def _write_sample(run, task, images):
    sample = marks.encode(task.sample(), "jpeg", generated=task.generated)
    write_atomically(run.folder / "samples" / f"{images:09d}.jpg", sample)


def _write_sheet(run, task, iteration):
    sheet = task.sheet(iteration)
    if sheet is not None:
        write_atomically(run.folder / "sheets" / f"{iteration:07d}.png", marks.encode(sheet, "png"))


def _failed(run, sentence):
    """The RunError to raise; told in the state and the log as far as the disk lets us."""
    try:
        run.write_state(status="failed", message=sentence)
        run.log(sentence)
    except OSError:
        pass
    return RunError(sentence)


@contextmanager
def _signals_as_requests(run):
    """Ctrl-C and SIGTERM save and leave: they ask for a pause."""
    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, lambda *_: run.request("pause"))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _data(recipe, progress):
    """The recipe's data; a bar for its preparation goes through the same callback."""
    return tasks.data(recipe, (lambda done, total: progress({"preparing": done, "of": total})) if progress else None)
