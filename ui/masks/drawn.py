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


def shown(
    view: View,
    boxes: np.ndarray,
    words: Sequence[str],
    styles: Sequence[str],
    truth: np.ndarray | None = None,
    near: np.ndarray | None = None,
) -> np.ndarray:
    """The photo for the page, uint8 [H, W, 3].

    Args:
        boxes: float [N, 4] in pixels of the original.
        words, styles: as `draw_boxes` has them.
        truth: what people marked, float [N, 4], dotted under the boxes.
        near: a box to look at closely, or None for the whole photo.
    """
    picture = view.picture
    height, width = picture.shape[:2]
    left, top, right, bottom = (0, 0, width, height) if near is None else _around(near * view.scale, picture)
    longer = max(bottom - top, right - left)
    size = min(max(longer, SHOWN[0]), SHOWN[1])
    picture = pictures.enlarge(picture[top:bottom, left:right], size)

    def moved(many: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The boxes in pixels of what is shown, and whether they are in it."""
        many = np.asarray(many, np.float64).reshape(-1, 4) * view.scale - (left, top, left, top)
        inside = (many[:, :2] < (right - left, bottom - top)).all(1) & (many[:, 2:] > 0).all(1)
        return many[inside] * (size / longer), inside

    if truth is not None:
        marked, _ = moved(truth)
        picture = draw_boxes(picture, marked, [""] * len(marked), ["truth"] * len(marked))
    boxes, inside = moved(boxes)
    words, styles = ([one for one, kept in zip(many, inside) if kept] for many in (words, styles))
    scale = next(scale for most, scale in SCALES if most is None or len(boxes) <= most)
    return draw_boxes(picture, boxes, words, styles, scale)


def _around(box: np.ndarray, picture: np.ndarray) -> tuple[int, int, int, int]:
    """A square around the box, inside the picture."""
    height, width = picture.shape[:2]
    centre, side = (box[:2] + box[2:]) / 2, max(32.0, (box[2:] - box[:2]).max() * NEAR)
    left, top = (int(max(0, at - side / 2)) for at in centre)
    right, bottom = (int(min(end, at + side / 2 + 1)) for at, end in zip(centre, (width, height)))
    return left, top, max(right, left + 1), max(bottom, top + 1)
