"""Weights come back as they were, to float16, and what does not fit is told by name."""

import json
import struct
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from models.weights_io import load_weights, save_weights
from utils.errors import ModelError


class Variable:
    """As much of a Keras variable as weights need."""

    def __init__(self, path, value):
        self.path, self.value = path, np.asarray(value)

    @property
    def shape(self):
        return self.value.shape

    def numpy(self):
        return self.value

    def assign(self, value):
        self.value = value


def network(scale=1.0, units=5):
    rng = np.random.RandomState(0)
    kernel = Variable("project/kernel", scale * rng.standard_normal((3, units)).astype(np.float32))
    return SimpleNamespace(variables=[kernel, Variable("seed/state", np.array([7, 2**31], np.uint32))])


@pytest.fixture
def file(tmp_path):
    save_weights(network().variables, tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


def test_weights_are_half_as_large_on_disk_and_float32_in_memory(file):
    assert load_file(file)["project/kernel"].dtype == np.float16
    empty = network(scale=0)
    load_weights(empty, file)
    kernel, state = empty.variables
    assert kernel.value.dtype == np.float32 and state.value.dtype == np.uint32
    np.testing.assert_allclose(kernel.value, network().variables[0].value, rtol=1e-3)
    np.testing.assert_array_equal(state.value, [7, 2**31])


def test_what_float16_cannot_hold_keeps_float32(tmp_path):
    large = network(scale=1e6)
    save_weights(large.variables, tmp_path / "w.safetensors")
    again = network(scale=0)
    load_weights(again, tmp_path / "w.safetensors")
    np.testing.assert_array_equal(again.variables[0].value, large.variables[0].value)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_saving_twice_gives_the_same_file(tmp_path, dtype):
    for name in ("a", "b"):
        save_weights(network().variables, tmp_path / name, dtype)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_network_that_broke_is_not_saved(tmp_path):
    with pytest.raises(ModelError, match="project/kernel.*not numbers"):
        save_weights(network(scale=np.nan).variables, tmp_path / "w.safetensors")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "reason, arrays, words",
    [
        ("a variable is missing", {"project/kernel": np.zeros((3, 5), np.float16)}, "no `seed/state`"),
        (
            "another shape",
            {"project/kernel": np.zeros((3, 6), np.float16), "seed/state": np.zeros(2, np.uint32)},
            r"`project/kernel` is \[3, 6\] in the file and \[3, 5\] in the network",
        ),
        (
            "one too many",
            {k: np.zeros(s, np.float16) for k, s in {"project/kernel": (3, 5), "seed/state": 2, "more": 1}.items()},
            "no `more`",
        ),
        (
            "not a number",
            {"project/kernel": np.full((3, 5), np.inf, np.float16), "seed/state": np.zeros(2, np.uint32)},
            "`project/kernel`",
        ),
    ],
)
def test_weights_that_do_not_fit_are_told_by_name(tmp_path, reason, arrays, words):
    save_file(arrays, tmp_path / "weights.safetensors")
    untouched = network()
    with pytest.raises(ModelError, match=words):
        load_weights(untouched, tmp_path / "weights.safetensors")
    np.testing.assert_array_equal(untouched.variables[0].value, network().variables[0].value)


HUGE = json.dumps({"a": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 4 * 10**12]}}).encode()


@pytest.mark.parametrize(
    "reason, spoil",
    [
        ("missing", lambda path: path.unlink()),
        ("empty", lambda path: path.write_bytes(b"")),
        ("cut off in the header", lambda path: path.write_bytes(path.read_bytes()[:20])),
        ("cut off in the values", lambda path: path.write_bytes(path.read_bytes()[:-4])),
        ("another kind of file", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))),
        ("a header that promises terabytes", lambda path: path.write_bytes(struct.pack("<Q", len(HUGE)) + HUGE)),
        ("a folder", lambda path: (path.unlink(), path.mkdir())),
    ],
)
def test_a_damaged_file_is_a_sentence(file, reason, spoil):
    spoil(file)
    with pytest.raises(ModelError, match="weights.safetensors"):
        load_weights(network(), file)
