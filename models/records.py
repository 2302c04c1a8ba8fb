"""What was found, in words, rows and files: records, CSV, JSON, COCO. The page and the shell write the same."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models.boxes import Boxes

if TYPE_CHECKING:
    from models.tracking import Seen

CORNERS = ("x1", "y1", "x2", "y2")
OF_PICTURES = ("image", "class", "score", *CORNERS)
OF_FRAMES = ("frame", "seconds", "person", "class", "score", *CORNERS)


class Found(NamedTuple):
    """A picture or a video, `width` x `height` pixels, and its records; `image` is its name or its path as given."""

    image: str
    width: int
    height: int
    records: list[dict[str, Any]]


def of_picture(image: str, boxes: Boxes) -> list[dict[str, Any]]:
    """One record a box: `image`, `class`, `score`, `box` as x1, y1, x2, y2 in pixels of the picture."""
    return [_record(image, *one) for one in zip(boxes.names, boxes.scores, boxes.boxes)]


def of_frame(image: str, number: int, seconds: float, seen: Iterable["Seen"]) -> list[dict[str, Any]]:
    """The same for a frame of a video, with `frame` from 0, `seconds`, and the `person`'s number."""
    place = {"frame": number, "seconds": round(seconds, 4)}
    return [_record(image, one.word, one.score, one.box) | place | {"person": one.person} for one in seen]


def labels(boxes: Boxes) -> tuple[list[str], list[str]]:
    """For `draw_boxes`: the words at the boxes (`Good 0.98`) and their line styles."""
    names = boxes.names
    words = [f"{name} {score:.2f}" for name, score in zip(names, boxes.scores)]
    return words, [style(name, boxes.classes) for name in names]


def style(name: str, classes: Sequence[str]) -> str:
    """The line of a class: `solid` for the first (Good), `dashed` for all others."""
    return "solid" if name == classes[0] else "dashed"


def as_json(found: Iterable[Found]) -> str:
    """All records as a JSON list, a line each."""
    rows = [json.dumps(record) for one in found for record in one.records]
    return "[\n" + ",\n".join(rows) + "\n]\n" if rows else "[]\n"


def as_csv(found: Iterable[Found], columns: Sequence[str] = OF_PICTURES) -> str:
    """All records as CSV under a line of names; `columns` is `OF_PICTURES`, or `OF_FRAMES` for a video's."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    for one in found:
        for record in one.records:
            cells = record | dict(zip(CORNERS, record["box"]))
            table.writerow([cells[name] for name in columns])
    return text.getvalue()


def as_coco(found: Iterable[Found], classes: Sequence[str]) -> str:
    """The boxes as a COCO set (cocodataset.org, "data format"): images, categories, annotations, each with its score.

    A box is x, y, width, height there. Records of a video keep `frame` and `person`.
    """
    images, annotations = [], []
    for number, one in enumerate(found, start=1):
        images.append({"id": number, "file_name": one.image, "width": one.width, "height": one.height})
        for record in one.records:
            x1, y1, x2, y2 = record["box"]
            box = [x1, y1, round(x2 - x1, 2), round(y2 - y1, 2)]
            place = {"id": len(annotations) + 1, "image_id": number, "bbox": box, "area": round(box[2] * box[3], 2)}
            kind = {"category_id": classes.index(record["class"]) + 1, "iscrowd": 0, "score": record["score"]}
            annotations.append(place | kind | {key: record[key] for key in ("frame", "person") if key in record})
    categories = [{"id": place, "name": name} for place, name in enumerate(classes, start=1)]
    return json.dumps({"images": images, "categories": categories, "annotations": annotations}) + "\n"


def _record(image: str, name: str, score: float, box: Iterable[float]) -> dict[str, Any]:
    corners = [round(float(value), 2) for value in box]
    return {"image": image, "class": name, "score": round(float(score), 4), "box": corners}
