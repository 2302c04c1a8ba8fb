"""One person, one number and one steady word: boxes of following frames tied together by Norfair (Tryolabs; the fork
norfair-enough), with a Kalman filter for each box and IoU between prediction and detection.
"""

import logging
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import norfair
import numpy as np

from models import records
from models.boxes import Boxes
from utils.drawing import draw_boxes
from utils.video import Frame

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


class Watch:
    """A video watched: the network looks at each `every`th frame, and the frames between keep the boxes of the last one.

    Attributes:
        records: of the frames looked at, as `records.of_frame`.
        people: each person's last word, by number.
        looked: how many frames were looked at.
        seconds: where the last frame stands.
    """

    def __init__(self, image: str, look: Callable[[np.ndarray], Boxes], every: int = 1):
        self.records, self.people, self.looked, self.seconds = [], {}, 0, 0.0
        self._image, self._look, self._every = image, look, every
        self._tracker, self._seen, self._classes = Tracker(), [], ()

    def at(self, frame: Frame) -> list[Seen]:
        """Who is in the frame; frames must come in their order."""
        self.seconds = frame.seconds
        if frame.number % self._every == 0:
            boxes = self._look(frame.picture)
            self._seen, self._classes = self._tracker.follow(boxes), boxes.classes
            self.looked += 1
            self.records += records.of_frame(self._image, frame.number, frame.seconds, self._seen)
            self.people |= {one.person: one.word for one in self._seen}
        return self._seen

    def drawn(self, frame: Frame, scale: float = 1.0) -> np.ndarray:
        """The frame with its boxes, uint8 [H, W, 3]; `scale` as in `draw_boxes`."""
        seen = self.at(frame)
        words = [f"{one.word} {one.person}" for one in seen]
        styles = [records.style(one.word, self._classes) for one in seen]
        return draw_boxes(frame.picture, [one.box for one in seen], words, styles, scale)
