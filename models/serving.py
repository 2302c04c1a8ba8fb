"""Models loaded once per process, for pages, HTTP and shell alike. Importing this loads no Keras.

`VISAGE_MODELS` bounds how many stay in memory (no bound unless set); beyond it the one goes that was not asked for longest.
"""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.catalogue import Catalogue, ModelInfo
from utils import memory, server
from utils.errors import ModelError, VisageError

if TYPE_CHECKING:
    from models.detector import Detector
    from models.generator import Generator
    from models.inversion import Inverter
    from models.squaring import Squarer

TIGHT = 0.8  # of the memory that this process may hold
_loaded: OrderedDict[str, "Generator | Detector"] = OrderedDict()  # the one asked for last at the end
_made: dict[tuple[str, str], "Inverter | Squarer"] = {}  # by (what, generator's name)
_loading: dict[str, threading.Lock] = {}
_warming: set[str] = set()
_guard = threading.Lock()
_device = "starting"
first_load = threading.Event()  # set once there is a model in this process


def generator(name: str) -> "Generator":
    """The generator of that name, warm; loaded when first asked for, and anew where its files were published anew.

    Many threads may ask at once: one loads, the others wait for it; a question about another model does not wait.

    Raises: ModelError for a model that is not there, no generator, damaged, does not fit its weights, or cannot run here.
    """
    return model(name, "generate")


def detector(name: str) -> "Detector":
    """The detector of that name; otherwise as `generator`."""
    return model(name, "detect")


def model(name: str, task: str | None = None) -> "Generator | Detector":
    """The model of that name, whatever it does; otherwise as `generator`."""
    global _device
    info = Catalogue().get(name, task)
    if (found := _current(name, info)) is not None:
        return found
    with _guard:
        turn = _loading.setdefault(name, threading.Lock())
    with turn:
        if (found := _current(name, info)) is None:
            _make_room()
            found, _device = _load(info)
            with _guard:
                _loaded[name] = found
            first_load.set()
        _watch_memory()
        return found


def inverter(name: str) -> "Inverter":
    """What finds faces of the generator of that name for photos; made when first asked for, and with the generator anew.

    Raises: ModelError as `generator`, and for an encoder that does not fit.
    """

    def make(current):
        from models import encoder, inversion

        return inversion.Inverter(current, encoder.load(current.info))

    return _of_generator("inverter", name, make)


def squarer(name: str) -> "Squarer":
    """What squares the faces of photos for the generator of that name, by the first detector; otherwise as `inverter`."""

    def make(current):
        from models import aligner, squaring

        return squaring.Squarer(detector(Catalogue().default("detect").name), current, aligner.load(current.info))

    return _of_generator("squarer", name, make)


def _of_generator(kind: str, name: str, make: Callable):
    current = generator(name)
    with _guard:
        turn = _loading.setdefault(f"{name} {kind}", threading.Lock())
    with turn:
        known = _made.get((kind, name))
        if known is None or known.generator is not current:
            known = _made[kind, name] = make(current)
        return known


def loaded(name: str) -> bool:
    """Whether `generator(name)` answers at once."""
    return name in _loaded


def count() -> int:
    """Models in memory."""
    return len(_loaded)


def warm(name: str) -> None:
    """Nothing; a thread beside loads the model, if none does yet. What goes wrong is logged, and said by `generator`."""
    with _guard:
        if name in _warming or name in _loaded:
            return
        _warming.add(name)
    threading.Thread(target=_warm, args=(name,), name=f"warm-{name}", daemon=True).start()


def device() -> str:
    """What draws, in words: `CPU · 2 cores`, `GPU · <name>`, or `starting` before the first model is loaded."""
    return _device


def _load(info: ModelInfo) -> tuple["Generator | Detector", str]:
    """(the model, the device); whatever goes wrong is a ModelError, as many kinds of visitors wait for the answer."""
    try:
        from models import backend

        if info.task == "detect":
            from models import detector

            return detector.load(info, fast=True), backend.device_name()
        from models import generator

        return generator.load(info), backend.device_name()
    except VisageError:
        raise
    except Exception as error:  # no backend, no memory, a graph it cannot run: Keras raises whatever it trips over
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise ModelError(f"The model `{info.name}` cannot be loaded here: {reason}") from error


def _warm(name: str) -> None:
    try:
        model(name)
    except VisageError as error:
        logging.getLogger("visage").warning("%s", error)
    finally:
        with _guard:
            _warming.discard(name)


def _current(name: str, info: ModelInfo) -> "Generator | Detector | None":
    """The model, which is wanted, where it is loaded and its files are still the same."""
    with _guard:
        known = _loaded.get(name)
        if known is None or known.info.files != info.files:
            return None
        _loaded.move_to_end(name)
        return known


def _watch_memory() -> None:
    """A line in the log where another model may be one too many: the system would end the process without a word."""
    held, limit = memory.resident(), memory.limit()
    if held > TIGHT * limit:
        logging.getLogger("visage").warning(
            "%.0f of %.0f MiB of memory are held, with %d models in it. Bound them with VISAGE_MODELS.",
            *(held, limit, count()),
        )


def _make_room() -> None:
    """For one more: those go that were not asked for longest. Who is at work with one still holds it."""
    most = _most()
    with _guard:
        names = list(_loaded)[: max(0, len(_loaded) - most + 1)] if most else []
        for name in names:
            del _loaded[name]
            for key in [key for key in _made if key[1] == name]:
                del _made[key]
    if names:
        server.let_go()


def _most() -> int:
    text = os.environ.get("VISAGE_MODELS", "").strip()
    if text and (not text.isdecimal() or int(text) < 1):
        raise ModelError(f"`VISAGE_MODELS` must be how many models may be in memory, 1 or more. It is {text[:20]}.")
    return int(text or 0)
