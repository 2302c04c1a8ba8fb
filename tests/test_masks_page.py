"""The Masks page through `app.py`, without a browser."""

import json
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from tests import seer
from tests.seer import BAD, GOOD
from tests.test_pages import navigation_is_ours  # noqa: F401  the same shim
from tests.tree import ROOT

SPOTS = [(4, 4, GOOD), (20, 10, BAD), (12, 22, BAD, 0.75)]
OTHERS = [(6, 6, GOOD)]


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    monkeypatch.setattr("models.catalogue.SHIPPED", tmp_path / "none")
    seer.write_seer(tmp_path / "models" / "seer")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page("pages/masks.py").run()
    assert not app.exception
    return app


def bring(page, **files):
    kinds = {"png": "image/png", "xml": "text/xml"}
    return page.get_by_key("masks.files").set_value(
        [(name.replace("_", "."), data, kinds[name.split("_")[1]]) for name, data in files.items()]
    ).run()  # fmt: skip


def alt(page) -> str:
    return page.image[0].proto.imgs[0].alt


def counts(page) -> str:
    return next(one.proto.body for one in page.get("html") if "masks-counts" in one.proto.body)


def calls(page) -> int:
    return int(counts(page).split('data-calls="')[1].split('"')[0])


def test_samples_are_there_before_anything_is_brought(page):
    assert alt(page).startswith("three-at-a-stop.webp: ")
    (strip,) = page.get("bidi_component")
    items = json.loads(strip.proto.json or strip.proto.mixed.json)["items"]
    assert len(items) == 4 == calls(page) and all(one["alt"] for one in items)


def test_the_picture_says_what_was_found(page):
    bring(page, a_png=seer.png(SPOTS))
    assert alt(page) == "a.png: 3 faces: 1 Good, 2 Bad"
    assert "<strong>1</strong> Good" in counts(page) and "<strong>2</strong> Bad" in counts(page)


def test_filters_change_the_count_and_never_call_the_network(page):
    bring(page, a_png=seer.png(SPOTS), b_png=seer.png(OTHERS))
    before = calls(page)
    for confidence, words in ((0.9, "2 faces: 1 Good, 1 Bad"), (0.5, "3 faces: 1 Good, 2 Bad"), (0.8, "2 faces")):
        page.get_by_key("masks.confidence.seer").set_value(confidence).run()
        assert words in alt(page)
    page.get_by_key("masks.classes.seer").set_value(["Bad"]).run()
    assert "1 face: 1 Bad" in alt(page)
    page.get_by_key("masks.overlap").set_value(0.7).run()
    assert calls(page) == before and not page.exception


def test_tiles_look_once_more_and_no_filter_does(page):
    bring(page, a_png=seer.png(SPOTS))
    before = calls(page)
    page.get_by_key("masks.tiles").set_value(True).run()
    assert calls(page) == before + 1 and not page.exception
    page.get_by_key("masks.confidence.seer").set_value(0.9).run()
    page.get_by_key("masks.tiles").set_value(False).run()
    assert calls(page) == before + 1 and "2 faces" in alt(page), "both looks are kept"


def test_nothing_left_is_told(page):
    bring(page, a_png=seer.png([]))
    assert "No faces found" in alt(page)
    assert any("Move Confidence to the left" in one.value for one in page.caption)


def test_with_annotations_the_figures_follow_the_sliders(page):
    truths = [*SPOTS, (28, 28, GOOD)]
    bring(page, a_png=seer.png(SPOTS), a_xml=seer.voc("a.png", truths))
    shown = {one.label: one.value for one in page.metric}
    assert shown == {"mAP@0.5 at these settings": "0.752", "mAP@0.5 of record": "0.752", "Precision": "1.00",
                     "Recall": "0.75"}  # fmt: skip
    assert page.get("vega_lite_chart")[0].proto.alt.endswith("recall 0.75")
    (table,) = (one.value for one in page.markdown if one.value.startswith("| AP"))
    assert "| `Good` | 0.505 | 0.505 |" in table and "| `without_mask` | 1.000 | 1.000 |" in table
    assert table.count("| **mean of 2** | 0.752 | 0.752 |") == 2, "over Good and Bad, and over the annotated classes"
    page.get_by_key("masks.confidence.seer").set_value(0.9).run()
    shown = {one.label: one.value for one in page.metric}
    assert (shown["mAP@0.5 at these settings"], shown["mAP@0.5 of record"]) == ("0.505", "0.752")
    assert shown["Recall"] == "0.50"


def test_a_photo_that_cannot_be_read_is_told_and_the_page_stands(page):
    bring(page, a_png=seer.png(SPOTS), b_png=seer.png(SPOTS)[:600], c_png=b"hello")
    told = " ".join(one.value for one in page.warning)
    assert "`b.png` is cut off" in told and "`c.png` is not a picture" in told
    assert "3 faces" in alt(page) and not page.exception


def test_without_a_detector_the_page_says_how_to_come_by_one(page, tmp_path):
    shutil.rmtree(tmp_path / "models")
    page.run()
    assert not page.exception and "There is no detector yet" in page.info[0].value


def test_damaged_weights_are_told(page, tmp_path):
    shutil.copytree(tmp_path / "models" / "seer", tmp_path / "models" / "torn")
    card = tmp_path / "models" / "torn" / "model.toml"
    card.write_text(card.read_text().replace('"seer"', '"torn"'))
    (tmp_path / "models" / "torn" / "weights.safetensors").write_bytes(b"nonsense")
    page.run()
    page.get_by_key("masks.model").set_value("torn").run()
    assert not page.exception
    assert "is not the file that was published" in page.error[0].value


def test_every_control_has_its_help(page):
    controls = [*page.slider, *page.button_group, *page.get("file_uploader"), *page.number_input]
    for one in controls:
        assert one.proto.help or one.label == "Where from", one.label
