"""`python cli.py data …`: what a person with annotated photos does in the shell."""

import csv
import json

import pytest
from typer.testing import CliRunner

from cli import app
from tests.training.annotated import GUIDE_BOXES, GUIDE_SIZE, GUIDE_TEXT, make, photo, small_set, voc
from training.data.annotations import open_annotated
from utils import pictures


def shell(*arguments, code=0):
    """What the shell did with these arguments: `.stdout`, `.stderr`."""
    result = CliRunner().invoke(app, ["data", *(str(argument) for argument in arguments)])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def sound(tmp_path):
    return make(tmp_path / "sound.zip", small_set())


@pytest.fixture
def faulty(tmp_path):
    files = small_set(4) | {
        "images/lonely.jpg": photo(seed=8),
        "images/cut.jpg": photo(seed=9)[:-300],
        "annotations/cut.xml": voc([]),
        "annotations/00.xml": voc([("with_mask", (40, 10, 65, 40)), ("face", (30, 10, 10, 40))]),
    }
    return make(tmp_path / "faulty", files)


@pytest.mark.parametrize("verb", ["check", "convert", "split", "anchors", "draw", "darknet"])
def test_every_verb_teaches_by_an_example(verb):
    assert f"python cli.py data {verb}" in shell(verb, "--help").stdout


def test_check_names_every_faulty_file_and_ends_with_2(faulty, tmp_path):
    told = shell("check", faulty, "--list", tmp_path / "faults.csv", code=2).stdout
    assert "faulty: 5 photos, 4 boxes (with_mask 2, without_mask 2)" in told
    assert "`images/lonely.jpg` has no annotation: left out." in told
    assert "`images/cut.jpg` is cut off or damaged" in told
    assert "`annotations/00.xml`: the face box (30, 10, 10, 40) ends before it begins and is left out." in told
    assert "the with_mask box (40, 10, 65, 40) reaches out of the picture of 64 x 48 by a pixel at most" in told
    assert told.endswith("3 faults, 1 remark.\n")
    rows = list(csv.DictReader((tmp_path / "faults.csv").read_text("utf-8").splitlines()))
    assert [row["kind"] for row in rows] == ["no annotation", "clipped", "inverted", "picture"]
    assert [rows[2][key] for key in ("file", "class", "x1", "y1", "x2", "y2")] == [
        "annotations/00.xml", "face", "30.0", "10.0", "10.0", "40.0"]  # fmt: skip


def test_check_of_a_sound_set_ends_with_0_and_tells_a_program(sound):
    facts = json.loads(shell("check", sound, "--json").stdout)
    assert facts["photos"] == 10 and facts["boxes"] == {"with_mask": 5, "without_mask": 5} and facts["faults"] == []
    assert facts["fingerprint"] == open_annotated(sound).fingerprint


def test_check_knows_which_classes_there_may_be(sound):
    told = json.loads(shell("check", sound, "--classes", "with_mask, other", "--json", code=2).stdout)
    assert {fault["kind"] for fault in told["faults"]} == {"class"} and len(told["faults"]) == 5
    assert told["boxes"] == {"with_mask": 5, "other": 0}


def test_convert_writes_the_guides_text(tmp_path):
    make(
        tmp_path / "set",
        {"images/a.png": photo(*GUIDE_SIZE, format="PNG"), "annotations/a.xml": voc(GUIDE_BOXES, GUIDE_SIZE)},
    )
    told = shell("convert", tmp_path / "set", "--to", "yolo", "--out", tmp_path / "yolo", "--map", "with_mask=Good", "--map",
                 "*=Bad").stdout  # fmt: skip
    assert told == f"1 photo with 3 boxes, in {tmp_path / 'yolo'}\n"
    assert (tmp_path / "yolo" / "labels" / "a.txt").read_text() == GUIDE_TEXT
    shell("convert", tmp_path / "yolo", "--to", "voc", "--out", tmp_path / "voc.zip")
    assert open_annotated(tmp_path / "voc.zip").photos[0].boxes.tolist() == [list(box) for _, box in GUIDE_BOXES]


def test_convert_of_a_part_without_pictures(sound, tmp_path):
    shell("split", sound, "--test", 2, "--val", 0)
    facts = json.loads(
        shell(
            "convert", sound, "--to", "yolo", "--out", tmp_path / "t", "--part", "test", "--no-pictures", "--json"
        ).stdout
    )
    assert facts["photos"] == 2 and not (tmp_path / "t" / "images").exists()
    assert len(list((tmp_path / "t" / "labels").glob("[0-9]*.txt"))) == 2


def test_split_lies_beside_the_set_where_it_is_found_by_itself(sound, tmp_path):
    told = json.loads(shell("split", sound, "--test", 2, "--val", 0.1, "--seed", 3, "--json").stdout)
    assert told["photos"] == {"train": 7, "val": 1, "test": 2}
    assert [len(open_annotated(sound).part(part).photos) for part in ("train", "val", "test")] == [7, 1, 2]
    assert "There is a split at" in shell("split", sound, code=2).stderr
    first = (tmp_path / "sound_split.csv").read_text()
    shell("split", sound, "--test", 2, "--val", 0.1, "--seed", 3, "--out", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == first


def test_anchors_go_to_the_heads_and_into_a_cfg(sound, tmp_path):
    facts = json.loads(
        shell("anchors", sound, "--cfg", "yolov3-tiny", "--part", "all", "--out", tmp_path / "own.cfg", "--json").stdout
    )
    assert len(facts["anchors"]) == 6 and [head["stride"] for head in facts["heads"]] == [32, 16]
    assert facts["heads"][1]["anchors"] == facts["anchors"][:3] and facts["average_iou"] > facts["average_iou_of_cfg"]
    again = json.loads(shell("anchors", sound, "--cfg", tmp_path / "own.cfg", "--part", "all", "--json").stdout)
    assert again["average_iou_of_cfg"] == pytest.approx(facts["average_iou"], abs=0.01)
    assert "Every anchor has a head." in shell("anchors", sound, "--cfg", "yolov3-tiny", "--part", "all").stdout


def test_draw_shows_the_boxes_and_names_what_cannot_be_read(faulty, tmp_path):
    told = shell("draw", faulty, "--out", tmp_path / "drawn")
    assert "`images/cut.jpg` is cut off" in told.stderr and told.stdout == f"4 photos, in {tmp_path / 'drawn'}\n"
    before = pictures.decode(faulty / "images" / "01.jpg").astype(int)
    after = pictures.decode(tmp_path / "drawn" / "01.jpg").astype(int)
    assert after.shape == before.shape and abs(after[10:40, 10] - before[10:40, 10]).mean() > 40
    shell("draw", faulty, "--out", tmp_path / "two", "--count", 2)
    assert len(list((tmp_path / "two").iterdir())) == 2


def test_darknet_gets_its_files_and_the_command_is_told(sound, tmp_path):
    shell("split", sound, "--test", 2, "--val", 0)
    told = shell("darknet", sound, "--out", tmp_path / "job", "--cfg", "yolov3-tiny", "--map", "*=face").stdout
    assert f"darknet detector train {tmp_path / 'job'}/obj.data" in told
    files = {"obj.names", "obj.data", "yolov3-tiny.cfg", "train.txt", "test.txt"}
    assert files < {path.name for path in (tmp_path / "job").iterdir()}
    assert (tmp_path / "job" / "obj.names").read_text() == "face\n"


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["check", "gone.zip"], "There is no folder or zip at `gone.zip`"),
        (["check", "{set}", "--split", "gone.csv"], "There is no split at `gone.csv`"),
        (["convert", "{set}", "--to", "coco", "--out", "x"], "`--to` must be one of voc, yolo. Received: coco."),
        (["convert", "{set}", "--to", "voc", "--out", "{set}"], "There is something at"),
        (["convert", "{set}", "--to", "voc", "--out", "x", "--map", "with_mask"], "is not of the form name=value"),
        (
            ["convert", "{set}", "--to", "voc", "--out", "x", "--map", "with_mask=Good"],
            "says nothing about `without_mask`",
        ),
        (["draw", "{set}", "--out", "x", "--part", "fold1-test"], "has no part `fold1-test`"),
        (["split", "{set}", "--test", "10", "--val", "0"], "10 of 10 photos asked for"),
        (["split", "{set}", "--test", "-1"], "must be 0 or more"),
        (["anchors", "{set}", "--size", "400"], "multiple of 32 pixels. Received: 400"),
        (["anchors", "{set}", "--resize", "crop"], "resized by letterbox or stretch. Received: crop"),
        (["anchors", "{set}", "--cfg", "yolov9"], "There is no cfg `yolov9`"),
        (["anchors", "{set}", "--part", "all", "--cfg", "yolov3", "--map", "a=b"], "No such option"),
        (["darknet", "{set}", "--out", "x"], "needs photos to train on and others to test on"),
    ],
)
def test_nonsense_is_one_sentence(sound, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    told = shell(*(argument.replace("{set}", str(sound)) for argument in arguments), code=2)
    assert sentence in " ".join(told.stderr.split()) and not (tmp_path / "x").exists()
