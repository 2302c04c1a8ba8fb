"""A generated picture says so wherever it goes, and a PNG brings its settings home."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from utils import marks, pictures
from utils.errors import PictureError

FACE = np.random.RandomState(0).randint(0, 256, (16, 16, 3), np.uint8)


@pytest.mark.parametrize("format", marks.FORMATS)
def test_generated_pictures_say_so(format):
    data = marks.encode(FACE, format)
    assert marks.is_marked(data)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format.lower() == format
    # the bytes a checking program greps for, whatever reads them
    assert b"digitalsourcetype/trainedAlgorithmicMedia" in data


def test_the_packet_is_xml_that_names_the_source_type():
    body = marks.XMP[marks.XMP.index("<x:xmpmeta") : marks.XMP.index("<?xpacket end")]
    description = ElementTree.fromstring(body)[0][0]
    assert description.attrib["{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"] == marks.SOURCE_TYPE


@pytest.mark.parametrize("format", marks.FORMATS)
def test_photos_and_drawings_are_not_marked(format):
    assert not marks.is_marked(marks.encode(FACE, format, generated=False))


def test_png_keeps_every_pixel_and_the_note():
    data = marks.encode(FACE, "png", note='{"model": "größe", "seed": 7}')
    assert (pictures.decode(data) == FACE).all()
    assert marks.read_note(data) == '{"model": "größe", "seed": 7}'
    assert marks.is_marked(data)


def test_the_same_picture_gives_the_same_bytes():
    for format in marks.FORMATS:
        assert marks.encode(FACE, format, note="a") == marks.encode(FACE.copy(), format, note="a")


@pytest.mark.parametrize(
    "reason, data",
    [
        ("no note", marks.encode(FACE)),
        ("a JPEG has no place for one", marks.encode(FACE, "jpeg", note="x")),
        ("nothing", b""),
        ("no picture", b"visage" * 10),
        ("cut in the header", marks.encode(FACE, note="x")[:40]),
    ],
)
def test_no_note_is_none(reason, data):
    assert marks.read_note(data) is None, reason


def test_what_is_no_picture_is_not_marked():
    assert not marks.is_marked(b"") and not marks.is_marked(marks.SOURCE_TYPE.encode())


def test_another_format_is_refused():
    with pytest.raises(PictureError, match="`format` must be one of png, jpeg, webp. Received: 'bmp'"):
        marks.encode(FACE, "bmp")
