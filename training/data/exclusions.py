"""Pictures of a set that are not to be trained on: a list in the home, beside the set and never inside it."""

import hashlib
import shutil
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from training.data.annotations import AnnotatedSet
from utils.errors import DataError
from utils.files import write_atomically
from utils.home import home

_changing = threading.Lock()


def file_of(source: str | Path) -> Path:
    """`VISAGE_HOME/sets/<name>-<sum of the path>/exclude.txt`: one path inside the set a line."""
    place = Path(source).resolve()
    return home() / "sets" / f"{place.name}-{hashlib.sha256(str(place).encode()).hexdigest()[:8]}" / "exclude.txt"


def read(source: str | Path) -> frozenset[str]:
    """The excluded pictures, as paths inside the folder or zip.

    Raises: DataError for a list that cannot be read.
    """
    try:
        lines = file_of(source).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"The list of excluded pictures at `{file_of(source)}` cannot be read. Move it away."
        ) from error
    return frozenset(line for line in lines if line)


def change(source: str | Path, add: Iterable[str] = (), remove: Iterable[str] = ()) -> frozenset[str]:
    """The list after some came in and some went out; written whole, by one at a time."""
    with _changing:
        kept = (read(source) | frozenset(add)) - frozenset(remove)
        write_atomically(file_of(source), "".join(f"{name}\n" for name in sorted(kept)))
    return kept


def forget(source: str | Path) -> None:
    """Nothing; the set has no list any more."""
    shutil.rmtree(file_of(source).parent, ignore_errors=True)


def without(annotated: AnnotatedSet, source: str | Path) -> AnnotatedSet:
    """The set without its excluded photos, and a remark that says so. Its fingerprint is another then.

    Take the part of a split first: a split that is made would be another with fewer photos.
    """
    excluded = read(source)
    kept = [photo for photo in annotated.photos if photo.name not in excluded]
    count = len(annotated.photos) - len(kept)
    if not count:
        return annotated
    return replace(annotated, photos=kept, remarks=(*annotated.remarks, told(annotated.title, count)))


def told(title: str, count: int) -> str:
    """The sentence for a log."""
    pictures = "1 picture is" if count == 1 else f"{count:,} pictures are"
    return f"{pictures} excluded by the list of `{title}` and not used."
