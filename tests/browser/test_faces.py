"""The Faces page in a real browser."""

import io
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

from models.settings import FaceSettings
from tests.browser.faces import live, pixels, wait_for_address, wait_for_frame
from utils import marks

pytestmark = pytest.mark.browser


def test_a_key_on_a_slider_changes_the_picture_and_then_the_address(open_page):
    page = open_page("/?model=tiny&seed=5")
    before = pixels(page)
    slider = page.get_by_label("Direction 1", exact=True)
    slider.focus()
    slider.press("ArrowRight")
    wait_for_frame(page, "d1=0.1&")
    assert pixels(page) != before
    wait_for_address(page, "d1=0.1")
    assert "direction 1 +0.1 σ" in page.locator("#caption").inner_text()
    assert live(page).get_attribute("alt") == "Generated face, seed 5, direction 1 +0.1"


def test_the_picture_follows_while_the_thumb_is_held(open_page):
    page = open_page("/?model=tiny")
    live(page)
    box = page.get_by_label("Direction 2", exact=True).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2, steps=8)
    wait_for_frame(page, "d2=")
    assert "d2" not in page.evaluate("location.search"), "the address waits for the release"
    page.mouse.up()
    wait_for_address(page, "d2=")


def test_the_copied_link_gives_equal_pixels_elsewhere(open_page, server):
    page = open_page("/?model=tiny&seed=11", permissions=["clipboard-read", "clipboard-write"])
    live(page)
    for label, key in (("Direction 1", "End"), ("Direction 3", "ArrowLeft")):
        page.get_by_label(label, exact=True).press(key)
    page.get_by_label("Truncation ψ").fill("0.7")
    wait_for_frame(page, "psi=0.7")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(server + "/?") and "d3=-0.1" in link
    other = open_page(link.removeprefix(server))
    assert pixels(other) == pixels(page)
    assert other.get_by_label("Truncation ψ").input_value() == "0.7"


def test_back_and_forward_restore_the_state(open_page):
    page = open_page("/?model=tiny&seed=1")
    first = pixels(page)
    page.get_by_label("Seed", exact=True).fill("2")
    wait_for_address(page, "seed=2")
    page.get_by_label("Direction 1", exact=True).press("Home")
    wait_for_address(page, "d1=-")
    last = pixels(page)

    page.go_back()
    wait_for_frame(page, "seed=2&format")
    assert page.get_by_label("Direction 1", exact=True).input_value() == "0"
    page.go_back()
    wait_for_frame(page, "seed=1&format")
    assert pixels(page) == first
    assert page.get_by_label("Seed", exact=True).input_value() == "1"
    page.go_forward()
    wait_for_frame(page, "seed=2&format")
    page.go_forward()
    wait_for_frame(page, "d1=-")
    assert pixels(page) == last


def test_a_burst_of_keys_is_one_step_back(open_page):
    page = open_page("/?model=tiny&seed=1")
    live(page)
    slider = page.get_by_label("Direction 1", exact=True)
    for _ in range(5):
        slider.press("ArrowRight")
    wait_for_address(page, "d1=0.5")
    page.go_back()
    wait_for_frame(page, "seed=1&format")


def test_back_in_the_very_moment_of_a_new_address_is_a_step_back(open_page):
    page = open_page("/?model=tiny&seed=1")
    live(page)
    # before the run that wrote the address has drawn anything: its drawing is overtaken and never comes
    page.evaluate("""() => {
      const push = history.pushState.bind(history);
      history.pushState = (...how) => { push(...how); history.pushState = push; setTimeout(() => history.back()); };
    }""")
    page.get_by_label("Seed", exact=True).fill("2")
    wait_for_frame(page, "seed=2&format")
    wait_for_frame(page, "seed=1&format")
    wait_for_address(page, "seed=1")
    assert page.get_by_label("Seed", exact=True).input_value() == "1"


def test_the_state_is_kept_on_the_way_to_another_page_and_back(open_page):
    page = open_page("/?model=tiny&seed=1")
    live(page)
    page.get_by_label("Seed", exact=True).fill("77")
    wait_for_address(page, "seed=77")
    page.get_by_role("link", name="About").click()
    page.get_by_role("heading", name="What Visage cannot do").wait_for()
    page.get_by_role("link", name="Faces").click()
    wait_for_frame(page, "seed=77")
    wait_for_address(page, "seed=77")


def test_reset_brings_back_what_differs_and_only_then_is_there(open_page):
    page = open_page("/?model=tiny&seed=3&d1=1&d2=-2&z4=1.5&psi=0.5")
    live(page)
    reset = page.get_by_role("button", name="Reset what differs (4)")
    reset.click()
    wait_for_frame(page, "seed=3&format")
    assert not page.locator("#reset").is_visible()
    assert page.locator("#caption").inner_text() == "seed 3 · ψ 1"


def test_one_slider_can_be_undone(open_page):
    page = open_page("/?model=tiny&seed=3&d1=1&d2=-2")
    live(page)
    page.get_by_role("button", name="Reset Direction 1").click()
    wait_for_address(page, "seed=3&d2=-2")


def test_latent_values_rest_where_the_seed_puts_them(open_page):
    page = open_page("/?model=tiny&seed=3")
    live(page)
    page.get_by_role("tab", name="Latent values").click()
    page.get_by_label("Find a number").fill("0")
    slider = page.get_by_label("z0", exact=True)
    assert slider.input_value() == "1.79"  # RandomState(3), as NumPy promises
    slider.press("ArrowRight")
    wait_for_address(page, "z0=1.8")
    page.get_by_label("Find a number").fill("")
    assert page.locator("#latents .slider:visible").count() in (12, 13), "12, and z0, which differs"
    page.get_by_role("button", name="Show all 16").click()
    assert page.locator("#latents .slider:visible").count() == 16


def test_another_face_is_a_key_away(open_page):
    page = open_page("/?model=tiny&seed=100&d1=2")
    live(page)
    face = page.get_by_role("button", name="Generated face, seed 7", exact=True)
    face.focus()
    face.press("Enter")
    wait_for_address(page, "seed=7")
    wait_for_frame(page, "seed=7&format")
    assert face.get_attribute("aria-current") == "true"
    assert len(page.locator("#faces .face img").all()) == 24


def test_rolling_gives_another_face(open_page):
    page = open_page("/?model=tiny&seed=1")
    before = live(page).get_attribute("data-shown")
    page.get_by_role("button", name="Roll").click()
    page.wait_for_function(
        "before => document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot"
        ".querySelector('#picture').dataset.shown !== before",
        arg=before,
    )


def test_the_download_is_the_face_with_its_settings_inside(open_page, server):
    page = open_page("/?model=tiny&seed=9&d1=1.5")
    live(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    file = Path(started.value.path()).read_bytes()
    assert started.value.suggested_filename == "visage-tiny-seed-9.png"
    assert FaceSettings.from_json(marks.read_note(file)) == FaceSettings("tiny", "1", 9, sliders=(("d1", 1.5),))
    assert marks.is_marked(file)
    frame = urllib.request.urlopen(f"{server}/api/v1/frame?model=tiny&seed=9&d1=1.5&format=png").read()
    assert Image.open(io.BytesIO(frame)).tobytes() == Image.open(io.BytesIO(file)).tobytes()


@pytest.mark.parametrize(
    "path, words",
    [
        ("/?model=tiny&seed=many", "`seed` must be a whole number"),
        ("/?model=nobody&seed=3", "There is no model nobody"),
        ("/?model=tiny&smirk=2", "smirk"),
    ],
)
def test_a_nonsense_link_is_told_in_a_sentence_and_the_page_stands(open_page, path, words):
    page = open_page(path)
    live(page)
    told = page.get_by_role("alert").inner_text()
    assert words.replace("`", "") in told.replace("`", "")
