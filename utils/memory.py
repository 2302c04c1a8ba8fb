"""How much memory this process holds, and how much it may."""

from pathlib import Path

import psutil

MIB = 2**20
_CONTAINER = Path("/sys/fs/cgroup/memory.max")  # control groups, version 2


def resident(pid: int | None = None) -> float:
    """MiB that the process holds; this one unless told otherwise."""
    return psutil.Process(pid).memory_info().rss / MIB


def limit() -> float:
    """MiB that this process may hold: its container's bound, else what the machine has."""
    machine = psutil.virtual_memory().total
    try:
        return min(int(_CONTAINER.read_text()), machine) / MIB
    except (OSError, ValueError):  # no such file, or `max`
        return machine / MIB
