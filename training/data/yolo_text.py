"""YOLO text: a line a box, `class cx cy w h` as shares of the picture; and the lists of names that go with it.

Darknet's form, the same in CVAT's "YOLO 1.1", LabelImg and Ultralytics. A class is its place in a list of names:
`classes.txt` (LabelImg), `obj.names` or any `.names` (Darknet, CVAT), `names` of `data.yaml` (Ultralytics). CVAT's
`labelmap.txt` (`name:colour:parts:actions`), which goes with Pascal VOC, is read here too.
"""

import math
from pathlib import PurePosixPath

import numpy as np
import yaml

from utils.errors import DataError

MAX_TEXT = 16 * 2**20  # bytes, as for an XML
_WHOLE = 0.004  # pixels: LabelImg's six decimals move a corner by less, up to pictures of 5,000 pixels


def read(data: bytes, name: str, width: int, height: int) -> tuple[list[int], np.ndarray, list[tuple[str, str]]]:
    """The boxes of one picture's text.

    Returns: N class numbers; corners float64 [N, 4] in pixels, whole ones where they are whole within 0.004 px (what
    six decimals can tell); and for each line left out (what was wrong with it, kind of `faults`).
    An empty text is a picture without objects.

    Raises: DataError naming the file where it is not text.
    """
    if len(data) > MAX_TEXT:
        raise DataError(f"`{name}` is larger than {MAX_TEXT >> 20} MB, too much for one picture. Take it out.")
    classes, rows, faults = [], [], []
    for number, line in enumerate(_text(data, name).splitlines(), start=1):
        values = line.split()
        if not values:
            continue
        wrong, kind = _wrong(values)
        if wrong:
            faults.append((f"`{name}`, line {number}: {wrong}; left out.", kind))
            continue
        classes.append(int(float(values[0])))
        rows.append([float(value) for value in values[1:]])
    return classes, _corners(np.array(rows, np.float64).reshape(-1, 4), width, height), faults


def write(boxes: np.ndarray, numbers: list[int], width: int, height: int) -> str:
    """The text of one picture: corners float64 [N, 4] in pixels as shares of it, with every digit that a double has."""
    lines = []
    for (x1, y1, x2, y2), number in zip(boxes.tolist(), numbers):
        shares = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
        lines.append(" ".join([str(number), *map(repr, shares)]) + "\n")
    return "".join(lines)


def names(data: bytes, name: str) -> list[str] | None:
    """The class names of a list, in order; None where the YAML holds none.

    Raises: DataError naming the file where it cannot be read, is empty, or names a class twice.
    """
    if len(data) > 2**20:
        raise DataError(f"`{name}` is larger than 1 MB, too much for a list of class names. Check the file.")
    text = _text(data, name)
    if PurePosixPath(name).suffix.lower() in (".yaml", ".yml"):
        found = _yaml_names(text, name)
        if found is None:
            return None
    else:
        found = [line.strip() for line in text.splitlines() if line.strip()]
        if PurePosixPath(name).name.lower() == "labelmap.txt":
            found = [line.split(":")[0].strip() for line in found if not line.startswith(("#", "background:"))]
    if not found or not all(found) or len(set(found)) < len(found):
        raise DataError(f"`{name}` must list class names, each once. Repair the list.")
    return found


def _wrong(values: list[str]) -> tuple[str, str]:
    """What is wrong with a line of text, and its kind; empty if nothing."""
    if len(values) != 5:
        return f"5 values wanted (class cx cy w h), {len(values)} found", "line"
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return "5 numbers wanted (class cx cy w h)", "line"
    if not all(map(math.isfinite, numbers)):
        return "the box has values that are not finite numbers", "number"
    if numbers[0] < 0 or numbers[0] != int(numbers[0]):
        return f"the class must be a whole number from 0, not {values[0]}", "class"
    if min(numbers[3:]) < 0:
        return "the box has a negative width or height", "inverted"
    if not -0.5 <= min(numbers[1:]) or not max(numbers[1:]) <= 1.5:
        return "shares of the picture (0 to 1) wanted; these look like pixels", "line"
    return "", ""


def _corners(rows: np.ndarray, width: int, height: int) -> np.ndarray:
    centres, halves = rows[:, :2], rows[:, 2:] / 2
    corners = np.hstack([centres - halves, centres + halves]) * [width, height, width, height]
    whole = np.round(corners)
    return np.where(np.abs(corners - whole) <= _WHOLE, whole, np.round(corners, 6)) + 0.0  # no -0


def _yaml_names(text: str, name: str) -> list[str] | None:
    try:
        table = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DataError(f"`{name}` is not YAML that can be read. Repair the file.") from error
    found = table.get("names") if isinstance(table, dict) else None
    if isinstance(found, dict):
        if set(found) != set(range(len(found))):
            raise DataError(f"`{name}`: `names` must count its classes 0, 1, 2 and so on. Repair the list.")
        found = [found[number] for number in range(len(found))]
    if found is not None and not isinstance(found, list):
        raise DataError(f"`{name}`: `names` must be a list of class names. Repair the list.")
    return None if found is None else [str(one).strip() for one in found]


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"`{name}` is not text in UTF-8. Write or download it again.") from error
