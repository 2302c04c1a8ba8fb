"""A search for a photo's face beside the page: a thread that no rerun ends, with progress and cancel, in memory alone."""

import threading
import weakref

import numpy as np

from models import serving
from models.crops import Crop
from models.likeness import Found
from utils.errors import in_a_sentence

_turn = threading.Semaphore(1)  # a search takes all cores for some seconds, and two would only share them


class _Progress:
    """What thread and page share."""

    def __init__(self):
        self.share, self.begun, self.error = 0.0, False, ""
        self.found: Found | None = None
        self.cancelled, self.ended = threading.Event(), threading.Event()


class SearchJob:
    """One search on its way. It is cancelled when nobody holds this object any longer: a visitor who has left.

    Attributes:
        square: what is sought, uint8 [resolution, resolution, 3].
        place: (digest of the photo, crop, model): what the square is.
    """

    def __init__(self, square: np.ndarray, place: tuple[str, Crop, str]):
        self.square, self.place = square, place
        self.progress = _Progress()
        weakref.finalize(self, self.progress.cancelled.set)
        work = (self.progress, square, place[-1])
        threading.Thread(target=_work, args=work, name="search", daemon=True).start()

    def cancel(self) -> None:
        """Ends the search at its next step."""
        self.progress.cancelled.set()

    @property
    def ended(self) -> bool:
        """Whether there is a face, an error, or nothing to come any more."""
        return self.progress.ended.is_set()

    def line(self) -> tuple[float, str]:
        """How far it is, 0 to 1, and that in words."""
        if not self.progress.begun:
            return 0.0, "Waiting: the network is waking up, or another search is under way."
        return self.progress.share, f"Searching: {self.progress.share:.0%}"


def _work(now: _Progress, square: np.ndarray, model: str) -> None:
    def progress(share: float) -> None:
        now.share = share

    try:
        inverter = serving.inverter(model)
        with _turn:
            now.begun = True
            now.found = inverter.find(square, progress, now.cancelled.is_set)
    except Exception as error:  # noqa: BLE001
        now.error = in_a_sentence(error, "The search broke off")
    finally:
        now.ended.set()
