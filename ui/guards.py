"""Guards against habits of Streamlit that cost seconds once TensorFlow is in the process.

Measured on two cores, ten visitors: 2.6 s a click without them, 24 ms for fifty visitors with them.

1. After every script run Streamlit calls `keras.backend.clear_session()`: 167 ms, and it clears kernels, resets layer
   names and the dtype policy for the whole process and breaks a model that another thread is building. `install`
   makes that one name harmless; `keras.utils.clear_session` still works.
2. After every script run Streamlit collects garbage: 167 ms over the 365,000 objects TensorFlow leaves.
   `runner.postScriptGC = false` in `.streamlit/config.toml` ends that; `freeze` keeps Python's own full collections
   from walking those objects.
3. The file watcher walks 3,700 modules for every visitor: `server.fileWatcherType = "none"` in the same file.
4. The socket that `streamlit run` opens leaves Nagle's algorithm on (its protocol number is 0, and asyncio turns it off
   for number 6 only), so the body of every answer waits 40 ms for the other side's delayed acknowledgement of the head:
   a frame took 52 ms in a kept-open connection and takes 12 without. `answer_at_once` turns it off.
5. Until the first `st.navigation` of a process, a folder `pages/` means Streamlit's old navigation: whoever opens
   `/morph` first after a start gets that file alone, without the frame, and so does everybody who follows there.
   `navigate_ourselves` says that the frame in `app.py` decides.
"""

import gc
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from streamlit.runtime.pages_manager import PagesManager

from utils import imports


def install() -> None:
    """Arm guard 1 for whoever imports Keras first, or at once where it is imported already. Safe to call twice."""
    if "keras" in sys.modules:
        _disarm(sys.modules["keras"])
    else:
        imports.around("keras", _disarmed)


def freeze() -> None:
    """Move everything alive out of the collector's sight (guard 2). Call once imports and the first model are done."""
    gc.collect()
    gc.freeze()


def answer_at_once() -> None:
    """Turn Nagle's algorithm off on the sockets this process listens on (guard 4); connections inherit it.

    Call in the server's lifespan: the socket is open by then, and nobody hands it to an application. Where a system has
    no `/dev/fd` nothing happens.
    """
    names = os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else []
    for name in names:
        try:
            with socket.socket(fileno=os.dup(int(name))) as one:
                if one.type == socket.SOCK_STREAM and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            continue  # a file, a pipe, a socket of another kind


def navigate_ourselves() -> None:
    """Turn the old navigation by the folder `pages/` off (guard 5). Call before the first visitor."""
    PagesManager.uses_pages_directory = False


@contextmanager
def _disarmed() -> Iterator[None]:
    yield
    _disarm(sys.modules["keras"])


def _disarm(keras: ModuleType) -> None:
    keras.backend.clear_session = _leave_it_alone


def _leave_it_alone(*_args: object, **_kwargs: object) -> None:
    """What Streamlit calls after each run in place of `keras.backend.clear_session`."""
