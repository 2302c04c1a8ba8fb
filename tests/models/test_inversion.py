"""A face is sought for a picture: what the network drew itself is found back, and what is found can be linked to."""

import numpy as np
import pytest

from models import inversion, serving
from models.generator import Generator
from models.inversion import Inverter
from models.latents import seed_latent
from models.likeness import from_photo, words
from models.settings import FaceSettings, read_query
from utils.errors import PictureError


@pytest.fixture(scope="module")
def inverter(tiny_model):
    return serving.inverter("tiny")


@pytest.fixture(scope="module")
def found(inverter):
    return inverter.find(inverter.generator.generate(seed_latent(3, 16)[None])[0])


def test_a_face_of_the_network_is_found_back(found):
    assert found.psnr > 30 and found.ms_ssim > 0.95
    assert "not the same person" in words(found)


def test_what_is_found_is_settings_that_draw_it(inverter, found):
    assert len(found.settings.latents) == 16 and from_photo(found.settings, 16)
    np.testing.assert_array_equal(inverter.generator.face(found.settings), found.face)
    again, told = read_query(found.settings.to_query(), inverter.generator.info)
    assert again == found.settings and not told


def test_a_seed_is_no_face_from_a_photo():
    assert not from_photo(FaceSettings("tiny", seed=3, latents=((2, 1.0),)), 16)


def test_one_picture_has_one_face(inverter, found):
    assert inverter.find(inverter.generator.generate(seed_latent(3, 16)[None])[0]).settings == found.settings


def test_progress_rises_to_its_end_and_a_cancelled_search_stops_at_once(inverter):
    picture, done = np.full((32, 32, 3), 90, np.uint8), []
    assert inverter.find(picture, done.append) is not None
    assert done == sorted(done) and done[-1] == 1.0
    done.clear()
    assert inverter.find(picture, done.append, cancelled=lambda: len(done) == 5) is None
    assert len(done) == 5


def test_another_size_is_told(inverter):
    with pytest.raises(PictureError, match=r"must be \[32, 32, 3\]"):
        inverter.find(np.zeros((64, 64, 3), np.uint8))


def test_a_family_of_the_sphere_stays_on_it(monkeypatch, visage_home):
    import keras

    from models import generator, networks
    from models.catalogue import write_model

    keras.utils.set_random_seed(0)
    arguments = {"resolution": 16, "latent": 24, "channels": [8, 8, 8]}
    fields = {"title": "Ball", "version": "1", "family": "progressive", "arguments": arguments}
    info = write_model(visage_home / "models" / "ball", fields, networks.family("progressive").generator(**arguments))
    ball: Generator = generator.load(info)
    for name, value in {"SCOUT": 5, "STEPS": 10, "POLISH": 2}.items():
        monkeypatch.setattr(inversion, name, value)
    found = Inverter(ball).find(ball.generate(seed_latent(1, 24)[None])[0])
    z = np.array([value for _, value in found.settings.latents])
    assert np.square(z).mean() == pytest.approx(1, abs=0.01)
