"""Warnings: told when there is something to tell, silent when all is well."""

import pytest

from training.advice import WON_FOR, advise
from training.evaluate import COLLAPSED, alarm

RUNNING = {"status": "running", "images": 60_000, "best": {"swd": 10.0, "images": 40_000}}


def ticks(count=40, **facts) -> list[dict]:
    healthy = {"right_on_reals": 0.8, "right_on_fakes": 0.82}
    return [{"images": 20_000 + 1000 * number, **healthy, **facts} for number in range(count)]


def told(state, events, metric="swd") -> str:
    return " ".join(f"{one.what} {one.do}" for one in advise(state, events, metric))


def test_a_healthy_run_is_left_in_peace():
    events = ticks()
    events[-1] |= {"swd": 10.5, "diversity": 0.9}
    assert advise(RUNNING, events, "swd") == [] == advise({"status": "queued"}, [], "swd")


def test_a_collapse_is_told_while_it_lasts():
    events = ticks()
    events[20] |= {"diversity": 0.3}
    events[20]["alarm"] = alarm(events[20], 30_000)
    assert events[20]["alarm"] and events[20]["diversity"] < COLLAPSED
    assert "vary 0.30 times as much" in told(RUNNING, events)
    events[30] |= {"diversity": 0.8}
    assert advise(RUNNING, events, "swd") == [], "it has recovered"


def test_a_discriminator_that_has_won_is_told_after_a_while():
    assert "The discriminator has won: it gets 99% right" in told(
        RUNNING, ticks(right_on_reals=0.99, right_on_fakes=1.0)
    )
    assert advise(RUNNING, ticks(right_on_reals=0.99, right_on_fakes=0.8), "swd") == []
    assert advise(RUNNING, ticks(WON_FOR - 1, right_on_reals=1.0, right_on_fakes=1.0), "swd") == []
    early = [event | {"images": 500} for event in ticks(right_on_reals=1.0, right_on_fakes=1.0)]
    assert advise(RUNNING, early, "swd") == []


@pytest.mark.parametrize(
    "metric, best, values, warned",
    [
        ("swd", 10.0, (13.0, 14.0, 15.0), True),
        ("swd", 10.0, (13.0, 11.0, 15.0), False),
        ("swd", 10.0, (14.0, 15.0), False),
        ("map50", 0.84, (0.80, 0.79, 0.78), True),
        ("map50", 0.84, (0.80, 0.83, 0.78), False),
    ],
)
def test_a_metric_that_gets_worse_is_told(metric, best, values, warned):
    events = ticks()
    for number, value in enumerate(values):
        events[30 + number][metric] = value
    state = RUNNING | {"best": {metric: best, "images": 40_000}}
    assert ("is getting worse" in told(state, events, metric)) == warned


def test_a_dead_process_is_told_with_its_place_and_the_way_on():
    words = told(RUNNING | {"status": "interrupted"}, ticks())
    assert "60,000 images" in words and "Resume" in words


@pytest.mark.parametrize(
    "message, way",
    [("`loss` became nan: training stopped.", "lower learning rate"), ("The disk is full.", "Resume"), ("", "log")],
)
def test_a_fault_is_told_with_what_could_be_done(message, way):
    words = told({"status": "failed", "message": message, "images": 5}, [])
    assert message in words and way in words
