"""One face and sixteen: the served function (compiled, uint8 out) against `model.predict` on the same network, and ONNX
Runtime with what `weights export` writes of it.

The shipped DCGAN at 64 px, and a growing network of `pggan-faces`' size at 128 px, whose weights are random: they cost
as much. Beside them the floor: one float32 matrix product of as many multiply-adds as the network's, at the best a
library does.
"""

import math
import tempfile
from pathlib import Path

import keras
import numpy as np
import onnxruntime
from keras import ops

from bench.table import in_turn, show
from models import backend, export, generator, networks, weights_io
from models.card import WEIGHTS, ModelInfo
from models.catalogue import Catalogue, write_model
from training import recipe as recipes

MODEL, RECIPE, ROUNDS, SIDE = "dcgan-celeba64", "pggan-faces", 60, 1024


def main() -> None:
    measure(Catalogue().get(MODEL))
    with tempfile.TemporaryDirectory() as folder:
        measure(of_random_weights(Path(folder) / RECIPE))


def measure(info: ModelInfo) -> None:
    """Print the times of one model's ways to draw."""
    model, network = generator.load(info), generator.build(info)
    weights_io.load_weights(network, info.folder / WEIGHTS)
    count_of_one = multiply_adds(networks.family(info.family).folded(network, **info.arguments))
    session = exported(info)
    print(f"\n{info.title}, {info.pixels} px: {count_of_one / 1e6:.1f} million multiply-adds a face")
    for count in (1, 16):
        z = np.random.RandomState(0).standard_normal((count, model.latent)).astype(np.float32)
        ways = {
            f"predict, {count}": lambda z=z: network.predict(z, verbose=0),
            f"generate, {count}": lambda z=z: model.generate(z),
            f"ONNX Runtime, {count}": lambda z=z: session.run(None, {"z": z}),
            f"floor, {count}": matrix_product(count * count_of_one),
        }
        show(in_turn(ways, ROUNDS), f"predict, {count}")


def exported(info: ModelInfo) -> onnxruntime.InferenceSession:
    """The model in ONNX Runtime, on as many cores as ours."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = backend.cores()
    with tempfile.TemporaryDirectory() as folder:
        export.write(info, "onnx", Path(folder) / "model.onnx")
        return onnxruntime.InferenceSession(str(Path(folder) / "model.onnx"), options)


def of_random_weights(folder: Path) -> ModelInfo:
    """A model in `folder` of the size that the recipe trains."""
    recipe = recipes.load(RECIPE)
    arguments = {**recipe.networks.generator, "resolution": recipe.data.resolution}
    network = networks.family(recipe.networks.family).generator(**arguments)
    fields = {"title": f"{RECIPE}, random weights", "version": "1", "family": recipe.networks.family}
    return write_model(folder, {**fields, "arguments": arguments}, network, directions=4)


def multiply_adds(network: keras.Model) -> int:
    """Of one picture: every kernel, once at every place of the map that a (transposed) convolution reads."""
    weighted = [layer for layer in network.layers if hasattr(layer, "kernel")]
    return sum(math.prod(layer.kernel.shape) * math.prod(layer.input.shape[1:-1]) for layer in weighted)


def matrix_product(count: int):
    """A function that multiplies matrices, `count` multiply-adds in all."""
    shapes = ((max(1, count // SIDE**2), SIDE), (SIDE, SIDE))
    left, right = (ops.convert_to_tensor(np.ones(shape, np.float32)) for shape in shapes)
    product = backend.compiled(ops.matmul, [], frozen=True)
    return lambda: ops.convert_to_numpy(product(left, right))
