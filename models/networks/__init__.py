"""Network families. Each file of this folder registers one; nothing else needs to know it.

A family of generators is a `Family`: two builders and what a page must know of it. To add one, write
`models/networks/<name>.py` that calls `register(name, Family(...))`, and a recipe that names it.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import NamedTuple

from utils.errors import ModelError


class Family(NamedTuple):
    """Builders of a generator family.

    Attributes:
        generator: `generator(**arguments) -> keras.Model`, float32 [N, latent] -> float32 [N, H, W, 3] in [-1, 1].
        discriminator: `discriminator(**arguments) -> keras.Model`, [N, H, W, 3] -> float32 [N, 1].
        first_layer: `first_layer(generator) -> float32 [latent, units]`, the first linear map with batch norm
            folded in, for directions found in closed form.
        first_block: `first_block(generator) -> keras.Model`, float32 [N, latent] -> the activations of its first block,
            [N, h, w, channels], for directions found as their principal components.
        folded: `folded(generator, **arguments) -> keras.Model`, the same network without what only training needs:
            equal pictures up to rounding, sooner.
        truncation: whether scaling z towards 0 (psi) means anything to the family.
    """

    generator: Callable
    discriminator: Callable
    first_layer: Callable
    first_block: Callable
    folded: Callable
    truncation: bool = True


_families: dict[str, Family] = {}


def register(name: str, family: Family) -> None:
    """Make a family known by name; called by the family's own file."""
    _families[name] = family


def names() -> list[str]:
    """Names of all families in this folder, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def family(name: str) -> Family:
    """The family of that name; its file (and Keras) is imported when first asked for."""
    if name not in _families:
        if name not in names():
            raise ModelError(f"There is no network family `{name}`. Known: {', '.join(names())}.")
        importlib.import_module(f"{__name__}.{name}")
    return _families[name]
