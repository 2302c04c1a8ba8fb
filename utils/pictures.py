"""Pictures in and out of `uint8 [H, W, 3]` RGB: the only place that decodes what people bring."""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps

from utils.errors import PictureError, PictureKindError, PictureSizeError

MAX_PIXELS = 50_000_000
# A short list on purpose: Pillow reads some 40 kinds, and every reader is code that a stranger's file gets to run
# (PostScript even starts another program). All of these are what cameras, phones and browsers save.
READABLE = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}


def decode(source: bytes | str | Path, name: str | None = None, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """The picture as `uint8 [H, W, 3]`, RGB, upright.

    Args:
        source: the file's bytes, or its path.
        name: what to call it in an error; the path's name if there is one.
        max_pixels: width × height at most, looked up in the header before anything is decoded.

    EXIF turns are applied; palette, grey, CMYK and 16-bit become 8-bit RGB; what is transparent shows white; of an
    animation the first frame is taken.

    Raises: PictureError for an empty, cut off, damaged, too large or unreadable picture.
    """
    if not isinstance(source, bytes):
        name = name or Path(source).name
        source = _read(Path(source), name)
    name = name or "the picture"
    picture = _open(source, name, max_pixels)
    try:
        picture.load()
        return np.array(_flatten(_upright(picture), name))
    except PictureError:
        raise
    except Exception as error:  # Pillow's readers let through whatever they trip over, not only OSError
        raise PictureError(
            f"`{name}` is cut off or damaged: it cannot be read to its end. Save or download it again."
        ) from error


class Header(NamedTuple):
    """What a file says of its picture: width and height in pixels as `decode` gives them (upright), the EXIF turn
    (1 to 8, 1: none) from the stored frame to that, and the format in Pillow's word (`JPEG`)."""

    width: int
    height: int
    turn: int
    format: str


def header(data: bytes, name: str) -> Header:
    """The picture's size without decoding it.

    Raises: PictureError for an empty, too large or unreadable file; damage further inside only `decode` sees.
    """
    picture = _open(data, name, MAX_PIXELS)
    turn = _turn(picture, data)
    width, height = picture.size[::-1] if turn >= 5 else picture.size
    return Header(width, height, turn, picture.format)


def square(picture: np.ndarray, size: int) -> np.ndarray:
    """The middle square of `picture`, `uint8 [size, size, 3]`; smaller by averaging areas, larger by bicubic."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    cut = picture[top : top + side, left : left + side]
    # areas, because bicubic and bilinear without them shimmer; but averaging upwards would only repeat pixels
    return _resize(cut, size, size, Image.Resampling.BOX if size <= side else Image.Resampling.BICUBIC)


def grid(pictures: np.ndarray, columns: int, gap: int = 0) -> np.ndarray:
    """One picture `uint8 [H', W', 3]` with `pictures` `uint8 [N, H, W, 3]` in rows of `columns`.

    `gap` pixels of white lie between them; places without a picture are white.
    """
    pictures = np.asarray(pictures)
    if pictures.ndim != 4 or len(pictures) == 0:
        raise PictureError(f"`pictures` must be [N, H, W, 3] with N at least 1. Received: {list(pictures.shape)}.")
    if columns < 1:
        raise PictureError(f"`columns` must be at least 1. Received: {columns}.")
    count, height, width = pictures.shape[:3]
    columns = min(columns, count)
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * (height + gap), place % columns * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def enlarge(picture: np.ndarray, size: int) -> np.ndarray:
    """`picture` with its longer side at `size` pixels, `uint8`, by Lanczos; proportions are kept."""
    height, width = picture.shape[:2]
    scale = size / max(height, width)
    return _resize(picture, max(1, round(width * scale)), max(1, round(height * scale)), Image.Resampling.LANCZOS)


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be opened"
        raise PictureError(f"`{name}` {reason} ({path}). Check the name and its rights.") from error


def _open(data: bytes, name: str, max_pixels: int) -> Image.Image:
    """The picture with its header read and nothing decoded."""
    if not data:
        raise PictureError(f"`{name}` is empty (0 bytes). Save or download it again.")
    too_large = PictureSizeError(f"`{name}` has more than {max_pixels:,} pixels. Make it smaller, then try again.")
    try:
        picture = Image.open(io.BytesIO(data), formats=READABLE)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_large from None
    except Exception as error:
        if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
            raise PictureKindError(
                f"`{name}` is a HEIC photo, which cannot be read here. Convert it to JPEG or PNG first."
            ) from error
        raise PictureKindError(
            f"`{name}` is not a picture that can be read here. Use PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF."
        ) from error
    if picture.width * picture.height > max_pixels:
        raise too_large
    return picture


def _turn(picture: Image.Image, data: bytes) -> int:
    """EXIF's orientation, 1 where there is none or Pillow's reader has turned the size already."""
    if picture.format == "TIFF":
        return 1
    marks = (b"eXIf", b"XML:com.adobe.xmp", b"Raw profile type")
    if picture.format == "PNG" and not any(mark in data for mark in marks):
        return 1  # asked for EXIF, Pillow would decode all of a PNG to look behind the pixels
    try:
        turn = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001  as in `_upright`
        return 1
    return turn if turn in range(1, 9) else 1


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001  a broken EXIF block says nothing about the pixels: shown as it lies
        return picture


def _flatten(picture: Image.Image, name: str) -> Image.Image:
    """The picture in mode RGB."""
    if picture.mode.startswith("I;16"):
        # Pillow's own conversion clips at 255 and gives a white picture
        values = np.asarray(picture).astype(np.uint32)
        picture = Image.fromarray(((values + 128) // 257).astype(np.uint8))
    elif picture.mode in ("I", "F"):
        raise PictureError(f"`{name}` holds 32-bit values, with no known white. Save it with 8 or 16 bits.")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return picture.convert("RGB")


def _resize(picture: np.ndarray, width: int, height: int, method: Image.Resampling) -> np.ndarray:
    if picture.shape[:2] == (height, width):
        return np.array(picture)
    return np.array(Image.fromarray(np.ascontiguousarray(picture)).resize((width, height), method))
