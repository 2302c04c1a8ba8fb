"""Weights that lie elsewhere come whole or not at all, from a real server that fails in every way that servers do."""

import shutil
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from typer.testing import CliRunner

from cli import app as shell
from models import fetching
from models.card import read_card, verify
from models.catalogue import Catalogue, add_folder, store_directions
from models.generator import load
from tests.asking import Client
from utils.errors import ModelError
from utils.home import home

WEIGHTS = "weights.safetensors"


class Elsewhere(BaseHTTPRequestHandler):
    """Serves `server.data`; what it does wrong is in `server.faults`, one for each question, then it does well."""

    def do_GET(self):
        server, begin = self.server, 0
        fault = server.faults.pop(0) if server.faults else ""
        asked = self.headers.get("Range", "")
        server.ranges.append(asked)
        if fault == "refused":
            return self.send_error(404)
        if fault == "busy":
            return self.send_error(503)
        if asked and server.knows_ranges:
            begin = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(server.data) - 1}/{len(server.data)}")
        else:
            self.send_response(200)
        body = server.data[begin:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault == "breaks":
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            return self.connection.close()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def elsewhere(monkeypatch):
    monkeypatch.setattr(fetching, "PAUSE", 0.01)
    monkeypatch.setattr(fetching, "PIECE", 2**12)
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        server.faults, server.ranges, server.knows_ranges, server.data = [], [], True, b""
        threading.Thread(target=partial(server.serve_forever, 0.01), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def far(tiny_model, tmp_path, monkeypatch, elsewhere):
    """A copy of `tiny` whose weights lie elsewhere, in a home of its own."""
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "models" / "tiny"
    shutil.copytree(tiny_model.folder, folder)
    elsewhere.data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).unlink()
    address = f"http://127.0.0.1:{elsewhere.server_port}/{WEIGHTS}"
    card, section = folder / "model.toml", f'[files."{WEIGHTS}"]\n'
    text = card.read_text()
    assert section in text
    card.write_text(text.replace(section, f'{section}addresses = ["{address}"]\n'))
    return read_card(folder)


def cached():
    return sorted(path.name for path in (home() / "cache" / "weights").glob("*") if path.suffix != ".lock")


def test_the_first_load_fetches_and_the_second_does_not(far, tiny_model, elsewhere):
    assert "weights fetch tiny" in verify(far)[0]
    z = np.ones((1, 16), np.float32)
    assert np.array_equal(load(far).generate(z), load(tiny_model).generate(z))
    assert cached() == [far.files[WEIGHTS].sha256]
    load(far)
    assert len(elsewhere.ranges) == 1 and verify(far) == [] and not fetching.missing(far)


def test_what_broke_off_goes_on_where_it_was(far, elsewhere):
    elsewhere.faults = ["breaks", "busy", "breaks"]
    told = []
    fetching.fetch(far, lambda done, total: told.append((done, total)))
    size, piece = len(elsewhere.data), fetching.PIECE
    begins = [int(asked.strip("bytes=-") or 0) for asked in elsewhere.ranges]
    half = size // 2 // piece * piece  # the piece that broke is none
    more = half + (size - half) // 2 // piece * piece
    assert begins == [0, half, half, more] and 0 < half < more
    assert told[-1] == (size, size) and [done for done, _ in told] == sorted(done for done, _ in told)
    assert fetching.fetched(far) == (size, size) and verify(far) == []


def test_a_later_start_goes_on_with_what_an_earlier_one_left(far, elsewhere):
    elsewhere.faults = ["breaks"] + ["busy"] * 3
    with pytest.raises(ModelError, match="the server answers 503.*what came is kept"):
        fetching.fetch(far)
    half, size = fetching.fetched(far)
    assert size == len(elsewhere.data) and 0 < half <= size // 2
    fetching.fetch(far)
    assert elsewhere.ranges[-1] == f"bytes={half}-" and verify(far) == []


def test_a_server_without_ranges_gives_all_of_it_again(far, elsewhere):
    elsewhere.faults, elsewhere.knows_ranges = ["breaks"], False
    fetching.fetch(far)
    assert len(elsewhere.ranges) == 2 and verify(far) == []


@pytest.mark.parametrize("change", [lambda data: data[:-1] + b"?", lambda data: data + b"more", lambda data: data[:-9]])
def test_another_file_is_refused_and_not_kept(far, elsewhere, change):
    elsewhere.data = change(elsewhere.data)
    with pytest.raises(ModelError, match=f"`{WEIGHTS}` of the model `tiny` cannot be fetched"):
        load(far)
    assert far.files[WEIGHTS].sha256 not in cached()
    assert fetching.missing(far)


def test_the_next_address_is_asked_where_one_fails(far, elsewhere):
    gone = far.files[WEIGHTS].addresses[0]
    card = far.folder / "model.toml"
    nobody = "http://127.0.0.1:9/weights.safetensors"  # the port of `discard`: nobody listens
    card.write_text(card.read_text().replace(f'["{gone}"]', f'["{nobody}", "{gone}", "{gone}?again"]'))
    elsewhere.faults = ["refused"]
    fetching.fetch(read_card(far.folder))
    assert len(elsewhere.ranges) == 2, "a server that said no is not asked again at once"


def test_two_that_start_at_once_fetch_it_once(far, elsewhere):
    threads = [threading.Thread(target=fetching.fetch, args=(far,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(elsewhere.ranges) == 1 and verify(far) == []


def test_a_card_that_is_written_anew_keeps_the_addresses(far, elsewhere):
    stored = store_directions(far, load(far).info.directions, version="2")
    assert stored.version == "2" and stored.files[WEIGHTS] == far.files[WEIGHTS]
    added = add_folder(far.folder, "second")
    assert added.files[WEIGHTS] == far.files[WEIGHTS] and not (added.folder / WEIGHTS).exists()
    assert "directions.npz" in added.files and (added.folder / "directions.npz").exists()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "weights.safetensors", "ftp://example.org/w"])
def test_an_address_that_is_none_is_told(far, address):
    card = far.folder / "model.toml"
    card.write_text(card.read_text().replace(far.files[WEIGHTS].addresses[0], address))
    with pytest.raises(ModelError, match="addresses"):
        Catalogue().get("tiny")


def test_shell_and_http_tell_how_much_is_here(far, elsewhere):
    size = len(elsewhere.data)
    assert Client().get("v1/models/tiny/fetched").json() == {"bytes": 0, "of": size}
    done = CliRunner().invoke(shell, ["weights", "fetch", "tiny"])
    assert done.exit_code == 0 and "tiny:" in done.output and "MB are here" in done.output
    elsewhere.faults = ["refused"]
    (home() / "cache" / "weights" / far.files[WEIGHTS].sha256).unlink()
    done = CliRunner().invoke(shell, ["weights", "fetch", "tiny"])
    assert done.exit_code == 2 and "404" in done.output
