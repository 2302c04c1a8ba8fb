"""An encoder learns from a generator's fakes, lies beside its weights, and is where a search begins."""

import shutil

import numpy as np
import pytest

from models import serving
from models.aligner import Aligner
from models.card import ALIGNER, ENCODER, read_card, verify
from models.catalogue import store_encoder
from models.latents import seed_latent
from training import encoder


@pytest.fixture(scope="module")
def learned(tiny_model, visage_home):
    """A copy of the tiny model, its encoder stored; and what the encoder left unexplained."""
    folder = visage_home / "models" / "tiny-encoded"
    shutil.copytree(tiny_model.folder, folder)
    (folder / "model.toml").write_text((folder / "model.toml").read_text().replace('"tiny"', '"tiny-encoded"'))
    seen = []
    network, unexplained = encoder.train(
        serving.generator("tiny-encoded"), images=6400, progress=lambda images, loss: seen.append((images, loss))
    )
    aligner = Aligner(np.zeros(8, np.float32), np.ones((8, 4), np.float32), np.zeros(4, np.float32))
    yield store_encoder(read_card(folder), network, aligner), unexplained, seen
    shutil.rmtree(folder)


def test_it_learns(learned):
    _, unexplained, seen = learned
    assert unexplained < 0.5
    assert [images for images, _ in seen] == list(range(0, 6400, 1600)) and seen[-1][1] < seen[0][1]


def test_it_and_the_aligner_are_files_of_the_model_with_their_sums(learned):
    info, _, _ = learned
    assert {ENCODER, ALIGNER} <= set(info.files) and verify(info) == [] and read_card(info.folder) == info


def test_the_search_begins_with_its_guess(learned):
    inverter = serving.inverter("tiny-encoded")
    z = np.stack([seed_latent(seed, 16) for seed in range(20)])
    guessed = inverter.guess(inverter.generator.generate(z))
    assert ((guessed - z) ** 2).mean() < 0.5 * (z**2).mean()
