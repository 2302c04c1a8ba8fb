"""An aligner learns from fakes how far a square misses the face in it."""

import numpy as np
import pytest

from models import serving
from models.crops import Crop
from training import aligner


@pytest.fixture(scope="module")
def learnt():
    return aligner.train(serving.generator("dcgan-celeba64"), images=700)


def test_it_learns(learnt):
    _, errors = learnt
    assert errors[0] < 7 and errors[1] < 0.075  # guessing nothing is off by 11 degrees and 0.08


@pytest.mark.parametrize("angle", [-15.0, 0.0, 15.0])
def test_a_face_that_leans_is_turned_upright(learnt, angle):
    """The shipped aligner, on faces that neither it nor this test's learnt from."""
    from models.aligner import load
    from models.catalogue import Catalogue

    shipped = load(Catalogue().get("dcgan-celeba64"))
    generator = serving.generator("dcgan-celeba64")
    ground = np.full((300, 400, 3), 128, np.uint8)
    true = Crop(210.0, 140.0, 110.0, angle)
    for found_by, most in ((shipped, 5), (learnt[0], 12)):
        settled = [
            found_by.settled(aligner.paste(face, ground, true), true.moved(0.06, -0.04)._replace(side=120, angle=0.0))
            for face in generator.generate(np.random.default_rng(9).standard_normal((9, 100)).astype(np.float32))
        ]
        off = np.median([(abs(c.angle - angle), np.hypot(c.x - true.x, c.y - true.y) / true.side) for c in settled], 0)
        assert off[0] < most and off[1] < 0.05
