"""The real server with a tiny model, and a real Chromium in front of it."""

import os
import shutil
import urllib.request

import pytest

from tests.browser.server import serve

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CHROMIUM += ["--disable-sync", "--no-first-run"]
PAGES = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """What stood on the test's pages, as a screen reader finds it, beside the report of a failure."""
    report = yield
    if report.when == "call" and report.failed:
        for page in item.stash.get(PAGES, []):
            report.sections.append((f"Page {page.url}", page.locator("body").aria_snapshot()))
    return report


@pytest.fixture(scope="session")
def server(tiny_model, visage_home):
    """Address of a server with the tiny model loaded."""
    with serve(visage_home) as (address, _process):
        urllib.request.urlopen(f"{address}/api/v1/models/tiny/ready", timeout=120).read()
        yield address


@pytest.fixture(scope="module")  # not longer: Playwright keeps an event loop running, which other tests' own would meet
def chromium():
    api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    program = os.environ.get("CHROME") or shutil.which("chromium") or "/usr/bin/chromium"
    if not os.path.exists(program):
        pytest.skip(f"no browser at {program}; set $CHROME")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, server, request):
    """`open_page(path, **context options)` opens a window of its own; at the end no console may hold an error.

    A list given as `said` is filled with the warnings of the console.
    """
    contexts, faults = [], []
    pages = request.node.stash[PAGES] = []

    def open_(path: str = "/", said: list | None = None, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        pages.append(page)
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        if said is not None:
            page.on("console", lambda line: said.append(line.text) if line.type == "warning" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(server + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not faults, faults
