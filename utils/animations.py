"""Moving pictures in formats that every browser plays without help: MP4, WebP and GIF."""

import io
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image

from utils import pictures as resizing
from utils.errors import PictureError
from utils.marks import COMMENT, XMP

FORMATS = {"mp4": "video/mp4", "webp": "image/webp", "gif": "image/gif"}
SHORTEST = 256  # pixels of an MP4's shorter side
MAX_FPS = 50  # GIF counts in hundredths of a second, and browsers slow down what asks for less than two


def encode_animation(
    pictures: np.ndarray | Sequence[np.ndarray],
    format: str = "webp",
    fps: float = 12,
    loop: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> bytes:
    """The bytes of an animation, marked as drawn by a network (XMP in WebP, a comment in GIF and MP4).

    WebP and GIF hold the pictures as large as they are. An MP4's are enlarged where their shorter side has less than
    256 pixels, by the smallest whole number that brings it there: H.264 halves the colours both ways, and some players
    take no smaller video.

    Args:
        pictures: frames, `uint8 [N, H, W, 3]`, RGB, all of one size.
        format: `mp4` (H.264, an odd last row or column goes), `webp` (true colour, small) or `gif` (256 colours a frame,
            plays anywhere).
        fps: frames a second, up to 50; GIF rounds to whole hundredths of a second.
        loop: for ever, or once; an MP4 cannot say it, its player decides.
        progress: told `(done, total)` for every frame; raising in it cancels, and nothing is left behind.

    Raises: PictureError for no frames, frames of different sizes, another format, an impossible speed.
    """
    if format not in FORMATS:
        raise PictureError(f"`format` must be one of {', '.join(FORMATS)}. Received: {format!r}.")
    if not 0 < fps <= MAX_FPS:
        raise PictureError(f"`fps` must be above 0 and at most {MAX_FPS}. Received: {fps}.")
    if len(pictures) == 0:
        raise PictureError("An animation needs at least one picture. Received: none.")
    if len({picture.shape for picture in pictures}) > 1:
        raise PictureError("The pictures of an animation must have one size. Make them equal first.")
    tell = progress or (lambda done, total: None)
    if format == "mp4":
        from utils import video  # PyAV and FFmpeg's libraries: only who writes an MP4 waits for them

        return video.encode(_enlarged(pictures, tell), fps, COMMENT)
    frames = (_webp_frames if format == "webp" else _gif_frames)(pictures, tell)
    file, mark = io.BytesIO(), {"xmp": XMP.encode()} if format == "webp" else {"comment": COMMENT.encode()}
    if format == "webp" or loop:
        mark["loop"] = 0 if loop else 1  # GIF plays once where nothing is said; "1" would be one time more
    duration = 1000 / fps if format == "webp" else round(100 / fps) * 10
    frames[0].save(
        file, format, save_all=True, append_images=frames[1:], duration=duration, quality=85, method=2, **mark
    )
    return file.getvalue()


def _enlarged(pictures: Sequence[np.ndarray], tell: Callable[[int, int], None]) -> Iterator[np.ndarray]:
    """The frames of an MP4; each is told when it has been taken."""
    height, width = pictures[0].shape[:2]
    times = math.ceil(SHORTEST / min(height, width))
    for place, picture in enumerate(pictures):
        yield resizing.enlarge(picture, times * max(height, width)) if times > 1 else picture
        tell(place + 1, len(pictures))


def _webp_frames(pictures: Sequence[np.ndarray], tell: Callable[[int, int], None]) -> list[Image.Image]:
    """Frames that report when they are encoded: the writer seeks every picture just before it adds it."""
    frames = [Image.fromarray(np.ascontiguousarray(picture)) for picture in pictures]
    told = set()

    def report(done: int) -> None:
        if done not in told:  # the writer goes back to the first frame when it is through
            told.add(done)
            tell(done, len(frames))

    for place, frame in enumerate(frames):
        frame.seek = lambda _, done=place + 1: report(done)
    return frames


def _gif_frames(pictures: Sequence[np.ndarray], tell: Callable[[int, int], None]) -> list[Image.Image]:
    """Frames with a palette each: choosing 256 colours is nearly all of a GIF's work, so it tells progress."""
    frames = []
    for place, picture in enumerate(pictures):
        frames.append(Image.fromarray(np.ascontiguousarray(picture)).quantize(256))
        tell(place + 1, len(pictures))
    return frames
