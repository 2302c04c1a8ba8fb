"""Boxes over HTTP: photos in a form or in JSON, boxes as JSON or drawn, and what is wrong in a sentence."""

import base64
import io
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from models import records, serving
from models.boxes import select
from tests.asking import Client
from tests.seer import BAD, GOOD, png, write_seer

BOUNDARY = "visage-test"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    write_seer(folder / "models" / "seer")
    return folder


@pytest.fixture
def client(home, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(home))
    return Client()


def form(*files, name="photo", **fields):
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    for number, data in enumerate(files):
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{number}.png"\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def sent(client, *files, accept="*/*", body=None, **how):
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Accept": accept}
    return client.post(
        "/v1/detect", form(*files, **({"model": "seer"} | how)) if body is None else body, headers=headers
    )


def as_json(client, **wish):
    body = json.dumps({"model": "seer"} | wish).encode()
    return client.post("/v1/detect", body, headers={"Content-Type": "application/json"})


def based(data):
    return base64.b64encode(data).decode()


TWO = png([(8, 8, GOOD), (20, 16, BAD)])


def test_boxes_of_a_form_are_those_of_the_shell(client):
    told = sent(client, TWO, confidence="0.5").json()
    (one,) = told["predictions"]
    detector = serving.detector("seer")
    picture = np.asarray(Image.open(io.BytesIO(TWO)).convert("RGB"))
    expected = records.of_picture("0.png", select(detector.grouped(detector.candidates(picture)), 0.5, 0.45))
    assert [box | {"image": "0.png"} for box in one["boxes"]] == expected
    assert {box["class"] for box in one["boxes"]} == {"Good", "Bad"}
    assert (one["image"], one["width"], one["height"]) == ("0.png", *picture.shape[1::-1])
    assert (told["model"], told["version"], told["weights"]) == (
        "seer",
        "1",
        detector.info.files["weights.safetensors"].sha256,
    )


def test_a_batch_in_json_comes_back_with_its_ids(client):
    items = [{"id": "a", "photo": based(TWO)}, {"photo": "data:image/png;base64," + based(png([]))}]
    told = as_json(client, items=items, confidence=0.5, classes=True).json()
    first, second = told["predictions"]
    assert first["id"] == "a" and {box["class"] for box in first["boxes"]} == {"with_mask", "without_mask"}
    assert "id" not in second and second["boxes"] == []


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_who_accepts_pictures_gets_the_photo_with_its_boxes(client, kind):
    reply = sent(client, TWO, accept=f"image/{kind}")
    assert reply.headers["content-type"] == f"image/{kind}" and reply.headers["visage-model"] == "seer"
    drawn = np.asarray(Image.open(io.BytesIO(reply.content)).convert("RGB"))
    plain = np.asarray(Image.open(io.BytesIO(TWO)).convert("RGB"))
    assert drawn.shape == plain.shape and (np.abs(drawn.astype(int) - plain).max(2) > 40).sum() > 200


def bomb():
    """A PNG of 20,000 x 20,000 pixels in a few hundred bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "reason, status, words, file",
    [
        ("nothing in it", 422, "`0.png` is empty", b""),
        ("no picture", 415, "`0.png` is not a picture", b"hello"),
        ("a page", 415, "`0.png` is not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("cut off", 422, "`0.png` is cut off", TWO[: len(TWO) // 2]),
        ("pixels without end", 413, "`0.png` has more than 50,000,000 pixels", bomb()),
        ("one of Apple's", 415, "`0.png` is a HEIC photo", b"\0\0\0\x18ftypheic" + bytes(40)),
    ],
)
def test_a_file_that_is_no_photo_gets_one_sentence(client, reason, status, words, file):
    for reply in (sent(client, file), as_json(client, items=[{"photo": based(file)}])):
        told = reply.json()
        assert (reply.status_code, told["status"]) == (status, status), told
        assert words.replace("0.png", "photo 1") in told["error"].replace("0.png", "photo 1")
        assert len(reply.content) < 1000, "what was sent never comes back"


@pytest.mark.parametrize(
    "reason, status, words, how",
    [
        ("no photo", 400, "1 to 16 photos. Received: 0", {"files": 0}),
        ("too many", 400, "1 to 16 files named `photo`. File 17", {"files": 17}),
        ("several to draw", 400, "One photo can be drawn", {"files": 2, "accept": "image/png"}),
        ("a file of another name", 400, "named `photo`. File 1 is `upload`", {"name": "upload"}),
        ("no such model", 404, "no model `nobody`", {"model": "nobody"}),
        ("a generator", 404, "no model `tiny`", {"model": "tiny"}),
        ("confidence of a word", 422, "`confidence`", {"confidence": "much"}),
        ("confidence beyond 1", 422, "`confidence`", {"confidence": "1.5"}),
        ("confidence of none", 422, "`confidence`", {"confidence": "nan"}),
        ("a field of another name", 422, "`threshold`", {"threshold": "0.5"}),
        ("no form", 400, "The form cannot be read", {"body": b"hello"}),
        ("half a form", 400, "", {"body": form(TWO)[:200]}),
        ("nothing", 400, "", {"body": b""}),
        ("too much", 413, "up to 32 MB together", {"body": bytes(33 * 2**20)}),
    ],
)
def test_a_wrong_form_gets_one_sentence(client, reason, status, words, how):
    files = [TWO] * how.pop("files", 1) if isinstance(how, dict) else []
    reply = sent(client, *files, **dict(how))
    told = reply.json()
    assert (reply.status_code, told["status"]) == (status, status), told
    assert words in told["error"] and len(told["error"]) < 400


@pytest.mark.parametrize(
    "reason, status, words, wish",
    [
        ("an empty batch", 400, "1 to 16 photos. Received: 0", {"items": []}),
        ("no batch", 422, "`items`", {}),
        ("no base64", 400, "`photo` of item 1 is no base64", {"items": [{"photo": "é!"}]}),
        ("a photo that is a number", 422, "`items.0.photo`", {"items": [{"photo": 7}]}),
        ("a photo that is missing", 422, "`items.0.photo`", {"items": [{"id": "a"}]}),
        ("an id that is a list", 422, "`items.0.id`", {"items": [{"id": [], "photo": ""}]}),
    ],
)
def test_wrong_json_gets_one_sentence(client, reason, status, words, wish):
    reply = as_json(client, **wish)
    told = reply.json()
    assert (reply.status_code, told["status"]) == (status, status), told
    assert words in told["error"] and len(told["error"]) < 400


def test_another_kind_of_body_is_told(client):
    reply = client.post("/v1/detect", TWO, headers={"Content-Type": "image/png"})
    assert reply.status_code == 415 and "multipart/form-data" in reply.json()["error"]
