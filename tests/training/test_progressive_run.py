"""A run that grows: cut off in a fade and resumed, published, and the same on every backend."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from models import latents
from models.generator import load
from tests.training.growing import GROWING
from training import checkpoints, loop, publish, runs
from training import recipe as recipes
from training.tasks.players import drawn_by


@pytest.fixture(scope="module")
def recipe_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("growing") / "growing.toml"
    path.write_text(GROWING)
    return path


def fingerprint(name):
    last = checkpoints.all_of(runs.find(name).checkpoints)[-1]
    return {shard.name: hashlib.sha256(shard.read_bytes()).hexdigest() for shard in last.glob("*.safetensors")}


def command(*arguments, backend="tensorflow"):
    done = subprocess.run(
        [sys.executable, "cli.py", *arguments],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("backend, precision", [("tensorflow", "bfloat16"), ("jax", "float32")])
def test_resumed_in_the_middle_of_a_fade_equals_never_stopped_to_the_bit(
    visage_home, picture_folder, recipe_file, backend, precision
):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed here.")
    straight, half = f"straight-{backend}", f"half-{backend}"
    settings = [f"precision={precision}", "augment.translation=0.125", "augment.from_px=8", "images=300"]
    flags = [flag for setting in settings for flag in ("--set", setting)]
    command("train", str(recipe_file), "--data", str(picture_folder), "--name", straight, *flags, backend=backend)
    run = runs.find(straight)
    events = run.events()
    fading = [event for event in events if 0 < event["alpha"] < 1]
    assert [e["stage"] for e in events] == sorted(e["stage"] for e in events) and {e["stage"] for e in fading} == {
        8,
        16,
    }
    assert all("swd" not in event for event in fading) and all("diversity" in event for event in events)
    assert "swd_16" in events[-1]

    again = runs.create(half, run.recipe())  # the same run, cut off in the middle of its last fade
    middle = next(event["images"] for event in fading if event["stage"] == 16)
    (run.checkpoints / f"{middle:09d}").rename(again.checkpoints / f"{middle:09d}")
    for event in events:
        again.add_event(event)
    again.write_state(status="running")
    command("resume", half, backend=backend)
    assert fingerprint(half) == fingerprint(straight)
    timeless = [{k: v for k, v in e.items() if "second" not in k} for e in (events[-1], again.events()[-1])]
    assert timeless[0] == timeless[1]


def test_a_run_becomes_a_model_that_draws_what_its_average_drew(visage_home, picture_folder, recipe_file, tmp_path):
    settings = [f"data.source={picture_folder}", "images=240", "tick.iterations=5"]
    run = loop.start("grown", recipes.load(str(recipe_file), settings))
    info = publish.publish(run, tmp_path / "grown", "Grown")
    assert info.resolution == 16 and not info.truncation and info.arguments["channels"] == [8, 8, 4]
    z = np.stack([latents.seed_latent(seed, 8) for seed in range(1, 9)])
    from_run = drawn_by(publish.network_of(run))(z)
    assert np.abs(load(info).generate(z).astype(int) - from_run).mean() < 1  # float16 on disk

    # in the middle of the last fade: the size before it, whose colours the checkpoint keeps
    fading = next(e["images"] for e in run.events() if e["stage"] == 16 and e["alpha"] < 1)
    smaller = publish.publish(run, tmp_path / "smaller", images=fading)
    assert smaller.resolution == 8 and load(smaller).generate(z).shape == (8, 8, 8, 3)
    # the same eight latents at every size it grew through, as far as what was published: a row with a caption for each
    for model, sizes in ((smaller, [4, 8]), (info, [4, 8, 16])):
        film = np.asarray(Image.open(model.folder / "training.webp"))
        assert model.training["sizes"] == sizes and film.shape == (len(sizes) * (16 + 20), 8 * 16, 3)
    last = np.stack(np.split(film[-16:], 8, axis=1)).reshape(8, 1, -1).astype(int)  # of the very weights published
    drawn = load(info).generate(z).reshape(1, 8, -1)
    assert (np.abs(last - drawn).mean(2).argmin(1) == np.arange(8)).all()


STEP = """
import json, random
import numpy as np
from training import recipe, tasks
from training.data.pictures import PictureSet
from tests.training.conftest import squares
import sys
found = []
for loss in ("wasserstein", "non_saturating"):
    data = PictureSet(squares(40, 16), [f"{k:03d}.png" for k in range(40)], [])
    # Adam would blow rounding up to whole steps: a rate so low that only the losses are compared
    rates = [f"{player}_optimiser.learning_rate=1e-6" for player in ("generator", "discriminator")]
    growing = tasks.build(recipe.load(sys.argv[1], [f"loss.name={loss}", *rates]), data)
    rng = np.random.RandomState(0)
    for variables in growing.state.values():
        for v in variables:
            if "kernel" in v.path and "optimiser" not in v.path:
                v.assign(rng.standard_normal(v.shape).astype("f4"))
    for iteration, images in ((0, 0), (20, 120), (50, 300)):
        found.append([float(x) for x in growing.step(iteration, images).values()])
print(json.dumps(found))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_steps_agree_with_tensorflows(recipe_file, backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed here.")
    found = []
    for name in ("tensorflow", backend):
        environment = {**os.environ, "KERAS_BACKEND": name, "PYTHONPATH": os.getcwd()}
        done = subprocess.run(
            [sys.executable, "-c", STEP, str(recipe_file)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout.splitlines()[-1]))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-3, atol=1e-4)
