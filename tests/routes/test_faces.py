"""Routes of single faces: mixes and locks, neighbours in a zip, what each latent value changes, settings in pictures."""

import io
import re
import zipfile
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from PIL import Image

from models import serving
from models.settings import FaceSettings
from tests.asking import Client
from utils import marks, pictures

FACE = FaceSettings("tiny", "1", 7, psi=0.9, sliders=(("d1", 1.5),), mix=((9, 0.3),), locks=("d2",))


@pytest.fixture
def client(tiny_model):
    return Client()


def _frame(settings: FaceSettings, **more: str) -> str:
    return f"/v1/frame?{urlencode(settings.to_query() | more)}"


def test_a_mix_with_locks_is_a_frame_and_its_note(client):
    reply = client.get(_frame(FACE, format="png"))
    np.testing.assert_array_equal(pictures.decode(reply.content), serving.generator("tiny").face(FACE))
    assert FaceSettings.from_json(marks.read_note(reply.content)) == FACE


def test_neighbours_come_as_pngs_with_their_settings(client):
    asked = f"/v1/neighbours?{urlencode(FACE.to_query())}&spread=0.2"
    reply = client.get(asked)
    assert reply.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    files = [archive.read(name) for name in archive.namelist()]
    assert [FaceSettings.from_json(marks.read_note(file)) for file in files] == FACE.neighbours(0.2)
    assert all(marks.is_marked(file) for file in files)
    wanted = serving.generator("tiny").face(FACE.neighbours(0.2)[5])
    np.testing.assert_array_equal(pictures.decode(files[5]), wanted)
    assert client.get(asked, headers={"If-None-Match": reply.headers["etag"]}).status_code == 304


def test_what_each_latent_value_changes_is_told(client):
    asked = f"/v1/latents?{urlencode(FACE.to_query())}"
    reply = client.get(asked)
    changes = reply.json()["changes"]
    generator = serving.generator("tiny")
    z = np.tile(generator.z_for(FACE), (2, 1))
    z[1, 3] += 1
    faces = generator.generate(z).astype(int)
    assert len(changes) == 16 and changes[3] == pytest.approx(np.abs(faces[1] - faces[0]).mean(), abs=0.05)
    assert "immutable" in reply.headers["cache-control"]


@pytest.mark.parametrize(
    "reason, path, words",
    [
        ("a spread beyond all", "/v1/neighbours?model=tiny&spread=2", "`mix` must be in [0, 1]"),
        ("a spread that is none", "/v1/neighbours?model=tiny&spread=far", "`spread`"),
        ("a mix of 24 already", "/v1/neighbours?model=tiny&mix=" + ",".join(["3:0.5"] * 24), "up to 24"),
        ("a lock on nothing", "/v1/latents?model=tiny&lock=smile", "`lock` names `smile`"),
    ],
)
def test_a_wrong_question_gets_one_sentence(client, reason, path, words):
    reply = client.get(path)
    assert reply.status_code == 422 and words in reply.json()["error"], reason


def test_a_picture_of_ours_gives_its_settings_back(client):
    file = client.get(_frame(FACE, format="png", size="128")).content
    answer = client.post("/v1/settings", file).json()
    assert dict(parse_qsl(answer["query"])) == FACE.to_query() and answer["told"] == []


def test_a_picture_of_another_version_is_told(client):
    note = replace(FACE, version="0.9", sliders=(("smirk", 1.0),)).to_json()
    answer = client.post("/v1/settings", marks.encode(np.zeros((8, 8, 3), np.uint8), note=note)).json()
    assert "version 0.9" in answer["told"][0] and "`smirk`" in answer["told"][1]


def _file(format: str, **how) -> bytes:
    return marks.encode(np.zeros((8, 8, 3), np.uint8), format, **how)


def _foreign() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "png")
    return file.getvalue()


@pytest.mark.parametrize(
    "reason, body, status, words",
    [
        ("nothing", b"", 422, "no picture with settings"),
        ("no picture", b"hello", 422, "no picture with settings"),
        ("a picture from elsewhere", _foreign(), 422, "no picture with settings"),
        ("ours as a JPEG", _file("jpeg"), 422, "lost its settings.*send the link"),
        ("ours, stripped of its note", _file("png"), 422, "lost its settings.*send the link"),
        ("a note that is none of ours", _file("png", note="{}"), 422, "cannot be read"),
        ("of a model that is not here", _file("png", note=FaceSettings("gone").to_json()), 404, "no model `gone`"),
        ("too large", b"x" * (8 * 2**20 + 1), 413, "up to 8 MB"),
    ],
)
def test_a_picture_without_settings_gets_one_sentence(client, reason, body, status, words):
    reply = client.post("/v1/settings", body)
    assert reply.status_code == status == reply.json()["status"], reason
    assert re.search(words, reply.json()["error"]), reason
