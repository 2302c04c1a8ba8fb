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
