"""What is trained: a task builds, steps, samples and evaluates; training/loop.py does the rest."""

from utils.errors import RecipeError


def build(recipe, data):
    """The task that the recipe names, built on its pictures. Imports Keras.

    Raises:
        RecipeError: networks or a loss that cannot be built as the recipe says.
    """
    from training.tasks.gan import Gan

    try:
        return {"gan": Gan}[recipe.task](recipe, data)
    except (TypeError, ValueError) as error:
        raise RecipeError(f"The networks of the recipe cannot be built: {error}") from error
