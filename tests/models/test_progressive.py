"""The Progressive GAN against the paper's definitions, written out plainly; and what must hold while it grows."""

import math

import numpy as np
import pytest
from keras import ops

from models import backend
from models.catalogue import Catalogue, write_model
from models.equalised import EqualisedConv, EqualisedDense, MinibatchDeviation, PixelNorm
from models.generator import load
from models.networks import progressive
from utils.errors import ModelError

CHANNELS = (8, 8, 6, 4, 4)


@pytest.fixture
def rng():
    return np.random.RandomState(0)


def plainly(x, kernel, bias):
    """A 3x3 convolution with zeros around the picture, tap by tap."""
    height, width = x.shape[1:3]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    taps = [padded[:, i : i + height, j : j + width] @ kernel[i, j] for i in range(3) for j in range(3)]
    return sum(taps) + bias


def numbers(layer):
    return np.array(layer.kernel), np.array(layer.bias)


# Section 4.1: equalised learning rate


def test_weights_are_standard_normal_and_scaled_by_the_fan_in_with_the_kernels_area():
    conv, dense = EqualisedConv(32, 48, name="c"), EqualisedDense(512, 64, name="d")
    for layer, fan_in in ((conv, 3 * 3 * 32), (dense, 512)):
        assert np.std(layer.kernel) == pytest.approx(1, rel=0.03) and np.mean(layer.kernel) == pytest.approx(
            0, abs=0.03
        )
        assert layer.scale == pytest.approx(math.sqrt(2 / fan_in))
        assert not np.any(layer.bias)
    assert EqualisedDense(512, 64, gain=1.0, name="d").scale == pytest.approx(math.sqrt(1 / 512))


def test_the_scale_is_applied_once(rng):
    """Unit inputs leave with variance gain²: twice scaled, they would be all but gone."""
    conv = EqualisedConv(64, 64, name="c")
    x = rng.standard_normal((2, 16, 16, 64)).astype("f4")
    assert np.var(np.array(conv(x))[:, 1:-1, 1:-1]) == pytest.approx(2, rel=0.1)
    kernel, _ = numbers(conv)
    np.testing.assert_allclose(conv.plain().kernel, kernel * math.sqrt(2 / 576), rtol=1e-6)  # baked in once, too
    np.testing.assert_allclose(conv.plain()(x), conv(x), atol=1e-5)


@pytest.mark.parametrize("resample", ["", "up", "down"])
def test_convolutions_are_nearest_neighbours_three_by_three_and_means(rng, resample):
    conv = EqualisedConv(5, 4, resample=resample, name="c")
    conv.bias.assign(rng.standard_normal(4))
    x = rng.standard_normal((2, 6, 6, 5)).astype("f4")
    kernel, bias = numbers(conv)
    wanted = x.repeat(2, 1).repeat(2, 2) if resample == "up" else x
    wanted = plainly(wanted, kernel * math.sqrt(2 / 45), bias)
    if resample == "down":
        wanted = wanted.reshape(2, 3, 2, 3, 2, 4).mean((2, 4))
    np.testing.assert_allclose(conv(x), wanted, atol=1e-5)
    np.testing.assert_allclose(conv.plain()(x), wanted, atol=1e-5)


# Section 4.2 and section 3


def test_pixel_norm_divides_by_the_root_of_the_mean_square(rng):
    x = rng.standard_normal((2, 4, 4, 7)).astype("f4")
    np.testing.assert_allclose(PixelNorm()(x), x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-8), rtol=1e-5)
    assert np.isfinite(PixelNorm()(np.zeros((1, 1, 1, 7), "f4"))).all()


@pytest.mark.parametrize("pictures, group", [(8, 4), (4, 4), (6, 3), (5, 5), (2, 2), (1, 1)])
def test_the_deviation_channel_is_the_mean_deviation_of_each_group(rng, pictures, group):
    x = rng.standard_normal((pictures, 4, 4, 3)).astype("f4")
    result = np.array(MinibatchDeviation()(x))
    assert result.shape == (pictures, 4, 4, 4)
    np.testing.assert_array_equal(result[..., :3], x)
    many = pictures // group
    for first in range(many):  # picture k goes with k + many, k + 2 many …
        members = range(first, pictures, many)
        deviation = np.sqrt(x[list(members)].var(0) + 1e-8).mean()
        np.testing.assert_allclose(result[list(members), :, :, 3], deviation, rtol=1e-4)


def test_a_batch_of_one_has_a_score_and_a_slope():
    """A last batch of one picture: its deviation is zero, where a root's derivative is infinite."""
    critic = progressive.GrowingDiscriminator(8, CHANNELS)
    x = ops.convert_to_tensor(np.random.RandomState(1).uniform(-1, 1, (1, 8, 8, 3)).astype("f4"))
    slope = backend.input_gradient(lambda pictures: ops.sum(critic(pictures, 1, 0.5)), x)
    assert np.isfinite(slope).all() and np.any(slope)


def test_z_is_brought_to_the_sphere(rng):
    generator = progressive.generator(16, 8, CHANNELS)
    z = rng.standard_normal((3, 8)).astype("f4")
    np.testing.assert_allclose(generator(5 * z), generator(z), atol=1e-5)
    assert np.linalg.norm(generator.get_layer("sphere")(z), axis=1) == pytest.approx(math.sqrt(8))


# Growing


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_growth_changes_nothing_at_first_and_alpha_mixes_linearly(rng, stage):
    """At alpha 0 the grown network draws and judges as the one before it; at 1 as if there had never been a way around."""
    generator, critic = progressive.GrowingGenerator(32, 8, CHANNELS), progressive.GrowingDiscriminator(32, CHANNELS)
    z = rng.standard_normal((4, 8)).astype("f4")
    before, grown = np.array(generator(z, stage - 1)), np.array(generator(z, stage))
    large = before.repeat(2, 1).repeat(2, 2)
    np.testing.assert_allclose(generator(z, stage, 0.0), large, atol=1e-5)
    np.testing.assert_allclose(generator(z, stage, 1.0), grown, atol=1e-5)
    np.testing.assert_allclose(generator(z, stage, 0.3), 0.7 * large + 0.3 * grown, atol=1e-5)

    size = 4 * 2**stage
    pictures = rng.uniform(-1, 1, (4, size, size, 3)).astype("f4")
    small = pictures.reshape(4, size // 2, 2, size // 2, 2, 3).mean((2, 4))
    np.testing.assert_allclose(critic(pictures, stage, 0.0), critic(small, stage - 1), atol=1e-4)
    np.testing.assert_allclose(critic(pictures, stage, 1.0), critic(pictures, stage), atol=1e-4)
    assert not np.allclose(critic(pictures, stage, 0.5), critic(pictures, stage), atol=1e-3)


def test_a_stage_moves_its_own_variables_and_no_others(rng):
    generator, critic = progressive.GrowingGenerator(32, 8, CHANNELS), progressive.GrowingDiscriminator(32, CHANNELS)
    z = ops.convert_to_tensor(rng.standard_normal((4, 8)).astype("f4"))

    def score():
        return ops.mean(critic(generator(z, 2, 0.5), 2, 0.5))

    for network in (generator, critic):
        own = network.variables(2)
        _, slopes = backend.gradients(score, own)
        biases = [v.path for v, slope in zip(own, slopes) if slope is None or not np.any(slope)]
        assert not biases
        names = {variable.path for variable in own}
        assert len(names) == len(own) < len(network.all_variables)
        assert not any("32px" in name or "4px_colour" in name for name in names)
        assert {v.path for v in network.variables(3)} - names


def test_bfloat16_and_float32_are_two_ways_through_one_network(rng):
    critic = progressive.GrowingDiscriminator(16, CHANNELS, dtype="mixed_bfloat16")
    assert {v.dtype for v in critic.all_variables} == {"float32"}
    x = rng.uniform(-1, 1, (4, 16, 16, 3)).astype("f4")
    rough, precise = np.array(critic(x, 2, 1.0)), np.array(critic(x, 2, 1.0, dtype="float32"))
    assert rough.dtype == precise.dtype == np.float32
    np.testing.assert_allclose(rough, precise, atol=0.1)
    assert not np.array_equal(rough, precise)


# As a model


@pytest.mark.parametrize("resolution", [4, 8, 128, 256, 512])
def test_every_resolution_can_be_built(resolution):
    channels = [4] * progressive.stages(resolution)
    assert progressive.generator(resolution, 8, channels).output_shape == (None, resolution, resolution, 3)
    assert progressive.discriminator(resolution, channels).input_shape == (None, resolution, resolution, 3)


@pytest.mark.parametrize(
    "arguments, named",
    [
        ({"resolution": 48}, "resolution"),  # not a power of two
        ({"resolution": 64, "channels": (8, 8)}, "5 widths"),  # too few
        ({"resolution": 8, "channels": (8, 0)}, "channels"),  # no width
    ],
)
def test_arguments_that_cannot_be_are_named(arguments, named):
    with pytest.raises(ModelError, match=named):
        progressive.generator(**arguments)


def test_it_is_a_model_like_any_other_and_says_why_psi_means_nothing(rng, tmp_path):
    network = progressive.generator(16, 8, CHANNELS)
    fields = {"title": "Grown", "version": "1", "family": "progressive"}
    fields["arguments"] = {"resolution": 16, "latent": 8, "channels": CHANNELS}
    write_model(tmp_path / "grown", fields, network, directions=4)
    model = load(Catalogue([tmp_path]).get("grown"))
    assert not model.capabilities.truncation and "one length" in model.capabilities.no_truncation
    assert len(model.directions) == 4
    z = rng.standard_normal((3, 8)).astype("f4")
    np.testing.assert_array_equal(model.generate(z, psi=0.2), model.generate(z))
    wanted = (np.array(network(z)) + 1) * 127.5
    assert np.abs(model.generate(z) - wanted).mean() < 1  # rounded to whole numbers; float16 on disk
