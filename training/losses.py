"""Losses of the two players, functions of the discriminator's outputs, float32 [N, 1]; and penalties on its slope.

A pair says on which output it stands: `probability` (a sigmoid unit), `logit`, or a `score` of any size; the
discriminator is built to fit. To add a loss, write its two functions and a line in `LOSSES`; recipes then may name it.
"""

from collections.abc import Callable
from typing import NamedTuple

from keras import ops

from models import backend

ROOT_EPSILON = 1e-12  # under the root of a slope's length, whose derivative has no end at zero


class Pair(NamedTuple):
    """`discriminator(on_reals, on_fakes) -> scalar`, `generator(on_fakes) -> scalar`, and the output they read."""

    output: str
    discriminator: Callable
    generator: Callable


def cross_entropy_discriminator(on_reals, on_fakes):
    """Binary cross-entropy with labels 1 for reals and 0 for fakes (Goodfellow et al. 2014)."""
    return _mean_log(on_reals) + _mean_log(1.0 - on_fakes)


def cross_entropy_generator(on_fakes):
    """Binary cross-entropy of fakes labelled 1: the form that does not saturate."""
    return _mean_log(on_fakes)


def non_saturating_discriminator(on_reals, on_fakes):
    """The same cross-entropy, on logits: softplus keeps it exact where a sigmoid would round to 0 or 1."""
    return ops.mean(ops.softplus(-on_reals)) + ops.mean(ops.softplus(on_fakes))


def non_saturating_generator(on_fakes):
    """Cross-entropy of fakes labelled 1, on logits."""
    return ops.mean(ops.softplus(-on_fakes))


def wasserstein_discriminator(on_reals, on_fakes):
    """Minus the estimate of the Wasserstein distance (Arjovsky et al. 2017); it needs a gradient penalty."""
    return ops.mean(on_fakes) - ops.mean(on_reals)


def wasserstein_generator(on_fakes):
    """Minus the mean score of fakes."""
    return -ops.mean(on_fakes)


def r1(score: Callable, reals):
    """Mean squared length of the scores' gradient at the reals (Mescheder et al. 2018); a scalar.

    Args:
        score: pictures [N, H, W, 3] -> [N, 1].
        reals: float32 [N, H, W, 3].
    """
    return ops.mean(_squared_slopes(score, reals))


def gradient_penalty(score: Callable, reals, fakes, mix):
    """Mean of (length of the scores' gradient - 1)², between reals and fakes (Gulrajani et al. 2017); a scalar.

    Args:
        score: pictures [N, H, W, 3] -> [N, 1].
        reals, fakes: float32 [N, H, W, 3].
        mix: float32 [N, 1, 1, 1] in [0, 1), how far each place is from its real to its fake.
    """
    slopes = _squared_slopes(score, reals + (fakes - reals) * mix)
    return ops.mean(ops.square(ops.sqrt(slopes + ROOT_EPSILON) - 1.0))


def drift(on_reals):
    """Mean squared score of reals: a little of it keeps scores from wandering off (Karras et al. 2018, appendix A.1)."""
    return ops.mean(ops.square(on_reals))


def _squared_slopes(score, pictures):
    slope = backend.input_gradient(lambda x: ops.sum(score(x)), pictures)
    return ops.sum(ops.square(slope), axis=(1, 2, 3))


def _mean_log(probability):
    return -ops.mean(ops.log(ops.clip(probability, 1e-7, 1.0)))


LOSSES = {
    "cross_entropy": Pair("probability", cross_entropy_discriminator, cross_entropy_generator),
    "non_saturating": Pair("logit", non_saturating_discriminator, non_saturating_generator),
    "wasserstein": Pair("score", wasserstein_discriminator, wasserstein_generator),
}
