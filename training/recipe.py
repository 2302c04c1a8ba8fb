"""Recipes: every number of a training, one TOML file a recipe, checked before anything is built."""

import tomllib
from pathlib import Path

import pydantic

from training.recipe_base import Recipe
from training.recipe_detection import DetectionRecipe
from training.recipe_gan import GanRecipe
from training.recipe_progressive import ProgressiveRecipe
from utils import toml
from utils.errors import RecipeError

FOLDER = Path(__file__).parent / "recipes"
KINDS = {"gan": GanRecipe, "progressive": ProgressiveRecipe, "detection": DetectionRecipe}  # by the recipe's `task`


def names() -> list[str]:
    """Names of the recipes that come with Visage."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name_or_path: str, settings: list[str] = ()) -> Recipe:
    """The recipe of that name (or TOML file) with `key=value` settings laid over it.

    Keys are dotted (`tick.iterations=50`), values as TOML writes them; plain words need no quotes.

    Raises:
        RecipeError: unknown recipe, key or value; the sentence names it.
    """
    path = Path(name_or_path) if name_or_path.endswith(".toml") else FOLDER / f"{name_or_path}.toml"
    if not path.is_file():
        raise RecipeError(f"There is no recipe `{name_or_path}`. Known: {', '.join(names())}; or give a .toml file.")
    try:
        table = {"name": path.stem, **tomllib.loads(path.read_text())}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"`{path.name}` is not a TOML file that can be read: {error}.") from None
    for setting in settings:
        _lay(table, setting)
    return check(table)


def check(table: dict) -> Recipe:
    """The table as a recipe, or a RecipeError naming the first wrong key."""
    kind = KINDS.get(table.get("task", "gan"))
    if kind is None:
        raise RecipeError(f"`task` must be one of {', '.join(KINDS)}. Received: {table['task']!r}.")
    try:
        return kind.model_validate(table)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise RecipeError(f"The recipe has no setting `{key}`. See training/recipe.py for all of them.") from None
        raise RecipeError(f"`{key}` is wrong: {first['msg']}. Received: {first['input']!r}.") from None


def _lay(table, setting):
    key, equals, text = setting.partition("=")
    if not equals:
        raise RecipeError(f"`--set {setting}` is not of the form key=value.")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *folders, last = key.strip().split(".")
    for folder in folders:
        table = table.setdefault(folder, {})
        if not isinstance(table, dict):
            raise RecipeError(f"`{key}` is not a setting: `{folder}` holds a value, not a table.")
    table[last] = value


def dumps(recipe: Recipe) -> str:
    """The whole recipe as TOML, defaults included: a run can be repeated from this text alone."""
    return toml.dumps(recipe.model_dump())
