"""What happens at the server's start, through whichever door, so that nobody ever waits for TensorFlow."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread

from models import serving
from models.catalogue import Catalogue
from utils import private, server
from utils.errors import VisageError

THREADS = 160  # requests at work at once, most of them waiting for a network; more than `models.batching` lets wait


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Starts loading the first models beside the server, which answers meanwhile, and without delay.

    What a killed server left of somebody's video goes before anything else.
    """
    private.sweep()
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    server.answer_at_once()
    threading.Thread(target=_load_first_model, name="warm-up", daemon=True).start()
    yield


def _load_first_model() -> None:
    try:
        serving.generator(Catalogue().default().name)
    except VisageError as error:  # no model yet, or a damaged one: the pages say so; the server stays up
        logging.getLogger("visage").warning("%s", error)
        server.freeze()
        serving.first_load.wait()  # somebody may add one while the server runs
    for info in Catalogue().models("detect")[:1]:
        try:
            serving.detector(info.name)
        except VisageError as error:
            logging.getLogger("visage").warning("%s", error)
    server.freeze()
