"""Training speed of a growing network at each of its sizes, and how long a whole schedule takes.

The time is the processor's, divided by the cores, so that a machine that does other work spoils it less.
"""

import sys
import time

import numpy as np

STEPS = 16  # one of them with the lazy penalty
RECIPES = ("pggan-faces", "pggan-icons")


def main() -> None:
    for name in RECIPES:
        schedule(name, "bfloat16")


def schedule(name: str, precision: str, *sizes: int) -> None:
    """Print images/s at each size (or at `sizes`) on random pictures, and the hours of the whole."""
    from models import backend
    from training import recipe, tasks
    from training.data.pictures import PictureSet

    loaded = recipe.load(name, [f"precision={precision}", "deterministic=false"])
    side = loaded.data.resolution
    reals = np.random.RandomState(0).randint(0, 256, (200, side, side, 3), np.uint8)
    task = tasks.build(loaded, PictureSet(reals, [f"{number:03d}" for number in range(200)], []))
    spans = {}
    for images in range(0, loaded.images, loaded.images // 1000):
        spans.setdefault(loaded.place(images).size, []).append(images)
    hours = 0.0
    for size, span in spans.items():
        if sizes and size not in sizes:
            continue
        middle = span[len(span) // 2]
        task.step(0, middle), task.step(1, middle)  # compiles both steps of the discriminator
        began = time.process_time()
        for iteration in range(1, STEPS + 1):
            float(task.step(iteration, middle)["loss_generator"])
        rate = STEPS * task.images_a_step / (time.process_time() - began) * backend.cores()
        hours += loaded.images * len(span) / 1000 / rate / 3600
        print(f"{name:12} {precision:9} {size:4} px  batch {task.images_a_step:3}  {rate:6.1f} images/s", flush=True)
    print(f"{name:12} {precision:9} {loaded.images:,} images: {hours:.1f} hours", flush=True)


if __name__ == "__main__":
    schedule(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])) if len(sys.argv) > 1 else main()
