"""What is found, in words, and as pictures that are taken home."""

import io
import zipfile

import numpy as np
import pytest

from models.boxes import Boxes
from tests import seer
from ui.masks import findings
from ui.masks.findings import Finding
from ui.masks.looks import shot
from utils import marks, pictures

BOXES = Boxes(
    np.array([[50, 50, 130, 130], [370.25, 470, 450, 550]], np.float32),
    np.array([0.9975, 0.5], np.float32),
    np.array([0, 1]),
    ("Good", "Bad"),
)
NONE = Boxes(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), ("Good", "Bad"))


@pytest.fixture
def found():
    first, second = (shot(name, seer.png([(at, 4, seer.GOOD)])) for at, name in enumerate(("in/a.png", "b/a.png")))
    return [Finding(first, BOXES, 640, 640), Finding(second, NONE, 640, 640)]


@pytest.mark.parametrize(
    "boxes, words",
    [
        (BOXES, "2 faces: 1 Good, 1 Bad"),
        (BOXES._replace(boxes=BOXES.boxes[:1], scores=BOXES.scores[:1], labels=BOXES.labels[:1]), "1 face: 1 Good"),
        (NONE, "No faces found"),
    ],
)
def test_a_picture_is_told_in_words(boxes, words):
    assert findings.words(boxes) == words


def test_the_picture_has_its_boxes_at_its_own_size_and_is_no_generated_one(found):
    file = findings.picture_file(found[0])
    drawn = pictures.decode(file)
    assert drawn.shape == (640, 640, 3) and not marks.is_marked(file)
    plain = pictures.decode(found[0].shot.data)
    assert (drawn[45:56, 60:120] != plain[45:56, 60:120]).any() and (drawn[300:400] == plain[300:400]).all()


def test_all_pictures_in_a_zip_keep_apart_where_names_are_equal(found):
    archive = zipfile.ZipFile(io.BytesIO(findings.picture_zip(found)))
    assert archive.namelist() == ["a-boxes.jpg", "a-2-boxes.jpg"]
    assert pictures.decode(archive.read("a-2-boxes.jpg")).shape == (640, 640, 3)
