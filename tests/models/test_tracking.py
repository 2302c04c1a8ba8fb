"""One person keeps one number, and one steady word."""

import numpy as np

from models.boxes import Boxes
from models.tracking import Tracker, Watch
from utils.video import Frame


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


def test_a_box_that_shrinks_away_leaves_no_line_in_the_log(caplog):
    tracker = Tracker()
    for side in (80, 60, 44, 32, 24, 18, 13):  # somebody walks away; the filter goes on shrinking the box
        corners = np.array([[50 - side / 2, 50 - side / 2, 50 + side / 2, 50 + side / 2]], np.float32)
        tracker.follow(Boxes(corners, np.ones(1, np.float32), np.zeros(1, np.int64), ("Good", "Bad")))
    for _ in range(10):
        tracker.follow(boxes((300, 0)))
    assert not caplog.records


def test_everybody_in_a_crowd_keeps_the_number():
    tracker, rng = Tracker(), np.random.RandomState(0)
    places = np.stack(np.divmod(np.arange(80), 10), 1) * 60.0
    first = None
    for k in range(12):
        corners = places + k + rng.normal(0, 0.5, places.shape)
        seen = Boxes(
            np.hstack([corners, corners + 30]).astype(np.float32),
            np.full(80, 0.9, np.float32),
            np.arange(80) % 2,
            ("Good", "Bad"),
        )
        now = {(round(one.box[0] - k, -1), round(one.box[1] - k, -1)): one.person for one in tracker.follow(seen)}
        first = first or now
        assert now == first and len(set(now.values())) == 80


def test_frames_between_keep_the_boxes_and_only_those_looked_at_are_records():
    looked = []

    def look(picture):
        looked.append(int(picture[0, 0, 0]))
        return boxes((10, 0))

    watch = Watch("clip.mp4", look, every=3)
    frames = [Frame(k, k / 10, np.full((90, 120, 3), k, np.uint8)) for k in range(8)]
    drawn = [watch.drawn(frame) for frame in frames]
    assert looked == [0, 3, 6] == [record["frame"] for record in watch.records] and watch.looked == 3
    assert all((one != frame.picture).any() for one, frame in zip(drawn, frames))
    assert watch.people == {1: "Good"} and watch.seconds == 0.7
