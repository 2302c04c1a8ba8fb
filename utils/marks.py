"""Picture files that say a network drew them, and that carry their settings home.

The mark is IPTC's digital source type in an XMP packet, the place where programs and platforms look for it:
https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia (IPTC Photo Metadata Standard 2023.2, §
"Digital Source Type"). The settings are a PNG text chunk of our own, `visage`.
"""

import io

import numpy as np
from PIL import Image, PngImagePlugin

from utils.errors import PictureError

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    f' Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
COMMENT = f"Drawn by a trained network. Digital source type: {SOURCE_TYPE}"
FORMATS = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
NOTE = "visage"


def encode(
    picture: np.ndarray, format: str = "png", note: str | None = None, quality: int = 90, generated: bool = True
) -> bytes:
    """The bytes of a picture file.

    Args:
        picture: `uint8 [H, W, 3]`, RGB.
        format: `png`, `jpeg` or `webp`.
        note: settings to travel inside; PNG only, the other two have no such place and leave it out.
        quality: 1 to 100 for JPEG and WebP; PNG loses nothing.
        generated: whether a network drew it; False only for photos and drawings of ours.

    Raises: PictureError for another format.
    """
    if format not in FORMATS:
        raise PictureError(f"`format` must be one of {', '.join(FORMATS)}. Received: {format!r}.")
    file, image = io.BytesIO(), Image.fromarray(np.ascontiguousarray(picture))
    if format == "png":
        image.save(file, "png", pnginfo=_png_chunks(note, generated))
        return file.getvalue()
    options = {"xmp": XMP.encode()} if generated else {}
    if format == "jpeg":
        options["subsampling"] = 0  # small faces live from their colour edges
    image.save(file, format, quality=quality, **options)
    return file.getvalue()


def _png_chunks(note: str | None, generated: bool) -> PngImagePlugin.PngInfo:
    chunks = PngImagePlugin.PngInfo()
    if generated:
        chunks.add_itxt("XML:com.adobe.xmp", XMP)
    if note is not None:
        chunks.add_itxt(NOTE, note)
    return chunks


def read_note(data: bytes) -> str | None:
    """The note inside a PNG of ours, or None where there is none (another program's picture, or no picture at all)."""
    note = _facts(data).get(NOTE)
    return str(note) if isinstance(note, str) else None


def is_marked(data: bytes) -> bool:
    """Whether the file (PNG, JPEG, WebP, GIF) says that a trained network made it."""
    facts = _facts(data)
    for place in ("xmp", "comment"):
        text = facts.get(place, b"")
        if SOURCE_TYPE.encode() in (text.encode() if isinstance(text, str) else text):
            return True
    return False


def _facts(data: bytes) -> dict:
    """What the header of a picture file says beside its size; nothing is decoded, and nonsense has no facts."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            return dict(image.info)
    except Exception:  # noqa: BLE001  Pillow's readers raise nearly anything; what is no picture carries no mark
        return {}
