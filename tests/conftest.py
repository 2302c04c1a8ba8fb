"""A home of its own for every test session, and a tiny model in it."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session", autouse=True)
def visage_home(tmp_path_factory) -> Path:
    """Where runs, models and caches of this test session go; never the person's own."""
    home = tmp_path_factory.mktemp("visage-home")
    before = os.environ.get("VISAGE_HOME")
    os.environ["VISAGE_HOME"] = str(home)
    yield home
    if before is None:
        del os.environ["VISAGE_HOME"]
    else:
        os.environ["VISAGE_HOME"] = before


@pytest.fixture(scope="session")
def tiny_model(visage_home):
    """The card of `tiny`: a DCGAN of capacity 4 at 32 px with random weights and four directions, in `visage_home`.

    Its faces are noise, but everything else about it is as with a trained one. Tests that write work on a copy.
    """
    import keras

    from models import networks
    from models.catalogue import write_model

    keras.utils.set_random_seed(3)
    arguments = {"resolution": 32, "latent": 16, "capacity": 4, "kernel": 4, "init_std": 0.3}
    network = networks.family("dcgan").generator(**arguments)
    fields = {
        "title": "Tiny",
        "version": "1",
        "family": "dcgan",
        "arguments": arguments,
        "training": {"images": 0, "data": "none"},
        "licence": "Apache-2.0",
    }
    return write_model(visage_home / "models" / "tiny", fields, network, directions=4)
