"""Moving pictures in formats that every browser plays without help: WebP and GIF."""

import io
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from utils.errors import PictureError
from utils.marks import COMMENT, XMP

FORMATS = {"webp": "image/webp", "gif": "image/gif"}
MAX_FPS = 50  # GIF counts in hundredths of a second, and browsers slow down what asks for less than two


def encode_animation(
    pictures: np.ndarray | Sequence[np.ndarray],
    format: str = "webp",
    fps: float = 12,
    loop: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> bytes:
    """The bytes of an animation, marked as drawn by a network (XMP in WebP, a comment in GIF).

    Args:
        pictures: frames, `uint8 [N, H, W, 3]`, RGB, all of one size.
        format: `webp` (true colour, small) or `gif` (256 colours a frame, plays anywhere).
        fps: frames a second, up to 50; GIF rounds to whole hundredths of a second.
        loop: for ever, or once.
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
    frames = (_webp_frames if format == "webp" else _gif_frames)(pictures, tell)
    file, mark = io.BytesIO(), {"xmp": XMP.encode()} if format == "webp" else {"comment": COMMENT.encode()}
    if format == "webp" or loop:
        mark["loop"] = 0 if loop else 1  # GIF plays once where nothing is said; "1" would be one time more
    duration = 1000 / fps if format == "webp" else round(100 / fps) * 10
    frames[0].save(
        file, format, save_all=True, append_images=frames[1:], duration=duration, quality=85, method=2, **mark
    )
    return file.getvalue()


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
