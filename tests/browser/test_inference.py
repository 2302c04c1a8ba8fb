"""The Open Inference Protocol as its own client speaks it, with its defaults, to the real server."""

import asyncio
import io
import urllib.request
from urllib.parse import urlsplit

import numpy as np
import pytest
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from PIL import Image
from tritonclient.utils import InferenceServerException

from models.latents import seed_latent
from tests.tree import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture
def client(server):
    with triton.InferenceServerClient(urlsplit(server).netloc, network_timeout=120.0) as client:
        yield client


def latents(binary=True):
    z = seed_latent(7, 16)[None]
    wish = triton.InferInput("z", list(z.shape), "FP32")
    wish.set_data_from_numpy(z, binary_data=binary)
    return wish


@pytest.fixture
def face(server):
    """The face of seed 7 as the simple route draws it."""
    png = urllib.request.urlopen(f"{server}/api/v1/frame?model=tiny&seed=7&format=png").read()
    return np.asarray(Image.open(io.BytesIO(png)))


def test_metadata_and_a_face(client, face):
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("tiny", "1")
    assert client.get_server_metadata()["name"] == "visage"
    (tensor,) = client.get_model_metadata("tiny")["inputs"]
    assert (tensor["name"], tensor["datatype"], tensor["shape"]) == ("z", "FP32", [-1, 16])
    assert (client.infer("tiny", [latents()]).as_numpy("pictures")[0] == face).all()
    asked = [triton.InferRequestedOutput("pictures", binary_data=False)]
    reply = client.infer("tiny", [latents(binary=False)], outputs=asked, request_id="mine", parameters={"psi": 1.0})
    assert (reply.as_numpy("pictures")[0] == face).all() and reply.get_response()["id"] == "mine"


def test_the_asynchronous_client_too(server, face):
    async def asked():
        async with triton_aio.InferenceServerClient(urlsplit(server).netloc) as client:
            assert await client.is_model_ready("tiny")
            assert (await client.get_model_metadata("tiny"))["outputs"][0]["shape"] == [-1, 32, 32, 3]
            return await asyncio.gather(*(client.infer("tiny", [latents()]) for _ in range(8)))

    for reply in asyncio.run(asked()):
        assert (reply.as_numpy("pictures")[0] == face).all()


def test_boxes_in_pictures(client):
    picture = np.asarray(Image.open(ROOT / "ui/masks/samples/queue.webp").convert("RGB"))
    wish = triton.InferInput("pictures", [2, *picture.shape], "UINT8")
    wish.set_data_from_numpy(np.stack([picture, np.zeros_like(picture)]))
    reply = client.infer("yolo-fastest-masks", [wish], parameters={"confidence": 0.4})
    boxes, scores, words = (reply.as_numpy(name) for name in ("boxes", "scores", "classes"))
    assert len(boxes) == len(scores) == len(words) > 0 and (scores >= 0.4).all()
    assert {word.decode() for word in words} <= {"Good", "Bad"}
    assert (boxes >= 0).all() and (boxes[:, 2:] > boxes[:, :2]).all()
    assert (reply.as_numpy("picture") == 0).all(), "there is nobody in a black picture"


def test_what_is_wrong_reaches_the_caller_as_a_sentence(client):
    with pytest.raises(InferenceServerException, match=r"\[404\] There is no model `nobody`"):
        client.infer("nobody", [latents()])
    wish = triton.InferInput("z", [1, 15], "FP32")
    wish.set_data_from_numpy(np.zeros((1, 15), np.float32))
    with pytest.raises(InferenceServerException, match=r"\[400\] `z` must have the shape \[-1, 16\]"):
        client.infer("tiny", [wish])
