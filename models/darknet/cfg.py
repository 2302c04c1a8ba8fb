"""Darknet's `.cfg`: sections read, checked, changed and written. No Keras here.

The format is that of AlexeyAB's Darknet (`src/parser.c`): `[name]`, then `key=value` lines; `#` and `;` begin remarks.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from utils.errors import ModelError

SHIPPED = Path(__file__).parent / "cfg"
KNOWN = "convolutional, shortcut, route, upsample, maxpool, avgpool, scale_channels, dropout, yolo"


class Section(NamedTuple):
    """One section: its name, its options as text, and the line where it begins, from 1."""

    name: str
    options: dict[str, str]
    line: int = 0

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number of the section, its default where it is not named.

        Raises: ModelError where it is missing, or no number.
        """
        return self._read(key, int, default)

    def real(self, key: str, default: float | None = None) -> float:
        """A number of the section, as `number`."""
        return self._read(key, float, default)

    def numbers(self, key: str, default: Sequence[float] | None = None) -> list[float]:
        """Numbers parted by commas, as `number`."""
        return self._read(key, lambda text: [float(part) for part in text.split(",") if part.strip()], default)

    def _read(self, key, kind, default):
        text = self.options.get(key)
        if text is None and default is not None:
            return default
        try:
            return kind(text)
        except (TypeError, ValueError):
            found = "is missing" if text is None else f"is `{text}`, which cannot be read"
            raise ModelError(f"{self.where}: `{key}` {found}. Repair the cfg.") from None

    @property
    def where(self) -> str:
        """`[name] at line n`, for sentences."""
        return f"[{self.name}]" + (f" at line {self.line}" if self.line else "")


class Head(NamedTuple):
    """A `[yolo]` section.

    Attributes:
        anchors: float32 [A, 2], width and height in pixels of the network's input.
        stride: pixels of the input that one cell spans.
        classes: how many.
        scale_xy: how far a centre may leave its cell, 1 is not at all (`scale_x_y`).
    """

    anchors: np.ndarray
    stride: int
    classes: int
    scale_xy: float = 1.0


def read_cfg(text: str) -> list[Section]:
    """The sections of a cfg; the first one is `[net]`.

    Raises: ModelError naming the line that is no section, remark or `key=value`.
    """
    sections: list[Section] = []
    for line, raw in enumerate(text.splitlines(), start=1):
        words = raw.split("#")[0].split(";")[0].strip()
        if not words:
            continue
        if words.startswith("[") and words.endswith("]"):
            sections.append(Section(words[1:-1].strip(), {}, line))
            continue
        key, equals, value = words.partition("=")
        if not equals or not sections:
            raise ModelError(f"Line {line} of the cfg is neither a [section] nor key=value: `{words[:60]}`.")
        sections[-1].options[key.strip()] = value.strip()
    if not sections or sections[0].name not in ("net", "network"):
        raise ModelError("The cfg does not begin with [net]: it is no Darknet cfg.")
    if not any(section.name == "yolo" for section in sections):
        raise ModelError("The cfg has no [yolo] section: only detectors of the YOLOv3 family can be built.")
    return sections


def write_cfg(sections: Sequence[Section]) -> str:
    """The sections as text that `read_cfg`, Darknet and OpenCV read."""
    blocks = ("\n".join([f"[{s.name}]", *(f"{key}={value}" for key, value in s.options.items())]) for s in sections)
    return "\n\n".join(blocks) + "\n"


def shipped(name: str) -> list[Section]:
    """The sections of a cfg that comes with Visage (`yolov3-tiny`), or of the file at that path.

    Raises: ModelError listing what there is.
    """
    path = Path(name) if name.endswith(".cfg") else SHIPPED / f"{name}.cfg"
    try:
        return read_cfg(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.cfg")))
        raise ModelError(f"There is no cfg `{name}`. Known: {known}; or give the path of a .cfg file.") from None


def heads(sections: Sequence[Section]) -> list[Head]:
    """The heads, in the order of the file, each with the anchors that its mask gives it.

    Raises: ModelError for an anchor that no head has (yolov3-tiny's first cfg lost its smallest one like this; a truth
        that fits it best would never be learnt), a mask beyond the anchors, or heads that differ in classes.
    """
    found, used, total = [], set(), 0
    for section, stride in zip(sections[1:], strides(sections)):
        if section.name != "yolo":
            continue
        pairs = np.array(section.numbers("anchors"), np.float32)
        mask = [int(m) for m in section.numbers("mask")]
        if len(pairs) % 2 or not mask or max(mask) >= len(pairs) // 2 or min(mask) < 0:
            raise ModelError(f"{section.where}: `mask` {mask} does not go with its {len(pairs) // 2} anchors.")
        if (pairs <= 0).any():
            raise ModelError(f"{section.where}: anchors must be above 0 pixels.")
        used.update(mask)
        total = max(total, len(pairs) // 2)
        anchors = pairs.reshape(-1, 2)[mask]
        found.append(Head(anchors, stride, section.number("classes"), section.real("scale_x_y", 1.0)))
    if len({head.classes for head in found}) > 1:
        raise ModelError("The [yolo] sections of the cfg differ in `classes`. Give all of them one number.")
    if lost := sorted(set(range(total)) - used):
        raise ModelError(
            f"No head of the cfg has anchor {lost[0]}: truths that fit it would be lost. Repair the masks."
        )
    return found


def strides(sections: Sequence[Section]) -> list[int]:
    """Pixels of the input that one cell spans, after every layer (sections without `[net]`); 0 where one cell is all."""
    found: list[int] = []
    now = 1
    for index, section in enumerate(sections[1:]):
        if section.name in ("convolutional", "maxpool"):
            now *= section.number("stride", 1)
        elif section.name == "upsample":
            now //= section.number("stride", 2)
        elif section.name == "avgpool":
            now = 0
        elif section.name == "route":
            now = found[sources(section, "layers", index)[0]]
        elif section.name == "scale_channels":
            now = found[sources(section, "from", index)[0]]
        found.append(now)
    return found


def sources(section: Section, key: str, index: int) -> list[int]:
    """The layers that `layers` or `from` of layer `index` names, counted from the first one.

    Raises: ModelError for a layer that does not come before this one.
    """
    named = [int(number) for number in section.numbers(key)]
    layers = [index + number if number < 0 else number for number in named]
    if not layers or min(layers) < 0 or max(layers) >= index:
        raise ModelError(f"{section.where}: `{key}` {named} names a layer that does not come before it.")
    return layers


def with_classes(sections: Sequence[Section], classes: int) -> list[Section]:
    """The same network for so many classes: `classes` of every head, and the filters of the convolution before it."""
    changed = [section._replace(options=dict(section.options)) for section in sections]
    for before, section in pairwise(changed):
        if section.name == "yolo":
            section.options["classes"] = str(classes)
            before.options["filters"] = str(len(section.numbers("mask")) * (5 + classes))
    return changed


def with_anchors(sections: Sequence[Section], anchors: np.ndarray) -> list[Section]:
    """The same network with other anchors, [K, 2] in pixels of the input, given to the heads by size.

    The coarsest head gets the largest; each keeps its number of anchors, so K must be their sum.

    Raises: ModelError for another number of anchors.
    """
    anchors = np.asarray(anchors, np.float64)
    anchors = anchors[np.argsort(anchors.prod(1), kind="stable")]
    changed = [section._replace(options=dict(section.options)) for section in sections]
    order = sorted(
        ((stride, section) for section, stride in zip(changed[1:], strides(sections)) if section.name == "yolo"),
        key=lambda pair: pair[0],
    )
    if (wanted := sum(len(section.numbers("mask")) for _, section in order)) != len(anchors):
        raise ModelError(f"The heads of the cfg take {wanted} anchors. Received: {len(anchors)}.")
    text, first = ", ".join(f"{w:g},{h:g}" for w, h in anchors.round(1)), 0
    for _, section in order:
        count = len(section.numbers("mask"))
        section.options.update(
            mask=",".join(str(first + k) for k in range(count)),
            anchors=text,
            num=str(len(anchors)),
        )
        first += count
    return changed
