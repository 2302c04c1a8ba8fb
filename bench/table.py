"""Side-by-side timing: the ways are measured in turn, A B C A B C, so that a drifting machine is fair to all."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table


def machine() -> None:
    """Print what computes here."""
    from models import backend

    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.split(":")[1].strip() for line in flags.splitlines() if line.startswith("model name")), "")
    print(f"{backend.device_name()} {model} · Python {platform.python_version()} · load {os.getloadavg()[0]:.1f}")


def in_turn(ways: dict[str, Callable[[], object]], rounds: int, warm: int = 3) -> dict[str, list[float]]:
    """Seconds of every call of each way, `rounds` each, after `warm` calls that do not count."""
    for way in ways.values():
        for _ in range(warm):
            way()
    seconds = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def show(seconds: dict[str, list[float]], baseline: str) -> None:
    """Print medians, spread and the ratio of medians to the baseline's."""
    table = Table("", "median", "p10", "p90", f"{baseline} takes", box=None, header_style="dim")
    base = statistics.median(seconds[baseline])
    for name, values in seconds.items():
        ordered = sorted(values)
        at = [statistics.median(ordered), ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]]
        table.add_row(name, *(f"{1000 * value:.1f} ms" for value in at), f"{base / at[0]:.2f} times as long")
    Console(width=120).print(table)
