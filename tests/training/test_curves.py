"""The index of a run's curves: right at every scale, and nothing that the events would not say."""

import json
import shutil

import numpy as np
import pytest

from training import curves, runs
from training.runs import Run

BATCH = 64


def event(tick: int) -> dict:
    """A tick as the loop writes it; a metric at every fourth."""
    facts = {"images": tick * BATCH, "iteration": tick, "seconds": tick * 0.5, "loss": np.sin(tick / 50) + 2}
    return facts | ({"swd": 100 / tick, "alarm": "The faces are becoming alike."} if tick % 4 == 0 else {})


def write(run: Run, first: int, last: int) -> None:
    with open(run.folder / "events.jsonl", "a") as stream:
        stream.writelines(json.dumps(event(tick)) + "\n" for tick in range(first, last))
    curves.follow(run)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "run").mkdir()
    return Run(tmp_path / "run")


def same(left: dict, right: dict) -> bool:
    return left.keys() == right.keys() and all(np.array_equal(left[key], right[key]) for key in left)


def test_few_ticks_are_read_as_they_are(run):
    write(run, 1, 41)
    assert curves.keys(run) == ["loss", "swd"] and curves.ticks(run) == 40
    read = curves.read(run, ["loss", "swd", "nothing"])
    assert list(read) == ["loss", "swd"]
    assert read["loss"]["images"].tolist() == [tick * BATCH for tick in range(1, 41)]
    assert np.allclose(read["loss"]["mean"], [event(tick)["loss"] for tick in range(1, 41)])
    assert np.array_equal(read["loss"]["low"], read["loss"]["high"])
    assert read["swd"]["iteration"].tolist() == list(range(4, 41, 4))


def test_many_ticks_are_few_points_that_keep_extremes_and_the_latest_tick(run):
    write(run, 1, 20_001)
    (loss,) = curves.read(run, ["loss"], points=100).values()
    values = np.array([event(tick)["loss"] for tick in range(1, 20_001)])
    assert 50 <= len(loss) <= 100
    assert np.isclose(loss["high"].max(), values.max()) and np.isclose(loss["low"].min(), values.min())
    assert loss["images"][-1] == 20_000 * BATCH and (np.diff(loss["images"].astype(int)) > 0).all()
    assert (loss["low"] <= loss["mean"]).all() and (loss["mean"] <= loss["high"]).all()


def test_a_narrow_span_is_read_finer(run):
    write(run, 1, 20_001)
    (loss,) = curves.read(run, ["loss"], points=200, span=(0.5, 0.505)).values()
    assert loss["iteration"].tolist() == list(range(10_001, 10_101))


def test_ticks_one_by_one_make_the_same_index_as_many_at_once(run, tmp_path):
    write(run, 1, 300)
    (tmp_path / "other").mkdir()
    other = Run(tmp_path / "other")
    for tick in range(1, 300):
        write(other, tick, tick + 1)
    files = sorted(path.name for path in (run.folder / "curves").iterdir())
    assert files == sorted(path.name for path in (other.folder / "curves").iterdir())
    for name in files:
        assert (run.folder / "curves" / name).read_bytes() == (other.folder / "curves" / name).read_bytes(), name


def test_a_missing_index_is_made_again(run):
    write(run, 1, 3000)
    before = curves.read(run, ["loss", "swd"], points=50)
    shutil.rmtree(run.folder / "curves")
    assert same(curves.read(run, ["loss", "swd"], points=50), before)


def test_going_back_leaves_what_was_there_at_that_place(run, tmp_path):
    write(run, 1, 1001)
    before = (run.folder / "events.jsonl").read_bytes(), curves.read(run, ["loss", "swd"], points=64)
    write(run, 1001, 4000)
    curves.rewind(run, 1000 * BATCH + 1)
    assert (run.folder / "events.jsonl").read_bytes() == before[0]
    assert same(curves.read(run, ["loss", "swd"], points=64), before[1])
    curves.rewind(run, 0)
    assert (run.folder / "events.jsonl").read_bytes() == b"" and curves.read(run, ["loss"]) == {}


def test_rewind_reads_little(run, monkeypatch):
    write(run, 1, 50_000)
    read, fromfile = [], np.fromfile

    def counted(*args, **options):
        rows = fromfile(*args, **options)
        read.append(rows.nbytes)
        return rows

    monkeypatch.setattr(np, "fromfile", counted)
    curves.rewind(run, 10_000 * BATCH)
    assert curves.ticks(run) == 10_000 and sum(read) < 10_000


@pytest.mark.parametrize("torn", ["events.jsonl", "curves/loss.0", "curves/loss.1", "curves/places"])
def test_what_a_kill_left_half_written_is_mended(run, torn):
    write(run, 1, 500)
    with open(run.folder / torn, "ab") as stream:
        stream.write(b'{"im')
    curves.rewind(run, 499 * BATCH)
    write(run, 500, 600)
    (loss,) = curves.read(run, ["loss"], points=1000).values()
    assert loss["iteration"].tolist() == list(range(1, 600))
    assert [one["iteration"] for one in run.events()] == list(range(1, 600))


def test_keys_written_before_the_places_are_not_written_twice(run):
    write(run, 1, 100)
    places = run.folder / "curves" / "places"
    with open(places, "r+b") as stream:  # killed in between: these ticks count as not taken in
        stream.truncate(places.stat().st_size - 10 * curves.PLACE.itemsize)
    (loss,) = curves.read(run, ["loss"]).values()
    assert loss["iteration"].tolist() == list(range(1, 100))


def test_the_latest_events_are_read_without_the_others(run):
    write(run, 1, 5000)
    assert [one["iteration"] for one in curves.latest(run, 3)] == [4997, 4998, 4999]
    assert len(curves.latest(run, 9000)) == 4999
    assert curves.latest(run, 4)[0]["alarm"].startswith("The faces")


def test_a_run_without_events_has_no_curves(run):
    assert curves.read(run, ["loss"]) == {} and curves.latest(run, 5) == [] and curves.keys(run) == []
    curves.rewind(run, 0)
    assert curves.ticks(run) == 0


def test_a_key_may_be_any_word(run):
    with open(run.folder / "events.jsonl", "w") as stream:
        stream.write(json.dumps({"images": 1, "iteration": 1, "seconds": 1.0, "ap50_a/b ü": 0.5}) + "\n")
    assert list(curves.read(run, ["ap50_a/b ü"])) == ["ap50_a/b ü"] == curves.keys(run)


def test_smoothing_starts_at_the_first_value_and_follows():
    values = np.array([4.0, 0.0, 0.0, 0.0])
    assert np.allclose(curves.smooth(values, 0.0), values)
    smoothed = curves.smooth(values, 0.5)
    assert smoothed[0] == 4.0 and (np.diff(smoothed) < 0).all() and np.isclose(smoothed[1], 4 / 3)


def test_the_loop_keeps_the_index(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "folder", lambda: tmp_path)
    (tmp_path / "run").mkdir()
    run = Run(tmp_path / "run")
    for tick in range(1, 20):
        run.add_event(event(tick))
    assert curves.ticks(run) == 19
    run.rewind_events(10 * BATCH)
    assert curves.ticks(run) == 10 and len(run.events()) == 10
