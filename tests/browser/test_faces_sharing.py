"""What leaves the Faces page and comes back: pictures with their settings, links, lines for a shell or a program."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.settings import FaceSettings
from tests.browser.faces import live, pixels, press, wait_for_address, wait_for_frame
from utils import marks

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def _drop(page, data: bytes) -> None:
    page.evaluate(
        """([bytes]) => {
      const page = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot.querySelector("#page");
      const carried = new DataTransfer();
      carried.items.add(new File([new Uint8Array(bytes)], "face.png", { type: "image/png" }));
      for (const name of ["dragover", "drop"]) {
        page.dispatchEvent(new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true }));
      }
    }""",
        [list(data)],
    )


def test_a_dropped_or_picked_picture_brings_its_settings_back(open_page, tmp_path):
    page = open_page("/?model=tiny&seed=9&d1=1.5&mix=4:0.5&lock=d2")
    wanted = pixels(page)
    with page.expect_download() as started:
        press(page, "link", "Download")
    file = Path(started.value.path()).read_bytes()
    page.get_by_label("Seed", exact=True).fill("2")
    wait_for_frame(page, "seed=2")
    _drop(page, file)
    wait_for_frame(page, "seed=9&d1=1.5&mix=4:0.5&lock=d2")
    assert pixels(page) == wanted
    wait_for_address(page, "seed=9")
    press(page, "button", "Roll")
    (tmp_path / "face.png").write_bytes(file)
    with page.expect_file_chooser() as chooser:
        press(page, "button", "Open")
    chooser.value.set_files(tmp_path / "face.png")
    wait_for_frame(page, "seed=9&d1=1.5&mix=4:0.5&lock=d2")
    page.get_by_text("The picture's settings are back.").wait_for()


def test_a_picture_without_settings_is_told(chromium, server):
    page = chromium.new_page()  # the browser itself notes a refused request in its console
    page.goto(f"{server}/?model=tiny&seed=9")
    live(page)
    _drop(page, b"no picture")
    page.locator("#said").filter(has_text="send the link instead").wait_for()
    page.close()


def test_a_phone_shares_by_its_own_sheet_and_copies_where_that_fails(open_page):
    page = open_page("/?model=tiny&seed=4", permissions=["clipboard-read", "clipboard-write"], **PHONE)
    page.add_init_script("navigator.share = async (what) => { window.shared = what.url; };")
    page.reload()
    live(page)
    page.get_by_role("button", name="Share").click()
    assert "seed=4" in page.evaluate("window.shared")
    page.evaluate("() => { navigator.share = async () => { throw new Error('no'); }; }")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert "seed=4" in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("language", ["curl", "Python"])
def test_what_is_copied_for_a_program_fetches_the_face(open_page, tmp_path, language):
    page = open_page("/?model=tiny&seed=4&mix=5:0.3&lock=d1", permissions=["clipboard-read", "clipboard-write"])
    wanted = FaceSettings("tiny", "1", 4, mix=((5, 0.3),), locks=("d1",))
    live(page)
    press(page, "button", f"Copy as {language}")
    page.locator(f"#{language.lower()}").filter(has_text="Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    if language == "curl" and not shutil.which("curl"):
        pytest.skip("curl is not installed")
    command = shlex.split(text) if language == "curl" else [sys.executable, "-c", text]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert FaceSettings.from_json(marks.read_note((tmp_path / "face.png").read_bytes())) == wanted


def test_what_is_copied_for_a_script_fetches_the_face(open_page):
    page = open_page("/?model=tiny&seed=4", permissions=["clipboard-read", "clipboard-write"])
    live(page)
    press(page, "button", "Copy as JavaScript")
    page.locator("#javascript").filter(has_text="Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    data = page.evaluate(f"async () => {{ {text} return [...new Uint8Array(await face.arrayBuffer())]; }}")
    assert FaceSettings.from_json(marks.read_note(bytes(data))) == FaceSettings("tiny", "1", 4)


def test_a_link_to_a_face_found_from_a_photo_says_that_it_carries_a_likeness(open_page):
    values = "&".join(f"z{index}=0.5" for index in range(16))
    page = open_page(f"/?model=tiny&{values}", permissions=["clipboard-read", "clipboard-write"])
    live(page)
    press(page, "button", "Copy link")
    assert "carries a likeness" in page.locator("#said").inner_text()
    press(page, "button", "Copy link")
    page.get_by_role("button", name="Copied").wait_for()
