"""Run folders: listed, put aside, thrown away; never while a process has them."""

import pytest

from training import recipe, runs
from utils.errors import RunError


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))

    def make(name, status="paused"):
        run = runs.create(name, recipe.load("dcgan"))
        run.write_state(status=status)
        return run

    return make


def test_the_newest_run_stands_first_and_other_folders_are_none(make):
    assert runs.all_runs() == []
    for name in ("b", "a", "c"):
        make(name)
    (runs.folder() / "no-run").mkdir()
    assert [run.name for run in runs.all_runs()] == ["c", "a", "b"]


def test_a_live_run_is_neither_put_aside_nor_deleted(make):
    run = make("live", "running")
    with run.locked():
        for act in (run.archive, run.delete):
            with pytest.raises(RunError, match="`live` is running: it can be .* once it is paused or stopped"):
                act()
    assert run.state()["status"] == "interrupted" and not run.archived
    run.archive()
    assert run.archived and [one.archived for one in runs.all_runs()] == [True]
    run.unarchive()
    assert not run.archived


def test_a_deleted_run_leaves_nothing_and_its_name_is_free(make):
    run = make("x")
    (run.folder / "samples" / "000000000.jpg").write_bytes(b"1")
    run.delete()
    assert list(runs.folder().iterdir()) == []
    for act in (run.delete, run.locked().__enter__):
        with pytest.raises(RunError, match="is gone"):
            act()
    make("x")


def test_what_a_kill_left_of_a_deletion_is_no_run_and_goes_with_the_next(make):
    run = make("x")
    run.folder.rename(run.folder.with_name(".deleting-x-1"))
    assert runs.all_runs() == []
    make("y").delete()
    assert list(runs.folder().iterdir()) == []


def test_a_finished_or_paused_run_takes_no_request(make):
    for status in ("paused", "finished", "failed", "interrupted"):
        with pytest.raises(RunError, match=f"is {status}: there is nothing to pause"):
            make(status, status).request("pause")
    queued = make("q", "queued")
    with queued.locked():
        queued.request("pause")
        queued.request("stop")
        assert queued.requested() == "stop"


def test_a_full_disk_at_the_start_leaves_no_half_of_a_run(make, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs, "write_atomically", full)
    with pytest.raises(OSError):
        make("x")
    assert list(runs.folder().iterdir()) == []
