"""The Data sets page through `app.py`, without a browser: who may do what, and what is kept of whom."""

import io
import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.test_pages import navigation_is_ours  # noqa: F401  the same shim
from tests.training.annotated import make, photo, small_set
from tests.tree import ROOT
from training.data import exclusions, library

FACES = {f"{number:02}.png": photo(64, 64, seed=number, format="PNG") for number in range(5)}


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VISAGE_DATA", str(tmp_path / "root"))
    monkeypatch.setenv("VISAGE_TRAINING", "open")
    monkeypatch.setattr("models.catalogue.SHIPPED", tmp_path / "none")
    make(tmp_path / "root" / "faces", FACES)
    make(tmp_path / "root" / "photos.zip", small_set(4))
    return tmp_path / "root"


def opened(**query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.query_params.update(query)
    app.switch_page("pages/data_sets.py").run()
    assert not app.exception
    return app


def tiles(app) -> dict:
    (found,) = app.get("bidi_component")
    return json.loads(found.proto.json or found.proto.mixed.json)


def captions(app) -> str:
    return " ".join(one.value for one in app.caption)


def test_the_address_names_the_set_and_pictures_say_what_is_in_them(root):
    assert [one["alt"] for one in tiles(opened())["items"]] == sorted(FACES)
    app = opened(set="photos.zip")
    assert tiles(app)["items"][1]["alt"] == "images/01.jpg: 1 box, 1 without_mask"
    assert app.query_params["set"] in ("photos.zip", ["photos.zip"])


def test_a_set_that_is_gone_is_told_and_another_shown(root):
    app = opened(set="cats.zip")
    assert "There is no data set `cats.zip`" in app.warning[0].value
    assert len(tiles(app)["items"]) == 5


def test_a_broken_zip_in_the_folder_is_told(root):
    (root / "broken.zip").write_bytes(b"PK")
    assert "broken.zip" in opened().warning[0].value


def test_excluded_pictures_are_marked_and_shown_alone(root):
    exclusions.change(root / "faces", add=["03.png"])
    app = opened()
    assert [one["id"] for one in tiles(app)["items"] if one["out"]] == ["03.png"]
    app.segmented_control(key="data.show").set_value("Excluded").run()
    assert [one["id"] for one in tiles(app)["items"]] == ["03.png"]


def test_an_upload_becomes_the_set_that_is_shown(root):
    app = opened()
    data = make(root.parent / "mine.zip", {"one.png": photo(seed=7), "two.png": photo(seed=8)}).read_bytes()
    app.file_uploader[0].set_value([("mine.zip", data, "application/zip")]).run()
    assert [one["id"] for one in tiles(app)["items"]] == ["one.png", "two.png"]
    assert library.find("mine.zip").uploaded and "Everybody who can open this page sees" in captions(app)


def test_a_refused_upload_is_told_once(root):
    app = opened()
    app.file_uploader[0].set_value([("faces.zip", b"no zip", "application/zip")]).run()
    assert "neither a folder nor a whole zip" in app.error[0].value
    assert len(tiles(app)["items"]) == 5 and not list(library.uploads().glob("*"))


def test_a_split_is_kept_beside_an_uploaded_set_and_goes_with_it(root):
    data = make(root.parent / "mine.zip", small_set(10)).read_bytes()
    library.add("mine.zip", io.BytesIO(data))
    app = opened(set="mine.zip")
    app.segmented_control(key="data.view.boxes").set_value("Split").run()
    assert "A split made here. train 8 photos, val 1 photos, test 1 photos." in captions(app)
    app.button(key="data.keep-split").click().run()
    assert "The split that came with the set, or lies beside it. train 8 photos" in captions(app)
    assert (library.uploads() / "mine_split.csv").exists()
    app.button(key="data.remove").click().run()
    assert not list(library.uploads().iterdir())


def test_where_training_is_off_nobody_changes_anything(root, monkeypatch):
    monkeypatch.setenv("VISAGE_TRAINING", "off")
    app = opened()
    assert "Uploads and changes are off" in captions(app) and not app.file_uploader
    app.toggle(key="data.excludes").set_value(True).run()
    assert tiles(app)["excludes"] is False


def test_with_a_password_only_those_who_know_it(root, monkeypatch):
    monkeypatch.setenv("VISAGE_TRAINING", "password:pear")
    app = opened()
    assert not app.file_uploader
    field = app.text_input(key="data.password.upload")
    field.set_value("apple").run()
    assert "That is not the password." in captions(app) and not app.file_uploader
    app.text_input(key="data.password.upload").set_value("pear").run()
    app.toggle(key="data.excludes").set_value(True).run()
    assert app.file_uploader and tiles(app)["excludes"] is True
