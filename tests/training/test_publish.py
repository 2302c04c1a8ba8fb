"""A run becomes a model: its best checkpoint, measured itself, under a version that links can rely on."""

import numpy as np
import pytest

from models import latents
from models.generator import load
from training import checkpoints, loop, publish, recipe, runs, subject
from training.tasks import gan
from utils import marks
from utils.errors import ModelError


@pytest.fixture(scope="module")
def run(visage_home, picture_folder, tiny_recipe):
    settings = ["images=640", "tick.iterations=10", "tick.metric_every=1"]
    loaded = recipe.load(str(tiny_recipe), [*settings, f"data.source={picture_folder}"])
    return loop.start("published", loaded)


def test_the_model_draws_what_the_runs_best_average_drew(run, tmp_path):
    info = publish.publish(run, tmp_path / "mine", "Mine", {"licence": "mine alone"})
    z = np.stack([latents.seed_latent(seed, 16) for seed in range(1, 9)])
    from_run = gan.drawn_by(publish.network_of(run))(z)
    assert np.abs(load(info).generate(z).astype(int) - from_run).max() <= 1  # float16 on disk
    best = checkpoints.place_of(checkpoints.best(run.checkpoints))
    assert info.training["images"] == best["images"] and info.licence == "mine alone"
    assert best["images"] == min(run.events(), key=lambda event: event["swd"])["images"]
    for name in ("samples.webp", "training.webp"):
        assert marks.is_marked((info.folder / name).read_bytes())


def test_figures_are_the_runs_own_even_beside_a_model_of_its_name(run, visage_home, picture_folder):
    steps = []
    figures = subject.evaluate_run(run, picture_folder, steps.append)
    assert figures["subject"] == "published" and steps
    assert figures["swd_to_floor"][32] == pytest.approx(figures["swd"][32] / figures["swd_floor"][32])
    assert subject.evaluate("published", picture_folder, steps.append) == figures  # the run: no such model yet
    info = publish.publish(run, visage_home / "models" / "published")
    assert subject.card_figures(figures)["swd"]["32 px"] == round(figures["swd"][32], 4)
    as_model = subject.evaluate("published", picture_folder, steps.append)
    assert as_model["swd"][32] == pytest.approx(figures["swd"][32], rel=0.05)
    assert info.name == "published"


def test_a_version_is_never_replaced_by_other_faces(run, tmp_path):
    publish.publish(run, tmp_path / "twice")
    with pytest.raises(ModelError, match="--version"):
        publish.publish(run, tmp_path / "twice")
    assert publish.publish(run, tmp_path / "twice", facts={"version": "2"}).version == "2"


def test_a_run_without_a_checkpoint_is_told(visage_home):
    empty = runs.create("empty", recipe.load("dcgan"))
    with pytest.raises(Exception, match="no checkpoint yet"):
        checkpoints.best(empty.checkpoints)
