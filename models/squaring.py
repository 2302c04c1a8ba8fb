"""Faces of a photo, squared as a generator's faces are: the detector's boxes, then what the aligner sees in them."""

from typing import Any, NamedTuple

import numpy as np

from models.aligner import Aligner
from models.boxes import select
from models.crops import Crop
from models.latents import seed_latent
from utils import pictures

CONFIDENCE, LEAST, OVERLAP = 0.25, 0.05, 0.45
FAKES, SHOWN, GROUND = 16, 200, 480  # the generator's own faces on grey, in pixels, to see where the detector sees them


class Habit(NamedTuple):
    """How a generator's square lies around the detector's box.

    Attributes:
        down: from the box's middle to the square's, in box heights.
        side: of the square, in roots of the box's area.
    """

    down: float
    side: float


CELEBA = Habit(-0.15, 1.77)  # where a generator's own faces are not seen: as of CelebA's squares (docs/photo.md)


class Squarer:
    """Squares faces for one generator; may be called from many threads at once.

    Attributes:
        generator: whose squares.
        habit: measured on the generator's own faces, so that any set's squares are met, not only CelebA's.
        aligner: what turns a square upright, or None: then it stays as it lies.
    """

    def __init__(self, detector: Any, generator: Any, aligner: Aligner | None = None):
        self.detector, self.generator, self.aligner = detector, generator, aligner
        self.habit = _measured(detector, generator)

    def faces(self, picture: np.ndarray, limit: int | None = None) -> list[Crop]:
        """A square for every face that the detector sees in a photo, uint8 [H, W, 3], the largest first.

        Where it sees none in the photo as a whole, it looks at tiles of a large one, as small faces want; and at last
        takes the likeliest place, as whoever brings a photo says that there is a face.

        Args:
            limit: how many at most.
        """
        seen = self.detector.candidates(picture)
        boxes = select(seen, CONFIDENCE, OVERLAP, across_classes=True).boxes
        if not len(boxes) and max(picture.shape[:2]) > 2 * self.detector.size:
            boxes = select(self.detector.tiled_candidates(picture), CONFIDENCE, OVERLAP, across_classes=True).boxes
        if not len(boxes):
            boxes = select(seen, LEAST, OVERLAP, limit=1, across_classes=True).boxes
        crops = sorted((self._around(box) for box in boxes), key=lambda crop: -crop.side)[:limit]
        return [self.aligner.settled(picture, crop) for crop in crops] if self.aligner else crops

    def _around(self, box: np.ndarray) -> Crop:
        left, top, right, bottom = (float(edge) for edge in box)
        height = bottom - top
        side = self.habit.side * np.sqrt((right - left) * height)
        return Crop((left + right) / 2, (top + bottom) / 2 + self.habit.down * height, float(side))


def _measured(detector: Any, generator: Any) -> Habit:
    """From seeds 0 to 15, enlarged on grey."""
    faces = generator.generate(np.stack([seed_latent(seed, generator.latent) for seed in range(FAKES)]))
    start = (GROUND - SHOWN) // 2
    seen = []
    grounds = np.full((FAKES, GROUND, GROUND, 3), 128, np.uint8)
    for ground, face in zip(grounds, faces):
        ground[start : start + SHOWN, start : start + SHOWN] = pictures.enlarge(face, SHOWN)
    for candidates in detector.candidates_many(grounds):
        boxes = select(candidates, CONFIDENCE, OVERLAP, across_classes=True).boxes
        if len(boxes):
            (left, top, right, bottom), height = boxes[0], boxes[0][3] - boxes[0][1]
            seen.append(((GROUND - top - bottom) / 2 / height, SHOWN / np.sqrt((right - left) * height)))
    return Habit(*map(float, np.median(seen, 0))) if len(seen) > FAKES // 2 else CELEBA
