"""A run that grew, published: pages, routes and verbs take it through what its card says."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from models import serving
from models.catalogue import Catalogue
from models.morphs import MorphSettings
from models.settings import FaceSettings
from tests.asking import Client
from tests.test_cli import shell
from tests.test_pages import _data, navigation_is_ours  # noqa: F401
from tests.training.growing import GROWING
from tests.tree import ROOT
from training import loop, publish
from training import recipe as recipes
from utils import pictures

LATENT = 512


@pytest.fixture(scope="module")
def published(picture_folder, tmp_path_factory):
    """A home of its own with the model `grown`: other tests count theirs."""
    home = tmp_path_factory.mktemp("home")
    (home / "growing.toml").write_text(GROWING.replace("latent = 8", f"latent = {LATENT}"))
    settings = [f"data.source={picture_folder}", "images=240", "tick.iterations=5", "tick.metric_every=0"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VISAGE_HOME", str(home))
        run = loop.start("grown", recipes.load(str(home / "growing.toml"), settings))
        publish.publish(run, home / "models" / "grown", "Grown")
    return home


@pytest.fixture(autouse=True)
def in_its_home(published, tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(published))
    monkeypatch.chdir(tmp_path)


def page(name=""):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["model"] = "grown"
    app.run()
    if name:
        app.switch_page(f"pages/{name}.py").run()
    assert not app.exception
    return app


def test_faces_have_all_latents_and_a_psi_that_says_why_it_rests():
    data = _data(page())
    assert len(data["base"]) == data["model"]["latent"] == LATENT and data["model"]["directions"]
    assert not data["model"]["truncation"] and "one length" in data["model"]["no_truncation"]
    faces = [FaceSettings("grown", "1", 7, psi) for psi in (1.0, 0.3)]
    np.testing.assert_array_equal(*map(serving.generator("grown").face, faces))


def test_page_route_and_shell_draw_one_face(tmp_path):
    settings = FaceSettings("grown", "1", 7, latents=((511, 2.5),))
    face = serving.generator("grown").face(settings)
    reply = Client().get("/v1/frame?model=grown&version=1&seed=7&z511=2.5&size=16&format=png")
    np.testing.assert_array_equal(pictures.decode(reply.content), face)
    shell("generate", "grown", "--seed", 7, "--set", "z511=2.5", "--out", "faces")
    np.testing.assert_array_equal(pictures.decode(tmp_path / "faces" / "0007.png"), face)


def test_a_morph_goes_from_face_to_face():
    assert _data(page("morph"))["model"]["name"] == "grown"
    morph = MorphSettings(tuple(FaceSettings("grown", "1", seed) for seed in (3, 7)), steps=4, at=4)
    reply = Client().get("/v1/morph-frame?model=grown&seeds=3,7&steps=4&at=4&size=16&format=png")
    last = serving.generator("grown").face(morph.keys[1])
    assert np.abs(pictures.decode(reply.content).astype(int) - last).max() <= 1


def test_its_page_shows_the_same_latents_at_every_size():
    app = page("about")
    (picture,) = [one.proto.body for one in app.main.get("html") if "/grown/training" in one.proto.body]
    words = "The same eight faces at every size that the network grew through: 4, 8, 16 px."
    assert 'src="/api/v1/models/grown/training"' in picture and f'alt="{words}"' in picture
    assert words in [caption.value for caption in app.caption]
    reply = Client().get("/v1/models/grown/training")
    assert reply.headers["content-type"] == "image/webp"
    assert pictures.decode(reply.content).shape == (3 * (16 + 20), 8 * 16, 3)
    assert Catalogue().get("grown").training["sizes"] == [4, 8, 16]
    assert json.dumps(Client().get("/v1/models").json())  # all of it travels
