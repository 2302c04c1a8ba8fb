"""A small network that guesses the latent of a face: where the search for a photo's face begins.

It learns from the generator's own fakes (`training/encoder.py`), of which there is no end, and lies beside its weights.
"""

import math

import keras
from keras import layers

from models import weights_io
from models.card import ENCODER, ModelInfo
from models.norms import BatchNorm

WIDTHS = (32, 64, 96, 128)  # of the first halvings; the last is kept for all further ones
SLOPE = 0.2


def network(resolution: int, latent: int) -> keras.Model:
    """Encoder: float32 [N, resolution, resolution, 3] in [-1, 1] -> float32 [N, latent].

    A convolution of stride 2 a halving down to 4x4, as a DCGAN's discriminator has, and one dense layer over all places.

    Args:
        resolution: of the generator, in pixels; a power of two from 8 on.
        latent: length of z.
    """
    start = keras.Input((resolution, resolution, 3), name="picture")
    x = start
    for halving in range(int(math.log2(resolution // 4))):
        width = WIDTHS[min(halving, len(WIDTHS) - 1)]
        x = layers.Conv2D(width, 4, strides=2, padding="same", use_bias=False, name=f"down{halving + 1}")(x)
        x = BatchNorm(name=f"down{halving + 1}_norm")(x)
        x = layers.LeakyReLU(SLOPE, name=f"down{halving + 1}_leak")(x)
    return keras.Model(start, layers.Dense(latent, name="z")(layers.Flatten(name="flatten")(x)), name="encoder")


def load(info: ModelInfo) -> keras.Model | None:
    """The model's encoder, or None where it came without.

    Raises: ModelError for a damaged file, or one that does not fit.
    """
    if ENCODER not in info.files:
        return None
    encoder = network(info.resolution, info.latent)
    weights_io.load_weights(encoder, info.path(ENCODER))
    return encoder
