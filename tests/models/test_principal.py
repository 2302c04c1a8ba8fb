"""GANSpace's directions: principal components of activations, taken back to latents."""

import keras
import numpy as np
import pytest

from models import directions, networks
from models.principal import components, principal

RNG = np.random.default_rng(0)
LAYER = (RNG.standard_normal((12, 40)) * np.geomspace(8, 1, 12)[:, None]).astype(np.float32)


def test_components_are_those_of_the_whole_decomposition():
    rows = RNG.standard_normal((300, 50), np.float32) * np.geomspace(9, 1, 50, dtype=np.float32)
    rows -= rows.mean(0)
    found = components(rows, 4, np.random.default_rng(1))
    wanted = np.linalg.svd(rows)[2][:4]
    np.testing.assert_allclose(np.abs((wanted @ found).diagonal()), 1, atol=1e-3)


def test_where_nothing_bends_they_are_those_of_the_closed_form():
    found = principal(lambda z: z @ LAYER, 12, normalised=False, count=4)
    closed = directions.factorise(LAYER, 4)
    np.testing.assert_allclose((found.vectors * closed.vectors).sum(1), 1, atol=1e-2)  # 6,000 latents are a sample
    assert found.names == ("p1", "p2", "p3", "p4") and set(found.kinds) == {"pca"}


def test_what_the_activation_hides_is_no_direction():
    hidden = np.eye(12, dtype=np.float32)
    hidden[0] *= 50  # the strongest weight by far; its unit is always on the dead side of the ReLU
    found = principal(lambda z: np.maximum(z @ hidden - 1e4 * (np.arange(12) == 0), 0), 12, normalised=False, count=3)
    assert np.abs(found.vectors[:, 0]).max() < 0.1
    assert np.abs(directions.factorise(hidden, 1).vectors[0, 0]) > 0.99


def test_a_family_that_normalises_is_asked_on_its_sphere():
    lengths = []

    def activations(z):
        lengths.append(np.linalg.norm(z, axis=1))
        return z @ LAYER

    principal(activations, 12, normalised=True, count=2)
    np.testing.assert_allclose(np.concatenate(lengths), np.sqrt(12), rtol=1e-5)


@pytest.mark.parametrize(
    "family, arguments, size",
    [
        ("dcgan", {"resolution": 32, "latent": 8, "capacity": 2}, 8),
        ("progressive", {"resolution": 16, "latent": 8, "channels": (4, 4, 4)}, 4),
    ],
)
def test_every_family_shows_its_first_block(family, arguments, size):
    keras.utils.set_random_seed(0)
    one = networks.family(family)
    z = np.random.default_rng(0).standard_normal((3, 8)).astype(np.float32)
    seen = np.asarray(one.first_block(one.generator(**arguments))(z))
    assert seen.shape[:3] == (3, size, size) and seen.std(0).max() > 0
