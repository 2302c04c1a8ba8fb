"""Which photo is for what: splits, folds and groups as they come with a set, and splits made here."""

import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from utils.errors import DataError, PictureError
from utils.tables import read_table

PARTS = ("train", "val", "test")
_WORDS = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val",
          "test": "test", "testing": "test"}  # fmt: skip
MADE = {"train": 0.8, "val": 0.1, "test": 0.1}  # where nothing came with the set


def found(source: Path, files: Sequence[str], read: Callable[[str], bytes], photos: Sequence[str]) -> dict[str, str]:
    """The part (train, val, test) of each photo that has one; empty where no split came with the set.

    Looked for in this order: `<name>_split.csv` beside the source; `split.csv` inside; lists `train.txt`, `val.txt`,
    `test.txt` inside (VOC's ImageSets/Main, Darknet), two of them at least; folders of these names.

    Raises: DataError naming a table that cannot be read.
    """
    beside = source.absolute().with_name(f"{source.stem if source.is_file() else source.name}_split.csv")
    if beside.is_file():
        return read_split(beside, photos)
    inside = _named("split.csv", files)
    if inside:
        return _parts(_column(_bytes(read, inside), inside, "split", photos), inside)
    return _by_lists(files, read, photos) or _by_folders(photos)


def read_split(path: Path, photos: Sequence[str]) -> dict[str, str]:
    """The part of each photo by a CSV with `file` and `split`.

    Raises: DataError where it is not there, cannot be read, or names none of the photos.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"There is no split at `{path}`. Give a CSV with the columns file and split.") from error
    return _parts(_column(data, path.name, "split", photos), path.name)


def column(name: str, wanted: str, files, read, photos) -> dict[str, str]:
    """`wanted` of each photo by the table `name` inside the set (`folds.csv`, `groups.csv`); empty without one.

    Raises: DataError naming a table that cannot be read.
    """
    inside = _named(name, files)
    return _column(_bytes(read, inside), inside, wanted, photos) if inside else {}


def shares(photos: Sequence[str], groups: Mapping[str, str], parts: Mapping[str, float], seed: int) -> dict[str, str]:
    """A split by chance that keeps every group on one side, the same for the same photos, groups and seed.

    Args:
        photos: their names.
        groups: photos of one scene; one that is not in it is a group of its own.
        parts: for each part how many photos: below 1 a share, else a count. `train` takes what the others leave.
        seed: another seed, another split.

    Each part but `train` is filled with whole groups, in an order by chance, as long as they fit: so the counts are
    met unless the groups do not add up to them.

    Raises: DataError where the parts ask for all photos or more.
    """
    whole: dict[str, list[str]] = {}
    for photo in sorted(photos):
        whole.setdefault(groups.get(photo, f"photo {photo}"), []).append(photo)
    wanted = {
        part: round(size * len(photos)) if size < 1 else int(size) for part, size in parts.items() if part != "train"
    }
    if sum(wanted.values()) >= len(photos):
        raise DataError(f"{sum(wanted.values())} of {len(photos)} photos asked for: none would be left to train on.")
    order = list(whole.values())
    random.Random(seed).shuffle(order)
    parted = {}
    for part, size in wanted.items():
        left = []
        for group in order:
            if len(group) <= size:
                size -= len(group)
                parted |= dict.fromkeys(group, part)
            else:
                left.append(group)
        order = left
    parted |= {photo: "train" for group in order for photo in group}
    return {photo: parted[photo] for photo in sorted(photos)}


def balanced(photos: Mapping[str, Counter], groups, parts: Mapping[str, float], seed: int) -> dict[str, str]:
    """Of a hundred splits as `shares` makes them, the one whose parts hold each class in the fairest measure.

    `photos`: name → boxes of each class. The measure is the largest distance, over parts and classes, between the
    share of a class's boxes that a part has and the share of photos that it has.
    """
    total = sum(photos.values(), Counter())

    def unfairness(parted: dict[str, str]) -> float:
        boxes: dict[str, Counter] = {part: Counter() for part in parted.values()}
        for photo, part in parted.items():
            boxes[part].update(photos[photo])
        size = Counter(parted.values())
        return max(
            (abs(own[name] / total[name] - size[part] / len(photos)) for part, own in boxes.items() for name in total),
            default=0.0,
        )

    return min((shares(list(photos), groups, parts, seed * 100 + draw) for draw in range(100)), key=unfairness)


def table(column: str, values: Mapping[str, str]) -> str:
    """A CSV with `file` and that column."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("file", column), *values.items()])
    return text.getvalue()


def _by_lists(files, read, photos) -> dict[str, str]:
    lists = {
        name: _WORDS[PurePosixPath(name).stem.lower()]
        for name in files
        if name.lower().endswith(".txt") and PurePosixPath(name).stem.lower() in _WORDS
    }
    if len(set(lists.values())) < 2:  # CVAT writes train.txt alone, with all photos
        return {}
    keys = _Keys(photos)
    parted: dict[str, str] = {}
    for name, part in lists.items():
        lines = _bytes(read, name).decode("utf-8", "replace").splitlines()
        for photo in (keys.photo(line.strip()) for line in lines if line.strip()):
            if photo and parted.setdefault(photo, part) != part:
                raise DataError(f"`{name}` and another list both name `{photo}`. A photo belongs to one part.")
    return parted


def _by_folders(photos) -> dict[str, str]:
    parted = {}
    for photo in photos:
        words = [_WORDS[word.lower()] for word in PurePosixPath(photo).parts[:-1] if word.lower() in _WORDS]
        if words:
            parted[photo] = words[-1]
    return parted if len(set(parted.values())) > 1 else {}


class _Keys:
    """Photos by what a table calls them: whole path, file name, or name without its ending, where that is clear."""

    def __init__(self, photos: Sequence[str]):
        self._photos: dict[str, str | None] = {}
        for photo in photos:
            path = PurePosixPath(photo)
            for key in {photo, path.name, path.stem}:
                self._photos[key] = photo if key not in self._photos else None
        self._photos |= {photo: photo for photo in photos}

    def photo(self, name: str) -> str | None:
        path = PurePosixPath(name.replace("\\", "/"))
        tries = [str(path), path.name, path.stem]
        return next((found for one in tries if (found := self._photos.get(one))), None)


def _column(data: bytes, name: str, wanted: str, photos) -> dict[str, str]:
    rows = read_table(data, name)
    if not rows:
        raise DataError(f"`{name}` holds no rows. Fill it or take it out.")
    if wanted not in rows[0]:
        raise DataError(f"`{name}` has no column `{wanted}`, only {', '.join(rows[0])}. Name it so.")
    keys, first = _Keys(photos), next(iter(rows[0]))
    values = {photo: row[wanted] for row in rows if (photo := keys.photo(row[first]))}
    if not values:
        raise DataError(f"`{name}` names none of the {len(photos):,} photos: it belongs to another set.")
    return values


def _parts(values: dict[str, str], name: str) -> dict[str, str]:
    unknown = sorted({value for value in values.values() if value.lower() not in _WORDS})
    if unknown:
        raise DataError(f"`{name}` knows a part `{unknown[0]}`; train, val and test are the parts there are.")
    return {photo: _WORDS[value.lower()] for photo, value in values.items()}


def _named(name: str, files: Sequence[str]) -> str | None:
    """The file of that name that lies least deep."""
    same = [file for file in files if PurePosixPath(file).name.lower() == name]
    return min(same, key=lambda file: (file.count("/"), file), default=None)


def _bytes(read, name: str) -> bytes:
    try:
        return read(name)
    except PictureError as error:
        raise DataError(str(error)) from error
