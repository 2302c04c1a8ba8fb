"""The Masks page in a real browser."""

import csv
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import seer
from tests.browser.server import serve
from tests.browser.test_look import _CONTRAST, PHONE
from tests.seer import BAD, GOOD
from tests.tree import ROOT
from utils import pictures, private

pytestmark = pytest.mark.browser
SPOTS = [(4, 4, GOOD), (20, 10, BAD), (12, 22, BAD, 0.75)]


@pytest.fixture(scope="module", autouse=True)
def detector(visage_home):
    folder = visage_home / "models" / "seer"
    yield seer.write_seer(folder)
    shutil.rmtree(folder)  # other tests count the models


def masks(open_page, **options):
    page = open_page("/masks?model=seer", **options)
    settled(page)
    return page


def settled(page) -> None:
    """Until the script has run to its end: the last words of the page are there and nothing is under way."""
    page.get_by_text("What am I looking at?").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def bring(page, **files: bytes):
    kinds = {"png": "image/png", "xml": "text/xml", "mp4": "video/mp4"}
    page.locator("input[type=file]").set_input_files(
        [
            {"name": name.replace("_", "."), "mimeType": kinds[name.split("_")[1]], "buffer": data}
            for name, data in files.items()
        ]
    )


def choose_video(page) -> None:
    page.get_by_text("Video", exact=True).click()
    page.get_by_role("button", name="Find the faces").wait_for()  # before that the photos' place is still there


def picture(page, words: str):
    """The large picture, once its alternative text says so."""
    found = page.locator(f'.st-key-masks-picture img[alt*="{words}"]')
    found.wait_for()
    return found


def calls(page) -> str:
    return page.locator("[data-calls]").get_attribute("data-calls")


def download(page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(started.value.path()).read_bytes()


def test_a_photo_gets_boxes_and_a_slider_filters_them_without_the_network(open_page):
    page = masks(open_page)
    bring(page, a_png=seer.png(SPOTS))
    picture(page, "a.png: 3 faces: 1 Good, 2 Bad")
    settled(page)
    before = calls(page)
    slider = page.get_by_test_id("stSlider").filter(has_text="Confidence").locator("input")
    slider.focus()
    slider.press("End")
    picture(page, "a.png: 2 faces: 1 Good, 1 Bad")
    settled(page)
    assert page.locator(".masks-counts").inner_text().split() == ["1", "Good", "1", "Bad"]
    slider.press("Home")
    picture(page, "a.png: 3 faces")
    page.get_by_role("button", name="Good", exact=True).click()
    picture(page, "a.png: 2 faces: 2 Bad")
    settled(page)
    assert calls(page) == before


def test_tiles_call_the_network_once_and_then_it_is_left_alone_again(open_page):
    page = masks(open_page)
    bring(page, a_png=seer.png(SPOTS))
    picture(page, "a.png: 3 faces")
    settled(page)
    before = int(calls(page))
    page.get_by_text("Tiles for tiny faces").click()
    page.locator(f'[data-calls="{before + 1}"]').wait_for()
    page.get_by_text("Tiles for tiny faces").click()
    picture(page, "a.png: 3 faces")
    slider = page.get_by_test_id("stSlider").filter(has_text="Confidence").locator("input")
    slider.focus()
    slider.press("End")
    picture(page, "a.png: 2 faces: 1 Good, 1 Bad")
    settled(page)
    assert int(calls(page)) == before + 1


def test_another_photo_is_a_key_away(open_page):
    page = masks(open_page)
    bring(page, a_png=seer.png(SPOTS), b_png=seer.png([(9, 9, GOOD)]))
    picture(page, "a.png: 3 faces")
    other = page.get_by_role("button", name="b.png: 1 face: 1 Good")
    other.focus()
    other.press("Enter")
    picture(page, "b.png: 1 face: 1 Good")
    chosen = page.locator('.face[aria-current="true"]')
    chosen.locator('img[alt^="b.png"]').wait_for()
    assert chosen.count() == 1 and chosen.evaluate("one => one.matches(':focus')"), "the next key goes on from there"


def test_photos_brought_before_the_samples_are_drawn_take_their_place(open_page):
    page = open_page("/about")
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(page.url.replace("/about", "/masks?model=seer"))
    page.locator("input[type=file]").wait_for(state="attached")
    bring(page, a_png=seer.png(SPOTS), b_png=seer.png([(9, 9, GOOD)]))
    page.get_by_role("button", name="b.png: 1 face: 1 Good").wait_for()


def test_what_is_taken_home(open_page):
    page = masks(open_page)
    bring(page, a_png=seer.png(SPOTS), b_png=seer.png([]))
    picture(page, "a.png: 3 faces")
    settled(page)
    assert pictures.decode(download(page, "Download")).shape == (seer.SIDE, seer.SIDE, 3)
    assert zipfile.ZipFile(io.BytesIO(download(page, "All as zip"))).namelist() == ["a-boxes.jpg", "b-boxes.jpg"]
    assert len(list(csv.DictReader(io.StringIO(download(page, "CSV").decode())))) == 3
    first = json.loads(download(page, "JSON"))[0]
    assert first["class"] == "Good" and first["box"] == list(seer.box(4, 4))
    assert len(json.loads(download(page, "COCO"))["annotations"]) == 3


def test_the_shell_writes_the_same_files(open_page, visage_home, tmp_path):
    page = masks(open_page)
    bring(page, a_png=seer.png(SPOTS), b_png=seer.png([(9, 9, GOOD)]))
    picture(page, "a.png: 3 faces")
    settled(page)
    from_page = download(page, "JSON"), download(page, "COCO")
    (tmp_path / "a.png").write_bytes(seer.png(SPOTS))
    (tmp_path / "b.png").write_bytes(seer.png([(9, 9, GOOD)]))
    for kind, file in zip([(), ("--coco",)], from_page):
        command = [sys.executable, ROOT / "cli.py", "detect", "seer", "a.png", "b.png", *kind]
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | {"VISAGE_HOME": str(visage_home)}, capture_output=True
        )
        assert (done.returncode, done.stdout) == (0, file), done.stderr


def test_annotations_bring_figures_and_a_curve(open_page):
    page = masks(open_page)
    bring(page, a_png=seer.png(SPOTS), a_xml=seer.voc("a.png", SPOTS))
    page.get_by_role("heading", name="Against what people marked").wait_for()
    page.get_by_text("Show what people marked").wait_for()
    page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
    settled(page)
    assert page.get_by_test_id("stMetricValue").all_inner_texts() == ["1.000", "1.000", "1.00", "1.00"]


def test_a_file_of_no_use_is_told_and_the_page_stands(open_page):
    page = masks(open_page)
    bring(page, a_png=seer.png(SPOTS), b_png=b"hello")
    picture(page, "a.png: 3 faces")
    assert "b.png is not a picture" in page.get_by_role("alert").inner_text().replace("`", "")


def test_a_video_gets_boxes_and_plays(open_page, tmp_path):
    page = masks(open_page)
    choose_video(page)
    bring(page, walk_mp4=seer.video(tmp_path / "walk.mp4", frames=36).read_bytes())
    page.get_by_role("button", name="Find the faces").click()
    page.get_by_text("2 people: 1 Good, 1 Bad").wait_for()
    film = page.locator(".st-key-masks-film video")
    film.evaluate("film => film.play()")
    page.wait_for_function("() => document.querySelector('.st-key-masks-film video').currentTime > 0.5")
    assert film.evaluate("film => film.videoWidth") == seer.SIDE
    settled(page)
    rows = list(csv.DictReader(io.StringIO(download(page, "CSV").decode())))
    assert len(rows) == 72 and {row["person"] for row in rows} == {"1", "2"}
    assert not list(private.root().glob("*"))


def test_a_video_goes_on_while_other_pages_are_looked_at_and_can_be_cancelled(open_page, tmp_path):
    page = masks(open_page)
    choose_video(page)
    bring(page, long_mp4=seer.video(tmp_path / "long.mp4", frames=600).read_bytes())
    page.get_by_role("button", name="Find the faces").click()
    page.get_by_role("button", name="Cancel").wait_for()
    page.get_by_role("link", name="About").click()
    page.get_by_role("heading", name="What Visage cannot do").wait_for()
    page.get_by_role("link", name="Masks").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("was cancelled; nothing of it is kept").wait_for()
    assert not list(private.root().glob("*"))


def test_a_text_named_mp4_is_told(open_page):
    page = masks(open_page)
    choose_video(page)
    bring(page, notes_mp4=b"hello")
    page.get_by_text("is no video that can be read").wait_for()


def test_a_killed_server_leaves_nothing_after_the_next_start(chromium, tmp_path, tmp_path_factory):
    home = tmp_path_factory.mktemp("other-home")
    seer.write_seer(home / "models" / "seer")
    film = seer.video(tmp_path / "long.mp4", frames=1500).read_bytes()
    with serve(home) as (address, process):
        page = chromium.new_page()
        page.goto(f"{address}/masks?model=seer")  # the very first visitor of a server, by a deep link
        settled(page)
        assert " · v0.1" in page.locator(".visage-foot").inner_text(), "the frame is there"
        choose_video(page)
        bring(page, long_mp4=film)
        page.get_by_role("button", name="Find the faces").click()
        page.locator(".masks-preview[alt^='Frame ']").wait_for()  # not the first frame, shown before it begins
        (left,) = (home / "tmp").iterdir()
        assert stat.S_IMODE(left.stat().st_mode) == 0o700
        process.send_signal(signal.SIGKILL)
        process.wait()
        page.close()
    assert left.is_dir() and any(left.iterdir())
    with serve(home):
        assert not left.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_and_pictures_have_words(open_page, scheme):
    page = masks(open_page, color_scheme=scheme)
    bring(page, a_png=seer.png(SPOTS), a_xml=seer.voc("a.png", SPOTS))
    page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
    settled(page)
    # a slider's value hangs on its thumb in the tree, and above it on the screen: not on the thumb's colour
    page.add_style_tag(content="[data-testid=stSliderThumbValue] { visibility: hidden; }")
    low = [words for words in page.evaluate(_CONTRAST) if " icon:" not in words]  # an icon's name, for screen readers
    assert low == []
    assert page.locator("img:not([alt]), img[alt='']").count() == 0


def test_on_a_phone_nothing_is_wider_and_the_picture_stays_in_sight(open_page):
    page = masks(open_page, **PHONE)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert page.locator(".st-key-masks-picture img").bounding_box()["y"] < 200, "the picture comes first"
    slider = page.get_by_test_id("stSlider").filter(has_text="Overlap").locator("input")
    slider.scroll_into_view_if_needed()
    slider.press("ArrowRight")
    settled(page)
    shown = page.locator(".st-key-masks-picture img")
    shown.wait_for()  # the new picture takes the old one's place: for a moment there is none
    seen = shown.bounding_box()
    assert seen["y"] >= 0 and seen["y"] + seen["height"] <= 844
