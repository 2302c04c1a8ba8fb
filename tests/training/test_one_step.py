"""The tiny GAN: each step changes one player, the right way, and many steps bring the fakes to the reals."""

import time

import numpy as np
import pytest

from training import one_step
from training.one_step import TinyGan

PLACES = np.random.RandomState(1).uniform(-2, 2, (200, 2))


def far(fakes: np.ndarray, reals: np.ndarray) -> float:
    """Energy distance between two clouds (Szekely and Rizzo 2013): 0 where they are alike."""

    def mean(a, b):
        return np.linalg.norm(a[:, None] - b[None], axis=-1).mean()

    return 2 * mean(fakes, reals) - mean(fakes, fakes) - mean(reals, reals)


@pytest.mark.parametrize("seed", range(4))
def test_a_discriminators_step_moves_no_fake_and_lowers_its_loss(seed):
    gan = TinyGan(seed)
    before, scores = gan.look(), gan.scores(PLACES)
    gan.step_discriminator()
    after = gan.look()
    assert np.array_equal(before.fakes, after.fakes)
    assert after.loss_discriminator < before.loss_discriminator
    assert np.abs(gan.scores(PLACES) - scores).max() > 0.02
    assert gan.steps == {"discriminator": 1, "generator": 0}


@pytest.mark.parametrize("seed", range(4))
def test_a_generators_step_moves_the_fakes_to_higher_scores_and_leaves_the_discriminator(seed):
    gan = TinyGan(seed)
    gan.step_discriminator()
    before, scores = gan.look(), gan.scores(PLACES)
    gan.step_generator()
    after = gan.look()
    assert np.array_equal(gan.scores(PLACES), scores)
    assert after.loss_generator < before.loss_generator and after.score_fakes > before.score_fakes
    moved = np.linalg.norm(after.fakes - before.fakes, axis=1)
    assert 0.005 < moved.mean() < 0.5, "seen on the chart, yet no jump"


@pytest.mark.parametrize("seed", range(6))
def test_many_steps_bring_the_fakes_to_the_reals_and_the_scores_to_a_half(seed):
    gan = TinyGan(seed)
    start = far(gan.fakes(), gan.reals)
    for _ in range(300):
        gan.step_discriminator()
        gan.step_generator()
    look = gan.look()
    assert far(look.fakes, gan.reals) < start / 10
    assert look.score_reals == pytest.approx(0.5, abs=0.08) and look.score_fakes == pytest.approx(0.5, abs=0.08)
    assert look.loss_discriminator == pytest.approx(np.log(4), abs=0.1)


@pytest.mark.parametrize("seed", range(4))
def test_a_generator_alone_runs_past_the_reals(seed):
    gan = TinyGan(seed)
    for _ in range(40):
        gan.step_generator()
    assert np.linalg.norm(gan.fakes().mean(0)) > 2 * np.linalg.norm(gan.reals, axis=1).max()


@pytest.mark.parametrize("seed", range(4))
def test_a_discriminator_alone_tells_ever_better(seed):
    gan = TinyGan(seed)
    start = gan.look()
    for _ in range(20):
        gan.step_discriminator()
    look = gan.look()
    assert look.loss_discriminator < start.loss_discriminator - 0.1
    assert look.score_reals - look.score_fakes > start.score_reals - start.score_fakes + 0.1


def test_equal_seeds_and_steps_are_equal_to_the_bit():
    def played():
        gan = TinyGan(5)
        for _ in range(20):
            gan.step_discriminator()
            gan.step_generator()
        return gan

    assert np.array_equal(played().fakes(), played().fakes())
    assert not np.array_equal(TinyGan(5).reals, TinyGan(6).reals)


def test_gradients_are_those_of_small_differences():
    network = one_step._Network((2, 5, 4, 1), np.random.RandomState(3))
    x = np.random.RandomState(4).standard_normal((7, 2))

    def loss():
        return float(one_step._softplus(-network(x)).mean())

    arrays, at_input = network.gradients(x, lambda logit: (one_step._sigmoid(logit) - 1) / len(x))
    for array, gradient in [*zip(network.arrays, arrays), (x, at_input)]:
        place = (0,) * array.ndim
        value, small = array[place], 1e-6
        array[place] = value + small
        above = loss()
        array[place] = value - small
        below = loss()
        array[place] = value
        assert gradient[place] == pytest.approx((above - below) / (2 * small), rel=1e-4, abs=1e-8)


def test_it_is_a_few_hundred_weights_and_fast_enough_for_a_click():
    gan = TinyGan()
    assert all(200 < count < 500 for count in gan.weights.values())
    began = time.process_time()
    for _ in range(10):
        gan.step_discriminator()
        gan.step_generator()
    assert time.process_time() - began < 0.2
