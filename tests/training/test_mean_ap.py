"""mAP, precision and recall on cases that can be counted on fingers."""

import numpy as np
import pytest

from models.boxes import Boxes
from training.metrics.mean_ap import mean_ap, precision_curves
from utils.errors import DataError

CLASSES = ("with_mask", "without_mask", "mask_weared_incorrect")
A, B, C, FAR = [0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10], [200, 200, 220, 220]


def truth(*rows):
    return np.array([box for box, _ in rows], float).reshape(-1, 4), np.array([label for _, label in rows], int)


def found(*rows):
    rows = sorted(rows, key=lambda row: -row[2])
    return Boxes(
        np.array([row[0] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[2] for row in rows], np.float32),
        np.array([row[1] for row in rows], np.int64),
        CLASSES,
    )


def test_all_found_is_one():
    figures = mean_ap([truth((A, 0), (B, 1))], [found((A, 0, 0.9), (B, 1, 0.6))], CLASSES)
    assert figures["map50"] == pytest.approx(1)
    assert figures["ap50"] == {"with_mask": pytest.approx(1), "without_mask": pytest.approx(1), CLASSES[2]: None}
    assert (figures["precision"], figures["recall"], figures["f1"]) == (1, 1, 1)
    assert figures["confidence"] == pytest.approx(0.6)


def test_nothing_found_is_nought():
    figures = mean_ap([truth((A, 0))], [found()], CLASSES)
    assert (figures["map50"], figures["recall"], figures["f1"]) == (0, 0, 0)


def test_a_false_box_before_the_second_right_one():
    # right, wrong, right: precision 1 up to recall 1/2 (51 of the 101 points), then 2/3 (50 points)
    figures = mean_ap([truth((A, 0), (B, 0))], [found((A, 0, 0.9), (FAR, 0, 0.8), (B, 0, 0.7))], CLASSES)
    assert figures["ap50"]["with_mask"] == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert figures["precision"] == pytest.approx(2 / 3) and figures["recall"] == 1
    assert figures["confidence"] == pytest.approx(0.7)


def test_the_best_threshold_leaves_the_weak_ones_out():
    rows = [(A, 0, 0.9), (B, 0, 0.8), *(([200 + k, 200, 220 + k, 220], 0, 0.3 - k / 100) for k in range(10))]
    figures = mean_ap([truth((A, 0), (B, 0), (C, 1))], [found(*rows)], CLASSES)
    assert figures["confidence"] == pytest.approx(0.8) and figures["precision"] == 1
    assert figures["recall"] == pytest.approx(2 / 3) and figures["f1"] == pytest.approx(0.8)
    assert figures["map50"] == pytest.approx((1 + 0) / 2)  # one class found, one not, the third has no truths


def test_boxes_of_one_score_are_all_taken_or_none():
    rows = [(A, 0, 0.5), (FAR, 0, 0.5)]
    figures = mean_ap([truth((A, 0))], [found(*rows)], CLASSES)
    assert figures["precision"] == 0.5 and figures["f1"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("right, ap", [(10 / 15, 1), (10 / 21, 0)])
def test_half_the_union_is_enough_and_less_is_not(right, ap):
    box = [0, 0, 10 / right, 10]  # covers A whole: IoU is `right`
    assert mean_ap([truth((A, 0))], [found((box, 0, 0.9))], CLASSES)["map50"] == pytest.approx(ap)


def test_the_right_place_under_another_class_is_wrong():
    figures = mean_ap([truth((A, 0))], [found((A, 1, 0.9))], CLASSES)
    assert figures["map50"] == 0 and figures["precision"] == 0


def test_a_face_counts_once():
    figures = mean_ap([truth((A, 0))], [found((A, 0, 0.9), (A, 0, 0.8))], CLASSES)
    assert figures["map50"] == pytest.approx(1) and figures["confidence"] == pytest.approx(0.9)


def test_photos_are_kept_apart():
    figures = mean_ap([truth((A, 0)), truth((B, 0))], [found((B, 0, 0.9)), found((A, 0, 0.8))], CLASSES)
    assert figures["map50"] == 0


def test_a_crowd_of_250_is_counted_whole():
    crowd = [[12 * (k % 20), 12 * (k // 20), 12 * (k % 20) + 10, 12 * (k // 20) + 10] for k in range(250)]
    figures = mean_ap(
        [truth(*((box, 0) for box in crowd))],
        [found(*((box, 0, 0.9 - k / 1000) for k, box in enumerate(crowd)))],
        CLASSES,
    )
    assert figures["recall"] == 1 and figures["map50"] == pytest.approx(1)


def test_curves_fall_and_their_mean_is_the_ap():
    truths = [truth((A, 0), (B, 0))]
    boxes = [found((A, 0, 0.9), (FAR, 0, 0.8), (B, 0, 0.7))]
    curves = precision_curves(truths, boxes, CLASSES)
    assert curves["without_mask"] is None and curves["with_mask"].shape == (101,)
    assert (np.diff(curves["with_mask"]) <= 0).all()
    assert curves["with_mask"].mean() == pytest.approx(mean_ap(truths, boxes, CLASSES)["map50"])


def test_photos_without_any_box_are_told():
    with pytest.raises(DataError, match="no mAP"):
        mean_ap([truth()], [found((A, 0, 0.9))], CLASSES)


def test_it_prints_nothing(capsys):
    mean_ap([truth((A, 0))], [found((A, 0, 0.9))], CLASSES)
    assert capsys.readouterr() == ("", "")
