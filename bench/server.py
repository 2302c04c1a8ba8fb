"""A server of our own in a process of its own, on a free port, as people start it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds


def pages(script: str = "app.py") -> tuple[str, ...]:
    """What serves the pages of that script."""
    return ("streamlit", "run", script, "--server.headless", "true", "--server.port")


@contextmanager
def serving(command: tuple[str, ...] = pages()):
    """Address and process of a server, a Python module with arguments that a port follows; stopped at the end."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    try:
        yield f"http://localhost:{port}", process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(url: str) -> bytes:
    """What the address answers, as soon as it answers 200."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return urllib.request.urlopen(url, timeout=PATIENCE).read()
        except (urllib.error.URLError, ConnectionError) as error:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} never answered: {error}") from None
            time.sleep(0.02)


@contextmanager
def browser():
    """A headless Chromium: $CHROME or the one on the PATH."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROME") or shutil.which("chromium")
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=quiet)
        yield chromium
        chromium.close()
