"""Folders and zips of pictures: what is inside is found, what is odd is named, what would harm is refused."""

import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from utils import archives, marks, pictures
from utils.errors import DataError, PictureError

PNG = marks.encode(np.zeros((4, 4, 3), np.uint8), generated=False)


def make(path: Path, files: dict[str, bytes]) -> Path:
    """A folder, or a zip where `path` ends in .zip, with these files."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return path
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    path.mkdir(exist_ok=True)
    return path


@pytest.fixture(params=["set", "set.zip"])
def place(request, tmp_path) -> Path:
    return tmp_path / request.param


def test_pictures_come_sorted_with_their_bytes(place):
    make(place, {"b/2.PNG": PNG + b"2", "a.jpg": b"1", "b/10.webp": b"3"})
    found = archives.open_pictures(place)
    assert [name for name, _ in found] == ["a.jpg", "b/10.webp", "b/2.PNG"]
    assert [read() for _, read in list(found)] == [b"1", b"3", PNG + b"2"]
    assert len(found) == 3 and found.warnings == []


def test_hidden_and_system_files_are_not_seen(place):
    make(place, {"a.png": PNG, ".b.png": PNG, "__MACOSX/._a.png": b"x", ".git/c.png": PNG, "Thumbs.db": b"x"})
    found = archives.open_pictures(place)
    assert found.names == ["a.png"] and found.warnings == []


def test_companions_are_fine_and_strangers_are_named(place):
    make(place, {"a.png": PNG, "labels.csv": b"x", "README.md": b"x", "LICENCE.txt": b"x", "i.json": b"{}"})
    assert archives.open_pictures(place).warnings == []
    mixed = make(place.with_name("mixed" + place.suffix), {"a.png": PNG, **{f"{n}.docx": b"x" for n in range(5)}})
    (warning,) = archives.open_pictures(mixed).warnings
    assert f"`{mixed.name}` also holds files that are not pictures" in warning
    assert "`0.docx`, `1.docx`, `2.docx` and 2 more" in warning


@pytest.mark.parametrize(
    "reason, files, sentence",
    [
        ("nothing", {}, "holds no pictures. Put PNG"),
        ("only a letter", {"letter.docx": b"x"}, "holds no pictures, only other files: `letter.docx`"),
        ("only labels", {"labels.csv": b"a,b\n"}, "holds no pictures, only other files: `labels.csv`"),
        ("only hidden ones", {".a.png": PNG}, "holds no pictures. Put PNG"),
    ],
)
def test_a_set_without_pictures_is_told(place, reason, files, sentence):
    with pytest.raises(DataError, match=sentence):
        archives.open_pictures(make(place, files))


def test_a_bad_picture_is_named_when_it_is_read_and_the_others_stay(place):
    make(place, {"good.png": PNG, "none.png": b"", "words.png": b"not a picture", "cut.png": PNG[:45]})
    faults = []
    for name, read in archives.open_pictures(place):
        try:
            pictures.decode(read(), name)
        except PictureError as error:
            faults.append(str(error))
    assert len(faults) == 3
    assert all(f"`{name}`" in fault for name, fault in zip(("cut.png", "none.png", "words.png"), faults))


def test_damage_inside_a_zip_is_told_by_name(tmp_path):
    path = make(tmp_path / "set.zip", {"a.png": PNG * 50})
    data = bytearray(path.read_bytes())
    data[60:70] = bytes(10)
    path.write_bytes(data)
    ((_, read),) = archives.open_pictures(path)
    with pytest.raises(PictureError, match="`a.png` is damaged inside the zip"):
        read()


@pytest.mark.parametrize(
    "name", ["../x.png", "a/../../x.png", "/etc/x.png", "C:/x.png", "C:\\x.png", "..\\x.png", "a/.."]
)
def test_a_path_outside_the_zip_is_refused(tmp_path, name):
    path = make(tmp_path / "set.zip", {"good.png": PNG, name: PNG})
    for reading in (archives.open_pictures, archives.labels):
        with pytest.raises(DataError, match="`set.zip` holds a path outside it"):
            reading(path)


def test_a_link_in_a_zip_is_refused(tmp_path):
    link = zipfile.ZipInfo("passwords.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("good.png", PNG)
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DataError, match="holds a link, `passwords.png`"):
        archives.open_pictures(tmp_path / "set.zip")


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 2**20)
    path = make(tmp_path / "bomb.zip", {f"{n}.bmp": bytes(2**19) for n in range(8)})
    with pytest.raises(DataError, match="`bomb.zip` would unpack to"):
        archives.open_pictures(path)


def test_a_single_huge_file_is_not_read(place, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILE", 1000)
    make(place, {"a.png": PNG, "huge.bmp": bytes(1001)})
    (_, small), (_, huge) = archives.open_pictures(place)
    assert small() == PNG
    with pytest.raises(PictureError, match="`huge.bmp` is larger than"):
        huge()


def test_a_locked_zip_is_told(tmp_path):
    path = make(tmp_path / "set.zip", {"a.png": PNG})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match="locked with a password"):
        archives.open_pictures(path)


@pytest.mark.parametrize("reading", [archives.open_pictures, archives.labels])
def test_what_is_neither_folder_nor_zip_is_told(tmp_path, reading):
    (tmp_path / "photo.png").write_bytes(PNG)
    with pytest.raises(DataError, match="`photo.png` is neither a folder nor a whole zip"):
        reading(tmp_path / "photo.png")
    cut = make(tmp_path / "cut.zip", {"a.png": PNG * 100})
    cut.write_bytes(cut.read_bytes()[:-40])
    with pytest.raises(DataError, match="nor a whole zip"):
        reading(cut)
    with pytest.raises(DataError, match="There is no folder or zip at"):
        reading(tmp_path / "gone")


def test_links_in_a_folder_do_not_lead_in_circles(tmp_path):
    make(tmp_path / "set", {"a.png": PNG})
    (tmp_path / "set" / "round").symlink_to(tmp_path / "set")
    (tmp_path / "set" / "b.png").symlink_to(tmp_path / "set" / "a.png")
    (tmp_path / "set" / "c.png").symlink_to(tmp_path / "gone.png")
    found = archives.open_pictures(tmp_path / "set")
    assert found.names == ["a.png", "b.png", "c.png"]
    with pytest.raises(PictureError, match="`c.png` cannot be opened"):
        dict(found)["c.png"]()


CSV, TEXT = b"image_id,Smiling\na.png,1\n", b"1\nSmiling\na.png 1\n"


@pytest.mark.parametrize(
    "reason, files",
    [
        ("the only CSV, beside the pictures", {"set/a.png": PNG, "set/attributes.csv": CSV, "set/README.txt": b"x"}),
        ("labels.csv among others", {"a.png": PNG, "labels.csv": CSV, "folds.csv": b"x"}),
        ("CelebA's CSV among its others", {"a.png": PNG, "list_attr_celeba.csv": CSV, "list_bbox_celeba.csv": b"x"}),
        ("CelebA's text", {"a.png": PNG, "Anno/list_attr_celeba.txt": TEXT}),
    ],
)
def test_labels_inside_are_found(place, reason, files):
    assert archives.labels(make(place, files)) == [{"image_id": "a.png", "Smiling": "1"}], reason


@pytest.mark.parametrize("name", ["set.csv", "set_labels.csv", "list_attr_celeba.csv", "list_attr_celeba.txt"])
def test_labels_beside_are_found(place, name):
    make(place, {"a.png": PNG})
    place.with_name(name).write_bytes(TEXT if name.endswith(".txt") else CSV)
    assert archives.labels(place) == [{"image_id": "a.png", "Smiling": "1"}]


@pytest.mark.parametrize(
    "reason, files",
    [("none", {"a.png": PNG}), ("two, and none called labels", {"a.png": PNG, "x.csv": CSV, "y.csv": CSV})],
)
def test_no_labels_is_none(place, reason, files):
    assert archives.labels(make(place, files)) is None, reason


def test_all_files_are_listed_and_read_but_hidden_ones(place):
    make(place, {"b/notes.xml": b"<x/>", "a.png": PNG, ".git/config": b"x", "__MACOSX/a.png": b"x"})
    names, read = archives.open_files(place)
    assert names == ["a.png", "b/notes.xml"] and read("b/notes.xml") == b"<x/>"
    with pytest.raises(DataError, match="There is no folder or zip"):
        archives.open_files(place.with_name("gone"))
