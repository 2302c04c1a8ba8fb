"""Long work on a set, done once beside the pages for everybody: one piece at a time, few waiting, the last ones kept."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import streamlit as st

from utils.errors import DataError, in_a_sentence

KEPT, MOST_WAITING = 24, 8
AGAIN = 20  # seconds after which what went wrong is tried again
SOON = 0.4  # seconds that a page waits before it shows a bar
Work = Callable[[Callable[[int, int], None]], Any]

_jobs: OrderedDict[tuple, "Job"] = OrderedDict()
_guard = threading.Lock()
_turn = threading.Semaphore(1)  # two at once would only share the cores


class Job:
    """One piece of work; `result` or `error` once `ended` is set."""

    def __init__(self, work: Work):
        self.done = self.total = 0
        self.result: Any = None
        self.error = ""
        self.ended_at = 0.0
        self.ended = threading.Event()
        threading.Thread(target=self._run, args=(work,), name="data-set", daemon=True).start()

    def _run(self, work: Work) -> None:
        try:
            with _turn:
                self.result = work(self._count)
        except Exception as error:  # noqa: BLE001
            self.error = in_a_sentence(error, "This cannot be worked out")
        finally:
            self.ended_at = time.monotonic()
            self.ended.set()

    def _count(self, done: int, total: int) -> None:
        self.done, self.total = done, total


def get(key: tuple, work: Work) -> Job:
    """The job of that key, begun where there is none yet.

    Raises: DataError where many are waiting already.
    """
    with _guard:
        job = _jobs.get(key)
        if job is not None and not (job.error and time.monotonic() - job.ended_at > AGAIN):
            _jobs.move_to_end(key)
            return job
        if sum(not one.ended.is_set() for one in _jobs.values()) >= MOST_WAITING:
            raise DataError("Others have asked for much at once: look again in a minute.")
        job = _jobs[key] = Job(work)
        finished = [old for old, one in _jobs.items() if one.ended.is_set()]
        for old in finished[: max(0, len(_jobs) - KEPT)]:
            del _jobs[old]
        return job


def outcome(key: tuple, work: Work, words: str) -> Any:
    """The result, or None while a bar with these words says how far it is, or a sentence why there is none.

    The page runs again by itself when it is there.
    """
    try:
        job = get(key, work)
    except DataError as error:
        st.warning(str(error))
        return None
    if not job.ended.wait(SOON):
        _watch(key, words)
        return None
    if job.error:
        st.error(job.error)
    return job.result


@st.fragment(run_every=0.5)
def _watch(key: tuple, words: str) -> None:
    job = _jobs.get(key)
    if job is None or job.ended.is_set():
        st.rerun()
    share = job.done / job.total if job.total else 0.0
    st.progress(min(1.0, share), f"{words}: {job.done:,} of {job.total:,}" if job.total else f"{words} …")
