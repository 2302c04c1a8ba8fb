"""What `deterministic = true` costs a training step: each setting in a process of its own, as it counts from the start."""

import statistics
import subprocess
import sys
import time

RECIPES = (("dcgan", "bfloat16"), ("dcgan-guide", "bfloat16"), ("dcgan-guide", "float32"))
STEPS = 20


def main() -> None:
    for name, precision in RECIPES:
        for deterministic in ("true", "false"):
            subprocess.run([sys.executable, "-m", "bench.deterministic", name, precision, deterministic], check=True)


def step(name: str, precision: str, deterministic: str) -> None:
    """Print the median of a step on random pictures."""
    import numpy as np

    from training import recipe, tasks
    from training.data.pictures import PictureSet

    reals = np.random.RandomState(0).randint(0, 256, (512, 64, 64, 3), np.uint8)
    data = PictureSet(reals, [f"{number:03d}" for number in range(512)], [])
    task = tasks.build(recipe.load(name, [f"precision={precision}", f"deterministic={deterministic}"]), data)
    seconds = []
    for iteration in range(STEPS + 4):
        began = time.perf_counter()
        float(task.step(iteration, iteration * 64)["loss_generator"])
        seconds.append(time.perf_counter() - began)
    median = 1000 * statistics.median(seconds[4:])
    print(f"{name:12} {precision:9} deterministic={deterministic:6} {median:6.1f} ms a step", flush=True)


if __name__ == "__main__":
    step(*sys.argv[1:]) if len(sys.argv) > 1 else main()
