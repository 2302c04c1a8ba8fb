"""A training step of the guide's networks (64 px, capacity 16, batch 32): our compiled step against its own loop.

The guide's loop is written with its calls (predict, two train_on_batch of the discriminator, one of the pair) and its
layers (Keras' own, where some of ours are faster), and made to train: the discriminator's function is traced before
its weights are switched off for the pair. Ours runs with `deterministic = false`: the guide's loop makes no such promise
either.
"""

import keras
import numpy as np

from bench.table import in_turn, show
from models import networks
from training import recipe as recipes
from training.data.pictures import PictureSet
from training.tasks.gan import Gan

BATCH, ROUNDS = 32, 15


def main() -> None:
    """First whether the guide's discriminator learns, as printed and made to; then the times."""
    data = PictureSet(np.random.RandomState(0).randint(0, 256, (512, 64, 64, 3), np.uint8), ["a"] * 512, [])
    guide_loop(data.pictures, as_printed=True)
    ways = {"the guide's loop": guide_loop(data.pictures)}
    for precision in ("float32", "bfloat16"):
        ways[f"our step, {precision}"] = our_step(data, precision)
    show(in_turn(ways, ROUNDS), "the guide's loop")


def our_step(data: PictureSet, precision: str):
    """The trainer's own step on the guide's recipe; reading a loss waits for it."""
    task = Gan(recipes.load("dcgan-guide", [f"precision={precision}", "deterministic=false"]), data)
    iterations = iter(range(10**9))
    return lambda: float(task.step(next(iterations), 0)["loss_generator"])


def guide_loop(pictures: np.ndarray, as_printed: bool = False):
    """One iteration by Keras' training calls, float32 as the guide's; `as_printed` without what makes it train."""
    family, reals = networks.family("dcgan"), pictures.astype(np.float32) / 127.5 - 1
    generator, discriminator = in_keras_layers(family.generator()), in_keras_layers(family.discriminator())
    ones, zeros, rng = np.ones((BATCH, 1)), np.zeros((BATCH, 1)), np.random.RandomState(1)
    discriminator.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(2e-4))
    if not as_printed:
        discriminator.train_on_batch(reals[:BATCH], ones)  # traced while it may still learn
    discriminator.trainable = False
    pair = keras.Sequential([generator, discriminator])
    pair.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(2e-4))
    before = [np.array(v) for v in discriminator.variables]

    def iteration():
        noise = rng.standard_normal((BATCH, 100)).astype(np.float32)
        discriminator.train_on_batch(reals[rng.randint(0, len(reals), BATCH)], ones)
        discriminator.train_on_batch(generator.predict(noise, verbose=0), zeros)
        pair.train_on_batch(rng.standard_normal((BATCH, 100)).astype(np.float32), ones)

    iteration()
    moved = sum(not np.array_equal(a, v) for a, v in zip(before, discriminator.variables))
    words = "as printed" if as_printed else "made to train"
    print(f"the guide's discriminator, {words}: {moved} of {len(before)} variables moved in one iteration")
    return iteration


def in_keras_layers(network: keras.Model) -> keras.Model:
    """The same network, drawn anew, with Keras' layers in place of ours, which derive from them."""

    def layer(ours):
        kind = type(ours) if type(ours).__module__.startswith("keras.") else type(ours).__base__
        return kind.from_config(ours.get_config())

    copy = keras.models.clone_model(network, clone_function=layer)
    assert [v.path for v in copy.variables] == [v.path for v in network.variables]
    return copy
