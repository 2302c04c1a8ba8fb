"""Whose turn it is: one run at a time a device, the others wait as `queued` in the order they came.

There is no keeper of the queue. Every waiting process looks for itself whether the device's lock is free and nobody came
before it, so the queue goes on whichever page, server or shell has died; and a run that dies frees the device.
"""

import time
from collections.abc import Callable
from contextlib import contextmanager

from training import runs

LOOK = 0.2  # seconds between two looks at the device
HEARTBEAT = 2.0  # seconds between two writings of state.json


class Asked(Exception):
    """A pause or stop (`args[0]`) that came before the first step."""


@contextmanager
def turn(run: runs.Run, progress: Callable[[dict], None]):
    """Hold the device; waits for it as long as it takes. The system frees it however the process ends.

    Args:
        run: queued, its lock held by this process.
        progress: called with the state at every heartbeat while it waits.

    Raises:
        Asked: a request came while it waited.
    """
    beat = time.monotonic()
    while True:
        with open(runs.folder() / f".device-{runs.device()}.lock", "w") as lock:
            if runs.try_lock(lock) and not _others_before(run):
                yield
                return
        if request := run.requested():
            raise Asked(request)
        if time.monotonic() - beat > HEARTBEAT:
            beat = time.monotonic()
            run.write_state()
            progress(run.state())
        time.sleep(LOOK)


def _others_before(run):
    """Whether some other run has waited for this device longer."""
    mine = run.state()
    for other in runs.all_runs():
        state = other.state()
        waits = state["status"] == "queued" and state.get("device") == mine["device"]
        if waits and (state["since"], other.name) < (mine["since"], run.name):
            return True
    return False
