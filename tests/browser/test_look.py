"""How every page lies on a screen: nothing wider than a phone, readable in both themes, names that CSS leans on."""

import pytest

from tests.browser.faces import live

pytestmark = pytest.mark.browser
PAGES = {"/": "#picture", "/morph": "#picture", "/about": "text=What Visage cannot do"}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

# contrast of words as WCAG 2 defines it, for every element with text of its own; shadow roots included
_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data);
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) =>
    v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] / 255 + under[i] * (1 - top[3] / 255));
  const parent = (node) => node.parentElement ?? node.getRootNode().host;
  const ground = (node) => {
    if (!node) return [255, 255, 255];
    const own = rgba(getComputedStyle(node).backgroundColor);
    return own[3] === 255 ? own.slice(0, 3) : over(own, ground(parent(node)));
  };
  const low = [];
  const walk = (root) => root.querySelectorAll("*").forEach((node) => {
    if (node.shadowRoot) walk(node.shadowRoot);
    const words = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data.trim()).join("");
    if (!words || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || node.closest("style, script, :disabled")) return;
    if (node.closest('[data-testid="stIconMaterial"]')) return;
    const behind = ground(node);
    const [a, b] = [light(over(rgba(getComputedStyle(node).color), behind)), light(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${words.slice(0, 40)}: ${ratio.toFixed(2)}`);
  });
  walk(document);
  return low;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(open_page, path):
    page = open_page(path, **PHONE)
    page.locator(PAGES[path]).first.wait_for()
    if path != "/about":
        live(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_words_stand_out_from_their_ground(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    page.locator(PAGES[path]).first.wait_for()
    if path != "/about":
        live(page)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(_CONTRAST) == []


def test_the_themes_differ_and_follow_the_browser(open_page):
    grounds = set()
    for scheme in ("light", "dark"):
        page = open_page("/", color_scheme=scheme)
        live(page)
        grounds.add(page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor"))
    assert grounds == {"rgb(250, 250, 248)", "rgb(19, 20, 22)"}


def test_the_picture_stays_in_sight_under_the_thumb_on_a_phone(open_page):
    page = open_page("/?model=tiny", **PHONE)
    live(page)
    page.get_by_label("Direction 4", exact=True).scroll_into_view_if_needed()
    page.get_by_label("Direction 4", exact=True).press("ArrowRight")
    picture, slider = (
        one.bounding_box() for one in (page.locator("#picture"), page.get_by_label("Direction 4", exact=True))
    )
    assert picture["y"] >= 0 and picture["y"] + picture["height"] <= slider["y"] < 844, (
        "and the thumb is not beneath it"
    )


def test_names_that_the_stylesheet_leans_on_are_still_there(open_page):
    page = open_page("/?model=tiny")
    live(page)
    for name in ("stMainBlockContainer", "stHeader", "stSidebar", "stSidebarNavLink", "stSidebarResizeHandle"):
        assert page.get_by_test_id(name).count(), f"Streamlit no longer has {name}: mend ui/shell.css"
    assert page.get_by_test_id("stSidebar").bounding_box()["width"] == 224
    assert page.locator('[data-testid="stSidebarNavLink"][aria-current="page"]').count() == 1


def test_the_foot_says_where_the_network_runs(open_page):
    page = open_page("/?model=tiny")
    live(page)
    assert " · v0.1" in page.locator(".visage-foot").inner_text()


def test_every_picture_has_words(open_page):
    for path, landmark in PAGES.items():
        page = open_page(path)
        page.locator(landmark).first.wait_for()
        assert page.locator("img:not([alt]), img[alt='']").count() == 0
