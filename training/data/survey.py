"""A set looked through picture by picture: sizes, hashes, faulty files. Once for a set; then found in the cache."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from training.data import checks, duplicates
from training.data.annotations import AnnotatedSet
from training.data.pictures import fingerprint
from utils import archives, pictures
from utils.errors import PictureError
from utils.files import write_atomically
from utils.home import home


@dataclass(frozen=True, eq=False)
class Survey:
    """What is known of the pictures of a set.

    Attributes:
        names: N readable pictures, paths inside the set.
        sizes: N times (width, height), pixels.
        sums: N times the fine `duplicates.hash_of`, as lists of whole numbers.
        faults: (file, kind of `faults.KINDS`, sentence) for each thing that is wrong or odd.
    """

    names: list[str]
    sizes: list[tuple[int, int]]
    sums: list[list[list[int]]]
    faults: list[tuple[str, str, str]]

    @cached_property
    def hashes(self) -> np.ndarray:
        """uint64 [N, 2, 4]."""
        return np.array(self.sums, np.uint64).reshape(-1, 2, 4)


def survey(
    source: Path, annotated: AnnotatedSet | None = None, progress: Callable[[int, int], None] | None = None
) -> Survey:
    """The survey of a folder or zip; every picture is decoded once.

    Args:
        annotated: the set as `open_annotated` gave it, where it has boxes: then `checks.look` tells its faults.
        progress: called with (done, total), both in pictures.

    Raises: DataError where the set cannot be opened.
    """
    source = Path(source)
    what = ["fine survey", annotated.fingerprint if annotated else ""]
    file = home() / "cache" / "surveys" / f"{fingerprint(source, *what)}.json"
    if not file.exists():
        found = _of_photos(annotated, progress) if annotated else _of_pictures(source, progress)
        write_atomically(file, json.dumps(found))
    return Survey(**json.loads(file.read_text("utf-8")))


def _of_pictures(source: Path, progress) -> dict:
    entries = archives.open_pictures(source)
    found = {"names": [], "sizes": [], "sums": [], "faults": []}
    for done, (name, read) in enumerate(entries, start=1):
        try:
            picture = pictures.decode(read(), name)
        except PictureError as error:
            found["faults"].append([name, "picture", str(error)])
        else:
            found["names"].append(name)
            found["sizes"].append(picture.shape[1::-1])
            found["sums"].append(duplicates.hash_of(picture, duplicates.FINE).tolist())
        if progress:
            progress(done, len(entries))
    found["faults"] += [[name, "stranger", f"`{name}` is no picture and is left aside."] for name in entries.strangers]
    return found


def _of_photos(annotated: AnnotatedSet, progress) -> dict:
    sums: dict[str, np.ndarray] = {}
    faults = checks.look(annotated, progress, sums)
    sizes = {photo.name: (photo.width, photo.height) for photo in annotated.photos}
    return {
        "names": list(sums),
        "sizes": [sizes[name] for name in sums],
        "sums": [one.tolist() for one in sums.values()],
        "faults": [[fault.file, fault.kind, fault.sentence] for fault in faults],
    }
