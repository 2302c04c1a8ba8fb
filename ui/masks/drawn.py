"""Photos as the page shows them: boxes on top, the whole or one face near."""

from collections.abc import Sequence

import numpy as np

from ui.masks.looks import View
from utils import pictures
from utils.drawing import draw_boxes

SHOWN = (960, 1440)  # pixels of the longer side on the page: small photos are enlarged, so that words can be read
# lines and letters, by how many boxes there are at most: the page shows a photo at half its pixels, a phone at a quarter
SCALES = ((12, 1.7), (40, 1.35), (None, 1.0))
NEAR = 2.6  # sides of a box that are seen around it when it is looked at closely


def draw(
    picture: np.ndarray, boxes: np.ndarray, words: Sequence[str], styles: Sequence[str], scale: float = 1.0
) -> np.ndarray:
    """A copy with boxes on it. A picture too small for a line stays as it is."""
    if min(picture.shape[:2]) < 8:
        return np.array(picture)
    return draw_boxes(picture, boxes, words, styles, scale)


def shown(
    view: View, boxes: np.ndarray, words: Sequence[str], styles: Sequence[str], near: np.ndarray | None = None
) -> np.ndarray:
    """The photo for the page, uint8 [H, W, 3].

    Args:
        boxes: float [N, 4] in pixels of the original.
        words, styles: as `draw_boxes` has them.
        near: a box to look at closely, or None for the whole photo.
    """
    picture, boxes = view.picture, np.asarray(boxes, np.float64).reshape(-1, 4) * view.scale
    if near is not None:
        left, top, right, bottom = _around(np.asarray(near, np.float64) * view.scale, picture)
        picture, boxes = picture[top:bottom, left:right], boxes - (left, top, left, top)
        inside = (boxes[:, :2] < (right - left, bottom - top)).all(1) & (boxes[:, 2:] > 0).all(1)
        boxes = np.clip(boxes[inside], 0, [right - left, bottom - top] * 2)
        words, styles = ([one for one, kept in zip(many, inside) if kept] for many in (words, styles))
    longer = max(picture.shape[:2])
    size = min(max(longer, SHOWN[0]), SHOWN[1])
    if size != longer:
        picture, boxes = pictures.enlarge(picture, size), boxes * (size / longer)
    scale = next(scale for most, scale in SCALES if most is None or len(boxes) <= most)
    return draw(picture, boxes, words, styles, scale)


def _around(box: np.ndarray, picture: np.ndarray) -> tuple[int, int, int, int]:
    """A square around the box, inside the picture."""
    height, width = picture.shape[:2]
    centre, side = (box[:2] + box[2:]) / 2, max(32.0, (box[2:] - box[:2]).max() * NEAR)
    left, top = (int(max(0, at - side / 2)) for at in centre)
    right, bottom = (int(min(end, at + side / 2 + 1)) for at, end in zip(centre, (width, height)))
    return left, top, max(right, left + 1), max(bottom, top + 1)
