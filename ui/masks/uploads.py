"""What a visitor brought, sorted: photos, the boxes that people marked in them, and a sentence for each file of no use."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

import numpy as np

from training.data.annotations import AnnotatedSet, open_annotated
from training.data.pairs import pair
from ui.masks.looks import Shot, shot
from utils import archives, pictures, private, video
from utils.errors import DataError, PictureError

MOST = 1000  # photos at once
MARKINGS = (".xml", ".txt", ".names", ".csv", ".yaml", ".yml")
_LOOSE = "your files"


class Upload(Protocol):
    """A file as Streamlit hands it over."""

    name: str

    def getvalue(self) -> bytes: ...


class Marked(NamedTuple):
    """What people marked in a photo: boxes float64 [N, 4] in pixels of the original, and a class name each."""

    boxes: np.ndarray
    labels: tuple[str, ...]


class Brought(NamedTuple):
    """`shots`: photos in the order of their names; `truths`: digest -> what is marked; `notes`: sentences about what
    cannot be used; `remarks`: sentences about what was clipped or guessed in the annotations."""

    shots: list[Shot]
    truths: Mapping[str, Marked]
    notes: list[str]
    remarks: list[str]


def sort(files: Sequence[Upload]) -> Brought:
    """The uploaded files, sorted. Whatever cannot be used is told in `notes`.

    Photos alone never touch the disk. Zips and annotations are read from a private folder that is gone on return.
    """
    shots, truths, notes = [], {}, []
    loose, zips = [], []
    for file in files:
        (zips if _ending(file.name) == ".zip" else loose).append(file)
    marked = [file for file in loose if _ending(file.name) in MARKINGS]
    for file in loose:
        if file not in marked:
            _photo(file.name, file.getvalue(), shots, notes)
    with_boxes: list[AnnotatedSet] = []
    if marked or zips:
        with private.folder() as folder:
            for number, file in enumerate(zips):
                path = folder / str(number) / (PurePosixPath(file.name).name or "photos.zip")
                path.parent.mkdir()
                path.write_bytes(file.getvalue())
                _zip(path, shots, with_boxes, notes)
            if marked:
                _annotated(_written(loose, folder / _LOOSE), with_boxes, notes)
    for one in with_boxes:
        truths |= {photo.digest: Marked(photo.boxes, photo.labels) for photo in one.photos}
    if len(shots) > MOST:
        notes.append(
            f"{len(shots):,} photos are more than the {MOST:,} that fit on the page: the others were left out."
        )
    return Brought(
        sorted(shots, key=lambda one: one.name)[:MOST],
        truths,
        notes,
        [words for one in with_boxes for words in one.notes],
    )


def _photo(name: str, data: bytes, shots: list[Shot], notes: list[str]) -> None:
    if _ending(name) in video.ENDINGS:
        notes.append(f"`{name}` is a video: choose Video above, and bring it there.")
        return
    try:
        pictures.header(data, name)
    except PictureError as error:
        notes.append(str(error))
        return
    shots.append(shot(name, data))


def _zip(path: Path, shots: list[Shot], with_boxes: list[AnnotatedSet], notes: list[str]) -> None:
    try:
        for name, read in archives.open_pictures(path):
            if len(shots) > MOST:
                break
            try:
                _photo(name, read(), shots, notes)
            except PictureError as error:
                notes.append(str(error))
        names, _ = archives.open_files(path)
    except DataError as error:
        notes.append(str(error))
        return
    if pair(names).found or any(_ending(name) == ".xml" for name in names):
        _annotated(path, with_boxes, notes)


def _annotated(source: Path, with_boxes: list[AnnotatedSet], notes: list[str]) -> None:
    try:
        with_boxes.append(open_annotated(source))
    except DataError as error:
        notes.append(str(error))


def _written(files: Sequence[Upload], folder: Path) -> Path:
    """The files side by side in a folder, as they lay with the visitor."""
    folder.mkdir()
    for file in files:
        name = PurePosixPath(file.name.replace("\\", "/")).name
        if name and not name.startswith("."):
            (folder / name).write_bytes(file.getvalue())
    return folder


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
