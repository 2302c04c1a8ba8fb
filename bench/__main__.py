"""Run benchmarks by name, or all of them. Refuses while a training is live: figures would mean nothing."""

import importlib
import sys

from bench import table
from training import runs

BENCHES = {
    "step": "a training step: ours against the guide's loop made to train",
    "deterministic": "what equal runs to the bit cost a training step",
    "generation": "faces of the served function against model.predict",
    "batching": "faces over HTTP: requests drawn together against one by one",
    "load": "fifty people who move sliders and fifty programs at once: times, failures, memory",
    "detection": "a detector's forward pass against OpenCV, ONNX Runtime and OpenVINO; a slider",
    "detecting": "photos and a video with boxes, from file to file",
    "parity": "Darknet files read by us against OpenCV 4",
    "inversion": "faces found for photos, portraits squared, fakes found back; needs CelebA's held-out faces",
    "growing": "a growing network: images/s of training at each size, hours of the whole schedule",
    "against": "a growing network's training step at each size: ours against pro-gan-pth's",
    "curves": "a run of a million ticks: opened, zoomed, taken back",
    "polling": "a run of a million ticks and 10,000 pictures on its page; memory while ten visitors watch",
    "start": "the server's cold start: seconds to the first face, memory",
    "beside": "the same key press while a run trains, against without",
    "dragging": "a thumb dragged on Faces: frames a second, alone and beside nine others; memory over 10,000 frames",
    "pages": "slider key press to new picture painted, against an empty page's rerun",
}


def main(names: list[str]) -> int:
    """Exit status: 0, or 2 for an unknown name or a live training."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no benchmark `{unknown[0]}`. Known: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    live = [path.parent.name for path in runs.folder().glob("*/lock") if runs.Run(path.parent).is_locked()]
    if live:
        print(f"The run `{live[0]}` is training now and would spoil the figures. Pause it first.", file=sys.stderr)
        return 2
    table.machine()
    for name in names or BENCHES:
        print(f"\n{name}: {BENCHES[name]}", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
