"""A detector with weights set by hand, and pictures for it: blue spots are Good, red ones Bad, brighter ones surer."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from models.card import ModelInfo
from models.catalogue import write_detector
from utils import marks

SIDE, SPOT = 640, 20  # pixels of a picture and of a spot: one cell of the network, whose input is 64 pixels
BOX = 80  # pixels of the box around a spot
GOOD, BAD = (0, 0, 255), (255, 0, 0)
CLASSES = ["with_mask", "without_mask"]
CFG = """
[net]
width=64
height=64
[convolutional]
filters=2
size=3
stride=2
pad=1
activation=leaky
[convolutional]
filters=7
size=1
stride=1
pad=1
activation=linear
[yolo]
mask=0
anchors=8,8
classes=2
num=1
"""


def write_seer(folder: Path) -> ModelInfo:
    """The detector in its folder."""
    from models.darknet import cfg, network

    model = network.network(cfg.read_cfg(CFG))
    for variable in model.variables:
        variable.assign(np.zeros(variable.shape))
    colours = np.zeros((3, 3, 3, 2))
    colours[1, 1, 2, 0] = colours[1, 1, 0, 1] = 1  # blue, red: of one pixel
    model.get_layer("conv000").kernel.assign(colours)
    head, bias = np.zeros((1, 1, 2, 7)), np.array([0, 0, 0, 0, -14, 0, 0])
    head[0, 0, :, 4] = 20
    head[0, 0, :, 5] = 12, -12
    head[0, 0, :, 6] = -12, 12
    model.get_layer("conv001").kernel.assign(head)
    model.get_layer("conv001").bias.assign(bias)
    arguments = {"cfg": "seer.cfg", "size": 64, "resize": "letterbox", "classes": CLASSES}
    arguments["groups"] = {"Good": CLASSES[:1], "Bad": CLASSES[1:]}
    fields = {"title": "Seer", "version": "1", "arguments": arguments}
    return write_detector(folder, fields, model, CFG)


def picture(spots: Iterable[tuple]) -> np.ndarray:
    """A dark picture, uint8 [640, 640, 3], with spots: (column, row, colour) or with a strength, 0 to 1, after them.

    Columns and rows are cells of 20 pixels, 0 to 31. A spot of strength 1 is seen with confidence 1.00, of 0.75 with 0.73.
    """
    drawn = np.full((SIDE, SIDE, 3), 20, np.uint8)
    drawn[..., (0, 2)] = 0
    for column, row, colour, *strength in spots:
        shade = np.round(np.array(colour) * (strength[0] if strength else 1)).astype(np.uint8)
        drawn[row * SPOT : (row + 1) * SPOT, column * SPOT : (column + 1) * SPOT] = shade
    return drawn


def box(column: int, row: int) -> tuple[int, int, int, int]:
    """Where the detector sees the spot: x1, y1, x2, y2 in pixels."""
    x, y = (at * SPOT + SPOT // 2 for at in (column, row))
    return x - BOX // 2, y - BOX // 2, x + BOX // 2, y + BOX // 2


def png(spots: Iterable[tuple]) -> bytes:
    """The picture as a file."""
    return marks.encode(picture(spots), "png", generated=False)


def voc(name: str, spots: Iterable[tuple]) -> bytes:
    """Pascal VOC annotations that agree with the picture."""
    objects = []
    for column, row, colour, *_ in spots:
        corners = "".join(f"<{key}>{at}</{key}>" for key, at in zip(("xmin", "ymin", "xmax", "ymax"), box(column, row)))
        label = CLASSES[0] if colour == GOOD else CLASSES[1]
        objects.append(f"<object><name>{label}</name><bndbox>{corners}</bndbox></object>")
    size = f"<size><width>{SIDE}</width><height>{SIDE}</height><depth>3</depth></size>"
    return f"<annotation><filename>{name}</filename>{size}{''.join(objects)}</annotation>".encode()


def video(path: Path, frames: int = 24, rate: int = 12) -> Path:
    """An MP4 in which a Good and a Bad spot walk to the right, one cell in eight frames."""
    import av

    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        for number in range(frames):
            spots = [(4 + number // 8, 8, GOOD), (4 + number // 8, 20, BAD)]
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture(spots), "rgb24")))
        out.mux(stream.encode(None))
    return path
