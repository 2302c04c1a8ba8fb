"""The Morph page in a real browser."""

import pytest

from tests.browser.faces import live, pixels, wait_for_address, wait_for_frame
from utils import marks

pytestmark = pytest.mark.browser


def test_scrubbing_moves_the_picture_and_then_the_address(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2")
    before = pixels(page)
    place = page.get_by_label("Place in the morph")
    place.press("ArrowRight")
    wait_for_frame(page, "at=1&")
    assert pixels(page) != before
    place.press("End")
    wait_for_address(page, "at=24")
    assert page.locator("#caption").inner_text() == "seed 2 · frame 25 of 25"


def test_the_ends_of_a_morph_are_its_key_faces(open_page):
    morph, face = open_page("/morph?model=tiny&seeds=4,9&at=24"), open_page("/?model=tiny&seed=9")
    assert pixels(morph) == pixels(face)


def test_faces_are_added_and_removed_and_back_undoes_it(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2")
    live(page)
    assert not page.get_by_role("button", name="Remove face 1").is_visible(), "two are the fewest"
    page.get_by_role("button", name="Add a face").click()
    page.get_by_label("Seed of face 3").wait_for()
    wait_for_address(page, "seeds=1%2C2%2C")
    page.get_by_role("button", name="Remove face 1").click()
    wait_for_address(page, "seeds=2%2C")
    page.go_back()
    page.get_by_label("Seed of face 3").wait_for()
    page.go_back()
    page.get_by_label("Seed of face 3").wait_for(state="detached")
    assert page.get_by_label("Seed of face 1").input_value() == "1"


def test_a_face_on_the_film_strip_is_a_click_away(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2,3")
    live(page)
    page.get_by_role("button", name="Go to frame 49").click()
    wait_for_address(page, "at=48")


@pytest.mark.parametrize("kind", ["WebP", "GIF"])
def test_the_animation_is_marked(open_page, kind):
    page = open_page("/morph?model=tiny&seeds=1,2&loop=1")
    live(page)
    with page.expect_download() as started:
        page.get_by_role("link", name=kind).click()
    with open(started.value.path(), "rb") as file:
        assert marks.is_marked(file.read())
    assert started.value.suggested_filename == f"visage-tiny-morph-1-2.{kind.lower()}"


def test_a_nonsense_morph_is_told_and_stands(open_page):
    page = open_page("/morph?model=tiny&seeds=1,two")
    live(page)
    assert "seeds must be 2 to 8 whole numbers" in page.get_by_role("alert").inner_text().replace("`", "")
