"""A growing network's training step at every size of `pggan-faces`: ours against `pro-gan-pth` from the package registry.

Widths, latent, batches, Adam and loss are equal: Wasserstein, a gradient penalty at every step and drift, which both have;
only float32 against float32 is like with like. Both take pictures of the last size and make them smaller and faded within
the step. The other gets its pictures as float32 tensors for nothing; ours fetches bytes, mirrors and converts them.

A second ratio is of the processor's time, which other work on the machine spoils less; the first is what people wait for.
The other lives in an environment of its own under `VISAGE_HOME/cache`, made at the first call (pip and a network are
needed), and in a process of its own, which waits while ours computes.
"""

import json
import subprocess
import time
import venv
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.table import machine
from models import backend
from training import recipe as recipes
from training.data.pictures import PictureSet
from training.tasks.progressive import Progressive
from utils.home import home

THEIRS = "pro-gan-pth==3.4"
PACKAGES = ("torch==2.13.0", "numpy==2.4.6")
ROUNDS, SECONDS = 7, 0.6  # a round of each, in turn; about so long
ALIKE = ["loss.name=wasserstein", "augment.translation=0", "augment.cutout=0", "deterministic=false"]


def main() -> None:
    recipe, rates = recipes.load("pggan-faces", ALIKE), {}
    try:
        python = _python()
    except subprocess.CalledProcessError:
        print(f"{THEIRS} could not be installed, so there is nothing to compare with.")
        return
    with Other(python, recipe) as other:
        ours = {precision: _task(precision) for precision in ("float32", "bfloat16")}
        for size, middle in moments(recipe).items():
            ways = {"pro-gan-pth": lambda steps, at=middle: other.steps(recipe.place(at), steps)}
            ways |= {
                f"ours, {one}": lambda steps, task=task, at=middle: _steps(task, at, steps)
                for one, task in ours.items()
            }
            rates[size] = {name: recipe.place(middle).batch / both for name, both in in_rounds(ways).items()}
            print(f"{size:4} px  " + "  ".join(f"{name} {one[0]:.1f}" for name, one in rates[size].items()), flush=True)
    machine()
    show(recipe, rates)


def moments(recipe) -> dict[int, int]:
    """Images seen in the middle of each size's share, by size in pixels."""
    spans = {}
    for images in range(0, recipe.images, recipe.images // 1000):
        spans.setdefault(recipe.place(images).size, []).append(images)
    return {size: span[len(span) // 2] for size, span in spans.items()}


def in_rounds(ways: dict) -> dict[str, np.ndarray]:
    """Median seconds a step of each way, the clock's and the processor's: short rounds in turn, A B C A B C.

    Before them come steps that compile and warm.
    """
    counts = {}
    for name, way in ways.items():
        way(2)
        counts[name] = max(1, round(SECONDS / way(1)[0]))
    rounds = [{name: np.array(way(counts[name])) / counts[name] for name, way in ways.items()} for _ in range(ROUNDS)]
    return {name: np.median([one[name] for one in rounds], axis=0) for name in ways}


def show(recipe, rates: dict[int, dict[str, np.ndarray]]) -> None:
    """Images a second at every size, and the hours of the whole schedule at them."""
    names = list(next(iter(rates.values())))
    table = Table("", *names, "float32 : theirs", "processor's", box=None, header_style="dim")
    shares = {size: recipe.stages[size].share for size in rates}
    hours = dict.fromkeys(names, 0.0)
    for size, one in rates.items():
        table.add_row(
            f"{size} px, images/s", *(f"{one[name][0]:.1f}" for name in names), *_ratios(one[names[1]] / one[names[0]])
        )
        for name in names:
            hours[name] += recipe.images * shares[size] / sum(shares.values()) / one[name] / 3600
    whole = (f"{hours[name][0]:.1f}" for name in names)
    table.add_row(f"{recipe.images:,} images, hours", *whole, *_ratios(hours[names[0]] / hours[names[1]]))
    Console(width=120).print(table)


def _ratios(both):
    return [f"{ratio:.2f}" for ratio in both]


class Other:
    """The other's process; a context."""

    def __init__(self, python: Path, recipe):
        settings = {
            "resolution": recipe.data.resolution,
            **recipe.networks.generator,
            "threads": backend.cores(),
        }
        script = Path(__file__).with_name("pro_gan_pth.py")
        command = [python, "-W", "ignore", script, json.dumps(settings)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def steps(self, place, steps: int) -> tuple[float, float]:
        """Seconds of so many steps at that stage and batch, the clock's and the processor's."""
        print(place.size, place.batch, steps, file=self._process.stdin, flush=True)
        clock, busy = map(float, self._process.stdout.readline().split())
        return clock, busy

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()


def _python() -> Path:
    """The Python of the other's environment, made where it is not there yet."""
    folder = home() / "cache" / "bench-pro-gan-pth"
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        print(f"An environment for {THEIRS} is made in {folder} …", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES], check=True)
        subprocess.run([*pip, "--no-deps", THEIRS], check=True)  # it asks for the releases of 2021
        done.touch()
    return python


def _task(precision) -> Progressive:
    recipe = recipes.load("pggan-faces", [*ALIKE, f"precision={precision}"])
    side = recipe.data.resolution
    reals = np.random.RandomState(0).randint(0, 256, (200, side, side, 3), np.uint8)
    return Progressive(recipe, PictureSet(reals, [f"{number:03d}" for number in range(len(reals))], []))


def _steps(task, images, steps) -> tuple[float, float]:
    began, busy = time.perf_counter(), time.process_time()
    for iteration in range(steps):
        outcome = task.step(iteration, images)
    float(outcome["loss_generator"])  # waits for the last
    return time.perf_counter() - began, time.process_time() - busy
