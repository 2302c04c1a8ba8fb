"""What the OpenAPI document says of every route: its errors, its pictures, the settings that addresses carry."""

from collections.abc import Iterable

from starlette.routing import compile_path

from utils.animations import FORMATS as ANIMATIONS
from utils.marks import FORMATS as PICTURES

_TEXT, _NUMBER = {"type": "string"}, {"type": "number"}
_PROBLEM = {
    "type": "object",
    "properties": {
        "error": _TEXT | {"description": "One sentence: what is wrong, and what to do."},
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT | {"description": "The same sentence, where RFC 9457 has it."},
    },
    "required": ["error", "type", "title", "status", "detail"],
}
_WORDS = {
    400: "The body cannot be read for what it should be.",
    401: "No key, where the host asks for one.",
    404: "There is no such model, version or thing.",
    405: "Not done here in that way.",
    409: "Not done yet.",
    413: "Too large.",
    415: "Not of a kind that is read.",
    422: "A value that cannot be used; the sentence names it.",
    429: "Too often; ask again after `Retry-After` seconds.",
    503: "Busy, or a model is being loaded: ask again after `Retry-After` seconds.",
}
ERRORS = {
    status: {"description": words, "content": {"application/problem+json": {"schema": _PROBLEM}}}
    for status, words in _WORDS.items()
}


def files(*kinds: str, words: str = "The file.") -> dict:
    """`responses` of a route that answers with files of these media types, or JSON."""
    return {200: {"description": words, "content": {kind: {"schema": _schema(kind)} for kind in kinds}}}


def _schema(kind: str) -> dict:
    return {"type": "object"} if kind == "application/json" else {"type": "string", "format": "binary"}


def body(kind: str) -> dict:
    """`requestBody` of a route that takes a file of this media type."""
    return {"required": True, "content": {kind: {"schema": {"type": "string", "format": "binary"}}}}


PICTURE = files(*PICTURES.values(), words="The picture.")
PICTURE[304] = {"description": "The asker has it already (`If-None-Match`)."}
ANIMATION = files(*ANIMATIONS.values(), words="The animation.")


def methods(document: dict, path: str) -> list[str]:
    """What may be done at that path, by the OpenAPI document."""
    found = (
        word
        for template in document["paths"]
        if compile_path(template)[0].match(path)
        for word in document["paths"][template]
    )
    return sorted({word.upper() for word in found})


def settings(*names: str) -> dict:
    """`openapi_extra` of a route whose address carries settings of these names."""
    return {"parameters": [{"name": name, "in": "query", **_SETTINGS[name]} for name in names]}


def _setting(schema: dict, words: str) -> dict:
    return {"schema": schema, "description": words, "required": False}


_SETTINGS = {
    "model": _setting(_TEXT, "The first generator there is, unless named."),
    "version": _setting(_TEXT, "Of the model; the answer may then be kept for ever."),
    "seed": _setting({"type": "integer", "minimum": 0, "maximum": 2**32 - 1, "default": 0}, "Whose latent it is."),
    "psi": _setting(_NUMBER | {"minimum": 0, "maximum": 1}, "Truncation."),
    "mix": _setting(
        _TEXT | {"pattern": r"^\d{1,9}:0\.\d{1,3}(,\d{1,9}:0\.\d{1,3}){0,23}$"},
        "Seeds mixed in, with their shares: 12:0.5,7:0.3",
    ),
    "lock": _setting(_TEXT, "Directions that stay as they are, by commas."),
    "seeds": _setting(
        _TEXT | {"pattern": r"^\d{1,9}(,\d{1,9}){1,7}$"}, "Two to eight key faces by their seeds, by commas."
    ),
    "path": _setting({"enum": ["slerp", "lerp"]}, "The way between two faces."),
    "easing": _setting({"enum": ["linear", "smooth"]}, "Smooth is slower near the key faces."),
    "loop": _setting({"enum": ["0", "1"]}, "Whether it returns to the first face."),
    "steps": _setting({"type": "integer", "minimum": 1, "maximum": 120}, "Pictures from one face to the next."),
    "at": _setting({"type": "integer", "minimum": 0}, "Which picture of the morph."),
}
FACE: Iterable[str] = ("model", "version", "seed", "psi", "mix", "lock")
MORPH: Iterable[str] = ("model", "version", "seeds", "path", "easing", "loop", "steps")
