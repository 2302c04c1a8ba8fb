"""Annotated sets are found whatever their folders are called, and every form of one set gives the same boxes."""

import re
from collections import Counter

import numpy as np
import pytest

from tests.training.annotated import (
    GUIDE_BOXES,
    GUIDE_SIZE,
    GUIDE_TEXT,
    MASKS,
    cvat_voc,
    make,
    photo,
    six_decimals,
    small_set,
    voc,
)
from training.data.annotations import open_annotated
from utils import pictures
from utils.errors import DataError

PNG = photo(*GUIDE_SIZE, format="PNG")
XML, CVAT = voc(GUIDE_BOXES, GUIDE_SIZE), cvat_voc(GUIDE_BOXES, GUIDE_SIZE, "a.png")
TEXT, SIX = GUIDE_TEXT.encode(), six_decimals(GUIDE_TEXT)
NAMES = b"with_mask\nwithout_mask\n"
YAML = b"path: .\ntrain: train.txt\nnames:\n  0: with_mask\n  1: without_mask\n"

FORMS = {
    "Kaggle's archive": {"images/a.png": PNG, "annotations/a.xml": XML},
    "the same in a folder of its own": {"masks/images/a.png": PNG, "masks/annotations/a.xml": XML, "masks/README.md": b"x"},
    "VOC's own folders": {"VOC2012/JPEGImages/a.png": PNG, "VOC2012/Annotations/a.xml": XML},
    "LabelImg, VOC beside the photo": {"a.png": PNG, "a.xml": XML},
    "LabelImg, VOC in another folder": {"photos/a.png": PNG, "marked by me/a.xml": XML},
    "LabelImg, YOLO": {"a.png": PNG, "a.txt": SIX, "classes.txt": NAMES},
    "LabelImg, YOLO in folders": {"images/a.png": PNG, "labels/a.txt": SIX, "labels/classes.txt": NAMES},
    "CVAT, PASCAL VOC 1.1": {
        "JPEGImages/a.png": PNG, "Annotations/a.xml": CVAT, "ImageSets/Main/default.txt": b"a\n",
        "labelmap.txt": b"# label:color_rgb:parts:actions\nbackground:0,0,0::\n"
        b"with_mask:128,0,0::\nwithout_mask:0,128,0::\n"},
    "CVAT, YOLO 1.1": {
        "obj_train_data/a.png": PNG, "obj_train_data/a.txt": SIX, "obj.names": NAMES,
        "train.txt": b"data/obj_train_data/a.png\n", "obj.data": b"classes = 2\nnames = data/obj.names\n"},
    "CVAT, Ultralytics": {
        "images/train/a.png": PNG, "labels/train/a.txt": SIX, "data.yaml": YAML, "train.txt": b"images/train/a.png\n"},
    "Ultralytics, other way round": {"train/images/a.png": PNG, "train/labels/a.txt": TEXT,
                                     "data.yaml": b"names: [with_mask, without_mask]\n"},
    "Darknet": {"obj/a.png": PNG, "obj/a.txt": TEXT, "obj.names": NAMES},
    "CVAT's converter without a size": {
        "JPEGImages/a.png": PNG, "Annotations/a.xml": re.sub(b"<size>.*</size>", b"", CVAT),
        "labelmap.txt": b"# label:color_rgb:parts:actions\nwith_mask:::\nwithout_mask:::\n"},
    "endings in capitals": {"images/A.PNG": PNG, "annotations/a.XML": XML},
}  # fmt: skip


@pytest.mark.parametrize("ending", ["", ".zip"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_boxes(tmp_path, form, ending):
    found = open_annotated(make(tmp_path / f"set{ending}", FORMS[form]))
    (one,) = found.photos
    assert (one.width, one.height) == GUIDE_SIZE and found.notes == []
    assert found.classes == ("with_mask", "without_mask")
    assert one.labels == tuple(name for name, _ in GUIDE_BOXES)
    np.testing.assert_array_equal(one.boxes, [box for _, box in GUIDE_BOXES])
    assert one.boxes.dtype == np.float64 and pictures.decode(one.read()).shape[:2] == GUIDE_SIZE[::-1]


def test_photos_with_an_alpha_channel_are_photos(tmp_path):
    from PIL import Image

    make(tmp_path / "set", {"annotations/a.xml": XML})
    (tmp_path / "set" / "images").mkdir()
    Image.new("RGBA", GUIDE_SIZE, (200, 100, 50, 128)).save(tmp_path / "set" / "images" / "a.png")
    (one,) = open_annotated(tmp_path / "set").photos
    assert pictures.decode(one.read()).shape == (366, 512, 3) and len(one.boxes) == 3


def test_darknets_photo_without_a_text_shows_nothing_and_this_is_told(tmp_path):
    files = {
        "a.jpg": photo(),
        "a.txt": b"0 0.5 0.5 0.2 0.2\n",
        "b.jpg": photo(seed=1),
        "c.jpg": photo(seed=2),
        "c.txt": b"",
    }
    found = open_annotated(make(tmp_path / "set", files | {"classes.txt": b"face\n"}))
    assert [len(one.boxes) for one in found.photos] == [1, 0, 0]
    assert found.notes == ["`b.jpg` has no annotation: taken as showing none of the classes, as Darknet does."]


def test_without_names_the_numbers_are_the_names_in_their_order(tmp_path):
    files = {"a.jpg": photo(), "a.txt": b"10 0.5 0.5 0.2 0.2\n2 0.5 0.5 0.3 0.3\n"}
    found = open_annotated(make(tmp_path / "set", files))
    assert found.classes == ("2", "10") and "has no list of class names" in found.notes[0]


@pytest.mark.parametrize("turn", range(1, 9))
def test_boxes_of_the_stored_frame_turn_with_the_photo(tmp_path, turn):
    """The dark spot of a photo is where its box is, whichever frame the XML speaks of."""
    import io

    from PIL import Image

    stored = np.full((48, 64, 3), 230, np.uint8)
    stored[8:16, 40:60] = 0
    exif, file = Image.Exif(), io.BytesIO()
    exif[274] = turn
    Image.fromarray(stored).save(file, "PNG", exif=exif)
    dark = np.argwhere(pictures.decode(file.getvalue())[..., 0] < 128)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0) + 1
    upright = (48, 64) if turn >= 5 else (64, 48)
    speaks_of_stored = voc([("spot", (40, 8, 60, 16) if turn >= 5 else (left, top, right, bottom))], (64, 48))
    speaks_of_upright = voc([("spot", (left, top, right, bottom))], upright)
    for xml, notes in ((speaks_of_stored, turn >= 5), (speaks_of_upright, False)):
        found = open_annotated(make(tmp_path / f"{notes}", {"a.png": file.getvalue(), "a.xml": xml}))
        (one,) = found.photos
        assert (one.width, one.height) == upright
        np.testing.assert_array_equal(one.boxes, [[left, top, right, bottom]])
        assert any("before its EXIF turn" in note for note in found.notes) == notes


@pytest.mark.parametrize(
    "size, box, expected, note",
    [
        ((128, 96), (20, 20, 60, 80), [10, 10, 30, 40], "at another scale: its boxes are scaled"),
        ((100, 100), (10, 10, 30, 40), [10, 10, 30, 40], "another shape: its boxes are taken as pixels of the picture"),
        ((32, 24), (10, 10, 60, 40), [10, 10, 60, 40], "another shape"),  # cannot be of so small a picture
        ((0, 0), (10, 10, 30, 40), [10, 10, 30, 40], ""),
        ((65, 48), (10, 10, 30, 40), [10, 10, 30, 40], ""),
    ],
)
def test_a_size_that_is_not_the_photos_is_told(tmp_path, size, box, expected, note):
    found = open_annotated(make(tmp_path / "set", {"a.jpg": photo(64, 48), "a.xml": voc([("face", box)], size)}))
    np.testing.assert_array_equal(found.photos[0].boxes, [expected])
    assert note in " ".join(found.notes) and bool(note) == bool(found.notes)


def test_classes_can_be_mapped_and_their_order_given(tmp_path):
    path = make(tmp_path / "set", small_set(4))
    two = open_annotated(path).mapped({"with_mask": "Good", "*": "Bad"})
    assert two.classes == ("Good", "Bad") and [one.labels[0] for one in two.photos] == ["Good", "Bad"] * 2
    assert open_annotated(path, classes=["without_mask", "with_mask"]).classes == ("without_mask", "with_mask")
    with pytest.raises(DataError, match="says nothing about `without_mask`"):
        open_annotated(path).mapped({"with_mask": "Good"})


def test_the_fingerprint_changes_with_photos_boxes_and_classes(tmp_path):
    files = small_set(3)
    changes = {
        "a photo": {"images/00.jpg": photo(seed=9)},
        "a box": {"annotations/00.xml": voc([("with_mask", (10, 10, 31, 40))])},
        "a class": {"annotations/00.xml": voc([("without_mask", (10, 10, 30, 40))])},
    }
    sums = {open_annotated(make(tmp_path / name, files | change)).fingerprint for name, change in changes.items()}
    sums |= {open_annotated(make(tmp_path / f"{n}.zip", files)).fingerprint for n in range(2)}
    assert len(sums) == 4


@pytest.mark.skipif(not MASKS.is_file(), reason="the masks are not at hand")
def test_the_masks_are_read_as_their_readme_counts_them():
    masks = open_annotated(MASKS)
    assert Counter(label for one in masks.photos for label in one.labels) == {
        "with_mask": 3232, "without_mask": 717, "mask_weared_incorrect": 123}  # fmt: skip
    assert len(masks.notes) == 1 and masks.notes[0].startswith("12 boxes reach out of their picture by a pixel at most")
    assert [len(masks.part(part).photos) for part in ("train", "val", "test")] == [690, 77, 86]
    test = Counter(label for one in masks.part("test").photos for label in one.labels)
    assert test == {"with_mask": 398, "without_mask": 84, "mask_weared_incorrect": 16}
    assert sum(len(masks.part(f"fold{fold}-test").photos) for fold in range(5)) == 853
    assert all((one.boxes[:, 2:] <= [one.width, one.height]).all() and (one.boxes >= 0).all() for one in masks.photos)
