"""A small set of drawn pictures and a recipe that trains on it in seconds."""

import numpy as np
import pytest
from PIL import Image

TINY = """
task = "gan"
images = 640
batch = 16
precision = "float32"
[networks]
family = "dcgan"
[networks.generator]
latent = 16
capacity = 4
kernel = 4
extra_convolution = false
[networks.discriminator]
capacity = 4
kernel = 4
norm = false
extra_convolution = false
head = "flatten"
[loss]
name = "non_saturating"
r1_gamma = 0.1
r1_every = 4
[generator_optimiser]
learning_rate = 2e-3
beta_1 = 0.0
beta_2 = 0.99
decay = 0.5
final = 0.2
[discriminator_optimiser]
learning_rate = 2e-3
beta_1 = 0.0
beta_2 = 0.99
[data]
resolution = 32
[tick]
iterations = 5
metric_every = 4
metric_pictures = 8
"""


def squares(count, size=32, seed=0):
    """uint8 [count, size, size, 3]: a square on a ground, both of some colour."""
    rng = np.random.RandomState(seed)
    pictures = np.empty((count, size, size, 3), np.uint8)
    for picture in pictures:
        picture[:] = rng.randint(0, 256, 3)
        top, left = rng.randint(0, size // 2, 2)
        picture[top : top + size // 2, left : left + size // 2] = rng.randint(0, 256, 3)
    return pictures


@pytest.fixture(scope="session")
def picture_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("squares")
    for number, picture in enumerate(squares(100)):
        Image.fromarray(picture).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture(scope="session")
def tiny_recipe(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(TINY)
    return path
