"""The Training page in a real browser: a real run, small, watched and steered from the page alone."""

import fcntl
import io
import os
import shutil
import signal
import time
import zipfile

import pytest
from PIL import Image

from tests.browser.faces import live
from tests.browser.test_look import _CONTRAST, PHONE
from tests.training.conftest import squares
from tests.training.synthetic import write_run
from training import runs

pytestmark = pytest.mark.browser
PATIENCE = 120_000  # ms: a process of its own imports TensorFlow, niced, on a machine that is busy with the browser


@pytest.fixture(scope="module", autouse=True)
def data_set(visage_home):
    """Pictures of 32 px that were uploaded; at the end no run is left alive, and none lies about."""
    path = visage_home / "data" / "squares.zip"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for number, picture in enumerate(squares(60)):
            stream = io.BytesIO()
            Image.fromarray(picture).save(stream, "png")
            archive.writestr(f"{number:02d}.png", stream.getvalue())
    yield
    for run in runs.all_runs():
        end_of(run)
        run.delete()
    path.unlink()
    shutil.rmtree(visage_home / "models" / "small", ignore_errors=True)  # other tests count the models


def end_of(run) -> None:
    """Until no process trains the run any more."""
    if run.is_locked():
        run.ask("stop")
    end = time.monotonic() + PATIENCE / 1000
    while run.is_locked():
        assert time.monotonic() < end, f"{run.name} does not stop"
        time.sleep(0.1)


def settled(page) -> None:
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def fill(page, label: str, value) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")
    settled(page)


def new_run(open_page, name: str, images: int):
    """New run, filled in for a run of many small ticks; Start is not pressed yet."""
    page = open_page("/training?data=squares.zip")
    page.get_by_role("button", name="Start", exact=True).wait_for()
    settled(page)
    fill(page, "Name of the run", name)
    fill(page, "Images", images)
    fill(page, "Batch", 8)
    page.get_by_role("combobox", name="Resolution").click()
    page.get_by_role("option", name="32", exact=True).click()
    settled(page)
    page.get_by_text("All settings, each explained").click()
    fill(page, "Iterations", 10)
    for field in page.get_by_label("Capacity", exact=True).all():
        field.fill("4")
        field.press("Enter")
        settled(page)
    page.get_by_text("Dry run: the whole recipe").click()
    whole = page.locator("[data-testid=stCode]")
    for words in (f"images = {images}", "batch = 8", "resolution = 32", "iterations = 10", "capacity = 4"):
        whole.filter(has_text=words).wait_for()
    return page


def ticks(page) -> int:
    """Points on the longest curve."""
    told = page.locator(".st-key-training-curves").get_by_text("points on the longest curve").inner_text()
    return int(told.split()[0].replace(",", ""))


def wait_for_state(page, status: str) -> None:
    page.locator(f".run-figures [data-status={status}]").wait_for(timeout=PATIENCE)
    settled(page)


def test_a_run_from_start_to_a_face(open_page):
    page = new_run(open_page, "small", 400_000)
    page.get_by_role("button", name="How long will it take?").click()
    page.get_by_text("for 400 k images, at").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Start", exact=True).click()
    wait_for_state(page, "running")
    run = runs.find("small")

    # points and frames come without a reload
    page.locator("[data-testid=stVegaLiteChart] svg").wait_for(timeout=PATIENCE)
    page.evaluate("window.notReloaded = true")
    film = page.locator(".film[data-pictures]")
    film.wait_for()
    points, frames = ticks(page), int(film.get_attribute("data-pictures"))
    page.wait_for_function(
        "before => before < Number(document.querySelector('.st-key-training-curves')"
        ".textContent.match(/([\\d,]+) points/)[1].replace(',', ''))",
        arg=points,
        timeout=PATIENCE,
    )
    page.locator(f".film:not([data-pictures='{frames}'])").wait_for(timeout=PATIENCE)
    assert int(film.get_attribute("data-pictures")) > frames and page.evaluate("window.notReloaded")
    picture = page.locator(".film #picture")
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") == 8 * 32
    assert page.get_by_role("progressbar", name="Images seen").count() == 1

    # a reload finds it again, and the process is another than the server's
    page.reload()
    wait_for_state(page, "running")

    page.get_by_role("button", name="Pause", exact=True).click()
    wait_for_state(page, "paused")
    assert not run.is_locked()
    page.get_by_role("button", name="Resume", exact=True).click()
    wait_for_state(page, "running")

    seen = run.state()["images"]
    os.kill(run.state()["pid"], signal.SIGKILL)
    wait_for_state(page, "interrupted")
    page.get_by_role("alert").filter(has_text="Interrupted").wait_for()
    page.get_by_role("button", name="Resume", exact=True).click()
    wait_for_state(page, "running")
    assert run.state()["images"] >= seen - 2 * 8 * 10, "at most a tick is done again"

    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish now").click()
    link = page.get_by_role("link", name="Published: small, on Faces")
    link.wait_for(timeout=PATIENCE)
    page.keyboard.press("Escape")
    link.click()
    picture = live(page)
    assert "model=small" in picture.get_attribute("data-shown")
    assert picture.evaluate("img => img.naturalWidth") >= 32
    end_of(run)
    branched(open_page, run)


def branched(open_page, run) -> None:
    """A new run from that one's weights and settings but for what is changed; that one stays as it is."""
    before = run.state()
    page = open_page(f"/training?run={run.name}")
    page.get_by_role("button", name="Branch", exact=True).click()
    page.get_by_role("button", name="Branch from here").click()
    page.get_by_text(f"Begins with the weights of {run.name} at").wait_for()
    settled(page)
    fill(page, "Images", 160)
    page.get_by_role("button", name="Start", exact=True).click()
    wait_for_state(page, "finished")
    page.get_by_text(f"branch of {run.name}@").wait_for()
    branch = runs.find(f"{run.name}-branch-1")
    assert branch.state()["images"] == 160 and branch.recipe().batch == 8
    assert run.state() == before


def test_two_visitors_press_start_at_once_and_there_is_one_run(open_page):
    visitors = [new_run(open_page, "twins", 1600) for _ in range(2)]
    for page in visitors:  # both clicks are on their way before either answer
        page.get_by_role("button", name="Start", exact=True).evaluate("one => setTimeout(() => one.click(), 300)")
    for page in visitors:
        page.get_by_text("twins").or_(page.get_by_role("alert")).first.wait_for(timeout=PATIENCE)
    assert [run.name for run in runs.all_runs() if "twins" in run.name] == ["twins"]
    told = [page.get_by_role("alert").filter(has_text="There is a run named twins already") for page in visitors]
    told[0].or_(told[0]).first.wait_for() if told[0].count() else told[1].wait_for()
    assert sum(one.count() for one in told) == 1
    end_of(runs.find("twins"))


def test_the_film_strip_is_scrubbed_played_and_fetched_by_name(open_page):
    write_run("film", ticks=200)
    page = open_page("/training?run=film")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/samples/" in request.url else None)
    page.locator(".film[data-pictures='11']").wait_for()
    slider = page.get_by_label("Place in the training")
    slider.press("Home")
    page.locator(".film #picture[alt='Faces after 0 images']").wait_for()
    slider.press("ArrowRight")
    page.locator(".film #picture[alt='Faces after 12,800 images']").wait_for()
    page.locator(".film").get_by_role("button", name="Play").click()
    page.locator(".film #picture[alt='Faces after 128,000 images']").wait_for()
    page.locator(".film").get_by_role("button", name="Play").wait_for()  # it has come to its end
    assert all("/api/v1/runs/film/samples/" in url for url in asked)


def test_one_cursor_goes_through_all_panels(open_page):
    write_run("cursor", ticks=200)
    warnings = []
    page = open_page("/training?run=cursor", said=warnings)
    chart = page.locator("[data-testid=stVegaLiteChart] svg")
    chart.locator(".mark-line path[d]").first.wait_for(state="attached")
    settled(page)
    chart.scroll_into_view_if_needed()
    place = chart.bounding_box()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 100)
    shown = "() => [...document.querySelectorAll('.mark-rule.role-mark line')].filter(one => one.getAttribute('opacity') !== '0').length"
    page.wait_for_function(f"() => ({shown})() >= 5")
    page.get_by_text("Images seen", exact=True).last.wait_for()
    assert warnings == []  # Vega warns of extents that it finds infinite


def test_a_zoom_stays_while_new_points_come(open_page):
    run = write_run("zoomed", ticks=200, status="running")
    with open(run.folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as its training would
        page = open_page("/training?run=zoomed")
        chart = page.locator("[data-testid=stVegaLiteChart] svg")
        chart.locator(".mark-line path[d]").first.wait_for(state="attached")
        page.wait_for_function("() => window.theChart = document.querySelector('[data-testid=stVegaLiteChart] svg')")
        chart.scroll_into_view_if_needed()
        place, points = chart.bounding_box(), ticks(page)
        page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 60)
        page.keyboard.down("Shift")
        page.mouse.wheel(0, -600)
        page.keyboard.up("Shift")
        numbers = "() => [...theChart.querySelectorAll('.role-axis-label text')].map(one => one.textContent).join(' ')"
        page.wait_for_function(f"() => !({numbers})().includes('120,000')")
        zoomed = page.evaluate(numbers)
        for tick in range(201, 204):
            run.add_event({"images": tick * 640, "iteration": tick * 10, "seconds": tick * 4.0, "loss_generator": 1.0})
        page.get_by_text(f"{points + 3} points").wait_for(timeout=PATIENCE)
        assert page.evaluate("() => theChart.isConnected") and page.evaluate(numbers) == zoomed
    run.write_state(status="finished")


def look() -> None:
    """A run to look at, whoever comes first."""
    if not runs.exists("look"):
        write_run("look", ticks=100, status="running")  # nobody holds its lock: interrupted


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/training", "/training?run=look", "/training?data=squares.zip"])
def test_words_stand_out_and_pictures_have_words(open_page, scheme, path):
    look()
    page = open_page(path, color_scheme=scheme)
    page.get_by_text("All runs" if "?" in path else "New run").first.wait_for()
    settled(page)
    page.add_style_tag(content="[data-testid=stSliderThumbValue] { visibility: hidden; }")
    assert [words for words in page.evaluate(_CONTRAST) if " icon:" not in words] == []
    page.wait_for_function(
        "() => !document.querySelector(`img:not([alt]), img[alt='']`)"
    )  # the film's comes with its words


@pytest.mark.parametrize("path", ["/training", "/training?run=look", "/training?data=squares.zip"])
def test_on_a_phone_nothing_is_wider(open_page, path):
    look()
    page = open_page(path, **PHONE)
    page.get_by_text("All runs" if "?" in path else "New run").first.wait_for()
    if "run=" in path:
        page.locator("[data-testid=stVegaLiteChart] svg").wait_for()
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
