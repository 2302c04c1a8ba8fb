"""An annotated set written out: as Pascal VOC, as YOLO text, or as the files that Darknet trains from."""

import os
import secrets
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path, PurePosixPath

import yaml

from training.data import voc, yolo_text
from training.data.annotations import AnnotatedSet, Photo
from training.data.pairs import short
from training.data.splits import PARTS, table
from utils import drawing, marks, pictures
from utils.errors import DataError, PictureError

Files = Iterable[tuple[str, bytes | str]]
LAYOUTS = ("voc", "yolo")


def layout(annotated: AnnotatedSet, form: str, with_pictures: bool = True) -> Iterator[tuple[str, bytes | str]]:
    """Names and contents of all files. Pictures go in as they are, byte for byte.

    `voc`: `JPEGImages/`, `Annotations/*.xml`, `ImageSets/Main/` with the split's lists, and `labelmap.txt`, by which
    CVAT knows the classes. `yolo`: `images/`, `labels/*.txt`, the class names in `data.yaml` (Ultralytics, with the
    split's lists) and `labels/classes.txt` (LabelImg). A split goes with both as `split.csv` too, groups as
    `groups.csv`.

    Raises: PictureError for a picture that cannot be read.
    """
    names = short([photo.name for photo in annotated.photos])
    numbers = {name: place for place, name in enumerate(annotated.classes)}
    for photo in annotated.photos:
        name = PurePosixPath(names[photo.name])
        if with_pictures:
            yield f"{'JPEGImages' if form == 'voc' else 'images'}/{name}", photo.read()
        if form == "voc":
            xml = voc.write(name.name, photo.width, photo.height, photo.boxes, photo.labels)
            yield f"Annotations/{name.with_suffix('.xml')}", xml
        else:
            yield f"labels/{name.with_suffix('.txt')}", text_of(photo, numbers)
    yield from (_voc_lists if form == "voc" else _yolo_lists)(annotated, names)
    for title, column, values in (("split.csv", "split", annotated.split), ("groups.csv", "group", annotated.groups)):
        kept = {names[photo.name]: values[photo.name] for photo in annotated.photos if photo.name in values}
        if kept:
            yield title, table(column, kept)


def _voc_lists(annotated: AnnotatedSet, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "labelmap.txt", "# label:color_rgb:parts:actions\n" + "".join(f"{one}:::\n" for one in annotated.classes)
    for part, photos in (_parts(annotated) or {"default": annotated.photos}).items():
        lines = (f"{PurePosixPath(names[photo.name]).with_suffix('')}\n" for photo in photos)
        yield f"ImageSets/Main/{part}.txt", "".join(lines)


def _yolo_lists(annotated: AnnotatedSet, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "labels/classes.txt", "".join(f"{one}\n" for one in annotated.classes)
    parts = _parts(annotated)
    for part, photos in parts.items():
        yield f"{part}.txt", "".join(f"./images/{names[photo.name]}\n" for photo in photos)
    listing = {part: f"{part}.txt" for part in parts} or {"train": "images"}
    listing.setdefault("val", listing.get("test", listing.get("train")))  # Ultralytics wants one
    yield (
        "data.yaml",
        yaml.safe_dump({**listing, "names": dict(enumerate(annotated.classes))}, sort_keys=False, allow_unicode=True),
    )


def _parts(annotated: AnnotatedSet) -> dict[str, list[Photo]]:
    """The photos of each part of the set's split; empty without one."""
    found = {part: [p for p in annotated.photos if annotated.split.get(p.name) == part] for part in PARTS}
    return {part: photos for part, photos in found.items() if photos}


def drawings(annotated: AnnotatedSet, photos: Iterable[Photo], faults: list[str]) -> Iterator[tuple[str, bytes]]:
    """Names and JPEGs of the photos with their boxes and class names on them.

    The set's commonest class has a solid line, the next a dashed one, all others a dotted one. A photo that cannot be
    read is left out; the sentence about it goes into `faults`.
    """
    often = Counter(label for photo in annotated.photos for label in photo.labels).most_common()
    styles = {name: style for (name, _), style in zip(often, chain(("solid", "dashed"), repeat("truth")))}
    names = short([photo.name for photo in annotated.photos])
    for photo in photos:
        try:
            picture = pictures.decode(photo.read(), photo.name)
        except PictureError as error:
            faults.append(str(error))
            continue
        drawn = drawing.draw_boxes(picture, photo.boxes, photo.labels, [styles[label] for label in photo.labels])
        name = PurePosixPath(names[photo.name]).with_suffix(".jpg")
        yield str(name), marks.encode(drawn, "jpeg", generated=False)


def text_of(photo: Photo, numbers: dict[str, int]) -> str:
    """The YOLO text of a photo, by the number of each class."""
    return yolo_text.write(photo.boxes, [numbers[label] for label in photo.labels], photo.width, photo.height)


def write(to: Path, contents: Files, progress: Callable[[int], None] | None = None) -> None:
    """Nothing; afterwards there is a folder, or a zip where `to` ends so, with these files: whole, or not at all.

    Raises: DataError where there is something already.
    """
    if to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise DataError(f"There is something at `{to}` already. Name a new folder or zip, or move the old one away.")
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.absolute().with_name(f".{to.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        put = _zipped if to.suffix.lower() == ".zip" else _unpacked
        put(beside, contents, progress or (lambda done: None))
        if to.is_dir():
            to.rmdir()
        beside.rename(to)
    finally:
        if beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
        else:
            beside.unlink(missing_ok=True)


def _zipped(path: Path, contents: Files, progress) -> None:
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
        for done, (name, data) in enumerate(contents, start=1):
            archive.writestr(name, data)
            progress(done)


def _unpacked(path: Path, contents: Files, progress) -> None:
    path.mkdir()
    for done, (name, data) in enumerate(contents, start=1):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data.encode() if isinstance(data, str) else data)
        progress(done)
