"""The queue in front of a network: one forward pass at a time, and what waits together goes as one batch.

Two passes at once only share the cores; a batch costs far less than its pictures one by one. There is no thread of its
own: of those that wait, the first one runs the network for the others too (the leader), then hands over to the next.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from utils.errors import BusyError

MOST_WAITING = 128  # requests; beyond them nobody would wait for an answer anyway
PATIENCE = 0.010  # seconds that an accelerator waits for company, where there was some just now


class Queue:
    """May be called from many threads; each waits for its own rows.

    Attributes:
        largest: rows of a batch at most; a request of more rows goes alone.
    """

    def __init__(
        self,
        run: Callable[[np.ndarray], Sequence[np.ndarray]],
        largest: int,
        patience: float = 0.0,
        most: int = MOST_WAITING,
    ):
        """`run`: the forward pass, from rows [N, …] to arrays of N rows each; `patience`: seconds, see `PATIENCE`."""
        self.largest = largest
        self._run, self._patience, self._most = run, patience, most
        self._guard, self._filled = threading.Lock(), threading.Event()
        self._waiting: deque[_Request] = deque()
        self._led = False  # whether somebody leads
        self._company = False  # whether the last batch had several requests

    def __call__(self, rows: np.ndarray) -> list[np.ndarray]:
        """What the network makes of these rows.

        Raises: BusyError where as many requests as may wait do already; whatever the network raises.
        """
        request = _Request(rows)
        with self._guard:
            if len(self._waiting) >= self._most:
                raise BusyError(
                    f"{len(self._waiting)} requests wait for this network already. Ask again in a second or two."
                )
            self._waiting.append(request)
            leads, self._led = not self._led, True
            if self._count() >= self.largest:
                self._filled.set()
        if not leads:
            request.turn.wait()
        if not request.done:
            self._lead()
        if request.error is not None:
            raise request.error
        return request.results

    def _lead(self) -> None:
        """The network for the first of those that wait, this thread's own among them; then the next one leads."""
        if self._patience and self._company:
            self._filled.wait(self._patience)
        with self._guard:
            batch = self._taken()
            self._filled.clear()
        try:
            self._work(batch)
        finally:
            with self._guard:
                self._company = len(batch) > 1
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
            for request in batch:
                request.done = True
                request.turn.set()
            if following is not None:
                following.turn.set()

    def _work(self, batch: list["_Request"]) -> None:
        try:
            results = self._run(np.concatenate([request.rows for request in batch]))
        except Exception as error:  # noqa: BLE001  each of them is told
            for request in batch:
                request.error = error
            return
        start = 0
        for request in batch:
            end = start + len(request.rows)
            request.results, start = [one[start:end] for one in results], end

    def _taken(self) -> list["_Request"]:
        batch = [self._waiting.popleft()]
        rows = len(batch[0].rows)
        while self._waiting and rows + len(self._waiting[0].rows) <= self.largest:
            batch.append(self._waiting.popleft())
            rows += len(batch[-1].rows)
        return batch

    def _count(self) -> int:
        return sum(len(request.rows) for request in self._waiting)


class _Request:
    """Rows that wait, and what came of them."""

    def __init__(self, rows: np.ndarray):
        self.rows, self.turn = rows, threading.Event()
        self.done, self.error = False, None
        self.results: list[np.ndarray] = []
