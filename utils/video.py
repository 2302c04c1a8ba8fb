"""Videos in and out, by PyAV: frames upright as pictures; H.264 that browsers play, with the sound and the timing kept.

The encoder is chosen here and nowhere else: x264, which PyAV's wheels carry (GPL; see NOTICE).
"""

import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.video.reformatter import Colorspace

from utils import private
from utils.errors import VideoError

ENCODER, OPTIONS = "libx264", {"crf": "20", "preset": "veryfast"}
MP4_SOUND = {"aac", "mp3", "opus"}  # browsers play these, so they are taken over as they are; other sound becomes AAC
# Containers of one file that hold all they show. FFmpeg also reads lists (HLS, DASH, concat) that name other files or
# addresses: a stranger's upload must not open those. The same for protocols.
READABLE = {
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpegts,mpeg,ogg,flv,asf",
    "protocol_whitelist": "file",
}
MAX_PIXELS = 4096 * 2304  # of a frame
ENDINGS = {".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ogv", ".3gp"}


class Facts(NamedTuple):
    """What a video's header says: pixels of the upright frame, frames (0 if unknown), frames a second, seconds, sound."""

    width: int
    height: int
    frames: int
    rate: float
    seconds: float
    sound: bool


class Frame(NamedTuple):
    """One frame: its number from 0, its time in seconds, and the picture, uint8 [H, W, 3], upright."""

    number: int
    seconds: float
    picture: np.ndarray


def probe(path: str | Path) -> Facts:
    """What the video is, from its header and its first frame.

    Raises: VideoError for what is no video, has no frame that can be read, or frames that are too large.
    """
    first = next(frames(path), None)
    if first is None:
        raise _nothing(Path(path))
    with _open(Path(path)) as source:
        stream = source.streams.video[0]
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        seconds = float(stream.duration * stream.time_base) if stream.duration else (source.duration or 0) / 1e6
        count = stream.frames or round(seconds * rate)
        height, width = first.picture.shape[:2]
        return Facts(width, height, count, rate, seconds, bool(source.streams.audio))


def frames(path: str | Path, every: int = 1) -> Iterator[Frame]:
    """The frames one by one, each `every`th; a video that is cut off ends where it can be read no further.

    Raises: VideoError as `probe`.
    """
    path = Path(path)
    with _open(path) as source:
        stream = source.streams.video[0]
        stream.thread_type = "AUTO"
        for number, frame in enumerate(_decoded(source, stream, path)):
            if number % every == 0:
                yield Frame(number, float(frame.time or 0), _upright(frame))


def cut_off(path: str | Path, facts: Facts, seconds: float) -> str:
    """A sentence where a video that should last `facts.seconds` ended after `seconds`; nothing where it is whole."""
    slack = max(1.0, 0.02 * facts.seconds, 2 / facts.rate)  # headers round, and sound may outlast the pictures
    if seconds >= facts.seconds - slack:
        return ""
    return (
        f"`{Path(path).name}` is cut off: {seconds:.1f} s of {facts.seconds:.1f} s could be read, and are shown. "
        "Copy or download it again for the rest."
    )


def redraw(
    path: str | Path,
    target: str | Path,
    draw: Callable[[Frame], np.ndarray],
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """How many frames were written: the video with every frame drawn anew, H.264 and yuv420p in an MP4, sound kept.

    Frames keep their times, so a video of variable rate stays one. The target is whole or absent.

    Args:
        draw: a frame to its picture, uint8 [H, W, 3] of the same size.
        progress: called with (frames read, frames in all or 0).
        cancelled: asked before each frame; True ends it, and nothing is written: the answer is 0.

    Raises: VideoError as `probe`; OSError for a full disk.
    """
    path, target, facts = Path(path), Path(target), probe(path)
    if min(facts.width, facts.height) < 2:
        raise VideoError(f"The frames of `{path.name}` are one pixel wide or high, which no MP4 can hold. Enlarge it.")
    handle, beside = tempfile.mkstemp(suffix=".mp4", prefix=".writing-", dir=target.parent)
    os.close(handle)
    try:
        written = _redraw(path, beside, draw, progress, cancelled, facts)
        if written:
            os.replace(beside, target)
        return written
    except av.FFmpegError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise VideoError(
            f"`{path.name}` cannot be written as MP4: {error.strerror}. Convert it to MP4 first."
        ) from error
    finally:
        Path(beside).unlink(missing_ok=True)


def encode(pictures: Iterable[np.ndarray], fps: float, comment: str) -> bytes:
    """The bytes of a silent MP4: H.264, yuv420p, its table of contents first, so that it plays while it comes.

    Args:
        pictures: frames, uint8 [H, W, 3], at least one, all of one size, 2 × 2 at least; an odd last row or column goes.
            They are taken one by one; an error raised in taking one ends the work, and nothing is left behind.
        fps: frames a second, above 0.
        comment: a text that travels in the container.
    """
    with private.folder() as folder:  # the table can only be moved to the front in a file
        path, video = folder / "made.mp4", None
        with av.open(str(path), "w", options={"movflags": "faststart"}) as out:
            out.metadata["comment"] = comment
            for picture in pictures:
                height, width = picture.shape[:2]
                video = video or _add_video(out, Fraction(fps).limit_denominator(1000), width, height)
                out.mux(video.encode(_encodable(picture, video)))
            out.mux(video.encode(None))
        return path.read_bytes()


def _redraw(path, beside, draw, progress, cancelled, facts) -> int:
    with _open(path) as source, av.open(beside, "w", options={"movflags": "faststart"}) as out:
        stream = source.streams.video[0]
        video = _add_video(out, max(1, round(facts.rate)), facts.width, facts.height)
        video.time_base = video.codec_context.time_base = stream.time_base
        sound = _Sound(source, out)
        number, last = 0, -1
        for packet in _packets(source, [stream, *sound.streams], path):
            if packet.stream.type == "audio":
                sound.take(packet)
                continue
            for frame in _frames_of(packet, path, number):
                if cancelled and cancelled():
                    return 0
                picture = _encodable(draw(Frame(number, float(frame.time or 0), _upright(frame))), video)
                # times must rise: some cameras write two frames with one
                last = max(last + 1, frame.pts if frame.pts is not None else last + 1)
                picture.pts, picture.time_base = last, stream.time_base
                out.mux(video.encode(picture))
                number += 1
                if progress:
                    progress(number, facts.frames)
        out.mux(video.encode(None))
        sound.finish()
        return number


def _add_video(out, rate: int | Fraction, width: int, height: int):
    """A stream of H.264 for frames of that size, less an odd last row or column: its colours are halved both ways."""
    video = out.add_stream(ENCODER, rate=rate, options=OPTIONS)
    video.width, video.height, video.pix_fmt = width - width % 2, height - height % 2, "yuv420p"
    _name_colours(video.codec_context)
    return video


def _encodable(picture: np.ndarray, video) -> av.VideoFrame:
    """The picture as the stream takes it, in BT.709's colours, which it is told to be of (`_name_colours`)."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[: video.height, : video.width]), "rgb24")
    return frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)


def _name_colours(context) -> None:
    """BT.709, limited range (ITU-T H.273: 1 everywhere). Where nothing is said players guess by size, and skin turns."""
    context.colorspace = context.color_primaries = context.color_trc = context.color_range = 1


class _Sound:
    """The first sound track, taken over as it is where MP4 can hold it, else as AAC; nothing where there is none."""

    def __init__(self, source, out):
        self.out, self.streams, self.target = out, list(source.streams.audio[:1]), None
        if not self.streams:
            return
        track = self.streams[0]
        self.copied = track.codec_context.name in MP4_SOUND
        if self.copied:
            self.target = out.add_stream_from_template(track)
        else:
            self.target = out.add_stream("aac", rate=track.codec_context.sample_rate)

    def take(self, packet):
        if self.copied:
            if packet.dts is not None:
                packet.stream = self.target
                self.out.mux(packet)
            return
        try:
            for frame in packet.decode():
                self.out.mux(self.target.encode(frame))
        except av.FFmpegError:  # a broken piece of sound does not cost the pictures
            pass

    def finish(self):
        if self.target is not None and not self.copied:
            self.out.mux(self.target.encode(None))


def _open(path):
    if not path.is_file():
        raise VideoError(f"There is no video at `{path}`. Check the name.")
    if path.stat().st_size == 0:
        raise VideoError(f"`{path.name}` is empty (0 bytes). Copy or download it again.")
    try:
        # "file:", or a colon in a name would make its beginning a protocol
        source = av.open(f"file:{path}", options=READABLE, metadata_errors="ignore")
    except (av.FFmpegError, UnicodeDecodeError) as error:
        raise VideoError(
            f"`{path.name}` is no video that can be read, or it is cut off before its table of contents. "
            "Use MP4, MOV, WebM, MKV or AVI, and copy or download it again."
        ) from error
    if not source.streams.video:
        source.close()
        raise VideoError(f"`{path.name}` holds no pictures that move. Give a video.")
    context = source.streams.video[0].codec_context
    if context is None or not context.width:
        source.close()
        raise VideoError(f"`{path.name}` is cut off, or of a kind that cannot be read here. Copy or download it again.")
    if context.width * context.height > MAX_PIXELS:
        source.close()
        raise VideoError(f"The frames of `{path.name}` have more than {MAX_PIXELS:,} pixels. Make it smaller first.")
    return source


def _packets(source, streams, path):
    """Packets until the end, or to where the file is cut off."""
    packets = source.demux(streams)
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, EOFError):
            return
        if packet is None:
            return
        yield packet


def _frames_of(packet, path, number):
    try:
        return packet.decode()
    except av.FFmpegError:
        return []  # a broken piece between good ones: the next whole picture goes on


def _decoded(source, stream, path):
    found = False
    for packet in _packets(source, [stream], path):
        for frame in _frames_of(packet, path, 0):
            found = True
            yield frame
    if not found:
        raise _nothing(path)


def _upright(frame) -> np.ndarray:
    """uint8 [H, W, 3]; phones write portrait videos lying, with a rotation beside (degrees, against the clock)."""
    picture = frame.to_ndarray(format="rgb24")
    return np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90) % 4))


def _nothing(path):
    return VideoError(f"`{path.name}` has no frame that can be read. Is it cut off? Copy or download it again.")
