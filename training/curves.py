"""A run's curves at every scale, so that a million ticks draw as fast as a thousand.

`curves/<key>.<level>` beside events.jsonl holds rows of fixed width for one key of the events: level 0 a row a tick, every
level above it a row for eight of the one below (least, mean, largest). `curves/places` says where in events.jsonl every
tick ends. All of them only grow, one short write a tick; going back is cutting them off. The index follows the events and
is never the truth: where it is missing or behind, it is made up for from there.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np

FACTOR = 8  # rows of a level in one of the next
LEVELS = 8
AXES = ("images", "iteration", "seconds")
ROW = np.dtype(
    [("images", "<u4"), ("iteration", "<u4"), ("seconds", "<f4"), ("low", "<f4"), ("mean", "<f4"), ("high", "<f4")]
)
PLACE = np.dtype([("end", "<u8"), ("images", "<u8")])
AT_ONCE = 1 << 24  # bytes of events.jsonl taken in together


def follow(run) -> None:
    """Bring the index up to events.jsonl; nothing to do where it is. Any process may, one at a time does."""
    if not _is_behind(run.folder):
        return
    with _alone(run.folder):
        _settle(run.folder)
        for events, ends in _new_events(run.folder):
            _append(run.folder, events, ends)


def rewind(run, images: int) -> None:
    """Cut events.jsonl and the index off after the last tick at or before `images`; reads a few places of each file."""
    follow(run)
    with _alone(run.folder):
        path = _folder(run.folder) / "places"
        kept = _count_upto(path, PLACE, "images", images)
        end = int(_read(path, PLACE, kept - 1, kept)["end"][0]) if kept else 0
        events = run.folder / "events.jsonl"
        if events.exists():
            os.truncate(events, end)
        _settle(run.folder)


def keys(run) -> list[str]:
    """What the events hold numbers of, sorted."""
    return sorted(unquote(path.name.removesuffix(".0")) for path in _folder(run.folder).glob("*.0"))


def ticks(run) -> int:
    """How many ticks the index holds."""
    return _length(_folder(run.folder) / "places", PLACE)


def read(
    run, names: Iterable[str], points: int = 2000, span: tuple[float, float] = (0.0, 1.0)
) -> dict[str, np.ndarray]:
    """Curves of these keys, those that the run has.

    Args:
        points: rows a curve at most.
        span: from where to where, as shares of the run's ticks; a narrow one is read at a finer level.

    Returns:
        {key: structured array [up to points]} with `images`, `iteration`, `seconds` (of training, pauses left out), and
        `low`, `mean`, `high` of the ticks that a row stands for.
    """
    follow(run)
    folder, curves = _folder(run.folder), {}
    for name in names:
        files = [folder / f"{_name(name)}.{level}" for level in range(LEVELS)]
        total = _length(files[0], ROW)
        if total:
            first, last = int(span[0] * total), max(1, round(span[1] * total))
            curves[name] = _thinned(_rows(files, min(first, last - 1), last, points * FACTOR), points)
    return curves


def latest(run, count: int) -> list[dict]:
    """The last `count` events, oldest first, without reading those before them."""
    follow(run)
    path = _folder(run.folder) / "places"
    total = _length(path, PLACE)
    before = total - count
    start = int(_read(path, PLACE, before - 1, before)["end"][0]) if before > 0 else 0
    events = run.folder / "events.jsonl"
    if not events.exists():
        return []
    with open(events, "rb") as stream:
        stream.seek(start)
        return [event for event, _ in _parsed(stream.read(), start)]


def smooth(values: np.ndarray, weight: float) -> np.ndarray:
    """float64 [N], an exponential moving average; `weight` in [0, 1) of the past, corrected for its start at 0.

    The correction is Adam's (Kingma and Ba 2015, section 3): without it every curve would begin at 0.
    """
    smoothed, average = np.empty(len(values)), 0.0
    for index, value in enumerate(values):
        average = weight * average + (1 - weight) * value
        smoothed[index] = average / (1 - weight ** (index + 1))
    return smoothed


# Files


def _folder(run_folder):
    return run_folder / "curves"


def _name(key):
    return quote(key, safe="")


def _length(path: Path, kind) -> int:
    """Whole rows in the file; a row cut off by a crash is none."""
    try:
        return path.stat().st_size // kind.itemsize
    except OSError:
        return 0


def _read(path, kind, first, last):
    """Rows first to last, as far as they are there. Not mapped into memory: a rewind may cut the file off meanwhile."""
    try:
        return np.fromfile(path, kind, count=max(0, last - first), offset=first * kind.itemsize)
    except OSError:
        return np.empty(0, kind)


def _count_upto(path, kind, field, value) -> int:
    """How many rows have `field` at most `value`, by bisection on the disk: a field never falls along a file."""
    low, high = 0, _length(path, kind)
    if high and _read(path, kind, high - 1, high)[field][0] <= value:  # nearly always: nothing is behind it
        return high
    while low < high:
        middle = (low + high) // 2
        if _read(path, kind, middle, middle + 1)[field][0] <= value:
            low = middle + 1
        else:
            high = middle
    return low


@contextmanager
def _alone(run_folder):
    _folder(run_folder).mkdir(exist_ok=True)
    with open(_folder(run_folder) / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# Writing


def _is_behind(run_folder):
    events = run_folder / "events.jsonl"
    size = events.stat().st_size if events.exists() else 0
    return _covered(run_folder) != size


def _covered(run_folder) -> int:
    """Bytes of events.jsonl that are in the index."""
    path = _folder(run_folder) / "places"
    total = _length(path, PLACE)
    return int(_read(path, PLACE, total - 1, total)["end"][0]) if total else 0


def _settle(run_folder):
    """Cut the index off where `places` ends, and that where events.jsonl ends: what a killed process left half done."""
    folder, events = _folder(run_folder), run_folder / "events.jsonl"
    places = folder / "places"
    kept = _count_upto(places, PLACE, "end", events.stat().st_size if events.exists() else 0)
    images = int(_read(places, PLACE, kept - 1, kept)["images"][0]) if kept else -1
    _cut(places, PLACE, kept)
    for ground in folder.glob("*.0"):
        rows = _count_upto(ground, ROW, "images", images)
        for level in range(LEVELS):
            _cut(ground.with_name(f"{ground.name.removesuffix('.0')}.{level}"), ROW, rows // FACTOR**level)


def _cut(path, kind, rows):
    if path.exists() and path.stat().st_size != rows * kind.itemsize:
        os.truncate(path, min(rows, _length(path, kind)) * kind.itemsize)


def _new_events(run_folder) -> Iterator[tuple[list[dict], list[int]]]:
    """Events after the index's end, and where each of them ends, some megabytes at a time."""
    path, at = run_folder / "events.jsonl", _covered(run_folder)
    if not path.exists():
        return
    with open(path, "rb") as stream:
        stream.seek(at)
        while data := stream.read(AT_ONCE) + stream.readline():
            parsed = list(_parsed(data, at))
            at += len(data)
            if parsed:
                yield [event for event, _ in parsed], [end for _, end in parsed]


def _parsed(data: bytes, start: int) -> Iterator[tuple[dict, int]]:
    """(event, where it ends) of whole lines; one that a crash cut off is passed over."""
    for line in data.splitlines(keepends=True):
        start += len(line)
        try:
            event = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            event = None
        if event is not None:
            yield event, start


def _append(run_folder, events: Sequence[dict], ends: Sequence[int]):
    """Rows of every key, the levels above them, and last of all the places, which make it count."""
    folder, rows = _folder(run_folder), {}
    for event in events:
        at = (event.get("images", 0), event.get("iteration", 0), event.get("seconds", 0.0))
        for key, value in event.items():
            if key not in AXES and isinstance(value, (int, float)):
                rows.setdefault(key, []).append((*at, value, value, value))
    for key, values in rows.items():
        _extend(folder / f"{_name(key)}.0", np.array(values, ROW))
        for level in range(1, LEVELS):
            if not _lift(folder / f"{_name(key)}.{level - 1}", folder / f"{_name(key)}.{level}"):
                break
    _extend(folder / "places", np.array([(end, event["images"]) for event, end in zip(events, ends)], PLACE))


def _extend(path, rows):
    with open(path, "ab") as stream:
        stream.write(rows.tobytes())


def _lift(below, above) -> bool:
    """Whether the level above has grown: every eight rows of the one below are one there."""
    have, want = _length(above, ROW), _length(below, ROW) // FACTOR
    if want > have:
        _extend(above, _grouped(_read(below, ROW, have * FACTOR, want * FACTOR), FACTOR))
    return want > have


# Reading


def _rows(files, first, last, limit):
    """Rows that stand for the ticks first to last: of the finest level with at most `limit`, its tail of finer ones."""
    level = 0
    while level < LEVELS - 1 and (last - first) // FACTOR**level > limit:
        level += 1
    at, parts = first - first % FACTOR**level, []
    for finer in range(level, -1, -1):
        step = FACTOR**finer
        parts.append(_read(files[finer], ROW, at // step, last // step))
        at = last // step * step
    return np.concatenate(parts)


def _thinned(rows, points):
    """At most `points` rows: neighbours are put together, the last group may be smaller."""
    size = -(-len(rows) // points)
    if size <= 1:
        return rows
    whole = len(rows) // size * size
    parts = [_grouped(rows[:whole], size)]
    if whole < len(rows):
        parts.append(_grouped(rows[whole:], len(rows) - whole))
    return np.concatenate(parts)


def _grouped(rows, size):
    """Every `size` rows as one, which stands where the last of them does."""
    groups = rows.reshape(-1, size)
    together = groups[:, -1].copy()
    together["low"], together["high"] = groups["low"].min(1), groups["high"].max(1)
    together["mean"] = groups["mean"].mean(1, dtype=np.float64)
    return together
