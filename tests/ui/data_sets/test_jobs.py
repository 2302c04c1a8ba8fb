"""Long work is done once for everybody, one piece at a time, and told where it fails."""

import threading

import pytest

from ui.data_sets import jobs
from utils.errors import DataError


@pytest.fixture(autouse=True)
def none_yet(monkeypatch):
    monkeypatch.setattr(jobs, "_jobs", type(jobs._jobs)())


def finished(job):
    assert job.ended.wait(30)
    return job


def test_two_visitors_share_one_piece_of_work():
    gate, calls = threading.Event(), []

    def work(progress):
        calls.append(1)
        assert gate.wait(30)
        progress(3, 4)
        return "done"

    first, second = jobs.get(("a",), work), jobs.get(("a",), work)
    gate.set()
    assert finished(first).result == "done" and first is second and len(calls) == 1
    assert (first.done, first.total) == (3, 4)
    assert jobs.get(("a",), work).result == "done" and len(calls) == 1


def test_one_at_a_time_and_not_too_many_waiting():
    gate, running, most = threading.Event(), [], []

    def work(_progress):
        running.append(1)
        most.append(len(running))
        assert gate.wait(30)
        running.pop()

    waiting = [jobs.get((number,), work) for number in range(jobs.MOST_WAITING)]
    with pytest.raises(DataError, match="in a minute"):
        jobs.get(("more",), work)
    gate.set()
    [finished(job) for job in waiting]
    assert max(most) == 1 and finished(jobs.get(("more",), work)).error == ""


@pytest.mark.parametrize(
    "error, words",
    [(DataError("The zip is gone."), "The zip is gone."), (OSError(28, "No space left"), "No space left"), (KeyError("x"), "KeyError")],
)  # fmt: skip
def test_what_goes_wrong_is_a_sentence_and_tried_again_later(error, words, monkeypatch):
    def fails(_progress):
        raise error

    assert words in finished(jobs.get(("a",), fails)).error
    assert words in jobs.get(("a",), lambda _: "good").error, "not at every run of every visitor"
    monkeypatch.setattr(jobs, "AGAIN", -1)
    assert finished(jobs.get(("a",), lambda _: "good")).result == "good"


def test_only_the_last_results_are_kept(monkeypatch):
    monkeypatch.setattr(jobs, "KEPT", 3)
    for number in range(6):
        finished(jobs.get((number,), lambda _: "x"))
    assert len(jobs._jobs) == 3 and (5,) in jobs._jobs
