"""Training on two devices at once: the losses are those of one, and each device holds its part of the batch."""

import json
import os
import subprocess
import sys

import numpy as np

from tests.training.growing import GROWING

STEPS = """
import json, sys
import jax, numpy as np
from models import backend
from training import recipe, tasks
facts = []
for one in json.loads(sys.argv[1]):
    ours = recipe.load(*one)
    task = tasks.build(ours, tasks.data(ours))
    steps = [task.step(iteration, iteration * task.images_a_step) for iteration in range(8)]
    losses = [[float(step[name]) for name in ("loss_discriminator", "loss_generator")] for step in steps]
    held = task.state["generator"][0].value
    batch = backend._backend()._spread(np.zeros((ours.batch, 3), "f4"))
    rows = batch.addressable_shards[0].data.shape[0] if isinstance(batch, jax.Array) else len(batch)
    facts.append({"losses": losses, "devices": len(held.sharding.device_set), "rows": rows})
print(json.dumps(facts))
"""


def steps(devices, recipes):
    flags = f"--xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": flags, "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-c", STEPS, json.dumps(recipes)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_train_as_one_does(tiny_recipe, picture_folder, tmp_path):
    growing = tmp_path / "growing.toml"
    growing.write_text(GROWING)
    source = f"data.source={picture_folder}"
    recipes = {
        "batch norm": (str(tiny_recipe), [source, "networks.discriminator.norm=true"]),
        "a batch that cannot be halved": (str(tiny_recipe), [source, "batch=15"]),
        "growing": (str(growing), [source]),
    }
    one, two = (steps(count, list(recipes.values())) for count in (1, 2))
    assert [facts["devices"] for facts in one + two] == [1, 1, 1, 2, 2, 2]
    assert [facts["rows"] for facts in two] == [8, 15, 4]
    for name, ours, theirs in zip(recipes, two, one, strict=True):
        np.testing.assert_allclose(ours["losses"], theirs["losses"], rtol=2e-4, atol=2e-5, err_msg=name)
        assert np.ptp(np.array(theirs["losses"])[:, 0]) > 1e-3, "and they move"
