"""Fields of recipes: each explained, each a setting that the recipe takes."""

import pytest

from training import recipe as recipes
from ui.training import fields


@pytest.mark.parametrize("name", recipes.names())
def test_every_field_of_every_recipe_is_explained(name):
    unexplained = [field.key for field in fields.fields(recipes.load(name)) if not field.help]
    assert unexplained == []


@pytest.mark.parametrize("name", recipes.names())
def test_all_fields_as_settings_give_the_same_recipe(name):
    recipe = recipes.load(name)
    settings = [fields.setting(field.key, field.value) for field in fields.fields(recipe)]
    assert recipes.load(name, settings) == recipe


def test_a_changed_field_changes_that_one_number():
    recipe = recipes.load("dcgan", [fields.setting("generator_optimiser.learning_rate", 1e-5)])
    assert recipe.generator_optimiser.learning_rate == 1e-5
    assert recipe.discriminator_optimiser == recipes.load("dcgan").discriminator_optimiser


def test_words_of_a_docstring_explain_all_names_they_stand_for():
    found = {field.key: field.help for field in fields.fields(recipes.load("masks"))}
    assert found["augment.hue"] == found["augment.value"] == "HSV, as shares at most."
    assert found["data.rare"].startswith("Photos with one of these classes")


def test_choices_are_offered_where_only_some_values_are_possible():
    found = {field.key: field.options for field in fields.fields(recipes.load("dcgan"))}
    assert found["data.resolution"] == (32, 64, 128, 256) and found["batch"] == ()
