"""One person, one number and one steady word: boxes of following frames tied together by Norfair (Tryolabs; the fork
norfair-enough), with a Kalman filter for each box and IoU between prediction and detection.
"""

import logging
from collections import Counter
from typing import NamedTuple

import norfair
import numpy as np

from models.boxes import Boxes

NEAR = 0.7  # of 1 - IoU: a face moves by less than itself from frame to frame
PATIENCE = 12  # frames that a person may be unseen
MEMORY = 25  # frames of which the most frequent word is told

# a line in every frame where a filter has shrunk a box to nothing; that box is near to none, which is all there is to it
logging.getLogger("norfair.distances").setLevel(logging.ERROR)


class Seen(NamedTuple):
    """A box of a frame: x1, y1, x2, y2, its score, the steady word, and the person's number from 1."""

    box: np.ndarray
    score: float
    word: str
    person: int


class Tracker:
    """Follows the boxes of one video, frame by frame."""

    def __init__(self):
        self._tracker = norfair.Tracker(
            distance_function="iou", distance_threshold=NEAR, hit_counter_max=PATIENCE, initialization_delay=0
        )
        self._words: dict[int, list[str]] = {}
        self._frame = 0

    def follow(self, boxes: Boxes) -> list[Seen]:
        """The frame's boxes with numbers and words; frames must come in their order."""
        self._frame += 1
        detections = [
            norfair.Detection(box.reshape(2, 2).astype(float), data=(self._frame, box, float(score), name))
            for box, score, name in zip(boxes.boxes, boxes.scores, boxes.names)
        ]
        found = []
        for tracked in self._tracker.update(detections):
            frame, box, score, name = tracked.last_detection.data
            if frame != self._frame:
                continue  # remembered, not seen in this frame
            words = self._words.setdefault(tracked.id, [])
            words.append(name)
            del words[:-MEMORY]
            # among equals the one of now: most_common keeps the order of first sight
            word = Counter(reversed(words)).most_common(1)[0][0]
            found.append(Seen(box, score, word, tracked.id))
        return sorted(found, key=lambda seen: seen.person)
