"""The square that is cut out of a photo: where, how large, how far turned. NumPy and OpenCV alone."""

from typing import NamedTuple

import cv2
import numpy as np

_FINEST = 8  # times the wanted size at most while cutting: more would only cost memory


class Crop(NamedTuple):
    """A square in a photo.

    Attributes:
        x, y: of its middle, in pixels of the photo.
        side: in pixels of the photo.
        angle: degrees clockwise that it is turned, as a head is that leans to its left.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    def corners(self) -> np.ndarray:
        """Upper left, upper right, lower right, lower left, float64 [4, 2] in pixels of the photo."""
        return (np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * self.side / 2) @ _turn(self.angle).T + (self.x, self.y)

    def moved(self, across: float, down: float) -> "Crop":
        """The square moved along its own sides, in shares of its side."""
        x, y = _turn(self.angle) @ (across, down) * self.side + (self.x, self.y)
        return self._replace(x=float(x), y=float(y))


def cut(picture: np.ndarray, crop: Crop, size: int) -> np.ndarray:
    """What lies in the square, upright, uint8 [size, size, 3]; smaller by averaging areas.

    Beyond the photo's edge its last pixels are repeated.

    Args:
        picture: uint8 [H, W, 3].
        crop: in pixels of it.
        size: pixels on a side of the result.
    """
    finer = int(np.clip(np.ceil(crop.side / size), 1, _FINEST))
    if crop.side > _FINEST * size:  # a face that fills a large photo
        share = _FINEST * size / crop.side
        picture = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        crop = Crop(*(value * share for value in crop[:3]), crop.angle)
    pixels = finer * size
    # a pixel's middle lies half a pixel from its edge
    turn = _turn(crop.angle) * crop.side / pixels
    start = np.array([crop.x, crop.y]) - turn @ np.full(2, pixels / 2 - 0.5) - 0.5
    matrix = np.hstack([turn, start[:, None]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    square = cv2.warpAffine(picture, matrix, (pixels, pixels), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return square if finer == 1 else cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA)


def whole(picture: np.ndarray) -> Crop:
    """The middle square of a photo, uint8 [H, W, 3]."""
    height, width = picture.shape[:2]
    return Crop(width / 2, height / 2, min(height, width))


def _turn(angle: float) -> np.ndarray:
    cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    return np.array([[cosine, -sine], [sine, cosine]])
