"""Fifty people who move sliders and fifty programs at once: times, failures, the server's memory.

Minutes: $VISAGE_BENCH_MINUTES, 10 unless set: TensorFlow's buffers and the C library's heaps grow for about five. Locust
prints the times; the people alone come first, as the floor. Memory is the least in each quarter of a minute: what the
server holds, without what some requests hold at that moment.
"""

import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

from bench.server import serving, wait_for
from utils import memory

USERS = Path(__file__).with_name("load_users.py")
ALONE = 1  # minutes
QUARTER = 15  # seconds
BOUND = 5.0  # MiB a minute, over the second half


def main() -> None:
    if not importlib.util.find_spec("locust"):
        print("  locust is not installed: pip install -r requirements-bench.txt")
        return
    minutes = float(os.environ.get("VISAGE_BENCH_MINUTES", "10"))
    with serving() as (address, process):
        wait_for(f"{address}/api/v1/health")
        for model in ("dcgan-celeba64", "yolo-fastest-masks"):
            wait_for(f"{address}/api/v1/models/{model}/ready")
        print("\n  fifty people alone", flush=True)
        _run(address, min(ALONE, minutes), 50, "Person")
        print("\n  fifty people and fifty programs", flush=True)
        seen: list[float] = []
        over = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, seen, over))
        watch.start()
        _run(address, minutes, 100)
        over.set()
        watch.join()
        held = np.array(seen[: len(seen) // QUARTER * QUARTER]).reshape(-1, QUARTER).min(axis=1)
        half = held[len(held) // 2 :]
        slope = float(np.polyfit(np.arange(len(half)) * QUARTER / 60, half, 1)[0])
        print("  memory, MiB, every quarter of a minute:", *map(round, held))
        print(f"  memory: {slope:+.2f} MiB a minute over the second half (bound {BOUND:g}), {half[-1]:.0f} MiB in all")


def _run(address: str, minutes: float, users: int, *classes: str) -> None:
    command = [sys.executable, "-m", "locust", "-f", str(USERS), "--headless", "--only-summary", "--host", address]
    command += ["-u", str(users), "-r", "10", "-t", f"{round(60 * minutes)}s", *classes]
    done = subprocess.run(command, capture_output=True, text=True)
    print(done.stdout[-6000:] or done.stderr[-3000:], flush=True)


def _watch(pid: int, seen: list[float], over: threading.Event) -> None:
    """The server's memory, MiB, once a second."""
    while not over.wait(1):
        seen.append(memory.resident(pid))
