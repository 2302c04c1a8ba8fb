"""What every task of two players needs: pictures in and out of networks, optimisers, randomness that can be resumed."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from models import backend
from training.recipe_gan import Adam

SAMPLES = 64  # faces on the film strip: seeds 1 to 64


def drawn_by(network: keras.Model):
    """A function from latents, float32 [N, latent], to the network's pictures, uint8 [N, R, R, 3], rounded."""
    draw = backend.compiled(lambda z: network(z, training=False), network.variables, frozen=True)
    return lambda z: drawn(draw, z)


def drawn(draw: Callable, z: np.ndarray) -> np.ndarray:
    """uint8 [N, R, R, 3]: what `draw` makes of z, in [-1, 1] as it should be; always as many at once, to be compiled once."""
    padded = np.concatenate([z, np.zeros((-len(z) % SAMPLES, z.shape[1]), np.float32)])
    parts = [ops.convert_to_numpy(draw(padded[i : i + SAMPLES])) for i in range(0, len(padded), SAMPLES)]
    return np.clip(np.rint((np.concatenate(parts)[: len(z)] + 1) * 127.5), 0, 255).astype(np.uint8)


def to_network_range(pictures):
    """uint8 pictures to float32 in [-1, 1]."""
    return ops.cast(pictures, "float32") / 127.5 - 1.0


def noise(seed: int, player: int, iteration: int, k: int, shape: tuple[int, int]) -> np.ndarray:
    """z of one update, float32: drawn from counters, so that a resumed run draws the same."""
    return np.random.default_rng([seed, 2 + player, iteration, k]).standard_normal(shape, dtype=np.float32)


def adam(name: str, settings: Adam, share: float = 1.0, **options) -> keras.optimizers.Adam:
    """Named, because Keras would count: a checkpoint's names must not hang on what the process built before.

    Args:
        share: with a penalty in one step of k only, k / (k + 1): Adam's rate and memory shrink to match (Karras et al.
            2020, appendix B).
    """
    return keras.optimizers.Adam(
        settings.learning_rate * share, settings.beta_1**share, settings.beta_2**share, name=name, **options
    )


def policy(precision: str) -> str:
    """Keras' name of a recipe's precision."""
    return {"float32": "float32", "bfloat16": "mixed_bfloat16"}[precision]


def means(on_reals, on_fakes) -> tuple:
    """Mean scores, and the share of reals and of fakes that the discriminator gets right; from probabilities."""
    right = [ops.mean(ops.cast(x, "float32")) for x in (on_reals > 0.5, on_fakes < 0.5)]
    return ops.mean(on_reals), ops.mean(on_fakes), *right
