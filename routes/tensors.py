"""Requests and answers of the Open Inference Protocol v2, read and written: JSON, and the binary tensor data extension.

github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md; the extension as Triton describes it:
raw tensors, little-endian, behind the JSON, whose length `Inference-Header-Content-Length` tells.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from fastapi.responses import JSONResponse, Response

from routes.answers import RequestError

LENGTH = "Inference-Header-Content-Length"
LARGEST_JSON = 16 * 2**20  # bytes; numbers as text take eight times as much memory when they are read
TYPES = {"UINT8": np.uint8, "INT64": np.int64, "FP32": np.float32, "BYTES": np.object_}


_PARAMETERS = {"type": "object", "description": "Texts, numbers, booleans."}
_TENSOR = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "datatype": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "parameters": _PARAMETERS,
        "data": {"type": "array", "description": "Row by row, flat or nested; or raw, behind the JSON."},
    },
    "required": ["name", "datatype", "shape"],
}
_NAMED = {"type": "object", "properties": {"name": {"type": "string"}, "parameters": _PARAMETERS}, "required": ["name"]}
_REQUEST = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "parameters": _PARAMETERS,
        "inputs": {"type": "array", "items": _TENSOR, "minItems": 1},
        "outputs": {"type": "array", "items": _NAMED},
    },
    "required": ["inputs"],
}
BODY = {"required": True, "content": {"application/json": {"schema": _REQUEST}}}  # of the OpenAPI document


class Tensor(NamedTuple):
    """What a model takes or gives: name, datatype of the protocol, shape with -1 for any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def told(self) -> dict:
        """As the protocol's metadata has it."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


class Request(NamedTuple):
    """Inputs by name, `parameters`, the caller's `id`, and {output's name: whether as raw bytes} where some were named."""

    inputs: dict[str, np.ndarray]
    parameters: dict[str, Any]
    id: str | None
    outputs: dict[str, bool]
    raw: bool


def read(body: bytes, length: str | None, wanted: Sequence[Tensor]) -> Request:
    """The request in `body`; `length` is the header of the binary extension, where there is one.

    Raises: RequestError that names the tensor and what was expected.
    """
    if length is not None and not (length.isascii() and length.isdigit() and int(length) <= len(body)):
        raise RequestError(
            f"`{LENGTH}` must be the length of the JSON, at most {len(body)} here. Received: {length[:20]}."
        )
    end = len(body) if length is None else int(length)
    if end > LARGEST_JSON:
        raise RequestError(
            f"JSON of up to {LARGEST_JSON // 2**20} MB is read. Send large tensors raw (`binary_data_size`)."
        )
    table = _table(body[:end])
    given = _named(table, "inputs")
    unknown = [name for name in given if name not in {tensor.name for tensor in wanted}]
    missing = [tensor.name for tensor in wanted if tensor.name not in given]
    if unknown or missing:
        names = ", ".join(tensor.name for tensor in wanted)
        raise RequestError(f"`inputs` must be {names}. Received: {', '.join(map(str, given))[:100] or 'none'}.")
    by_name, inputs = {tensor.name: tensor for tensor in wanted}, {}
    for name, one in given.items():  # raw data lie in the order of the inputs
        inputs[name], end = _input(by_name[name], one, body, end)
    if end != len(body):
        raise RequestError(
            f"{len(body) - end} bytes lie behind the last tensor. Check `binary_data_size` and {LENGTH}."
        )
    parameters = _parameters(table)
    asked = {name: bool(_parameters(one).get("binary_data")) for name, one in _named(table, "outputs").items()}
    identity = table.get("id")
    if identity is not None and not isinstance(identity, str):
        raise RequestError("`id` must be a text.")
    return Request(inputs, parameters, identity, asked, bool(parameters.get("binary_data_output")))


def write(request: Request, head: Mapping[str, Any], outputs: Mapping[str, tuple[Tensor, np.ndarray]]) -> Response:
    """The answer with the outputs that were asked for, all if none was named; raw where the caller wants them so.

    Raises: RequestError for an output that the model does not have.
    """
    if unknown := [name for name in request.outputs if name not in outputs]:
        raise RequestError(f"There is no output `{str(unknown[0])[:64]}`. Outputs: {', '.join(outputs)}.")
    told, raw = [], b""
    for name in request.outputs or outputs:
        tensor, values = outputs[name]
        facts = {"name": name, "datatype": tensor.datatype, "shape": list(values.shape)}
        if request.outputs.get(name, request.raw):
            data = _bytes(values)
            told.append(facts | {"parameters": {"binary_data_size": len(data)}})
            raw += data
        else:
            told.append(facts | {"data": values.ravel().tolist()})
    body = {**head, **({"id": request.id} if request.id is not None else {}), "outputs": told}
    if not any("parameters" in one for one in told):
        return JSONResponse(body)
    text = json.dumps(body).encode()
    return Response(text + raw, media_type="application/octet-stream", headers={LENGTH: str(len(text))})


def number(request: Request, name: str, low: float, high: float, otherwise: float) -> float:
    """A parameter of the request.

    Raises: RequestError outside [low, high].
    """
    value = request.parameters.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise RequestError(f"The parameter `{name}` must be in [{low:g}, {high:g}]. Received: {str(value)[:40]}.")
    return float(value)


def _table(text: bytes) -> dict:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        raise RequestError(
            f"The request is no JSON. With raw tensors behind it, `{LENGTH}` tells its length."
        ) from None
    if not isinstance(table, dict):
        raise RequestError("The request must be a JSON object with `inputs`.")
    return table


def _named(table: dict, key: str) -> dict[str, dict]:
    some = table.get(key, [])
    if not isinstance(some, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in some
    ):
        raise RequestError(f"`{key}` must be a list of tensors, each an object with a `name`.")
    named = {one["name"]: one for one in some}
    if len(named) < len(some):
        raise RequestError(f"`{key}` names one tensor twice.")
    return named


def _parameters(table: dict) -> dict:
    found = table.get("parameters", {})
    if not isinstance(found, dict):
        raise RequestError("`parameters` must be an object.")
    return found


def _input(tensor: Tensor, one: dict, body: bytes, start: int) -> tuple[np.ndarray, int]:
    """(the tensor, where the next one's raw data begin)."""
    shape, name = one.get("shape"), tensor.name
    whole = isinstance(shape, list) and all(type(size) is int and 0 <= size <= 2**31 for size in shape)
    fits = whole and len(shape) == len(tensor.shape) and all(w in (-1, s) for w, s in zip(tensor.shape, shape))
    if not fits:
        raise RequestError(f"`{name}` must have the shape {list(tensor.shape)}. Received: {str(shape)[:60]}.")
    if one.get("datatype") != tensor.datatype:
        raise RequestError(f"`{name}` must be {tensor.datatype}. Received: {str(one.get('datatype'))[:20]}.")
    count, kind = math.prod(shape), TYPES[tensor.datatype]
    size = _parameters(one).get("binary_data_size")
    if size is None:
        return _from_json(name, one.get("data"), shape, count, kind), start
    expected = count * np.dtype(kind).itemsize
    if size != expected or start + expected > len(body):
        raise RequestError(
            f"`{name}` must have {expected} bytes of raw data. `binary_data_size` says {str(size)[:20]}, and "
            f"{len(body) - start} follow."
        )
    return np.frombuffer(body, kind, count, start).reshape(shape), start + expected


def _from_json(name, data, shape, count, kind) -> np.ndarray:
    try:
        values = np.asarray(data, np.float64)  # UINT8 from 3.5 or 300 would be another number in silence
    except (TypeError, ValueError, OverflowError):
        values = None
    if not isinstance(data, list) or values is None or values.size != count:
        got = "none" if values is None or not isinstance(data, list) else values.size
        raise RequestError(f"`data` of `{name}` must be {count} numbers. Received: {got}.")
    if not np.isfinite(values).all():
        raise RequestError(f"`data` of `{name}` must be numbers. Received: some that are infinite or none at all.")
    if np.issubdtype(kind, np.integer) and not ((values == values.round()) & (values >= 0) & (values <= 255)).all():
        raise RequestError(f"`data` of `{name}` must be whole numbers from 0 to 255.")
    return values.astype(kind).reshape(shape)


def _bytes(values: np.ndarray) -> bytes:
    if values.dtype != np.object_:
        return np.ascontiguousarray(values).tobytes()
    texts = [text.encode() for text in values.ravel()]
    return b"".join(len(text).to_bytes(4, "little") + text for text in texts)
