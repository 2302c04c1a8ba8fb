"""Weights that lie elsewhere: fetched once into a cache, gone on with where a fetch broke off, checked by their sums.

A model's `model.toml` lists addresses beside a file's sum:

    [files."weights.safetensors"]
    bytes = 4396918
    sha256 = "964ac0..."
    addresses = ["https://models.example.org/weights.safetensors"]
"""

import fcntl
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from models.card import FileFacts, ModelInfo, verify
from utils.errors import ModelError
from utils.files import sha256

PIECE = 2**18  # bytes that are written at once
PATIENCE = (10, 30)  # seconds for a connection, and for each piece
TRIES = 3  # in a row that brought nothing new, at one address
PAUSE = 1.0  # seconds before another try


def missing(info: ModelInfo) -> dict[str, FileFacts]:
    """The model's files that lie elsewhere and are not here yet."""
    return {name: facts for name, facts in info.files.items() if facts.addresses and not info.path(name).is_file()}


def fetched(info: ModelInfo) -> tuple[int, int]:
    """(bytes that are here already, bytes in all) of the model's files that lie elsewhere; (0, 0) where none do."""
    done = total = 0
    for name, facts in info.files.items():
        if facts.addresses:
            path = info.path(name)
            total += facts.bytes
            done += facts.bytes if path.is_file() else _size(_part(path))
    return done, total


def whole(info: ModelInfo) -> None:
    """Nothing; afterwards every file of the model is here, and is the one that was published.

    Raises: ModelError for files that are missing, differ, or cannot be fetched, a sentence each.
    """
    fetch(info)
    if wrong := verify(info):
        raise ModelError(" ".join(wrong))


def fetch(info: ModelInfo, told: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Nothing; afterwards the model's files that lie elsewhere are here.

    Args:
        told: called with `fetched`'s two numbers meanwhile.

    Raises: ModelError for a file that no address gives, or no room on the disk.
    """
    for name, facts in missing(info).items():
        before, total = fetched(info)
        before -= _size(_part(info.path(name)))
        _fetch(info, name, facts, lambda size, before=before, total=total: told(before + size, total))


def _fetch(info: ModelInfo, name: str, facts: FileFacts, told: Callable[[int], None]) -> None:
    target = info.path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{target}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers start at once: one fetches, the other finds it here
        if target.is_file():
            return
        reasons = []
        for address in facts.addresses:
            reason = _from(address, target, facts, told)
            if not reason:
                return
            reasons.append(f"{address}: {reason}")
    raise ModelError(
        f"`{name}` of the model `{info.name}` cannot be fetched ({'; '.join(reasons)}). "
        "Repair the address in its model.toml, or try again later: what came is kept."
    )


def _from(address: str, target: Path, facts: FileFacts, told: Callable[[int], None]) -> str:
    """Why this address did not bring the file; empty where it did."""
    import requests  # an import that only those pay for who fetch

    part, reason, tries = _part(target), "", 0
    while tries < TRIES:
        before = _size(part)
        try:
            _bring(address, part, facts.bytes, told)
            if sha256(part) == facts.sha256:
                part.replace(target)
                return ""
            part.unlink()
            return "it is another file, its SHA-256 differs"
        except requests.RequestException as error:
            if _is_refused(error):
                return _in_words(error)
            reason = _in_words(error)
        except OSError as error:
            raise ModelError(
                f"Weights cannot be written to {part.parent}: {error.strerror}. Free some space."
            ) from None
        tries = 0 if _size(part) > before else tries + 1
        time.sleep(PAUSE)
    return reason


def _bring(address: str, part: Path, size: int, told: Callable[[int], None]) -> None:
    """The rest of the file, appended; all of it where the server knows no ranges."""
    import requests

    have = _size(part)
    if have == size:
        return
    # as it is: a range of a compressed file is none of the file
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(address, headers=headers, stream=True, timeout=PATIENCE) as answer:
        if answer.status_code == 416:
            part.unlink()
        answer.raise_for_status()
        goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if shutil.disk_usage(part.parent).free < size - (have if goes_on else 0):
            raise OSError(28, "No space left on device")
        with open(part, "ab" if goes_on else "wb") as file:
            for piece in answer.iter_content(PIECE):
                file.write(piece)
                if file.tell() > size:
                    break  # another file; its sum will say so
                told(file.tell())
    if _size(part) < size:
        raise requests.ConnectionError("it broke off")


def _is_refused(error: Exception) -> bool:
    """Whether the server said no, so that asking again would not help."""
    status = getattr(getattr(error, "response", None), "status_code", 0)
    return 400 <= status < 500 and status not in (408, 416, 429)


def _in_words(error: Exception) -> str:
    answer = getattr(error, "response", None)
    if answer is not None:
        return f"the server answers {answer.status_code}"
    kind = type(error).__name__
    return {"ConnectTimeout": "no answer in time", "ConnectionError": "no connection, or it broke off"}.get(kind, kind)


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
