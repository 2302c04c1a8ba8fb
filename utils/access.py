"""Who may start and stop trainings and upload data: the host's word, `VISAGE_TRAINING`.

| `VISAGE_TRAINING` | |
|---|---|
| `open` | everybody who sees the page |
| `off` | nobody |
| `password:WORD` | those who know the word |
| `password` | the same, with a word that Visage draws and keeps in `VISAGE_HOME/training-password` |
| not set | `open` while the server listens on this machine only, else `off` |
"""

import hmac
import ipaddress
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass, field

from utils.home import home

FILE = "training-password"


@dataclass(frozen=True)
class Access:
    """`mode` is `off`, `open` or `password`."""

    mode: str
    word: str = field(default="", repr=False)

    def check(self, password: str) -> bool:
        """Whether somebody who says this password may."""
        if self.mode != "password":
            return self.mode == "open"
        # as bytes, and in a time that does not tell how much of it was right
        return hmac.compare_digest(password.encode("utf-8", "replace"), self.word.encode("utf-8", "replace"))


def training_allowed() -> Access:
    """What `VISAGE_TRAINING` says, read at every call; what it says and nobody understands means `off`."""
    mode, _, word = os.environ.get("VISAGE_TRAINING", "").strip().partition(":")
    mode = mode.lower() or ("off" if _listens_beyond_this_machine() else "open")
    if mode == "password":
        return Access(mode, word or _drawn_word())
    return Access(mode if mode == "open" and not word else "off")


def _listens_beyond_this_machine() -> bool:
    """Asks Streamlit where it listens if it is there; no import, for the shell does without, and nobody listens then."""
    config = sys.modules.get("streamlit.config")
    if config is None:
        return False
    address = config.get_option("server.address")
    if not address:  # then Streamlit listens everywhere
        return True
    with suppress(ValueError):
        return not ipaddress.ip_address(address).is_loopback
    return address.lower() != "localhost"


def _drawn_word() -> str:
    """The word in the file, which only this person may read; drawn at the first call."""
    path = home() / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w") as file:
            file.write(secrets.token_urlsafe(9))
    return path.read_text("utf-8").strip()
