"""Boxes as files: the same words in records, CSV and COCO."""

import csv
import io
import json

import numpy as np
import pytest
from pycocotools.coco import COCO

from models import records
from models.boxes import Boxes
from models.records import Found
from models.tracking import Seen

BOXES = Boxes(
    np.array([[50, 50, 130, 130], [370.25, 470, 450, 550]], np.float32),
    np.array([0.9975, 0.5], np.float32),
    np.array([0, 1]),
    ("Good", "Bad"),
)


@pytest.fixture
def found():
    return [Found("in/a.png", 640, 640, records.of_picture("in/a.png", BOXES)), Found("b \udce4.png", 320, 200, [])]


def test_csv_and_json_say_the_same(found):
    rows = json.loads(records.as_json(found))
    assert rows[1] == {"image": "in/a.png", "class": "Bad", "score": 0.5, "box": [370.25, 470.0, 450.0, 550.0]}
    table = list(csv.DictReader(io.StringIO(records.as_csv(found))))
    assert [(row["class"], float(row["x1"])) for row in table] == [("Good", 50.0), ("Bad", 370.25)]


def test_nothing_found_is_an_empty_list_and_a_line_of_names():
    assert json.loads(records.as_json([])) == []
    assert records.as_csv([]) == "image,class,score,x1,y1,x2,y2\n"


def test_coco_is_read_by_its_own_tool(found, tmp_path, capsys):
    file = tmp_path / "found.json"
    file.write_text(records.as_coco(found, BOXES.classes), "utf-8")  # a name that is no UTF-8 harms nothing
    coco = COCO(str(file))
    assert [coco.imgs[number]["file_name"] for number in (1, 2)] == ["in/a.png", "b \udce4.png"]
    assert [one["bbox"] for one in coco.loadAnns(coco.getAnnIds(imgIds=1))] == [
        [50, 50, 80, 80],
        [370.25, 470, 79.75, 80],
    ]
    assert coco.loadCats([2])[0]["name"] == "Bad"


def test_a_frame_of_a_video_has_its_time_and_its_people():
    seen = [Seen(np.array([1, 2, 3.5, 4]), 0.75, "Bad", 7)]
    whole = Found("clip.mp4", 640, 480, records.of_frame("clip.mp4", 12, 0.48, seen))
    (row,) = csv.DictReader(io.StringIO(records.as_csv([whole], records.OF_FRAMES)))
    assert list(row.values()) == ["12", "0.48", "7", "Bad", "0.75", "1.0", "2.0", "3.5", "4.0"]
    assert json.loads(records.as_json([whole]))[0]["person"] == 7
    assert json.loads(records.as_coco([whole], ["Good", "Bad"]))["annotations"][0]["frame"] == 12
