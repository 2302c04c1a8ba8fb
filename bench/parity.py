"""Darknet files read by us against OpenCV 4's reader: how far boxes and scores differ, the same photo into both.

The foreign networks lie in a folder that is not part of the project: `VISAGE_DARKNET`, by default `shared/data/darknet`
beside it. Our own cfgs get random weights.
"""

import os
import tempfile
from pathlib import Path

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
        weights.read_weights(model, sections, file.with_suffix(".weights"))
        photo = cv2.imread(str(FOLDER / "person.jpg"))
        for width, height in ((416, 416), (352, 288)):
            blob = cv2.dnn.blobFromImage(photo, 1 / 255, (width, height), swapRB=True)
            table.add_row(file.stem, f"{width} x {height}", *_row(model, sections, blob))
    for name in ("yolov3", "yolov3-tiny", "yolov3-tiny-3l"):
        sections = cfg.shipped(name)
        model = _random(network.network(sections), sections)
        blob = np.random.RandomState(0).random_sample((1, 3, 416, 416)).astype(np.float32)
        table.add_row(f"{name}, random weights", "416 x 416", *_row(model, sections, blob))
    Console(width=160).print(table)


def _row(model, sections, blob):
    height, width = blob.shape[2:]
    boxes, scores = decoder(cfg.heads(sections), height, width)(model(blob.transpose(0, 2, 3, 1), training=False))
    boxes, scores, rows = np.asarray(boxes)[0], np.asarray(scores)[0], _by_opencv(model, sections, blob)
    strong = rows[:, 5:] > COUNTED
    x1, y1, x2, y2 = boxes.T / np.array([[width], [height], [width], [height]])
    shares = np.stack([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], 1)
    score = np.abs(scores - rows[:, 5:])[strong].max(initial=0)
    box = np.abs(shares - rows[:, :4])[strong.any(1)].max(initial=0)
    return str(strong.any(1).sum()), f"{score:.1e}", f"{box:.1e}"


def _by_opencv(model, sections, blob):
    """The files that we write, read by OpenCV: cx, cy, w, h, objectness and scores."""
    height, width = blob.shape[2:]
    net = sections[0]._replace(options=sections[0].options | {"width": str(width), "height": str(height)})
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / name) for name in ("x.cfg", "x.weights")]
        Path(files[0]).write_text(cfg.write_cfg([net, *sections[1:]]))
        weights.write_weights(model, sections, files[1])
        reader = cv2.dnn.readNetFromDarknet(*files)
    reader.setInput(blob)
    outputs = reader.forward(reader.getUnconnectedOutLayersNames())
    return np.concatenate([rows.reshape(-1, rows.shape[-1]) for rows in outputs])


def _random(model, sections):
    """Weights that keep the values of every layer in bounds, and heads with scores around 0.3."""
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
    return model
