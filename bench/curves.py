"""A run of a million ticks: its curves opened, zoomed, and the run taken back to its middle."""

import json
import shutil
import tempfile
import time
from pathlib import Path

from training import curves
from training.runs import Run

TICKS, AT_ONCE = 1_000_000, 50_000
KEYS = ("loss_discriminator", "loss_generator", "score_reals", "score_fakes", "learning_rate", "swd")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="visage-bench-"))
    try:
        run = Run(folder)
        _timed(f"written, {TICKS:,} ticks, the index included", lambda: _write(run))
        _timed("opened: six curves of 2,000 points", lambda: curves.read(run, KEYS))
        _timed("zoomed to a thousandth of it", lambda: curves.read(run, KEYS, span=(0.5, 0.501)))
        _timed("one tick more", lambda: _more(run, TICKS, TICKS + 1))
        _timed("taken back to its middle", lambda: run.rewind_events(TICKS // 2 * 64))
        _timed("opened again", lambda: curves.read(run, KEYS))
        shutil.rmtree(folder / "curves")
        _timed("opened with its index missing: made again", lambda: curves.read(run, KEYS))
    finally:
        shutil.rmtree(folder)


def _write(run: Run) -> None:
    for first in range(0, TICKS, AT_ONCE):
        _more(run, first, first + AT_ONCE)


def _more(run: Run, first: int, last: int) -> None:
    """Ticks as the loop's, by the loop's own writer, many at once."""
    with open(run.folder / "events.jsonl", "a") as stream:
        stream.writelines(json.dumps(_event(tick)) + "\n" for tick in range(first, last))
    curves.follow(run)


def _event(tick: int) -> dict:
    place = {"images": tick * 64, "iteration": tick, "seconds": tick * 0.4}
    return place | {key: (tick * (number + 1)) % 97 / 97 for number, key in enumerate(KEYS)}


def _timed(what: str, work) -> None:
    began = time.perf_counter()
    work()
    print(f"  {what}: {time.perf_counter() - began:.3f} s", flush=True)
