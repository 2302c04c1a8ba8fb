"""Curves as one chart: what is drawn where, and the cursor's places."""

import json
import re

import numpy as np
import pytest

from tests.training.synthetic import write_run
from ui.training import panels
from ui.training.panels import View


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    return write_run("run", ticks=400)


def losses(points, series="discriminator"):
    return points[(points["panel"] == "Losses") & (points["series"] == series)]


def test_raw_values_stay_beside_the_smoothed_ones(run):
    points = losses(panels.table([run], View(smoothing=0.9)))
    assert len(points) == 400 and points["smooth"].std() < points["value"].std() / 2
    raw = losses(panels.table([run], View(smoothing=0.0)))
    assert np.allclose(raw["smooth"], raw["value"])


@pytest.mark.parametrize("axis, last", [("images", 256_000), ("iteration", 4000), ("seconds", 1600 / 60)])
def test_the_axis_is_what_was_asked_for(run, axis, last):
    assert np.isclose(losses(panels.table([run], View(axis=axis)))["x"].max(), last)


def test_a_part_of_the_run_is_that_part(run):
    points = losses(panels.table([run], View(span=(0.5, 0.75))))
    assert len(points) == 100 and points["x"].min() == 201 * 640


def test_a_logarithm_leaves_out_what_has_no_place_on_it(run):
    run.add_event(
        {"images": 300_000, "iteration": 5000, "seconds": 2000.0, "loss_discriminator": -0.5, "score_reals": 0.0}
    )
    assert losses(panels.table([run], View(log=True)))["value"].isna().sum() == 1
    assert losses(panels.table([run], View()))["value"].isna().sum() == 0


def test_the_cursor_stands_at_the_same_places_in_every_panel(run):
    data = panels.datasets(panels.table([run], View()))
    places = {name: set(rows["x"]) for name, rows in data.items() if name.startswith("cursor")}
    longest = max(places.values(), key=len)
    assert 50 < len(longest) <= panels.CURSORS
    assert all(
        one <= longest and len(one) >= len(longest) - 2 for one in places.values()
    )  # SWD comes at every fourth tick


def test_the_cursor_tells_what_was_measured_last_before(run):
    points = panels.table([run], View(smoothing=0.0))
    number = next(k for k, panel in enumerate(panels.PANELS) if "swd" in panel.keys)
    cursor = panels.datasets(points)[f"cursor_{number}"].iloc[10]
    swd = points[points["series"] == "mean of its levels"]
    before = swd[swd["x"] <= cursor["x"]].iloc[-1]
    assert cursor["mean of its levels"] == before["value"] and cursor["x"] - before["x"] < 4 * 640


def test_the_chart_asks_for_the_data_that_it_is_given(run):
    points = panels.table([run], View())
    text = json.dumps(panels.chart(points, View()))
    assert set(re.findall(r"(?:points|cursor)_\d+", text)) == set(panels.datasets(points))


def test_two_runs_have_lines_of_their_own(run):
    other = write_run("other", ticks=30)
    points = panels.table([run, other], View())
    assert len(losses(points)) == 400 and len(losses(points, "discriminator · other")) == 30


def test_the_chart_hangs_on_its_lines_alone(run):
    before = panels.chart(panels.table([run], View()), View())
    run.add_event({"images": 300_000, "iteration": 5000, "seconds": 2000.0, "loss_discriminator": 9.0})
    assert panels.chart(panels.table([run], View(smoothing=0.1)), View(smoothing=0.1)) == before
    assert panels.chart(panels.table([run], View(log=True)), View(log=True)) != before


def test_a_run_without_ticks_has_no_points(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    assert panels.table([write_run("new", ticks=0)], View()).empty
