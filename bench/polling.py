"""A live run of a million ticks and 10,000 pictures: seconds to its page, and the server's memory while ten visitors watch.

Minutes of watching: $VISAGE_BENCH_MINUTES, 10 unless set.
"""

import fcntl
import io
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from bench.curves import AT_ONCE, TICKS, _event
from bench.server import browser, serving, wait_for
from training import curves, recipe, runs
from utils import memory

VISITORS, PICTURES, EVERY = 10, 10_000, 5  # seconds between two looks at the memory
OPENED = 7  # times
BOUND = 2.0  # MiB a minute, over the second half


def main() -> None:
    minutes = float(os.environ.get("VISAGE_BENCH_MINUTES", "10"))
    home = Path(tempfile.mkdtemp(prefix="visage-bench-"))
    os.environ["VISAGE_HOME"] = str(home)
    try:
        _written("short", 100, 10)
        run = _written("long", TICKS, PICTURES)
        with open(run.folder / "lock", "w") as lock, browser() as chromium, serving() as (address, process):
            fcntl.flock(lock, fcntl.LOCK_EX)  # as its training would
            name = json.loads(wait_for(f"{address}/api/v1/models"))[0]["name"]
            wait_for(f"{address}/api/v1/models/{name}/ready")
            _opened(chromium, f"{address}/training?run=short").close()  # the first chart of a process takes longer
            for name in ("short", "long"):
                took = [_seconds(chromium, f"{address}/training?run={name}") for _ in range(OPENED)]
                print(f"  the page of the {name} run, points and picture: median {np.median(took):.2f} s", flush=True)
                print(
                    f"  (of {OPENED}, each in a browser that knows nothing yet; the first {took[0]:.2f} s)", flush=True
                )
            for _ in range(VISITORS):
                _opened(chromium, f"{address}/training?run=long")
            slope = _slope(process.pid, run, minutes)
            print(f"  {VISITORS} visitors for {minutes:g} minutes: {slope:+.2f} MiB a minute over the second half")
            print(f"  (bound {BOUND:g}), {memory.resident(process.pid):.0f} MiB in all")
    finally:
        del os.environ["VISAGE_HOME"]
        shutil.rmtree(home)


def _written(name: str, ticks: int, pictures: int) -> runs.Run:
    run = runs.create(name, recipe.load("dcgan", ['data.source="nothing"']))
    for first in range(0, ticks, AT_ONCE):
        with open(run.folder / "events.jsonl", "a") as stream:
            stream.writelines(json.dumps(_event(tick)) + "\n" for tick in range(first, min(ticks, first + AT_ONCE)))
        curves.follow(run)
    stream = io.BytesIO()
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (512, 512, 3)).astype(np.uint8)).save(stream, "jpeg")
    for number in range(pictures):
        (run.folder / "samples" / f"{number * ticks // pictures * 64:09d}.jpg").write_bytes(stream.getvalue())
    run.write_state(status="running", images=ticks * 64, total=ticks * 65, images_per_second=150.0)
    return run


def _seconds(chromium, address) -> float:
    """From the address to curves and picture."""
    began = time.monotonic()
    page = _opened(chromium, address)
    took = time.monotonic() - began
    page.close()
    return took


def _opened(chromium, address):
    page = chromium.new_page()
    page.goto(address)
    page.locator("[data-testid=stVegaLiteChart] svg .mark-line path[d]").first.wait_for(state="attached")
    page.locator(".film[data-pictures] #picture[alt]:not([alt=''])").evaluate("img => img.decode()")
    return page


def _slope(pid, run, minutes) -> float:
    """MiB a minute that the server grows by, while ticks come: least squares over the second half."""
    began, seen, tick = time.monotonic(), [], TICKS
    while (now := time.monotonic() - began) < minutes * 60:
        run.add_event(_event(tick := tick + 1))
        run.write_state(images=tick * 64)
        seen.append((now / 60, memory.resident(pid)))
        time.sleep(EVERY)
    moments, held = np.array(seen[len(seen) // 2 :]).T
    return float(np.polyfit(moments, held, 1)[0])
