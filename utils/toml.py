"""Tables as TOML text; Python reads TOML but does not write it."""

import json
import numbers
import re
from collections.abc import Iterator, Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dumps(table: Mapping) -> str:
    """The table as TOML: plain values first, then a `[section]` for each table inside it.

    Values are texts, numbers, truth values, lists of these, and tables; what is None is left out, as TOML has no such
    thing. `tomllib.loads` gives back an equal table.
    """
    return "\n".join(_lines(table, "")).lstrip("\n") + "\n"


def _lines(table: Mapping, prefix: str) -> Iterator[str]:
    for key, value in table.items():
        if value is not None and not isinstance(value, Mapping):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield ""
            yield f"[{prefix}{_key(key)}]"
            yield from _lines(value, f"{prefix}{_key(key)}.")


def _key(key: object) -> str:
    return str(key) if _BARE.fullmatch(str(key)) else _text(str(key))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, numbers.Integral):  # NumPy's numbers too
        return repr(int(value))
    if isinstance(value, numbers.Real):
        return repr(float(value))
    raise TypeError(f"TOML has no form for {type(value).__name__}: {value!r}")


def _text(text: str) -> str:
    # JSON's escapes are TOML's too, but for the delete character, which TOML wants escaped
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
