"""Faces of a photo become squares as the generator's own faces lie in theirs."""

import numpy as np
import pytest

from models import serving, squaring
from models.crops import Crop
from models.squaring import CELEBA, Habit, Squarer
from tests import seer
from tests.seer import GOOD


@pytest.fixture(scope="module")
def squarer(visage_home, tiny_model):
    from models import detector

    return Squarer(detector.load(seer.write_seer(visage_home / "elsewhere" / "seer")), serving.generator("tiny"))


def test_every_box_becomes_a_square_around_it(squarer, monkeypatch):
    monkeypatch.setattr(squarer, "habit", Habit(down=-0.25, side=2.0))
    spots = [(6, 8, GOOD), (20, 22, GOOD)]
    crops = squarer.faces(seer.picture(spots))
    assert len(crops) == 2
    for column, row, _ in spots:
        left, top, right, bottom = seer.box(column, row)
        near = min(crops, key=lambda crop: abs(crop.x - (left + right) / 2))
        expected = ((left + right) / 2, (top + bottom) / 2 - 0.25 * (bottom - top), 2 * (right - left), 0)
        np.testing.assert_allclose(near, expected, atol=3)


def test_the_largest_comes_first_and_no_more_than_asked_for(squarer):
    photo = seer.picture([(1, 1, GOOD), (20, 22, GOOD)])  # the first is cut off by the photo's edge
    first, second = squarer.faces(photo)
    assert first.side > second.side and squarer.faces(photo, limit=1) == [first]


def test_no_face_is_no_square(squarer):
    assert squarer.faces(seer.picture([])) == []


def test_faces_that_the_detector_does_not_see_are_squared_as_celebas(squarer, monkeypatch):
    monkeypatch.setattr(squaring, "CONFIDENCE", 1.1)  # of nothing is it so sure
    assert Squarer(squarer.detector, squarer.generator).habit == CELEBA


def test_an_aligner_has_the_last_word(squarer, monkeypatch):
    class Straight:
        def settled(self, picture, crop):
            return crop._replace(angle=5.0)

    monkeypatch.setattr(squarer, "aligner", Straight())
    (crop,) = squarer.faces(seer.picture([(6, 8, GOOD)]))
    assert isinstance(crop, Crop) and crop.angle == 5.0


def test_the_detector_sees_the_shipped_generators_faces_where_celebas_lie():
    """What was measured on held-out pictures (docs/photo.md) is measured again on the generator's own faces."""
    measured = serving.squarer("dcgan-celeba64").habit
    assert measured == pytest.approx(CELEBA, abs=0.06) and measured is not CELEBA
