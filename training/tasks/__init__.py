"""What is trained: a task builds, steps, samples and evaluates; training/loop.py does the rest."""


def build(recipe, data):
    """The task that the recipe names, built on its pictures. Imports Keras."""
    from training.tasks.gan import Gan

    return {"gan": Gan}[recipe.task](recipe, data)
