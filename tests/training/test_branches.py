"""A branch begins with another run's weights, says so for good, and is refused in a sentence where they do not fit."""

import numpy as np
import pytest

from training import checkpoints, loop, processes, recipe, runs
from utils.errors import RunError

SMALL = ("networks.generator.capacity=2", "networks.discriminator.capacity=2", "tick.metric_every=0", "images=320")


@pytest.fixture(scope="module")
def load(tiny_recipe, picture_folder):
    return lambda *settings: recipe.load(str(tiny_recipe), [f"data.source={picture_folder}", *SMALL, *settings])


@pytest.fixture(scope="module")
def parent(load):
    return loop.start("parent", load("tick.keep_every=5"))


@pytest.mark.parametrize("init, images", [("parent", 320), ("parent@160", 160)])
def test_it_begins_with_those_weights_and_fresh_optimisers(parent, load, init, images):
    settings = ["images=16", "generator_optimiser.learning_rate=1e-12", "discriminator_optimiser.learning_rate=1e-12"]
    run = loop.start(f"child-{images}", load(f"networks.init={init}", *settings))
    assert run.recipe().networks.init == f"parent@{images}"  # for good, also when the parent's best moves on
    assert f"Starts from the weights of the run `parent` at {images} images." in (run.folder / "log.txt").read_text()
    # the film strip goes on where the other's stood: generator and moving average are the same
    strips = (run.folder / "samples" / "000000000.jpg", parent.folder / "samples" / f"{images:09d}.jpg")
    assert strips[0].read_bytes() == strips[1].read_bytes()
    theirs, ours = checkpoints.best(parent.checkpoints, images), checkpoints.best(run.checkpoints)
    both = [checkpoints.part_of(one, "discriminator") for one in (theirs, ours)]
    for before, after in zip(*both, strict=True):
        np.testing.assert_allclose(after, before, atol=1e-6)
    steps = [checkpoints.part_of(one, "generator_optimiser")[0] for one in (theirs, ours)]
    assert steps == [images // 16, 1]


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (["networks.init=nobody"], "There is no run `nobody`"),
        (["networks.init=parent@7"], "keeps no checkpoint at 7 images. It has: "),
        (["networks.init=parent@best"], "write parent@IMAGES, or parent for its best one"),
        (["networks.init=parent", "data.resolution=64"], "its resolution is 32, not 64"),
        (["networks.init=parent", "networks.generator.capacity=3"], "has the shape .* Branch with the same networks"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_makes_no_run(parent, load, settings, sentence):
    with pytest.raises(RunError, match=sentence):
        loop.start("wrong", load(*settings))
    assert not runs.exists("wrong")


def test_the_page_refuses_before_a_process_is_launched(parent, load):
    for settings in (["networks.init=parent@7"], ["networks.init=parent", "data.resolution=64"]):
        with pytest.raises(RunError):
            processes.start("wrong", load(*settings))
    detector = recipe.load("masks", [f"data.source={load().data.source}", "network.init=parent"])
    with pytest.raises(RunError, match="a training of the kind `gan`, this one `detection`"):
        processes.start("wrong", detector)
    assert not runs.exists("wrong")
