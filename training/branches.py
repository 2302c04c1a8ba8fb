"""Branching: a new run that begins with the weights of another, with fresh optimisers and settings of its own.

A recipe says so in `networks.init` (generators) or `network.init` (detectors): "RUN" is the run's best checkpoint,
"RUN@IMAGES" the one at so many images. Resuming is something else: there everything goes on as it was.
"""

from pathlib import Path

from training import checkpoints, runs
from training.recipe_base import Recipe
from utils.errors import RunError

# of a generator's state that are taken over; the last two where it grows
PARTS = ("generator", "average", "discriminator", "generator_outgrown", "average_outgrown")


def init_of(recipe: Recipe) -> str:
    """What the recipe begins with; empty for nothing."""
    return getattr(recipe, _table(recipe)).init


def with_init(recipe: Recipe, init: str) -> Recipe:
    """The recipe, beginning with that."""
    table = _table(recipe)
    return recipe.model_copy(update={table: getattr(recipe, table).model_copy(update={"init": init})})


def names_run(init: str) -> bool:
    """Whether it is a run's weights, and not a file's."""
    return bool(init) and runs.exists(init.partition("@")[0])


def source(init: str) -> tuple[runs.Run, Path]:
    """The run and its checkpoint that "RUN" or "RUN@IMAGES" names.

    Raises: RunError where there is no such run or checkpoint.
    """
    name, at, images = init.partition("@")
    run = runs.find(name)
    if at and not images.isdecimal():
        raise RunError(f"`{init}` names no checkpoint: write {run.name}@IMAGES, or {run.name} for its best one.")
    return run, checkpoints.best(run.checkpoints, int(images) if at else None)


def settled(recipe: Recipe) -> Recipe:
    """The recipe with the checkpoint named that is the best one now: it says for good where the run came from.

    Raises: RunError where there is no such run or checkpoint, or it trained something else.
    """
    init = init_of(recipe)
    if not init or (recipe.task == "detection" and not names_run(init)):  # a file of weights
        return recipe
    run, checkpoint = source(init)
    theirs, ours = run.recipe(), recipe
    if theirs.task != ours.task:
        raise _misfit(run, f"it is a training of the kind `{theirs.task}`, this one `{ours.task}`")
    if ours.task != "detection":
        for word, value in (
            ("family", lambda one: one.networks.family),
            ("resolution", lambda one: one.data.resolution),
        ):
            if value(theirs) != value(ours):
                raise _misfit(run, f"its {word} is {value(theirs)}, not {value(ours)}")
    return with_init(recipe, f"{init.partition('@')[0]}@{int(checkpoint.name)}")


def take(init: str, state: dict) -> str:
    """A sentence on what was taken over into a generator's state: both networks and the moving average.

    Raises: RunError where anything does not fit; then nothing is taken.
    """
    run, checkpoint = source(init)
    taken = []
    for part in (part for part in PARTS if part in state):
        arrays, variables = checkpoints.part_of(checkpoint, part), state[part]
        if len(arrays) != len(variables):
            raise _misfit(run, f"its {part} has {len(arrays)} variables, not {len(variables)}")
        for variable, array in zip(variables, arrays):
            if tuple(variable.shape) != array.shape:
                raise _misfit(
                    run, f"`{part}/{variable.path}` has the shape {list(array.shape)}, not {list(variable.shape)}"
                )
            taken.append((variable, array))
    for variable, array in taken:
        variable.assign(array)
    return told(run, checkpoint)


def told(run: runs.Run, checkpoint: Path) -> str:
    """The sentence for the log."""
    return f"Starts from the weights of the run `{run.name}` at {int(checkpoint.name):,} images."


def _table(recipe):
    return "network" if recipe.task == "detection" else "networks"


def _misfit(run, why):
    return RunError(f"The weights of the run `{run.name}` do not fit: {why}. Branch with the same networks.")
