"""`cli.py detect` as a program meets it: boxes as JSON and COCO, files drawn, a bad file among good ones."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from models.catalogue import write_detector
from models.darknet import cfg, network
from tests.models.test_darknet import SMALL
from tests.models.test_detector import FACTS, GROUPS, make_white_seer, spot
from tests.utils.test_video import written


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    model = make_white_seer(network.network(cfg.read_cfg(SMALL)))
    fields = {"title": "Seer", "version": "1", "arguments": FACTS | {"groups": GROUPS}}
    write_detector(folder / "models" / "seer", fields, model, SMALL)
    return folder


@pytest.fixture
def detect(home, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(home))

    def run(*arguments):
        command = [sys.executable, "cli.py", "detect", "seer", *map(str, arguments)]
        return subprocess.run(command, text=True, capture_output=True, timeout=120)

    return run


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    (folder / "inner").mkdir(parents=True)
    Image.fromarray(spot(64, 64, 30, 20)).save(folder / "a.png")
    Image.fromarray(spot(128, 128, 60, 40, 16)).save(folder / "inner" / "a.png")
    return folder


def test_a_folder_gives_records_in_pixels_of_each_picture(detect, photos):
    done = detect(photos, "--min-score", "0.5")
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)
    assert {record["image"] for record in records} == {str(photos / "a.png"), str(photos / "inner" / "a.png")}
    assert all(record["class"] == "Good" and 0.5 <= record["score"] <= 1 for record in records)
    small, large = (
        np.array([r["box"] for r in records if r["image"].endswith(name)]) for name in ("s/a.png", "r/a.png")
    )
    np.testing.assert_allclose(2 * small.mean(0), large.mean(0), atol=4)


def test_coco_and_annotated_classes_and_the_lowest_floor(detect, photos, tmp_path):
    out, picture = tmp_path / "found.json", spot(64, 64, 30, 20)
    picture[48:56, 4:12] = 128  # half as bright: hardly seen
    Image.fromarray(picture).save(photos / "a.png")
    done = detect(photos / "a.png", "--json", out, "--coco", "--classes", "--min-score", "0.01")
    assert done.returncode == 0 and "boxes in 1 files" in done.stdout
    coco = json.loads(out.read_text())
    assert [one["name"] for one in coco["categories"]] == ["on", "off"]
    assert coco["images"] == [{"id": 1, "file_name": str(photos / "a.png"), "width": 64, "height": 64}]
    assert min(one["score"] for one in coco["annotations"]) < 0.2
    x, y, width, height = coco["annotations"][0]["bbox"]
    assert x >= 0 and y >= 0 and x + width <= 64 and y + height <= 64


def test_a_video_is_drawn_with_a_line_for_every_frame(detect, tmp_path):
    clip = written(tmp_path / "clip.mp4", sound="aac")
    done = detect(clip, "--draw", tmp_path / "drawn", "--min-score", "0.5")
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)
    assert {record["frame"] for record in records} == set(range(10))
    assert len({record["person"] for record in records}) >= 1
    with open(tmp_path / "drawn" / "clip.csv") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == len(records) and float(rows[-1]["seconds"]) == pytest.approx(0.9)
    from utils import video

    drawn = list(video.frames(tmp_path / "drawn" / "clip.mp4"))
    assert len(drawn) == 10
    changed = np.abs(drawn[0].picture.astype(int) - next(video.frames(clip)).picture.astype(int)).max(2) > 60
    assert changed.any()


def test_frames_between_keep_the_last_boxes_and_are_no_rows(detect, tmp_path):
    from utils import video

    clip = written(tmp_path / "clip.mp4")
    done = detect(clip, "--draw", tmp_path / "drawn", "--min-score", "0.5", "--every", "4")
    assert done.returncode == 0, done.stderr
    assert {record["frame"] for record in json.loads(done.stdout)} == {0, 4, 8}
    before, drawn = (list(video.frames(file)) for file in (clip, tmp_path / "drawn" / "clip.mp4"))
    assert [frame.seconds for frame in drawn] == pytest.approx([frame.seconds for frame in before])
    boxed = [(np.abs(new.picture.astype(int) - old.picture) > 60).any() for new, old in zip(drawn, before)]
    assert boxed == [True] * 10


def test_a_bad_file_is_told_and_the_rest_goes_on(detect, photos, tmp_path):
    (photos / "b.jpg").write_bytes(b"")
    (photos / "c.mp4").write_text("a text")
    done = detect(photos, "--draw", tmp_path / "drawn", "--min-score", "0.5")
    assert done.returncode == 2
    assert "`b.jpg` is empty" in done.stderr and "`c.mp4`" in done.stderr and "Traceback" not in done.stderr
    assert len(json.loads(done.stdout)) >= 2
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["a-2.jpg", "a.jpg"]


def test_nothing_to_look_at_and_no_such_model_are_sentences(detect, tmp_path):
    (tmp_path / "bare").mkdir()
    done = detect(tmp_path / "bare")
    assert done.returncode == 2 and "holds no pictures and no videos" in done.stderr
    done = subprocess.run([sys.executable, "cli.py", "detect", "nobody", "x.png"], text=True, capture_output=True)
    assert done.returncode == 2 and "There is no model `nobody`" in done.stderr


def test_drawn_again_into_the_same_folder_replaces_and_never_the_photo_itself(detect, photos):
    before = (photos / "a.png").read_bytes()
    for _ in range(2):
        assert detect(photos / "a.png", "--draw", photos, "--min-score", "0.5").returncode == 0
    Image.open(photos / "a.jpg").save(photos / "b.jpg")
    own = (photos / "b.jpg").read_bytes()
    assert detect(photos / "b.jpg", "--draw", photos, "--min-score", "0.5").returncode == 0
    assert sorted(path.name for path in photos.iterdir()) == ["a.jpg", "a.png", "b-2.jpg", "b.jpg", "inner"]
    assert (photos / "a.png").read_bytes() == before and (photos / "b.jpg").read_bytes() == own


def test_a_video_that_is_cut_off_is_told_and_used(detect, tmp_path):
    from utils import video

    source = written(tmp_path / "a.mp4", times=list(range(0, 206, 2)), size=(320, 240))
    video.redraw(source, tmp_path / "whole.mp4", lambda frame: frame.picture)  # its table of contents is at the start
    data = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(data[: len(data) * 2 // 5])
    done = detect(tmp_path / "half.mp4", "--min-score", "0.5")
    assert done.returncode == 0 and "`half.mp4` is cut off" in done.stderr
    assert 0 < len({record["frame"] for record in json.loads(done.stdout)}) < 103
