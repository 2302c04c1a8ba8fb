"""What `evaluate` measures: a model of the catalogue, or a run's best checkpoint. The same verb for every task."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from keras import ops

from models import backend, serving
from training import runs
from training.data import pictures
from training.evaluate import evaluate_generator
from training.publish import best_checkpoint, network_of
from training.tasks.gan import to_uint8
from utils.errors import ModelError, RunError

BATCH = 50


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


def card_figures(figures: dict) -> dict:
    """The figures as `model.toml` keeps them: rounded, levels as words, the protocol beside."""

    def kept(value):
        if isinstance(value, dict):
            return {f"{key} px" if isinstance(key, int) else key: kept(inner) for key, inner in value.items()}
        return round(value, 4) if isinstance(value, float) else value

    return {key: kept(value) for key, value in figures.items() if key != "subject"}


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
    network = network_of(recipe, best_checkpoint(run))
    draw = backend.compiled(lambda z: network(z, training=False), network.variables, frozen=True)

    def fakes(z):
        parts = [ops.convert_to_numpy(draw(z[i : i + BATCH])) for i in range(0, len(z), BATCH)]
        return to_uint8(np.concatenate(parts))

    return fakes, network.input_shape[-1], recipe.data.resolution
