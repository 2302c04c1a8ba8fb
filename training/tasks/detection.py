"""The detection task: a network of a Darknet cfg, its moving average, and the mAP of its boxes on validation photos."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import keras
import numpy as np
from keras import ops

from models import backend, boxes, letterbox, yolo
from models.darknet import cfg, network, weights
from training import branches, checkpoints
from training.data import anchors
from training.data.order import Order
from training.detection import augment, targets
from training.detection.loss import loss
from training.detection.sets import Sets
from training.evaluate_detector import FLOOR, OVERLAP, map_of
from training.recipe_detection import DetectionRecipe
from utils import drawing
from utils import pictures as pixels
from utils.errors import ModelError, RecipeError

SAMPLES, SAMPLE_SIZE, SAMPLE_CONFIDENCE = 12, 256, 0.3
RARE = (
    0.01  # objectness that an untrained head begins with: faces are few, and a half would drown them (Lin et al. 2017)
)


class Detection:
    """A detector and its moving average, with their optimiser; see training/tasks/__init__.py for what the loop asks."""

    best_by, rising, generated = "map50", True, False

    def __init__(self, recipe: DetectionRecipe, data: Sets, resumed: bool = False):
        backend.prepare(one_at_a_time=recipe.deterministic)
        random.seed(recipe.seed)  # Keras' initialisers take their seeds from here
        if recipe.batch % recipe.subdivisions:
            raise RecipeError(
                f"`subdivisions` must divide `batch`. Received: {recipe.subdivisions} and {recipe.batch}."
            )
        self.recipe, self.data, self.training = recipe, data, data.order
        self.part = recipe.batch // recipe.subdivisions
        self.notes: list[str] = []
        self.sections = _sections(recipe, data)
        self.heads = cfg.heads(self.sections)
        # what no recipe says: anchors clustered from the photos, names found with them
        self.files = {"network.cfg": cfg.write_cfg(self.sections), "classes.json": json.dumps(data.training.classes)}
        self._build(resumed)
        self._order = Order(data.order, recipe.seed)
        self._ahead = ThreadPoolExecutor(1, "photos")  # draws the next part while the network learns from this one
        self._next: dict = {}

    def _build(self, resumed):
        recipe, dtype = self.recipe, {"float32": "float32", "bfloat16": "mixed_bfloat16"}[self.recipe.precision]
        self.network = network.network(self.sections, dtype=dtype)
        self._set_prior()
        if recipe.network.init and not resumed:
            self.notes.append(start_from(self.network, self.sections, recipe.network.init))
        network.freeze(self.network, recipe.network.frozen)
        self.average = network.network(self.sections, dtype=dtype)
        self.average.set_weights(self.network.get_weights())
        self.optimiser = _optimiser(recipe.optimiser)
        trained = self.network.trainable_variables
        self.optimiser.build(trained)
        self.sums = [keras.Variable(np.zeros(v.shape, np.float32), trainable=False, name="sum") for v in trained]
        self.state = {
            "network": self.network.variables,
            "average": self.average.variables,
            "optimiser": self.optimiser.variables,
        }
        everything = [*self.network.variables, *self.average.variables, *self.optimiser.variables, *self.sums]
        self._learn = {
            size: backend.compiled(partial(self._add_gradients, yolo.grid(self.heads, size, size)), everything)
            for size in {recipe.network.size, *recipe.network.sizes}
        }
        self._move = backend.compiled(self._apply, everything)
        self._look = seen_by(self.average, self.heads, recipe.network.size)

    def _set_prior(self):
        """Heads begin by seeing nothing."""
        for index, (before, section) in enumerate(zip(self.sections[1:], self.sections[2:])):
            if section.name == "yolo":
                bias = self.network.get_layer(f"conv{index:03d}").bias
                values = np.zeros(bias.shape, np.float32).reshape(-1, 5 + section.number("classes"))
                values[:, 4] = np.log(RARE / (1 - RARE))
                bias.assign(values.reshape(-1))

    # The two halves of an update: plain Keras, read by every backend.

    def _add_gradients(self, grid, pictures, rows, truths):
        """Gradients of one part of a batch, added to those of the others."""
        inputs = ops.cast(pictures, "float32") / 255.0

        def of_part():
            raw = self.network(inputs, training=True)
            parts = loss(yolo.flatten(raw, self.heads[0].classes), rows, truths, grid, self.recipe.loss)
            return parts.box + parts.objectness + parts.classes, *parts

        values, grads = backend.gradients(of_part, self.network.trainable_variables)
        for total, gradient in zip(self.sums, grads):
            total.assign(total + gradient / self.recipe.subdivisions)
        return values

    def _apply(self, keep):
        self.optimiser.apply([ops.convert_to_tensor(total) for total in self.sums], self.network.trainable_variables)
        for total in self.sums:
            total.assign(ops.zeros_like(total))
        for average, current in zip(self.average.variables, self.network.variables):  # statistics too
            average.assign(keep * average + (1.0 - keep) * current)

    # What the loop calls.

    @property
    def images_a_step(self) -> int:
        return self.recipe.batch

    def step(self, iteration: int, images: int) -> dict:
        """One iteration; the losses, still on the device. `images`: photos shown before it."""
        recipe = self.recipe
        self.optimiser.learning_rate = recipe.optimiser.rate(images, recipe.images)
        for k in range(recipe.subdivisions):
            size, pictures, wanted = self._part(iteration, k)
            values = self._learn[size](pictures, wanted.rows, wanted.truths)
        self._move(np.float32(recipe.average.keep(images, self.images_a_step)))
        return dict(zip(("loss", "loss_box", "loss_objectness", "loss_class"), values))

    def _part(self, iteration, k):
        """A part of a batch: drawn ahead, or now; the next one is begun."""
        place = iteration * self.recipe.subdivisions + k
        ready = self._next.pop(place, None)
        self._next = {place + 1: self._ahead.submit(self._drawn, place + 1)}
        return ready.result() if ready else self._drawn(place)

    def _drawn(self, place):
        """(size, pictures uint8 [n, S, S, 3], targets) of the part at a place: the same for the same place and seed."""
        recipe, iteration = self.recipe, place // self.recipe.subdivisions
        size = recipe.network.size
        if recipe.network.sizes:
            group = iteration // recipe.network.size_every
            size = int(np.random.default_rng([recipe.seed, 4, group]).choice(recipe.network.sizes))
        mosaic = iteration * recipe.batch < recipe.images * (1 - recipe.augment.mosaic_off)
        shown = []
        for k in range(place * self.part, (place + 1) * self.part):
            rng = np.random.default_rng([recipe.seed, 3, k])
            chosen = self._order[k]
            resize = recipe.network.resize
            shown.append(augment.draw(self.data.training, chosen, size, resize, recipe.augment, mosaic, rng))
        pictures, own, labels = zip(*shown)
        return size, np.stack(pictures), targets.assign(own, labels, self.heads, size, recipe.loss)

    def rates(self) -> dict:
        """Learning rate in force, for the events."""
        return {"learning_rate": float(ops.convert_to_numpy(self.optimiser.learning_rate))}

    def sheet(self, iteration: int) -> None:
        """None: a detector's sample says it all."""

    def sample(self) -> np.ndarray:
        """uint8: the same validation photos at every tick, with the boxes that the average sees in them."""
        return pixels.grid(np.stack([self._drawn_on(k) for k in range(min(SAMPLES, len(self.data.validation)))]), 4)

    def _drawn_on(self, k):
        square, placed = letterbox.fit(self.data.validation.pictures[k], SAMPLE_SIZE, "letterbox")
        found = boxes.select(self._candidates(k), SAMPLE_CONFIDENCE, OVERLAP, across_classes=True)
        styles = ["solid" if label == 0 else "dashed" for label in found.labels]
        return drawing.draw_boxes(square, placed.to_network(found.boxes), found.names, styles)

    def _candidates(self, k) -> boxes.Candidates:
        picture = self.data.validation.pictures[k]
        return self._look(picture, self.recipe.network.resize, self.data.validation.classes)

    def evaluate(self, _pictures: int) -> dict:
        """mAP@0.5 of the moving average on the validation photos, with AP per class, precision, recall and F1."""
        validation = self.data.validation
        if not any(len(own) for own in validation.boxes):
            return {}
        seen = [self._candidates(k) for k in range(len(validation))]
        figures = map_of(seen, list(zip(validation.boxes, validation.labels)), self.recipe.data.groups)
        per_class = {f"ap50_{name}": value for name, value in figures.pop("ap50").items() if value is not None}
        return {**figures, **per_class}

    def alarm(self, _event: dict, _images: int) -> None:
        """None: a detector has no collapse to warn of."""


def start_from(model: keras.Model, sections, name: str) -> str:
    """A sentence on what was taken over into `model` from a run's moving average ("RUN", "RUN@IMAGES"), or else from a
    file of weights.

    Raises: ModelError where nothing fits; RunError for a run without that checkpoint.
    """
    if not branches.names_run(name):
        return weights.take_what_fits(model, sections, name).sentence
    run, checkpoint = branches.source(name)
    arrays = checkpoints.average_of(checkpoint)
    taken = [(variable, array) for variable, array in zip(model.variables, arrays) if variable.shape == array.shape]
    if len(taken) < len(model.variables) or len(taken) < len(arrays):
        raise ModelError(f"The run `{run.name}` trained another network. Branch with the same cfg and classes.")
    for variable, array in taken:
        variable.assign(array)
    return branches.told(run, checkpoint)


def seen_by(model: keras.Model, heads, size: int):
    """A function (picture uint8 [H, W, 3], resize, classes) to the model's candidates, scores from 0.01 on."""
    decode = yolo.decoder(heads, size, size)
    look = backend.compiled(lambda x: decode(model(x, training=False)), model.variables, frozen=True)

    def candidates(picture, resize, classes):
        square, placed = letterbox.fit(picture, size, resize)
        found, scores = (ops.convert_to_numpy(x)[0] for x in look(square[None].astype(np.float32) / 255))
        strong = scores.max(1) >= FLOOR
        height, width = picture.shape[:2]
        inside = placed.to_picture(found[strong]).astype(np.float32)
        return boxes.Candidates(inside, scores[strong], tuple(classes), width, height)

    return candidates


def _sections(recipe, data):
    """The recipe's cfg for the data's classes, with its anchors."""
    settings, photos = recipe.network, data.training
    sections = cfg.with_classes(cfg.shipped(settings.cfg), len(photos.classes))
    if settings.anchors == "cfg":
        return sections
    placed = [letterbox.place(*picture.shape[1::-1], settings.size, settings.resize) for picture in photos.pictures]
    moved = np.concatenate([place.to_network(own) for place, own in zip(placed, photos.boxes)])
    count = sum(len(head.anchors) for head in cfg.heads(sections))
    return cfg.with_anchors(sections, anchors.cluster(moved[:, 2:] - moved[:, :2], count, recipe.seed).sizes)


def _optimiser(settings):
    """Named, because Keras would count: a checkpoint's names must not hang on what the process built before."""
    common = {
        "learning_rate": settings.learning_rate,
        "weight_decay": settings.weight_decay or None,
        "global_clipnorm": settings.clip or None,
        "name": "optimiser",
    }
    if settings.name == "adamw":
        optimiser = keras.optimizers.AdamW(beta_1=settings.momentum, **common)
    else:
        optimiser = keras.optimizers.SGD(momentum=settings.momentum, nesterov=settings.momentum > 0, **common)
    if settings.weight_decay:
        optimiser.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimiser
