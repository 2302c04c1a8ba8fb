"""A table written as TOML reads back equal."""

import tomllib

import numpy as np
import pytest

from utils.toml import dumps


@pytest.mark.parametrize(
    "reason, table",
    [
        ("nothing", {}),
        ("plain values", {"a": 1, "b": 2.5, "c": True, "d": "text"}),
        ("text with everything that ends a text", {"a": 'say "hi"\\ \n\t\x7f \u2028 ü 🙂'}),
        ("lists", {"a": [1, 2], "b": ["x", "y"], "c": [[1], [2]], "d": []}),
        ("tables in tables, one of them empty", {"a": {"b": {"c": 1}, "d": {}}, "e": 2}),
        ("keys with dots, blanks and quotes", {"weights.safetensors": {"a b": 1, 'c"d': 2, "": 3}}),
        ("keys of digits, as figures a level have", {"swd": {"64": 1.5, "32": 2.0}}),
        ("large and small numbers", {"a": 10**15, "b": 1e-7, "c": 1e22}),
    ],
)
def test_a_table_comes_back_equal(reason, table):
    assert tomllib.loads(dumps(table)) == table, reason


def test_none_is_left_out_and_numpy_is_numbers():
    table = {"a": None, "b": np.float32(0.5), "c": np.int64(3), "d": {"e": None}}
    assert tomllib.loads(dumps(table)) == {"b": 0.5, "c": 3, "d": {}}


def test_what_toml_cannot_say_is_refused():
    with pytest.raises(TypeError, match="object"):
        dumps({"a": object()})
