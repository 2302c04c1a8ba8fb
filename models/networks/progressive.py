"""Progressive GAN (Karras et al. 2018): two networks that grow from 4x4 pixels, a doubling at a time, each faded in.

A network is one set of layers for all its stages; stage k works at 4 * 2^k pixels. In training it is called with stage
and alpha; alone, `generator` and `discriminator` are Keras models of the last stage, grown.
"""

import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops

from models.equalised import EqualisedConv, EqualisedDense, MinibatchDeviation, PixelNorm, doubled, fade, halved
from models.networks import Family, register
from utils.errors import ModelError

SLOPE = 0.2
CHANNELS = (256, 256, 256, 128, 64, 32, 16)  # at 4, 8, … 256 px


class GrowingGenerator:
    """z -> picture, at any stage.

    Args:
        resolution: of the last stage; 4 * 2^k px.
        latent: length of z, which is brought to the sphere first.
        channels: widths of the maps at 4, 8, 16 … px, at least as many as there are stages.
        dtype: what it computes in, `float32` or `mixed_bfloat16`; the picture is always float32.
    """

    def __init__(self, resolution=128, latent=256, channels: Sequence[int] = CHANNELS, dtype="float32"):
        widths = _widths(resolution, channels)
        self.last, self.latent, self.dtype = len(widths) - 1, latent, _computed_in(dtype)
        self.sphere, self.norm, self.leak = PixelNorm(name="sphere"), PixelNorm(), _leak()
        self.start = [EqualisedDense(latent, 16 * widths[0], name="project"), _conv(widths[0], widths[0], "4px")]
        self.blocks = [
            [_conv(before, width, f"{size}px_up", resample="up"), _conv(width, width, f"{size}px")]
            for before, width, size in zip(widths, widths[1:], _sizes(widths)[1:])
        ]
        self.colours = [_conv(w, 3, f"{size}px_colour", kernel=1, gain=1.0) for w, size in zip(widths, _sizes(widths))]

    def __call__(self, z, stage: int, alpha=None):
        """float32 [N, R, R, 3], R = 4 * 2^stage; [-1, 1] is black to white, and nothing holds it there (as in the paper).

        Args:
            z: float32 [N, latent].
            alpha: 0 to 1, share of the newest stage in the picture; None for a grown network, without the way around it.
        """
        x = ops.cast(self.sphere(z), self.dtype)
        project, conv = self.start
        x = self.norm(self.leak(ops.reshape(project(x), (-1, 4, 4, conv.shape[-2]))))
        x = self.norm(self.leak(conv(x)))
        before = x
        for block in self.blocks[:stage]:
            before = x
            for layer in block:
                x = self.norm(self.leak(layer(x)))
        picture = ops.cast(self.colours[stage](x), "float32")
        if stage and alpha is not None:
            picture = fade(doubled(ops.cast(self.colours[stage - 1](before), "float32")), picture, alpha)
        return picture

    def variables(self, stage: int) -> list:
        """Keras variables that stage uses, those of the way around it included."""
        return _variables(self.start, *self.blocks[:stage], self.colours[max(stage - 1, 0) : stage + 1])

    @property
    def grown_variables(self) -> list:
        """Keras variables of the grown network, in the order of the model that `generator` returns."""
        return _variables(self.start, *self.blocks, self.colours[-1:])

    @property
    def outgrown_variables(self) -> list:
        """Keras variables that only smaller stages use: their colours."""
        return _variables(self.colours[:-1])

    @property
    def all_variables(self) -> list:
        """Keras variables of every stage."""
        return self.grown_variables + self.outgrown_variables


class GrowingDiscriminator:
    """Picture -> score ("critic" in the paper), at any stage: the generator's mirror image.

    Args:
        resolution, channels, dtype: as the generator's; the score is always float32.
    """

    def __init__(self, resolution=128, channels: Sequence[int] = CHANNELS, dtype="float32"):
        widths = _widths(resolution, channels)
        self.last, self.dtype, self.leak = len(widths) - 1, _computed_in(dtype), _leak()
        self.colours = [_conv(3, w, f"{size}px_colour", kernel=1) for w, size in zip(widths, _sizes(widths))]
        self.blocks = [
            [_conv(width, width, f"{size}px"), _conv(width, below, f"{size}px_down", resample="down")]
            for below, width, size in zip(widths, widths[1:], _sizes(widths)[1:])
        ]
        self.deviation = MinibatchDeviation(name="deviation")
        self.end = [
            _conv(widths[0] + 1, widths[0], "4px"),
            EqualisedDense(16 * widths[0], widths[0], name="gather"),
            EqualisedDense(widths[0], 1, gain=1.0, name="score"),
        ]

    def __call__(self, pictures, stage: int, alpha=None, dtype: str = ""):
        """float32 [N, 1], any number; higher is more real.

        Args:
            pictures: float32 [N, R, R, 3], R = 4 * 2^stage.
            alpha: as the generator's.
            dtype: to compute in instead of the network's own: penalties are taken in float32.
        """
        pictures = ops.cast(pictures, dtype or self.dtype)
        x = self.leak(self.colours[stage](pictures))
        for k in range(stage, 0, -1):
            for layer in self.blocks[k - 1]:
                x = self.leak(layer(x))
            if k == stage and alpha is not None:
                x = fade(self.leak(self.colours[stage - 1](halved(pictures))), x, alpha)
        conv, gather, score = self.end
        x = self.leak(conv(self.deviation(x)))
        x = self.leak(gather(ops.reshape(x, (-1, gather.shape[0]))))
        return score(ops.cast(x, "float32"))

    def variables(self, stage: int) -> list:
        """Keras variables that stage uses, those of the way around it included."""
        return _variables(self.colours[max(stage - 1, 0) : stage + 1], *self.blocks[:stage], self.end)

    @property
    def all_variables(self) -> list:
        """Keras variables of every stage."""
        return _variables(self.colours, *self.blocks, self.end)


def generator(
    resolution: int = 128, latent: int = 256, channels: Sequence[int] = CHANNELS, dtype: str = "float32"
) -> keras.Model:
    """Generator: float32 [N, latent] -> float32 [N, resolution, resolution, 3] in [-1, 1].

    Args: as of `GrowingGenerator`.
    """
    return _grown(GrowingGenerator(resolution, latent, channels, dtype))


def discriminator(resolution: int = 128, channels: Sequence[int] = CHANNELS, dtype: str = "float32") -> keras.Model:
    """Discriminator: float32 [N, resolution, resolution, 3] -> float32 [N, 1].

    Args: as of `GrowingDiscriminator`.
    """
    growing = GrowingDiscriminator(resolution, channels, dtype)
    picture = keras.Input((resolution, resolution, 3), name="picture")
    return keras.Model(picture, growing(picture, growing.last), name="discriminator")


def folded(network: keras.Model, **arguments) -> keras.Model:
    """The same generator in Keras' own layers, for use alone: scales and summed kernels are computed once, here.

    Args:
        network: a generator.
        arguments: those it was built from.
    """
    growing = GrowingGenerator(**arguments)
    trained = {variable.path: variable for variable in network.variables}
    for variable in growing.all_variables:
        if variable.path in trained:  # not the colours of stages that it has outgrown
            variable.assign(trained[variable.path])
    growing.start, *growing.blocks, growing.colours = (
        [_Plain(layer) for layer in block] for block in (growing.start, *growing.blocks, growing.colours)
    )
    return _grown(growing)


def _grown(growing):
    z = keras.Input((growing.latent,), name="z")
    return keras.Model(z, ops.clip(growing(z, growing.last), -1.0, 1.0), name="generator")


def first_layer(network: keras.Model) -> np.ndarray:
    """float32 [latent, units]: the dense layer's weights at their scale. Before it z is brought to the sphere."""
    return np.asarray(ops.convert_to_numpy(network.get_layer("project").scaled()))


def first_block(network: keras.Model) -> keras.Model:
    """float32 [N, latent] -> [N, 4, 4, channels]: the maps at 4 px, after their norm."""
    return keras.Model(network.input, PixelNorm()(_leak()(network.get_layer("4px").output)))


class _Plain:
    """Keras' own layer in an equalised one's place."""

    def __init__(self, equalised):
        self.layer, self.shape = equalised.plain(), equalised.shape

    def __call__(self, x):
        return self.layer(x)


def stages(resolution: int) -> int:
    """How many stages lead to a resolution: 1 for 4 px, 6 for 128.

    Raises: ModelError for what is no power of two from 4 on.
    """
    if resolution < 4 or resolution & (resolution - 1):
        raise ModelError(f"`resolution` must be 4, 8, 16 … px, each twice the one before. Received: {resolution}.")
    return int(math.log2(resolution)) - 1


def _widths(resolution, channels):
    count = stages(resolution)
    if len(channels) < count or min(channels) < 1:
        raise ModelError(
            f"`channels` must name {count} widths, for 4 to {resolution} px. Received: {', '.join(map(str, channels))}."
        )
    return list(channels[:count])


def _sizes(widths):
    return [4 * 2**k for k in range(len(widths))]


def _conv(inputs, filters, name, **options):
    return EqualisedConv(inputs, filters, name=name, **options)


def _leak():
    return lambda x: ops.leaky_relu(x, SLOPE)


def _computed_in(dtype):
    return layers.Layer(dtype=dtype).compute_dtype


def _variables(*blocks):
    return [variable for block in blocks for layer in block for variable in layer.variables]


register("progressive", Family(generator, discriminator, first_layer, first_block, folded, truncation=False))
