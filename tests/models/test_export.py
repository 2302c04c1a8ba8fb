"""Networks for other programs: what ONNX Runtime and a SavedModel draw and see is what Visage does."""

import keras
import numpy as np
import onnxruntime
import pytest

from models import detector, export, generator
from models.latents import seed_latent
from tests.models.test_detector import info as seer  # noqa: F401  a fixture
from tests.models.test_detector import sections, spot, white_seer  # noqa: F401
from utils.errors import ModelError


def onnx(path, **given):
    session = onnxruntime.InferenceSession(str(path))
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, given)))


@pytest.mark.parametrize("kind", export.FORMATS)
def test_a_generator_draws_the_same_faces_elsewhere(tiny_model, tmp_path, kind):
    done = export.write(tiny_model, kind, tmp_path / "new" / "tiny")
    assert done.inputs == {"z": [None, 16]} and done.outputs == {"pictures": [None, 32, 32, 3]}
    assert done.difference < 1e-5
    z = np.stack([seed_latent(seed, 16) for seed in (3, 4, 5)])
    path = tmp_path / "new" / "tiny"
    drawn = onnx(path, z=z) if kind == "onnx" else keras.layers.TFSMLayer(str(path), call_endpoint="serve")(z)
    pictures = np.round((np.asarray(drawn["pictures"]) + 1) * 127.5).astype(int)
    assert np.abs(pictures - generator.load(tiny_model).generate(z)).max() <= 1
    assert [one.name for one in path.parent.iterdir()] == ["tiny"], "nothing else is left there"


def test_a_detector_sees_the_same_boxes_elsewhere(seer, tmp_path):  # noqa: F811
    export.write(seer, "onnx", tmp_path / "seer.onnx")
    picture = spot(64, 64, 24, 24)
    found = onnx(tmp_path / "seer.onnx", pictures=picture[None].astype(np.float32) / 255)
    ours = detector.load(seer).candidates(picture)
    strong = found["scores"][0].max(1) >= detector.FLOOR
    np.testing.assert_allclose(found["scores"][0][strong], ours.scores, atol=1e-5)
    np.testing.assert_allclose(found["boxes"][0][strong].clip(0, 64), ours.boxes, atol=1e-3)


def test_what_is_there_stays_and_another_kind_is_told(tiny_model, tmp_path):
    (tmp_path / "mine.onnx").write_text("mine")
    with pytest.raises(ModelError, match="There is something at .*mine.onnx.* already"):
        export.write(tiny_model, "onnx", tmp_path / "mine.onnx")
    assert (tmp_path / "mine.onnx").read_text() == "mine"
    with pytest.raises(ModelError, match="`--to` must be one of onnx, saved_model. Received: pickle."):
        export.write(tiny_model, "pickle", tmp_path / "x")
