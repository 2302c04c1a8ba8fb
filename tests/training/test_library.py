"""Data sets are found where they lie, and an uploaded zip is looked through before it is kept."""

import io
import os
import subprocess
import threading
import zipfile

import pytest

from tests.training.annotated import make, photo, small_set
from training.data import library
from utils import private
from utils.errors import DataError

FACES = {"a.jpg": photo(seed=1), "b.jpg": photo(seed=2)}


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VISAGE_DATA", str(tmp_path / "root"))
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def zipped(files) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    file.seek(0)
    return file


def left() -> list[str]:
    """Everything in the home but empty folders."""
    return [path.name for path in private.root().parent.rglob("*") if path.is_file()]


def test_folders_and_zips_of_the_root_are_sets_of_their_kind(places):
    make(places / "faces", FACES)
    make(places / "photos.zip", small_set(3))
    make(places / "notes", {"readme.txt": "no pictures here"})
    make(places / ".hidden", FACES)
    found = library.sets()
    assert [(one.name, one.kind, one.uploaded) for one in found] == [
        ("faces", "faces", False),
        ("photos.zip", "boxes", False),
    ]
    assert library.find("faces").path == places / "faces"


def test_annotations_that_come_later_are_seen(places):
    make(places / "set", {"images/00.jpg": photo()})
    assert library.find("set").kind == "faces"
    make(places / "set", small_set(1))
    assert library.find("set").kind == "boxes"


def test_what_cannot_be_read_is_told_and_the_others_stand(places, monkeypatch):
    make(places / "faces", FACES)
    (places / "broken.zip").write_bytes(b"PK no zip")
    found, notes = library.look()
    assert [one.name for one in found] == ["faces"]
    assert len(notes) == 1 and "broken.zip" in notes[0]
    monkeypatch.setenv("VISAGE_DATA", str(places / "nowhere"))
    assert "VISAGE_DATA" in library.look()[1][0]


def test_a_name_that_is_not_there_lists_what_is(places):
    make(places / "faces", FACES)
    with pytest.raises(DataError, match="no data set `cats`. Sets: faces"):
        library.find("cats")


def test_an_uploaded_zip_becomes_a_set_and_can_be_removed():
    one = library.add("my faces (2).zip", zipped(FACES))
    assert (one.name, one.kind, one.uploaded) == ("my-faces-2.zip", "faces", True)
    assert library.sets() == [one] and one.path.read_bytes() == zipped(FACES).getvalue()
    library.remove(one.name)
    assert library.sets() == [] and left() == []


def test_only_uploaded_sets_can_be_removed(places):
    make(places / "faces", FACES)
    with pytest.raises(DataError, match="stays there"):
        library.remove("faces")
    assert (places / "faces" / "a.jpg").exists()


@pytest.mark.parametrize(
    "name, data, sentence",
    [
        ("a.zip", b"hello", "neither a folder nor a whole zip"),
        ("a.zip", zipped({"readme.md": b"words"}).getvalue(), "holds no pictures"),
        ("a.zip", zipped({"../../evil.jpg": photo()}).getvalue(), "a path outside it"),
        ("a.zip", zipped({"a.jpg": photo(), **{f"{n}.png": bytes(2**28) for n in range(5)}}).getvalue(), "unpack"),
    ],
    ids=["no zip", "no pictures", "path trick", "bomb"],
)
def test_a_zip_of_no_use_is_refused_and_nothing_of_it_stays(name, data, sentence):
    with pytest.raises(DataError, match=sentence):
        library.add(name, io.BytesIO(data))
    assert library.sets() == [] and left() == []


def test_a_zip_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(library, "MAX_UPLOAD", 100)
    with pytest.raises(DataError, match="is larger than"):
        library.add("a.zip", zipped(FACES))
    monkeypatch.setattr(library, "MAX_UPLOAD", 2**20)
    monkeypatch.setattr(library, "MAX_UPLOADS", 100)
    with pytest.raises(DataError, match="Remove one first"):
        library.add("a.zip", zipped(FACES))
    assert left() == []


@pytest.mark.parametrize("name", ["../../../evil.zip", "..\\..\\evil.zip", "/etc/evil.zip", "..zip", ".zip", ""])
def test_a_name_leads_nowhere_else(name):
    one = library.add(name, zipped(FACES))
    assert one.path.parent == library.uploads() and not one.name.startswith(".")


def test_a_taken_name_is_refused_in_the_root_too(places):
    make(places / "a.zip", FACES)
    with pytest.raises(DataError, match="already"):
        library.add("a.zip", zipped(FACES))


def test_of_two_at_once_with_one_name_one_is_told():
    gate, outcomes = threading.Barrier(2), []

    def bring(seed):
        gate.wait()
        try:
            outcomes.append(library.add("a.zip", zipped({"a.jpg": photo(seed=seed)})).name)
        except DataError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=bring, args=(seed,)) for seed in range(2)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    kept, told = sorted(outcomes, key=len)
    assert kept == "a.zip" and "a data set `a.zip` already" in told
    assert len(library.sets()) == 1 and len(left()) == 1


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path):
    small = tmp_path / "home"
    small.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small]).returncode:
        pytest.skip("A small file system cannot be mounted here: this needs root.")
    try:
        with pytest.raises(DataError, match="Is the disk full"):
            library.add("a.zip", zipped({"a.png": os.urandom(2**18)}))
        assert left() == []
    finally:
        subprocess.run(["umount", small], check=True)
