"""Darknet files read by us against OpenCV 4's reader: how far boxes and scores differ, the same photo into both.

The foreign networks lie in a folder that is not part of the project: `VISAGE_DARKNET`, by default `shared/data/darknet`
beside it. Our own cfgs get random weights.
"""

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from models.darknet import cfg, network, weights
from models.yolo import decoder

FOLDER = Path(os.environ.get("VISAGE_DARKNET", Path(__file__).resolve().parents[2] / "shared" / "data" / "darknet"))
COUNTED = 0.2  # OpenCV sets scores below to 0


def main() -> None:
    table = Table(
        "network", "input", "boxes above 0.2", "largest difference of a score", "of a box, share of the picture"
    )
    foreign = sorted(FOLDER.glob("*.cfg"))
    if not foreign:
        print(f"There are no foreign networks in {FOLDER}: only ours are compared.")
    for file in foreign:
        sections = cfg.read_cfg(file.read_text())
        model = network.network(sections)
        files = file, file.with_suffix(".weights")
        weights.read_weights(model, sections, files[1])
        photo = cv2.imread(str(FOLDER / "person.jpg"))
        for width, height in ((416, 416), (352, 288)):
            blob = cv2.dnn.blobFromImage(photo, 1 / 255, (width, height), swapRB=True)
            table.add_row(file.stem, f"{width} x {height}", *_row(model, sections, files, blob))
    for name in ("yolov3", "yolov3-tiny", "yolov3-tiny-3l"):
        sections = cfg.shipped(name)
        model = network.network(sections)
        with tempfile.TemporaryDirectory() as folder:
            files = write_random(model, sections, Path(folder))
            table.add_row(f"{name}, random weights", "416 x 416", *_row(model, sections, files, random_blob(416)))
    Console(width=160).print(table)


class Differences(NamedTuple):
    """Of all boxes that OpenCV scores above 0.2: how many there are, the largest difference of a score, and of a box as a
    share of the picture; `others`: the largest score that we give where OpenCV gives none.
    """

    boxes: int
    score: float
    box: float
    others: float


def differences(model, sections, rows: np.ndarray, blob: np.ndarray) -> Differences:
    """Our network against OpenCV's rows (`by_opencv`) of the same blob, float32 [1, 3, H, W]."""
    height, width = blob.shape[2:]
    boxes, scores = decoder(cfg.heads(sections), height, width)(model(blob.transpose(0, 2, 3, 1), training=False))
    boxes, scores = np.asarray(boxes)[0], np.asarray(scores)[0]
    strong = rows[:, 5:] > COUNTED
    x1, y1, x2, y2 = boxes.T / np.array([[width], [height], [width], [height]])
    shares = np.stack([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], 1)
    score = np.abs(scores - rows[:, 5:])[strong].max(initial=0)
    box = np.abs(shares - rows[:, :4])[strong.any(1)].max(initial=0)
    return Differences(int(strong.any(1).sum()), float(score), float(box), float(scores[~strong].max(initial=0)))


def by_opencv(described: str | Path, written: str | Path, blob: np.ndarray) -> np.ndarray:
    """OpenCV's rows for a .cfg and a .weights file, [M, 5 + classes]: cx, cy, w, h as shares, objectness, scores (0 below
    0.2), at the blob's size.
    """
    reader = cv2.dnn.readNetFromDarknet(str(described), str(written))
    reader.setInput(blob)
    outputs = reader.forward(reader.getUnconnectedOutLayersNames())
    return np.concatenate([rows.reshape(-1, rows.shape[-1]) for rows in outputs])


def write_random(model, sections, folder: Path) -> tuple[Path, Path]:
    """`ours.cfg` and `ours.weights` in the folder, with weights, the model's from now on, that keep the values of every
    layer in bounds, and biases of the heads that spread scores around 0.3, so that many pass 0.2.
    """
    rng = np.random.RandomState(1)
    for variable in model.variables:
        if "variance" in variable.path or "gamma" in variable.path:
            variable.assign(rng.uniform(0.8, 1.2, variable.shape))
        elif "beta" in variable.path or "mean" in variable.path:
            variable.assign(rng.uniform(-0.1, 0.1, variable.shape))
    for index, section in network.convolutions(sections):
        if section.options["activation"] == "linear":
            bias = model.get_layer(f"conv{index:03d}").bias
            bias.assign(rng.uniform(-0.5, 0.8, bias.shape))
    described, written = folder / "ours.cfg", folder / "ours.weights"
    described.write_text(cfg.write_cfg(sections))
    weights.write_weights(model, sections, written)
    return described, written


def random_blob(side: int) -> np.ndarray:
    """Noise as a picture, float32 [1, 3, side, side], 0 to 1."""
    return np.random.RandomState(0).random_sample((1, 3, side, side)).astype(np.float32)


def _row(model, sections, files, blob):
    found = differences(model, sections, by_opencv(*files, blob), blob)
    return str(found.boxes), f"{found.score:.1e}", f"{found.box:.1e}"
