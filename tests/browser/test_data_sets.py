"""The Data sets page in a real browser: brought, looked at, a picture excluded, and still so after a reload."""

import io
import shutil
import zipfile
from urllib.parse import quote

import pytest

from tests.browser.test_look import _CONTRAST, PHONE
from tests.training.annotated import photo, small_set
from training.data import exclusions, library
from utils import pictures

pytestmark = pytest.mark.browser
FACES = {f"{number:02}.png": photo(64, 64, seed=number % 11, format="PNG") for number in range(14)}


@pytest.fixture(autouse=True)
def no_sets_yet(visage_home):
    yield
    for folder in ("data", "sets"):
        shutil.rmtree(visage_home / folder, ignore_errors=True)


def zipped(files) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def settled(page) -> None:
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def upload(page, name: str, data: bytes) -> None:
    page.get_by_role("button", name="Upload a zip").click()
    page.get_by_text("Everybody who can open this page sees the uploaded sets").wait_for()
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/zip", "buffer": data})


def kept(name: str, files) -> None:
    library.add(name, io.BytesIO(zipped(files)))


def look_at(open_page, name: str, **options):
    page = open_page(f"/data_sets?set={quote(name)}", **options)
    page.locator(".tiles img").first.wait_for()
    settled(page)
    return page


def tiles(page, count: int) -> None:
    """Waits until there are so many."""
    from playwright.sync_api import expect

    expect(page.locator(".tiles button")).to_have_count(count, timeout=30_000)


def view(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("radio", name=name, exact=True)).click()


def test_a_zip_is_brought_and_a_picture_excluded_by_tapping_stays_so(open_page):
    page = open_page("/data_sets")
    page.get_by_text("There is no data set yet").wait_for()
    upload(page, "drawn.zip", zipped(FACES | {"cut.png": FACES["03.png"][:300]}))
    page.get_by_text("15 pictures").wait_for()
    settled(page)
    tiles(page, 15)
    view(page, "Figures and faults")
    page.get_by_text("cut.png is cut off or damaged").wait_for()
    view(page, "Pictures")
    page.get_by_text("Exclude by tapping").click()
    tile = page.get_by_role("button", name="05.png", pressed=False)
    tile.click()
    page.get_by_role("button", name="05.png", pressed=True).wait_for()
    assert exclusions.read(library.find("drawn.zip").path) == {"05.png"}
    page.reload()
    page.locator('.tiles [data-id="05.png"][data-out="true"]').wait_for()
    assert page.locator('.tiles [data-out="true"]').count() == 1
    page.get_by_text("Exclude by tapping").click()
    page.get_by_role("button", name="05.png", pressed=True).press("Enter")
    page.get_by_role("button", name="05.png", pressed=False).wait_for()
    assert exclusions.read(library.find("drawn.zip").path) == frozenset()


def test_photos_with_boxes_say_what_is_in_them_and_classes_are_counted(open_page):
    kept("photos.zip", small_set(10))
    page = look_at(open_page, "photos.zip")
    page.get_by_text("10 boxes of 2 classes: with_mask, without_mask").wait_for()
    page.get_by_role("button", name="images/01.jpg: 1 box, 1 without_mask").click()
    page.locator('.data-large[alt="images/01.jpg: 1 box, 1 without_mask"]').wait_for()
    view(page, "with_mask")
    tiles(page, 5)
    view(page, "Figures and faults")
    page.get_by_text("with_mask 5 in 5 photos, without_mask 5 in 5 photos").wait_for()
    page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
    view(page, "Split")
    page.get_by_text("A split made here. train 8 photos, val 1 photos, test 1 photos.").wait_for()
    view(page, "Convert")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download", exact=True).click()
    names = zipfile.ZipFile(started.value.path()).namelist()
    assert {"images/00.jpg", "labels/00.txt", "data.yaml", "labels/classes.txt"} <= set(names)


def test_anchors_stand_on_a_chart(open_page):
    kept("photos.zip", small_set(12))
    page = look_at(open_page, "photos.zip")
    view(page, "Anchors")
    page.get_by_text("Average IoU, these anchors").wait_for()
    page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
    settled(page)


def test_at_most_one_of_a_kind_is_kept(open_page):
    kept("drawn.zip", FACES)  # 11 to 13 are 00 to 02 again
    page = look_at(open_page, "drawn.zip")
    view(page, "Alike")
    page.get_by_text("6 of 14 pictures are like another, in 3 kinds").wait_for()
    page.get_by_role("button", name="Exclude 3 pictures").click()
    page.get_by_role("button", name="Exclude them").click()
    page.get_by_text("No two pictures are that alike").wait_for()
    page.get_by_text("3 excluded").wait_for()
    assert exclusions.read(library.find("drawn.zip").path) == {"11.png", "12.png", "13.png"}


def test_the_set_as_one_picture_beside_a_models_fakes(open_page):
    kept("drawn.zip", FACES)
    page = look_at(open_page, "drawn.zip")
    view(page, "As one picture")
    page.locator('.data-portraits img[alt="Median of the reals"]').wait_for()
    page.get_by_text("14 pictures of drawn.zip at 64 px").wait_for()
    page.get_by_role("combobox", name="Beside fakes of").click()
    page.get_by_role("option", name="Tiny").click()
    page.locator('.data-portraits img[alt="Mean of the fakes"]').wait_for()
    page.get_by_text("14 pictures of drawn.zip at 32 px, and 14 fakes").wait_for()
    assert page.locator(".data-portraits img").count() == 12


def test_a_zip_of_no_use_is_a_sentence(open_page):
    page = open_page("/data_sets")
    page.get_by_text("There is no data set yet").wait_for()
    upload(page, "evil.zip", zipped({"../../evil.png": FACES["00.png"]}))
    page.get_by_text("holds a path outside it").wait_for()
    assert library.sets() == []


def test_a_new_run_begins_with_the_set_that_was_looked_at(open_page):
    kept("another.zip", FACES)
    kept("drawn.zip", FACES)
    page = look_at(open_page, "drawn.zip")
    page.get_by_role("button", name="Train on this").click()
    page.get_by_role("heading", name="New run").wait_for()
    assert page.url.endswith("/training?data=drawn.zip")
    page.get_by_role("combobox", name="Data set").and_(page.locator('[value="drawn.zip"]')).or_(
        page.get_by_text("drawn.zip", exact=True)
    ).first.wait_for()


def test_an_uploaded_set_is_removed(open_page):
    kept("drawn.zip", FACES)
    page = look_at(open_page, "drawn.zip")
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_text("There is no data set yet").wait_for()
    assert library.sets() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_and_pictures_have_words(open_page, scheme):
    kept("photos.zip", small_set(10))
    exclusions.change(library.find("photos.zip").path, add=["images/00.jpg"])
    page = look_at(open_page, "photos.zip", color_scheme=scheme)
    for name in ("Pictures", "Figures and faults", "Split", "Convert"):
        view(page, name)
        page.locator(f'button[data-selected="true"]:has-text("{name}")').first.wait_for()
        settled(page)
        low = [words for words in page.evaluate(_CONTRAST) if " icon:" not in words]
        assert low == [], name
        assert page.locator("img:not([alt]), img[alt='']").count() == 0


def test_nothing_is_wider_than_a_phone(open_page):
    kept("photos.zip", small_set(10))
    page = look_at(open_page, "photos.zip", **PHONE)
    for name in ("Pictures", "Figures and faults", "Alike", "Split", "Anchors", "Convert"):
        view(page, name)
        settled(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, name


def test_the_pictures_of_the_test_are_what_they_are_taken_for():
    assert pictures.decode(FACES["11.png"]).tobytes() == pictures.decode(FACES["00.png"]).tobytes()
