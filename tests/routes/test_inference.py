"""The Open Inference Protocol without its client: bytes of every kind, and what is wrong with them in a sentence."""

import json

import numpy as np
import pytest

from models import serving
from tests.asking import Client

TINY = "http://visage/v2/models/tiny"
Z = np.random.RandomState(1).standard_normal((2, 16)).astype(np.float32)


@pytest.fixture
def client(tiny_model):
    return Client()


def tensor(**changes):
    return {"name": "z", "datatype": "FP32", "shape": [2, 16], "data": Z.ravel().tolist()} | changes


def asked(client, *inputs, path=f"{TINY}/infer", raw=b"", length=None, **more):
    text = json.dumps({"inputs": list(inputs), **more}).encode()
    headers = {} if length is None and not raw else {"Inference-Header-Content-Length": str(length or len(text))}
    return client.post(path, text + raw, headers=headers)


def test_json_in_json_out(client):
    reply = asked(client, tensor(), id="mine", parameters={"psi": 0.5})
    told = reply.json()
    (pictures,) = told["outputs"]
    assert (told["model_name"], told["model_version"], told["id"]) == ("tiny", "1", "mine")
    assert (pictures["name"], pictures["datatype"], pictures["shape"]) == ("pictures", "UINT8", [2, 32, 32, 3])
    drawn = np.array(pictures["data"], np.uint8).reshape(pictures["shape"])
    assert (drawn == serving.generator("tiny").generate(Z, 0.5)).all()
    nested = asked(client, tensor(data=Z.tolist()), parameters={"psi": 0.5})
    assert nested.json()["outputs"] == told["outputs"]


def test_raw_in_raw_out(client):
    reply = asked(
        client,
        tensor(data=None, parameters={"binary_data_size": Z.nbytes}),
        raw=Z.tobytes(),
        outputs=[{"name": "pictures", "parameters": {"binary_data": True}}],
    )
    length = int(reply.headers["inference-header-content-length"])
    (pictures,) = json.loads(reply.content[:length])["outputs"]
    drawn = np.frombuffer(reply.content[length:], np.uint8).reshape(pictures["shape"])
    assert (drawn == serving.generator("tiny").generate(Z)).all()


def test_the_server_and_the_model_tell_what_they_are(client):
    assert client.get("http://visage/v2").json() == client.get("http://visage/v2/").json()
    told = client.get(f"{TINY}/versions/1").json()
    assert told["inputs"] == [{"name": "z", "datatype": "FP32", "shape": [-1, 16]}] and told["versions"] == ["1"]
    assert client.get("http://visage/v2/health/live").status_code == 200


@pytest.mark.parametrize(
    "reason, status, words, changes",
    [
        ("no such model", 404, "no model `nobody`", {"path": "http://visage/v2/models/nobody/infer"}),
        ("no such version", 404, "in version 1 alone", {"path": f"{TINY}/versions/9/infer"}),
        ("a header that is no length", 400, "must be the length of the JSON", {"length": "-5"}),
        ("a header beyond the body", 400, "must be the length of the JSON", {"length": 10**9}),
        ("more behind the tensors", 400, "3 bytes lie behind", {"raw": b"abc"}),
        ("an output that is not there", 400, "no output `faces`", {"outputs": [{"name": "faces"}]}),
        ("outputs that are no list", 400, "`outputs` must be a list", {"outputs": "pictures"}),
        ("an id that is no text", 400, "`id` must be a text", {"id": 7}),
        ("parameters that are no object", 400, "`parameters` must be an object", {"parameters": [1]}),
        ("psi beyond its bounds", 400, "`psi` must be in [0, 1]", {"parameters": {"psi": 7}}),
        ("psi that is a word", 400, "`psi` must be in [0, 1]", {"parameters": {"psi": "half"}}),
    ],
)
def test_a_wrong_request_gets_one_sentence(client, reason, status, words, changes):
    _check(asked(client, tensor(), **changes), status, words)


@pytest.mark.parametrize(
    "reason, words, changes",
    [
        ("another tensor", "`inputs` must be z. Received: y", {"name": "y"}),
        ("a name that is none", "each an object with a `name`", {"name": 7}),
        ("another type", "`z` must be FP32. Received: INT64", {"datatype": "INT64"}),
        ("another length of z", "must have the shape [-1, 16]", {"shape": [2, 17]}),
        ("one number of dimensions less", "must have the shape [-1, 16]", {"shape": [32]}),
        ("a shape below zero", "must have the shape [-1, 16]", {"shape": [-2, 16]}),
        ("a shape of a size that is true", "must have the shape [-1, 16]", {"shape": [True, 16]}),
        ("rows without end", "`z` must be", {"shape": [2**31, 16], "data": []}),
        ("too few numbers", "must be 32 numbers. Received: 3", {"data": [1, 2, 3]}),
        ("ragged numbers", "must be 32 numbers", {"data": [[1.0], [1.0, 2.0]]}),
        ("words", "must be 32 numbers", {"data": ["a"] * 32}),
        ("no data", "must be 32 numbers. Received: none", {"data": None}),
        ("not a number", "infinite or none at all", {"data": [float("nan")] * 32}),
        ("infinite", "infinite or none at all", {"data": [float("inf")] * 32}),
        ("no rows", "1 to 64 rows. Received: 0", {"shape": [0, 16], "data": []}),
        ("too many rows", "1 to 64 rows. Received: 65", {"shape": [65, 16], "data": [0.0] * 65 * 16}),
        ("raw data that do not come", "must have 128 bytes of raw data", {"parameters": {"binary_data_size": 128}}),
        ("raw data of another size", "must have 128 bytes", {"parameters": {"binary_data_size": 5}}),
        ("a size of raw data that is none", "must have 128 bytes", {"parameters": {"binary_data_size": "all"}}),
    ],
)
def test_a_wrong_tensor_gets_one_sentence(client, reason, words, changes):
    if "binary_data_size" in str(changes):
        changes = changes | {"data": None}
    reply = asked(client, tensor(**changes), length=None)
    _check(reply, 400, words)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff\xfe", b"[" * 100_000, b'{"inputs": {}}'])
def test_a_body_that_is_no_request_gets_one_sentence(client, body):
    _check(client.post(f"{TINY}/infer", body), 400, "")


def test_a_body_beyond_all_bounds_is_refused_before_it_is_read(client):
    _check(client.post(f"{TINY}/infer", bytes(33 * 2**20)), 413, "up to 32 MB")
    _check(client.post(f"{TINY}/infer", b"x", headers={"Content-Encoding": "gzip"}), 415, "uncompressed")


def test_raw_numbers_that_are_none_are_told(client):
    wrong = np.full((2, 16), np.nan, np.float32)
    one = tensor(data=None, parameters={"binary_data_size": wrong.nbytes})
    _check(asked(client, one, raw=wrong.tobytes()), 400, "infinite or none at all")


def _check(reply, status, words):
    told = reply.json()
    assert (reply.status_code, told["status"]) == (status, status), told
    assert words in told["error"] and told["error"] == told["detail"] and len(told["error"]) < 300
