"""What was found, in words, rows and files."""

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from models.boxes import Boxes
from ui.masks import drawn
from ui.masks.looks import Shot
from utils import marks, pictures

SOLID = {"Good"}  # all others are dashed


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


def labels(boxes: Boxes) -> tuple[list[str], list[str]]:
    """For `draw_boxes`: the words at the boxes (`Good 0.98`) and their line styles."""
    names = boxes.names
    said = [f"{name} {score:.2f}" for name, score in zip(names, boxes.scores)]
    return said, ["solid" if name in SOLID else "dashed" for name in names]


def records(findings: Iterable[Finding]) -> list[dict]:
    """One row a box: `image`, `class`, `score`, `box` as x1, y1, x2, y2 in pixels of the original."""
    return [
        {
            "image": one.shot.name,
            "class": name,
            "score": round(float(score), 4),
            "box": [round(float(value), 2) for value in box],
        }
        for one in findings
        for name, score, box in zip(one.boxes.names, one.boxes.scores, one.boxes.boxes)
    ]


def as_json(findings: Iterable[Finding]) -> str:
    """The records as JSON, as `cli.py detect --json` writes them."""
    return json.dumps(records(findings), indent=1)


def as_csv(findings: Iterable[Finding]) -> str:
    """The records as CSV with a line of names."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["image", "class", "score", "x1", "y1", "x2", "y2"])
    table.writerows([one["image"], one["class"], one["score"], *one["box"]] for one in records(findings))
    return text.getvalue()


def as_coco(findings: Sequence[Finding]) -> str:
    """The boxes as a COCO set: images, categories, annotations (each with its score)."""
    classes = findings[0].boxes.classes if findings else ()
    images = [
        {"id": number, "file_name": one.shot.name, "width": one.width, "height": one.height}
        for number, one in enumerate(findings, start=1)
    ]
    annotations = []
    for number, one in enumerate(findings, start=1):
        for box, score, label in zip(one.boxes.boxes.tolist(), one.boxes.scores.tolist(), one.boxes.labels.tolist()):
            x1, y1, x2, y2 = (round(value, 2) for value in box)
            wide, high = round(x2 - x1, 2), round(y2 - y1, 2)
            facts = {"id": len(annotations) + 1, "image_id": number, "category_id": label + 1, "iscrowd": 0}
            area = round(wide * high, 2)
            annotations.append(facts | {"bbox": [x1, y1, wide, high], "area": area, "score": round(score, 4)})
    categories = [{"id": place, "name": name} for place, name in enumerate(classes, start=1)]
    return json.dumps({"images": images, "categories": categories, "annotations": annotations}, indent=1)


def picture_file(one: Finding, kind: str = "png") -> bytes:
    """The photo at its own size with its boxes, as a PNG or JPEG file."""
    picture = pictures.decode(one.shot.data, one.shot.name)
    said, styles = labels(one.boxes)
    return marks.encode(drawn.draw(picture, one.boxes.boxes, said, styles), kind, quality=92, generated=one.shot.ours)


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
