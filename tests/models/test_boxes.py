"""Boxes are chosen as a person would by hand, fast enough for a slider."""

import time

import numpy as np
import pytest

from models.boxes import Candidates, iou, merge, select
from utils.errors import ModelError

CLASSES = ("with_mask", "without_mask", "mask_weared_incorrect")
GROUPS = {"Good": ["with_mask"], "Bad": ["without_mask", "mask_weared_incorrect"]}


def seen(*rows, classes=CLASSES):
    """Candidates from rows of (box, scores)."""
    boxes = np.array([box for box, _ in rows], np.float32).reshape(-1, 4)
    scores = np.array([scores for _, scores in rows], np.float32).reshape(-1, len(classes))
    return Candidates(boxes, scores, classes, 640, 480)


def crowd(count, classes=2, seed=0, apart=False):
    rng = np.random.RandomState(seed)
    corners = rng.uniform(0, 600, (count, 2)) if not apart else np.stack(np.divmod(np.arange(count), 32), 1) * 18.0
    sides = rng.uniform(8, 80, (count, 2)) if not apart else np.full((count, 2), 12.0)
    scores = rng.uniform(0.3, 1, (count, classes)).astype(np.float32)
    return Candidates(
        np.hstack([corners, corners + sides]).astype(np.float32), scores, tuple("abcdefgh"[:classes]), 700, 700
    )


def test_iou_by_hand():
    a = [[0, 0, 10, 10], [0, 0, 2, 2]]
    b = [[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [1, 1, 1, 1]]
    np.testing.assert_allclose(iou(a, b), [[1, 50 / 150, 0, 0], [4 / 100, 0, 0, 0]])
    assert iou(np.zeros((0, 4)), b).shape == (0, 4) and iou(a, np.zeros((0, 4))).shape == (2, 0)
    assert iou([[3, 3, 3, 3]], [[3, 3, 3, 3]]) == [[0]]  # no area, no division by nothing


def test_a_group_has_the_larger_score_of_its_classes():
    merged = merge(seen(([0, 0, 9, 9], [0.2, 0.3, 0.6]), ([5, 5, 9, 9], [0.7, 0.1, 0.05])), GROUPS)
    assert merged.classes == ("Good", "Bad") and (merged.width, merged.height) == (640, 480)
    np.testing.assert_allclose(merged.scores, [[0.2, 0.6], [0.7, 0.1]])
    assert merge(seen(), GROUPS).scores.shape == (0, 2)
    with pytest.raises(ModelError, match="no class `helmet`. Classes: with_mask, without_mask"):
        merge(seen(), {"Good": ["helmet"]})


def test_a_repeated_box_goes_and_a_neighbour_stays():
    found = select(
        seen(
            ([10, 10, 50, 50], [0.6, 0, 0]),
            ([12, 10, 52, 50], [0.9, 0, 0]),  # the same face, better
            ([80, 10, 120, 50], [0.7, 0, 0]),
            ([300, 10, 340, 50], [0.2, 0, 0]),  # too weak
        )
    )
    np.testing.assert_allclose(found.scores, [0.9, 0.7], rtol=1e-6)
    np.testing.assert_allclose(found.boxes, [[12, 10, 52, 50], [80, 10, 120, 50]])
    assert found.names == ["with_mask", "with_mask"] and found.labels.dtype == np.int64


def test_overlap_and_confidence_are_the_sliders_of_the_page():
    pair = seen(([0, 0, 10, 10], [0.8, 0, 0]), ([5, 0, 15, 10], [0.5, 0, 0]))  # IoU 1/3
    assert [len(select(pair, overlap=overlap).boxes) for overlap in (0.0, 0.33, 0.34, 1.0)] == [1, 1, 2, 2]
    assert [len(select(pair, confidence=c).boxes) for c in (0.0, 0.5, 0.51, 0.81)] == [2, 2, 1, 0]


def test_one_box_a_face_across_classes():
    face = seen(([0, 0, 40, 40], [0.6, 0.4, 0.1]), ([1, 0, 41, 40], [0.3, 0.5, 0.1]))
    assert select(face).names == ["with_mask", "without_mask"]  # mAP wants a ranking for each class
    assert select(face, across_classes=True).names == ["with_mask"]
    assert select(face, across_classes=True, overlap=1.0).names == ["with_mask", "without_mask"]  # never twice one box


def test_a_hidden_class_hides_its_faces_and_turns_none():
    face = seen(([0, 0, 40, 40], [0.4, 0.6, 0.1]))
    assert select(face, classes=["with_mask"], across_classes=True).names == []
    assert select(face, classes=["with_mask"]).names == ["with_mask"]
    assert select(face, classes=[]).names == []
    with pytest.raises(ModelError, match="no class `Good`"):
        select(face, classes=["Good"])


def test_nothing_seen_is_no_box():
    for across in (True, False):
        found = select(seen(), across_classes=across)
        assert found.boxes.shape == (0, 4) and found.scores.shape == found.labels.shape == (0,)


def test_the_best_300_stay():
    many = crowd(500, apart=True)
    found = select(many, confidence=0.01)
    assert len(found.boxes) == 300 and (np.diff(found.scores) <= 0).all()
    np.testing.assert_allclose(found.scores, np.sort(many.scores.ravel())[::-1][:300])
    assert len(select(many, limit=1000, across_classes=True).boxes) == 500


@pytest.mark.parametrize("overlap", [0.2, 0.45, 0.7])
def test_it_is_the_textbook_rule_whatever_the_number(overlap):
    many = crowd(400)
    many = many._replace(boxes=many.boxes.round())  # whole pixels: both sides sum alike
    expected = []  # one box after the other, as the rule is told
    for place in np.argsort(-many.scores[:, 0]):
        if all(iou(many.boxes[[place]], many.boxes[[other]])[0, 0] <= overlap for other in expected):
            expected.append(place)
    found = select(many, confidence=0, overlap=overlap, classes=["a"], limit=1000)
    np.testing.assert_array_equal(found.boxes, many.boxes[expected])


@pytest.mark.parametrize("apart", [True, False])
def test_a_slider_with_500_candidates_is_answered_within_50_ms(apart):
    many = crowd(500, classes=3, apart=apart)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        select(many, confidence=0.01)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.05, times
