"""How fast and how large a training would be: a few real steps on a few of its own pictures."""

import itertools
import json
import resource
import sys
import time
from pathlib import Path

from training import recipe as recipes
from training import tasks
from training.recipe_base import Recipe
from utils import archives
from utils.errors import PictureError, VisageError
from utils.files import write_atomically

PICTURES = 64  # of a generator's: they are looked at as squares of one size, so a few tell as much as all
# Where in the training the steps are: a growing network has its last size there, a detector still its mosaics.
AT = 0.85
WARM_UP, MOST, SECONDS = 3, 64, 6.0  # steps that compile, where they are quick; steps and seconds that are counted
SLOW = 4.0  # seconds of a step: one is enough then to warm up, and one to measure


def measure(recipe: Recipe, folder: Path) -> dict:
    """Steps and one checkpoint of the training, done here.

    Args:
        folder: for the pictures and the checkpoint; the caller removes it.

    Returns:
        {"images_per_second", "memory": most bytes this process has held, "seconds": for all of the recipe's images at
        that pace, sample pictures and checkpoints included, metrics left out}.

    Raises: VisageError for data or networks that cannot be used.
    """
    from training import checkpoints, loop

    recipe = loop.settled(recipe)
    task = tasks.build(recipe, tasks.data(_on_few(recipe, folder)))
    place = int(recipe.images * AT)
    for iteration in range(WARM_UP):
        began = time.monotonic()
        _finished(task.step(iteration, place))
        if time.monotonic() - began > SLOW:
            break
    began, images = time.monotonic(), 0
    for iteration in range(1, MOST + 1):
        _finished(task.step(iteration, place))
        images += task.images_a_step
        if time.monotonic() - began > SECONDS:
            break
    rate = images / (time.monotonic() - began)
    began = time.monotonic()
    task.sample()
    checkpoints.save(folder / "checkpoints", 1, task.state, {}, recipe.shard_mib)
    ticks = recipe.images / (recipe.tick.iterations * task.images_a_step)
    seconds = recipe.images / rate + ticks * (time.monotonic() - began)
    return {"images_per_second": rate, "memory": _peak(), "seconds": seconds}


def answer(folder: Path) -> None:
    """`folder/recipe.toml` measured; figures, or {"error": sentence}, into `folder/answer.json`."""
    try:
        found = measure(recipes.load(str(folder / "recipe.toml")), folder)
    except VisageError as error:
        found = {"error": str(error)}
    write_atomically(folder / "answer.json", json.dumps(found))


def _on_few(recipe, folder):
    """The recipe on the first of its pictures; a detector's photos are prepared all, as its parts and classes need them."""
    source = Path(recipe.data.source)
    if recipe.task == "detection" or not source.exists():
        return recipe
    few = folder / "pictures"
    few.mkdir()
    for name, read in itertools.islice(archives.open_pictures(source), PICTURES):
        try:
            (few / Path(name).name).write_bytes(read())
        except PictureError:
            continue
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"source": str(few)})})


def _finished(values):
    """The device is done once a value is here."""
    for value in values.values():
        float(value)


def _peak():
    """Most bytes held so far. Linux tells it of this program; elsewhere what started it may count too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
