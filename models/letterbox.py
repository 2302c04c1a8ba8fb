"""A picture brought to the square that a detector looks at, and boxes brought back: one place for training and use.

Two ways, and a model keeps the one it was trained with. `letterbox`: proportions stay, grey fills the rest, as
pjreddie's Darknet does (`src/image.c`, `letterbox_image`). `stretch`: both sides to the square, as AlexeyAB's does.
"""

from typing import NamedTuple

import cv2
import numpy as np

MODES = ("letterbox", "stretch")
GREY = 128


class Placement(NamedTuple):
    """Where a picture lies in the network's square.

    Attributes:
        scale_x, scale_y: pixels of the square for one of the picture.
        left, top: of the picture in the square, in pixels.
        width, height: of the picture.
    """

    scale_x: float
    scale_y: float
    left: int
    top: int
    width: int
    height: int

    def to_network(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes [N, 4] of the picture, x1 y1 x2 y2, as boxes of the square."""
        scale, shift = self._axes()
        return np.asarray(boxes).reshape(-1, 4) * scale + shift

    def to_picture(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes [N, 4] of the square as boxes of the picture, clipped to it; the opposite of `to_network`."""
        scale, shift = self._axes()
        corner = np.array([self.width, self.height] * 2, scale.dtype)
        return np.clip((np.asarray(boxes).reshape(-1, 4) - shift) / scale, 0, corner)

    def _axes(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array([self.scale_x, self.scale_y] * 2), np.array([self.left, self.top] * 2, np.float64)


def place(width: int, height: int, size: int, mode: str) -> Placement:
    """Where a picture of width x height lies in a square of `size` pixels."""
    if mode not in MODES:
        raise ValueError(f"`mode` must be one of {', '.join(MODES)}. Received: {mode!r}.")
    if mode == "stretch":
        return Placement(size / width, size / height, 0, 0, width, height)
    scale = size / max(width, height)
    # whole pixels, at least one; the scales follow what was rounded, so that a box comes back to where it was
    inner_width, inner_height = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (size - inner_width) // 2, (size - inner_height) // 2
    return Placement(inner_width / width, inner_height / height, left, top, width, height)


def fit(picture: np.ndarray, size: int, mode: str) -> tuple[np.ndarray, Placement]:
    """The picture, uint8 [H, W, 3], in a square, uint8 [size, size, 3], and where it lies there.

    Smaller by averaging areas, so that a small face in a large photo is not skipped over; larger by bilinear.
    """
    height, width = picture.shape[:2]
    placement = place(width, height, size, mode)
    inner = (round(width * placement.scale_x), round(height * placement.scale_y))
    shrinks = inner[0] * inner[1] < width * height
    resized = cv2.resize(
        np.ascontiguousarray(picture), inner, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    if inner == (size, size):
        return resized, placement
    square = np.full((size, size, 3), GREY, np.uint8)
    square[placement.top : placement.top + inner[1], placement.left : placement.left + inner[0]] = resized
    return square, placement
