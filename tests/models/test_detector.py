"""A detector as its users meet it: any picture, boxes where they are, files that are checked."""

import sys

import numpy as np
import pytest

from models import detector, serving
from models.boxes import select
from models.catalogue import Catalogue, write_detector
from models.darknet import cfg, network
from tests.models.test_darknet import SMALL, filled
from utils.errors import ModelError

FACTS = {"cfg": "seer.cfg", "size": 64, "resize": "letterbox", "classes": ["on", "off"]}
GROUPS = {"Good": ["on"], "Bad": ["off"]}


@pytest.fixture(scope="module")
def sections():
    return cfg.read_cfg(SMALL)


def make_white_seer(model):
    """A network whose first anchor sees brightness: its score follows the mean of its cell, its box is the anchor's."""
    for variable in model.variables:
        variable.assign(
            np.ones(variable.shape)
            if "variance" in variable.path or "gamma" in variable.path
            else np.zeros(variable.shape)
        )
    first = np.zeros((3, 3, 3, 8))
    first[1, 1, :, 0] = 1 / 3
    model.get_layer("conv000").kernel.assign(first)
    second = np.zeros((3, 3, 8, 1))
    second[1, 1] = 1
    model.get_layer("conv001").kernel.assign(second)
    head, bias = np.zeros((1, 1, 8, 14)), np.full(14, -9.0)
    head[0, 0, 0, 4], bias[4], bias[5], bias[0:4] = 20, -14, 6, 0
    model.get_layer("conv002").kernel.assign(head)
    model.get_layer("conv002").bias.assign(bias)
    return model


@pytest.fixture(scope="module")
def white_seer(sections):
    return make_white_seer(network.network(sections))


@pytest.fixture
def info(tmp_path, white_seer):
    fields = {"title": "Seer", "version": "1", "arguments": FACTS | {"groups": GROUPS}}
    return write_detector(tmp_path / "seer", fields, white_seer, SMALL)


def spot(height, width, x, y, side=8):
    picture = np.zeros((height, width, 3), np.uint8)
    picture[y : y + side, x : x + side] = 255
    return picture


@pytest.mark.parametrize("height, width, x, y", [(64, 64, 30, 20), (64, 128, 90, 30), (200, 100, 40, 150)])
def test_boxes_come_back_to_where_they_are_in_a_picture_of_any_shape(info, height, width, x, y):
    seer, side = detector.load(info), 8 * max(height, width) // 64
    found = seer.candidates(spot(height, width, x, y, side))
    best = select(seer.grouped(found), 0.5)
    assert best.names[0] == "Good"
    centre = (best.boxes[:, :2] + best.boxes[:, 2:]).mean(0) / 2
    np.testing.assert_allclose(centre, [x + side / 2, y + side / 2], atol=3 * max(height, width) / 64)
    assert (found.boxes >= 0).all() and (found.boxes <= [width, height, width, height]).all()
    assert found.scores.min(1).max() < 0.5 and found.scores.max(1).min() >= detector.FLOOR


def test_one_pixel_and_four_thousand_are_pictures_too(info):
    seer = detector.load(info)
    assert seer.candidates(np.zeros((1, 1, 3), np.uint8)).boxes.shape[1] == 4
    assert seer.candidates(np.full((2160, 3840, 3), 255, np.uint8)).boxes[:, 2].max() <= 3840


def test_many_at_once_see_what_one_sees(info):
    seer = detector.load(info)
    pictures = [spot(64, 96, 8 * k, 4 * k) for k in range(10)]
    for one, many in zip(map(seer.candidates, pictures), seer.candidates_many(pictures)):
        np.testing.assert_allclose(one.boxes, many.boxes, atol=1e-3)
        np.testing.assert_allclose(one.scores, many.scores, atol=1e-4)
    assert seer.runs == 20


def test_tiles_find_what_is_too_small_in_the_whole_and_find_it_once(info):
    seer = detector.load(info)
    picture = spot(320, 480, 300, 200, 8)
    assert not len(select(seer.candidates(picture), 0.5).boxes)
    found = select(seer.tiled_candidates(picture), 0.5, overlap=0.1)
    assert len(found.boxes) >= 1
    assert (np.abs(found.boxes.reshape(-1, 2, 2).mean(1) - [304, 204]) < 6).all()


def test_norms_folded_away_change_nothing(sections):
    model = filled(network.network(sections), 5)
    x = np.random.RandomState(0).random_sample((2, 64, 64, 3)).astype(np.float32)
    plain = network.folded(model, sections)
    assert not any("norm" in layer.name for layer in plain.layers)
    np.testing.assert_allclose(plain(x), model(x, training=False), atol=1e-4)


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"size": 100}, "arguments|multiple"),
        ({"resize": "crop"}, "letterbox"),
        ({"groups": {"Good": ["mask"]}}, "`groups.Good` names `mask`"),
        ({"cfg": "../seer.cfg"}, "pattern|cfg"),
    ],
)
def test_a_card_that_cannot_be_is_refused_and_nothing_is_written(tmp_path, white_seer, change, sentence):
    fields = {"title": "x", "version": "1", "arguments": FACTS | change}
    with pytest.raises(ModelError, match=sentence):
        write_detector(tmp_path / "x", fields, white_seer, SMALL)
    assert not (tmp_path / "x").exists() or not list((tmp_path / "x").iterdir())


def test_another_cfg_than_the_published_one_is_refused(info):
    (info.folder / "seer.cfg").write_text(SMALL + "\n")
    with pytest.raises(ModelError, match=r"`seer.cfg` of the model `seer` is not the file that was published"):
        detector.load(info)


def test_a_detector_is_served_beside_generators_and_not_mixed_up(visage_home, white_seer, tiny_model):
    folder = visage_home / "models" / "seer-masks"
    write_detector(
        folder, {"title": "Seer", "version": "1", "arguments": FACTS | {"groups": GROUPS}}, white_seer, SMALL
    )
    try:
        assert serving.detector("seer-masks") is serving.detector("seer-masks")
        assert "seer-masks" in [info.name for info in Catalogue().models("detect")]
        assert "seer-masks" not in [info.name for info in Catalogue().models("generate")]
        with pytest.raises(ModelError, match="finds boxes, which is not asked for here"):
            serving.generator("seer-masks")
        with pytest.raises(ModelError, match="draws pictures, which is not asked for here"):
            serving.detector("tiny")
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def test_openvino_sees_what_keras_sees(info):
    pytest.importorskip("openvino", reason="OpenVINO is an extra (requirements-openvino.txt)")
    plain, fast = detector.load(info), detector.load(info, fast=True)
    assert fast.runtime == "OpenVINO"
    picture = spot(64, 96, 40, 20)
    for one, other in ((plain.candidates(picture), fast.candidates(picture)),):
        first, second = select(one, 0.2), select(other, 0.2)
        assert len(first.boxes) == len(second.boxes) > 0
        np.testing.assert_allclose(first.boxes, second.boxes, atol=1)
        np.testing.assert_allclose(first.scores, second.scores, atol=0.02)
    assert len(fast.candidates_many([picture] * 9)) == 9
    assert sys.modules["openvino_telemetry"] is None  # nothing is told to anybody
