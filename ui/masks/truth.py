"""How the boxes compare with what people marked in the photos: mAP, its curves, and what was missed."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from models.boxes import Boxes, Candidates, iou, select
from models.card import ModelInfo
from training.evaluate_detector import FLOOR, OVERLAP, map_of
from training.metrics.mean_ap import IOU, Truth, mean_ap, precision_curves
from ui.masks.uploads import Marked
from utils.errors import DataError


class Agreement(NamedTuple):
    """Boxes against truths at IoU 0.5, each with one of its class at most: `right` boxes, `wrong` ones, `missed` truths."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of boxes that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of truths that were found."""
        return self.right / max(1, self.right + self.missed)


class Understood(NamedTuple):
    """Truths as places in the classes that the page shows, and in the model's annotated classes (None where these are the
    same, or the truths are marked in the page's words); sentences about how names were understood."""

    truths: list[Truth]
    annotated: list[Truth] | None
    notes: list[str]


def understood(marked: Sequence[Marked], info: ModelInfo) -> Understood:
    """What the marked names mean to the model.

    Raises: DataError for a class that the model does not know.
    """
    groups, classes = info.detector.groups, list(info.detector.classes)
    known = list(groups or classes)
    to = {name: known.index(name) for name in known}
    to |= {name: place for place, names in enumerate(groups.values()) for name in names}
    used, numbers, notes = {label for one in marked for label in one.labels}, {}, []
    if used and all(label.isdigit() for label in used):
        names = known if max(map(int, used)) < len(known) else classes
        numbers = {str(number): name for number, name in enumerate(names) if name in to}
        told = ", ".join(f"{number} is {name}" for number, name in enumerate(names))
        notes.append(f"The annotations have numbers and no list of names. They are read in the model's order: {told}.")
    named = {label: numbers.get(label, label) for label in used}
    if strangers := sorted(set(named.values()) - to.keys()):
        raise DataError(
            f"The annotations have the class `{strangers[0]}`, which the model does not know: {', '.join(to)}. "
            "Give the set other names with `data convert`."
        )

    def placed(places: Mapping[str, int]) -> list[Truth]:
        return [(one.boxes, np.array([places[named[label]] for label in one.labels], np.int64)) for one in marked]

    in_classes = bool(groups) and set(named.values()) <= set(classes)
    return Understood(placed(to), placed({n: k for k, n in enumerate(classes)}) if in_classes else None, notes)


def of_record(seen: Sequence[Candidates], truths: Sequence[Truth]) -> dict:
    """The figures that `cli.py evaluate` tells: all scores from 0.01 on, NMS per class at IoU 0.45."""
    return map_of(seen, truths, {})


def as_filtered(
    seen: Sequence[Candidates], truths: Sequence[Truth], confidence: float, overlap: float
) -> tuple[dict, Agreement]:
    """(the same figures of the boxes that the sliders leave, what of them is right)."""
    found = [select(one, confidence, overlap) for one in seen]
    return mean_ap(truths, found, seen[0].classes), agreement(truths, found)


def agreement(truths: Sequence[Truth], found: Sequence[Boxes]) -> Agreement:
    """Every box, best first, takes the free truth of its class that it overlaps most, if by IoU 0.5."""
    right = wrong = missed = 0
    for (own, labels), boxes in zip(truths, found, strict=True):
        free = np.ones(len(own), bool)
        overlaps = iou(boxes.boxes, own) * (boxes.labels[:, None] == labels[None, :])
        for row in overlaps:
            best = int((row * free).argmax()) if len(row) else -1
            if best >= 0 and free[best] and row[best] >= IOU:
                free[best] = False
                right += 1
            else:
                wrong += 1
        missed += int(free.sum())
    return Agreement(right, wrong, missed)


def curves(seen: Sequence[Candidates], truths: Sequence[Truth], overlap: float = OVERLAP) -> pd.DataFrame:
    """Precision over recall for every class with truths, 101 points each: columns Class, Recall, Precision."""
    found = [select(one, FLOOR, overlap) for one in seen]
    parts = [
        pd.DataFrame({"Class": name, "Recall": np.linspace(0, 1, 101), "Precision": curve})
        for name, curve in precision_curves(truths, found, seen[0].classes).items()
        if curve is not None
    ]
    return pd.concat(parts, ignore_index=True)


def chart(lines: pd.DataFrame, here: Agreement, colours: Mapping[str, str], text: str) -> alt.LayerChart:
    """The curves, told apart by dashes too, and a point where the sliders are."""
    names = list(dict.fromkeys(lines["Class"]))
    dashes = [[1, 0] if name == "Good" else [6, 4] for name in names]
    axis = alt.Scale(domain=[0, 1])
    base = alt.Chart(lines).mark_line(interpolate="step-after", strokeWidth=2.5)
    curve = base.encode(
        x=alt.X("Recall:Q", scale=axis, title="Recall: share of marked faces found"),
        y=alt.Y("Precision:Q", scale=axis, title="Precision: share of boxes right"),
        color=alt.Color("Class:N", scale=alt.Scale(domain=names, range=[colours.get(n, text) for n in names])),
        strokeDash=alt.StrokeDash("Class:N", scale=alt.Scale(domain=names, range=dashes)),
    )
    point = alt.Chart(pd.DataFrame({"Recall": [here.recall], "Precision": [here.precision]})).mark_point(
        size=110, filled=True, color=text
    )
    return (curve + point.encode(x="Recall:Q", y="Precision:Q")).properties(height=320)
