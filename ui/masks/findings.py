"""What was found, counted, in words, and as pictures to take home."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from models import records
from models.boxes import Boxes
from models.records import Found
from ui.masks.looks import Shot
from utils import marks, pictures
from utils.drawing import draw_boxes


class Finding(NamedTuple):
    """A photo and its chosen boxes, in pixels of the original, which is width x height."""

    shot: Shot
    boxes: Boxes
    width: int
    height: int


def counts(found: Iterable[Boxes], classes: Sequence[str]) -> dict[str, int]:
    """Boxes by class, for every class."""
    seen = Counter(name for one in found for name in one.names)
    return {name: seen[name] for name in classes}


def words(boxes: Boxes, thing: str = "face") -> str:
    """`3 faces: 2 Good, 1 Bad`; `No faces found`."""
    if not len(boxes.boxes):
        return f"No {thing}s found"
    parts = ", ".join(f"{count} {name}" for name, count in counts([boxes], boxes.classes).items() if count)
    return f"{len(boxes.boxes):,} {thing}{'s' if len(boxes.boxes) > 1 else ''}: {parts}"


def found(findings: Iterable[Finding]) -> list[Found]:
    """The findings as records, which the shell writes too."""
    return [Found(f.shot.name, f.width, f.height, records.of_picture(f.shot.name, f.boxes)) for f in findings]


def picture_file(one: Finding, kind: str = "png") -> bytes:
    """The photo at its own size with its boxes, as a PNG or JPEG file."""
    picture = pictures.decode(one.shot.data, one.shot.name)
    said, styles = records.labels(one.boxes)
    return marks.encode(draw_boxes(picture, one.boxes.boxes, said, styles), kind, quality=92, generated=one.shot.ours)


def picture_zip(findings: Sequence[Finding]) -> bytes:
    """All photos with their boxes, JPEG, in one zip."""
    file, taken = io.BytesIO(), Counter()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for one in findings:
            stem = PurePosixPath(one.shot.name).stem
            taken[stem] += 1
            name = stem if taken[stem] == 1 else f"{stem}-{taken[stem]}"
            archive.writestr(f"{name}-boxes.jpg", picture_file(one, "jpeg"))
    return file.getvalue()
