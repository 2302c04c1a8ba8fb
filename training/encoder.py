"""An encoder learns to guess latents from the generator's own fakes: pairs of z and picture without end."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from models import backend, encoder
from models.generator import Generator
from models.latents import on_sphere

IMAGES, BATCH = 200_000, 64
RATE = 2e-3  # of Adam at the start; it falls to 0 along half a cosine
HELD_OUT = 512  # fakes that it never saw, for the figure


def train(
    generator: Generator,
    images: int = IMAGES,
    seed: int = 0,
    progress: Callable[[int, float], None] | None = None,
) -> tuple[keras.Model, float]:
    """(the encoder, its share of unexplained variance: 1 guesses nothing, 0 guesses every z exactly).

    The loss is the mean squared distance to z, so that what a picture does not tell of z is guessed as 0, the middle.
    Where the family lives on the sphere, z is brought there first, as only that shows in the picture.

    Args:
        images: fakes to learn from.
        progress: called now and then with the fakes seen and the loss.
    """
    keras.utils.set_random_seed(seed)
    network = encoder.network(generator.resolution, generator.latent)
    steps = max(1, images // BATCH)
    optimiser = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps))
    optimiser.build(network.trainable_variables)
    step = backend.compiled(
        lambda z: _step(generator.network, network, optimiser, z),
        [*generator.network.variables, *network.variables, *optimiser.variables],
    )
    for number in range(steps):
        loss = step(_latents([seed, 0, number], BATCH, generator))
        if progress and number % 25 == 0:
            progress(number * BATCH, float(ops.convert_to_numpy(loss)))
    return network, _unexplained(generator, network, seed)


def _step(generator: Any, network: Any, optimiser: Any, z: Any) -> Any:
    """One update; the loss, still on the device."""
    fakes = ops.stop_gradient(generator(z, training=False))

    def loss():
        return ops.mean(ops.square(network(fakes, training=True) - z))

    value, grads = backend.gradients(loss, network.trainable_variables)
    optimiser.apply(grads, network.trainable_variables)
    return value


def _unexplained(generator: Generator, network: Any, seed: int) -> float:
    guess = backend.compiled(
        lambda z: network(generator.network(z, training=False), training=False),
        [*generator.network.variables, *network.variables],
        frozen=True,
    )
    z = _latents([seed, 1], HELD_OUT, generator)
    guessed = np.concatenate([ops.convert_to_numpy(guess(z[k : k + BATCH])) for k in range(0, HELD_OUT, BATCH)])
    return float(((guessed - z) ** 2).mean() / z.var())


def _latents(seed: list[int], count: int, generator: Generator) -> np.ndarray:
    z = np.random.default_rng(seed).standard_normal((count, generator.latent)).astype(np.float32)
    return z if generator.capabilities.truncation else on_sphere(z)
