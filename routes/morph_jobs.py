"""Animations on their way: one is made at a time, in a thread of its own, with progress and cancel.

Nothing is written down. A job lives as long as somebody asks for it: a page that was closed asks no more, and its job
ends by itself and is forgotten, whether the animation was finished or not.
"""

import secrets
import threading
import time
from collections.abc import Callable

from utils.errors import VisageError, in_a_sentence

MOST = 8  # on their way or waiting to be fetched, of all visitors together
PATIENCE = 20  # seconds without a question after which nobody wants it any more
LONGEST = 300  # seconds of work
Work = Callable[[Callable[[str, int, int], None]], bytes]

_jobs: dict[str, "Job"] = {}
_guard = threading.Lock()
_turn = threading.Semaphore(1)  # two at once would only share the cores


class Busy(Exception):
    """As many jobs as there may be are there already."""


class _Ended(Exception):
    """Raised in the work, to leave it."""


class Job:
    """One animation on its way.

    Attributes:
        name: by which it is asked for; nobody can guess it.
        media_type: of `data`.
        stage: `waiting`, `drawing`, `encoding`, `done` or `failed`.
        done, total: pictures of this stage.
        error: a sentence where it failed.
        data: the animation's bytes where it is done.
    """

    def __init__(self, work: Work, media_type: str):
        self.name, self.media_type = secrets.token_urlsafe(16), media_type
        self.stage, self.done, self.total, self.error, self.data = "waiting", 0, 0, "", b""
        self._asked = time.monotonic()
        self._started = None
        self.ended, self._unwanted = threading.Event(), threading.Event()
        threading.Thread(target=self._run, args=(work,), name="animation", daemon=True).start()

    def asked(self) -> None:
        """Somebody still wants it."""
        self._asked = time.monotonic()

    def cancel(self) -> None:
        """Nobody wants it any more; the work ends with the picture that it is at."""
        self._unwanted.set()

    def _run(self, work: Work) -> None:
        try:
            self._in_turn(work)
            while self._wanted():  # until it is fetched
                self._unwanted.wait(1)
        except _Ended:
            pass
        finally:
            self.ended.set()
            with _guard:
                del _jobs[self.name]

    def _in_turn(self, work: Work) -> None:
        while not _turn.acquire(timeout=0.2):
            self._tell("waiting", 0, 0)
        try:
            self._started = time.monotonic()
            self.data = work(self._tell)
            self.stage = "done"
        except _Ended:
            raise
        except Exception as error:  # noqa: BLE001
            self.stage, self.error = "failed", in_a_sentence(error, "The animation cannot be made")
        finally:
            _turn.release()
            self.ended.set()

    def _tell(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total
        if not self._wanted():
            raise _Ended
        if self._started is not None and time.monotonic() - self._started > LONGEST:
            raise VisageError(f"The animation took longer than {LONGEST // 60} minutes. Take fewer steps, or MP4.")

    def _wanted(self) -> bool:
        return not self._unwanted.is_set() and time.monotonic() - self._asked < PATIENCE


def begin(work: Work, media_type: str) -> Job:
    """A new job; it begins as soon as those before it are through.

    Raises: Busy where there are as many as there may be.
    """
    with _guard:
        if len(_jobs) >= MOST:
            raise Busy
        job = Job(work, media_type)
        _jobs[job.name] = job
        return job


def find(name: str) -> Job | None:
    """The job of that name, which somebody wants, seeing that it is asked for; None where there is none any more."""
    with _guard:
        job = _jobs.get(name)
    if job is not None:
        job.asked()
    return job
