"""Photos kept ready for training, the sets of a recipe, and the figures of a detector against them."""

import io

import numpy as np
import pytest
from PIL import Image

from models.boxes import Candidates
from training import recipe as recipes
from training.data import photos
from training.data.annotations import open_annotated
from training.detection import sets
from training.evaluate_detector import evaluate_detector
from utils.errors import DataError

GROUPS = {"Good": ["with_mask"], "Bad": ["without_mask", "mask_weared_incorrect"]}
CLASSES = ("with_mask", "without_mask", "mask_weared_incorrect")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))


def voc(size, *objects):
    """A VOC annotation: (class, x1, y1, x2, y2) each."""
    parts = [
        f"<object><name>{name}</name><bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox></object>"
        for name, x1, y1, x2, y2 in objects
    ]
    width, height = size
    sizes = f"<size><width>{width}</width><height>{height}</height><depth>3</depth></size>"
    return f"<annotation>{sizes}{''.join(parts)}</annotation>"


@pytest.fixture
def marked(tmp_path):
    """Ten photos of 120 x 80, each with a Good and a Bad box; the last two are validation."""
    folder = tmp_path / "marked"
    folder.mkdir()
    for k in range(10):
        kind = "mask_weared_incorrect" if k == 3 else "without_mask"
        Image.new("RGB", (120, 80), (k, k, k)).save(folder / f"{k}.png")
        (folder / f"{k}.xml").write_text(voc((120, 80), ("with_mask", 10, 10, 40, 50), (kind, 60, 20, 90, 60)))
    rows = [f"{k}.png,{'train' if k < 8 else 'val'}" for k in range(10)]
    (folder / "split.csv").write_text("\n".join(["file,split", *rows]))
    return folder


def test_photos_are_kept_small_with_their_boxes_and_found_again(marked):
    annotated = open_annotated(marked)
    kept = photos.prepare(annotated, CLASSES, 60)
    assert len(kept) == 10 and kept.pictures[0].shape == (40, 60, 3)
    np.testing.assert_allclose(kept.boxes[0], [[5, 5, 20, 25], [30, 10, 45, 30]])
    assert kept.labels[3].tolist() == [0, 2]
    for file in marked.glob("*.png"):  # the second time nothing is read any more
        file.unlink()
    again = photos.prepare(annotated, CLASSES, 60)
    np.testing.assert_array_equal(again.pictures[9], kept.pictures[9])


def test_a_photo_that_breaks_off_is_left_out_and_told(marked):
    whole = io.BytesIO()
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (80, 120, 3), np.uint8)).save(whole, "jpeg")
    (marked / "0.png").unlink()
    (marked / "0.jpg").write_bytes(whole.getvalue()[:2000])
    kept = photos.prepare(open_annotated(marked), CLASSES, 832)
    assert len(kept) == 9 and any("0.jpg" in note for note in kept.notes)


def recipe(marked, *settings):
    return recipes.load("masks", [f'data.source="{marked}"', *settings])


def test_rare_classes_are_shown_more_often_and_extra_photos_are_trained_on_only(marked):
    found = sets.load(recipe(marked, f'data.extra=["{marked}"]', 'data.only=["1", "3"]'))
    assert len(found.training) == 8 + 2 and len(found.validation) == 2
    assert np.bincount(found.order).tolist() == [1, 1, 1, 3, 1, 1, 1, 1, 1, 3]
    with pytest.raises(DataError, match="name that begins with zzz"):
        sets.load(recipe(marked, f'data.extra=["{marked}"]', 'data.only=["zzz"]'))


def test_a_class_map_makes_good_and_bad(marked):
    settings = ["data.map={with_mask='Good', '*'='Bad'}", "data.classes=[]", "data.groups={}", "data.rare=[]"]
    found = sets.load(recipe(marked, *settings))
    assert found.training.classes == ("Good", "Bad")
    assert found.training.labels[3].tolist() == [0, 1]


def seen_right(picture):
    """Every Good box, and for Bad ones the right place under the wrong one of its two classes."""
    boxes = np.array([[10, 10, 40, 50], [60, 20, 90, 60]], np.float32)
    return Candidates(boxes, np.array([[0.9, 0, 0], [0, 0, 0.8]], np.float32), CLASSES, 120, 80)


def test_groups_forgive_what_the_annotated_classes_do_not(marked):
    figures = evaluate_detector(seen_right, CLASSES, GROUPS, open_annotated(marked).part("val"))
    assert figures["map50"] == pytest.approx(1) and figures["ap50"] == {"Good": 1.0, "Bad": 1.0}
    assert figures["classes"]["ap50"]["without_mask"] < 0.6
    assert figures["photos"] == 2 and figures["boxes"] == 4
    assert "joined before NMS" in figures["protocol"]["map50"]
    # a set that is marked Good and Bad already gives the same
    grouped = open_annotated(marked).part("val").mapped({"with_mask": "Good", "*": "Bad"})
    assert evaluate_detector(seen_right, CLASSES, GROUPS, grouped)["map50"] == pytest.approx(1)


def test_a_class_that_the_detector_does_not_know_is_named(marked):
    other = open_annotated(marked).mapped({"*": "helmet"})
    with pytest.raises(DataError, match="has the class `helmet`, which the detector does not know"):
        evaluate_detector(seen_right, CLASSES, GROUPS, other)
