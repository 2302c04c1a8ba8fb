"""What people wait for, from file to file, with the shipped detector: photos, a video, with Keras and with OpenVINO.

A photo is a JPEG of 1280 x 720 read, looked at, drawn on and written as a JPEG; a video is 720p H.264 in and out, its
people tracked. The pictures are our own samples.
"""

import statistics
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from bench.table import in_turn, show
from models.boxes import select
from models.catalogue import Catalogue
from models.detector import load
from models.tracking import Tracker
from utils import drawing, marks, pictures, video

SAMPLE = Path("ui/masks/samples/queue.webp")
WIDTH, HEIGHT, FRAMES, RATE, ROUNDS = 1280, 720, 48, 24, 5


def main() -> None:
    infos = Catalogue().models("detect")
    if not infos:
        print("There is no detector in the catalogue.")
        return
    wide = _wide(pictures.decode(SAMPLE, SAMPLE.name))
    photo = marks.encode(wide[:, :WIDTH], "jpeg")
    detectors = {one.runtime: one for one in (load(infos[0], fast) for fast in (False, True))}
    alone, ways = {}, {}
    for name, detector in detectors.items():
        alone[f"a photo in memory, {name}"] = lambda d=detector: select(d.candidates(wide[:, :WIDTH]))
        ways[f"a photo, file to file, {name}"] = lambda d=detector: _photo(d, photo)
    show(in_turn(alone | ways, 20), next(iter(alone)))
    with tempfile.TemporaryDirectory() as folder:
        film = _film(Path(folder) / "in.mp4", wide)
        ways = {
            f"{FRAMES} frames, file to file, {name}": lambda d=detector: _video(d, film)
            for name, detector in detectors.items()
        }
        seconds = in_turn(ways, ROUNDS, warm=1)
    show(seconds, next(iter(ways)))
    for name, values in seconds.items():
        print(f"{name}: {FRAMES / statistics.median(values):.1f} frames a second")


def _wide(picture: np.ndarray) -> np.ndarray:
    """The sample beside itself, HEIGHT high and at least two frames wide."""
    tall = np.asarray(Image.fromarray(picture).resize((round(picture.shape[1] * HEIGHT / picture.shape[0]), HEIGHT)))
    return np.concatenate([tall] * (2 * WIDTH // tall.shape[1] + 1), 1)


def _film(path: Path, wide: np.ndarray) -> Path:
    """A camera that pans over it."""
    import av

    with av.open(str(path), "w") as out:
        stream = out.add_stream(video.ENCODER, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(FRAMES):
            left = number * 8
            frame = np.ascontiguousarray(wide[:, left : left + WIDTH])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        out.mux(stream.encode(None))
    return path


def _photo(detector, data: bytes) -> bytes:
    picture = pictures.decode(data, "photo.jpg")
    found = select(detector.grouped(detector.candidates(picture)), across_classes=True)
    drawn = drawing.draw_boxes(picture, found.boxes, found.names, ["solid"] * len(found.boxes))
    return marks.encode(drawn, "jpeg", generated=False)


def _video(detector, path: Path) -> int:
    tracker = Tracker()

    def draw(frame):
        seen = tracker.follow(select(detector.grouped(detector.candidates(frame.picture)), across_classes=True))
        boxes, words = np.array([one.box for one in seen]), [f"{one.word} {one.person}" for one in seen]
        return drawing.draw_boxes(frame.picture, boxes, words, ["solid"] * len(seen))

    return video.redraw(path, path.with_name("out.mp4"), draw)
