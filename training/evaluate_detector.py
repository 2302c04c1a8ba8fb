"""Figures of a detector against annotated photos: mAP@0.5 of what a person is told, and of the annotated classes."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from models import boxes
from models.boxes import Candidates
from training.data.annotations import AnnotatedSet
from training.metrics.mean_ap import PROTOCOL, Truth, mean_ap
from utils import pictures
from utils.errors import DataError

FLOOR, OVERLAP = 0.01, 0.45  # of the scores, and of NMS per class


def evaluate_detector(
    look: Callable[[np.ndarray], Candidates],
    classes: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    annotated: AnnotatedSet,
    progress: Callable[[int, int], None] | None = None,
) -> dict:
    """mAP@0.5, AP per class, precision, recall and F1 at the best threshold.

    Args:
        look: a photo, uint8 [H, W, 3], to its candidates with scores from 0.01 on.
        classes: the detector's, in order.
        groups: what they mean to a person; empty where they are meant as they are.
        annotated: photos marked with the detector's classes, or with the groups' names.

    Returns:
        `photos`, `boxes` (truths), `map50`, `ap50` (by group), `precision`, `recall`, `f1`, `confidence`; `classes`: the
        same by class, where the photos are marked so and there are groups; `protocol`.

    Raises: DataError for a class that the detector does not know.
    """
    in_groups = bool(groups) and set(annotated.classes) <= set(groups)
    names = tuple(groups) if in_groups else tuple(classes)
    for name in annotated.classes:
        if name not in names:
            raise DataError(
                f"`{annotated.title}` has the class `{name}`, which the detector does not know: {', '.join(names)}. "
                "Give the set other names with `data convert`."
            )
    seen, truths = [], []
    for done, photo in enumerate(annotated.photos, start=1):
        seen.append(look(pictures.decode(photo.read(), photo.name)))
        truths.append((photo.boxes, np.array([names.index(label) for label in photo.labels], np.int64)))
        if progress:
            progress(done, len(annotated.photos))
    if in_groups:
        seen = [boxes.merge(one, groups) for one in seen]
    figures = map_of(seen, truths, {} if in_groups else groups)
    facts = {"photos": len(truths), "boxes": sum(len(own) for own, _ in truths), **figures}
    if groups and not in_groups:
        facts["classes"] = map_of(seen, truths, {})
    words = f"NMS per class at IoU {OVERLAP}, scores from {FLOOR}"
    return {**facts, "protocol": {"map50": f"{PROTOCOL}; {words}" + ("; classes joined before NMS" if groups else "")}}


def map_of(seen: Sequence[Candidates], truths: Sequence[Truth], groups: Mapping[str, Sequence[str]]) -> dict:
    """`mean_ap` of candidates against truths (labels are places in the candidates' classes), for groups where given.

    A truth of a class that no group names is left out.
    """
    classes = seen[0].classes if seen else ()
    if groups:
        place = {name: k for k, names in enumerate(groups.values()) for name in names}
        to = np.array([place.get(name, -1) for name in classes], np.int64)
        truths = [(own[to[labels] >= 0], to[labels][to[labels] >= 0]) for own, labels in truths]
        seen, classes = [boxes.merge(one, groups) for one in seen], tuple(groups)
    return mean_ap(truths, [boxes.select(one, FLOOR, OVERLAP) for one in seen], classes)
