"""A generator draws the same face for the same settings, from whatever door they come."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from models import serving
from models.latents import seed_latent, slerp
from models.settings import FaceSettings
from utils.errors import LinkError, ModelError

SETTINGS = FaceSettings("tiny", "1", seed=7)


@pytest.fixture(scope="module")
def generator(tiny_model):
    return serving.generator("tiny")


def test_a_face_is_a_picture(generator):
    face = generator.face(SETTINGS)
    assert face.shape == (32, 32, 3) and face.dtype == np.uint8 and face.std() > 5


def test_the_same_settings_are_the_same_pixels(generator):
    np.testing.assert_array_equal(generator.face(SETTINGS), generator.face(replace(SETTINGS)))
    np.testing.assert_array_equal(generator.face(SETTINGS), generator.generate(seed_latent(7, 16)[None])[0])


@pytest.mark.parametrize("count", [2, 16, 17, 33])
def test_many_at_once_are_the_faces_one_by_one(generator, count):
    z = np.stack([seed_latent(seed, 16) for seed in range(count)])
    many, alone = generator.generate(z), np.concatenate([generator.generate(one[None]) for one in z])
    assert many.shape == (count, 32, 32, 3) and many.dtype == np.uint8
    np.testing.assert_allclose(many.astype(int), alone.astype(int), atol=1)  # within 1/255, whatever the hardware


@pytest.mark.parametrize(
    "reason, change",
    [
        ("another seed", {"seed": 8}),
        ("truncation", {"psi": 0.5}),
        ("a slider", {"sliders": (("d1", 2.0),)}),
        ("the same slider the other way", {"sliders": (("d1", -2.0),)}),
        ("a single value", {"latents": ((3, 4.0),)}),
        ("another seed mixed in", {"mix": ((8, 0.5),)}),
    ],
)
def test_every_setting_changes_the_face(generator, reason, change):
    assert (generator.face(replace(SETTINGS, **change)) != generator.face(SETTINGS)).mean() > 0.1, reason


def test_z_is_psi_times_seed_and_single_values_plus_sliders(generator):
    settings = replace(SETTINGS, psi=0.5, latents=((0, 2.0),), sliders=(("d2", 3.0), ("d1", -1.0)))
    expected = seed_latent(7, 16)
    expected[0] = 2
    d1, d2 = generator.directions.vectors[:2]
    z = generator.z_for(settings)
    np.testing.assert_allclose(z, 0.5 * expected + 3 * d2 - d1, atol=1e-6)
    assert z.dtype == np.float32


def test_a_mix_is_the_point_on_the_arc(generator):
    z = generator.z_for(replace(SETTINGS, mix=((8, 0.25), (9, 0.5)), sliders=(("d1", 1.0),)))
    arc = slerp(slerp(seed_latent(7, 16), seed_latent(8, 16), 0.25), seed_latent(9, 16), 0.5)
    np.testing.assert_allclose(z, arc + generator.directions.vectors[0], atol=1e-6)


def test_a_whole_share_is_the_other_face(generator):
    np.testing.assert_array_equal(
        generator.face(replace(SETTINGS, mix=((8, 1.0),))), generator.face(replace(SETTINGS, seed=8))
    )


def test_psi_0_is_the_mean_face_whatever_the_seed(generator):
    mean = [generator.face(replace(SETTINGS, seed=seed, psi=0.0)) for seed in (1, 2)]
    np.testing.assert_array_equal(*mean)
    z = np.stack([seed_latent(1, 16)])
    np.testing.assert_array_equal(generator.generate(z, psi=0)[0], mean[0])


@pytest.mark.parametrize(
    "reason, z, words",
    [
        ("none at all", np.zeros((0, 16)), "at least 1.*0, 16"),
        ("one without its axis", np.zeros(16), r"\[16\]"),
        ("of another model", np.zeros((1, 100)), r"\[N, 16\].*100"),
        ("not a number", np.full((1, 16), np.nan), "numbers"),
    ],
)
def test_latents_that_cannot_be_are_a_sentence(generator, reason, z, words):
    with pytest.raises(ModelError, match=words):
        generator.generate(z)


@pytest.mark.parametrize(
    "reason, settings, words",
    [
        ("a slider it has not", replace(SETTINGS, sliders=(("smile", 1.0),)), "no slider `smile`.*d1, d2, d3, d4"),
        ("a lock it has not", replace(SETTINGS, locks=("smile",)), "no slider `smile`"),
        ("an index it has not", replace(SETTINGS, latents=((16, 1.0),)), "z0 to z15"),
    ],
)
def test_settings_of_another_model_are_a_sentence(generator, reason, settings, words):
    with pytest.raises(LinkError, match=words):
        generator.face(settings)


def test_psi_outside_is_a_sentence(generator):
    with pytest.raises(LinkError, match="1.7"):
        generator.generate(np.zeros((1, 16)), psi=1.7)


def test_many_threads_get_their_own_faces(generator):
    expected = [generator.face(replace(SETTINGS, seed=seed)) for seed in range(8)]
    wrong = []

    def draw(seed):
        for _ in range(20):
            if (generator.face(replace(SETTINGS, seed=seed)) != expected[seed]).any():
                wrong.append(seed)

    threads = [threading.Thread(target=draw, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
