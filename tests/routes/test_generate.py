"""Faces by a JSON body: pictures, zips, batches, and what is wrong with a wish in a sentence."""

import base64
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from models import serving
from models.settings import FaceSettings
from tests.asking import Client
from utils import marks


@pytest.fixture
def client(tiny_model):
    return Client()


def asked(client, path="/v1/generate", **wish):
    return client.post(
        path, json.dumps({"model": "tiny"} | wish).encode(), headers={"Content-Type": "application/json"}
    )


def pixels(data) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def face(seed, **settings):
    return serving.generator("tiny").face(FaceSettings("tiny", "1", seed, **settings))


def test_one_face_is_a_picture_with_its_settings_and_whose_it_is(client, tiny_model):
    reply = asked(client, seed=7, psi=0.9, sliders={"d1": 1.5}, version="1")
    settings = FaceSettings("tiny", "1", 7, psi=0.9, sliders=(("d1", 1.5),))
    assert reply.headers["content-type"] == "image/png" and marks.is_marked(reply.content)
    assert (pixels(reply.content) == serving.generator("tiny").face(settings)).all()
    assert FaceSettings.from_json(marks.read_note(reply.content)) == settings
    sums = tiny_model.files["weights.safetensors"].sha256
    named = [reply.headers[f"visage-{name}"] for name in ("model", "version", "weights")]
    assert named == ["tiny", "1", sums]


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_several_faces_are_a_zip_of_pictures_in_order(client, format):
    reply = asked(client, seed=4, count=3, format=format, size=64)
    assert reply.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        assert archive.namelist() == [f"{place:03d}-seed-{place + 3}.{format}" for place in (1, 2, 3)]
        assert all(pixels(archive.read(name)).shape == (64, 64, 3) for name in archive.namelist())


def test_a_batch_comes_back_with_its_ids(client):
    items = [
        {"id": "first", "seed": 3},
        {"seed": 3, "mix": [{"seed": 5, "share": 0.5}]},
        {"id": "", "latent": [0.5] * 16},
    ]
    told = asked(client, items=items, format="json").json()
    assert (told["model"], told["version"]) == ("tiny", "1")
    assert [one.get("id") for one in told["predictions"]] == ["first", None, ""]
    drawn = [pixels(base64.b64decode(one["png"])) for one in told["predictions"]]
    assert (drawn[0] == face(3)).all() and (drawn[1] == face(3, mix=((5, 0.5),))).all()
    assert (drawn[2] == face(0, latents=tuple((index, 0.5) for index in range(16)))).all()
    assert told["predictions"][1]["settings"]["mix"] == "5:0.5"


def test_what_is_not_said_is_as_by_default(client):
    assert asked(client).content == asked(client, seed=0, count=1, format="png").content


def test_a_morph_of_a_body_is_that_of_an_address(client):
    by_body = asked(client, "/v1/morph", keys=[{"seed": 3}, {"seed": 7, "psi": 0.5}], steps=4, format="webp", loop=True)
    by_address = client.get("/v1/morph?model=tiny&k1=3&k2=7_psi_0.5&steps=4&format=webp&loop=1")
    assert by_body.status_code == 200 and by_body.content == by_address.content
    assert by_body.headers["visage-model"] == "tiny"


@pytest.mark.parametrize(
    "reason, status, words, wish",
    [
        ("no such model", 404, "no model `nobody`", {"model": "nobody"}),
        ("a detector", 404, "no model", {"model": "../x"}),
        ("no such version", 404, "in version 1 alone", {"version": "7"}),
        ("an empty batch", 400, "`items` is empty", {"items": []}),
        ("a batch and a face", 400, "`seed` and `items` exclude each other", {"items": [{}], "seed": 4}),
        ("a member of another name", 422, "`smile`", {"smile": 1}),
        ("too many", 422, "`count`", {"count": 65}),
        ("too many in a batch", 422, "`items`", {"items": [{}] * 65}),
        ("a seed below zero", 422, "`seed`", {"seed": -1}),
        ("a seed that is a word", 422, "`seed`", {"seed": "seven"}),
        ("a seed with a fraction", 422, "`seed`", {"seed": 1.5}),
        ("psi beyond 1", 422, "`psi`", {"psi": 1.5}),
        ("a slider that is not there", 422, "`smirk`", {"sliders": {"smirk": 1}}),
        ("a slider that is no number", 422, "`sliders.d1`", {"sliders": {"d1": "much"}}),
        ("a slider that is not a number", 422, "`sliders.d1`", {"sliders": {"d1": float("nan")}}),
        ("a slider without end", 422, "`sliders.d1`", {"sliders": {"d1": float("inf")}}),
        ("a slider too far", 422, "`d1`", {"sliders": {"d1": 99}}),
        ("a lock on nothing", 422, "`lock` names `smirk`", {"lock": ["smirk"]}),
        ("too short a latent", 422, "`latent` must have 16 values", {"latent": [1.0]}),
        ("too far a latent", 422, "from -4 to 4", {"latent": [5.0] * 16}),
        ("a latent of none", 422, "`latent.0`", {"latent": [float("nan")] * 16}),
        ("a share beyond 1", 422, "`mix.0.share`", {"mix": [{"seed": 1, "share": 2}]}),
        ("no such format", 422, "`format`", {"format": "tiff"}),
        ("a size beyond all bounds", 422, "`size`", {"size": 100_000}),
        ("a batch item that is none", 422, "`items.0`", {"items": [7]}),
    ],
)
def test_a_wrong_wish_gets_one_sentence(client, reason, status, words, wish):
    reply = asked(client, **wish)
    told = reply.json()
    assert (reply.status_code, told["status"]) == (status, status), told
    assert words in told["error"] and "\n" not in told["error"] and len(told["error"]) < 400


@pytest.mark.parametrize(
    "reason, status, body, kind",
    [
        ("no JSON", 422, b"{", "application/json"),
        ("nothing", 422, b"", "application/json"),
        ("a list", 422, b"[]", "application/json"),
        ("deep", 400, b"[" * 100_000, "application/json"),
        ("not text", 400, b"\xff\xfe\x00", "application/json"),
        ("no kind", 415, b"{}", "text/plain"),
        ("a form", 415, b"seed=7", "application/x-www-form-urlencoded"),
        ("too much", 413, b" " * (3 * 2**20), "application/json"),
    ],
)
def test_a_body_that_is_no_wish_gets_one_sentence(client, reason, status, body, kind):
    reply = client.post("/v1/generate", body, headers={"Content-Type": kind})
    assert reply.status_code == status, reply.text
    assert reply.json()["error"].endswith(".") and len(reply.json()["error"]) < 300
