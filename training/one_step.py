"""A GAN small enough to be watched: pictures of two numbers, one step of one player at a time. NumPy alone.

A "picture" is a point of the plane. The reals lie on an arc; the generator turns noise into points; the discriminator
gives every place of the plane a score. Both are dense networks of two hidden layers, a few hundred weights each. The
losses are those of the large GANs (`non_saturating`, training/losses.py; Goodfellow et al. 2014, section 3), the steps are
RMSProp's with Adam's start (Kingma and Ba 2015, with beta_1 = 0). All points take part in every step, so that a loss
before and after it is the loss of the same points.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

POINTS = 96  # reals, and as many fakes
HIDDEN = 16
LEARNING_RATE = {"discriminator": 0.02, "generator": 0.01}
KEEP = 0.99  # of the mean squared gradient
LEAK = 0.2  # slope of LeakyReLU below zero


class Look(NamedTuple):
    """Both losses, the mean scores of reals and fakes in [0, 1], and where the fakes are, float64 [N, 2]."""

    loss_discriminator: float
    loss_generator: float
    score_reals: float
    score_fakes: float
    fakes: np.ndarray


class TinyGan:
    """Two players on the plane. Equal seeds and equal steps give equal points.

    `reals` is float64 [N, 2], within [-2, 2] as the fakes mostly are; `steps` counts the steps of each player.
    """

    def __init__(self, seed: int = 0):
        random = np.random.RandomState(seed)
        self.reals = _arc(random)
        self._z = random.standard_normal((POINTS, 2))
        self._discriminator = _Network((2, HIDDEN, HIDDEN, 1), random)
        self._generator = _Network((2, HIDDEN, HIDDEN, 2), random, last=0.3)  # starts as a small clump
        self.steps = {"discriminator": 0, "generator": 0}

    @property
    def weights(self) -> dict[str, int]:
        """How many numbers each player learns."""
        players = {"discriminator": self._discriminator, "generator": self._generator}
        return {name: sum(array.size for array in network.arrays) for name, network in players.items()}

    def fakes(self) -> np.ndarray:
        """float64 [N, 2]: where the generator puts the same noise now."""
        return self._generator(self._z)

    def scores(self, points: np.ndarray) -> np.ndarray:
        """float64 [N] in [0, 1]: how real the discriminator takes each point, [N, 2], to be."""
        return _sigmoid(self._discriminator(points)[:, 0])

    def look(self) -> Look:
        """Where things stand; changes nothing."""
        fakes = self.fakes()
        on_reals, on_fakes = self._discriminator(self.reals), self._discriminator(fakes)
        return Look(
            float(_softplus(-on_reals).mean() + _softplus(on_fakes).mean()),
            float(_softplus(-on_fakes).mean()),
            float(_sigmoid(on_reals).mean()),
            float(_sigmoid(on_fakes).mean()),
            fakes,
        )

    def step_discriminator(self) -> None:
        """The discriminator learns from all reals and fakes; the generator, and so the fakes, stay."""
        network, fakes = self._discriminator, self.fakes()
        on_reals, _ = network.gradients(self.reals, lambda logit: (_sigmoid(logit) - 1) / POINTS)
        on_fakes, _ = network.gradients(fakes, lambda logit: _sigmoid(logit) / POINTS)
        network.move([a + b for a, b in zip(on_reals, on_fakes)], LEARNING_RATE["discriminator"])
        self.steps["discriminator"] += 1

    def step_generator(self) -> None:
        """The generator learns from the discriminator's scores of its fakes; the discriminator stays."""
        fakes = self.fakes()
        _, uphill = self._discriminator.gradients(fakes, lambda logit: (_sigmoid(logit) - 1) / POINTS)
        arrays, _ = self._generator.gradients(self._z, lambda _: uphill)
        self._generator.move(arrays, LEARNING_RATE["generator"])
        self.steps["generator"] += 1


class _Network:
    """Dense layers with LeakyReLU between them, and the squared gradients that scale their steps."""

    def __init__(self, sizes, random, last=1.0):
        scales = [np.sqrt(2 / inputs) for inputs in sizes[:-1]]  # He et al. 2015
        scales[-1] *= last
        shapes = pairwise(sizes)
        kernels = [scale * random.standard_normal(shape) for scale, shape in zip(scales, shapes)]
        self.layers = [(kernel, np.zeros(kernel.shape[1])) for kernel in kernels]
        self.arrays = [array for layer in self.layers for array in layer]
        self._squares, self._moves = [np.zeros_like(array) for array in self.arrays], 0

    def __call__(self, x):
        return self._forward(x)[-1]

    def _forward(self, x):
        """What every layer was given, and the output."""
        seen = [x]
        for kernel, bias in self.layers[:-1]:
            x = x @ kernel + bias
            x = np.where(x > 0, x, LEAK * x)
            seen.append(x)
        kernel, bias = self.layers[-1]
        return [*seen, x @ kernel + bias]

    def gradients(self, x, of_output):
        """Gradients with respect to (every array, the input); `of_output` tells the loss's with respect to the output."""
        *seen, output = self._forward(x)
        gradient, found = of_output(output), []
        for k in reversed(range(len(self.layers))):
            found[:0] = [seen[k].T @ gradient, gradient.sum(0)]
            gradient = gradient @ self.layers[k][0].T
            if k:  # what enters layer k has passed a LeakyReLU, which keeps the sign
                gradient = gradient * np.where(seen[k] > 0, 1.0, LEAK)
        return found, gradient

    def move(self, gradients, learning_rate):
        self._moves += 1
        for array, square, gradient in zip(self.arrays, self._squares, gradients):
            square += (1 - KEEP) * (gradient**2 - square)
            array -= learning_rate * gradient / (np.sqrt(square / (1 - KEEP**self._moves)) + 1e-8)


def _arc(random):
    """Points on the lower half of a circle, a little scattered."""
    angle = random.uniform(1.05 * np.pi, 1.95 * np.pi, POINTS)
    return 1.3 * np.stack([np.cos(angle), np.sin(angle) + 0.5], 1) + 0.08 * random.standard_normal((POINTS, 2))


def _sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def _softplus(x):
    return np.logaddexp(0, x)
