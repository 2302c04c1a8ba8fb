"""Where data sets lie: folders and zips under a configured root, and zips that people uploaded."""

import os
import re
import shutil
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from training.data import exclusions
from training.data.pairs import pair
from utils import archives, private
from utils.archives import PICTURE_ENDINGS
from utils.errors import DataError
from utils.home import home

MAX_UPLOAD, MAX_UPLOADS = 500 * 2**20, 8 * 2**30  # bytes of one zip; of all that were uploaded
_adding = threading.Lock()


@dataclass(frozen=True)
class DataSet:
    """A folder or zip of pictures.

    Attributes:
        name: of the folder or zip, its ending included; no two sets share one.
        path: where it lies.
        kind: `faces` (pictures alone) or `boxes` (photos with annotations).
        uploaded: whether it came through a page; such a set can be removed there.
        version: changes when the zip does, or files come and go in the folder, or a split beside it.
    """

    name: str
    path: Path
    kind: str
    uploaded: bool
    version: tuple[int, ...]


def root() -> Path | None:
    """The folder that `$VISAGE_DATA` names, or None where it names none."""
    named = os.environ.get("VISAGE_DATA", "").strip()
    return Path(named).expanduser().absolute() if named else None


def uploads() -> Path:
    """Where uploaded zips lie: `VISAGE_HOME/data`."""
    return home() / "data"


def sets() -> list[DataSet]:
    """Every set there is, those of the root first, each by name; what cannot be read is left out (see `look`)."""
    return look()[0]


def look() -> tuple[list[DataSet], list[str]]:
    """(the sets, sentences about a root that is not there and zips that cannot be read)."""
    found: dict[str, DataSet] = {}
    notes = []
    if (configured := root()) is not None and not configured.is_dir():
        notes.append(f"`VISAGE_DATA` must name a folder of data sets. There is none at {configured}.")
    for folder, uploaded in ((configured, False), (uploads(), True)):
        for path in _inside(folder):
            try:
                kind = _kind(path, version := _version(path))
            except DataError as error:
                notes.append(str(error))
                continue
            if kind:
                found.setdefault(path.name, DataSet(path.name, path, kind, uploaded, version))
    return list(found.values()), notes


def find(name: str) -> DataSet:
    """The set of that name.

    Raises: DataError that lists what there is.
    """
    known = {one.name: one for one in sets()}
    if name not in known:
        listed = ", ".join(known) or "none yet"
        raise DataError(f"There is no data set `{name}`. Sets: {listed}.")
    return known[name]


def add(name: str, file: BinaryIO) -> DataSet:
    """The uploaded zip as a set, looked through first; it is kept as it is, nothing is unpacked.

    Raises: DataError for a name that is taken, a zip that `archives.open_pictures` refuses, one that is too large, or
    a full disk. Nothing of it stays then.
    """
    target = uploads() / _file_name(name)
    _check_free(target.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with private.folder() as folder:
            beside = folder / target.name
            with open(beside, "xb") as written:
                shutil.copyfileobj(file, written, 2**20)
                written.flush()
                os.fsync(written.fileno())
            _check_size(beside)
            archives.open_pictures(beside)
            with _adding:  # of two visitors with one name, one is told
                _check_free(target.name)
                beside.rename(target)
    except OSError as error:
        raise DataError(f"`{name}` could not be written here: {error.strerror or error}. Is the disk full?") from error
    return find(target.name)


def remove(name: str) -> None:
    """Nothing; the uploaded set, its split and its list of excluded pictures are gone. Runs that train on it cannot go on.

    Raises: DataError for a set that is not there, or was not uploaded.
    """
    one = find(name)
    if not one.uploaded:
        raise DataError(f"`{name}` was not uploaded: it lies in the server's own folder, and stays there.")
    one.path.unlink()
    split_of(one.path).unlink(missing_ok=True)
    exclusions.forget(one.path)


def split_of(path: Path) -> Path:
    """Where a split beside the set would lie; see `splits.found`."""
    return path.with_name(f"{path.name if path.is_dir() else path.stem}_split.csv")


def _inside(folder: Path | None) -> list[Path]:
    """What may be a set, by name."""
    if folder is None or not folder.is_dir():
        return []
    seen = [path for path in folder.iterdir() if not path.name.startswith((".", "__MACOSX"))]
    return sorted(path for path in seen if path.is_dir() or path.suffix.lower() == ".zip")


def _version(path: Path) -> tuple[int, ...]:
    """Changes when the zip does, or what lies in the folder or in a folder of it, or the split beside it."""
    try:
        inner = [one for one in path.iterdir() if one.is_dir()] if path.is_dir() else []
        seen = (path, *sorted(inner), *(one for one in (split_of(path),) if one.exists()))
        return tuple(part for one in seen for part in (one.stat().st_size, one.stat().st_mtime_ns))
    except OSError as error:
        raise DataError(f"`{path.name}` cannot be looked at: {error.strerror}. Check its rights.") from error


@lru_cache(maxsize=256)
def _kind(path: Path, version: tuple[int, ...]) -> str:
    """`faces`, `boxes`, or nothing where there is no picture inside."""
    names, _ = archives.open_files(path)
    if not any(name.lower().endswith(tuple(PICTURE_ENDINGS)) for name in names):
        return ""
    return "boxes" if pair(names).found else "faces"


def _file_name(name: str) -> str:
    """A file's name made of what was uploaded, which may say anything."""
    stem = re.sub(r"[^\w.-]+", "-", Path(name.replace("\\", "/")).name.removesuffix(".zip")).strip("-.")
    return f"{stem[:64] or 'pictures'}.zip"


def _check_free(name: str) -> None:
    if (uploads() / name).exists() or any(one.name == name for one in sets()):
        raise DataError(f"There is a data set `{name}` already. Give the zip another name, or use that set.")


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_UPLOAD:
        raise DataError(
            f"`{path.name}` is larger than {MAX_UPLOAD >> 20} MB. Put it into the folder that `VISAGE_DATA` names."
        )
    held = sum(one.stat().st_size for one in uploads().glob("*.zip"))
    if held + size > MAX_UPLOADS:
        raise DataError(
            f"The uploaded sets would take more than {MAX_UPLOADS >> 30} GB with `{path.name}`. Remove one first."
        )
