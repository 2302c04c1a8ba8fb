"""The growing GAN task: two players that work at one resolution after another, the newest faded in."""

import random
from dataclasses import replace
from functools import partial

import keras
import numpy as np
from keras import ops

from models import backend
from models.equalised import doubled, fade, halved
from models.networks.progressive import GrowingDiscriminator, GrowingGenerator
from training import differentiable
from training.data.order import Order
from training.data.pictures import PictureSet
from training.evaluate import alarm, evaluate_tick, latents_of_seeds
from training.losses import LOSSES, drift, gradient_penalty, r1
from training.recipe_progressive import ProgressiveRecipe
from training.tasks.players import SAMPLES, adam, drawn, means, noise, policy, to_network_range
from utils import pictures as pixels


class Progressive:
    """A growing generator, its moving average and a growing discriminator; see training/tasks/__init__.py.

    Stage and alpha are functions of the images seen (`recipe.place`), so that a resumed run stands where it stood, in
    the middle of a fade too. Functions are compiled once a stage.
    """

    best_by, rising, generated = "swd", False, True
    notes, files = (), {}

    def __init__(self, recipe: ProgressiveRecipe, data: PictureSet):
        backend.prepare(one_at_a_time=recipe.deterministic)
        random.seed(recipe.seed)  # Keras' initialisers take their seeds from here
        self.recipe, self.data = recipe, data
        self.training, _ = data.split()
        self.order = Order(self.training, recipe.seed)
        self.loss, self.place = LOSSES[recipe.loss.name], recipe.place(0)
        self._build()
        self._compile()

    def _build(self):
        recipe = self.recipe
        common = {"resolution": recipe.data.resolution, "dtype": policy(recipe.precision)}
        self.generator = GrowingGenerator(**recipe.networks.generator, **common)
        self.average = GrowingGenerator(**recipe.networks.generator, **common)
        self.discriminator = GrowingDiscriminator(**recipe.networks.discriminator, **common)
        self.latent = self.generator.latent
        for copy, variable in zip(self.average.all_variables, self.generator.all_variables):
            copy.assign(ops.convert_to_numpy(variable))  # not its buffer: JAX gives each away
        lazily = self.loss.output == "logit" and recipe.loss.r1 > 0
        self._share = recipe.loss.r1_every / (recipe.loss.r1_every + 1) if lazily else 1.0
        self.generator_optimiser = adam("generator_optimiser", recipe.generator_optimiser, epsilon=1e-8)
        self.discriminator_optimiser = adam(
            "discriminator_optimiser", recipe.discriminator_optimiser, self._share, epsilon=1e-8
        )
        self.generator_optimiser.build(self.generator.all_variables)
        self.discriminator_optimiser.build(self.discriminator.all_variables)
        self._grown = keras.Variable(0, dtype="int32", trainable=False, name="grown")  # the stage the optimisers know
        self.state = {
            "generator": self.generator.grown_variables,  # as a model of the catalogue has them
            "average": self.average.grown_variables,
            "generator_outgrown": self.generator.outgrown_variables,
            "average_outgrown": self.average.outgrown_variables,
            "discriminator": self.discriminator.all_variables,
            "generator_optimiser": self.generator_optimiser.variables,
            "discriminator_optimiser": self.discriminator_optimiser.variables,
            "growth": [self._grown],
        }

    def _compile(self):
        """The functions of the stage where the training stands; those of the one before are let go."""
        stage, regularised = self.place.stage, self.loss.output == "score"
        everything = [v for variables in self.state.values() for v in variables]
        self._update_discriminator = backend.compiled(partial(self._discriminate, stage, regularised), everything)
        self._update_discriminator_r1 = backend.compiled(partial(self._discriminate, stage, True), everything)
        self._update_generator = backend.compiled(partial(self._generate, stage), everything)
        self._draw = backend.compiled(
            lambda z, alpha: self.average(z, stage, alpha), self.average.all_variables, frozen=True
        )
        self._compiled = stage

    # The two updates: plain Keras, read by every backend. `alpha` is the stage's and nothing else.

    def _discriminate(self, stage, regularise, reals, z, draws, mix, alpha):
        reals = to_network_range(reals)
        if stage:  # reals are faded in as fakes are: else they would be told apart by their detail
            reals = fade(doubled(halved(reals)), reals, alpha)
        fakes = ops.stop_gradient(self.generator(z, stage, alpha))
        reals, fakes = self._augmented(reals, draws[0]), self._augmented(fakes, draws[1])

        def precise(pictures):
            return self.discriminator(pictures, stage, alpha, dtype="float32")

        def loss():
            on_reals, on_fakes = (self.discriminator(x, stage, alpha) for x in (reals, fakes))
            value, penalty = self.loss.discriminator(on_reals, on_fakes), 0.0
            if regularise and self.loss.output == "score":
                penalty = self.recipe.loss.gradient_penalty * gradient_penalty(precise, reals, fakes, mix)
                penalty = penalty + self.recipe.loss.drift * drift(on_reals)
            elif regularise:
                gamma = self.recipe.loss.r1 * reals.shape[1] ** 2 / reals.shape[0]
                penalty = 0.5 * gamma * self.recipe.loss.r1_every * r1(precise, reals)
            return value + penalty, on_reals, on_fakes

        own = self.discriminator.variables(stage)
        (value, on_reals, on_fakes), grads = backend.gradients(loss, own)
        self.discriminator_optimiser.apply(grads, own)
        return value, *self._scores(on_reals, on_fakes)

    def _generate(self, stage, z, draws, alpha, keep):
        def loss():
            fakes = self._augmented(self.generator(z, stage, alpha), draws)
            return self.loss.generator(self.discriminator(fakes, stage, alpha))

        own = self.generator.variables(stage)
        value, grads = backend.gradients(loss, own)
        self.generator_optimiser.apply(grads, own)
        for average, current in zip(self.average.variables(stage), own):
            average.assign(keep * average + (1.0 - keep) * current)
        return value

    def _augmented(self, pictures, draws):
        return differentiable.augment(pictures, draws, self.recipe.augment)

    def _scores(self, on_reals, on_fakes):
        """Mean scores, as probabilities where they are logits; and the share of reals and fakes on the right side."""
        if self.loss.output == "logit":
            return means(ops.sigmoid(on_reals), ops.sigmoid(on_fakes))
        real, fake = ops.mean(on_reals), ops.mean(on_fakes)
        middle = (real + fake) / 2.0
        right = [ops.mean(ops.cast(x, "float32")) for x in (on_reals > middle, on_fakes < middle)]
        return real, fake, *right

    # What the loop calls.

    @property
    def images_a_step(self) -> int:
        return self.place.batch

    def step(self, iteration: int, images: int) -> dict:
        """One iteration; the losses and scores, still on the device. `images`: reals shown before it."""
        recipe = self.recipe
        self._stand_at(images)
        alpha, batch, every = np.float32(self.place.alpha), self.place.batch, recipe.loss.r1_every
        rng = np.random.default_rng([recipe.seed, 6, iteration])
        draws = np.stack([differentiable.draw(rng, batch) for _ in range(3)])
        mix = rng.random((batch, 1, 1, 1), dtype=np.float32)
        lazily = self.loss.output == "logit" and recipe.loss.r1 > 0 and iteration % every == 0
        update = self._update_discriminator_r1 if lazily else self._update_discriminator
        loss_d, *scores = update(self._reals(iteration, images), self._noise(iteration, 0), draws[:2], mix, alpha)
        keep = np.float32(recipe.average.keep(images, batch))
        loss_g = self._update_generator(self._noise(iteration, 1), draws[2], alpha, keep)
        names = ("score_reals", "score_fakes", "right_on_reals", "right_on_fakes")
        return {"loss_discriminator": loss_d, "loss_generator": loss_g, **dict(zip(names, scores))}

    def _stand_at(self, images):
        """Stage, alpha and learning rates after `images` images; a stage that the optimisers do not know resets them.

        Without that, weights that have just come would be moved up to ten times as far as the rate says: Adam's one count
        of steps would take their first gradients for the average of many.
        """
        self.place = self.recipe.place(images)
        if int(ops.convert_to_numpy(self._grown)) != self.place.stage:
            for variable in (*self.generator_optimiser.variables, *self.discriminator_optimiser.variables):
                variable.assign(np.zeros(variable.shape, variable.dtype))
            self._grown.assign(self.place.stage)
        if self._compiled != self.place.stage:
            self._compile()
        progress = images / self.recipe.images
        self.generator_optimiser.learning_rate = self.recipe.generator_optimiser.rate(progress)
        self.discriminator_optimiser.learning_rate = self.recipe.discriminator_optimiser.rate(progress) * self._share

    def _reals(self, iteration, images):
        """uint8 [batch, R, R, 3] at the stage's size: always a whole batch, however the pictures run out."""
        places = [self.order[k] for k in range(images, images + self.place.batch)]
        reals = _Smaller(self.data.pictures, self.place.size)[places]
        if self.recipe.data.flip:
            mirrored = np.random.default_rng([self.recipe.seed, 1, iteration]).random(len(reals)) < 0.5
            reals[mirrored] = reals[mirrored, :, ::-1]
        return reals

    def _noise(self, iteration, player):
        return noise(self.recipe.seed, player, iteration, 0, (self.place.batch, self.latent))

    def rates(self) -> dict:
        """Learning rate in force, stage in pixels and alpha, for the events."""
        rate = float(ops.convert_to_numpy(self.generator_optimiser.learning_rate))
        return {"learning_rate": rate, "stage": self.place.size, "alpha": self.place.alpha}

    def fakes(self, z: np.ndarray) -> np.ndarray:
        """uint8 [N, R, R, 3]: what the moving average makes of z, as far as it is grown and faded in."""
        alpha = np.float32(self.place.alpha)
        return drawn(lambda part: self._draw(part, alpha), z)

    def sample(self) -> np.ndarray:
        """uint8, eight rows of eight: the film strip's faces, at the last stage's size whatever they are drawn at."""
        fakes = self.fakes(latents_of_seeds(SAMPLES, self.latent))
        times = self.recipe.data.resolution // fakes.shape[1]
        return pixels.grid(fakes.repeat(times, 1).repeat(times, 2), columns=8)

    def sheet(self, iteration: int) -> None:
        """None: a sheet of scores is the DCGAN guide's."""

    def evaluate(self, pictures: int) -> dict:
        """Figures of the moving average against held-out reals at the stage's size: SWD per level and diversity.

        Their mean, by which the best checkpoint is chosen, is there once the last stage is faded in: means of fewer levels
        are others.
        """
        at_size = replace(self.data, pictures=_Smaller(self.data.pictures, self.place.size))
        figures = evaluate_tick(self.fakes, self.latent, at_size, pictures)
        if self.place.size < self.recipe.data.resolution or self.place.alpha < 1:
            figures.pop("swd", None)
        return figures

    def alarm(self, event: dict, images: int) -> str | None:
        """A sentence where the fakes have become alike; else None."""
        return alarm(event, images)


class _Smaller:
    """Pictures at another size, made when asked for: means of the pixels that fall together.

    Args:
        pictures: uint8 [N, R, R, 3].
        size: R divided by a power of two.
    """

    def __init__(self, pictures: np.ndarray, size: int):
        self.pictures, self.size = pictures, size

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, places) -> np.ndarray:
        return np.stack([pixels.square(picture, self.size) for picture in self.pictures[places]])
