"""A thumb dragged on Faces: new frames painted a second, at 64 and 128 px, alone and beside nine others who drag; memory.

Painted is an animation frame of Chromium in which a newer picture stands than in the one before. The nine others are HTTP
clients that ask for a frame as soon as they have the last one, as the page does.
"""

import os
import random
import statistics
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.generation import MODEL, RECIPE, of_random_weights
from bench.server import browser, serving, wait_for
from utils import memory

SECONDS, OTHERS, FRAMES = (
    1,
    9,
    10_000,
)  # one way of the thumb: slower, and a slider of 60 steps would have no 20 values a second
ROUNDS, WAYS = 3, 4
MOUSE = 1 / 60  # seconds between two moves

_WATCH = """(img) => {
  const seen = (window.painted = []);
  let last = null;
  const look = (now) => {
    if (img.dataset.shown && img.dataset.shown !== last) seen.push([now, (last = img.dataset.shown)]);
    if (window.painted === seen) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as home, browser() as chromium:
        os.environ["VISAGE_HOME"] = home
        of_random_weights(Path(home) / "models" / RECIPE)
        with serving() as (address, process):
            table = Table("", "alone", "beside nine", "ratio of times", box=None, header_style="dim")
            for model in (MODEL, RECIPE):
                wait_for(f"{address}/api/v1/models/{model}/ready")
                alone, beside = dragged(chromium, address, model)
                table.add_row(model, f"{alone:.1f} a second", f"{beside:.1f} a second", f"{alone / beside:.2f}")
            Console(width=120).print(table)
            slope, held = memory_slope(address, process.pid)
            print(
                f"  memory over {FRAMES:,} frames: {slope:+.2f} MiB a thousand over the second half, {held:.0f} in all"
            )


def dragged(chromium, address: str, model: str) -> tuple[float, float]:
    """New frames painted a second while a thumb drags: alone, and beside the others; medians, measured in turn."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/?model={model}&seed=7")
    page.locator("#picture[data-shown]").wait_for()
    found: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for crowded, rates in found.items():
            over = threading.Event()
            crowd = [threading.Thread(target=_drags, args=(address, model, over)) for _ in range(OTHERS * crowded)]
            for one in crowd:
                one.start()
            rates.extend(_painted(page) for _ in range(WAYS))
            over.set()
            for one in crowd:
                one.join()
    page.close()
    return statistics.median(found[False]), statistics.median(found[True])


def _painted(page) -> float:
    """Frames a second of one drag to the right; none may be older than one shown before."""
    slider = page.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle, left, right = box["y"] + box["height"] / 2, box["x"] + 8, box["x"] + box["width"] - 8
    page.mouse.move(left, middle)
    page.mouse.down()
    page.wait_for_timeout(500)
    page.locator("#picture").evaluate(_WATCH)
    began = time.monotonic()
    while (part := (time.monotonic() - began) / SECONDS) < 1:
        page.mouse.move(left + part * (right - left), middle)
        time.sleep(MOUSE)
    frames = page.evaluate("[window.painted, window.painted = null][0]")
    page.mouse.up()
    settings = [dict(parse_qsl(urlsplit(url).query)) for _, url in frames]
    (moved,) = {name for one in settings for name in one if len({other.get(name) for other in settings}) > 1}
    values = [float(one.get(moved, 0)) for one in settings]
    assert values == sorted(values), "a frame was older than one shown before"
    return (len(frames) - 1) / ((frames[-1][0] - frames[0][0]) / 1000)


def _drags(address: str, model: str, over: threading.Event) -> None:
    while not over.is_set():
        _frame(address, model)


def _frame(address: str, model: str) -> None:
    query = f"model={model}&seed={random.randrange(100)}&z{random.randrange(1, 50)}={random.randrange(-300, 300) / 100}"
    urllib.request.urlopen(f"{address}/api/v1/frame?{query}&size=256").read()


def memory_slope(address: str, pid: int) -> tuple[float, float]:
    """(MiB that the server grows by in a thousand frames, over the second half; MiB in the end)."""
    held = []
    for number in range(FRAMES):
        _frame(address, MODEL)
        if number % 100 == 0:
            held.append(memory.resident(pid))
    half = np.array(held[len(held) // 2 :])
    return float(np.polyfit(np.arange(len(half)) / 10, half, 1)[0]), held[-1]
