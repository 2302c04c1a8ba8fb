"""The files that Darknet trains from: `.names`, `.data`, `.cfg`, lists of pictures, pictures with texts beside them.

AlexeyAB's Darknet, README, "How to train (to detect your custom objects)".
"""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from models.darknet import cfg
from training.data.annotations import AnnotatedSet, Photo
from training.data.export import text_of
from training.data.pairs import short
from utils import marks, pictures
from utils.errors import DataError

ITERATIONS = 2000  # for each class
_ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "BMP": ".bmp"}  # what Darknet reads without OpenCV


def job(
    annotated: AnnotatedSet, sections: Sequence[cfg.Section], home: Path, name: str
) -> Iterator[tuple[str, bytes | str]]:
    """Names and contents of all files, for a folder that will stand at `home`.

    `<name>.cfg`, `obj.names`, `obj.data`, `train.txt`, `test.txt` (and `val.txt` where the split has one: Darknet then
    chooses its best weights by it) with absolute paths, and in `obj/` each picture with its text. What Darknet cannot
    read (WebP, EXIF turns) goes in as JPEG, quality 95, upright.

    Args:
        annotated: a set with a part `train` and a part `test` or `val`.
        sections: the network; classes and schedule are set here, see `for_classes`.
        home: where the folder will be.
        name: of the cfg.

    Raises: DataError for a set without such parts; PictureError for a picture that cannot be read.
    """
    parts = {part: annotated.part(part).photos for part in ("train", "val", "test") if _has(annotated, part)}
    if "train" not in parts or len(parts) < 2:
        raise DataError(
            f"`{annotated.title}` needs photos to train on and others to test on. Give a --split with both."
        )
    home = home.absolute()
    yield f"{name}.cfg", cfg.write_cfg(for_classes(sections, len(annotated.classes)))
    yield "obj.names", "".join(f"{one}\n" for one in annotated.classes)
    valid = home / ("val.txt" if "val" in parts else "test.txt")
    lines = [
        f"classes = {len(annotated.classes)}",
        f"train = {home / 'train.txt'}",
        f"valid = {valid}",
        f"names = {home / 'obj.names'}",
        f"backup = {home / 'backup'}",
    ]
    yield "obj.data", "\n".join(lines) + "\n"
    yield "backup/README.txt", "Darknet writes its weights here.\n"
    names = short([photo.name for photo in annotated.photos])
    numbers = {one: place for place, one in enumerate(annotated.classes)}
    for part, photos in parts.items():
        paths = []
        for photo in photos:
            data, ending = _readable(photo)
            path = f"obj/{PurePosixPath(names[photo.name]).with_suffix(ending)}"
            paths.append(f"{home / path}\n")
            yield path, data
            yield str(PurePosixPath(path).with_suffix(".txt")), text_of(photo, numbers)
        yield f"{part}.txt", "".join(paths)


def for_classes(sections: Sequence[cfg.Section], classes: int) -> list[cfg.Section]:
    """The guide's schedule: batch 64 in 16 subdivisions, 416 x 416, 2,000 iterations a class, steps at 80 and 90 % of
    them; and the filters before each head that so many classes take."""
    changed = cfg.with_classes(sections, classes)
    last = ITERATIONS * classes
    changed[0].options.update(
        batch="64",
        subdivisions="16",
        width="416",
        height="416",
        max_batches=str(last),
        policy="steps",
        steps=f"{last * 8 // 10},{last * 9 // 10}",
        scales=".1,.1",
    )
    cfg.heads(changed)  # raises where an anchor has no head
    return changed


def _has(annotated: AnnotatedSet, part: str) -> bool:
    return part in annotated.split.values()


def _readable(photo: Photo) -> tuple[bytes, str]:
    """The picture's bytes in a form that Darknet reads as we do, and the ending that belongs to it."""
    data = photo.read()
    header = pictures.header(data, photo.name)
    if header.turn == 1 and header.format in _ENDINGS:
        return data, _ENDINGS[header.format]
    picture: np.ndarray = pictures.decode(data, photo.name)
    return marks.encode(picture, "jpeg", quality=95, generated=False), ".jpg"
