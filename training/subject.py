"""What `evaluate` measures: a model of the catalogue, or a run's best checkpoint."""

from collections.abc import Callable
from pathlib import Path

from models import serving
from models.catalogue import CARD, Catalogue
from training import publish, runs
from training.data import pictures
from training.evaluate import evaluate_generator
from training.tasks.gan import drawn_by


def evaluate(name: str, source: Path, say: Callable[[str], None], progress: Callable | None = None) -> dict:
    """Figures of the model, or else the run, of that name against the held-out pictures of `source`.

    Args:
        say: called with a word on what is computed next.
        progress: called with (done, total) while the pictures are prepared.

    Returns:
        {"subject": name, …}; the rest is told in `training.evaluate.evaluate_generator`.

    Raises:
        ModelError, RunError: neither a model nor a run has that name, or it is damaged.
    """
    is_model = any((folder / name / CARD).exists() for folder in Catalogue().folders)
    if not is_model and runs.exists(name):
        return evaluate_run(runs.find(name), source, say, progress)
    model = serving.generator(name)
    data = pictures.prepare(source, model.resolution, progress)
    return {"subject": name, **evaluate_generator(model.generate, model.latent, data, say)}


def evaluate_run(run: runs.Run, source: Path, say: Callable[[str], None], progress: Callable | None = None) -> dict:
    """The same figures of a run's best checkpoint."""
    network = publish.network_of(run)
    data = pictures.prepare(source, run.recipe().data.resolution, progress)
    return {"subject": run.name, **evaluate_generator(drawn_by(network), network.input_shape[-1], data, say)}


def card_figures(figures: dict) -> dict:
    """The figures as `model.toml` keeps them: rounded, levels as words, the protocol beside."""

    def kept(value):
        if isinstance(value, dict):
            return {f"{key} px" if isinstance(key, int) else key: kept(inner) for key, inner in value.items()}
        return round(value, 4) if isinstance(value, float) else value

    return {key: kept(value) for key, value in figures.items() if key != "subject"}
