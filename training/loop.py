"""The training loop: one for every task. `start` and `resume` train in this process (training/processes.py: in one of its
own), `work` waits for the device and builds, `_loop` is the loop."""

import errno
import math
import os
import signal
import time
from collections.abc import Callable
from contextlib import contextmanager

import numpy as np

from training import branches, checkpoints, runs, tasks, turns
from training import recipe as recipes
from training.recipe_base import Recipe
from utils import marks
from utils.errors import RunError, VisageError
from utils.files import write_atomically

RESERVE = 1 << 16  # bytes set aside while a run trains, so that a full disk can still be told of
LOOK_AT_LOSSES = 50  # iterations: reading them waits for the device, so not at every step


def start(name: str, recipe: Recipe, progress: Callable | None = None) -> runs.Run:
    """Train a new run to its end, or to a pause; returns the run.

    Raises:
        VisageError: unusable data, networks that cannot be built, a name that is taken; then no run is made.
    """
    recipe = branches.settled(settled(recipe))
    count = (lambda done, total: progress({"preparing": done, "of": total})) if progress else None
    task = _begun(recipe, tasks.build(recipe, tasks.data(recipe, count)))
    run = runs.create(name, recipe)
    with run.locked():
        work(run, progress, task)
    return run


def resume(name: str, progress: Callable | None = None) -> runs.Run:
    """Go on with a paused, interrupted or failed run, exactly where its last checkpoint stands.

    Raises: VisageError; also told in the run's state.
    """
    run = runs.find(name)
    with run.locked():
        run.take_up()
        work(run, progress)
    return run


def work(run: runs.Run, progress: Callable | None = None, task=None) -> None:
    """Wait for the device, then train until the recipe's images have been seen, or a request, signal or fault ends it.

    Args:
        run: queued, its lock held by this process.
        progress: called with the state (a dict) at every heartbeat and tick; may draw a bar.
        task: built on the run's recipe (training/tasks); else it is built here.

    Raises:
        VisageError: unusable data, other pictures than at the start; the loss became NaN; the disk is full. Whatever goes
            wrong is told in the run's state and log too.
    """
    progress = progress or (lambda state: None)
    with _signals_as_requests(run), _faults_told(run):
        try:
            run.write_state(pid=os.getpid())
            with turns.turn(run, progress):
                (run.folder / "reserve").write_bytes(bytes(RESERVE))
                run.write_state(status="running", images_per_second=0.0, seconds_left=None)
                task = task or _build(run, progress)
                for name, text in task.files.items():
                    write_atomically(run.folder / name, text)
                place = _restore(run, task, run.recipe())
                _loop(run, run.recipe(), task, place, progress)
        except turns.Asked as asked:
            _end(run, "paused" if asked.args[0] == "pause" else "finished", run.state()["images"])
            progress(run.state())


def settled(recipe):
    """The recipe with its precision chosen for this machine."""
    from models import backend

    if recipe.precision != "auto":
        return recipe
    return recipe.model_copy(update={"precision": "bfloat16" if backend.bfloat16_pays() else "float32"})


def _build(run, progress):
    """The run's task; meanwhile the state tells how many pictures are prepared, and requests are obeyed."""
    recipe = run.recipe()
    if recipe.precision == "auto":
        recipe = settled(recipe)
        write_atomically(run.folder / "recipe.toml", recipes.dumps(recipe))
    beat = [0.0]

    def count(done, total):
        if request := run.requested():
            raise turns.Asked(request)
        if done == total or time.monotonic() - beat[0] > turns.HEARTBEAT:
            beat[0] = time.monotonic()
            run.write_state(message=f"Preparing pictures: {done:,} of {total:,}.")
            progress({"preparing": done, "of": total})

    resumed = bool(checkpoints.all_of(run.checkpoints))
    task = tasks.build(recipe, tasks.data(recipe, count), resumed)
    run.write_state(message="")
    return task if resumed else _begun(recipe, task)


def _begun(recipe, task):
    """The task with the weights that the recipe begins with. A detection task has taken them already: they may be a file's."""
    if recipe.task != "detection" and recipe.networks.init:
        task.notes = (*task.notes, branches.take(recipe.networks.init, task.state))
    return task


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
        if time.monotonic() - beat > turns.HEARTBEAT:
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
    _end(run, "paused" if request == "pause" and not finished else "finished", place["images"])
    progress(run.state())


def _end(run, status, images):
    run.write_state(status=status, images=images, message="", seconds_left=None)
    run.log(f"{status.capitalize()} at {images:,} images.")
    (run.folder / "reserve").unlink(missing_ok=True)
    run.clear_requests()


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
                "removed, excluded, renamed or marked anew. Put them back to resume, or start a new run."
            )
        run.rewind_events(place["images"])
        run.log(f"Resumed at {place['images']:,} images.")
        return place
    run.rewind_events(0)
    _write_sample(run, task, 0)
    for sentence in (*task.data.notes, *task.notes):
        run.log(sentence)
    run.log(f"Started: {recipe.name}, {len(task.training):,} pictures, {recipe.precision}.")
    return {"iteration": 0, "images": 0, "seconds": 0.0, "best": {}, "data": task.data.fingerprint}


def _write_sample(run, task, images):
    sample = marks.encode(task.sample(), "jpeg", generated=task.generated)
    write_atomically(run.folder / "samples" / f"{images:09d}.jpg", sample)


def _write_sheet(run, task, iteration):
    sheet = task.sheet(iteration)
    if sheet is not None:
        write_atomically(run.folder / "sheets" / f"{iteration:07d}.png", marks.encode(sheet, "png"))


@contextmanager
def _faults_told(run):
    """Whatever goes wrong is told in the state and the log, as far as the disk lets us, and raised."""
    try:
        yield
    except VisageError as error:
        _tell(run, str(error))
        raise
    except Exception as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        sentence = "The disk is full. Free some space, then resume from the last checkpoint."
        if not full:
            text = (str(error).strip() or "no more is known").splitlines()[0][:300]
            sentence = f"Training broke off: {type(error).__name__}: {text}. The last checkpoint is kept."
        _tell(run, sentence)
        if full:
            raise RunError(sentence) from None
        raise


def _tell(run, sentence):
    try:
        (run.folder / "reserve").unlink(missing_ok=True)
        run.write_state(status="failed", message=sentence)
        run.log(sentence)
    except OSError:
        pass


@contextmanager
def _signals_as_requests(run):
    """Ctrl-C and SIGTERM save and leave: they ask for a pause."""
    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, lambda *_: run.ask("pause"))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
