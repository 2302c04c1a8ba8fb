"""Morphs over HTTP: single pictures, whole animations, and animations that one can watch being made, and stop."""

import io
import threading
import time

import numpy as np
import pytest
from PIL import Image

from models import morphs, serving
from routes import morph_jobs
from tests.asking import Client
from utils import marks, pictures

SEEDS = "model=tiny&seeds=3,7&steps=4"


@pytest.fixture
def client(tiny_model):
    yield Client()
    for job in list(morph_jobs._jobs.values()):
        job.cancel()
    _until(lambda: not morph_jobs._jobs)


@pytest.fixture
def held(monkeypatch):
    """Animations stop before their first picture until this event is set."""
    go, real = threading.Event(), morphs.animation

    def slow(*settings, progress, **more):
        while not go.wait(0.02):
            progress("drawing", 0, 1)
        return real(*settings, progress=progress, **more)

    monkeypatch.setattr(morphs, "animation", slow)
    yield go
    go.set()


def _until(true):
    """Until it is so; nothing takes longer than a minute."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.02)


def _finished(client, name: str) -> dict:
    reply = {}

    def ended():
        reply.update(client.get(f"/v1/morphs/{name}").json())
        return reply["stage"] in ("done", "failed")

    _until(ended)
    return reply


def _begun(client, query: str = f"{SEEDS}&format=webp") -> str:
    reply = client.post(f"/v1/morphs?{query}", b"")
    assert reply.status_code == 202, reply.text
    return reply.json()["name"]


def test_a_key_face_is_the_face_of_its_settings(client):
    query = "model=tiny&k1=3&k2=7_psi_0.8_d1_1.5&steps=4&at=4&format=png"
    face = client.get("/v1/frame?model=tiny&seed=7&psi=0.8&d1=1.5&format=png")
    shown = client.get(f"/v1/morph-frame?{query}")
    np.testing.assert_array_equal(pictures.decode(shown.content), pictures.decode(face.content))


@pytest.mark.parametrize("format", ["webp", "gif"])
def test_a_morph_is_an_animation_and_marked(client, format):
    reply = client.get(f"/v1/morph?{SEEDS}&loop=1&format={format}")
    assert Image.open(io.BytesIO(reply.content)).n_frames == 8
    assert marks.is_marked(reply.content) and reply.headers["content-type"] == f"image/{format}"


def test_an_mp4_watched_while_it_is_made_is_the_one_made_at_once(client):
    name = _begun(client, f"{SEEDS}&format=mp4")
    end = _finished(client, name)
    assert (end["stage"], end["done"], end["total"]) == ("done", 5, 5)
    file = client.get(f"/v1/morphs/{name}/file")
    assert file.headers["content-type"] == "video/mp4" and file.headers["cache-control"] == "no-store"
    assert file.content == client.get(f"/v1/morph?{SEEDS}&format=mp4").content
    assert marks.COMMENT.encode() in file.content
    assert client.delete(f"/v1/morphs/{name}").status_code == 204
    _until(lambda: client.get(f"/v1/morphs/{name}").status_code == 404)


def test_a_cancelled_one_stops_and_is_forgotten(client, held):
    name = _begun(client)
    _until(lambda: client.get(f"/v1/morphs/{name}").json()["stage"] == "drawing")
    assert client.get(f"/v1/morphs/{name}/file").status_code == 409
    assert client.delete(f"/v1/morphs/{name}").status_code == 204
    _until(lambda: client.get(f"/v1/morphs/{name}").status_code == 404)
    held.set()
    assert _finished(client, _begun(client))["stage"] == "done", "the next one has its turn"


def test_one_that_nobody_asks_for_ends_by_itself(client, held, monkeypatch):
    monkeypatch.setattr(morph_jobs, "PATIENCE", 0.1)
    _begun(client)
    _until(lambda: not morph_jobs._jobs)


def test_one_that_takes_too_long_says_so(client, held, monkeypatch):
    monkeypatch.setattr(morph_jobs, "LONGEST", 0)
    end = _finished(client, _begun(client))
    assert end["stage"] == "failed" and "Take fewer steps" in end["error"]


def test_no_more_than_a_few_are_under_way(client, held):
    for _ in range(morph_jobs.MOST):
        _begun(client)
    refused = client.post(f"/v1/morphs?{SEEDS}", b"")
    assert refused.status_code == 503 and "Try again" in refused.json()["error"]
    assert client.get("/v1/frame?model=tiny&seed=3").status_code == 200, "single faces are drawn all the while"


@pytest.mark.parametrize(
    "reason, path, status, words",
    [
        ("one face is no morph", "/v1/morph?model=tiny&seeds=3", 422, "`seeds` must be 2 to 8"),
        ("a place behind the end", "/v1/morph-frame?model=tiny&seeds=3,4&at=99", 422, "`at=99`"),
        ("no such format", f"/v1/morph?{SEEDS}&format=avi", 422, "`format`"),
        ("a face with a slider that is not there", "/v1/morph?model=tiny&k1=3&k2=4_smirk_1", 422, "Face `k2`: `smirk`"),
        ("nothing of that name", "/v1/morphs/nobody", 404, "Begin it anew"),
    ],
)
def test_a_wrong_question_gets_one_sentence(client, reason, path, status, words):
    reply = client.get(path)
    assert reply.status_code == status and words in reply.json()["error"], reason


def test_more_than_can_be_held_is_refused_before_it_begins(client, monkeypatch):
    monkeypatch.setattr(morphs, "LARGEST", 4 * serving.generator("tiny").resolution ** 2)
    reply = client.post(f"/v1/morphs?{SEEDS}", b"")
    assert reply.status_code == 422 and "up to 4. Take fewer steps" in reply.json()["error"]
