"""Some 300 requests that are wrong, to the real server: each gets 4xx with a sentence, it stays up, its memory flat."""

import base64
import http.client
import io
import json
import random
import struct
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from tests.browser.server import ALONE, serve

pytestmark = pytest.mark.browser
KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
BOUNDARY = "frontier"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
JSON = {"Content-Type": "application/json"}
GROWTH = 48  # MiB that all of it may leave behind the second time; the allocator breathes
Request = tuple[str, str, str, bytes, dict]


def noise(kind: str, side: int = 64) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (side, side, 3)).astype(np.uint8)).save(stream, kind)
    return stream.getvalue()


def upload(file: bytes, name: str = "photo", head: str = "") -> bytes:
    start = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="a"\r\n{head}\r\n'.encode()
    return start + file + f"\r\n--{BOUNDARY}--\r\n".encode()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge() -> Iterator[tuple[str, bytes]]:
    """Headers that promise far more pixels than there is memory for."""
    for side in (10_000, 30_000, 2**31 - 1):
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        yield (
            f"PNG of {side}",
            b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b""),
        )
    yield "GIF of 65,535", b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"\x2c" + bytes(30) + b"\x3b"
    yield (
        "BMP of 40,000",
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 40_000, 40_000, 1, 24, 0, 0, 0, 0, 0, 0),
    )


def files() -> Iterator[tuple[str, bytes]]:
    for kind in KINDS:
        whole = noise(kind)
        for share in (0.02, 0.1, 0.25, 0.5, 0.7):
            yield f"{kind} cut at {share}", whole[: int(len(whole) * share)]
        yield f"{kind} without its head", whole[16:]
    yield from huge()
    gif, zipped = noise("GIF"), b"PK\x03\x04" + bytes(26)
    heads = {
        "nothing": b"", "one byte": b"\0", "zeros": bytes(5000), "text": b"hello", "page": b"<html><script>1</script></html>",
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>", "PDF": b"%PDF-1.7\n1 0 obj", "zip": zipped,
        "program": b"\x7fELF" + bytes(60), "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n(a) show", "gzip": b"\x1f\x8b\x08" + bytes(40),
        "MP4": b"\0\0\0\x18ftypisom" + bytes(40), "HEIC": b"\0\0\0\x18ftypheic" + bytes(40), "PSD": b"8BPS\0\1" + bytes(40),
        "icon": b"\0\0\1\0\1\0" + bytes(40), "XML that grows": b"<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>", "JSON": b'{"a": 1}',
        "GIF and script": gif[:6] + b"/*" + b"*/=1;alert(1)//", "JPEG's first bytes": b"\xff\xd8\xff\xe0", "PNG's first bytes": b"\x89PNG\r\n\x1a\n",
        "pickle": b"\x80\x04\x95", "RIFF of sound": b"RIFF\x24\0\0\0WAVEfmt ", "FITS": b"SIMPLE  =                    T", "PCX": b"\n\5\1\x08" + bytes(128),
    }  # fmt: skip
    yield from heads.items()


def of_photos() -> Iterator[Request]:
    for name, file in files():
        yield f"photo: {name}", "POST", "/api/v1/detect", upload(file), FORM
    for name, file in list(files())[::4]:
        body = json.dumps({"items": [{"photo": base64.b64encode(file).decode()}]}).encode()
        yield f"photo in JSON: {name}", "POST", "/api/v1/detect", body, JSON
    good = noise("PNG")
    for field, value in {
        "confidence": "7",
        "overlap": "-1",
        "classes": "perhaps",
        "tiles": "2",
        "model": "nobody",
        "x": "1",
    }.items():
        part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        yield f"form: {field}", "POST", "/api/v1/detect", part + upload(good), FORM
    broken = {
        "no boundary": (upload(good), {"Content-Type": "multipart/form-data"}),
        "another boundary": (upload(good), {"Content-Type": "multipart/form-data; boundary=other"}),
        "a boundary without end": (upload(good), {"Content-Type": f"multipart/form-data; boundary={'b' * 4000}"}),
        "half": (upload(good)[:100], FORM), "empty": (b"", FORM), "another name": (upload(good, "file"), FORM),
        "heads without end": (upload(good, head="X: " + "y" * 100_000 + "\r\n"), FORM), "17 photos": (upload(good)[:-16].join([b""] * 18), FORM),
        "a picture alone": (good, {"Content-Type": "image/png"}), "nothing said": (good, {}),
    }  # fmt: skip
    for name, (body, headers) in broken.items():
        yield f"form: {name}", "POST", "/api/v1/detect", body, headers


def of_faces() -> Iterator[Request]:
    wrong = [
        {"seed": -1}, {"seed": 2**32}, {"seed": 10**400}, {"seed": 1.5}, {"seed": "x"}, {"seed": None}, {"seed": [1]}, {"psi": -0.1},
        {"psi": 1.01}, {"psi": "low"}, {"psi": float("nan")}, {"psi": float("-inf")}, {"sliders": []}, {"sliders": {"nobody": 1}},
        {"sliders": {"d1": 1e300}}, {"sliders": {"d1": float("nan")}}, {"sliders": {"x" * 500: 1}}, {"latent": []}, {"latent": [0] * 15},
        {"latent": [0] * 17}, {"latent": [0] * 5000}, {"latent": [float("nan")] * 16}, {"latent": [9] * 16}, {"latent": "zeros"},
        {"latent": [[0] * 16]}, {"mix": [{}]}, {"mix": [{"seed": 1}]}, {"mix": [{"seed": 1, "share": 9}]}, {"mix": "1:0.5"},
        {"mix": [{"seed": 1, "share": 0.1}] * 25}, {"lock": ["nobody"]}, {"lock": "d1"}, {"count": 0}, {"count": 65}, {"count": 10**9},
        {"items": []}, {"items": [{}] * 65}, {"items": [{}], "seed": 1}, {"items": {}}, {"items": [None]}, {"items": [{"id": 5}]},
        {"items": [{"id": "i" * 300}]}, {"format": "exe"}, {"format": ""}, {"size": 1}, {"size": 10**6}, {"size": "big"},
        {"model": "nobody"}, {"model": "../../etc/passwd"}, {"model": ""}, {"model": "a" * 300}, {"model": "a\0b"}, {"version": "99"},
        {"version": ""}, {"what": 1}, {"__proto__": {}}, {"Seed": 1},
    ]  # fmt: skip
    for wish in wrong:
        body = json.dumps({"model": "tiny"} | wish).encode()
        yield f"faces: {body[:60]!r}", "POST", "/api/v1/generate", body, JSON
    for wish in [{}, {"keys": []}, {"keys": [{}]}, {"keys": [{}] * 9}, {"keys": [{}, {"seed": -1}]}, {"keys": [{}, {}], "steps": 0},
                 {"keys": [{}, {}], "steps": 10**9}, {"keys": [{}, {}], "path": "up"}, {"keys": [{}, {}], "format": "avi"},
                 {"keys": [{}, {}], "loop": "maybe"}, {"keys": [{}, {"latent": [1]}]}, {"keys": [{}, {}], "easing": 1}]:  # fmt: skip
        yield f"morph: {wish}", "POST", "/api/v1/morph", json.dumps({"model": "tiny"} | wish).encode(), JSON
    for query in ("seed=x", "seed=-1", "psi=2", "psi=nan", "d1=inf", "z99=1", "z1=x", "smirk=1", "mix=1", "mix=1:7", "lock=nobody",
                  "format=exe", "size=0", "size=99999", "size=x", "version=0", "model=nobody", "model=%00", "model=..%2f..", "%ff=%ff",
                  "seed=" + "9" * 5000, "&".join(f"x{n}=1" for n in range(3000))):  # fmt: skip
        yield (
            f"frame: {query[:40]}",
            "GET",
            f"/api/v1/frame?{query if 'model' in query else 'model=tiny&' + query}",
            b"",
            {},
        )
    for query in (
        "seeds=1",
        "seeds=x,y",
        "seeds=" + ",".join("1" * 9),
        "k1=1",
        "k1=1&k2=x",
        "steps=0",
        "steps=121",
        "path=up",
        "at=9999",
        "loop=x",
    ):
        yield f"morph-frame: {query}", "GET", f"/api/v1/morph-frame?model=tiny&{query}", b"", {}


def of_bodies() -> Iterator[Request]:
    bodies = [b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe", b"\0", b"[" * 200_000, b'{"a":' * 50_000, b"{" + b'"seed":1,' * 1000 + b"}",
              b"NaN", b'{"seed": 1e999}', b'{"seed": 1' + b"0" * 5000 + b"}", b"<xml/>", b"a=1&b=2"]  # fmt: skip
    for path in ("/api/v1/generate", "/api/v1/morph", "/api/v1/detect", "/v2/models/tiny/infer"):
        for body in bodies:
            yield f"{path}: {body[:12]!r}", "POST", path, body, JSON
    yield "too much", "POST", "/api/v1/generate", b" " * (3 * 2**20), JSON
    yield "no settings", "POST", "/api/v1/settings", noise("PNG"), {"Content-Type": "image/png"}
    yield "settings of nothing", "POST", "/api/v1/settings", b"", {}
    yield "settings of a huge file", "POST", "/api/v1/settings", bytes(9 * 2**20), {}


def of_paths() -> Iterator[Request]:
    names = (
        "..",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "a" * 3000,
        "%ff%fe",
        "tiny%2f..",
        ".hidden",
        "con",
        "*",
        "%0d%0aX:1",
        "tiny;x=1",
    )
    for name in names:
        for path in ("/api/v1/models/{}/samples", "/api/v1/runs/{}/samples", "/v2/models/{}", "/v2/models/{}/infer"):
            method = "POST" if path.endswith("infer") else "GET"
            yield f"path: {path.format(name)[:60]}", method, path.format(name), b"{}" if method == "POST" else b"", {}
    for path in ("/api", "/api/", "/api/v2/frame", "/v2/nothing", "/api/v1/runs/x/samples/-1", "/api/v1/morphs/nobody", "/api/v1/morphs/nobody/file",
                 "/v2/models/tiny/versions/99", "/v2/models/tiny/versions/99/ready"):  # fmt: skip
        yield f"path: {path}", "GET", path, b"", {}
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        yield f"method: {method}", method, "/api/v1/generate", b"", {}


def of_tensors() -> Iterator[Request]:
    good = {"name": "z", "datatype": "FP32", "shape": [1, 16], "data": [0.0] * 16}
    changes = [
        {"shape": [1, 15]}, {"shape": [16]}, {"shape": []}, {"shape": [-1, 16]}, {"shape": ["1", 16]}, {"shape": [10**12, 16]}, {"shape": None},
        {"datatype": "FP64"}, {"datatype": 5}, {"data": []}, {"data": [1] * 15}, {"data": "0"}, {"data": [None] * 16}, {"data": [[1], [2, 3]]},
        {"data": [1e999] * 16}, {"data": [True, "x"]}, {"name": "y"}, {"name": None}, {"parameters": {"binary_data_size": 64}},
        {"parameters": {"binary_data_size": -1}}, {"parameters": []},
    ]  # fmt: skip
    for change in changes:
        body = json.dumps({"inputs": [good | change]}).encode()
        yield f"tensor: {change}"[:70], "POST", "/v2/models/tiny/infer", body, {}
    for length in ("-1", "x", "99999999999", "0", "3"):
        yield (
            f"length: {length}",
            "POST",
            "/v2/models/tiny/infer",
            json.dumps({"inputs": [good]}).encode(),
            {"Inference-Header-Content-Length": length},
        )
    chance = random.Random(0)
    for number in range(20):
        body = bytearray(json.dumps({"inputs": [good]}).encode())
        body[chance.randrange(1, 12)] ^= 0x80
        yield f"a bit turned over, {number}", "POST", "/v2/models/tiny/infer", bytes(body), {}


@pytest.fixture(scope="module")
def alone(tiny_model, visage_home):
    with serve(visage_home, ALONE) as (address, process):
        for path in ("/api/v1/models/tiny/ready", "/v2/health/ready"):
            urllib.request.urlopen(address + path, timeout=120).read()
        yield urlsplit(address).netloc, process


def answered(netloc: str, one: Request) -> tuple[int, bytes]:
    _name, method, path, body, headers = one
    connection = http.client.HTTPConnection(netloc, timeout=60)
    connection.putrequest(method, path, skip_accept_encoding=True)  # the path as it is
    for key, value in {"Content-Length": str(len(body)), **headers}.items():
        connection.putheader(key, value)
    connection.endheaders()
    try:
        connection.send(body)
    except OSError:
        pass  # refused before it was read to its end
    reply = connection.getresponse()
    found = reply.status, reply.read()
    connection.close()
    return found


def resident(process) -> float:
    """MiB."""
    line = next(
        line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


def test_each_gets_a_sentence_and_the_server_stays(alone):
    netloc, process = alone
    everything = [*of_photos(), *of_faces(), *of_bodies(), *of_paths(), *of_tensors()]
    assert len(everything) >= 200
    wrong = []
    for one in everything:
        status, body = answered(netloc, one)
        told = json.loads(body).get("error", "") if body[:1] == b"{" else ""
        if not (400 <= status < 500 and 10 < len(told) < 700 and "Traceback" not in told):
            wrong.append((one[0], status, body[:200]))
    assert not wrong, (len(wrong), wrong[:20])
    before = resident(process)
    for one in everything:
        answered(netloc, one)
    assert process.poll() is None and resident(process) - before < GROWTH
    assert urllib.request.urlopen(f"http://{netloc}/api/v1/frame?model=tiny&seed=7").status == 200
