"""Every kind of picture people bring comes out as upright 8-bit RGB, or as one sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from utils import pictures
from utils.errors import PictureError


def saved(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces its size and holds nothing: what a bomb looks like before it goes off."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


RED, BLUE = (220, 30, 30), (30, 30, 220)


def half_red_half_blue(width: int = 32, height: int = 16) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def clear_palette() -> bytes:
    image = Image.new("P", (32, 16), 0)
    image.putpalette([*RED, *BLUE])
    image.paste(1, (16, 0, 32, 16))
    return saved(image, "png", transparency=1)


def clear_right_half(mode: str) -> bytes:
    image = half_red_half_blue().convert("RGBA")
    image.paste((0, 0, 0, 0), (16, 0, 32, 16))
    return saved(image.convert(mode), "png")


def turned() -> bytes:
    """Lies on its side in the file, with the note that a viewer turns it a quarter clockwise (orientation 6)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(half_red_half_blue().transpose(Image.Transpose.ROTATE_90), "jpeg", exif=exif, quality=95)


def broken_exif() -> bytes:
    return saved(half_red_half_blue(), "jpeg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff", quality=95)


def grey16() -> bytes:
    return saved(Image.fromarray(np.full((16, 32), 0x8080, np.uint16)), "png")


def animated(kind: str) -> bytes:
    return saved(half_red_half_blue(), kind, save_all=True, append_images=[Image.new("RGB", (32, 16), "white")])


WHITE, GREY = (255, 255, 255), (128, 128, 128)
GOOD = [
    ("plain PNG", saved(half_red_half_blue(), "png"), RED, BLUE),
    ("JPEG", saved(half_red_half_blue(), "jpeg", quality=95), RED, BLUE),
    ("JPEG in print colours", saved(half_red_half_blue().convert("CMYK"), "jpeg", quality=95), RED, BLUE),
    ("WebP", saved(half_red_half_blue(), "webp", quality=95), RED, BLUE),
    ("bitmap", saved(half_red_half_blue(), "bmp"), RED, BLUE),
    ("TIFF in print colours", saved(half_red_half_blue().convert("CMYK"), "tiff"), RED, BLUE),
    ("palette", saved(half_red_half_blue().quantize(2), "png"), RED, BLUE),
    ("palette with a clear colour", clear_palette(), RED, WHITE),
    ("clear pixels", clear_right_half("RGBA"), RED, WHITE),
    ("grey with clear pixels", clear_right_half("LA"), (87, 87, 87), WHITE),
    ("grey", saved(Image.new("L", (32, 16), 128), "png"), GREY, GREY),
    ("16-bit grey is not clipped to white", grey16(), GREY, GREY),
    ("black and white", saved(Image.new("1", (32, 16), 1), "png"), WHITE, WHITE),
    ("turned by EXIF", turned(), RED, BLUE),
    ("EXIF that is broken", broken_exif(), RED, BLUE),
    ("first frame of a GIF", animated("gif"), RED, BLUE),
    ("first frame of a WebP", animated("webp"), RED, BLUE),
    ("first frame of a moving PNG", animated("png"), RED, BLUE),
]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
@pytest.mark.parametrize("reason, data, left, right", GOOD, ids=[row[0] for row in GOOD])
def test_every_kind_becomes_upright_rgb(reason, data, left, right):
    picture = pictures.decode(data)
    assert picture.shape == (16, 32, 3) and picture.dtype == np.uint8
    assert np.abs(picture[8, 4].astype(int) - left).max() <= 12, reason
    assert np.abs(picture[8, 27].astype(int) - right).max() <= 12, reason


NOISE = Image.fromarray(np.random.RandomState(0).randint(0, 256, (64, 64, 3), np.uint8))
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
BAD = [
    ("0 bytes", b"", "`x.jpg` is empty \\(0 bytes\\)"),
    ("JPEG cut in the middle", saved(NOISE, "jpeg")[:2000], "`x.jpg` is cut off or damaged"),
    ("PNG cut in the middle", saved(NOISE, "png")[:5000], "`x.jpg` is cut off or damaged"),
    ("PNG with nothing in it", png_header(64, 64), "`x.jpg` is cut off or damaged"),
    ("JPEG cut in its header", saved(NOISE, "jpeg")[:20], "`x.jpg` is not a picture"),
    ("a text", b"Dear Sir or Madam, " * 9, "`x.jpg` is not a picture"),
    ("PostScript is not run", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "`x.jpg` is not a picture"),
    ("30,000 × 30,000", png_header(30_000, 30_000), "`x.jpg` has more than 50,000,000 pixels"),
    ("just above the bound", png_header(50_000, 1_001), "`x.jpg` has more than 50,000,000 pixels"),
    ("where Pillow only warns", png_header(10_000, 10_000), "`x.jpg` has more than 50,000,000 pixels"),
    ("HEIC", HEIC, "`x.jpg` is a HEIC photo.*Convert it to JPEG or PNG"),
    ("32-bit values", saved(Image.new("F", (8, 8), 0.5), "tiff"), "`x.jpg` holds 32-bit values"),
]


@pytest.mark.parametrize("reason, data, sentence", BAD, ids=[row[0] for row in BAD])
def test_what_cannot_be_used_is_told_by_name(reason, data, sentence):
    with pytest.raises(PictureError, match=sentence):
        pictures.decode(data, "x.jpg")


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif"])
def test_damage_anywhere_is_a_sentence_or_a_picture(kind):
    whole = bytearray(saved(NOISE, kind))
    random = np.random.RandomState(1)
    for _ in range(60):
        data = bytearray(whole)
        for place in random.randint(0, len(data), 8):
            data[place] = random.randint(256)
        try:
            assert pictures.decode(bytes(data), "x").ndim == 3
        except PictureError as error:
            assert "`x`" in str(error)


def test_a_file_is_named_by_its_name(tmp_path):
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(PictureError, match="`empty.png` is empty"):
        pictures.decode(tmp_path / "empty.png")
    with pytest.raises(PictureError, match="`gone.png` is not there"):
        pictures.decode(tmp_path / "gone.png")
    with pytest.raises(PictureError, match="cannot be opened"):
        pictures.decode(tmp_path)


def test_the_bound_is_the_callers():
    data = saved(half_red_half_blue(), "png")
    assert pictures.decode(data, max_pixels=512).shape == (16, 32, 3)
    with pytest.raises(PictureError, match="more than 511 pixels"):
        pictures.decode(data, max_pixels=511)


def test_square_takes_the_middle_and_averages_areas():
    picture = np.zeros((4, 8, 3), np.uint8)
    picture[:, 2:4], picture[:, 4:6] = 100, 200
    assert pictures.square(picture, 4)[:, :, 0].tolist() == [[100, 100, 200, 200]] * 4
    assert pictures.square(picture, 1)[0, 0, 0] == 150
    assert pictures.square(picture, 9).shape == (9, 9, 3)


def test_square_leaves_its_input_alone():
    picture = np.full((4, 4, 3), 7, np.uint8)
    pictures.square(picture, 4)[:] = 0
    assert (picture == 7).all()


@pytest.mark.parametrize(
    "count, columns, gap, shape",
    [(6, 3, 0, (8, 12, 3)), (5, 3, 2, (10, 16, 3)), (2, 8, 1, (4, 9, 3)), (1, 1, 5, (4, 4, 3))],
)
def test_grid_fits_its_pictures(count, columns, gap, shape):
    sheet = pictures.grid(np.zeros((count, 4, 4, 3), np.uint8), columns, gap)
    assert sheet.shape == shape
    assert (sheet == 0).sum() == count * 4 * 4 * 3, "every picture is whole, the rest is white"


def test_grid_reads_like_a_page():
    sheet = pictures.grid(np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1) * np.ones((1, 1, 1, 3), np.uint8), 2)
    assert sheet[:, :, 0].tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize("count, columns, sentence", [(0, 3, "`pictures` must be"), (4, 0, "`columns` must be")])
def test_grid_refuses_the_impossible(count, columns, sentence):
    with pytest.raises(PictureError, match=sentence):
        pictures.grid(np.zeros((count, 4, 4, 3), np.uint8), columns)


def test_enlarge_keeps_proportions():
    assert pictures.enlarge(np.zeros((10, 20, 3), np.uint8), 64).shape == (32, 64, 3)
    assert pictures.enlarge(np.zeros((1, 500, 3), np.uint8), 64).shape == (1, 64, 3)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF", "BMP", "GIF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_the_header_says_what_decoding_gives(format, turn):
    exif, file = Image.Exif(), io.BytesIO()
    exif[274] = turn
    options = {} if format in ("BMP", "GIF") else {"exif": exif}
    Image.new("RGB", (30, 20)).save(file, format, **options)
    header = pictures.header(file.getvalue(), "a")
    assert (header.height, header.width) == pictures.decode(file.getvalue()).shape[:2] and header.format == format
    assert header.turn == (1 if format in ("TIFF", "BMP", "GIF") else turn)


@pytest.mark.parametrize("data, sentence", [(b"", "`a` is empty"), (b"words", "`a` is not a picture")])
def test_a_header_that_is_none_is_told(data, sentence):
    with pytest.raises(PictureError, match=sentence):
        pictures.header(data, "a")
