"""A model whose weights lie elsewhere: the page tells how much has come, then shows the face."""

import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.server import serve

pytestmark = pytest.mark.browser
FILE = "weights.safetensors"


@pytest.fixture
def elsewhere(tiny_model):
    """Serves the half of the weights, and the rest once `go` is set."""
    data, go = (tiny_model.folder / FILE).read_bytes(), threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            go.wait(60)
            self.wfile.write(data[len(data) // 2 :])

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{FILE}", go
        go.set()
        server.shutdown()


def test_the_page_tells_how_much_has_come(chromium, tiny_model, tmp_path, elsewhere):
    address, go = elsewhere
    folder = tmp_path / "models" / "tiny"
    shutil.copytree(tiny_model.folder, folder)
    (folder / FILE).unlink()
    card = folder / "model.toml"
    card.write_text(card.read_text().replace(f'[files."{FILE}"]', f'[files."{FILE}"]\naddresses = ["{address}"]'))
    with serve(tmp_path) as (visage, _process):
        page = chromium.new_page()
        page.goto(f"{visage}/?model=tiny&seed=7")
        page.get_by_text(re.compile(r"being fetched: [\d.]+ of [\d.]+ MB")).wait_for()
        go.set()
        page.locator("#picture[data-shown]").wait_for()
        assert "seed 7" in page.locator("#caption").inner_text()
        page.close()
