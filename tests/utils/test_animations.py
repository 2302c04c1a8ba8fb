"""Animations play at the speed asked for, say what they are, and can be stopped."""

import io

import numpy as np
import pytest
from PIL import Image

from utils import marks
from utils.animations import encode_animation
from utils.errors import PictureError

FRAMES = np.stack([np.full((12, 16, 3), 20 * step, np.uint8) for step in range(6)])
FRAMES[:, :, :4] = np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1) * 40


@pytest.mark.parametrize("format", ["webp", "gif"])
@pytest.mark.parametrize("loop, said", [(True, 0), (False, {"webp": 1, "gif": None})])
def test_frames_speed_loop_and_mark_arrive(format, loop, said):
    data = encode_animation(FRAMES, format, fps=10, loop=loop)
    with Image.open(io.BytesIO(data)) as image:
        assert image.n_frames == 6 and image.size == (16, 12)
        assert image.info.get("loop") == (said[format] if isinstance(said, dict) else said)
        for step in range(6):
            image.seek(step)
            image.load()
            assert image.info["duration"] == 100
            assert abs(int(np.asarray(image.convert("RGB"))[6, 10, 0]) - 20 * step) <= 8
    assert marks.is_marked(data)


@pytest.mark.parametrize("format", ["webp", "gif"])
def test_progress_counts_every_frame_once(format):
    told = []
    encode_animation(FRAMES, format, progress=lambda done, total: told.append((done, total)))
    assert told == [(step, 6) for step in range(1, 7)]


@pytest.mark.parametrize("format", ["webp", "gif"])
def test_raising_in_progress_cancels(format):
    class Cancelled(Exception):
        pass

    def stop(done, total):
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        encode_animation(FRAMES, format, progress=stop)


@pytest.mark.parametrize("format", ["webp", "gif"])
def test_one_frame_is_a_picture(format):
    with Image.open(io.BytesIO(encode_animation(FRAMES[:1], format))) as image:
        assert image.n_frames == 1


@pytest.mark.parametrize(
    "reason, arguments, sentence",
    [
        ("no such format", {"format": "flv"}, "`format` must be one of webp, gif"),
        ("no speed", {"fps": 0}, "`fps` must be above 0"),
        ("too fast for a browser", {"fps": 200}, "`fps` must be above 0 and at most 50. Received: 200"),
        ("nothing to show", {"pictures": FRAMES[:0]}, "at least one picture"),
        ("two sizes", {"pictures": [FRAMES[0], FRAMES[0][:4]]}, "must have one size"),
    ],
)
def test_the_impossible_is_told(reason, arguments, sentence):
    with pytest.raises(PictureError, match=sentence):
        encode_animation(**{"pictures": FRAMES, **arguments})
