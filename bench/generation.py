"""One face and sixteen: the served function (compiled, uint8 out) against `model.predict` on the same network."""

import numpy as np

from bench.table import in_turn, show
from models import generator, weights_io
from models.card import WEIGHTS
from models.catalogue import Catalogue

MODEL, ROUNDS = "dcgan-celeba64", 60


def main() -> None:
    info = Catalogue().get(MODEL)
    model, network = generator.load(info), generator.build(info)
    weights_io.load_weights(network, info.folder / WEIGHTS)
    for count in (1, 16):
        z = np.random.RandomState(0).standard_normal((count, model.latent)).astype(np.float32)
        ways = {
            f"predict, {count}": lambda z=z: network.predict(z, verbose=0),
            f"generate, {count}": lambda z=z: model.generate(z),
        }
        show(in_turn(ways, ROUNDS), f"predict, {count}")
