"""DCGAN (Radford, Metz, Chintala 2016): strided and transposed convolutions, no residual or style blocks.

The default arguments are the networks of a well-known step-by-step guide: at 64 px and capacity 16 a
generator of 492,083 and a discriminator of 816,529 weights. Other arguments open the rest of the family.
"""

import math

import keras
import numpy as np
from keras import layers, ops

from models.networks import Family, register
from models.norms import BatchNorm, without_norm
from utils.errors import ModelError


def generator(
    resolution: int = 64,
    latent: int = 100,
    capacity: int = 16,
    kernel: int = 5,
    slope: float = 0.3,
    norm: bool = True,
    extra_convolution: bool = True,
    init_std: float | None = None,
    dtype: str = "float32",
) -> keras.Model:
    """Generator: float32 [N, latent] -> float32 [N, resolution, resolution, 3] in [-1, 1].

    Dense to 4x4, then one transposed convolution of stride 2 per doubling, with 4c, 2c, c, c filters at
    64 px (c = capacity), each followed by batch norm and LeakyReLU.

    Args:
        resolution: 32, 64, 128 or 256 px.
        latent: length of z.
        capacity: filters of the widest-resolution block.
        kernel: size of the convolutions; even sizes divide the stride and leave no checkerboard.
        slope: of LeakyReLU below zero; 0 is ReLU.
        norm: batch norm, or none.
        extra_convolution: a last convolution of stride 1 makes the colours; else the last transposed one does.
        init_std: weights drawn from N(0, init_std); None for Glorot's uniform.
        dtype: Keras dtype policy of the body, `float32` or `mixed_bfloat16`; the picture is always float32.
    """
    start = keras.Input((latent,), name="z")
    options = {"padding": "same", **_initialiser(init_std)}
    widths = [min(8, 2 ** (i - 1)) * capacity for i in range(_doublings(resolution), 0, -1)] + [capacity]
    x = layers.Dense(16 * widths[0], dtype=dtype, name="project", **_initialiser(init_std))(start)
    if norm:
        x = BatchNorm(dtype=dtype, name="project_norm")(x)
    x = layers.Reshape((4, 4, widths[0]), dtype=dtype, name="reshape")(x)
    if not extra_convolution:
        x = layers.LeakyReLU(slope, dtype=dtype, name="project_leak")(x)
    for i, width in enumerate(widths[1:] if extra_convolution else widths[1:-1], start=1):
        x = layers.Conv2DTranspose(width, kernel, strides=2, dtype=dtype, name=f"up{i}", **options)(x)
        if norm:
            x = BatchNorm(dtype=dtype, name=f"up{i}_norm")(x)
        x = layers.LeakyReLU(slope, dtype=dtype, name=f"up{i}_leak")(x)
    if extra_convolution:
        x = _Colour(3, kernel, dtype="float32", name="colour", **options)(x)
    else:
        x = layers.Conv2DTranspose(3, kernel, strides=2, dtype="float32", name="colour", **options)(x)
    return keras.Model(start, layers.Activation("tanh", dtype="float32", name="picture")(x), name="generator")


def discriminator(
    resolution: int = 64,
    capacity: int = 16,
    kernel: int = 5,
    slope: float = 0.3,
    norm: bool = True,
    extra_convolution: bool = True,
    head: str = "pool",
    output: str = "probability",
    init_std: float | None = None,
    dtype: str = "float32",
) -> keras.Model:
    """Discriminator: float32 [N, resolution, resolution, 3] -> float32 [N, 1], higher is more real.

    One block per halving down to 4x4: [conv -> batch norm ->] conv of stride 2 -> batch norm -> LeakyReLU
    with c, 2c, 4c, 8c filters at 64 px.

    Args:
        head: `pool` averages the last map (the guide's), `flatten` looks at every place of it.
        output: `probability` (a sigmoid unit) or `logit`.
        extra_convolution: the convolution of stride 1 at the start of each block.
        resolution, capacity, kernel, slope, norm, init_std, dtype: as for the generator.
    """
    if head not in ("pool", "flatten") or output not in ("probability", "logit"):
        raise ModelError(f"`head` is pool or flatten, `output` probability or logit. Received: {head}, {output}.")
    start = keras.Input((resolution, resolution, 3), name="picture")
    options = {"padding": "same", "dtype": dtype, **_initialiser(init_std)}
    x = start
    for i in range(1, _doublings(resolution) + 1):
        width = min(8, 2 ** (i - 1)) * capacity
        if extra_convolution:
            x = layers.Conv2D(width, kernel, name=f"same{i}", **options)(x)
            if norm:
                x = BatchNorm(dtype=dtype, name=f"same{i}_norm")(x)
        x = layers.Conv2D(width, kernel, strides=2, name=f"down{i}", **options)(x)
        if norm:
            x = BatchNorm(dtype=dtype, name=f"down{i}_norm")(x)
        x = layers.LeakyReLU(slope, dtype=dtype, name=f"down{i}_leak")(x)
    summary = layers.GlobalAveragePooling2D if head == "pool" else layers.Flatten
    x = summary(dtype="float32", name=head)(x)
    activation = "sigmoid" if output == "probability" else None
    x = layers.Dense(1, activation=activation, dtype="float32", name="score", **_initialiser(init_std))(x)
    return keras.Model(start, x, name="discriminator")


def folded(network: keras.Model, **arguments) -> keras.Model:
    """The same generator for use alone: every batch norm is in the layer before it; a tenth faster for one face on a CPU.

    Args:
        network: a generator.
        arguments: those it was built from.
    """
    plain = generator(**{**arguments, "norm": False})
    norms = {layer.name for layer in network.layers}
    for target in plain.layers:
        if target.weights:
            source = network.get_layer(target.name)
            kernel, bias = np.asarray(source.kernel), np.asarray(source.bias)
            if f"{target.name}_norm" in norms:
                axis = 2 if isinstance(source, layers.Conv2DTranspose) else -1
                kernel, bias = without_norm(kernel, bias, network.get_layer(f"{target.name}_norm"), axis)
            target.kernel.assign(kernel)
            target.bias.assign(bias)
    return plain


def first_layer(network: keras.Model) -> np.ndarray:
    """float32 [latent, units]: the dense layer's weights, scaled by the batch norm that follows it."""
    dense = network.get_layer("project")
    weights, bias = np.asarray(dense.kernel), np.asarray(dense.bias)
    try:
        norm = network.get_layer("project_norm")
    except ValueError:  # built without norm
        return weights
    return without_norm(weights, bias, norm)[0]


def first_block(network: keras.Model) -> keras.Model:
    """float32 [N, latent] -> [N, 8, 8, filters]: what the first transposed convolution lets through."""
    return keras.Model(network.input, network.get_layer("up1_leak").output)


class _Colour(layers.Conv2D):
    """A convolution of stride 1, padded, to few channels: computed two by two pixels at a time, with the same weights.

    Processors fill 16 channels whether asked for 3 or 16. One convolution of stride 2 to 12 channels, whose kernel holds
    the kernel four times, each shifted to its pixel, takes half the time.
    """

    def convolution_op(self, inputs, kernel):
        shifts = [((up, 1 - up), (left, 1 - left), (0, 0), (0, 0)) for up in (0, 1) for left in (0, 1)]
        fourfold = ops.concatenate([ops.pad(kernel, shift) for shift in shifts], axis=-1)
        return ops.depth_to_space(ops.conv(inputs, fourfold, strides=2, padding="same"), 2)


def _doublings(resolution: int) -> int:
    if resolution not in (32, 64, 128, 256):
        raise ModelError(f"`resolution` must be 32, 64, 128 or 256 px. Received: {resolution}.")
    return int(math.log2(resolution // 4))


def _initialiser(std: float | None) -> dict:
    return {} if std is None else {"kernel_initializer": keras.initializers.RandomNormal(0, std)}


register("dcgan", Family(generator, discriminator, first_layer, first_block, folded))
