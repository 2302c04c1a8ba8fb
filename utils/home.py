"""Where what a person makes or adds lives: runs, models, sets and caches, never inside the source."""

import os
from pathlib import Path

from utils.errors import VisageError


def home() -> Path:
    """The folder of everything made or added: `$VISAGE_HOME`, else `visage-home/` beside `app.py`.

    Its rooms are `runs/`, `models/`, `data/` (uploaded sets), `sets/` (what is noted of sets) and `cache/`. Nothing is created here: who writes, makes the folder.
    Read at every call, so that a test or a second server can point elsewhere.

    Raises: VisageError where `$VISAGE_HOME` names a file.
    """
    named = os.environ.get("VISAGE_HOME", "").strip()
    folder = Path(named).expanduser().absolute() if named else Path(__file__).resolve().parent.parent / "visage-home"
    if folder.exists() and not folder.is_dir():
        raise VisageError(f"`VISAGE_HOME` must name a folder. Received: {folder}, a file. Name another place.")
    return folder
