"""A loaded detector: pictures in, candidates out. What is chosen among them is `models.boxes`' business."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from models import backend, fetching, letterbox, runtime_openvino, weights_io, yolo
from models.batching import PATIENCE, Queue
from models.boxes import Candidates, merge, nms
from models.card import WEIGHTS, ModelInfo
from models.darknet import cfg, network
from utils.errors import ModelError

FLOOR = 0.01  # scores below are no candidates
BATCH = 8  # pictures at once, for a video and many photos
TILE_OVERLAP = 0.2


class Detector:
    """A network that finds boxes; may be called from many threads at once.

    Two functions are compiled, for 1 and for 8 pictures: uint8 in, boxes read out inside. With OpenVINO, where it is
    installed and there is no GPU, `fast` detectors compute in bfloat16 if the processor has it: scores differ in the third
    digit, so figures of record are measured without.

    Attributes:
        info: the model's card.
        size: pixels of the network's square input.
        classes: the annotated names, in the order of the scores.
        groups: what they mean to a person: `{"Good": (…), "Bad": (…)}`; empty where they are meant as they are.
        runtime: what computes, in a word.
        queue: what its forward passes go through.
        runs: how often the network has run, in pictures.
    """

    def __init__(self, info: ModelInfo, model: Any, sections: Sequence[cfg.Section], fast: bool = False):
        facts = info.arguments
        self.info, self.runs = info, 0
        self.size, self.resize, self.classes = facts["size"], facts["resize"], tuple(facts["classes"])
        self.groups = {name: tuple(names) for name, names in facts.get("groups", {}).items()}
        fast = fast and runtime_openvino.installed() and not backend.has_accelerator()
        self.runtime = "OpenVINO" if fast else backend.name()
        build = self._by_openvino if fast else self._by_keras
        self._one, self._many = build(network.folded(model, sections, self.size), cfg.heads(sections))
        gpu = backend.has_accelerator()  # on a CPU a batch is no faster than its pictures one by one
        self.queue = Queue(self._look, BATCH if gpu else 1, PATIENCE if gpu else 0.0)
        self._one(np.zeros((1, self.size, self.size, 3), np.uint8))

    def _by_keras(self, plain, heads):
        decode = yolo.decoder(heads, self.size, self.size)

        def look(pictures):
            return decode(plain(ops.cast(pictures, "float32") / 255.0, training=False))

        # two functions, not one: a function that meets both sizes is compiled again, for any size, and is slower
        return tuple(backend.compiled(lambda x: look(x), plain.variables, frozen=True) for _ in range(2))

    def _by_openvino(self, plain, heads):
        decode = backend.compiled(yolo.decoder(heads, self.size, self.size), [], frozen=True)
        pays = backend.bfloat16_pays()
        runs = [runtime_openvino.compiled(plain, count, pays) for count in (1, BATCH)]
        return tuple(lambda x, run=run: decode(run(x.astype(np.float32) / 255)) for run in runs)

    def candidates(self, picture: np.ndarray) -> Candidates:
        """What the network sees in a picture, uint8 [H, W, 3] of any size: every box with a score from 0.01 on."""
        return self.candidates_many([picture])[0]

    def candidates_many(self, pictures: Sequence[np.ndarray]) -> list[Candidates]:
        """The same for several pictures: eight at once, what is left over one by one."""
        found = []
        full = len(pictures) - len(pictures) % BATCH
        for start in [*range(0, full, BATCH), *range(full, len(pictures))]:
            some = pictures[start : start + (BATCH if start < full else 1)]
            squares, placed = zip(*(letterbox.fit(picture, self.size, self.resize) for picture in some))
            boxes, scores = self.queue(np.stack(squares))
            found += [self._read(b, s, p) for b, s, p in zip(boxes, scores, placed)]
        return found

    def tiled_candidates(self, picture: np.ndarray, overlap: float = TILE_OVERLAP) -> Candidates:
        """Candidates of a large photo with small faces: of the whole and of tiles of the network's size, as SAHI does
        (Akyon, Altinuc and Temizel 2022); a picture that is no larger than two inputs is looked at once.

        Args:
            overlap: of neighbouring tiles, as a share of their side.
        """
        height, width = picture.shape[:2]
        if max(height, width) <= 2 * self.size:
            return self.candidates(picture)
        corners = [(x, y) for y in _starts(height, self.size, overlap) for x in _starts(width, self.size, overlap)]
        tiles = [picture[y : y + self.size, x : x + self.size] for x, y in corners]
        boxes, scores = [], []
        for (x, y), tile, seen in zip(corners, tiles, self.candidates_many(tiles)):
            whole = _whole(seen.boxes, tile, x, y, width, height)
            boxes.append(seen.boxes[whole] + np.array([x, y, x, y], np.float32))
            scores.append(seen.scores[whole])
        seen = self.candidates(picture)
        boxes, scores = np.concatenate([seen.boxes, *boxes]), np.concatenate([seen.scores, *scores])
        kept = nms(boxes, scores.max(1), 0.6, None)  # the same box of two tiles; the rest is `select`'s
        return Candidates(boxes[kept], scores[kept], self.classes, width, height)

    def grouped(self, candidates: Candidates) -> Candidates:
        """The candidates in the words for people (Good, Bad), where the card has them."""
        return merge(candidates, self.groups) if self.groups else candidates

    def _look(self, squares: np.ndarray) -> list[np.ndarray]:
        """Boxes and scores of up to eight pictures; alone, or as eight, some of them looked at in vain."""
        self.runs += len(squares)
        if len(squares) == 1:
            return [ops.convert_to_numpy(x) for x in self._one(squares)]
        padded = np.concatenate([squares, np.zeros((BATCH - len(squares), *squares.shape[1:]), np.uint8)])
        return [ops.convert_to_numpy(x)[: len(squares)] for x in self._many(padded)]

    def _read(self, boxes, scores, placed) -> Candidates:
        strong = scores.max(1) >= FLOOR
        inside = placed.to_picture(boxes[strong]).astype(np.float32)
        seen = (inside[:, 2:] > inside[:, :2]).all(1)  # the grey beside a letterboxed picture holds nothing
        return Candidates(inside[seen], scores[strong][seen], self.classes, placed.width, placed.height)


def load(info: ModelInfo, fast: bool = False) -> Detector:
    """The model, checked against its sums, compiled and warm; with OpenVINO if `fast`, where it is installed.

    Files that lie elsewhere are fetched first.

    Raises: ModelError for a file that is missing, differs, or cannot be fetched, a cfg that is not known, or weights that
        do not fit.
    """
    return Detector(info, *read(info), fast)


def read(info: ModelInfo) -> tuple[Any, list[cfg.Section]]:
    """(the network with its weights, its cfg), neither folded nor compiled.

    Raises: ModelError as `load`.
    """
    fetching.whole(info)
    backend.prepare()
    sections = cfg.read_cfg(info.path(info.arguments["cfg"]).read_text("utf-8"))
    if cfg.heads(sections)[0].classes != len(info.arguments["classes"]):
        raise ModelError(f"The cfg of `{info.name}` is not for its {len(info.arguments['classes'])} classes.")
    model = network.network(sections)
    weights_io.load_weights(model, info.path(WEIGHTS))
    return model, sections


def _starts(length, size, overlap):
    """Where tiles of `size` begin so that they cover `length` and overlap by at least this share."""
    if length <= size:
        return [0]
    count = int(np.ceil((length - size) / (size * (1 - overlap)))) + 1
    return np.linspace(0, length - size, count).round().astype(int).tolist()


def _whole(boxes, tile, x, y, width, height):
    """Boxes that do not touch an edge of the tile inside the picture: a face cut there is whole in the next tile."""
    bottom, right = tile.shape[:2]
    left_cut, top_cut = (boxes[:, 0] < 1) & (x > 0), (boxes[:, 1] < 1) & (y > 0)
    right_cut = (boxes[:, 2] > right - 1) & (x + right < width)
    bottom_cut = (boxes[:, 3] > bottom - 1) & (y + bottom < height)
    return ~(left_cut | top_cut | right_cut | bottom_cut)
