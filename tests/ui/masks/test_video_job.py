"""A video beside the page: whole, cancelled, impossible; nothing is left behind."""

import csv
import io
import time

import pytest

from tests import seer
from ui.masks.controls import Choice
from ui.masks.video_job import VideoJob
from utils import private, video

CHOICE = Choice(0.25, 0.45, None)


@pytest.fixture(autouse=True)
def model(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    seer.write_seer(tmp_path / "models" / "seer")


def ended(job: VideoJob) -> VideoJob:
    assert job.progress.ended.wait(120)
    assert not list(private.root().glob("*")), "its folder goes with the work"
    return job


@pytest.mark.parametrize("every, looked", [(1, 24), (4, 6)])
def test_the_result_plays_and_its_table_tells_every_box(tmp_path, every, looked):
    job = ended(VideoJob("walk.mp4", seer.video(tmp_path / "w.mp4").read_bytes(), "seer", CHOICE, every))
    result = job.progress.result
    (tmp_path / "out.mp4").write_bytes(result.film)
    film = list(video.frames(tmp_path / "out.mp4"))
    assert (len(film), film[0].picture.shape[1], result.looked) == (24, seer.SIDE, looked), "no frame is lost"
    assert result.people == {"Good": 1, "Bad": 1}, "one person keeps one number and word"
    rows = list(csv.DictReader(io.StringIO(result.table)))
    assert len(rows) == 2 * looked and {row["person"] for row in rows} == {"1", "2"}
    first = next(row for row in rows if row["class"] == "Good")
    assert [round(float(first[key])) for key in ("x1", "y1", "x2", "y2")] == list(seer.box(4, 8))
    assert {int(row["frame"]) for row in rows} == set(range(0, 24, every))
    assert job.line()[0] == 1.0


def test_a_video_that_is_cut_off_is_told_and_what_is_left_is_used(tmp_path):
    source = seer.video(tmp_path / "w.mp4", frames=120)
    video.redraw(source, tmp_path / "whole.mp4", lambda frame: frame.picture)  # its table of contents is at the start
    data = (tmp_path / "whole.mp4").read_bytes()
    job = ended(VideoJob("half.mp4", data[: len(data) * 2 // 3], "seer", CHOICE, 10))
    assert "`half.mp4` is cut off" in job.progress.result.short and 0 < job.progress.result.frames < 120
    assert ended(VideoJob("whole.mp4", data, "seer", CHOICE, 10)).progress.result.short == ""


@pytest.mark.parametrize(
    "reason, name, data, words",
    [
        ("a text", "notes.mp4", b"hello", "`notes.mp4` is no video"),
        ("nothing", "none.mp4", b"", "`none.mp4` is empty"),
        ("a name that leads elsewhere", "../../up.mp4", b"hello", "`up.mp4` is no video"),
    ],
)
def test_what_is_no_video_is_told_in_a_sentence(reason, name, data, words):
    job = ended(VideoJob(name, data, "seer", CHOICE, 1))
    assert words in job.progress.error and job.progress.result is None, reason


def test_a_model_that_is_gone_is_told(tmp_path):
    job = ended(VideoJob("w.mp4", seer.video(tmp_path / "w.mp4").read_bytes(), "nobody", CHOICE, 1))
    assert "no model `nobody`" in job.progress.error


@pytest.mark.parametrize("how", ["cancel", "the visitor has left"])
def test_a_cancelled_video_leaves_nothing(tmp_path, how):
    film = seer.video(tmp_path / "w.mp4", frames=400).read_bytes()
    job = VideoJob("w.mp4", film, "seer", CHOICE, 1)
    progress, end = job.progress, time.monotonic() + 60
    while not progress.done and time.monotonic() < end:
        time.sleep(0.005)
    assert 0 < job.line()[0] < 1 and list(private.root().glob("job-*"))
    if how == "cancel":
        job.cancel()
    del job
    assert progress.ended.wait(60)
    assert progress.result is None and not progress.error and progress.done < 400
    assert not list(private.root().glob("*"))
