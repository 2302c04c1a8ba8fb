"""Anchors: the sizes that are there are found again, and every one of them has a head."""

import numpy as np
import pytest

from models.darknet import cfg
from tests.training.annotated import MASKS, make, photo, voc
from training.data import anchors
from training.data.annotations import open_annotated
from utils.errors import DataError

THREE = np.array([[10, 12], [40, 30], [100, 120]], float)


def boxes(count: int = 300, spread: float = 0.05) -> np.ndarray:
    """Sizes around three, by chance."""
    random = np.random.default_rng(5)
    return THREE[random.integers(3, size=count)] * random.normal(1, spread, (count, 2))


def test_the_sizes_that_are_there_are_found_again_by_rising_area():
    found = anchors.cluster(boxes(), 3, seed=0)
    np.testing.assert_allclose(found.sizes, THREE, rtol=0.03)
    assert found.iou > 0.9 and found.shares.sum() == pytest.approx(1) and (found.shares > 0.2).all()


def test_one_seed_gives_the_same_anchors_and_more_anchors_fit_better():
    first, again = anchors.cluster(boxes(), 3, seed=4), anchors.cluster(boxes(), 3, seed=4)
    np.testing.assert_array_equal(first.sizes, again.sizes)
    fits = [anchors.cluster(boxes(spread=0.3), k, seed=0).iou for k in (1, 2, 3, 6)]
    assert fits == sorted(fits)


def test_iou_of_sizes_is_that_of_boxes_with_one_centre():
    np.testing.assert_allclose(anchors.iou([[10, 10], [20, 5]], [[10, 10], [10, 20]]), [[1, 0.5], [1 / 3, 50 / 250]])


def test_as_many_different_boxes_as_anchors_are_enough_and_fewer_are_told():
    np.testing.assert_array_equal(anchors.cluster(THREE[[2, 0, 1, 0]], 3).sizes, THREE)
    with pytest.raises(DataError, match="4 anchors need at least as many boxes of different sizes. Found: 3"):
        anchors.cluster(np.repeat(THREE, 5, axis=0), 4)
    with pytest.raises(DataError, match="Found: 0"):
        anchors.cluster(np.zeros((0, 2)), 1)


@pytest.mark.parametrize("network, strides", [("yolov3", [32, 16, 8]), ("yolov3-tiny", [32, 16])])
def test_the_finest_head_gets_the_smallest_and_none_is_left_over(tmp_path, network, strides):
    files = {}
    for number in range(12):
        box = ("face", (0, 0, 20 * number + 8, 15 * number + 10))
        files |= {f"{number:02}.jpg": photo(416, 416, seed=number), f"{number:02}.xml": voc([box], (416, 416))}
    annotated = open_annotated(make(tmp_path / "set", files))
    changed, facts = anchors.for_network(annotated, cfg.shipped(network), 416, "letterbox", seed=0)
    assert [head["stride"] for head in facts["heads"]] == strides
    from_fine_to_coarse = [anchor for head in facts["heads"][::-1] for anchor in head["anchors"]]
    assert from_fine_to_coarse == facts["anchors"] and len(facts["anchors"]) == 3 * len(strides)
    areas = [width * height for width, height in facts["anchors"]]
    assert areas == sorted(areas) and changed[0].options["width"] == "416"


def test_boxes_are_measured_as_the_network_sees_them(tmp_path):
    files = {"a.jpg": photo(400, 200), "a.xml": voc([("face", (0, 0, 100, 50))], (400, 200))}
    photos = open_annotated(make(tmp_path / "set", files)).photos
    np.testing.assert_allclose(anchors.sizes(photos, 416, "letterbox"), [[104, 52]])
    np.testing.assert_allclose(anchors.sizes(photos, 416, "stretch"), [[104, 104]])


@pytest.mark.skipif(not MASKS.is_file(), reason="the masks are not at hand")
@pytest.mark.parametrize("network, least", [("yolov3-tiny", 0.75), ("yolov3", 0.8)])
def test_anchors_of_the_masks_fit_better_than_those_of_coco(network, least):
    train = open_annotated(MASKS).part("train")
    changed, facts = anchors.for_network(train, cfg.shipped(network), 416, "letterbox", seed=0)
    assert facts["average_iou"] > least > facts["average_iou_of_cfg"] + 0.05
    heads = cfg.heads(cfg.read_cfg(cfg.write_cfg(changed)))
    assert {head.classes for head in heads} == {3}
    by_stride = sorted(heads, key=lambda head: head.stride)
    areas = np.concatenate([head.anchors.prod(axis=1) for head in by_stride])
    assert len(areas) == len(facts["anchors"]) and (np.diff(areas) > 0).all()
