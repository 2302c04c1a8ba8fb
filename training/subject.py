"""What `evaluate` measures: a model of the catalogue, or a run's best checkpoint. The same verb for every task."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from models import networks, serving
from training import checkpoints, runs
from training.data import pictures
from training.evaluate import evaluate_generator
from utils.errors import ModelError, RunError


def evaluate(name: str, source: Path, progress: Callable[[str], None] | None = None) -> dict:
    """Figures of the model or run of that name against the held-out pictures of `source`.

    Returns:
        What the task's protocol says; for generators see `training.evaluate.evaluate_generator`.

    Raises:
        ModelError: neither a model nor a run has that name.
    """
    fakes, latent, resolution = _generator(name)
    data = pictures.prepare(source, resolution)
    return {"subject": name, **evaluate_generator(fakes, latent, data, progress)}


def _generator(name):
    """(fakes, latent, resolution) of a catalogue's model, or else of a run."""
    try:
        model = serving.generator(name)
    except ModelError as unknown:
        try:
            run = runs.find(name)
        except RunError:
            raise unknown from None
        return _of_run(run)
    return model.generate, model.latent, model.resolution


def _of_run(run):
    recipe = run.recipe()
    network = networks.family(recipe.networks.family).generator(
        **recipe.networks.generator, resolution=recipe.data.resolution
    )
    network.set_weights(checkpoints.average_of(best_checkpoint(run)))

    def fakes(z):
        from training.tasks.gan import to_uint8

        return to_uint8(np.concatenate([network.predict_on_batch(z[i : i + 64]) for i in range(0, len(z), 64)]))

    return fakes, network.input_shape[-1], recipe.data.resolution


def best_checkpoint(run: runs.Run) -> Path:
    """The run's best checkpoint by its metric, or the last where none was measured."""
    saved = checkpoints.all_of(run.checkpoints)
    if not saved:
        raise RunError(f"The run `{run.name}` has no checkpoint yet.")
    best = run.state().get("best", {}).get("images")
    return next((path for path in saved if int(path.name) == best), saved[-1])
