"""The real server with a tiny model, and a real Chromium in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.tree import ROOT

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CHROMIUM += ["--disable-sync", "--no-first-run"]
START = 60  # seconds; a busy machine imports slowly


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return found.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def server(tiny_model, tmp_path_factory):
    """Address of `streamlit run app.py`, as people start it, with the tiny model loaded."""
    port = _free_port()
    address = f"http://localhost:{port}"
    log = tmp_path_factory.mktemp("server") / "log.txt"
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    with log.open("w") as lines:
        running = subprocess.Popen(command, cwd=ROOT, stdout=lines, stderr=lines, env=dict(os.environ))
    try:
        end = time.monotonic() + START
        while not _answers(f"{address}/_stcore/health"):
            assert running.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        urllib.request.urlopen(f"{address}/api/v1/models/tiny/ready", timeout=120).read()
        yield address
    finally:
        running.terminate()
        running.wait(30)


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
def open_page(chromium, server):
    """`open_page(path, **context options)` opens a window of its own; at the end no console may hold an error."""
    contexts, faults = [], []

    def open_(path: str = "/", **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(server + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not faults, faults
