"""The numbers of a detector's training."""

import math
from typing import Literal

from pydantic import Field

from training.recipe_base import Recipe, Strict


class Data(Strict):
    """What is trained on. `source` is set by --data; the rest belongs to the recipe.

    Attributes:
        extra: more annotated sets, all of their photos trained on.
        only: of the extra photos, those whose file names begin with one of these; all if empty.
        train, val: parts of the source (`train`, `val`, `fold0-train`, …). Best weights are chosen on `val`.
        map: other names for the annotated classes, `*` for all that are not named; several may become one.
        classes: the names in the order of the network's outputs; the set's own if empty.
        groups: what the classes mean to a person, `{"Good": ["with_mask"], …}`: mAP is told for these, and the best
            weights are chosen by it; each class by itself if empty.
        rare: photos with one of these classes are shown `rare_times` as often.
        longest: photos are kept at this many pixels on the longer side at most.
    """

    source: str = ""
    split: str = ""
    extra: list[str] = Field(default_factory=list)
    only: list[str] = Field(default_factory=list)
    train: str = "train"
    val: str = "val"
    map: dict[str, str] = Field(default_factory=dict)
    classes: list[str] = Field(default_factory=list)
    groups: dict[str, list[str]] = Field(default_factory=dict)
    rare: list[str] = Field(default_factory=list)
    rare_times: int = Field(1, ge=1)
    longest: int = Field(832, ge=64)


class Network(Strict):
    """A Darknet cfg (a name of models/darknet/cfg, or a path) and how it is trained.

    Attributes:
        size: pixels of the square input.
        sizes: several inputs to draw from, one for `size_every` iterations each; only `size` if empty.
        resize: how photos come to the square.
        anchors: `cfg` keeps the cfg's, `data` clusters the training boxes.
        init: weights that the training starts from: "RUN", a run's best, or "RUN@IMAGES"; or a file of Darknet's, as far
            as they fit.
        frozen: the cfg's first so many layers do not train.
    """

    cfg: str
    size: int = Field(416, ge=32, multiple_of=32)
    sizes: list[int] = Field(default_factory=list)
    size_every: int = Field(10, ge=1)
    resize: Literal["letterbox", "stretch"] = "letterbox"
    anchors: Literal["cfg", "data"] = "cfg"
    init: str = ""
    frozen: int = Field(0, ge=0)


class Loss(Strict):
    """What is learnt from a batch; see training/detection/loss.py.

    Attributes:
        box: `ciou`, or `original` (squared offsets, YOLOv3).
        box_weight, objectness_weight, class_weight: of the three parts.
        objectness: what a box with a truth is taught: `one`, or `overlap`, its IoU with it, so that scores rank boxes.
        ignore: boxes that overlap a truth by more than this IoU, without being its own, are not taught to be nothing; 1
            teaches all of them.
        assign: `best` gives a truth the anchor of its shape, as YOLOv3; `ratio` every anchor whose sides are within
            `ratio` times the truth's, in the neighbouring cells too where `neighbours` says so.
        smoothing: class labels are 1 - s/2 and s/2.
        focal: exponent of the focal factor on objectness (Lin et al. 2017); 0 is none.
    """

    box: Literal["ciou", "original"] = "ciou"
    box_weight: float = Field(2.0, ge=0)
    objectness_weight: float = Field(1.0, ge=0)
    class_weight: float = Field(0.5, ge=0)
    objectness: Literal["one", "overlap"] = "overlap"
    ignore: float = Field(1.0, gt=0, le=1)
    assign: Literal["best", "ratio"] = "ratio"
    ratio: float = Field(2.5, gt=1)
    neighbours: bool = True
    smoothing: float = Field(0.0, ge=0, lt=1)
    focal: float = Field(0.0, ge=0)


class Augment(Strict):
    """How a photo is changed before it is shown.

    Attributes:
        mosaic: share of pictures made of four; off for the last `mosaic_off` of the images.
        scale: a photo is drawn at 1/(1 + scale) to 1 + scale of its size.
        shift: of the square's side, at most.
        hue, saturation, value: HSV, as shares at most.
        flip: mirror half of them.
    """

    mosaic: float = Field(0.5, ge=0, le=1)
    mosaic_off: float = Field(0.1, ge=0, le=1)
    scale: float = Field(0.5, ge=0)
    shift: float = Field(0.1, ge=0, le=0.5)
    hue: float = Field(0.015, ge=0, le=0.5)
    saturation: float = Field(0.6, ge=0)
    value: float = Field(0.4, ge=0)
    flip: bool = True


class Optimiser(Strict):
    """How weights move.

    Attributes:
        name: `adamw` (Loshchilov and Hutter 2019), or `sgd` with Nesterov's momentum, as Darknet's.
        weight_decay: on kernels alone.
        warm_up: images over which the rate rises from 0, by the fourth power for `steps` as Darknet's burn-in, else evenly.
        schedule: `cosine` down to `final` of the rate, or `steps`: times `factor` at each of `steps` (shares of the images).
        clip: largest norm of all gradients together; 0 is no bound.
    """

    name: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = Field(gt=0)
    momentum: float = Field(0.9, ge=0, lt=1)
    weight_decay: float = Field(5e-4, ge=0)
    warm_up: int = Field(0, ge=0)
    schedule: Literal["cosine", "steps"] = "cosine"
    final: float = Field(0.05, gt=0, le=1)
    steps: list[float] = Field(default_factory=lambda: [0.8, 0.9])
    factor: float = Field(0.1, gt=0, le=1)
    clip: float = Field(10.0, ge=0)

    def rate(self, images: int, total: int) -> float:
        """Learning rate when `images` of `total` have been seen."""
        if images < self.warm_up:
            share = (images + 1) / self.warm_up
            return self.learning_rate * (share**4 if self.schedule == "steps" else share)
        progress = min(1.0, images / total)
        if self.schedule == "steps":
            return self.learning_rate * self.factor ** sum(progress >= step for step in self.steps)
        return self.learning_rate * (self.final + (1 - self.final) * (1 + math.cos(math.pi * progress)) / 2)


class DetectionRecipe(Recipe):
    """A detector's training.

    Attributes:
        subdivisions: a batch is shown in so many parts, whose gradients are summed (Darknet's word): a batch of 64 on a
            small machine.
    """

    task: Literal["detection"] = "detection"
    subdivisions: int = Field(1, ge=1)
    data: Data = Data()
    network: Network
    loss: Loss = Loss()
    augment: Augment = Augment()
    optimiser: Optimiser
