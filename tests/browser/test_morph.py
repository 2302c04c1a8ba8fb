"""The Morph page in a real browser: scrubbing, the key faces and where they come from, the way between them."""

import pytest

from models import serving
from models.settings import FaceSettings
from tests.browser.faces import live, pixels, wait_for_address, wait_for_frame
from utils import marks

pytestmark = pytest.mark.browser

SMILING = FaceSettings("tiny", "1", 7, 0.8, (("d1", 1.5),))
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def png(tiny_model, tmp_path):
    """The file of `SMILING` as the Faces page gives it."""
    file = tmp_path / "smiling.png"
    file.write_bytes(marks.encode(serving.generator("tiny").face(SMILING), "png", note=SMILING.to_json()))
    return file


def said(page, words: str) -> None:
    """Until the page says so under the key faces."""
    page.locator("#said", has_text=words).wait_for()


def test_scrubbing_moves_the_picture_and_then_the_address(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2")
    before = pixels(page)
    place = page.get_by_label("Place in the morph")
    place.press("ArrowRight")
    wait_for_frame(page, "at=1&")
    assert pixels(page) != before
    assert page.locator("#picture").get_attribute("alt") == "Generated face, seed 1 to 2 · 4 %"
    place.press("End")
    wait_for_address(page, "at=24")
    assert page.locator("#caption").inner_text() == "seed 2 · frame 25 of 25"
    assert place.get_attribute("aria-valuetext") == "frame 25 of 25, seed 2"


def test_the_ends_of_a_morph_are_its_key_faces(open_page):
    morph, face = open_page("/morph?model=tiny&seeds=4,9&at=24"), open_page("/?model=tiny&seed=9")
    assert pixels(morph) == pixels(face)


def test_faces_are_added_and_removed_and_back_undoes_it(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2")
    live(page)
    assert page.get_by_role("button", name="Remove face 1").is_disabled(), "two are the fewest"
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


def test_faces_are_moved_by_keyboard_and_the_focus_goes_with_them(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2,3")
    live(page)
    page.get_by_role("button", name="Move face 1 right").press("Enter")
    wait_for_address(page, "seeds=2%2C1%2C3")
    page.keyboard.press("Enter")
    wait_for_address(page, "seeds=2%2C3%2C1")
    page.keyboard.press("Enter")  # at the end only the way back is left
    wait_for_address(page, "seeds=2%2C1%2C3")
    said(page, "Face moved to place 2 of 3.")


def test_faces_are_moved_by_dragging(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2,3")
    live(page)
    page.get_by_role("button", name="Go to face 1,").drag_to(page.get_by_role("button", name="Go to face 3,"))
    wait_for_address(page, "seeds=2%2C3%2C1")


def test_a_png_of_ours_picked_or_dropped_becomes_a_key_face(open_page, png):
    page = open_page("/morph?model=tiny&seeds=1,2")
    live(page)
    page.get_by_label("A PNG of ours").set_input_files(png)
    wait_for_address(page, "k3=7_psi_0.8_d1_1.5")
    wait_for_frame(page, "at=48&")
    assert pixels(page) == pixels(open_page("/?model=tiny&seed=7&psi=0.8&d1=1.5"))
    data = page.evaluate_handle(
        """bytes => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([new Uint8Array(bytes)], "smiling.png", { type: "image/png" }));
          return dropped;
        }""",
        list(png.read_bytes()),
    )
    page.locator("#page").dispatch_event("drop", {"dataTransfer": data})
    wait_for_address(page, "k4=7_psi_0.8_d1_1.5")


def test_another_programs_picture_is_told(chromium, server, tmp_path):
    from PIL import Image

    Image.new("RGB", (8, 8)).save(tmp_path / "other.png")
    page = chromium.new_context().new_page()  # the browser writes the server's refusal to its console, as it should
    page.goto(f"{server}/morph?model=tiny&seeds=1,2")
    live(page)
    page.get_by_label("A PNG of ours").set_input_files(tmp_path / "other.png")
    said(page, "no picture with settings of Visage")
    page.get_by_label("Link to a face").fill("?model=tiny&seed=5&smirk=2")
    page.get_by_label("Link to a face").press("Enter")
    said(page, "smirk")
    assert page.locator("#count").inner_text() == "2 of 8"
    page.context.close()


@pytest.mark.parametrize(
    "link, words",
    [
        ("http://somewhere/about", "no link to a face"),
        ("?model=other&seed=3", "of another model"),
    ],
)
def test_a_link_that_leads_to_no_face_of_this_model_is_told(open_page, link, words):
    page = open_page("/morph?model=tiny&seeds=1,2")
    live(page)
    page.get_by_label("Link to a face").fill(link)
    page.get_by_role("button", name="Add", exact=True).click()
    said(page, words)


def test_a_pasted_link_becomes_a_key_face(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2&at=5")
    live(page)
    field = page.get_by_label("Link to a face")
    field.fill("http://localhost:1/?model=tiny&version=1&seed=12&d2=-1.5&mix=4:0.25")
    field.press("Enter")
    wait_for_address(page, "k3=12_d2_-1.5_mix_4%3A0.25")
    assert field.input_value() == ""


def test_a_link_gives_equal_pixels_in_a_fresh_window(open_page):
    page = open_page("/morph?model=tiny&k1=3_psi_0.7&k2=7_d1_1.5&k3=9")
    live(page)
    page.get_by_label("Path").select_option("lerp")
    page.get_by_label("Pace").select_option("smooth")
    page.get_by_label("Steps").fill("10")
    page.get_by_label("Steps").press("Enter")
    page.get_by_label("Loop").check()
    page.get_by_label("Place in the morph").press("End")
    page.get_by_label("Place in the morph").press("ArrowLeft")
    wait_for_address(page, "at=28")
    wait_for_frame(page, "at=28&")
    for part in ("path=lerp", "easing=smooth", "steps=10", "loop=1", "k1=3_psi_0.7"):
        wait_for_address(page, part)
    other = open_page(page.url.partition("localhost")[2].partition("/")[2].join(["/", ""]))
    assert pixels(other) == pixels(page)
    assert other.locator("#caption").inner_text() == page.locator("#caption").inner_text()


def test_other_steps_keep_the_picture(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2,3&at=36")
    before = pixels(page)
    page.get_by_label("Steps").fill("48")
    page.get_by_label("Steps").press("Enter")
    wait_for_frame(page, "steps=48&at=72&")
    assert pixels(page) == before


def test_a_face_on_the_film_strip_is_a_click_away(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2,3")
    live(page)
    page.get_by_role("button", name="Go to frame 49").click()
    wait_for_address(page, "at=48")
    assert page.get_by_role("button", name="Go to frame 49").get_attribute("aria-current") == "true"


def test_playing_goes_round_and_pauses_where_it_is(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2")
    live(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("at => Number(at.value) > 5", arg=page.locator("#at").element_handle())
    page.get_by_role("button", name="Pause").click()
    at = page.locator("#at").input_value()
    wait_for_address(page, f"at={at}")


def test_for_whom_motion_is_too_much_it_plays_from_key_face_to_key_face(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2,3", reduced_motion="reduce")
    live(page)
    page.get_by_role("button", name="Play").click()
    wait_for_frame(page, "at=24&")
    wait_for_frame(page, "at=48&")
    page.get_by_role("button", name="Pause").click()


def test_on_a_phone_the_picture_comes_first_and_nothing_scrolls_sideways(open_page):
    page = open_page("/morph?model=tiny&k1=1&k2=2_d1_-1.25_d2_2.5_psi_0.45&k3=4294967295&k4=5&k5=6&k6=7&k7=8", **PHONE)
    picture = live(page).bounding_box()
    assert picture["y"] < 100 and picture["width"] > 300
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    inner = page.locator("#page").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert inner[0] <= inner[1]


def test_a_nonsense_morph_is_told_and_stands(open_page):
    page = open_page("/morph?model=tiny&seeds=1,two")
    live(page)
    assert "seeds must be 2 to 8 whole numbers" in page.get_by_role("alert").inner_text().replace("`", "")


def test_faces_of_the_visit_are_a_click_away(open_page):
    page = open_page("/?model=tiny&seed=7&d1=1.5")
    live(page)
    page.get_by_label("Seed", exact=True).fill("31")
    wait_for_address(page, "seed=31")
    page.goto(page.url.partition("?")[0] + "morph?model=tiny&seeds=1,2,3")
    page.get_by_role("button", name="Add the face of seed 31, direction 1 +1.5").click()
    wait_for_address(page, "k4=31_d1_1.5")


def test_a_face_found_for_a_photo_is_told_before_its_link_is_sent(open_page):
    latents = "_".join(f"z{index}_0.5" for index in range(16))
    page = open_page(f"/morph?model=tiny&k1=1&k2=0_{latents}")
    live(page)
    assert "Face 2: This face was found for a photo" in page.get_by_role("alert").inner_text()
    assert "16 values set" in page.locator("#keys").inner_text()


@pytest.mark.parametrize("screen", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
def test_axe_finds_no_serious_violation(open_page, screen):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe judges a page's accessibility")
    page = open_page("/morph?model=tiny&k1=1&k2=7_d1_1.5&k3=9&steps=4", **screen)
    live(page)
    page.get_by_role("button", name="MP4").click()
    page.get_by_label("The morph as a video").wait_for()
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")] == []
