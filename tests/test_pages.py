"""Every page through `app.py`, without a browser: it draws, keeps its frame, and tells what a link got wrong."""

import json
from urllib.parse import parse_qsl

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from tests.tree import ROOT

PAGES = ["pages/faces.py", "pages/morph.py", "pages/about.py"]


@pytest.fixture(autouse=True)
def navigation_is_ours(monkeypatch):
    """AppTest sees the folder `pages/` and falls back to the old mode from the second run on: the page alone, without
    `app.py`. The flag has a private name; `test_the_frame_is_kept_on_a_second_run` fails where it changes."""
    start = PagesManager.__init__

    def start_with_navigation(self, *args, **kwargs):
        PagesManager.uses_pages_directory = False
        start(self, *args, **kwargs)

    monkeypatch.setattr(PagesManager, "__init__", start_with_navigation)


@pytest.fixture
def app(tiny_model):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["model"] = "tiny"
    return app


def _data(app) -> dict:
    """What the live component on the page was given."""
    (component,) = app.get("bidi_component")
    return json.loads(component.proto.json or component.proto.mixed.json)


def _foot(app) -> str:
    return " ".join(one.proto.body for one in app.sidebar.get("html"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_draws_inside_its_frame(app, page):
    app.run()
    if page != PAGES[0]:
        app.switch_page(page).run()
    assert not app.exception
    assert "v0.1" in _foot(app)


def test_the_frame_is_kept_on_a_second_run(app):
    app.run()
    app.run()
    assert "v0.1" in _foot(app)


def test_the_address_becomes_the_face(app):
    app.query_params.update({"seed": "12", "psi": "0.5", "d2": "-1.5", "z3": "0.25"})
    data = _data(app.run())
    assert dict(parse_qsl(data["query"])) == {
        "model": "tiny",
        "version": "1",
        "seed": "12",
        "psi": "0.5",
        "d2": "-1.5",
        "z3": "0.25",
    }
    assert len(data["base"]) == 16 and not app.warning


def test_the_address_becomes_the_morph(app):
    app.run()
    app.switch_page("pages/morph.py")
    app.query_params.update({"model": "tiny", "seeds": "5,6,7", "loop": "1", "at": "30"})
    settings = _data(app.run())["settings"]
    assert (settings["keys"], settings["loop"], settings["at"]) == (["5", "6", "7"], True, 30)


def test_morph_opens_with_the_model_that_faces_showed(app):
    app.run()
    app.switch_page("pages/morph.py")
    app.query_params.clear()
    assert _data(app.run())["model"]["name"] == "tiny"


@pytest.mark.parametrize(
    "reason, query, words",
    [
        ("no such model", {"model": "nobody"}, "no model `nobody`"),
        ("nonsense for a seed", {"seed": "<script>"}, "`seed` must be a whole number"),
        ("a slider of another model", {"smirk": "2"}, "smirk"),
        ("further than a slider goes", {"d1": "99"}, "`d1` must be in ["),
        ("another version", {"version": "0"}, "version"),
    ],
)
def test_a_link_with_nonsense_is_told_in_a_sentence_and_the_page_stands(app, reason, query, words):
    app.query_params.update(query)
    app.run()
    assert not app.exception, reason
    assert words in app.warning[0].value, reason
    assert "seed=0" in _data(app)["query"]


def test_without_any_model_every_page_says_how_to_come_by_one(app, tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    monkeypatch.setattr("models.catalogue.SHIPPED", tmp_path / "none")
    app.run()
    assert not app.exception and "There is no model yet" in app.warning[0].value
    app.switch_page("pages/about.py").run()
    assert not app.exception and "There is no model yet" in app.info[0].value


def test_about_tells_terms_and_limits(app):
    app.run()
    app.switch_page("pages/about.py").run()
    words = " ".join(one.value for one in [*app.markdown, *app.caption, *app.subheader, *app.header])
    assert "Tiny" in words and "Apache-2.0" in words and "What Visage cannot do" in words
