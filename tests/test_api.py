"""HTTP as a program meets it."""

import io
import shutil
from collections import OrderedDict

import numpy as np
import pytest
from PIL import Image

from models import serving
from models.settings import FaceSettings
from tests.asking import Client
from tests.training.synthetic import write_run
from utils import marks

ASKED = "/v1/frame?model=tiny&version=1&seed=7"


@pytest.fixture
def client(tiny_model):
    return Client()


def _pixels(reply) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(reply.content)).convert("RGB"))


def test_health_says_where_it_draws_and_what_it_holds(client):
    serving.generator("tiny")
    told = client.get("/v1/health").json()
    assert told["ok"] is True and told["device"] and told["models"] >= 1
    assert 100 < told["memory"] < told["memory_limit"]


def test_models_are_listed_with_their_sliders_and_without_paths(client, tiny_model):
    (tiny,) = [card for card in client.get("/v1/models").json() if card["name"] == "tiny"]
    assert tiny["version"] == "1" and tiny["sliders"] == tiny_model.directions.limits()
    assert "folder" not in tiny


def test_ready_answers_once_the_model_is_loaded(client):
    assert client.get("/v1/models/tiny/ready").json() == {"ready": True}
    assert serving.loaded("tiny")


def test_a_png_holds_the_face_and_its_settings(client):
    reply = client.get(f"{ASKED}&d1=1.5&z3=-0.7&psi=0.9&format=png")
    settings = FaceSettings("tiny", "1", 7, psi=0.9, sliders=(("d1", 1.5),), latents=((3, -0.7),))
    assert reply.headers["content-type"] == "image/png"
    assert (_pixels(reply) == serving.generator("tiny").face(settings)).all()
    assert FaceSettings.from_json(marks.read_note(reply.content)) == settings


@pytest.mark.parametrize("format", ["webp", "jpeg", "png"])
def test_every_picture_that_leaves_is_marked(client, format):
    reply = client.get(f"{ASKED}&format={format}&size=128")
    assert reply.headers["content-type"] == f"image/{format}"
    assert marks.is_marked(reply.content) and _pixels(reply).shape == (128, 128, 3)


def test_what_names_its_version_may_be_kept_for_ever(client):
    assert "immutable" in client.get(ASKED).headers["cache-control"]
    assert client.get("/v1/frame?model=tiny&seed=7").headers["cache-control"] == "no-cache"


def test_a_picture_that_the_asker_has_is_not_sent_again(client):
    tag = client.get(ASKED).headers["etag"]
    again = client.get(ASKED, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{ASKED}&d1=1", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "reason, path, status, words",
    [
        ("no such model", "/v1/frame?model=nobody", 404, "no model `nobody`"),
        ("a way through the disk", "/v1/frame?model=../../etc", 404, "no model"),
        ("no such model to wait for", "/v1/models/nobody/ready", 404, "no model `nobody`"),
        ("came without samples", "/v1/models/tiny/samples", 404, "without sample pictures"),
        ("no such route", "/v1/nothing", 404, "nothing here"),
        ("psi above 1", f"{ASKED}&psi=1.7", 422, "`psi` must be in [0, 1]"),
        ("no number", f"{ASKED}&d1=much", 422, "`d1` must be a number"),
        ("not a number either", f"{ASKED}&d1=nan", 422, "`d1` must be a number"),
        ("no such slider", f"{ASKED}&smirk=1", 422, "smirk"),
        ("seed too large", "/v1/frame?model=tiny&seed=4294967296", 422, "`seed`"),
        ("another version", "/v1/frame?model=tiny&version=9", 404, "in version 1 alone"),
        ("no such format", f"{ASKED}&format=tiff", 422, "`format`"),
        ("a size beyond reason", f"{ASKED}&size=90000", 422, "`size` must be in [16, 1024]"),
        ("a size that is none", f"{ASKED}&size=big", 422, "`size`"),
    ],
)
def test_a_wrong_question_gets_one_sentence(client, reason, path, status, words):
    reply = client.get(path)
    body = reply.json()
    assert reply.status_code == status == body["status"], reason
    assert words in body["error"] and body["detail"] == body["error"] and body["title"], reason


@pytest.fixture
def own_tiny(tiny_model, tmp_path, monkeypatch):
    """Folder of a copy of `tiny` that a test may spoil, not loaded yet."""
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    monkeypatch.setattr(serving, "_loaded", OrderedDict())
    return shutil.copytree(tiny_model.folder, tmp_path / "models" / "tiny")


@pytest.mark.parametrize("path", [ASKED, "/v1/models/tiny/ready"])
def test_damaged_weights_are_told_and_the_server_stands(client, own_tiny, path):
    weights = own_tiny / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    reply = client.get(path)
    assert reply.status_code == 503 and "SHA-256 differs" in reply.json()["error"]
    assert client.get("/v1/health").status_code == 200


@pytest.mark.parametrize("path", [ASKED, "/v1/models/tiny/ready"])
def test_a_network_that_cannot_run_here_is_told_and_tried_again_later(client, own_tiny, path, monkeypatch):
    from models import generator

    with monkeypatch.context() as trouble:
        trouble.setattr(generator, "build", lambda info: np.zeros(10**18))
        reply = client.get(path)
    assert reply.status_code == 503 and "`tiny` cannot be loaded here: " in reply.json()["error"]
    assert "MemoryError" in reply.json()["error"]
    assert client.get(path).status_code == 200


def test_the_film_strip_of_a_run_is_listed_and_fetched_by_name(client, tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    write_run("faces-1", ticks=20)
    listed = client.get("/v1/runs/faces-1/samples").json()["images"]
    assert len(listed) == 11 and listed[:2] == [0, 1280]
    assert client.get("/v1/runs/faces-1/samples?after=1280").json()["images"] == listed[2:]
    reply = client.get("/v1/runs/faces-1/samples/1280")
    assert reply.headers["content-type"] == "image/jpeg" and _pixels(reply).shape == (256, 256, 3)


@pytest.mark.parametrize(
    "path",
    [
        "nobody/samples",
        "faces-1/samples/7",
        "faces-1/samples/state.json",
        "..%2Fruns%2Ffaces-1/samples/0",
        "./samples/0",
        "faces-1%2F..%2Ffaces-1/samples/0",
        "%2e%2e/samples",
        "faces-1/samples/..%2F..%2Frecipe.toml",
    ],
)
def test_no_address_leads_out_of_a_run_folder(client, tmp_path, monkeypatch, path):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    write_run("faces-1", ticks=20)
    assert client.get(f"/v1/runs/{path}").status_code in (404, 422)
