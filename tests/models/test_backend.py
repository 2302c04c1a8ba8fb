"""The seam: the same plain Keras step computes the same thing on every backend at hand."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

STEP = """
import json, sys
import keras, numpy as np
from keras import ops
from models import backend, networks

small = dict(resolution=32, capacity=4, kernel=4)
family = networks.family("dcgan")
g = family.generator(latent=8, **small)
d = family.discriminator(output="logit", **small)
rng = np.random.RandomState(0)
for v in g.variables + d.variables:
    if "moving" not in v.path and "gamma" not in v.path:
        v.assign(rng.normal(0, 0.1, v.shape).astype("f4"))
optimisers = [keras.optimizers.SGD(0.05, momentum=0.9) for _ in range(2)]  # Adam would blow rounding up to whole steps
for optimiser, network in zip(optimisers, (d, g)):
    optimiser.build(network.trainable_variables)
everything = [v for part in (g, d, *optimisers) for v in part.variables]

def step(reals, z):
    fakes = ops.stop_gradient(g(z, training=True))
    def loss():
        real, fake = d(reals, training=True), d(fakes, training=True)
        slope = backend.input_gradient(lambda x: ops.sum(d(x, training=True)), reals)
        r1 = ops.mean(ops.sum(ops.square(slope), axis=(1, 2, 3)))
        return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake)) + 5.0 * r1, r1
    (loss_d, r1), grads = backend.gradients(loss, d.trainable_variables)
    optimisers[0].apply(grads, d.trainable_variables)
    loss_g, grads = backend.gradients(lambda: ops.mean(ops.softplus(-d(g(z, training=True), training=True))),
                                      g.trainable_variables)
    optimisers[1].apply(grads, g.trainable_variables)
    return loss_d, loss_g, r1

run = backend.compiled(step, everything)
reals = ops.convert_to_tensor(rng.uniform(-1, 1, (4, 32, 32, 3)).astype("f4"))
losses = [[float(x) for x in run(reals, rng.standard_normal((4, 8)).astype("f4"))] for _ in range(3)]
statistics = float(ops.sum(g.get_layer("up1_norm").moving_mean))
print(json.dumps({"losses": losses, "statistics": statistics, "tensorflow": "tensorflow" in sys.modules}))
"""


def steps_on(name):
    done = subprocess.run(
        [sys.executable, "-c", STEP],
        env={**os.environ, "KERAS_BACKEND": name},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def on_tensorflow():
    return steps_on("tensorflow")


@pytest.mark.parametrize("name", ["jax", "torch"])
def test_three_steps_agree_with_tensorflows(on_tensorflow, name):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed here.")
    other = steps_on(name)
    np.testing.assert_allclose(other["losses"], on_tensorflow["losses"], rtol=1e-4)
    assert other["statistics"] == pytest.approx(on_tensorflow["statistics"], rel=1e-3)  # they reached the variables
    assert not other["tensorflow"]


def test_the_regulariser_is_a_gradient_by_finite_differences():
    """|d score / d x| along the gradient equals the measured change of the score."""
    import keras
    from keras import ops

    from models import backend

    network = keras.Sequential([keras.Input((6,)), keras.layers.Dense(5, "tanh"), keras.layers.Dense(1)])
    x = np.random.RandomState(0).standard_normal((1, 6)).astype("f4")
    slope = np.asarray(backend.input_gradient(lambda inputs: ops.sum(network(inputs)), ops.convert_to_tensor(x)))
    step = 1e-2 * slope / np.linalg.norm(slope)
    change = float(ops.sum(network(x + step)) - ops.sum(network(x - step))) / 2e-2
    assert change == pytest.approx(np.linalg.norm(slope), rel=1e-2)


def test_frozen_functions_leave_the_variables_alone():
    import keras

    from models import backend

    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    before = [np.array(v) for v in network.variables]
    run = backend.compiled(lambda x: network(x, training=False), network.variables, frozen=True)
    assert np.asarray(run(np.ones((2, 3), "f4"))).shape == (2, 2)
    for old, variable in zip(before, network.variables):
        np.testing.assert_array_equal(old, variable)
