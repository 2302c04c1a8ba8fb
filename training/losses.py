"""Losses of the two players. Each is a function of the discriminator's outputs, float32 [N, 1].

A pair says on which output it stands, `probability` (a sigmoid unit) or `logit`; the discriminator is built
to fit. To add a loss, write its two functions and a line in `LOSSES`; recipes then may name it.
"""

from collections.abc import Callable
from typing import NamedTuple

from keras import ops


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


def _mean_log(probability):
    return -ops.mean(ops.log(ops.clip(probability, 1e-7, 1.0)))


LOSSES = {
    "cross_entropy": Pair("probability", cross_entropy_discriminator, cross_entropy_generator),
    "non_saturating": Pair("logit", non_saturating_discriminator, non_saturating_generator),
}
