"""A recipe is checked before anything is built, and a run's copy of it is complete."""

import pytest

from training import recipe, recipe_base, recipe_gan
from utils.errors import RecipeError


@pytest.mark.parametrize("name", recipe.names())
def test_shipped_recipes_load_and_survive_writing(name, tmp_path):
    loaded = recipe.load(name)
    path = tmp_path / f"{name}.toml"
    path.write_text(recipe.dumps(loaded))
    assert recipe.load(str(path)) == loaded


def test_the_guides_numbers():
    guide = recipe.load("dcgan-guide")
    adam = guide.generator_optimiser
    assert (guide.batch, adam.learning_rate, adam.beta_1, adam.beta_2) == (32, 2e-4, 0.9, 0.999)
    assert (guide.discriminator_updates, guide.generator_updates, guide.tick.iterations) == (1, 1, 200)
    assert guide.sheet.every_iterations == 80 and guide.loss.name == "cross_entropy"


def test_settings_are_laid_over_the_recipe():
    loaded = recipe.load("dcgan", ["tick.iterations=7", "data.source=/some where", "networks.generator.capacity=8"])
    assert loaded.tick.iterations == 7
    assert loaded.data.source == "/some where"
    assert loaded.networks.generator["capacity"] == 8


@pytest.mark.parametrize(
    "setting, named",
    [
        ("batch=1", "batch"),  # batch norm and pairs need two
        ("batch=many", "batch"),  # not a number
        ("bacth=64", "bacth"),  # a slip of the pen must not be swallowed
        ("tick.iterations.more=3", "tick.iterations.more"),  # a table where a value is
        ("generator_optimiser.beta_1=1.0", "generator_optimiser.beta_1"),  # Adam would divide by zero
        ("images", "key=value"),  # no value at all
        ("data.resolution=48", "data.resolution"),  # not a power of two
    ],
)
def test_wrong_settings_are_refused_by_name(setting, named):
    with pytest.raises(RecipeError, match=named):
        recipe.load("dcgan", [setting])


def test_unknown_recipe_lists_the_known_ones():
    with pytest.raises(RecipeError, match="dcgan-guide"):
        recipe.load("dogan")


def test_a_recipe_that_is_no_toml_is_named(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("images = = 3")
    with pytest.raises(RecipeError, match="broken.toml"):
        recipe.load(str(path))


def test_learning_rate_falls_over_the_last_part_only():
    adam = recipe_gan.Adam(learning_rate=1.0, beta_1=0, beta_2=0.9, decay=0.5, final=0.2)
    assert [round(adam.rate(p), 3) for p in (0, 0.5, 0.75, 1.0, 1.1)] == [1.0, 1.0, 0.6, 0.2, 0.2]


def test_average_starts_as_a_copy_and_its_half_life_grows_to_its_bound():
    average = recipe_base.Average(half_life_kimg=10, ramp=0.05)
    assert average.keep(0, 64) == 0
    assert average.keep(20_000, 1000) == pytest.approx(0.5)  # half-life 5 % of 20,000
    assert average.keep(10_000_000, 10_000) == pytest.approx(0.5)  # 10 kimg at most
