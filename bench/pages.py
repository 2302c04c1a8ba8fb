"""Key press on a slider of Faces → its new picture painted, against an empty page's rerun in the same guarded server.

Measured inside the browser: from the key event to the second animation frame after the picture (or the text) changed.
"""

import json

from bench.server import browser, pages, serving, wait_for
from bench.table import show

PRESSES = 60

# resolves with the milliseconds from the next key press to the paint after the element's attribute, or its text, changed
_WATCH = """(element, attribute) => {
  window.lasted = new Promise((resolve) => {
    let began;
    addEventListener("keydown", () => (began = performance.now()), { capture: true, once: true });
    const before = element.textContent;
    const observer = new MutationObserver(() => {
      if (!began || (!attribute && element.textContent === before)) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
    });
    observer.observe(element, attribute
      ? { attributeFilter: [attribute] }
      : { subtree: true, characterData: true, childList: true });
  });
}"""


def main() -> None:
    with serving(pages("bench/door.py")) as (address, _), browser() as chromium:
        faces = faces_page(chromium, address)
        empty = chromium.new_page(viewport={"width": 1280, "height": 900})
        empty.goto(f"{address}/empty_page")
        empty.get_by_test_id("stText").wait_for()
        ways = {
            "an empty page's rerun": (empty, empty.get_by_role("slider"), empty.get_by_test_id("stText"), None),
            "a new face": faces,
        }
        seconds = {title: [] for title in ways}
        for press in range(PRESSES + 5):
            for title, way in ways.items():
                lasted = pressed(*way, press)
                if press >= 5:  # the first ones warm up
                    seconds[title].append(lasted)
        show(seconds, "a new face")


def faces_page(chromium, address: str) -> tuple:
    """What `pressed` wants to know of the Faces page, live."""
    name = json.loads(wait_for(f"{address}/api/v1/models"))[0]["name"]
    wait_for(f"{address}/api/v1/models/{name}/ready")
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.locator("#picture[data-shown]").wait_for()
    return page, page.get_by_role("slider").first, page.locator("#picture"), "data-shown"


def pressed(page, slider, watched, attribute: str | None, press: int) -> float:
    """Seconds from a key press on the slider to the paint after what is watched has changed."""
    page.bring_to_front()
    slider.focus()
    watched.evaluate(_WATCH, attribute)
    page.keyboard.press("ArrowRight" if press // 20 % 2 == 0 else "ArrowLeft")
    return page.evaluate("window.lasted") / 1000
