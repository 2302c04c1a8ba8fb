"""Checkpoints: whole or absent. Written beside and renamed; in shards; thinned to the ones worth keeping."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialise

from utils.errors import RunError
from utils.files import write_atomically

BROKEN = (
    "training stopped, and the last good checkpoint is kept. "
    "Start a new run with a lower learning_rate, or with precision=float32."
)


def save(folder: Path, images: int, state: dict, place: dict, shard_mib: int) -> Path:
    """Write `checkpoints/<images>/`: the state's variables in shards, and `place.json`.

    Args:
        folder: the run's `checkpoints/`.
        state: {part: [Keras variables]}.
        place: JSON-able facts of where the run stands.
        shard_mib: largest size of a file, as far as single variables allow.

    Raises:
        OSError: disk full.
        RunError: a value is no number any more.
        In both cases nothing of this checkpoint stays, and the ones before it are untouched.
    """
    final, beside = folder / f"{images:09d}", folder / f"writing-{images:09d}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        for number, shard in enumerate(_shards(state, shard_mib * 2**20)):
            # Not `save_file`: it hides a full disk in an error of its own.
            write_atomically(beside / f"state-{number:03d}.safetensors", serialise(shard))
        write_atomically(beside / "place.json", json.dumps(place))
        if final.exists():  # the same place again, after a resume: the state is equal
            _remove(final)
        beside.rename(final)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return final


def _shards(state, limit):
    """Dictionaries of arrays, each up to `limit` bytes."""
    from keras import ops  # who only reads does without

    shard, size = {}, 0
    for part, variables in state.items():
        for index, variable in enumerate(variables):
            array = np.array(ops.convert_to_numpy(variable.value), order="C")  # keeps scalars scalars
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise RunError(f"Values in `{part}/{variable.path}` are no numbers any more: {BROKEN}")
            if shard and size + array.nbytes > limit:
                yield shard
                shard, size = {}, 0
            shard[_key(part, index, variable)] = array
            size += array.nbytes
    yield shard


def _key(part, index, variable):
    return f"{part}/{index:03d}/{variable.path}"


def restore(checkpoint: Path, state: dict) -> dict:
    """Assign the checkpoint to the state's variables; returns its `place.json`.

    Raises:
        RunError: a file is missing or damaged, or the networks are not the ones that were saved.
    """
    arrays, place = _read(checkpoint), place_of(checkpoint)
    for part, variables in state.items():
        for index, variable in enumerate(variables):
            saved = arrays.get(_key(part, index, variable))
            if saved is None or saved.shape != tuple(variable.shape):
                found = "is missing" if saved is None else f"has the shape {list(saved.shape)}"
                raise RunError(
                    f"The checkpoint `{checkpoint}` does not fit the run's recipe: `{part}/{variable.path}` {found} in it. "
                    "Was recipe.toml changed?"
                )
            variable.assign(saved)
    return place


def average_of(checkpoint: Path) -> list[np.ndarray]:
    """The moving average's arrays, in the order of the network's variables."""
    return part_of(checkpoint, "average")


def part_of(checkpoint: Path, part: str) -> list[np.ndarray]:
    """The arrays of one part of the state, in the order of its variables; empty where there is no such part."""
    arrays = _read(checkpoint, f"{part}/")
    return [arrays[key] for key in sorted(arrays)]


def named_part_of(checkpoint: Path, part: str) -> dict[str, np.ndarray]:
    """The same by the variables' paths."""
    return {key.split("/", 2)[2]: array for key, array in _read(checkpoint, f"{part}/").items()}


def place_of(checkpoint: Path) -> dict:
    """Where the run stood: iteration, images, seconds, the best figure so far, which pictures."""
    try:
        return json.loads((checkpoint / "place.json").read_text())
    except (OSError, ValueError) as error:
        raise _unreadable(checkpoint, error) from None


def _read(checkpoint, prefix=""):
    """The checkpoint's arrays whose names begin with `prefix`."""
    arrays = {}
    try:
        for shard in sorted(checkpoint.glob("state-*.safetensors")):
            with safe_open(shard, "numpy") as file:
                names = file.keys()
                arrays.update({name: file.get_tensor(name) for name in names if name.startswith(prefix)})
    except (OSError, ValueError, SafetensorError) as error:
        raise _unreadable(checkpoint, error) from None
    return arrays


def _unreadable(checkpoint, error):
    return RunError(f"The checkpoint `{checkpoint}` cannot be read: {error}. Remove that folder to use the one before.")


def all_of(folder: Path) -> list[Path]:
    """The run's whole checkpoints, oldest first."""
    return sorted(p for p in folder.glob("[0-9]*") if (p / "place.json").exists())


def best(folder: Path, at: int | None = None) -> Path:
    """The best checkpoint by the run's metric, or the last where none was measured; or the one `at` so many images.

    Raises: RunError where there is none yet, or none there.
    """
    saved = all_of(folder)
    if not saved:
        raise RunError(f"The run `{folder.parent.name}` has no checkpoint yet.")
    if at is None:
        images = place_of(saved[-1])["best"].get("images")
        return next((path for path in saved if int(path.name) == images), saved[-1])
    for path in saved:
        if int(path.name) == at:
            return path
    kept = ", ".join(f"{int(path.name)}" for path in saved)
    raise RunError(f"The run `{folder.parent.name}` keeps no checkpoint at {at} images. It has: {kept}.")


def thin(folder: Path, best: int | None, every: int = 0) -> None:
    """Remove all but the last two, the best, those at multiples of `every` images, and the first of every doubling."""
    checkpoints = all_of(folder)
    keep = set(checkpoints[-2:])
    doublings = {}
    for checkpoint in checkpoints:
        images = int(checkpoint.name)
        doublings.setdefault(math.floor(math.log2(max(images, 1))), checkpoint)
        if images == best or (every and images % every == 0):
            keep.add(checkpoint)
    for checkpoint in set(checkpoints) - keep - set(doublings.values()):
        _remove(checkpoint)


def sweep(folder: Path) -> None:
    """Remove what a killed process left half written or half removed."""
    for left in [*folder.glob("writing-*"), *folder.glob("removing-*")]:
        shutil.rmtree(left, ignore_errors=True)


def _remove(checkpoint):
    """Renamed first: a kill halfway must not leave a part that looks whole."""
    away = checkpoint.with_name(f"removing-{checkpoint.name}")
    checkpoint.rename(away)
    shutil.rmtree(away)
