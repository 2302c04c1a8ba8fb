"""The growing GAN: its arithmetic against the papers, and the faults that other implementations are known for."""

import numpy as np
import pytest
from keras import ops

from tests.training.conftest import squares
from tests.training.growing import GROWING
from training import differentiable, losses, tasks
from training import recipe as recipes
from training.data.pictures import PictureSet
from training.recipe_progressive import Differentiable, GrowingAdam
from training.tasks.progressive import Progressive
from utils.errors import RecipeError


@pytest.fixture(scope="module")
def recipe_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("growing") / "growing.toml"
    path.write_text(GROWING)
    return path


@pytest.fixture
def recipe(recipe_file):
    return lambda *settings: recipes.load(str(recipe_file), list(settings))


@pytest.fixture
def task(recipe):
    def build(*settings, pictures=40):
        data = PictureSet(squares(pictures, 16), [f"{number:03d}.png" for number in range(pictures)], [])
        return tasks.build(recipe(*settings), data)

    return build


def values(variables):
    return [np.array(v) for v in variables]


# Alpha and stages


def test_alpha_rises_from_0_to_1_in_every_stage_and_stays_there(recipe):
    """Not stuck at 0 by a division of whole numbers, not begun anew where it is stable."""
    growing, images, seen = recipe(), 0, {}
    while images < growing.images:
        place = growing.place(images)
        seen.setdefault(place.size, []).append(place.alpha)
        images += place.batch
    assert {size: len(alphas) for size, alphas in seen.items()} == {4: 10, 8: 40, 16: 30}
    assert set(seen[4]) == {1.0}  # there is nothing to fade from
    np.testing.assert_allclose(seen[8], [min(1, k * 4 / 80) for k in range(40)])
    np.testing.assert_allclose(seen[16], [min(1, k * 8 / 120) for k in range(30)])


@pytest.mark.parametrize("images, batch", [(483, 7), (1001, 8), (97, 16)])
def test_stages_are_whole_steps_in_order_whatever_the_numbers(recipe, images, batch):
    growing, at, sizes, alphas = recipe(f"images={images}", f"batch={batch}", "stages.8.batch=0"), 0, [], []
    while at < growing.images:
        place = growing.place(at)
        assert place.batch == batch
        if sizes and place.size == sizes[-1]:
            assert place.alpha >= alphas[-1]
        elif sizes:
            assert place.size == 2 * sizes[-1] and place.alpha == 0
        sizes.append(place.size), alphas.append(place.alpha)
        at += batch
    assert sizes[0] == 4 and sizes[-1] == 16 and set(sizes) == {4, 8, 16}


def test_the_guides_schedule():
    icons = recipes.load("pggan-icons")
    places = [icons.place(iteration * 8) for iteration in range(60_000)]
    assert [sum(place.size == 4 * 2**k for place in places) for k in range(7)] == [7_500] * 6 + [15_000]
    assert [places[k].alpha for k in (7_500, 11_250, 14_999)] == pytest.approx([0, 0.5, 1], abs=2e-4)
    assert places[52_499].alpha < 1 and {place.alpha for place in places[52_500:]} == {1.0}
    rates = [icons.generator_optimiser.rate(iteration / 60_000) for iteration in (0, 56_249, 56_250, 59_999)]
    assert rates == pytest.approx([5e-4, 5e-4, 1e-4, 1e-4]) and not icons.data.flip


@pytest.mark.parametrize("batch", [7, 8, 48])
def test_the_rate_falls_though_no_step_ever_lands_on_the_place(batch):
    adam = GrowingAdam(learning_rate=1.0, beta_1=0, beta_2=0.9, decay=0.0625, final=0.2, falls="at_once")
    rates = [adam.rate(images / 1000) for images in range(0, 1000, batch)]
    assert rates == sorted(rates, reverse=True) and set(rates) == {1.0, 0.2}


def test_what_can_be_published_is_the_last_stage_that_is_faded_in(recipe):
    growing = recipe()
    assert [growing.resolution_at(images) for images in (0, 80, 120, 200, 240, 300, 480)] == [4, 4, 4, 8, 8, 8, 16]


@pytest.mark.parametrize(
    "setting, named",
    [
        ("data.resolution=32", "stages.32"),  # a stage that has no numbers
        ("stages.8.batch=1", "stages.8.batch"),  # no deviation in a batch of one
        ("networks.family=dcgan", "networks.family"),  # does not grow
        ("loss.name=cross_entropy", "loss.name"),  # no such pair here
    ],
)
def test_wrong_settings_are_refused_by_name(recipe, setting, named):
    with pytest.raises(RecipeError, match=named):
        recipe(setting)


def test_networks_that_cannot_be_built_are_a_sentence(task):
    with pytest.raises(RecipeError, match="wings"):
        task("networks.generator.wings=2")


# Losses


def slope_of(length):
    """A linear score whose gradient has that length at every picture of 2x2x3."""
    return lambda x: ops.reshape(ops.sum(x, axis=(1, 2, 3)), (-1, 1)) * (length / np.sqrt(12))


@pytest.mark.parametrize("length", [0.0, 0.5, 1.0, 3.0])
def test_penalties_of_a_known_gradient(length):
    rng = np.random.RandomState(0)
    reals, fakes = (ops.convert_to_tensor(rng.standard_normal((5, 2, 2, 3)).astype("f4")) for _ in range(2))
    mix = ops.convert_to_tensor(rng.random_sample((5, 1, 1, 1)).astype("f4"))
    penalty = losses.gradient_penalty(slope_of(length), reals, fakes, mix)
    assert float(penalty) == pytest.approx((length - 1) ** 2, abs=1e-5)
    assert float(losses.r1(slope_of(length), reals)) == pytest.approx(length**2, abs=1e-5)


def test_the_gradient_penalty_looks_between_each_real_and_its_fake():
    """Of the score x²/2, whose gradient is x itself."""
    reals, fakes = np.full((3, 1, 1, 1), 2, "f4"), np.full((3, 1, 1, 1), 6, "f4")
    mix = np.float32([0, 0.25, 1]).reshape(3, 1, 1, 1)
    score = lambda x: ops.reshape(ops.sum(ops.square(x), axis=(1, 2, 3)) / 2, (-1, 1))
    found = losses.gradient_penalty(score, *(ops.convert_to_tensor(x) for x in (reals, fakes, mix)))
    assert float(found) == pytest.approx(np.mean([(x - 1) ** 2 for x in (2, 3, 6)]), rel=1e-5)


def test_wasserstein_is_the_difference_of_means_and_drift_the_mean_square():
    reals, fakes = ops.convert_to_tensor([[1.0], [3.0]]), ops.convert_to_tensor([[0.0], [-2.0]])
    assert float(losses.wasserstein_discriminator(reals, fakes)) == -3
    assert float(losses.wasserstein_generator(fakes)) == 1
    assert float(losses.drift(reals)) == 5


def test_a_step_in_the_middle_of_a_fade_is_the_papers_loss_at_that_alpha(task):
    """Reals and both networks at alpha; the penalty's own mixing numbers leave alpha alone."""
    growing = task()
    growing.step(10, 80), growing.step(20, 120)  # into the fade of 8 px, halfway
    images, iteration, alpha = 124, 21, np.float32(44 / 80)
    rng = np.random.default_rng([0, 6, iteration])
    [differentiable.draw(rng, 4) for _ in range(3)]
    mix = rng.random((4, 1, 1, 1), dtype=np.float32)
    growing._stand_at(images)
    reals = growing._reals(iteration, images).astype("f4") / 127.5 - 1
    small = reals.reshape(4, 4, 2, 4, 2, 3).mean((2, 4)).repeat(2, 1).repeat(2, 2)
    reals = ops.convert_to_tensor(small + (reals - small) * alpha)
    fakes = growing.generator(growing._noise(iteration, 0), 1, alpha)
    judge = lambda x: growing.discriminator(x, 1, alpha)
    on_reals, on_fakes = judge(reals), judge(fakes)
    wanted = losses.wasserstein_discriminator(on_reals, on_fakes) + 0.001 * losses.drift(on_reals)
    wanted = wanted + 10 * losses.gradient_penalty(judge, reals, fakes, ops.convert_to_tensor(mix))
    found = growing.step(iteration, images)
    assert float(found["loss_discriminator"]) == pytest.approx(float(wanted), rel=1e-4)
    facts = growing.rates()
    assert facts["stage"] == 8 and facts["alpha"] == pytest.approx(44 / 80)


# A step


@pytest.mark.parametrize("loss", ["wasserstein", "non_saturating"])
def test_a_new_stage_moves_its_weights_by_the_rate_and_not_by_ten_times_as_much(task, loss):
    growing = task(f"loss.name={loss}")
    for iteration in range(10):
        growing.step(iteration, iteration * 8)
    growing.step(10, 80)  # at alpha 0 nothing of the new stage moves
    before = values(growing.generator.variables(1))
    growing.step(11, 84)
    rate = 1e-3
    for old, new in zip(before, values(growing.generator.variables(1))):
        moved = np.abs(new - old)
        assert np.isfinite(new).all() and 0 < moved.max() < 2 * rate
    assert all(np.isfinite(v).all() for variables in growing.state.values() for v in values(variables))


def test_functions_are_compiled_once_a_stage(recipe):
    traced = []

    class Counted(Progressive):
        def _discriminate(self, stage, *rest):
            traced.append(("discriminator", stage))
            return super()._discriminate(stage, *rest)

        def _generate(self, stage, *rest):
            traced.append(("generator", stage))
            return super()._generate(stage, *rest)

    data = PictureSet(squares(40, 16), [f"{number:03d}.png" for number in range(40)], [])
    growing = Counted(recipe(), data)
    images = 0
    for iteration in range(52):
        growing.step(iteration, images)
        images += growing.images_a_step
    assert traced == [(player, stage) for stage in (0, 1, 2) for player in ("discriminator", "generator")]


def test_every_batch_is_whole_though_the_pictures_run_out(task):
    growing = task(pictures=10)  # 9 to train on, 8 a step: a last batch of one, were it cut off there
    for iteration in range(3):
        growing._stand_at(iteration * 8)
        assert growing._reals(iteration, iteration * 8).shape == (8, 4, 4, 3)


def test_the_averages_half_life_is_in_pictures_whatever_the_batch(task):
    growing = task("average.half_life_kimg=0.02", "average.ramp=1.0")
    for iteration, images, batch in ((0, 0, 8), (9, 72, 8), (10, 80, 4), (11, 84, 4)):
        average = values(growing.average.variables(1))
        growing.step(iteration, images)
        keep = 0.5 ** (batch / 20) if images else 0.0
        wanted = [keep * a + (1 - keep) * g for a, g in zip(average, values(growing.generator.variables(1)))]
        for old, new in zip(wanted, values(growing.average.variables(1))):
            np.testing.assert_allclose(new, old, rtol=1e-3, atol=1e-6)


def test_augmentation_changes_both_alike_and_only_as_told():
    pictures = squares(6, 16).astype("f4") / 127.5 - 1
    draws = differentiable.draw(np.random.default_rng(0), 6)
    draws[:, 3], draws[:, 4] = 0.999, 0.0  # down by 2, left by 2
    moved = np.array(differentiable.augment(pictures, draws, Differentiable(from_px=4, translation=0.125)))
    np.testing.assert_allclose(moved[:, 2:, :-2], pictures[:, :-2, 2:], atol=1e-6)
    assert not moved[:, :2].any() and not moved[:, :, -2:].any()

    cut = np.array(differentiable.augment(pictures, draws, Differentiable(from_px=4, cutout=0.25)))
    changed = (cut != pictures).any((0, 3)).sum()
    assert 0 < (cut != pictures).any(3).sum((1, 2)).max() <= 16 and changed and not cut[cut != pictures].any()

    contrast = np.array(differentiable.augment(pictures, draws, Differentiable(from_px=4, contrast=0.5)))
    spread = contrast.std((1, 2, 3)) / pictures.std((1, 2, 3))
    np.testing.assert_allclose(spread, 0.5 + draws[:, 2], rtol=1e-3)
    np.testing.assert_allclose(contrast.mean((1, 2, 3)), pictures.mean((1, 2, 3)), atol=1e-5)

    brighter = np.array(differentiable.augment(pictures, draws, Differentiable(from_px=4, brightness=0.5)))
    np.testing.assert_allclose((brighter - pictures).mean((1, 2, 3)), draws[:, 0] - 0.5, atol=1e-5)
    grey = np.array(differentiable.augment(pictures, draws * 0, Differentiable(from_px=4, saturation=1.0)))
    np.testing.assert_allclose(grey, np.repeat(pictures.mean(3, keepdims=True), 3, 3), atol=1e-5)
    np.testing.assert_array_equal(differentiable.augment(pictures, draws, Differentiable(translation=0.5)), pictures)
