"""Files written whole or not at all, and their sums."""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_atomically(path: str | Path, data: bytes | str) -> None:
    """Nothing; afterwards `path` holds all of `data` (text as UTF-8), also after a power cut.

    Written beside, flushed to the disk, then renamed: a reader sees the old file or the new one, never half of one.
    Missing folders are made. On a full disk the old file stays, the half-written one goes, and OSError is raised.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        # "x" and not `tempfile`: the file keeps the rights that the person's umask gives, not 0600
        with open(beside, "xb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    _settle_folder(path.parent)


def _settle_folder(folder: Path) -> None:
    """Nothing; the rename itself is on the disk where the system can promise it (Windows cannot open folders)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sha256(path: str | Path) -> str:
    """The file's SHA-256 as 64 lower-case hexadecimal digits, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
