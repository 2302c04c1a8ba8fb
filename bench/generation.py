"""One face and sixteen: the served function (compiled, uint8 out) against `model.predict` on the same network.

Beside them the floor: one float32 matrix product of as many multiply-adds as the network's, at the best a library does.
"""

import math

import keras
import numpy as np
from keras import ops

from bench.table import in_turn, show
from models import backend, generator, weights_io
from models.card import WEIGHTS
from models.catalogue import Catalogue

MODEL, ROUNDS, SIDE = "dcgan-celeba64", 60, 1024


def main() -> None:
    info = Catalogue().get(MODEL)
    model, network = generator.load(info), generator.build(info)
    weights_io.load_weights(network, info.folder / WEIGHTS)
    print(f"{multiply_adds(network) / 1e6:.1f} million multiply-adds a face")
    for count in (1, 16):
        z = np.random.RandomState(0).standard_normal((count, model.latent)).astype(np.float32)
        ways = {
            f"predict, {count}": lambda z=z: network.predict(z, verbose=0),
            f"generate, {count}": lambda z=z: model.generate(z),
            f"floor, {count}": matrix_product(count * multiply_adds(network)),
        }
        show(in_turn(ways, ROUNDS), f"predict, {count}")


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
