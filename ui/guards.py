"""Guards against habits of Streamlit that cost seconds once TensorFlow is in the process.

Measured on two cores, ten visitors: 2.6 s a click without them, 24 ms for fifty visitors with them.

1. After every script run Streamlit calls `keras.backend.clear_session()`: 167 ms, and it clears kernels, resets layer
   names and the dtype policy for the whole process and breaks a model that another thread is building. `install`
   makes that one name harmless; `keras.utils.clear_session` still works.
2. After every script run Streamlit collects garbage: 167 ms over the 365,000 objects TensorFlow leaves.
   `runner.postScriptGC = false` in `.streamlit/config.toml` ends that; `utils.server.freeze` keeps Python's own full
   collections from walking those objects.
3. The file watcher walks 3,700 modules for every visitor: `server.fileWatcherType = "none"` in the same file.
4. The socket that `streamlit run` opens leaves Nagle's algorithm on: 40 ms an answer. `utils.server.answer_at_once`
   turns it off.
5. Until the first `st.navigation` of a process, a folder `pages/` means Streamlit's old navigation: whoever opens
   `/morph` first after a start gets that file alone, without the frame, and so does everybody who follows there.
   `navigate_ourselves` says that the frame in `app.py` decides.
"""

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
