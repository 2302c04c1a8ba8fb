"""Mean average precision at IoU 0.5, by pycocotools; precision, recall and F1 at the threshold where F1 is best.

What counts as found, and the 101 recall points, are COCO's (Lin et al. 2014; `pycocotools.cocoeval`), with two changes:
the only IoU is 0.5, and up to 300 boxes a photo count, since crowds hold more than COCO's 100.
"""

import contextlib
import io
import threading
from collections.abc import Mapping, Sequence

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from models.boxes import LIMIT, Boxes
from utils.errors import DataError

IOU = 0.5
PROTOCOL = (
    f"pycocotools, IoU {IOU}, 101 recall points, per class, up to {LIMIT} boxes a photo, no difficult or crowd boxes"
)
Truth = tuple[np.ndarray, np.ndarray]
_quiet = threading.Lock()  # stdout belongs to the whole process: two threads that turn it away would lose it


def mean_ap(truths: Sequence[Truth], found: Sequence[Boxes], classes: Sequence[str]) -> dict:
    """How well the found boxes match the true ones.

    Args:
        truths: for each photo (boxes float [N, 4] as x1 y1 x2 y2 in pixels, labels int [N]).
        found: for each photo what `select` left, with a low confidence (0.01) so that the whole curve is seen.
        classes: names; labels on both sides are places in it.

    Returns:
        `map50`: the mean over the classes that have truths; `ap50`: {class: AP, or None without truths}; `precision`,
        `recall`, `f1`: over all classes together at `confidence`, the score from which on boxes count there.

    Raises: DataError where no photo has a box, as there is nothing to measure then.
    """
    judged = _evaluate(truths, found, classes)
    curves = _curves(judged, classes)
    ap = {name: None if curve is None else float(curve.mean()) for name, curve in curves.items()}
    known = [value for value in ap.values() if value is not None]
    return {"map50": float(np.mean(known)), "ap50": ap, **_best_f1(judged, sum(len(boxes) for boxes, _ in truths))}


def precision_curves(
    truths: Sequence[Truth], found: Sequence[Boxes], classes: Sequence[str]
) -> dict[str, np.ndarray | None]:
    """For each class the best precision from each of 101 recalls (0, 0.01, … 1) on, float64 [101]; None without truths.

    Its mean is the class's AP. Arguments and errors as `mean_ap`.
    """
    return _curves(_evaluate(truths, found, classes), classes)


def _evaluate(truths: Sequence[Truth], found: Sequence[Boxes], classes: Sequence[str]) -> COCOeval:
    if len(truths) != len(found):
        raise ValueError(f"Truths and found boxes must be of the same photos: {len(truths)} and {len(found)}.")
    if not sum(len(boxes) for boxes, _ in truths):
        raise DataError("No photo of the set has a box, so there is no mAP to tell. Give photos with annotations.")
    right = [row for k, (boxes, labels) in enumerate(truths) for row in _rows(k, boxes, labels, None)]
    seen = [row for k, one in enumerate(found) for row in _rows(k, one.boxes, one.labels, one.scores)]
    with _quiet, contextlib.redirect_stdout(io.StringIO()):
        judged = COCOeval(_coco(right, len(truths), classes), _coco(seen, len(truths), classes), "bbox")
        judged.params.iouThrs = np.array([IOU])
        judged.params.maxDets = [LIMIT]
        judged.params.areaRng, judged.params.areaRngLbl = [[0, 1e10]], ["all"]
        judged.evaluate()
        judged.accumulate()
    return judged


def _rows(photo: int, boxes: np.ndarray, labels: np.ndarray, scores: np.ndarray | None) -> list[Mapping]:
    rows = []
    for place, ((x1, y1, x2, y2), label) in enumerate(zip(np.asarray(boxes, np.float64).tolist(), labels)):
        box = [x1, y1, x2 - x1, y2 - y1]
        row = {"image_id": photo + 1, "category_id": int(label) + 1, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
        rows.append(row if scores is None else row | {"score": float(scores[place])})
    return rows


def _coco(rows: list[Mapping], photos: int, classes: Sequence[str]) -> COCO:
    """An index over the rows. Their numbers begin at 1: pycocotools reads a match with number 0 as none."""
    coco = COCO()
    coco.dataset = {
        "images": [{"id": photo + 1} for photo in range(photos)],
        "categories": [{"id": place + 1, "name": name} for place, name in enumerate(classes)],
        "annotations": [row | {"id": number} for number, row in enumerate(rows, start=1)],
    }
    coco.createIndex()
    return coco


def _curves(judged: COCOeval, classes: Sequence[str]) -> dict[str, np.ndarray | None]:
    precision = judged.eval["precision"][0, :, :, 0, 0]  # [101, classes]; -1 where a class has no truths
    return {name: None if precision[0, k] < 0 else precision[:, k] for k, name in enumerate(classes)}


def _best_f1(judged: COCOeval, truths: int) -> dict[str, float]:
    """The threshold with the best F1 over all classes together. A stronger box is matched first, so one matching
    serves all thresholds."""
    told = [one for one in judged.evalImgs if one is not None and len(one["dtScores"])]
    if not told:
        return {"precision": 0.0, "recall": 0.0, "f1": 0.0, "confidence": 1.0}
    scores = np.concatenate([one["dtScores"] for one in told])
    hits = np.concatenate([one["dtMatches"][0] > 0 for one in told])
    order = np.argsort(-scores, kind="stable")
    scores, right = scores[order], np.cumsum(hits[order])
    f1 = 2 * right / (np.arange(1, len(scores) + 1) + truths)
    f1[:-1][scores[1:] == scores[:-1]] = -1  # a threshold takes all boxes of one score, or none
    best = int(f1.argmax())
    return {
        "precision": float(right[best] / (best + 1)),
        "recall": float(right[best] / truths),
        "f1": float(f1[best]),
        "confidence": float(scores[best]),
    }
