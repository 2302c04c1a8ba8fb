"""The GAN task's arithmetic: the regulariser, the average and the rates are what the papers and the recipe say."""

import numpy as np
import pytest
from keras import ops

from tests.training.conftest import TINY, squares
from training import recipe as recipes
from training import tasks
from training.data.pictures import PictureSet
from utils.errors import RecipeError


@pytest.fixture
def task(tmp_path):
    def build(*settings):
        path = tmp_path / "tiny.toml"
        path.write_text(TINY)
        data = PictureSet(squares(40), [f"{number:03d}.png" for number in range(40)], [])
        return tasks.build(recipes.load(str(path), list(settings)), data)

    return build


def values(variables):
    return [np.array(v) for v in variables]


def test_lazy_r1_is_half_gamma_times_every_times_the_mean_squared_slope(task):
    """Of a linear discriminator, whose slope can be told from its scores alone."""
    gan = task("loss.r1_gamma=0.8", "loss.r1_every=4", "networks.discriminator.slope=1.0")
    reals = squares(3).astype(np.float32) / 127.5 - 1
    penalty = float(gan._r1(ops.convert_to_tensor(reals)))
    rng = np.random.RandomState(0)
    score = lambda x: np.asarray(gan.discriminator(x))[:, 0]
    zero = np.zeros_like(reals[:1])
    # the squared slope of a linear map is the mean of (f(v) - f(0))^2 over v of unit variance
    draws = rng.standard_normal((4000, *reals.shape[1:])).astype(np.float32)
    slopes = np.concatenate([score(draws[i : i + 500]) for i in range(0, 4000, 500)]) - score(zero)
    assert penalty == pytest.approx(0.5 * 0.8 * 4 * (slopes**2).mean(), rel=0.1)


def test_the_average_follows_the_generator_with_the_recipes_half_life(task):
    gan = task("average.half_life_kimg=0.1", "average.ramp=0.5")
    average = values(gan.average.variables)
    for iteration, images in ((0, 0), (1, 16), (2, 400)):
        gan.step(iteration, images)
        half_life = min(100, 0.5 * images)
        keep = 0.5 ** (16 / half_life) if half_life else 0.0
        average = [keep * a + (1 - keep) * g for a, g in zip(average, values(gan.generator.variables))]
    for wanted, found in zip(average, gan.average.variables):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_rates_fall_as_the_recipe_says_and_lazy_r1_shortens_adams_memory(task):
    gan = task("images=1600", "discriminator_optimiser.decay=0.5", "discriminator_optimiser.final=0.2")
    share = 4 / 5  # r1_every 4: one step in four more
    assert gan.discriminator_optimiser.beta_2 == pytest.approx(0.99**share)
    gan.step(75, 1200)  # halfway through the last half
    assert float(gan.generator_optimiser.learning_rate) == pytest.approx(2e-3 * 0.6)
    assert float(gan.discriminator_optimiser.learning_rate) == pytest.approx(2e-3 * 0.6 * share)


def test_one_step_moves_both_players_and_leaves_every_number_finite(task):
    gan = task()
    before = {part: values(variables) for part, variables in gan.state.items()}
    losses = gan.step(0, 0)
    assert all(np.isfinite(float(value)) for value in losses.values())
    for part in ("generator", "discriminator"):
        moved = [not np.array_equal(old, new) for old, new in zip(before[part], values(gan.state[part]))]
        assert all(moved), part
    assert all(np.isfinite(value).all() for variables in gan.state.values() for value in values(variables))


def test_the_guides_discriminator_learns(task):
    """The fault of its printed code under Keras 3: no variable of it ever moves."""
    gan = task("loss.name=cross_entropy", "loss.r1_gamma=0", "networks.discriminator.norm=true")
    before = values(gan.discriminator.variables)
    gan.step(0, 0)
    assert all(not np.array_equal(old, new) for old, new in zip(before, values(gan.discriminator.variables)))


def test_more_updates_of_the_discriminator_show_it_more_reals(task):
    gan = task("discriminator_updates=3")
    assert gan.images_a_step == 48
    seen = []
    batches = gan.batches
    gan.batches = lambda number: (seen.append(number), batches(number))[1]
    gan.step(2, 96)
    assert seen == [6, 7, 8]


@pytest.mark.parametrize(
    "setting, named",
    [
        ("loss.name=hinge", "hinge"),  # no such loss
        ("loss.name=cross_entropy", "r1_gamma"),  # R1 stands on logits
        ("networks.generator.wings=2", "wings"),  # no such argument
        ('networks.generator.kernel="x"', "cannot be built"),  # no number
    ],
)
def test_what_cannot_be_built_is_a_sentence(task, setting, named):
    with pytest.raises(RecipeError, match=named):
        task(setting)
