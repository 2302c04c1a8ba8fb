"""GAN school in a real browser: a step is seen on the map, in both themes, on a phone."""

import pytest

from tests.browser.test_look import _CONTRAST, PHONE
from tests.training.synthetic import write_run

pytestmark = pytest.mark.browser


def school(open_page, **options):
    page = open_page("/school", **options)
    page.get_by_role("button", name="D step").wait_for()
    settled(page)
    return page


def settled(page) -> None:
    """Until the script has run to its end."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def choose(page, lesson: str, seen: str) -> None:
    page.get_by_text(lesson, exact=True).click()
    page.get_by_text(seen).first.wait_for()
    settled(page)


def test_a_step_changes_the_map_and_then_the_points(open_page):
    page = school(open_page)
    page.get_by_role("button", name="D step").click()
    page.get_by_text("Only the discriminator learned").wait_for()
    page.get_by_role("button", name="G step").click()
    page.get_by_text("Only the generator learned").wait_for()
    maps = page.get_by_test_id("stVegaLiteChart")
    maps.nth(1).locator("svg, canvas").first.wait_for()
    page.get_by_role("button", name="10 of both").click()
    page.get_by_text("Both learned 10 times").wait_for()
    page.get_by_role("button", name="Start again").click()
    page.get_by_text("Your move").wait_for()
    assert page.get_by_text("Both learned 10 times").count() == 0


def test_three_runs_show_their_pictures(open_page):
    page = school(open_page)
    choose(page, "Three runs", "What made them so different?")
    pictures = page.locator(".school-strip img")
    assert pictures.count() >= 18
    page.wait_for_function("[...document.querySelectorAll('.school-strip img')].every((one) => one.naturalWidth > 0)")
    assert page.locator("img:not([alt]), img[alt='']").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(open_page, scheme):
    page = school(open_page, color_scheme=scheme)
    page.get_by_role("button", name="D step").click()
    page.get_by_text("Only the discriminator learned").wait_for()
    page.mouse.move(0, 0)
    assert page.evaluate(_CONTRAST) == []
    choose(page, "Three runs", "What made them so different?")
    assert page.evaluate(_CONTRAST) == []


def test_nothing_is_wider_than_a_phone(open_page):
    page = school(open_page, **PHONE)
    page.get_by_role("button", name="10 of both").click()
    page.get_by_text("Both learned 10 times").wait_for()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    for lesson, seen in (
        ("Three runs", "What made them"),
        ("Equilibrium", "thin lines"),
        ("VAE or GAN", "Not from a VAE"),
    ):
        choose(page, lesson, seen)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, lesson


@pytest.fixture
def run(visage_home, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(visage_home))
    run = write_run("for-school")
    yield run
    run.delete()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_of_a_run_is_explained_where_it_stands(open_page, run, scheme):
    page = open_page(f"/training?run={run.name}", color_scheme=scheme)
    page.get_by_role("button", name="Scores", exact=True).click()
    page.get_by_text("surely fake").wait_for()
    page.get_by_text("Reals at 1 and fakes at 0, all the time").wait_for()
    settled(page)
    said = page.get_by_test_id("stPopoverBody").inner_text()
    assert "The generator hardly gets a hint" in said
    assert [low for low in page.evaluate(_CONTRAST) if low.rsplit(": ", 1)[0] in said] == []
