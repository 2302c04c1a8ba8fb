"""A folder or zip of pictures, prepared once into a memory-mapped array; batches in an order that can be resumed."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data import exclusions
from training.data.order import Order
from utils import archives, pictures
from utils.errors import DataError, PictureError
from utils.home import home

HELD_OUT = 10  # every tenth picture is never trained on
CELEBA_ALIGNED, CELEBA_SQUARE = (218, 178), (slice(34, 194), slice(9, 169))


@dataclass(frozen=True)
class PictureSet:
    """Pictures of one size, in the order of their names.

    Attributes:
        pictures: uint8 [N, R, R, 3], memory-mapped.
        names: N file names.
        notes: sentences about what was left out: files that are no pictures, pictures that cannot be read or are excluded.
        excluded: places of pictures that are neither trained on nor held out. They keep their places, so that no other
            picture changes sides.
    """

    pictures: np.ndarray
    names: list[str]
    notes: list[str]
    excluded: tuple[int, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes when a picture comes, goes, is renamed or excluded: then others are held out, and the order is another."""
        excluded = f"\nwithout {list(self.excluded)}" if self.excluded else ""
        return hashlib.sha256(("\n".join(self.names) + excluded).encode()).hexdigest()[:16]

    def split(self) -> tuple[np.ndarray, np.ndarray]:
        """Indices (training, held out). Held out is every tenth: by the number in the name where all names are
        plain numbers, as in CelebA, else by place in the sorted list. Excluded pictures are in neither."""
        stems = [Path(name).stem for name in self.names]
        numbers = [int(s) for s in stems] if all(re.fullmatch(r"\d+", s) for s in stems) else range(len(stems))
        held_out = np.array([number % HELD_OUT == 0 for number in numbers])
        used = np.ones(len(stems), bool)
        used[list(self.excluded)] = False
        return np.flatnonzero(~held_out & used), np.flatnonzero(held_out & used)


def prepare(source: Path, resolution: int, progress: Callable[[int, int], None] | None = None) -> PictureSet:
    """The pictures of a folder or zip as squares of `resolution` px; made once, then found in the cache.

    CelebA's aligned 178x218 frames are cut to the square around the face; other pictures to their central square.
    Faulty pictures are left out and told in `notes`; a source with fewer than two good ones is refused.

    Raises:
        DataError: nothing there, or nothing usable.
    """
    source = Path(source)
    if not source.exists():
        raise DataError(f"There is no data at `{source}`. Give a folder or a zip of pictures.")
    folder = home() / "cache" / "pictures" / fingerprint(source, resolution)
    if not (folder / "names.json").exists():
        _prepare(source, resolution, folder, progress)
    listing = json.loads((folder / "names.json").read_text())
    array, paths, notes = np.load(folder / "pictures.npy", mmap_mode="r"), listing["paths"], listing["notes"]
    listed = exclusions.read(source)
    excluded = tuple(place for place, path in enumerate(paths) if path in listed)
    if excluded:
        notes.append(exclusions.told(source.name, len(excluded)))
    return PictureSet(array, [Path(path).name for path in paths], notes, excluded)


def _prepare(source, resolution, folder, progress):
    """Made beside and renamed; cut off, or with a full disk, nothing of it stays."""
    entries = archives.open_pictures(source)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".preparing-", dir=folder.parent))
    try:
        paths, notes = _decode(entries, beside / "pictures.npy", resolution, progress)
        if len(paths) < 2:
            found = f"`{source}` holds {len(paths)} readable pictures; at least 2 are needed."
            raise DataError(" ".join([found, *notes[:3]]))
        (beside / "names.json").write_text(json.dumps({"paths": paths, "notes": [*entries.warnings, *notes]}))
        beside.rename(folder)
    except OSError:
        if not (folder / "names.json").exists():  # else another process was first: its array is as good
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _decode(entries, path, resolution, progress):
    """Write the array of all good pictures; returns their paths, and sentences about the others."""
    shape = (len(entries), resolution, resolution, 3)
    if hasattr(os, "posix_fallocate"):  # macOS has none
        with open(path, "wb") as file:  # claimed first: to write into a hole of a mapped file kills on a full disk
            os.posix_fallocate(file.fileno(), 0, int(np.prod(shape)) + 1024)
    array = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    paths, notes = [], []
    for done, (name, read) in enumerate(entries, start=1):
        try:
            array[len(paths)] = _square(pictures.decode(read(), name), resolution)
            paths.append(name)
        except PictureError as error:
            notes.append(str(error))
        if progress:
            progress(done, len(entries))
    if notes:
        np.save(path, array[: len(paths)].copy())
    return paths, notes


def _square(picture, resolution):
    if picture.shape[:2] == CELEBA_ALIGNED:
        picture = picture[CELEBA_SQUARE]
    return pictures.square(picture, resolution)


def fingerprint(source: Path, *what) -> str:
    """Changes when the zip, or a file of the folder, does; and with `what` is made of it."""
    files = [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.is_file())
    facts = [(str(f.relative_to(source.parent)), f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    return hashlib.sha256(json.dumps([*what, "paths", facts]).encode()).hexdigest()[:16]


class Batches:
    """Training batches as a function of (seed, iteration): nothing to save for an exact resume.

    Args:
        data: uint8 [N, R, R, 3].
        indices: which of them to train on.
        batch, seed: as in the recipe.
        flip: mirror half of the pictures, by chance.
    """

    def __init__(self, data: np.ndarray, indices: np.ndarray, batch: int, seed: int, flip: bool):
        if len(indices) == 0:
            raise DataError("There is no picture to train on once every tenth is held out: add pictures.")
        self.data, self.batch, self.seed, self.flip = data, batch, seed, flip
        self.order = Order(indices, seed)

    def __call__(self, iteration: int) -> np.ndarray:
        """uint8 [batch, R, R, 3]: the iteration's pictures; each epoch is a new shuffle of all of them."""
        reals = self.data[[self.order[place] for place in range(iteration * self.batch, (iteration + 1) * self.batch)]]
        if self.flip:
            mirrored = np.random.default_rng([self.seed, 1, iteration]).random(self.batch) < 0.5
            reals[mirrored] = reals[mirrored, :, ::-1]
        return reals
