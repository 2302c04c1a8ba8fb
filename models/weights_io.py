"""Weights to and from `safetensors` files: float16 on disk, float32 in memory, no code inside."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from utils.errors import ModelError
from utils.files import write_atomically


def save_weights(variables: Sequence[Any], path: str | Path, dtype: str = "float16") -> None:
    """Nothing; afterwards `path` holds the Keras variables under their paths (`project/kernel`), written whole.

    Args:
        variables: `network.variables`, batch statistics included.
        dtype: of what has decimals, on disk. A variable with values that it cannot hold (float16 ends at 65,504)
            keeps float32; whole numbers are left as they are.

    Raises: ModelError where a value is not a number: such a network draws nothing.
    """
    arrays = {}
    for variable in variables:
        array = np.asarray(variable.numpy())
        if array.dtype.kind not in "iub":
            array = array.astype(np.float32)
            _check_numbers(array, variable.path, "The network")
            fits = np.abs(array).max(initial=0) <= np.finfo(dtype).max
            array = array.astype(dtype if fits else np.float32)
        arrays[variable.path] = np.ascontiguousarray(array)
    write_atomically(path, save(arrays))


def load_weights(network: Any, path: str | Path) -> None:
    """Nothing; afterwards the variables of the Keras model `network` hold what is in the file, as float32.

    Raises: ModelError for a damaged file, or one that does not fit: the first variable or shape that differs is named.
        The network is left as it was then.
    """
    path = Path(path)
    arrays = read_arrays(path)
    wanted = {variable.path: variable for variable in network.variables}
    for name, variable in wanted.items():
        if name not in arrays:
            raise ModelError(f"`{path.name}` does not fit the network: it has no `{name}`. {_WRONG_PAIR}")
        if arrays[name].shape != tuple(variable.shape):
            raise ModelError(
                f"`{path.name}` does not fit the network: `{name}` is {list(arrays[name].shape)} in the file and "
                f"{list(variable.shape)} in the network. {_WRONG_PAIR}"
            )
    for name, array in arrays.items():
        if name not in wanted:
            raise ModelError(f"`{path.name}` does not fit the network, which has no `{name}`. {_WRONG_PAIR}")
        _check_numbers(array, name, f"`{path.name}`")
    for name, array in arrays.items():
        wanted[name].assign(array.astype(np.float32) if array.dtype.kind == "f" else array)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file by name.

    Raises: ModelError for a file that is missing, cut off, or something else.
    """
    try:
        return load_file(path)
    except FileNotFoundError:
        raise ModelError(f"`{path.name}` is not there ({path}). Add the model again.") from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise ModelError(
            f"`{path.name}` is cut off or damaged, or no safetensors file ({reason}). Add the model again."
        ) from error


_WRONG_PAIR = "Check the family and its arguments."


def _check_numbers(array: np.ndarray, name: str, holder: str) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ModelError(
            f"{holder} holds values in `{name}` that are not numbers; its training broke. Use an earlier checkpoint."
        )
