"""What is taken home: words, tables, COCO, pictures."""

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from pycocotools.coco import COCO

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


def test_csv_and_json_say_the_same(found):
    records = json.loads(findings.as_json(found))
    assert records[1] == {"image": "in/a.png", "class": "Bad", "score": 0.5, "box": [370.25, 470.0, 450.0, 550.0]}
    rows = list(csv.DictReader(io.StringIO(findings.as_csv(found))))
    assert [(row["class"], float(row["x1"])) for row in rows] == [("Good", 50.0), ("Bad", 370.25)]


def test_coco_is_read_by_its_own_tool(found, tmp_path, capsys):
    file = tmp_path / "found.json"
    file.write_text(findings.as_coco(found))
    coco = COCO(str(file))
    assert [coco.imgs[number]["file_name"] for number in (1, 2)] == ["in/a.png", "b/a.png"]
    assert [one["bbox"] for one in coco.loadAnns(coco.getAnnIds(imgIds=1))] == [
        [50, 50, 80, 80],
        [370.25, 470, 79.75, 80],
    ]
    assert coco.loadCats([2])[0]["name"] == "Bad"


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
