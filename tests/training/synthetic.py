"""Run folders as a training leaves them, without the training."""

import io
import json
import math

import numpy as np
from PIL import Image

from training import recipe as recipes
from training import runs

BATCH = 64


def write_run(
    name: str, ticks: int = 60, status: str = "finished", task: str = "dcgan", source: str = "faces.zip", **events
) -> runs.Run:
    """A run of so many ticks with curves, ten pictures and two checkpoints (without weights); `events` go into each tick."""
    settings = [f'data.source="{source}"']
    run = runs.create(name, recipes.load(task, settings))
    with open(run.folder / "events.jsonl", "w") as stream:
        stream.writelines(json.dumps(_event(tick, ticks, task) | events) + "\n" for tick in range(1, ticks + 1))
    for tick in range(0, ticks + 1, max(1, ticks // 10)):
        (run.folder / "samples" / f"{tick * BATCH * 10:09d}.jpg").write_bytes(_picture(tick))
    metric = {"map50": 0.8} if "masks" in task else {"swd": 9.1}
    best = {**metric, "images": ticks // 2 * BATCH * 10}
    for tick in {ticks // 2, ticks}:
        folder = run.checkpoints / f"{tick * BATCH * 10:09d}"
        folder.mkdir()
        (folder / "place.json").write_text(json.dumps({"best": best, "seconds": 1.0, "images": tick * BATCH * 10}))
    run.write_state(status=status, images=ticks * BATCH * 10, best=best, images_per_second=158.0, seconds_left=1560.0)
    run.log("Started: a synthetic run.")
    return run


def _event(tick, ticks, task):
    event = {"images": tick * BATCH * 10, "iteration": tick * 10, "seconds": tick * 4.0, "learning_rate": 2e-4}
    if "masks" in task:
        event |= {"loss": 2 + 1 / tick, "loss_box": 1.0, "loss_objectness": 0.8, "loss_class": 0.2}
        return event | ({"map50": tick / ticks * 0.8, "precision": 0.9, "recall": 0.7} if tick % 4 == 0 else {})
    event |= {
        "loss_discriminator": 1 + math.sin(tick) / 5,
        "loss_generator": 1.2,
        "score_reals": 0.6,
        "score_fakes": 0.4,
    }
    event |= {"right_on_reals": 0.8, "right_on_fakes": 0.8}
    return event | ({"swd": 8 + 40 / tick, "diversity": 0.9} if tick % 4 == 0 else {})


def _picture(tick):
    stream = io.BytesIO()
    picture = np.full((256, 256, 3), (tick * 37 % 256, 120, 255 - tick * 11 % 256), np.uint8)
    Image.fromarray(picture).save(stream, "jpeg")
    return stream.getvalue()
