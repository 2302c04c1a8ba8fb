"""Makes the examples of GAN school again: `python -m scripts.school_examples icons256.zip`.

Three short trainings of the recipe `dcgan` on drawn heads (Open Peeps, CC0) at 32 px, alike but for the settings in `RUNS`:
one healthy, one that collapses, one whose discriminator wins. Their curves and a few pictures of their film strips go to
`ui/school/examples/`. All pictures there were drawn by these networks, and the files say so.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from training.runs import Run
from utils import marks, pictures
from utils.files import write_atomically

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "ui" / "school" / "examples"
COMMON = [
    "data.resolution=32",
    "data.flip=false",
    "batch=32",
    "networks.generator.capacity=16",
    "networks.discriminator.capacity=16",
    "tick.iterations=25",
    "tick.metric_every=4",
    "tick.metric_pictures=120",
    "precision=float32",
    "average.half_life_kimg=2",
]
RUNS = {
    "healthy": ["images=160000"],
    # a generator without batch norm, in long strides, four times as often: it runs after whatever passed last
    "collapsed": [
        "images=40000",
        "loss.r1_gamma=0.0",
        "networks.generator.norm=false",
        "generator_optimiser.learning_rate=2e-3",
        "generator_optimiser.beta_1=0.9",
        "generator_updates=4",
    ],
    # a discriminator that nothing keeps in check, ten times as fast, twice as often
    "won": [
        "images=40000",
        "loss.r1_gamma=0.0",
        "discriminator_optimiser.learning_rate=1e-3",
        "discriminator_updates=2",
        "generator_optimiser.learning_rate=1e-4",
    ],
}
KEYS = ("loss_discriminator", "loss_generator", "score_reals", "score_fakes", "learning_rate", "swd", "diversity")
POINTS = 100  # of a curve
SIDE = 4  # faces in a row of a picture, and rows
SHARES = (0, 0.02, 0.06, 0.15, 0.3, 0.6, 1)  # of the images, where a picture is taken


def main(data: Path) -> None:
    """Trains the three runs, some minutes each on two cores, in a home of their own."""
    told = {}
    with tempfile.TemporaryDirectory() as home:
        for name, settings in RUNS.items():
            run = Run(train(name, settings, data, Path(home)))
            told[name] = {"settings": settings, **curves(run), "pictures": film(run, FOLDER / name)}
    write_atomically(FOLDER / "runs.json", json.dumps(told, separators=(",", ":")))


def train(name: str, settings: list[str], data: Path, home: Path) -> Path:
    """The folder of a finished run, trained as the shell does it."""
    command = [sys.executable, "cli.py", "train", "dcgan", "--data", str(data.resolve()), "--name", name]
    command += [word for setting in [*COMMON, *settings] for word in ("--set", setting)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"VISAGE_HOME": str(home)}, check=True)
    return home / "runs" / name


def curves(run: Run) -> dict:
    """{"images": [...], key: [...]}: every so many ticks; figures that a tick lacks are null."""
    events = run.events()
    step = -(-len(events) // POINTS)
    kept = events[step - 1 :: step]  # from the end of a stride: there the figures are
    return {"images": [event["images"] for event in kept]} | {
        key: [float(f"{event[key]:.4g}") if key in event else None for event in kept] for key in KEYS
    }


def film(run: Run, folder: Path) -> list[int]:
    """Writes the first faces of some of the run's sample pictures; returns the images at which they were drawn."""
    samples = sorted((run.folder / "samples").glob("*.jpg"))
    chosen = sorted({samples[round(share * (len(samples) - 1))] for share in SHARES})
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.webp"):
        path.unlink()
    for path in chosen:
        picture = pictures.decode(path.read_bytes(), path.name)
        faces = picture[: SIDE * 32, : SIDE * 32]
        twice = np.asarray(pictures.enlarge(faces, SIDE * 64))
        write_atomically(folder / f"{path.stem}.webp", marks.encode(twice, "webp", quality=80))
    return [int(path.stem) for path in chosen]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
