"""A host who bounds the visitors: who comes too late is told, and gets in when somebody leaves."""

import pytest

from tests.browser.server import serve

pytestmark = pytest.mark.browser


def test_the_third_of_two_waits_until_somebody_leaves(chromium, tiny_model, visage_home, monkeypatch):
    monkeypatch.setenv("VISAGE_VISITORS", "2")
    with serve(visage_home) as (address, _process):
        pages = [chromium.new_page() for _ in range(2)]
        for page in pages:
            page.goto(f"{address}/about")
            page.get_by_role("heading", name="About").wait_for()
        late = chromium.new_page()
        late.goto(f"{address}/about")
        late.get_by_role("heading", name="This Visage is full").wait_for()
        assert (
            late.get_by_text("Open pages: 2, as many as its host lets in.").is_visible()
            and not late.get_by_text("Models").count()
        )
        pages[0].reload()
        pages[1].get_by_role("link", name="Masks").click()
        pages[1].get_by_role("heading", name="Masks").wait_for()  # who is inside stays inside
        pages[1].close()
        again = late.get_by_role("button", name="Try again")
        while not late.get_by_role("heading", name="About").count():
            again.click()
            late.wait_for_timeout(200)
        for page in (pages[0], late):
            page.close()
