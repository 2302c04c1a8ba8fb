"""One forward pass of detectors at 416 px, the same weights everywhere: ours, OpenCV 4, ONNX Runtime, OpenVINO.

yolov3-tiny and yolov3 with random weights, and the shipped detector; then a slider.
OpenCV reads our `.cfg` and `.weights`; the other two read exports of the same Keras network. The extras come with
`pip install -r requirements-bench.txt`; what is not installed is left out.
"""

import importlib.util
import statistics
import tempfile
from pathlib import Path

import numpy as np

from bench.table import in_turn, show
from models import backend, runtime_openvino
from models.boxes import Candidates, select
from models.darknet import cfg, network, weights

SIZE, ROUNDS = 416, 15


def main() -> None:
    for name, rounds in (("yolov3-tiny", ROUNDS), ("yolov3", 5)):
        sections = cfg.shipped(name)
        seconds = in_turn(runtimes(network.network(sections), sections), rounds)
        show({f"{name}, {way}": values for way, values in seconds.items()}, f"{name}, ours, float32")
        _verdict(name, {way: statistics.median(values) for way, values in seconds.items()})
    slider()


def runtimes(model, sections) -> dict:
    """Ways to run the network once, by name."""
    plain = network.folded(model, sections, SIZE)
    picture = np.random.RandomState(0).random_sample((1, SIZE, SIZE, 3)).astype(np.float32)
    plain(picture)  # Keras exports only what has been called
    ours = backend.compiled(lambda x: plain(x, training=False), plain.variables, frozen=True)
    ways = {
        "ours, float32": lambda: [np.asarray(x) for x in ours(picture)],
        "OpenCV 4": _opencv(model, sections, picture),
    }
    if importlib.util.find_spec("onnxruntime") and importlib.util.find_spec("tf2onnx"):
        ways["ONNX Runtime, float32"] = _onnx(plain, picture)
    if runtime_openvino.installed():
        for precision, bfloat16 in (("float32", False), ("bfloat16", True)):
            if bfloat16 and not backend.bfloat16_pays():
                continue
            run = runtime_openvino.compiled(plain, 1, bfloat16)
            ways[f"OpenVINO, {precision}"] = lambda run=run: run(picture)
    return ways


def _opencv(model, sections, picture):
    import cv2

    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / name) for name in ("x.cfg", "x.weights")]
        Path(files[0]).write_text(cfg.write_cfg(sections))
        weights.write_weights(model, sections, files[1])
        net = cv2.dnn.readNetFromDarknet(*files)
    names, blob = net.getUnconnectedOutLayersNames(), np.ascontiguousarray(picture.transpose(0, 3, 1, 2))

    def run():
        net.setInput(blob)
        return net.forward(names)

    return run


def _onnx(plain, picture):
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "x.onnx")
        plain.export(file, format="onnx", verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = backend.cores()
        session = onnxruntime.InferenceSession(file, options)
    inputs = {session.get_inputs()[0].name: picture}
    return lambda: session.run(None, inputs)


def _verdict(name, medians):
    """Ours against the median of the other float32 runtimes, and the optional runtime against ours."""
    others = [medians[way] for way in ("OpenCV 4", "ONNX Runtime, float32", "OpenVINO, float32") if way in medians]
    print(f"{name}: ours takes {medians['ours, float32'] / statistics.median(others):.2f} of the others' median")
    if "OpenVINO, bfloat16" in medians:
        print(
            f"{name}: OpenVINO in bfloat16 is {medians['ours, float32'] / medians['OpenVINO, bfloat16']:.2f}x as fast as ours"
        )


def slider() -> None:
    """What a slider does: 500 candidates, filtered anew."""
    rng = np.random.RandomState(0)
    corners = rng.uniform(0, 600, (500, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(8, 120, (500, 2))], 1).astype(np.float32)
    seen = Candidates(boxes, rng.random_sample((500, 3)).astype(np.float32), ("a", "b", "c"), 720, 720)
    show(in_turn({"500 candidates, one slider": lambda: select(seen, 0.05)}, 50), "500 candidates, one slider")
