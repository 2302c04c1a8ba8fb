"""From a generator and labelled faces to the attribute directions that hold, and what was measured of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.directions import Directions
from models.generator import Generator
from models.ranges import MEASURE, measured
from training.attributes import fit, likeness, measure, network
from training.attributes.allowed import ALLOWED
from training.evaluate import latents_of_seeds
from utils.errors import DataError

SCORED, SEED = 20_000, 0

Say = Callable[[str], AbstractContextManager]  # a bar under some words: gives a function of (done, of how many)


class Found(NamedTuple):
    """Attribute directions that hold.

    Attributes:
        directions: in the order of the allow-list, with measured ranges.
        metrics: for the model's card: {"attributes": table, "protocol": {…}} as `measure.table`.
        section: of its README.
    """

    directions: Directions
    metrics: dict
    section: str


def find(model: Generator, data: Path, say: Say, scored: int = SCORED) -> Found:
    """The directions of a generator's latents that turn attributes learnt from labelled faces.

    Args:
        data: faces with CelebA's table; the network that learns them is kept in the cache.
        say: shows progress.
        scored: generated faces to fit on.

    Raises: DataError for data without labels, a model that draws no faces, or one where no direction holds.
    """
    with say("learning the labels") as progress:
        eyes, accuracy = network.learnt(data, progress)
    judge = _judge(model, eyes, data)
    with say("scoring generated faces") as progress:
        faces = judge.random(scored, SEED, progress)
    candidates = _candidates(judge, faces, say)
    with say("measuring on fresh faces") as progress:
        rows = measure.table(judge, candidates, SEED + 2, progress)
    held = [place for place, name in enumerate(candidates.names) if measure.holds(name, rows[name])]
    if not held:
        raise DataError(f"No attribute of {model.info.title} could be turned without turning others. Use --method pca.")
    with say("measuring how far each can go"):
        directions = measured(model.generate, candidates.pick(held))
    kept = {name: rows[name] for name in directions.names}
    left_out = [(name, row) for name, row in rows.items() if name not in kept]
    metrics = {"attributes": kept, "protocol": {"attributes": measure.PROTOCOL, "ranges": MEASURE}}
    return Found(directions, metrics, measure.section(kept, directions, accuracy, left_out))


def _judge(model, eyes, data):
    """What draws and scores the model's faces, if they are faces."""
    score, labelled = network.scorer(eyes), network.labelled(data)
    held_out = labelled.pictures[labelled.held_out]
    fakes = model.generate(latents_of_seeds(likeness.COMPARED, model.latent))
    likeness.check(eyes, network.sized(fakes), held_out, model.info.name)
    return fit.Judge(model.generate, score, model.latent, normalised=not model.capabilities.truncation)


def _candidates(judge, faces, say) -> Directions:
    slopes = fit.slopes(faces)
    trial = judge.random(fit.TRIAL * 5, SEED + 1)
    steps = []
    with say("fitting directions") as progress:
        for place in range(len(ALLOWED)):
            steps.append(fit.direction(judge, trial, slopes, place))
            progress(place + 1, len(ALLOWED))
    names, labels = [a.name for a in ALLOWED], [a.label for a in ALLOWED]
    return Directions.of("attribute", names, labels, np.array(steps))
