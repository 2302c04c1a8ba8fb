"""Folders that only this person's programs may look into, gone with the work they were made for."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from utils.home import home

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed anyway
    fcntl = None

LOCK = ".lock"
_SETTLING = 60  # seconds that a new folder may be without its lock


def root() -> Path:
    """Where they are made: `VISAGE_HOME/tmp`."""
    return home() / "tmp"


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder with the rights 0700, removed with all that is in it when the work ends, however it ends.

    Where the process is killed it stays until the next `sweep`.
    """
    root().mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="job-", dir=root()))
    try:
        with open(made / LOCK, "w") as lock:
            _take(lock)
            yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def sweep() -> list[str]:
    """Names of the folders removed: those whose process is gone. Another server's, in use, stay."""
    swept = []
    for one in sorted(root().glob("job-*")):
        with suppress(OSError):
            if _abandoned(one):
                shutil.rmtree(one)
                swept.append(one.name)
    return swept


def _abandoned(one: Path) -> bool:
    try:
        with open(one / LOCK) as lock:
            return _take(lock)
    except FileNotFoundError:
        return time.time() - one.stat().st_mtime > _SETTLING


def _take(lock) -> bool:
    """Whether the lock is this process's now; the system frees it however the process ends."""
    if fcntl is None:
        return os.name == "nt"
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
