"""Pascal VOC: one XML a picture, as LabelImg, CVAT and Kaggle's archives have it; and from its frame to the picture.

M. Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge", IJCV 2010; the devkit's annotation files.
Corners are taken as edges in pixels, as most sets and tools mean them; VOC itself counts pixels from 1.
"""

from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from utils.errors import DataError
from utils.pictures import Header

MAX_TEXT = 16 * 2**20  # bytes; ten thousand boxes take 4 MB
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


class Annotation(NamedTuple):
    """What one XML says: picture's width and height (0 where it is silent), class names, N corners as written."""

    width: int
    height: int
    labels: list[str]
    boxes: list[tuple[float, ...]]


def read(data: bytes, name: str) -> Annotation:
    """The annotation of one XML. A corner that is missing or no number is NaN.

    Raises: DataError naming the file where it is empty, not XML, not VOC, or declares entities.
    """
    if not data.strip():
        raise DataError(f"`{name}` is empty ({len(data)} bytes). Annotate its picture again, or take both out.")
    if len(data) > MAX_TEXT:
        raise DataError(f"`{name}` is larger than {MAX_TEXT >> 20} MB, too much for one picture. Take it out.")
    try:
        root = fromstring(data)
    except DefusedXmlException as error:
        raise DataError(f"`{name}` declares XML entities, which no annotation needs: refused. Take it out.") from error
    except (ParseError, ValueError, LookupError) as error:  # LookupError: an encoding nobody knows
        raise DataError(f"`{name}` is not whole XML ({error}). Write or download it again.") from error
    if root.tag != "annotation":
        raise DataError(
            f"`{name}` is XML but no Pascal VOC: `annotation` wanted, `{root.tag}` found. Export it as VOC."
        )
    labels, boxes = [], []
    for item in root.findall("object"):
        labels.append((item.findtext("name") or "").strip())
        boxes.append(tuple(_number(item.findtext(f"bndbox/{corner}")) for corner in _CORNERS))
    size = [_number(root.findtext(f"size/{side}")) for side in ("width", "height")]
    return Annotation(*(int(value) if 0 < value < 1e9 else 0 for value in size), labels, boxes)


def write(filename: str, width: int, height: int, boxes: np.ndarray, labels: tuple[str, ...]) -> str:
    """The XML of one picture; corners as whole numbers where they are whole, else with all their digits."""
    root = Element("annotation")
    SubElement(root, "folder").text = "JPEGImages"
    SubElement(root, "filename").text = filename
    size = SubElement(root, "size")
    for side, value in (("width", width), ("height", height), ("depth", 3)):
        SubElement(size, side).text = str(value)
    SubElement(root, "segmented").text = "0"
    for box, label in zip(boxes.tolist(), labels):
        item = SubElement(root, "object")
        for tag, text in (("name", label), ("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
            SubElement(item, tag).text = text
        corners = SubElement(item, "bndbox")
        for corner, value in zip(_CORNERS, box):
            SubElement(corners, corner).text = str(int(value)) if value == int(value) else repr(value)
    indent(root)
    return tostring(root, encoding="unicode") + "\n"


def upright(said: Annotation, header: Header) -> tuple[np.ndarray, str]:
    """The boxes in pixels of the upright picture, and what was amiss: "", "turned", "scaled" or "size" (of `faults`).

    Turned: the XML speaks of the frame as stored, before the EXIF turn. Scaled: of the same picture, larger or
    smaller. Size: of another shape; then the boxes stay as they are, which is what a wrongly written size asks for.
    """
    boxes = np.array(said.boxes, np.float64).reshape(-1, 4)
    width, height, turn = header.width, header.height, header.turn
    if not (said.width and said.height) or (abs(said.width - width) <= 1 and abs(said.height - height) <= 1):
        return boxes, ""
    if turn >= 5 and (said.width, said.height) == (height, width):
        return _turned(boxes, turn, said.width, said.height), "turned"
    across, down = width / said.width, height / said.height
    fits = not len(boxes) or (np.nanmax(boxes[:, 2]) <= said.width + 1 and np.nanmax(boxes[:, 3]) <= said.height + 1)
    if abs(across / down - 1) < 0.02 and fits:
        return boxes * [across, down, across, down], "scaled"
    return boxes, "size"


def _turned(boxes, turn, width, height):
    """Boxes of a stored frame of `width` x `height`, in the picture that EXIF orientation `turn` makes of it."""
    x1, y1, x2, y2 = boxes.T
    left, up = (width - x2, width - x1), (height - y2, height - y1)  # mirrored
    (a, c), (b, d) = {
        5: ((y1, y2), (x1, x2)),
        6: (up, (x1, x2)),
        7: (up, left),
        8: ((y1, y2), left),
    }[turn]
    return np.stack([a, b, c, d], axis=1)


def _number(text: str | None) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return float("nan")
