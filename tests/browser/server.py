"""`streamlit run app.py` and `uvicorn api:app`, as people start them."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tree import ROOT

START = 60  # seconds; a busy machine imports slowly
END = 90  # uvicorn's supervisor hears no signal while it asks a worker that just starts for its health, 60 at most


PAGES = ("streamlit", "run", "app.py", "--server.headless", "true", "--server.port")
ALONE = ("uvicorn", "api:app", "--port")


@contextmanager
def serve(home: Path, command: tuple[str, ...] = PAGES) -> Iterator[tuple[str, subprocess.Popen]]:
    """(address, process) of a server of its own on a free port, which answers; it is ended on leaving."""
    port = _free_port()
    address = f"http://localhost:{port}"
    command = [sys.executable, "-m", *command, str(port)]
    with tempfile.TemporaryFile("w+") as log:
        environment = os.environ | {"VISAGE_HOME": str(home)}
        running = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment)
        try:
            end = time.monotonic() + START
            while not _answers(f"{address}/api/v1/health"):
                log.seek(0)
                assert running.poll() is None and time.monotonic() < end, log.read()
                time.sleep(0.1)
            yield address, running
        finally:
            running.terminate()
            running.wait(END)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return found.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False
