"""Start from a photo, through `app.py`, without a browser: found, squared by hand, used; and nothing written down."""

import os
import shutil
import sys

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from models import serving
from models.likeness import LIKENESS
from models.settings import FaceSettings, read_query
from tests import seer
from tests.seer import BAD, GOOD
from tests.test_pages import navigation_is_ours  # noqa: F401  the same shim
from tests.tree import ROOT
from utils import marks

_written: list | None = None


@pytest.fixture
def page(tmp_path, monkeypatch, tiny_model):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    monkeypatch.setattr("models.catalogue.SHIPPED", tmp_path / "none")
    shutil.copytree(tiny_model.folder, tmp_path / "models" / "tiny")
    seer.write_seer(tmp_path / "models" / "seer")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert not app.exception
    return app


def bring(page, data: bytes, name: str = "portrait.png"):
    return page.get_by_key("faces.file").set_value((name, data, "image/png")).run()


def sliders(page) -> dict[str, float]:
    return {slider.label: slider.value for slider in page.slider if slider.key and slider.key.startswith("faces.")}


def search(page):
    """The page once its search has ended; the search is a thread beside it."""
    page.get_by_key("faces.find").click().run()
    job = page.session_state["faces.search"]
    assert job.progress.ended.wait(120)
    return page.run()


def _address(page) -> dict[str, str]:
    """The address; a test's page hands out lists for what was in it from the start."""
    return {name: one if isinstance(one, str) else one[0] for name, one in page.query_params.items()}


def test_the_face_is_found_squared_and_used(page):
    bring(page, seer.png([(16, 12, GOOD)]))
    left, top, right, bottom = seer.box(16, 12)
    placed = sliders(page)
    assert placed["Across"] == pytest.approx((left + right) / 2 / 6.4, abs=1)
    assert placed["Down"] == pytest.approx((top + bottom) / 2 / 6.4, abs=5) and placed["Size"] > (right - left) / 6.4
    search(page)
    assert any("not the same person" in one.value for one in page.markdown)
    assert any(LIKENESS in one.value for one in page.caption)
    found = page.session_state["faces.search"].progress.found
    page.get_by_key("faces.use").click().run()
    settings, told = read_query(_address(page), serving.generator("tiny").info)
    assert settings == found.settings and not told
    assert any(LIKENESS in one.value for one in page.warning), "the page must go on saying so"
    np.testing.assert_array_equal(serving.generator("tiny").face(settings), found.face)


def test_of_several_faces_one_is_chosen_and_the_square_can_be_moved(page):
    bring(page, seer.png([(8, 12, GOOD), (24, 20, BAD)]))
    first = sliders(page)
    page.session_state[next(one.key for one in page.button_group if one.key.startswith("faces.which"))] = 1
    page.run()
    assert abs(sliders(page)["Across"] - first["Across"]) > 30
    key = next(one.key for one in page.slider if one.key.startswith("faces.size"))
    page.get_by_key(key).set_value(50.0).run()
    search(page)
    assert page.session_state["faces.search"].place[1].side == pytest.approx(320)


def test_a_photo_without_a_face_is_told_and_can_be_squared_by_hand(page):
    bring(page, seer.png([]))
    assert any("by hand" in one.value for one in page.info)
    assert sliders(page)["Size"] == 100 and page.get_by_key("faces.find")


@pytest.mark.parametrize("data, words", [(b"", "is empty"), (b"no picture at all", "is not a picture")])
def test_a_bad_file_is_told(page, data, words):
    bring(page, data, "bad.png")
    assert any(words in one.value for one in page.error) and not page.exception


def test_a_face_of_a_seed_needs_no_such_words(page):
    page.query_params.update(FaceSettings("tiny", "1", seed=4).to_query())
    page.run()
    assert not any(LIKENESS in one.value for one in page.warning)


def test_the_photo_is_never_written_down(page, tmp_path):
    global _written
    bring(page, seer.png([(16, 12, GOOD)]))  # everything is imported and loaded by now
    before = sorted(path for path in tmp_path.rglob("*"))
    sys.addaudithook(_note_what_is_opened)
    _written = []
    try:
        bring(page, marks.encode(seer.picture([(6, 12, GOOD)]), "png", generated=False))
        search(page)
    finally:
        opened, _written = _written, None
    assert opened == [] and sorted(path for path in tmp_path.rglob("*")) == before


def _note_what_is_opened(event: str, arguments: tuple) -> None:
    """A hook of the interpreter: files that are opened to be written, while a test listens."""
    if _written is None or event != "open":
        return
    path, mode, flags = arguments
    writes = set(mode or "") & set("wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
    if writes and not str(path).startswith("/dev/") and "__pycache__" not in str(path):
        _written.append(path)


def test_one_search_at_a_time_and_a_cancelled_one_leaves_nothing(page):
    from models.crops import Crop
    from ui.faces import search_job
    from ui.faces.search_job import SearchJob

    square, place = np.full((32, 32, 3), 90, np.uint8), ("photo", Crop(0, 0, 1), "tiny")
    with search_job._turn:  # another visitor's search
        job = SearchJob(square, place)
        assert not job.progress.ended.wait(0.2) and "Waiting" in job.line()[1]
        job.cancel()
    assert job.progress.ended.wait(60)
    assert job.progress.found is None and not job.progress.error
