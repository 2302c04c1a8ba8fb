"""Videos as people have them: turned, uneven in time, ten bits deep, cut off, or no videos at all."""

import av
import numpy as np
import pytest

from utils import video
from utils.errors import VideoError


def written(path, codec="libx264", pix_fmt="yuv420p", times=None, size=(64, 48), sound=None, turned=0):
    """A video whose frames grow lighter from the left upper corner's mark on; `times` in hundredths of a second."""
    times = list(range(0, 100, 10)) if times is None else times
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=100)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        if turned:
            stream.set_display_rotation(turned) if hasattr(stream, "set_display_rotation") else None
        track = out.add_stream(sound, rate=16000) if sound else None
        for time in times:
            picture = np.full((size[1], size[0], 3), 40 + time, np.uint8)
            picture[:16, :16] = 255
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts = time
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if track:
            for k in range(16):
                silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
                silence.sample_rate, silence.pts = 16000, k * 1024
                out.mux(track.encode(silence))
            out.mux(track.encode(None))
    return path


def test_frames_come_with_their_times_and_are_written_with_them(tmp_path):
    uneven = [0, 3, 4, 20, 50, 51, 90]
    source = written(tmp_path / "a.mp4", times=uneven)
    told = []
    count = video.redraw(source, tmp_path / "b.mp4", lambda f: 255 - f.picture, progress=lambda *at: told.append(at))
    assert count == 7 and told[-1][0] == 7
    again = list(video.frames(tmp_path / "b.mp4"))
    assert [round(frame.seconds * 100) for frame in again] == uneven
    assert again[0].picture[:8, :8].max() < 40 and again[0].picture[30:, 30:].min() > 180
    with av.open(str(tmp_path / "b.mp4")) as made:
        stream = made.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    data = (tmp_path / "b.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # plays before it has come whole


@pytest.mark.parametrize("sound", ["aac", "mp2"])
def test_sound_is_kept(tmp_path, sound):
    source = written(tmp_path / ("a.mp4" if sound == "aac" else "a.mkv"), sound=sound)
    video.redraw(source, tmp_path / "b.mp4", lambda f: f.picture)
    with av.open(str(tmp_path / "b.mp4")) as made:
        (track,) = made.streams.audio
        assert track.codec_context.name == "aac"
        assert sum(frame.samples for frame in made.decode(audio=0)) >= 15 * 1024


def test_each_third_frame(tmp_path):
    source = written(tmp_path / "a.mp4")
    assert [frame.number for frame in video.frames(source, every=3)] == [0, 3, 6, 9]


@pytest.mark.parametrize(
    "codec, pix_fmt, ending", [("libx265", "yuv420p10le", "mp4"), ("libvpx-vp9", "yuv420p", "webm")]
)
def test_other_kinds_of_video(tmp_path, codec, pix_fmt, ending):
    source = written(tmp_path / f"a.{ending}", codec, pix_fmt)
    facts = video.probe(source)
    assert (facts.width, facts.height, facts.sound) == (64, 48, False)
    assert video.redraw(source, tmp_path / "b.mp4", lambda f: f.picture) == 10


def test_odd_sizes_lose_their_last_row(tmp_path):
    source = written(tmp_path / "a.mkv", "ffv1", "bgr0", size=(65, 49))
    assert video.probe(source)[:2] == (65, 49)
    video.redraw(source, tmp_path / "b.mp4", lambda f: f.picture)
    assert video.probe(tmp_path / "b.mp4")[:2] == (64, 48)


def test_a_portrait_video_is_turned_upright(tmp_path):
    """The matrix in the track's header, as phones write it: a quarter turn."""
    data = bytearray(written(tmp_path / "a.mp4").read_bytes())
    one, quarter = (65536).to_bytes(4, "big"), (0).to_bytes(4, "big")
    plain = one + quarter * 2 + quarter + one + quarter + quarter * 2 + (2**30).to_bytes(4, "big")
    turned = quarter + one + quarter + (-65536).to_bytes(4, "big", signed=True) + quarter * 2 + quarter * 2 + plain[-4:]
    place = data.index(plain, data.index(b"tkhd"))
    data[place : place + 36] = turned
    (tmp_path / "portrait.mp4").write_bytes(data)
    facts = video.probe(tmp_path / "portrait.mp4")
    assert (facts.width, facts.height) == (48, 64)
    first = next(video.frames(tmp_path / "portrait.mp4")).picture
    assert first[:8, -8:].min() > 200 and first[-8:, :8].max() < 100  # the mark went from the left to the right corner


def test_cancelled_leaves_nothing(tmp_path):
    source = written(tmp_path / "a.mp4")
    seen = []
    assert (
        video.redraw(source, tmp_path / "b.mp4", lambda f: seen.append(1) or f.picture, cancelled=lambda: len(seen) > 3)
        == 0
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4"]


def test_a_video_cut_off_gives_what_is_left_or_a_sentence(tmp_path):
    whole = written(tmp_path / "a.mkv", times=list(range(0, 200, 2)), size=(320, 240)).read_bytes()
    (tmp_path / "half.mkv").write_bytes(whole[: len(whole) // 2])
    assert 0 < video.redraw(tmp_path / "half.mkv", tmp_path / "b.mp4", lambda f: f.picture) < 100
    mp4 = written(tmp_path / "a.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(mp4[: len(mp4) // 2])  # its table of contents was at the end
    with pytest.raises(VideoError, match=r"`half.mp4` .*cut off"):
        video.probe(tmp_path / "half.mp4")


def test_what_is_no_video_gets_a_sentence(tmp_path):
    (tmp_path / "text.mp4").write_text("not a video at all, but a text of some length\n" * 20)
    (tmp_path / "empty.mp4").write_bytes(b"")
    from PIL import Image

    Image.new("RGB", (64, 48)).save(tmp_path / "photo.png")
    (tmp_path / "photo.png").rename(tmp_path / "photo.mp4")
    with av.open(str(tmp_path / "sound.mp4"), "w") as out:
        track = out.add_stream("aac", rate=16000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 16000
        out.mux(track.encode(silence))
        out.mux(track.encode(None))
    for name in ("text.mp4", "empty.mp4", "photo.mp4", "sound.mp4", "nothing.mp4"):
        with pytest.raises(VideoError, match=name):
            video.redraw(tmp_path / name, tmp_path / "b.mp4", lambda f: f.picture)
    assert not (tmp_path / "b.mp4").exists()


@pytest.mark.parametrize(
    "reason, text",
    [
        ("a list of files", "ffconcat version 1.0\nfile secret.mp4\n"),
        ("a list for streaming", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.ts\n#EXT-X-ENDLIST\n"),
    ],
)
def test_a_file_that_names_other_files_opens_none_of_them(tmp_path, reason, text):
    written(tmp_path / "secret.mp4")
    written(tmp_path / "secret.ts")
    (tmp_path / "harmless.mp4").write_text(text)
    with pytest.raises(VideoError, match=r"`harmless.mp4` is no video"):
        video.probe(tmp_path / "harmless.mp4")


def test_a_colon_in_a_name_is_no_protocol(tmp_path):
    assert video.probe(written(tmp_path / "a.mp4").rename(tmp_path / "http:clip.mp4")).width == 64


def test_how_much_of_a_cut_off_video_was_read_is_told(tmp_path):
    source = written(tmp_path / "a.mp4", times=list(range(0, 200, 2)), size=(320, 240))
    video.redraw(source, tmp_path / "whole.mp4", lambda f: f.picture)  # its table of contents is at the start
    data = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(data[: len(data) // 2])
    read = [frame.seconds for frame in video.frames(tmp_path / "half.mp4")]
    assert 0 < len(read) < 100
    facts = video.Facts(320, 240, 1000, 50, 20.0, False)
    assert "1.0 s of 20.0 s could be read" in video.cut_off("x.mp4", facts, 1.0)
    assert video.cut_off("x.mp4", facts, 19.5) == ""


def test_colours_are_kept_and_named(tmp_path):
    def red(frame):
        return np.full_like(frame.picture, (200, 30, 60))

    video.redraw(written(tmp_path / "a.mp4", size=(1280, 720), times=[0, 10]), tmp_path / "b.mp4", red)
    np.testing.assert_allclose(next(video.frames(tmp_path / "b.mp4")).picture[100, 100], (200, 30, 60), atol=4)
    with av.open(str(tmp_path / "b.mp4")) as made:
        frame = next(made.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (1, 1)  # BT.709, limited
        assert abs(int(frame.to_ndarray()[0, 0]) - 75) <= 2  # 16 + 219 * (0.2126 r + 0.7152 g + 0.0722 b) / 255


def test_a_video_of_one_pixel_is_refused_with_a_sentence(tmp_path):
    with av.open(str(tmp_path / "dot.mkv"), "w") as out:
        stream = out.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 1, 1, "bgr0"
        frame = av.VideoFrame(1, 1, "bgr0")
        frame.pts = 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert next(video.frames(tmp_path / "dot.mkv")).picture.shape == (1, 1, 3)
    with pytest.raises(VideoError, match=r"`dot.mkv` are one pixel"):
        video.redraw(tmp_path / "dot.mkv", tmp_path / "b.mp4", lambda f: f.picture)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dot.mkv"]
