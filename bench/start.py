"""Cold start of `make app`'s server: seconds until it answers, until its first face, until a browser shows it; memory."""

import statistics
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.server import browser, serving, wait_for

ROUNDS = 3


def main() -> None:
    rounds = [_once() for _ in range(ROUNDS)]
    table = Table("", "median", *(f"round {k + 1}" for k in range(ROUNDS)), box=None, header_style="dim")
    for name in rounds[0]:
        values = [one[name] for one in rounds]
        table.add_row(name, *(f"{value:.1f}" for value in (statistics.median(values), *values)))
    Console(width=120).print(table)


def _once() -> dict[str, float]:
    facts = {}
    with browser() as chromium:
        began = time.monotonic()
        with serving() as (address, process):
            wait_for(f"{address}/_stcore/health")
            facts["seconds to the server's answer"] = time.monotonic() - began
            page = chromium.new_page()
            page.goto(address)
            page.locator("#picture[data-shown]").wait_for()
            facts["seconds to a live face in the browser"] = time.monotonic() - began
            facts["resident memory, MiB"] = _resident(process.pid)
    return facts


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS")) / 1024
