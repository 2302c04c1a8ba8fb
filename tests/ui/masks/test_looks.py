"""What the network saw is kept: filters and a second look do not call it."""

import pytest

from models import serving
from models.boxes import select
from tests import seer
from ui.masks import looks as kept
from ui.masks.looks import Looks, shot

SPOTS = [(4, 4, seer.GOOD), (20, 10, seer.BAD, 0.75)]


@pytest.fixture
def info(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    return seer.write_seer(tmp_path / "models" / "seer")


def test_a_photo_is_looked_at_once_however_often_it_is_brought(info):
    looks, detector = Looks(), serving.detector("seer")
    photos = [shot("a.png", seer.png(SPOTS)), shot("again.png", seer.png(SPOTS)), shot("b.png", seer.png([]))]
    for one in looks.missing(info, photos):
        looks.look(info, detector.candidates, one)
    assert looks.calls == 2 and not looks.missing(info, photos)
    candidates = looks.get(info, photos[1]).candidates
    assert select(candidates, 0.25).names == ["Good", "Bad"] and select(candidates, 0.9).names == ["Good"]


def test_tiles_are_another_look_and_both_are_kept(info):
    looks, detector = Looks(), serving.detector("seer")
    one = shot("a.png", seer.png(SPOTS))
    looks.look(info, detector.candidates, one)
    assert looks.missing(info, [one], tiles=True) == [one]
    before = detector.runs
    looks.look(info, detector.tiled_candidates, one, tiles=True)
    assert detector.runs - before > 100, "64 pixels of 640 at once, and the whole"
    assert not looks.missing(info, [one]) and not looks.missing(info, [one], tiles=True) and looks.calls == 2
    whole, near = looks.get(info, one), looks.get(info, one, tiles=True)
    assert len(whole.candidates.boxes) == 2 < len(near.candidates.boxes)
    assert (whole.candidates.classes, whole.annotated.classes) == (("Good", "Bad"), ("with_mask", "without_mask"))


def test_a_damaged_photo_is_told_and_not_tried_again(info):
    looks, detector = Looks(), serving.detector("seer")
    cut = shot("cut.png", seer.png(SPOTS)[:600])
    looks.look(info, detector.candidates, cut)
    assert "`cut.png` is cut off" in looks.faults[cut.digest]
    assert not looks.missing(info, [cut]) and looks.calls == 0


def test_the_oldest_go_where_there_are_too_many(info, monkeypatch):
    monkeypatch.setattr(kept, "KEPT", 2)
    looks, detector = Looks(), serving.detector("seer")
    photos = [shot(f"{at}.png", seer.png([(at, 4, seer.GOOD)])) for at in (4, 8, 12)]
    for one in photos:
        looks.look(info, detector.candidates, one)
    assert looks.missing(info, photos) == photos[:1]


@pytest.mark.parametrize("height, width", [(1, 1), (2, 700), (5000, 300)])
def test_a_picture_of_any_shape_can_be_looked_at_and_drawn(info, height, width):
    import numpy as np

    from ui.masks import drawn
    from utils import marks

    looks, detector = Looks(), serving.detector("seer")
    one = shot("odd.png", marks.encode(np.full((height, width, 3), 200, np.uint8), generated=False))
    looks.look(info, detector.candidates, one)
    view = looks.view(one)
    boxes = np.array([[0, 0, width, height]], float)
    for near in (None, boxes[0]):
        assert max(drawn.shown(view, boxes, ["Good 1.00"], ["solid"], boxes, near).shape) <= drawn.SHOWN[1]
