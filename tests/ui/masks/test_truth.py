"""The network's boxes against those of people."""

import numpy as np
import pytest

from models.boxes import Candidates
from models.card import ModelInfo
from tests import seer
from ui.masks import truth
from ui.masks.uploads import Marked
from utils.errors import DataError


@pytest.fixture(scope="module")
def info(tmp_path_factory):
    return seer.write_seer(tmp_path_factory.mktemp("models") / "seer")


def marked(*labels):
    return Marked(np.tile([0.0, 0.0, 10.0, 10.0], (len(labels), 1)), labels)


@pytest.mark.parametrize(
    "reason, labels, places, of_each",
    [
        ("the annotated classes", ("with_mask", "badly"), [0, 1], [0, 2]),
        ("the groups themselves", ("Bad", "Good"), [1, 0], None),
        ("YOLO's numbers of the groups", ("1", "0", "0"), [1, 0, 0], None),
        ("YOLO's numbers of the classes", ("2", "0", "1"), [1, 0, 1], [2, 0, 1]),
    ],
)
def test_names_become_what_the_page_shows(info, reason, labels, places, of_each):
    classes, groups = ["with_mask", "without_mask", "badly"], {"Good": ["with_mask"], "Bad": ["without_mask", "badly"]}
    arguments = info.arguments | {"classes": classes, "groups": groups}
    three = ModelInfo.model_validate(info.model_dump() | {"arguments": arguments})
    ((_, found),), annotated, notes = truth.understood([marked(*labels)], three)
    assert found.tolist() == places, reason
    assert (annotated and annotated[0][1].tolist()) == of_each, reason
    assert bool(notes) == labels[0].isdigit(), "a guess is told"


def test_a_class_that_the_model_does_not_know_is_told(info):
    with pytest.raises(DataError, match="class `helmet`"):
        truth.understood([marked("with_mask", "helmet")], info)


def test_figures_follow_confidence_and_count_right_wrong_and_missed():
    good, off = [0, 0, 10, 10], [50, 50, 60, 60]
    scores = np.array([[0.9, 0], [0.4, 0], [0, 0.3]], np.float32)
    seen = [Candidates(np.array([good, off, [80, 80, 90, 90]], np.float32), scores, ("Good", "Bad"), 100, 100)]
    truths = [(np.array([good, [80, 80, 90, 90]], float), np.array([0, 1]))]
    loose, all_of_them = truth.as_filtered(seen, truths, 0.2, 0.45)
    strict, the_best = truth.as_filtered(seen, truths, 0.5, 0.45)
    assert (loose["map50"], tuple(all_of_them)) == (pytest.approx(1), (2, 1, 0))
    assert (strict["map50"], tuple(the_best)) == (pytest.approx(0.5), (1, 0, 1))
    assert truth.of_record(seen, truths)["map50"] == pytest.approx(1)
    assert set(truth.curves(seen, truths)["Class"]) == {"Good", "Bad"}


def test_a_truth_is_found_once():
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9]], np.float32)
    seen = [Candidates(boxes, np.array([[0.9], [0.8]], np.float32), ("Good",), 100, 100)]
    _, agreed = truth.as_filtered(seen, [(np.array([[0, 0, 10, 10.0]]), np.array([0]))], 0.2, 0.95)
    assert tuple(agreed) == (1, 1, 0)
