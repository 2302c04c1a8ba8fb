"""One person keeps one number, and one steady word."""

import numpy as np

from models.boxes import Boxes
from models.tracking import Tracker


def boxes(*found):
    """(x, label) each: a box of 40 px at x."""
    corners = np.array([[x, 20, x + 40, 60] for x, _ in found], np.float32).reshape(-1, 4)
    labels = np.array([label for _, label in found], np.int64)
    return Boxes(corners, np.full(len(found), 0.9, np.float32), labels, ("Good", "Bad"))


def test_two_people_who_pass_keep_their_numbers():
    tracker = Tracker()
    seen = [tracker.follow(boxes((10 + 4 * k, 0), (300 - 4 * k, 1))) for k in range(20)]
    assert all(len(frame) == 2 for frame in seen)
    assert len({one.person for frame in seen for one in frame}) == 2
    first, last = ({one.word: one.person for one in frame} for frame in (seen[0], seen[-1]))
    assert first == last


def test_one_wrong_frame_does_not_change_the_word():
    tracker = Tracker()
    words = [tracker.follow(boxes((50 + k, 1 if k == 8 else 0)))[0].word for k in range(16)]
    assert set(words) == {"Good"}


def test_a_change_that_stays_is_told():
    tracker = Tracker()
    words = [tracker.follow(boxes((50, 0 if k < 10 else 1)))[0].word for k in range(40)]
    assert words[0] == "Good" and words[-1] == "Bad"


def test_somebody_hidden_for_some_frames_comes_back_as_the_same():
    tracker = Tracker()
    for _ in range(15):
        (before,) = tracker.follow(boxes((50, 0)))
    for _ in range(5):
        assert tracker.follow(boxes()) == []
    (after,) = tracker.follow(boxes((52, 0)))
    assert after.person == before.person
