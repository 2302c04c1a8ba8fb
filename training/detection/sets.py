"""The photos of a detector's recipe: the parts of its source, and what is trained on beside."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from training.data import exclusions, photos
from training.data.annotations import open_annotated
from training.data.photos import PhotoSet
from training.recipe_detection import DetectionRecipe
from utils.errors import DataError


@dataclass(frozen=True, eq=False)
class Sets:
    """Photos to train on, and photos on which the best weights are chosen.

    Attributes:
        order: int64 [N], places in `training`, the rare ones several times.
    """

    training: PhotoSet
    validation: PhotoSet
    order: np.ndarray

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys([*self.training.notes, *self.validation.notes]))

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.training.fingerprint} {self.validation.fingerprint}".encode()).hexdigest()[:16]


def load(recipe: DetectionRecipe, progress: Callable[[int, int], None] | None = None) -> Sets:
    """The recipe's photos, decoded and kept at hand.

    Raises: DataError for a source, part or class that is not there.
    """
    settings = recipe.data
    main = _named(open_annotated(Path(settings.source), Path(settings.split) if settings.split else None), settings)
    classes = tuple(settings.classes) or main.classes
    more = [_named(_only(_all(path), settings.only), settings) for path in settings.extra]
    train, val = (exclusions.without(main.part(part), settings.source) for part in (settings.train, settings.val))
    training = _joined([photos.prepare(part, classes, settings.longest, progress) for part in (train, *more)])
    validation = photos.prepare(val, classes, settings.longest, progress)
    if not any(len(boxes) for boxes in training.boxes):
        raise DataError(f"No photo of `{main.title}` that is trained on has a box. Give photos with annotations.")
    unknown = [name for name in settings.rare if name not in classes]
    if unknown:
        raise DataError(f"`data.rare` names the class `{unknown[0]}`. Classes: {', '.join(classes)}.")
    rare = [classes.index(name) for name in settings.rare]
    times = [settings.rare_times if np.isin(labels, rare).any() else 1 for labels in training.labels]
    return Sets(training, validation, np.repeat(np.arange(len(training)), times))


def _all(path):
    """A set that is trained on as a whole."""
    return exclusions.without(open_annotated(Path(path)), path)


def _named(annotated, settings):
    """The set with the recipe's names."""
    return annotated.mapped(settings.map) if settings.map else annotated


def _only(annotated, beginnings):
    """The photos whose file names begin with one of these."""
    if not beginnings:
        return annotated
    kept = [p for p in annotated.photos if PurePosixPath(p.name).name.startswith(tuple(beginnings))]
    if not kept:
        raise DataError(f"No photo of `{annotated.title}` has a name that begins with {' or '.join(beginnings)}.")
    return replace(annotated, photos=kept)


def _joined(parts):
    """Several sets as one."""
    if len(parts) == 1:
        return parts[0]
    return PhotoSet(
        [picture for part in parts for picture in part.pictures],
        [boxes for part in parts for boxes in part.boxes],
        [labels for part in parts for labels in part.labels],
        [name for part in parts for name in part.names],
        parts[0].classes,
        hashlib.sha256(" ".join(part.fingerprint for part in parts).encode()).hexdigest()[:16],
        [note for part in parts for note in part.notes],
    )
