"""What a run's folder tells."""

import pytest

from training import recipe as recipes
from ui.training import facts


@pytest.mark.parametrize(
    ("init", "words"),
    [
        ("", ""),
        ("first@4800", "branch of first@4800"),
        ("/srv/people/someone/light.weights", "from the weights light.weights"),
    ],
)
def test_where_a_run_comes_from_is_told_and_where_files_lie_is_not(init, words):
    recipe = recipes.load("masks", ['data.source="/srv/people/masks.zip"', f'network.init="{init}"'])
    assert facts.origin(recipe) == words
    assert facts.data(recipe) == "masks.zip"


@pytest.mark.parametrize(("stage", "words"), [(64, "left at this speed"), (128, "left")])
def test_a_network_that_still_grows_promises_no_time(stage, words):
    recipe = recipes.load("pggan-faces", ['data.source="faces.zip"'])
    state = {"status": "running", "images": 1, "seconds_left": 1800.0, "images_per_second": 60.0}
    assert f"<dt>{words}</dt><dd>30 min</dd>" in facts.figures(state, recipe, {"stage": stage})
