"""A small network that says which of the allowed attributes a face shows; learnt from CelebA's labels at 64 px."""

import json
import random
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import cv2
import keras
import numpy as np
from keras import layers, ops

from models import backend
from models.norms import BatchNorm
from models.weights_io import load_weights, save_weights
from training.attributes.allowed import ALLOWED
from training.data import pictures
from training.data.order import Order
from training.tasks.players import to_network_range
from utils import archives
from utils.errors import DataError
from utils.files import write_atomically
from utils.home import home

SIZE = 64
EPOCHS, BATCH, SEED = 10, 64, 0
RATE = 1e-3  # Adam's, falling to 0 along half a cosine
MOST_WEIGHT = 10.0  # of a rare yes: above, the few pictures that have it are learnt by heart
DROPOUT = 0.3
ZOOM = 0.75  # the smallest part of a picture's side that training cuts out: generators frame faces each in their way
SCORED = 256  # pictures at once


class Labelled(NamedTuple):
    """Faces with labels: pictures uint8 [N, 64, 64, 3]; labels float32 [N, attributes], 1 yes, 0 no; held_out bool [N]."""

    pictures: np.ndarray
    labels: np.ndarray
    held_out: np.ndarray


def network(attributes: int = len(ALLOWED), dropout: float = 0.0) -> keras.Model:
    """float32 [N, 64, 64, 3] in [-1, 1] -> float32 [N, attributes], logits: above 0 is a yes. A quarter million weights.

    Args:
        dropout: before the last layer, in training; there it brings a variable of its own, so it is left out in use.
    """
    picture = keras.Input((SIZE, SIZE, 3), name="picture")
    x = picture
    for number, (width, stride) in enumerate(((24, 2), (48, 2), (96, 2), (96, 1), (128, 2)), start=1):
        options = {"padding": "same", "use_bias": False}
        x = layers.Conv2D(width, 3, strides=stride, name=f"conv{number}", **options)(x)
        x = layers.ReLU(name=f"relu{number}")(BatchNorm(name=f"norm{number}")(x))
    x = layers.Dropout(dropout, seed=SEED, name="drop")(layers.Flatten(name="flat")(x))
    return keras.Model(picture, layers.Dense(attributes, name="logits")(x), name="attributes")


def labelled(source: Path) -> Labelled:
    """The faces of a set that came with CelebA's table, and their allowed attributes.

    Raises: DataError where no table, or not every column that is needed, is with it.
    """
    rows = archives.labels(source) or []
    missing = [attribute.column for attribute in ALLOWED if not rows or attribute.column not in rows[0]]
    if missing:
        raise DataError(
            f"`{Path(source).name}` has no labels for {', '.join(missing[:3])}{' …' if len(missing) > 3 else ''}. "
            "Attributes are learnt from CelebA's pictures with their table (list_attr_celeba.csv) inside or beside."
        )
    found = pictures.prepare(source, SIZE)
    by_stem = {PurePosixPath(next(iter(row.values()))).stem: row for row in rows}
    known = np.array([PurePosixPath(name).stem in by_stem for name in found.names])
    table = np.zeros((len(known), len(ALLOWED)), np.float32)
    for place in np.flatnonzero(known):
        row = by_stem[PurePosixPath(found.names[place]).stem]
        table[place] = [attribute.sign * int(row[attribute.column]) > 0 for attribute in ALLOWED]
    training, held_out = found.split()
    is_held_out = np.isin(np.arange(len(known)), held_out)
    used = known & np.isin(np.arange(len(known)), np.concatenate([training, held_out]))
    return Labelled(found.pictures[used], table[used], is_held_out[used])


def learnt(source: Path, progress: Callable[[int, int], None] | None = None) -> tuple[keras.Model, dict]:
    """(network, figures on held-out faces), trained on a labelled set; found in the cache the next time.

    Figures are by attribute's name: {"accuracy", "balanced" (mean of the accuracy on yes and on no), "share" (of yes)}.

    Raises: DataError as `labelled`.
    """
    folder = home() / "cache" / "attributes" / pictures.fingerprint(Path(source), SIZE, EPOCHS, *ALLOWED)
    weights, figures = folder / "weights.safetensors", folder / "figures.json"
    if figures.exists():
        model = network()
        load_weights(model, weights)
        return model, json.loads(figures.read_text("utf-8"))
    data = labelled(source)
    model = train(data, progress=progress)
    said = scorer(model)(data.pictures[data.held_out])
    accuracy = figures_of(said > 0, data.labels[data.held_out] > 0)
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(model.variables, weights)
    write_atomically(figures, json.dumps(accuracy))
    return model, accuracy


def train(data: Labelled, epochs: int = EPOCHS, progress: Callable[[int, int], None] | None = None) -> keras.Model:
    """A network trained on what is not held out: binary cross-entropy, a yes and a no of an attribute worth as much in
    sum; pictures mirrored and cut closer by chance."""
    backend.prepare()
    random.seed(SEED)  # Keras' initialisers take their seeds from here
    model = network(data.labels.shape[1], DROPOUT)
    optimiser = keras.optimizers.Adam(RATE)
    optimiser.build(model.trainable_variables)
    places = np.flatnonzero(~data.held_out)
    share = data.labels[places].mean(0).clip(1e-6, 1 - 1e-6)
    yes, no = (np.minimum(0.5 / part, MOST_WEIGHT).astype(np.float32) for part in (share, 1 - share))

    def step(faces, labels):
        def loss():
            logits = model(to_network_range(faces), training=True)
            errors = labels * yes * ops.softplus(-logits) + (1.0 - labels) * no * ops.softplus(logits)
            return ops.mean(errors)

        value, grads = backend.gradients(loss, model.trainable_variables)
        optimiser.apply(grads, model.trainable_variables)
        return value

    update = backend.compiled(step, [*model.variables, *optimiser.variables])
    order, steps = Order(places, SEED), max(1, epochs * len(places) // BATCH)
    for k in range(steps):
        optimiser.learning_rate = RATE * 0.5 * (1 + np.cos(np.pi * k / steps))
        batch = [order[place] for place in range(k * BATCH, (k + 1) * BATCH)]
        update(_varied(data.pictures[batch], np.random.default_rng([SEED, k])), data.labels[batch])
        if progress:
            progress(k + 1, steps)
    plain = network(data.labels.shape[1])
    plain.set_weights(model.get_weights())
    return plain


def scorer(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """A function from faces of any size, uint8 [N, R, R, 3], to logits, float32 [N, attributes]; scored at 64 px."""
    run = backend.compiled(lambda x: model(to_network_range(x), training=False), model.variables, frozen=True)

    def scores(faces: np.ndarray) -> np.ndarray:
        faces = sized(faces)
        padded = np.concatenate([faces, np.zeros((-len(faces) % SCORED, SIZE, SIZE, 3), np.uint8)])
        parts = [ops.convert_to_numpy(run(padded[k : k + SCORED])) for k in range(0, len(padded), SCORED)]
        return np.concatenate(parts)[: len(faces)]

    return scores


def sized(faces: np.ndarray) -> np.ndarray:
    """Faces, uint8 [N, R, R, 3], at the size of the network's input."""
    if faces.shape[1] == SIZE:
        return faces
    return np.stack([cv2.resize(face, (SIZE, SIZE), interpolation=cv2.INTER_AREA) for face in faces])


def figures_of(said: np.ndarray, true: np.ndarray) -> dict[str, dict[str, float]]:
    """How often answers, bool [N, attributes], are right, by attribute's name; see `learnt`."""
    figures = {}
    for k, attribute in enumerate(ALLOWED):
        right, yes = said[:, k] == true[:, k], true[:, k]
        both = [right[part].mean() for part in (yes, ~yes) if part.any()]
        values = {"accuracy": right.mean(), "balanced": np.mean(both), "share": yes.mean()}
        figures[attribute.name] = {key: round(float(value), 4) for key, value in values.items()}
    return figures


def _varied(faces, rng):
    """The faces as a network should see them too: mirrored, and cut to a part of at least `ZOOM` of the side."""
    varied = np.empty_like(faces)
    for k, face in enumerate(faces):
        side = round(SIZE * rng.uniform(ZOOM, 1))
        top, left = rng.integers(0, SIZE - side + 1, 2)
        cut = cv2.resize(face[top : top + side, left : left + side], (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
        varied[k] = cut[:, ::-1] if rng.random() < 0.5 else cut
    return varied
