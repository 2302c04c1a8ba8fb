"""A video worked through beside the page: a thread that no rerun ends, with progress, cancel and nothing left behind."""

import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np

from models import records, serving
from models.boxes import Boxes, select
from models.records import Found
from models.tracking import Watch
from utils import marks, pictures, private, video
from utils.errors import in_a_sentence

LETTERS = 1.4  # times as large as on a photo: a video is watched smaller than it is
PREVIEW, PREVIEW_EVERY = 960, 0.7  # pixels; seconds between two pictures of how far it is
_turn = threading.Semaphore(1)  # one video at a time: two would only share the cores


class Result(NamedTuple):
    """An MP4 with boxes, a CSV with a row for every box of every frame looked at, people by their words; how many frames
    there are, how many were looked at, and how long that took; `short` is a sentence where the video is cut off.
    """

    film: bytes
    table: str
    people: dict[str, int]
    frames: int
    looked: int
    seconds: float
    short: str


class _Progress:
    """What thread and page share."""

    def __init__(self):
        self.done = self.total = 0
        self.started: float | None = None
        self.preview = b""
        self.error = ""
        self.result: Result | None = None
        self.cancelled, self.ended = threading.Event(), threading.Event()


class VideoJob:
    """One video on its way. It is cancelled when nobody holds this object any longer: a visitor who has left.

    Attributes:
        name: the file's.
        told: in words, with what settings it is looked at.
    """

    def __init__(self, name: str, data: bytes, model: str, choice, every: int):
        self.name = name
        self.told = f"confidence {choice.confidence:.2f}, overlap {choice.overlap:.2f}"
        if choice.tiles:
            self.told += ", tiles"
        if every > 1:
            self.told += f", one frame in {every} looked at"
        self.progress = _Progress()
        weakref.finalize(self, self.progress.cancelled.set)
        work = (self.progress, name, data, model, choice, every)
        threading.Thread(target=_work, args=work, name="video", daemon=True).start()

    def cancel(self) -> None:
        """Ends the work at the next frame; its folder goes with it."""
        self.progress.cancelled.set()

    @property
    def ended(self) -> bool:
        """Whether there is a result, an error, or nothing to come any more."""
        return self.progress.ended.is_set()

    def line(self) -> tuple[float, str]:
        """How far it is, 0 to 1, and that in words."""
        now = self.progress
        if now.started is None:
            return 0.0, "Waiting: the network is waking up, or another video is being looked at."
        seconds = time.monotonic() - now.started
        words = f"Frame {now.done:,}" + (f" of {now.total:,}" if now.total else "")
        if now.done and seconds > 1:
            rate = now.done / seconds
            words += f" · {rate:.1f} frames/s"
            if now.total > now.done:
                words += f" · {_duration((now.total - now.done) / rate)} left"
        return min(1.0, now.done / now.total) if now.total else 0.0, words


def _work(now: _Progress, name: str, data: bytes, model: str, choice, every: int) -> None:
    try:
        with _turn, private.folder() as folder:
            if now.cancelled.is_set():
                return
            source = written(folder, name, data)
            del data
            now.result = _looked(now, source, folder / "drawn.mp4", serving.detector(model), choice, every)
    except Exception as error:  # noqa: BLE001
        now.error = in_a_sentence(error, f"`{name}` cannot be worked through")
    finally:
        now.ended.set()


def written(folder: Path, name: str, data: bytes) -> Path:
    """The file's place in the folder, under its own name, as far as that leads nowhere else."""
    path = folder / (PurePosixPath(name).name[-100:].lstrip(".") or "video")
    path.write_bytes(data)
    return path


def _looked(now: _Progress, source: Path, target: Path, detector, choice, every: int) -> Result | None:
    candidates = detector.tiled_candidates if choice.tiles else detector.candidates

    def look(picture: np.ndarray) -> Boxes:
        found = detector.grouped(candidates(picture))
        return select(found, choice.confidence, choice.overlap, choice.classes, across_classes=True)

    watch, look_again = Watch(source.name, look, every), 0.0

    def draw(frame: video.Frame) -> np.ndarray:
        nonlocal look_again
        drawn = watch.drawn(frame, LETTERS)
        if time.monotonic() >= look_again:
            now.preview = marks.encode(_small(drawn), "jpeg", quality=80, generated=False)
            look_again = time.monotonic() + PREVIEW_EVERY
        return drawn

    now.started = begun = time.monotonic()
    facts = video.probe(source)
    frames = video.redraw(source, target, draw, _counted(now), now.cancelled.is_set)
    if not frames:
        return None
    whole = Found(source.name, facts.width, facts.height, watch.records)
    return Result(
        target.read_bytes(),
        records.as_csv([whole], records.OF_FRAMES),
        dict(Counter(watch.people.values())),
        frames,
        watch.looked,
        time.monotonic() - begun,
        video.cut_off(source, facts, watch.seconds + 1 / facts.rate),
    )


def _counted(now: _Progress) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        now.done, now.total = done, total

    return progress


def _small(picture: np.ndarray) -> np.ndarray:
    return pictures.enlarge(picture, PREVIEW) if max(picture.shape[:2]) > PREVIEW else picture


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
