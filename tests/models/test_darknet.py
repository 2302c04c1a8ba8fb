"""Darknet's files: what is read is what OpenCV 4 reads, what is written is what was read, and what is wrong is told."""

import numpy as np
import pytest

from bench import parity
from models.darknet import cfg, network, weights
from tests.tree import ROOT
from utils.errors import ModelError

FOREIGN = ROOT.parent / "shared" / "data" / "darknet"
PAIRS = ["yolo-fastest-1.1-xl", "MobileNetV2-YOLOv3-Nano-coco", "yoloface-500k-v2"]
needs_foreign = pytest.mark.skipif(not FOREIGN.is_dir(), reason="the foreign networks of data/darknet are not at hand")
SMALL = """
[net]
width=64
height=64
[convolutional]
batch_normalize=1
filters=8
size=3
stride=2
pad=1
activation=leaky
[convolutional]
batch_normalize=1
filters=8
groups=8
size=3
stride=1
pad=1
activation=relu
[convolutional]
filters=14
size=1
stride=1
pad=1
activation=linear
[yolo]
mask=0,1
anchors=8,8, 20,24
classes=2
num=2
"""


@pytest.fixture
def small():
    sections = cfg.read_cfg(SMALL)
    return sections, network.network(sections)


def filled(model, seed=0):
    """The model with statistics that are none of the beginning's: an order mixed up would show."""
    rng = np.random.RandomState(seed)
    for variable in model.variables:
        low, high = (0.5, 1.5) if "variance" in variable.path or "gamma" in variable.path else (-0.3, 0.3)
        variable.assign(rng.uniform(low, high, variable.shape))
    return model


def assert_agree(model, sections, rows, blob, at_least):
    """Every box that OpenCV scores above 0.2 is here within 5e-3, scores and shares of the picture; and no other."""
    found = parity.differences(model, sections, rows, blob)
    assert found.boxes >= at_least
    assert found.score < 5e-3 and found.box < 5e-3 and found.others < 0.205


@needs_foreign
@pytest.mark.parametrize("stem", PAIRS)
def test_foreign_networks_agree_with_opencv_and_are_written_back_to_the_byte(stem, tmp_path):
    import cv2

    files = FOREIGN / f"{stem}.cfg", FOREIGN / f"{stem}.weights"
    sections = cfg.read_cfg(files[0].read_text())
    model = network.network(sections)
    header = weights.read_weights(model, sections, files[1])
    for photo, size in (("dog.jpg", (416, 416)), ("person.jpg", (352, 288))):
        blob = cv2.dnn.blobFromImage(cv2.imread(str(FOREIGN / photo)), 1 / 255, size, swapRB=True)
        assert_agree(model, sections, parity.by_opencv(*files, blob), blob, at_least=0 if photo == "dog.jpg" else 2)
    weights.write_weights(model, sections, tmp_path / "again.weights", header)
    assert (tmp_path / "again.weights").read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(
    "name, size", [("yolov3", 248_007_048), ("yolov3-tiny", 35_434_956), ("yolov3-tiny-3l", 36_881_352)]
)
def test_our_cfgs_written_with_random_weights_are_read_by_opencv(name, size, tmp_path):
    sections = cfg.shipped(name)
    model = network.network(sections)
    files = parity.write_random(model, sections, tmp_path)
    assert files[1].stat().st_size == size
    blob = parity.random_blob(160 if name == "yolov3" else 416)
    assert_agree(model, sections, parity.by_opencv(*files, blob), blob, at_least=50)


def test_a_round_trip_through_text_changes_nothing():
    for name in ("yolov3", "yolov3-tiny", "yolov3-tiny-3l", "yolo-fastest-xl-3l"):
        sections = cfg.shipped(name)
        again = cfg.read_cfg(cfg.write_cfg(sections))
        assert [(s.name, s.options) for s in again] == [(s.name, s.options) for s in sections]


def test_other_classes_change_heads_and_the_filters_before_them():
    sections = cfg.with_classes(cfg.shipped("yolov3-tiny"), 2)
    assert [head.classes for head in cfg.heads(sections)] == [2, 2]
    assert network.network(sections, 416).output_shape == [(None, 13, 13, 21), (None, 26, 26, 21)]
    # what is published for two classes: 8,678,554 values
    assert sum(int(np.prod(v.shape)) for v in network.network(sections).variables) == 8_678_554


def test_anchors_go_to_heads_by_size_and_none_is_lost():
    sizes = np.array([[90, 80], [5, 6], [40, 40], [11, 9], [60, 66], [20, 20]])
    coarse, fine = cfg.heads(cfg.with_anchors(cfg.shipped("yolov3-tiny"), sizes))
    assert coarse.anchors.tolist() == [[40, 40], [60, 66], [90, 80]]
    assert fine.anchors.tolist() == [[5, 6], [11, 9], [20, 20]]
    with pytest.raises(ModelError, match="take 6 anchors"):
        cfg.with_anchors(cfg.shipped("yolov3-tiny"), sizes[:5])


def test_the_first_tiny_cfg_that_lost_its_smallest_anchor_is_refused():
    text = cfg.write_cfg(cfg.shipped("yolov3-tiny")).replace("mask=0,1,2", "mask=1,2,3")
    with pytest.raises(ModelError, match="No head of the cfg has anchor 0"):
        cfg.heads(cfg.read_cfg(text))


def test_a_stride_two_convolution_looks_up_and_left_as_darknet_does(small):
    """The same as pad one on all sides: the first output cell sees the first pixel with the kernel's middle."""
    _, model = small
    kernel = np.zeros((3, 3, 3, 8))
    kernel[1, 1] = 1
    layer = model.get_layer("conv000")
    layer.kernel.assign(kernel)
    picture = np.zeros((1, 64, 64, 3), np.float32)
    picture[0, 0, 0] = 1
    x = layer(model.get_layer("pad000")(picture))
    assert np.asarray(x)[0, 0, 0, 0] == 3 and np.asarray(x).sum() == 3 * 8


@pytest.mark.parametrize(
    "change, sentence",
    [
        (("[yolo]", "[region]"), "no .yolo. section"),
        (("activation=relu", "activation=mish"), "activation `mish` is not known"),
        (("activation=leaky", "activation=leaky\ndilation=2"), "option `dilation` is not known"),
        (("filters=14", "filters=15"), "needs 14 filters"),
        (("groups=8", "groups=3"), "3 groups do not divide"),
        (("mask=0,1", "mask=0,2"), "mask"),
        (("filters=8", "filters=eight"), "cannot be read"),
        (("[net]", "[nets]"), "does not begin with"),
        (("width=64", "width"), "Line 3"),
        (("[yolo]", "[lstm]\n[yolo]"), "lstm. at line .* is not known"),
        (("[yolo]", "[shortcut]\nfrom=-9\n[yolo]"), "does not come before"),
    ],
)
def test_what_the_reader_does_not_know_is_named(change, sentence):
    with pytest.raises(ModelError, match=sentence):
        network.network(cfg.read_cfg(SMALL.replace(*change)))


def test_an_unknown_cfg_lists_those_there_are():
    with pytest.raises(ModelError, match="Known: yolo-fastest-xl-3l, yolov3, yolov3-tiny"):
        cfg.shipped("yolov9")


@pytest.mark.parametrize("header, size", [(weights.Header(0, 1, 0, 64), 16), (weights.Header(0, 2, 5, 2**33), 20)])
def test_both_headers_are_read_and_written(small, tmp_path, header, size):
    sections, model = small
    file = tmp_path / "x.weights"
    weights.write_weights(filled(model), sections, file, header)
    total = sum(int(np.prod(v.shape)) for v in model.variables)
    assert file.stat().st_size == size + 4 * total
    other = network.network(sections)
    assert weights.read_weights(other, sections, file) == header
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_weights_too_short_too_long_cut_off_or_broken_are_refused_and_change_nothing(small, tmp_path):
    sections, model = small
    file = tmp_path / "x.weights"
    weights.write_weights(filled(model), sections, file)
    whole, before = file.read_bytes(), model.get_weights()
    broken = whole[:20] + np.float32(np.nan).tobytes() + whole[24:]
    for data, sentence in (
        (whole[:-4], "too short for this cfg"),
        (whole + b"\0" * 8, "too long for this cfg"),
        (whole[:-2], "cut off"),
        (whole[:7], "too short for a Darknet weights file"),
        (broken, "not numbers"),
        (b"\x89PNG" + whole, "does not begin as Darknet's weights do"),
    ):
        file.write_bytes(data)
        with pytest.raises(ModelError, match=sentence):
            weights.read_weights(model, sections, file)
    with pytest.raises(ModelError, match="There are no weights at"):
        weights.read_weights(model, sections, tmp_path / "none.weights")
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


class TestStarts:
    """A training takes what fits, and says what it left out."""

    def test_the_first_layers_as_partial_writes_them(self, small, tmp_path):
        sections, model = small
        weights.write_weights(filled(model), sections, tmp_path / "small.conv.2", layers=2)
        fresh = network.network(sections)
        head = np.array(fresh.get_layer("conv002").kernel)
        start = weights.take_what_fits(fresh, sections, tmp_path / "small.conv.2")
        assert start.layers == 2 and "first 2 layers" in start.sentence
        np.testing.assert_array_equal(fresh.get_layer("conv001").kernel, model.get_layer("conv001").kernel)
        np.testing.assert_array_equal(fresh.get_layer("conv002").kernel, head)

    def test_other_classes_leave_the_heads_out(self, small, tmp_path):
        sections, model = small
        weights.write_weights(filled(model), sections, tmp_path / "two.weights")
        seven = cfg.with_classes(sections, 7)
        fresh = network.network(seven)
        start = weights.take_what_fits(fresh, seven, tmp_path / "two.weights")
        assert "layers 2 are new" in start.sentence
        np.testing.assert_array_equal(fresh.get_layer("norm001").gamma, model.get_layer("norm001").gamma)

    @needs_foreign
    def test_a_network_with_its_own_cfg_beside_gives_the_layers_that_are_alike(self):
        sections = cfg.shipped("yolo-fastest-xl-3l")
        model = network.network(sections)
        start = weights.take_what_fits(model, sections, FOREIGN / "yolo-fastest-1.1-xl.weights")
        assert start.layers == 82 and "120, 129, 134" in start.sentence

    def test_what_fits_nowhere_is_refused(self, small, tmp_path):
        sections, model = small
        file = tmp_path / "x.weights"
        weights.write_weights(model, sections, file)
        file.write_bytes(file.read_bytes()[:-12])
        with pytest.raises(ModelError, match="neither its first layers nor another number of classes"):
            weights.take_what_fits(model, sections, file)


def test_frozen_layers_stand_still(small):
    _, model = small
    network.freeze(model, 2)
    assert {v.path.split("/")[0] for v in model.trainable_variables} == {"conv002"}
