"""Whatever is wrong with an annotated set is one clear sentence that names the file; the rest of the set stays."""

import numpy as np
import pytest

from tests.training.annotated import make, photo, small_set, voc
from training.data import checks
from training.data.annotations import open_annotated
from training.data.faults import REMARKS
from utils.errors import DataError

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<annotation><filename>&b;</filename></annotation>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<annotation><object><name>&a;</name></object></annotation>"""
GOOD = {"images/good.jpg": photo(seed=7), "annotations/good.xml": voc([("face", (1, 2, 30, 40))])}


@pytest.mark.parametrize(
    "reason, xml, sentence",
    [
        ("entities", LAUGHS, "`annotations/a.xml` declares XML entities, which no annotation needs: refused"),
        ("entities from outside", OUTSIDE, "`annotations/a.xml` declares XML entities"),
        ("empty", b"", "`annotations/a.xml` is empty"),
        ("cut off", voc([("face", (1, 2, 3, 4))])[:80], "`annotations/a.xml` is not whole XML"),
        ("no XML", b"\x89PNG\r\n", "`annotations/a.xml` is not whole XML"),
        ("another XML", b"<svg></svg>", "`annotations/a.xml` is XML but no Pascal VOC"),
        ("an unknown encoding", b'<?xml version="1.0" encoding="klingon"?><annotation/>', "is not whole XML"),
    ],
)
def test_an_annotation_that_cannot_be_read_is_named_and_the_others_stay(tmp_path, reason, xml, sentence):
    bad = {"images/a.jpg": photo(), "annotations/a.xml": xml}
    found = open_annotated(make(tmp_path / "set", GOOD | bad))
    assert [one.name for one in found.photos] == ["images/good.jpg"]
    (note,) = found.notes
    assert sentence in note
    with pytest.raises(DataError, match="`alone` has no photo that can be used: .*a.xml"):
        open_annotated(make(tmp_path / "alone", bad))


NAN = float("nan")


@pytest.mark.parametrize(
    "box, kind, kept",
    [
        ((1, 2, 30, 40), None, (1, 2, 30, 40)),
        ((0, 0, 64, 48), None, (0, 0, 64, 48)),
        ((40, 20, 65, 49), "clipped", (40, 20, 64, 48)),
        ((-1, -1, 10, 10), "clipped", (0, 0, 10, 10)),
        ((40, 20, 70, 40), "cut", (40, 20, 64, 40)),
        ((60, 20, 90, 40), "outside", None),
        ((100, 100, 120, 120), "outside", None),
        ((-50, -50, -10, -10), "outside", None),
        ((30, 2, 1, 40), "inverted", None),
        ((5, 5, 5, 40), "zero", None),
        ((1, 2, NAN, 40), "number", None),
        ((1, 2, float("inf"), 40), "number", None),
        (("", 2, 30, 40), "number", None),
        (("wide", 2, 30, 40), "number", None),
    ],
)
def test_a_box_stays_is_clipped_or_is_left_out_and_told(tmp_path, box, kind, kept):
    files = {"a.jpg": photo(64, 48), "a.xml": voc([("face", box), ("face", (10, 10, 20, 20))])}
    found = open_annotated(make(tmp_path / "set", files))
    (one,) = found.photos
    assert [fault.kind for fault in found.faults] == [kind] * bool(kind)
    assert all("`a.xml`" in note for note in found.notes) and len(found.notes) == bool(kind)
    np.testing.assert_array_equal(one.boxes, [*([kept] if kept else []), (10, 10, 20, 20)])


@pytest.mark.parametrize(
    "line, sentence",
    [
        ("0 0.5 0.5 0.2", "`a.txt`, line 2: 5 values wanted (class cx cy w h), 4 found; left out."),
        ("0 0.5 0.5 0.2 0.2 0.99", "line 2: 5 values wanted (class cx cy w h), 6 found"),
        ("0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9", "line 2: 5 values wanted (class cx cy w h), 9 found"),
        ("face 0.5 0.5 0.2 0.2", "line 2: 5 numbers wanted"),
        ("0 nan 0.5 0.2 0.2", "line 2: the box has values that are not finite numbers"),
        ("0 0.5 0.5 -0.2 0.2", "line 2: the box has a negative width or height"),
        ("-1 0.5 0.5 0.2 0.2", "line 2: the class must be a whole number from 0, not -1"),
        ("0.5 0.5 0.5 0.2 0.2", "line 2: the class must be a whole number from 0, not 0.5"),
        ("0 79 105 109 142", "line 2: shares of the picture (0 to 1) wanted; these look like pixels"),
        ("0 0.5 0.5 0 0.2", "has no width or no height"),
        ("0 1.2 0.5 0.1 0.1", "lies outside the picture of 64 x 48"),
        ("7 0.5 0.5 0.2 0.2", "class `7` is not in the list of classes"),
        ("0 0.25 0.25 0.25 0.25", "is written twice and counts once"),
    ],
)
def test_a_line_that_says_nothing_sound_is_named_and_the_others_stay(tmp_path, line, sentence):
    text = f"0 0.25 0.25 0.25 0.25\n{line}\n\n"
    found = open_annotated(make(tmp_path / "set", {"a.jpg": photo(64, 48), "a.txt": text, "classes.txt": b"face\n"}))
    np.testing.assert_array_equal(found.photos[0].boxes, [[8, 6, 24, 18]])
    (note,) = found.notes
    assert sentence in note


@pytest.mark.parametrize(
    "reason, files, sentence",
    [
        ("annotations for other pictures", {"a.jpg": photo(), "b.xml": voc([])}, "these are annotations for other pictures"),
        ("texts for other pictures", {"images/a.jpg": photo(), "labels/b.txt": b"0 .5 .5 .1 .1"}, "for other pictures"),
        ("no annotations", {"a.jpg": photo(), "README.md": b"x"}, "holds pictures but no annotations"),
        ("something else", {"letter.docx": b"x"}, "holds no pictures, only other files: `letter.docx`"),
        ("nothing", {"a/.hidden": b""}, "holds no pictures"),
        ("only unreadable pictures", {"a.jpg": b"", "a.xml": voc([])}, "no photo that can be used: `a.jpg` is empty"),
        ("names twice", {"a.jpg": photo(), "a.txt": b"", "classes.txt": b"x\nx\n"}, "`classes.txt` must list class names"),
        ("names empty", {"a.jpg": photo(), "a.txt": b"", "obj.names": b""}, "`obj.names` must list class names"),
        ("no YAML", {"a.jpg": photo(), "a.txt": b"", "data.yaml": b"names: [a"}, "`data.yaml` is not YAML"),
        ("gaps in YAML", {"a.jpg": photo(), "a.txt": b"", "data.yaml": b"names: {0: a, 2: b}"}, "must count its classes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["", ".zip"])
def test_a_set_that_cannot_be_used_is_one_sentence(tmp_path, reason, files, sentence, ending):
    with pytest.raises(DataError) as told:
        open_annotated(make(tmp_path / f"set{ending}", files))
    assert sentence in str(told.value) and "\n" not in str(told.value)


def test_what_is_missing_its_other_half_is_named(tmp_path):
    files = GOOD | {
        "images/lonely.jpg": photo(seed=1),
        "annotations/gone.xml": voc([]),
        "images/cut.jpg": b"",
        "annotations/cut.xml": voc([]),
        "images/good.png": photo(seed=2, format="PNG"),
    }
    found = open_annotated(make(tmp_path / "set", files))
    assert [one.name for one in found.photos] == ["images/good.jpg"]
    assert {(fault.file, fault.kind) for fault in found.faults} == {
        ("images/lonely.jpg", "no annotation"),
        ("annotations/gone.xml", "no picture"),
        ("images/cut.jpg", "picture"),
        ("images/good.png", "same name"),
    }


def test_a_class_that_is_not_in_the_list_is_left_out(tmp_path):
    found = open_annotated(make(tmp_path / "set", small_set(4)), classes=["with_mask"])
    assert [len(one.boxes) for one in found.photos] == [1, 0, 1, 0]
    assert {fault.kind for fault in found.faults} == {
        "class"
    } and "class `without_mask` is not in the list" in found.notes[0]


def test_notes_stay_few_where_faults_are_many(tmp_path):
    files = {name: data for number in range(20) for name, data in {
        f"{number:02}.jpg": photo(seed=number), f"{number:02}.xml": voc([("face", (60, 10, 65, 20))])}.items()}  # fmt: skip
    found = open_annotated(make(tmp_path / "set", files))
    assert len(found.faults) == 20
    assert found.notes == [
        "20 boxes reach out of their picture by a pixel at most and are clipped: `00.xml`, `01.xml`, `02.xml` and 17 more."
    ]


def test_the_check_sees_what_only_whole_pictures_and_all_of_them_show(tmp_path):
    files = small_set(6) | {
        "images/05.jpg": photo(seed=5)[:-200],  # its header is whole
        "images/copy.jpg": photo(seed=0),
        "annotations/copy.xml": voc([("with_mask", (10, 10, 12, 12))]),
        "images/twin.jpg": photo(128, 96, seed=1),
        "annotations/twin.xml": voc([("with_mask", (10, 10, 30, 30)), ("without_mask", (10, 10, 30, 31))], (128, 96)),
        "split.csv": "file,split\n"
        + "".join(f"0{n}.jpg,train\n" for n in range(6))
        + "copy.jpg,train\ntwin.jpg,test\n",
    }
    annotated = open_annotated(make(tmp_path / "set.zip", files))
    assert annotated.faults == []
    found = {(fault.file, fault.kind) for fault in checks.look(annotated)}
    assert found == {
        ("images/05.jpg", "picture"),
        ("images/copy.jpg", "copy"),
        ("annotations/copy.xml", "tiny"),
        ("annotations/twin.xml", "double"),
        ("images/twin.jpg", "leak"),
    }
    assert {kind for _, kind in found} - REMARKS == {"picture"}
