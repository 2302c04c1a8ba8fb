"""Cold start of `make app`'s server: seconds until it answers, until its first face, until a browser shows it; memory."""

import os
import statistics
import time

from rich.console import Console
from rich.table import Table

from bench.server import browser, serving, wait_for
from utils import memory

ROUNDS = 3
FACES, MASKS = "dcgan-celeba64", "yolo-fastest-masks"


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
            facts["MiB at that moment"] = memory.resident(process.pid)
            wait_for(f"{address}/api/v1/models/{MASKS}/ready")
            facts["MiB with two models"] = memory.resident(process.pid)
    facts["MiB with two by turns, VISAGE_MODELS=1"] = _by_turns()
    return facts


def _by_turns() -> float:
    """MiB where the second model takes the first one's place."""
    os.environ["VISAGE_MODELS"] = "1"
    try:
        with serving() as (address, process):
            wait_for(f"{address}/_stcore/health")
            for model in (FACES, MASKS):
                wait_for(f"{address}/api/v1/models/{model}/ready")
            return memory.resident(process.pid)
    finally:
        del os.environ["VISAGE_MODELS"]
