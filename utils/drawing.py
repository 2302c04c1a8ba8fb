"""Boxes and words drawn onto a picture, told apart by pattern and word, not by colour alone."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont


class Style(NamedTuple):
    """A line: its colour, RGB, and what is drawn and left out by turns, in line widths (nothing: drawn throughout)."""

    colour: tuple[int, int, int]
    pattern: tuple[int, int] = ()


# blue and vermilion of Okabe and Ito's palette, which most colour-blind people tell apart
STYLES = {
    "solid": Style((0x00, 0x72, 0xB2)),
    "dashed": Style((0xD5, 0x5E, 0x00), (5, 4)),
    "truth": Style((0x1B, 0x1C, 0x1E), (1, 3)),
}
HALO = (255, 255, 255)  # a light edge on both sides of every line: seen on any ground
PLATE, TEXT = (0x1B, 0x1C, 0x1E), (255, 255, 255)
SMALLEST = 8  # pixels of a side; below that a line is all there is
CROWDED = 0.2  # of the picture; words that take more hide the faces, and patterns tell the boxes apart
SMALLEST_TEXT = 11  # pixels; below that letters run together


def draw_boxes(
    picture: np.ndarray, boxes: np.ndarray, words: Sequence[str], styles: Sequence[str], scale: float = 1.0
) -> np.ndarray:
    """A copy of the picture with boxes on it, uint8 [H, W, 3]; lines and letters grow with the picture.

    A picture with less than 8 pixels on a side holds no line, and stays as it is.

    Args:
        picture: uint8 [H, W, 3], RGB.
        boxes: float [N, 4], x1 y1 x2 y2 in pixels of the picture.
        words: N, what stands at each box; nothing where empty, where the picture is too small for letters, or where the
            words together would hide a crowd.
        styles: N names: `solid`, `dashed`, or `truth` (dotted).
        scale: of lines and letters; above 1 for a picture that is shown smaller than it is.
    """
    drawn = np.array(picture, order="C")
    if min(drawn.shape[:2]) < SMALLEST:
        return drawn
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    width, text = round(line_width(drawn) * scale), round(text_size(drawn) * scale)
    for box, style in zip(boxes, styles, strict=True):
        _outline(drawn, box, STYLES[style], width)
    plates = [_plate(word, text, STYLES[style].colour) for word, style in zip(words, styles, strict=True) if word]
    if sum(plate[..., 0].size for plate in plates) > CROWDED * drawn[..., 0].size:
        return drawn
    taken: list[tuple[int, int, int, int]] = []
    for box, plate in zip((box for box, word in zip(boxes, words, strict=True) if word), plates):
        _label(drawn, box, plate, width, taken)
    return drawn


def draw_outlines(
    picture: np.ndarray, outlines: Sequence[np.ndarray], words: Sequence[str], styles: Sequence[str]
) -> np.ndarray:
    """A copy of the picture with squares on it that may be turned, uint8 [H, W, 3].

    Args:
        picture: uint8 [H, W, 3], RGB.
        outlines: corners in turn, float [4, 2] each, in pixels of the picture.
        words, styles: as `draw_boxes` has them.
    """
    drawn = np.array(picture, order="C")
    width, text = line_width(drawn), round(1.4 * text_size(drawn))
    for corners, style in zip(outlines, styles, strict=True):
        _ring(drawn, corners, STYLES[style], width)
    taken: list[tuple[int, int, int, int]] = []
    for corners, word, style in zip(outlines, words, styles, strict=True):
        if word:
            box = np.concatenate([corners.min(0), corners.max(0)])
            _label(drawn, box, _plate(word, text, STYLES[style].colour), width, taken)
    return drawn


def line_width(picture: np.ndarray) -> int:
    """Pixels: 2 up to a megapixel, 8 for 4K."""
    return max(2, round(max(picture.shape[:2]) / 480))


def text_size(picture: np.ndarray) -> int:
    """Pixels from line to line."""
    return max(SMALLEST_TEXT, round(max(picture.shape[:2]) / 64))


def _outline(picture: np.ndarray, box: np.ndarray, style: Style, width: int) -> None:
    edge = max(1, width // 3)
    height, wide = picture.shape[:2]
    # the middle of the line half a line inside: a box along the picture's edge is seen whole
    inset = width / 2 + edge
    x1, y1 = np.clip(box[:2], inset - 0.5, None)
    x2, y2 = np.maximum(np.minimum(box[2:], (wide - inset - 0.5, height - inset - 0.5)), (x1, y1))
    _ring(picture, np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]]), style, width)


def _ring(picture: np.ndarray, corners: np.ndarray, style: Style, width: int) -> None:
    edge = max(1, width // 3)
    _lines(picture, [np.vstack([corners, corners[:1]])], HALO, width + 2 * edge)
    strokes = list(_strokes(corners, style.pattern, width)) if style.pattern else [np.vstack([corners, corners[:1]])]
    _lines(picture, strokes, style.colour, width)


def _strokes(corners: np.ndarray, pattern: tuple[int, int], width: int) -> Iterator[np.ndarray]:
    """The pieces of the outline that are drawn: on every side a whole number of strokes, from corner to corner."""
    on, off = (part * width for part in pattern)
    for start, end in zip(corners, np.roll(corners, -1, axis=0)):
        length = float(np.hypot(*(end - start)))
        count = max(1, round((length + off) / (on + off)))
        step = (length + off) / count
        drawn = step - off if step > off else length
        for k in range(count):
            a, b = k * step, min(k * step + drawn, length)
            yield np.stack([start + (end - start) * (place / length if length else 0) for place in (a, b)])


def _lines(picture: np.ndarray, lines: Sequence[np.ndarray], colour: tuple[int, int, int], width: int) -> None:
    shift = 4  # coordinates in sixteenths of a pixel
    points = [np.round(line * 2**shift).astype(np.int32).reshape(-1, 1, 2) for line in lines]
    cv2.polylines(picture, points, False, colour, width, cv2.LINE_AA, shift)


@lru_cache(maxsize=1024)
def _plate(word: str, size: int, colour: tuple[int, int, int]) -> np.ndarray:
    """The word on its plate, uint8 [h, w, 3]: light on dark in any style, with the line's colour along its foot."""
    font = ImageFont.load_default(size)
    padding, foot = max(2, size // 5), max(2, size // 8)
    left, _, right, _ = font.getbbox(word)
    ascent, descent = font.getmetrics()
    plate = Image.new("RGB", (int(right - left) + 2 * padding, ascent + descent + padding + foot), PLATE)
    draw = ImageDraw.Draw(plate)
    draw.text((padding - left, padding // 2), word, TEXT, font)
    draw.rectangle((0, plate.height - foot, plate.width, plate.height), colour)
    return np.asarray(plate)


def _label(picture: np.ndarray, box: np.ndarray, plate: np.ndarray, width: int, taken: list) -> None:
    """Put the plate above the box, below, inside or beside it: where it covers the least of the plates before it."""
    height, wide = picture.shape[:2]
    high, long = plate.shape[:2]
    if high > height or long > wide:
        return
    x1, y1, x2, y2 = (round(float(value)) for value in box)
    gap = 2 * width
    places = ((x1, y1 - high - gap), (x1, y2 + gap), (x1 + gap, y1 + gap), (x2 + gap, y1), (x1 - long - gap, y1))
    best = None
    for x, y in places:
        left, top = min(max(x, 0), wide - long), min(max(y, 0), height - high)
        # being pushed back into the picture counts too: over the box's own middle a plate hides the face
        cost = abs(left - x) * high + abs(top - y) * long
        for a, b, c, d in taken:
            cost += 2 * max(0, min(left + long, c) - max(left, a)) * max(0, min(top + high, d) - max(top, b))
        if best is None or cost < best[0]:
            best = cost, left, top
        if cost == 0:
            break
    _, left, top = best
    picture[top : top + high, left : left + long] = plate
    taken.append((left, top, left + long, top + high))
