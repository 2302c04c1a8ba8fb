"""A model's network as ONNX or as a TensorFlow SavedModel, by Keras' own exporter, and compared with what it came from."""

import importlib.util
import tempfile
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from models import backend, detector, generator, yolo
from models.card import ModelInfo
from models.darknet import cfg
from models.darknet import network as darknet
from models.latents import seed_latent
from utils.errors import ModelError

FORMATS = {"onnx": "onnx", "saved_model": "tf_saved_model"}  # ours: Keras'
BOUND = 1e-3  # of what a network gives, as a share of its largest value


class Exported(NamedTuple):
    """What was written.

    Attributes:
        inputs, outputs: {name: shape}, None for a free size; all float32.
        difference: largest between its outputs and ours on the same input, as a share of our largest; None where no
            runtime is here to tell.
    """

    inputs: dict[str, list]
    outputs: dict[str, list]
    difference: float | None


def write(info: ModelInfo, kind: str, out: Path) -> Exported:
    """The network in float32, batch norm folded in, whole at `out` or not at all.

    A generator takes `z` [N, latent], psi and sliders already in it, and gives pictures [N, H, W, 3] in [-1, 1]. A detector
    takes pictures [N, size, size, 3] in [0, 1] and gives boxes [N, M, 4] (x1, y1, x2, y2 in pixels of that input) and
    scores [N, M, classes], before anything is chosen among them.

    Raises: ModelError for another kind, a place that is taken, a package that is missing, or a network that came out
    different.
    """
    if kind not in FORMATS:
        raise ModelError(f"`--to` must be one of {', '.join(FORMATS)}. Received: {kind}.")
    if out.exists():
        raise ModelError(f"There is something at `{out}` already. Name another place with --out, or move it away.")
    if kind == "onnx" and not importlib.util.find_spec("tf2onnx"):
        raise ModelError("ONNX needs more packages: pip install -r requirements-onnx.txt.")
    network, given = _network(info), _example(info)
    ours = network(given)  # before it is written: Keras exports to ONNX only what has been called
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".visage-export-", dir=out.parent) as folder:
        made = Path(folder) / "model.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # Keras looks for a NumPy of long ago
            network.export(str(made), format=FORMATS[kind], verbose=False)
        difference = _difference(ours, _run(made, kind, given))
        if difference is not None and not difference <= BOUND:
            raise ModelError(
                f"`{info.name}` came out different as {kind}: by {difference:.2g} of its largest value. Nothing is written."
            )
        made.rename(out)
    inputs = {tensor.name: list(tensor.shape) for tensor in network.inputs}
    return Exported(inputs, {name: list(tensor.shape) for name, tensor in network.output.items()}, difference)


def _network(info: ModelInfo) -> Any:
    """One Keras model with everything between the input and what a caller wants."""
    if info.task == "generate":
        drawn = generator.load(info).network
        z = keras.Input((info.latent,), name="z")
        return keras.Model(z, {"pictures": drawn(z)})
    model, sections = detector.read(info)
    size = info.arguments["size"]
    pictures = keras.Input((size, size, 3), name="pictures")
    boxes, scores = yolo.decoder(cfg.heads(sections), size, size)(darknet.folded(model, sections, size)(pictures))
    return keras.Model(pictures, {"boxes": boxes, "scores": scores})


def _example(info: ModelInfo) -> np.ndarray:
    if info.task == "generate":
        return np.stack([seed_latent(seed, info.latent) for seed in range(2)])
    size = info.arguments["size"]
    return np.random.RandomState(0).random_sample((1, size, size, 3)).astype(np.float32)


def _run(made: Path, kind: str, given: np.ndarray) -> dict | None:
    """What comes out of the file, by name; None where its runtime is not here."""
    if kind == "saved_model":
        return (
            keras.layers.TFSMLayer(str(made), call_endpoint="serve")(given) if backend.name() == "TensorFlow" else None
        )
    if not importlib.util.find_spec("onnxruntime"):
        return None
    import onnxruntime

    session = onnxruntime.InferenceSession(str(made))
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: given})))


def _difference(ours: dict, theirs: dict | None) -> float | None:
    if theirs is None:
        return None
    pairs = [(np.asarray(ours[name]), np.asarray(theirs[name])) for name in ours]
    return max(float(np.abs(one - other).max() / np.abs(one).max()) for one, other in pairs)
