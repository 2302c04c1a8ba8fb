"""What there is to do with a face: lock, mix, pin and compare, go back, look around; by keyboard throughout."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from models.settings import FaceSettings
from tests.browser.faces import live, pixels, press, wait_for_address, wait_for_frame
from utils import marks

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_a_locked_slider_stays_and_is_in_the_link(open_page):
    page = open_page("/?model=tiny&seed=3&d1=1")
    live(page)
    lock = page.get_by_role("button", name="Keep Direction 1 still")
    lock.press("Enter")
    wait_for_address(page, "lock=d1")
    assert lock.get_attribute("aria-pressed") == "true"
    assert page.get_by_label("Direction 1", exact=True).is_disabled()
    page.get_by_label("Direction 2", exact=True).press("End")
    wait_for_frame(page, "d1=1&d2=3&lock=d1")
    lock.press("Enter")
    wait_for_frame(page, "d1=1&d2=3&format")
    assert page.get_by_label("Direction 1", exact=True).is_enabled()


def test_another_face_is_mixed_in(open_page):
    page = open_page("/?model=tiny&seed=3")
    before = pixels(page)
    press(page, "tab", "Directions", "ArrowRight")
    press(page, "tab", "Latent values", "ArrowRight")
    page.get_by_label("Seed of the other face").fill("9")
    page.get_by_label("How much of the other face").press("End")
    wait_for_frame(page, "mix=9:1&")
    wait_for_address(page, "mix=9%3A1")
    assert "100 % of seed 9" in page.locator("#caption").inner_text()
    assert pixels(page) == pixels(open_page("/?model=tiny&seed=9")) != before
    page.get_by_label("How much of the other face").press("Home")
    wait_for_frame(page, "seed=3&format")


def test_back_and_forward_go_through_the_faces_of_the_visit(open_page):
    page = open_page("/?model=tiny&seed=1")
    live(page)
    back = page.get_by_role("button", name="Back to the face before")
    assert back.get_attribute("aria-disabled") == "true"
    for seed in (2, 3):
        page.get_by_label("Seed", exact=True).fill(str(seed))
        wait_for_address(page, f"seed={seed}")
    back.press("Enter")
    wait_for_frame(page, "seed=2&format")
    wait_for_address(page, "seed=2")
    back.press("Enter")
    wait_for_frame(page, "seed=1&format")
    press(page, "button", "Forward to the next face")
    wait_for_frame(page, "seed=2&format")
    assert page.get_by_label("Seed", exact=True).input_value() == "2"


def test_the_visit_is_remembered_on_the_way_to_another_page_and_back(open_page):
    page = open_page("/?model=tiny&seed=1")
    live(page)
    page.get_by_label("Seed", exact=True).fill("2")
    wait_for_address(page, "seed=2")
    page.get_by_role("link", name="About").click()
    page.get_by_role("heading", name="What Visage cannot do").wait_for()
    page.get_by_role("link", name="Faces").click()
    wait_for_frame(page, "seed=2&format")
    press(page, "button", "Back to the face before")
    wait_for_frame(page, "seed=1&format")


def test_keys_roll_pin_compare_and_undo(open_page):
    page = open_page("/?model=tiny&seed=1")
    first = live(page).get_attribute("data-shown")
    page.keyboard.press("a")
    page.keyboard.press("n")
    page.locator(f'#picture[data-shown]:not([data-shown="{first}"])').wait_for()
    page.keyboard.press("b")
    pinned = page.get_by_alt_text("A: Generated face, seed 1")
    pinned.wait_for()
    page.keyboard.press("z")
    wait_for_frame(page, "seed=1&format")


def test_keys_are_letters_where_one_types_and_nothing_when_turned_off(open_page):
    page = open_page("/?model=tiny&seed=1")
    shown = live(page).get_attribute("data-shown")
    page.get_by_label("Seed", exact=True).press("a")
    assert page.locator("#said").inner_text() == ""
    page.get_by_label("Keys: N, A, B, Z").press("Space")
    page.keyboard.press("n")
    page.keyboard.press("a")
    assert page.locator("#said").inner_text() == "" and live(page).get_attribute("data-shown") == shown
    page.reload()
    live(page)
    assert not page.get_by_label("Keys: N, A, B, Z").is_checked()


def test_a_pinned_face_is_wiped_over_the_present_one_or_beside_it(open_page):
    page = open_page("/?model=tiny&seed=1")
    live(page)
    press(page, "button", "Compare")
    assert "Pin a face as A first" in page.locator("#said").inner_text()
    press(page, "button", "Pin A")
    page.get_by_label("Seed", exact=True).fill("2")
    wait_for_frame(page, "seed=2&format")
    press(page, "button", "Compare")
    pinned = page.get_by_alt_text("A: Generated face, seed 1", exact=True)
    pinned.wait_for()
    wipe = page.get_by_label("How much of A covers the face")
    wipe.press("End")
    assert pinned.evaluate("one => one.style.clipPath").startswith("inset(0")
    assert wipe.get_attribute("aria-valuetext") == "100 % A"
    a, b = pinned.bounding_box(), live(page).bounding_box()
    assert a == b, "one lies over the other"
    press(page, "button", "Side by side")
    a, b = pinned.bounding_box(), live(page).bounding_box()
    assert a["x"] + a["width"] <= b["x"] and a["y"] == b["y"]
    press(page, "tab", "Directions", "ArrowLeft")
    press(page, "button", "Take A's, 1")
    wait_for_frame(page, "seed=2&mix=1:0.5")


def test_neighbours_are_links_and_come_in_a_zip(open_page):
    page = open_page("/?model=tiny&seed=5&d1=1")
    live(page)
    page.get_by_label("Spread").press("Home")
    press(page, "button", "Draw 24 around this face")
    around = page.locator("#neighbours .face")
    assert around.count() == 24
    around.nth(2).press("Enter")
    wait_for_frame(page, "d1=1&mix=8:0.05&")
    wait_for_address(page, "mix=8%3A0.05")
    assert around.nth(2).get_attribute("aria-current") == "true"
    with page.expect_download() as started:
        press(page, "link", "Download all 24")
    archive = zipfile.ZipFile(io.BytesIO(Path(started.value.path()).read_bytes()))
    notes = [FaceSettings.from_json(marks.read_note(archive.read(name))) for name in archive.namelist()]
    assert notes == FaceSettings("tiny", "1", 5, sliders=(("d1", 1.0),)).neighbours(0.05)
    press(page, "button", "Draw 24 around this face")
    around.nth(0).press("Enter")
    wait_for_frame(page, "mix=8:0.05,30:0.05")


def test_the_latent_values_that_change_this_face_most_come_first(open_page):
    page = open_page("/?model=tiny&seed=3")
    live(page)
    with page.expect_response(re.compile("/v1/latents")) as answer:
        page.get_by_role("tab", name="Latent values").press("Enter")
    changes = answer.value.json()["changes"]
    most = max(range(16), key=changes.__getitem__)
    page.locator("#latents .slider label").first.filter(has_text=f"z{most}").wait_for()
    assert f"z{most} by {changes[most]:.1f}" in page.locator("#ranked").inner_text()
    assert page.locator("#latents .slider:visible").count() == 12
    page.get_by_label("Find a number").fill("15")
    assert page.locator("#latents .slider:visible label").all_inner_texts() == ["z15"]
    with page.expect_response(re.compile("/v1/latents.*seed=8")):
        page.get_by_label("Seed", exact=True).fill("8")


def test_every_control_has_its_help(open_page):
    page = open_page("/?model=tiny")
    live(page)
    help_ = page.get_by_text("Pin A keeps this face")
    assert not help_.is_visible()
    press(page, "button", "What am I looking at?")
    assert help_.is_visible() and page.get_by_text("learned to draw new ones out of 16 numbers").is_visible()
    for id_ in (
        "roll",
        "back",
        "pin",
        "comparing",
        "download",
        "open",
        "copy",
        "curl",
        "seed",
        "psi",
        "spread",
        "wipe",
    ):
        told = page.locator(f"#{id_}").get_attribute("aria-describedby")
        assert page.locator(f"#{told}").count() == 1, id_


@pytest.mark.parametrize("screen", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
def test_axe_finds_no_serious_violation(open_page, screen):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe judges a page's accessibility")
    page = open_page("/?model=tiny&seed=4&d1=1&lock=d2&mix=5:0.3", **screen)
    live(page)
    for name in ("What am I looking at?", "Draw 24 around this face", "Pin A", "Compare"):
        press(page, "button", name)
    for tab in ("Directions", "Latent values", "Mix"):
        page.get_by_role("tab", name=tab).click()
        found = axe.Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_starting_points_are_a_key_away(open_page):
    page = open_page("/?model=dcgan-celeba64&seed=1")
    live(page)
    start = page.locator("#presets .face").filter(has_text="Glasses")
    start.press("Enter")
    wait_for_frame(page, "seed=119&psi=0.85")
    assert start.get_attribute("aria-current") == "true"


def test_where_the_route_is_out_of_reach_streamlits_own_sliders_draw(open_page):
    page = open_page("/about")
    page.get_by_role("heading", name="What Visage cannot do").wait_for()
    # a proxy that answers everything with a page of its own
    page.route("**/api/**", lambda route: route.fulfill(status=200, content_type="text/html", body="<p>Sign in</p>"))
    page.goto(page.url.replace("/about", "/?model=tiny&seed=4"))
    page.get_by_text("does not reach").wait_for()
    page.get_by_alt_text("Generated face, seed 4").wait_for()
    page.get_by_role("slider", name="Direction 1, σ").press("ArrowRight")
    wait_for_address(page, "d1=0.1")
    page.unroute("**/api/**")
    page.get_by_role("button", name="Try the live page again").click()
    wait_for_frame(page, "d1=0.1&")
