"""Counts and spans as people say them."""

import pytest

from ui.training import words


@pytest.mark.parametrize("number, said", [(0, "0"), (7420, "7,420"), (742_000, "742 k"), (25_300_000, "25.3 M")])
def test_counts(number, said):
    assert words.count(number) == said


@pytest.mark.parametrize(
    "seconds, said",
    [(-1, "0 s"), (40, "40 s"), (1560, "26 min"), (11_100, "3 h 5 min"), (187_200, "2 d 4 h")],
)
def test_spans(seconds, said):
    assert words.span(seconds) == said


def test_rates_sizes_and_figures():
    assert (words.rate(158.4), words.rate(2.34)) == ("158 /s", "2.3 /s")
    assert (words.size(380e6), words.size(1.44e9)) == ("380 MB", "1.4 GB")
    assert (words.metric("swd", 9.12), words.metric("map50", 0.8444)) == ("9.1", "0.844")
