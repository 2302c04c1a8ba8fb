"""OpenVINO, where it is installed (`pip install -r requirements-openvino.txt`): the same network, faster on Intel's and
AMD's processors, most of all with bfloat16 arithmetic.
"""

import importlib.util
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def installed() -> bool:
    """Whether OpenVINO can be used here."""
    return importlib.util.find_spec("openvino") is not None


def _imported() -> Any:
    """The package. By itself it tells its maker of every start, asked or not; without its messenger it does not."""
    if "openvino" not in sys.modules:
        sys.modules.setdefault("openvino_telemetry", None)
    import openvino

    return openvino


def compiled(model: Any, batch: int, bfloat16: bool) -> Callable[[np.ndarray], list[np.ndarray]]:
    """A function from float32 [batch, H, W, 3] to the outputs of the Keras model, a list of float32 arrays.

    May be called from many threads at once: each has a request of its own.

    Args:
        model: with one input of a fixed height and width.
        bfloat16: arithmetic where the processor has it; else float32, whatever OpenVINO would choose by itself.
    """
    openvino = _imported()
    core = openvino.Core()
    with tempfile.TemporaryDirectory(prefix="visage-openvino-") as folder:
        file = Path(folder) / "model.xml"
        model.export(str(file), format="openvino", verbose=False)
        network = core.read_model(file)
        _, *shape = model.input_shape
        network.reshape([batch, *shape])
        hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32"}
        ready = core.compile_model(network, "CPU", hints)
    own = threading.local()

    def run(inputs: np.ndarray) -> list[np.ndarray]:
        if not hasattr(own, "request"):
            own.request = ready.create_infer_request()
        result = own.request.infer([np.ascontiguousarray(inputs, np.float32)])
        return [np.array(result[output]) for output in ready.outputs]

    return run
