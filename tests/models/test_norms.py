"""The fast batch norm is Keras' own: outputs, gradients, moving statistics, names."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from models import backend
from models.norms import BatchNorm


def one_step(kind, policy, shape):
    """Of a network of one such layer: its outputs, every gradient, and its variables afterwards, by name."""
    rng = np.random.RandomState(0)
    layer = kind(dtype=policy, name="norm")
    network = keras.Sequential([keras.Input(shape[1:]), layer], name="network")
    layer.gamma.assign(rng.normal(1, 0.2, shape[-1]))
    layer.beta.assign(rng.normal(0, 0.2, shape[-1]))
    x, weights = (ops.convert_to_tensor(rng.normal(2, 3, shape).astype(np.float32)) for _ in range(2))

    def score(inputs):
        return ops.sum(ops.cast(network(inputs, training=True), "float32") * weights)

    def step():
        value, slopes = backend.gradients(lambda: score(x), network.trainable_variables)
        return value, *slopes, backend.input_gradient(score, x), network(x, training=True)

    numbers = dict(
        zip(("score", "gamma's", "beta's", "inputs'", "outputs"), backend.compiled(step, network.variables)())
    )
    return numbers | {variable.path: variable for variable in network.variables}


@pytest.mark.parametrize("shape", [(16, 6), (4, 8, 8, 6)], ids=["vectors", "maps"])
@pytest.mark.parametrize("policy, close", [("float32", 1e-5), ("mixed_bfloat16", 1e-2)])
def test_it_trains_as_keras_layer_does(shape, policy, close):
    ours, theirs = one_step(BatchNorm, policy, shape), one_step(layers.BatchNormalization, policy, shape)
    assert list(ours) == list(theirs)  # a checkpoint's names too
    assert ours["outputs"].dtype == theirs["outputs"].dtype
    for name, wanted in theirs.items():
        wanted, found = (np.asarray(ops.cast(value, "float32")) for value in (wanted, ours[name]))
        np.testing.assert_allclose(found, wanted, atol=close * np.abs(wanted).max(), err_msg=name)


def test_frozen_it_keeps_its_statistics():
    x = np.random.RandomState(0).normal(2, 3, (8, 2)).astype(np.float32)
    layer = BatchNorm()
    layer.build(x.shape)
    layer.trainable = False
    np.testing.assert_allclose(layer(x, training=True), x, rtol=1e-3)
    np.testing.assert_array_equal(layer.moving_mean, [0, 0])
