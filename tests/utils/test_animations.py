"""Animations play at the speed asked for, say what they are, and can be stopped."""

import io

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from utils import marks, private
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


@pytest.mark.parametrize("format", ["mp4", "webp", "gif"])
def test_progress_counts_every_frame_once(format):
    told = []
    encode_animation(FRAMES, format, progress=lambda done, total: told.append((done, total)))
    assert told == [(step, 6) for step in range(1, 7)]


@pytest.mark.parametrize("format", ["mp4", "webp", "gif"])
def test_raising_in_progress_cancels(format):
    class Cancelled(Exception):
        pass

    def stop(done, total):
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        encode_animation(FRAMES, format, progress=stop)
    assert not list(private.root().glob("job-*"))


@pytest.mark.parametrize(
    "reason, size, expected",
    [
        ("16 px wide, 12 high: 22 times", (12, 16), (264, 352)),
        ("64 px: four times", (64, 64), (256, 256)),
        ("large enough", (256, 260), (256, 260)),
        ("odd: the last row and column go", (257, 301), (256, 300)),
    ],
)
def test_an_mp4_plays_in_other_programs(tmp_path, reason, size, expected):
    ramp = np.linspace(0, 200, 6)[:, None, None, None] + np.array([0, 10, 50])
    pictures = np.broadcast_to(ramp, (6, *size, 3)).astype(np.uint8)
    path = tmp_path / "made.mp4"
    path.write_bytes(encode_animation(pictures, "mp4", fps=12.5))
    player = cv2.VideoCapture(str(path))
    fourcc = int(player.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little")
    assert fourcc in (b"avc1", b"h264") and player.get(cv2.CAP_PROP_FPS) == 12.5, reason
    for expected_picture in pictures:
        found, frame = player.read()
        assert found and frame.shape == (*expected, 3), reason
        assert np.abs(frame[..., ::-1].mean((0, 1)) - expected_picture[0, 0]).max() < 4, reason
    assert not player.read()[0]


def test_an_mp4_says_that_a_network_drew_it_and_plays_while_it_comes():
    data = encode_animation(FRAMES, "mp4")
    assert data.index(b"moov") < data.index(marks.COMMENT.encode()) < data.index(b"mdat")
    with av.open(io.BytesIO(data)) as made:
        (stream,) = made.streams
        assert made.metadata["comment"] == marks.COMMENT
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")


@pytest.mark.parametrize("format", ["webp", "gif"])
def test_one_frame_is_a_picture(format):
    with Image.open(io.BytesIO(encode_animation(FRAMES[:1], format))) as image:
        assert image.n_frames == 1


@pytest.mark.parametrize(
    "reason, arguments, sentence",
    [
        ("no such format", {"format": "flv"}, "`format` must be one of mp4, webp, gif"),
        ("no speed", {"fps": 0}, "`fps` must be above 0"),
        ("too fast for a browser", {"fps": 200}, "`fps` must be above 0 and at most 50. Received: 200"),
        ("nothing to show", {"pictures": FRAMES[:0]}, "at least one picture"),
        ("two sizes", {"pictures": [FRAMES[0], FRAMES[0][:4]]}, "must have one size"),
    ],
)
def test_the_impossible_is_told(reason, arguments, sentence):
    with pytest.raises(PictureError, match=sentence):
        encode_animation(**{"pictures": FRAMES, **arguments})
