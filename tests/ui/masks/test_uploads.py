"""What visitors bring: sorted, and a sentence for each file of no use."""

import io
import zipfile
from typing import NamedTuple

import pytest

from tests import seer
from tests.seer import BAD, GOOD
from ui.masks import uploads
from utils import private

SPOTS = [(4, 4, GOOD), (20, 10, BAD)]


class File(NamedTuple):
    name: str
    data: bytes

    def getvalue(self) -> bytes:
        return self.data


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return packed.getvalue()


def test_photos_alone_never_touch_the_disk():
    brought = uploads.sort([File("b.png", seer.png(SPOTS)), File("a.png", seer.png([]))])
    assert [one.name for one in brought.shots] == ["a.png", "b.png"]
    assert not brought.truths and not brought.notes
    assert not private.root().exists()


def test_a_zip_of_photos_is_photos():
    brought = uploads.sort([File("all.zip", zipped(in__a_dot_png=seer.png([]), in__b_dot_png=seer.png(SPOTS)))])
    assert [one.name for one in brought.shots] == ["in/a.png", "in/b.png"] and not brought.notes
    assert not list(private.root().iterdir()), "the private folder is gone"


@pytest.mark.parametrize("reason", ["side by side", "in a zip"])
def test_annotations_are_known_by_their_photo(reason):
    photo, boxes = seer.png(SPOTS), seer.voc("a.png", SPOTS)
    files = [File("a.png", photo), File("a.xml", boxes)]
    if reason == "in a zip":
        files = [File("set.zip", zipped(images__a_dot_png=photo, annotations__a_dot_xml=boxes))]
    brought = uploads.sort(files)
    (one,) = brought.shots
    truth = brought.truths[one.digest]
    assert truth.labels == ("with_mask", "without_mask")
    assert truth.boxes.tolist() == [list(seer.box(4, 4)), list(seer.box(20, 10))]


@pytest.mark.parametrize(
    "reason, file, words",
    [
        ("empty", File("a.jpg", b""), "`a.jpg` is empty"),
        ("not a picture", File("notes.jpg", b"hello"), "`notes.jpg` is not a picture"),
        ("a video among photos", File("clip.mp4", b"\0" * 50), "`clip.mp4` is a video: choose Video"),
        ("half a zip", File("set.zip", zipped(a_dot_png=b"x")[:30]), "`set.zip` is neither a folder nor a whole zip"),
        ("a zip without photos", File("set.zip", zipped(a_dot_md=b"x")), "`set.zip` holds no pictures"),
        ("annotations of others", File("b.xml", seer.voc("b.png", SPOTS)), "annotations for other pictures"),
        ("entities", File("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>'), "`a.xml`"),
    ],
)
def test_what_cannot_be_used_is_told_and_the_others_stay(reason, file, words):
    brought = uploads.sort([File("a.png", seer.png(SPOTS)), file])
    assert words in " ".join(brought.notes), reason
    assert [one.name for one in brought.shots] == ["a.png"]
