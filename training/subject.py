"""What `evaluate` measures: a model of the catalogue, or a run's best checkpoint."""

from collections.abc import Callable
from pathlib import Path

from models import serving
from models.catalogue import CARD, Catalogue
from models.detector import load as load_detector
from training import publish, runs
from training.data import pictures
from training.data.annotations import open_annotated
from training.evaluate import evaluate_generator
from training.evaluate_detector import evaluate_detector


def evaluate(
    name: str, source: Path, say: Callable[[str], None], progress: Callable | None = None, part: str = "", size: int = 0
) -> dict:
    """Figures of the model, or else the run, of that name against the held-out pictures of `source`.

    Args:
        say: called with a word on what is computed next.
        progress: called with (done, total) while pictures are prepared or looked at.
        part: of an annotated set, for a detector; `test` if empty.
        size: of the input of a run's detector, pixels; the training's if 0.

    Returns:
        {"subject": name, "task": "generate" or "detect", …}; the rest is told in
        `training.evaluate.evaluate_generator` and `training.evaluate_detector.evaluate_detector`.

    Raises:
        ModelError, RunError: neither a model nor a run has that name, or it is damaged.
    """
    is_model = any((folder / name / CARD).exists() for folder in Catalogue().folders)
    if not is_model and runs.exists(name):
        return evaluate_run(runs.find(name), source, say, progress, part, size)
    info = Catalogue().get(name)
    if info.task == "detect":
        detector = load_detector(info)  # not the served one: figures of record are in float32
        facts = info.arguments
        figures = _detection(detector.candidates, facts["classes"], facts["groups"], source, part, say, progress)
        return {"subject": name, "task": "detect", **figures}
    model = serving.generator(name)
    data = pictures.prepare(source, model.resolution, progress)
    return {"subject": name, "task": "generate", **evaluate_generator(model.generate, model.latent, data, say)}


def evaluate_run(
    run: runs.Run,
    source: Path,
    say: Callable[[str], None],
    progress: Callable | None = None,
    part: str = "",
    size: int = 0,
) -> dict:
    """The same figures of a run's best checkpoint."""
    recipe = run.recipe()
    if recipe.task == "detection":
        detector = publish.detector_of(run, size)
        facts = detector.info.arguments
        figures = _detection(detector.candidates, facts["classes"], facts["groups"], source, part, say, progress)
        return {"subject": run.name, "task": "detect", **figures}
    from training.tasks.players import drawn_by

    network = publish.network_of(run)
    data = pictures.prepare(source, network.output_shape[1], progress)
    figures = evaluate_generator(drawn_by(network), network.input_shape[-1], data, say)
    return {"subject": run.name, "task": "generate", **figures}


def _detection(look, classes, groups, source, part, say, progress):
    part = part or "test"
    annotated = open_annotated(source).part(part)
    say(f"looking at the {len(annotated.photos)} photos of `{part}`")
    return {"part": part, **evaluate_detector(look, classes, groups, annotated, progress)}


def card_figures(figures: dict) -> dict:
    """The figures as `model.toml` keeps them: rounded, levels as words, the protocol beside."""

    def kept(value):
        if isinstance(value, dict):
            return {f"{key} px" if isinstance(key, int) else key: kept(inner) for key, inner in value.items()}
        return round(value, 4) if isinstance(value, float) else value

    return {key: kept(value) for key, value in figures.items() if key not in ("subject", "task")}
