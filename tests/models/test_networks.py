"""Every family keeps the contract of `models/networks`; the DCGAN's default arguments are the guide's networks."""

import keras
import numpy as np
import pytest

from models import networks, weights_io
from utils.errors import ModelError

SMALL = {
    "dcgan": {"resolution": 32, "latent": 8, "capacity": 4},
    "progressive": {"resolution": 32, "latent": 8, "channels": (8, 8, 4, 4)},
}
MORE_LATENTS_THAN_UNITS = {"dcgan": {"latent": 300, "capacity": 2}, "progressive": {"latent": 300}}
VARIANTS = [  # arguments that change what there is to fold
    ("dcgan", {}),
    ("dcgan", {"extra_convolution": False}),
    ("dcgan", {"norm": False}),
    ("progressive", {}),
    ("progressive", {"channels": (8, 8, 4, 4, 2), "resolution": 64}),
]


@pytest.mark.parametrize("name", networks.names())
def test_a_family_draws_pictures_in_range_and_judges_them(name):
    family, arguments = networks.family(name), SMALL[name]
    generator = family.generator(**arguments)
    z = np.random.RandomState(0).standard_normal((5, 8)).astype(np.float32)
    pictures = np.asarray(generator(z))
    assert pictures.shape == (5, 32, 32, 3) and pictures.dtype == np.float32
    assert -1 <= pictures.min() < pictures.max() <= 1
    discriminator = family.discriminator(**{k: v for k, v in arguments.items() if k != "latent"})
    scores = np.asarray(discriminator(pictures))
    assert scores.shape == (5, 1) and scores.dtype == np.float32


@pytest.mark.parametrize("name", networks.names())
def test_a_family_built_anew_and_loaded_draws_the_same(name, tmp_path):
    family = networks.family(name)
    first, second = (family.generator(**SMALL[name]) for _ in range(2))
    z = np.random.RandomState(0).standard_normal((2, 8)).astype(np.float32)
    assert not np.allclose(first(z), second(z))
    weights_io.save_weights(first.variables, tmp_path / "w.safetensors", dtype="float32")
    weights_io.load_weights(second, tmp_path / "w.safetensors")
    np.testing.assert_array_equal(first(z), second(z))


@pytest.mark.parametrize("name", networks.names())
def test_the_first_layer_is_the_linear_map_behind_the_network(name):
    """Moving z along a direction that the first layer does not see changes nothing."""
    family = networks.family(name)
    generator = family.generator(**{**SMALL[name], **MORE_LATENTS_THAN_UNITS[name]})
    weights = family.first_layer(generator)
    blind = np.linalg.svd(weights)[0][:, -1].astype(np.float32)  # orthogonal to every unit
    z = np.random.RandomState(0).standard_normal((1, 300)).astype(np.float32)
    np.testing.assert_allclose(generator(z), generator(z + 3 * blind), atol=1e-3)


@pytest.mark.parametrize("name, more", VARIANTS)
def test_folded_draws_the_same_pictures(name, more):
    family, arguments = networks.family(name), {**SMALL[name], **more}
    network, rng = family.generator(**arguments), np.random.RandomState(1)
    for variable in network.variables:  # as after a training: no norm at rest, no bias at zero
        variable.assign(np.asarray(variable) + rng.uniform(-0.1, 0.1, variable.shape))
    z = rng.standard_normal((3, network.input_shape[1])).astype(np.float32)
    pictures = network(z, training=False)
    assert np.std(pictures) > 0.01
    np.testing.assert_allclose(family.folded(network, **arguments)(z), pictures, atol=1e-4)


def test_the_default_arguments_are_the_guides_networks():
    family = networks.family("dcgan")
    generator, discriminator = family.generator(), family.discriminator()
    assert generator.count_params() == 492_083
    assert discriminator.count_params() == 816_529
    assert generator.input_shape == (None, 100) and generator.output_shape == (None, 64, 64, 3)
    score = float(np.asarray(discriminator(np.zeros((1, 64, 64, 3), np.float32)))[0, 0])
    assert 0 < score < 1  # one sigmoid unit


@pytest.mark.parametrize("kernel", [4, 5])
def test_the_colours_are_a_plain_convolution_of_stride_1(kernel):
    """However it is computed: the same weights in Keras' layer give the same map."""
    generator = networks.family("dcgan").generator(**SMALL["dcgan"], kernel=kernel)
    ours = generator.get_layer("colour")
    plain = keras.layers.Conv2D(3, kernel, padding="same")
    x = np.random.RandomState(0).standard_normal((2, 32, 32, 4)).astype(np.float32)
    plain.build(x.shape)
    plain.set_weights([ours.get_weights()[0], np.float32([0.1, 0.2, 0.3])])
    ours.set_weights(plain.get_weights())
    np.testing.assert_allclose(ours(x), plain(x), atol=1e-5)


def test_batch_norm_is_folded_into_the_first_layer():
    """Scaling the norm of one unit scales that column only."""
    family = networks.family("dcgan")
    generator = family.generator(**SMALL["dcgan"])
    before = family.first_layer(generator)
    norm = generator.get_layer("project_norm")
    gamma = np.ones(norm.gamma.shape, np.float32)
    gamma[3] = 5
    norm.gamma.assign(gamma)
    after = family.first_layer(generator)
    np.testing.assert_allclose(after[:, 3], 5 * before[:, 3], rtol=1e-5)
    np.testing.assert_array_equal(np.delete(after, 3, 1), np.delete(before, 3, 1))


@pytest.mark.parametrize("resolution", [32, 64, 128, 256])
@pytest.mark.parametrize("extra", [True, False], ids=["guide's", "without extra convolutions"])
def test_every_resolution_can_be_built(resolution, extra):
    family = networks.family("dcgan")
    common = {"resolution": resolution, "capacity": 2, "extra_convolution": extra}
    assert family.generator(**common).output_shape == (None, resolution, resolution, 3)
    assert family.discriminator(**common, head="flatten", norm=False).input_shape == (None, resolution, resolution, 3)


@pytest.mark.parametrize(
    "part, arguments, named",
    [
        ("generator", {"resolution": 48}, "resolution"),  # not a power of two
        ("discriminator", {"head": "mean"}, "head"),  # no such head
        ("discriminator", {"output": "softmax"}, "output"),  # no such output
    ],
)
def test_arguments_that_cannot_be_are_named(part, arguments, named):
    with pytest.raises(ModelError, match=named):
        getattr(networks.family("dcgan"), part)(**arguments)


def test_an_unknown_family_lists_the_known_ones():
    with pytest.raises(ModelError, match="dcgan"):
        networks.family("dogan")
