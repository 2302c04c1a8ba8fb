"""What is trained: a task builds, steps, samples and evaluates; training/loop.py does the rest.

A task has `data` (with `notes` and `fingerprint`), `training` (what it trains on, for its length), `state` (lists of Keras
variables by name: all that a checkpoint must hold), `images_a_step`, `best_by` (a figure of `evaluate`), `rising` (whether
more of it is better), `generated` (whether its samples are a network's drawings), `notes` for the log, `files` (texts by name, for the run's
folder), and the methods `step`, `rates`,
`sample`, `sheet`, `evaluate` and `alarm`.
"""

from collections.abc import Callable
from pathlib import Path

from utils.errors import RecipeError


def data(recipe, progress: Callable[[int, int], None] | None = None):
    """The recipe's pictures, prepared; `progress(done, total)` meanwhile.

    Raises: DataError for nothing there, or nothing that can be trained on.
    """
    if recipe.task == "detection":
        from training.detection import sets

        return sets.load(recipe, progress)
    from training.data import pictures

    return pictures.prepare(Path(recipe.data.source), recipe.data.resolution, progress)


def build(recipe, data, resumed=False):
    """The task that the recipe names, built on its data. Imports Keras.

    Args:
        resumed: a checkpoint will be laid over it, so weights to start from need not be there any more.

    Raises: RecipeError for networks or a loss that cannot be built as the recipe says.
    """
    from models import backend

    backend.use_all_devices()
    try:
        if recipe.task == "gan":
            from training.tasks.gan import Gan

            return Gan(recipe, data)
        if recipe.task == "progressive":
            from training.tasks.progressive import Progressive

            return Progressive(recipe, data)
        from training.tasks.detection import Detection

        return Detection(recipe, data, resumed)
    except (TypeError, ValueError) as error:
        raise RecipeError(f"The networks of the recipe cannot be built: {error}") from error
