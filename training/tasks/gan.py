"""The GAN task: two players, a moving average of the generator, and the figures of its fakes."""

import random
from functools import partial

import numpy as np
from keras import ops

from models import backend, networks
from training.data.pictures import Batches, PictureSet
from training.evaluate import alarm, evaluate_tick, latents_of_seeds
from training.losses import LOSSES, r1
from training.recipe_gan import GanRecipe
from training.tasks import sheets
from training.tasks.players import SAMPLES, adam, drawn_by, means, noise, policy, to_network_range
from utils import pictures as pixels
from utils.errors import RecipeError


class Gan:
    """A generator, its moving average and a discriminator, with their optimisers.

    `step(iteration, images)` trains once; `state` is everything that a checkpoint must hold, as lists of Keras variables
    by name.
    """

    best_by, rising, generated = "swd", False, True
    notes, files = (), {}

    def __init__(self, recipe: GanRecipe, data: PictureSet):
        backend.prepare(one_at_a_time=recipe.deterministic)
        # Keras' initialisers take their seeds from here; its own `set_random_seed` would import every backend there is.
        random.seed(recipe.seed)
        self.recipe, self.data = recipe, data
        self.training, _ = data.split()
        self.batches = Batches(data.pictures, self.training, recipe.batch, recipe.seed, recipe.data.flip)
        self.loss = _loss_pair(recipe)
        self._build_networks()
        self._build_optimisers()
        self._compile()

    def _build_networks(self):
        recipe, family = self.recipe, networks.family(self.recipe.networks.family)
        common = {"resolution": recipe.data.resolution, "dtype": policy(recipe.precision)}
        self.generator = family.generator(**recipe.networks.generator, **common)
        self.average = family.generator(**recipe.networks.generator, **common)
        self.average.set_weights(self.generator.get_weights())
        self.discriminator = family.discriminator(**recipe.networks.discriminator, output=self.loss.output, **common)
        self.latent = self.generator.input_shape[-1]

    def _build_optimisers(self):
        every, regularised = self.recipe.loss.r1_every, self.recipe.loss.r1_gamma > 0
        self._share = every / (every + 1) if regularised else 1.0
        self.generator_optimiser = adam("generator_optimiser", self.recipe.generator_optimiser)
        self.discriminator_optimiser = adam("discriminator_optimiser", self.recipe.discriminator_optimiser, self._share)
        self.generator_optimiser.build(self.generator.trainable_variables)
        self.discriminator_optimiser.build(self.discriminator.trainable_variables)
        self.state = {
            "generator": self.generator.variables,
            "average": self.average.variables,
            "discriminator": self.discriminator.variables,
            "generator_optimiser": self.generator_optimiser.variables,
            "discriminator_optimiser": self.discriminator_optimiser.variables,
        }

    def _compile(self):
        everything = [v for variables in self.state.values() for v in variables]
        self._update_discriminator = backend.compiled(partial(self._discriminate, regularise=False), everything)
        self._update_discriminator_r1 = backend.compiled(partial(self._discriminate, regularise=True), everything)
        self._update_generator = backend.compiled(self._generate, everything)
        self.fakes = drawn_by(self.average)
        self._scores = backend.compiled(
            lambda x: self.discriminator(to_network_range(x), training=False), self.discriminator.variables, frozen=True
        )

    # The two updates: plain Keras, read by every backend.

    def _discriminate(self, reals, z, regularise):
        reals = to_network_range(reals)
        fakes = ops.stop_gradient(self.generator(z, training=True))

        def loss():
            # Reals and fakes pass apart: batch norm must not see them mixed.
            on_reals, on_fakes = self.discriminator(reals, training=True), self.discriminator(fakes, training=True)
            value = self.loss.discriminator(on_reals, on_fakes)
            if regularise:
                value = value + self._r1(reals)
            return value, on_reals, on_fakes

        (value, on_reals, on_fakes), grads = backend.gradients(loss, self.discriminator.trainable_variables)
        self.discriminator_optimiser.apply(grads, self.discriminator.trainable_variables)
        if self.loss.output == "logit":
            on_reals, on_fakes = ops.sigmoid(on_reals), ops.sigmoid(on_fakes)
        return value, *means(on_reals, on_fakes)

    def _r1(self, reals):
        """R1: half the mean squared gradient of the scores at the reals, worth `r1_every` steps (Mescheder 2018)."""
        penalty = r1(lambda x: self.discriminator(x, training=True), reals)
        return 0.5 * self.recipe.loss.r1_gamma * self.recipe.loss.r1_every * penalty

    def _generate(self, z, keep):
        def loss():
            # training=True: on moving statistics a discriminator with batch norm lets the generator collapse.
            return self.loss.generator(self.discriminator(self.generator(z, training=True), training=True))

        value, grads = backend.gradients(loss, self.generator.trainable_variables)
        self.generator_optimiser.apply(grads, self.generator.trainable_variables)
        for average, current in zip(self.average.variables, self.generator.variables):  # statistics too
            average.assign(keep * average + (1.0 - keep) * current)
        return value

    # What the loop calls.

    def step(self, iteration: int, images: int) -> dict:
        """One iteration; the losses and scores, still on the device. `images`: reals shown before it."""
        recipe = self.recipe
        self._set_rates(images / recipe.images)
        lazily = recipe.loss.r1_gamma > 0 and iteration % recipe.loss.r1_every == 0
        update = self._update_discriminator_r1 if lazily else self._update_discriminator
        for k in range(recipe.discriminator_updates):
            reals = self.batches(iteration * recipe.discriminator_updates + k)
            loss_d, on_reals, on_fakes, right_reals, right_fakes = update(reals, self._noise(iteration, 0, k))
        keep = np.float32(recipe.average.keep(images, self.images_a_step / recipe.generator_updates))
        for k in range(recipe.generator_updates):
            loss_g = self._update_generator(self._noise(iteration, 1, k), keep)
        return {
            "loss_discriminator": loss_d,
            "loss_generator": loss_g,
            "score_reals": on_reals,
            "score_fakes": on_fakes,
            "right_on_reals": right_reals,
            "right_on_fakes": right_fakes,
        }

    @property
    def images_a_step(self) -> int:
        return self.recipe.batch * self.recipe.discriminator_updates

    def _noise(self, iteration, player, k):
        return noise(self.recipe.seed, player, iteration, k, (self.recipe.batch, self.latent))

    def _set_rates(self, progress):
        self.generator_optimiser.learning_rate = self.recipe.generator_optimiser.rate(progress)
        self.discriminator_optimiser.learning_rate = self.recipe.discriminator_optimiser.rate(progress) * self._share

    def rates(self) -> dict:
        """Learning rates in force, for the events."""
        return {"learning_rate": float(ops.convert_to_numpy(self.generator_optimiser.learning_rate))}

    def sample(self) -> np.ndarray:
        """uint8, eight rows of eight: the film strip's faces, the same latents at every tick."""
        return pixels.grid(self.fakes(latents_of_seeds(SAMPLES, self.latent)), columns=8)

    def sheet(self, iteration: int) -> np.ndarray | None:
        """The guide's sheet of scored fakes and reals where it is due after `iteration`, else None."""
        every = self.recipe.sheet.every_iterations
        if not every or iteration % every:
            return None
        z = self._noise(iteration, 9, 0)[:5]
        fakes, reals = self.fakes(z), self.data.pictures[self.training[:5]]
        scores = ops.convert_to_numpy(self._scores(np.concatenate([fakes, reals])))
        if self.loss.output == "logit":
            scores = 1 / (1 + np.exp(-scores))
        return sheets.scored(fakes, reals, scores[:, 0])

    def evaluate(self, pictures: int) -> dict:
        """Figures of the moving average against held-out reals, for the events: SWD per level and diversity."""
        return evaluate_tick(self.fakes, self.latent, self.data, pictures)

    def alarm(self, event: dict, images: int) -> str | None:
        """A sentence where the fakes have become alike; else None."""
        return alarm(event, images)


def _loss_pair(recipe):
    """The recipe's pair of losses, if it goes with the rest of the recipe."""
    known = {name: pair for name, pair in LOSSES.items() if pair.output != "score"}  # those want a gradient penalty
    pair = known.get(recipe.loss.name)
    if pair is None:
        raise RecipeError(f"There is no loss `{recipe.loss.name}` here. Known: {', '.join(known)}.")
    if recipe.loss.r1_gamma and pair.output != "logit":
        raise RecipeError(f"`loss.r1_gamma` needs a loss on logits, as non_saturating is; {recipe.loss.name} is not.")
    return pair
