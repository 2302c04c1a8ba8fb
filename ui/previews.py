"""What a link shows where it is posted: a title, a sentence and the very picture that the link means.

Messengers and forums read the head of the page (the Open Graph protocol, ogp.me) and never run its script, so the server
says it there.
"""

from collections.abc import Mapping
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode

from models import morphs
from models.catalogue import Catalogue, ModelInfo
from models.settings import FaceSettings
from models.settings import read_query as read_face
from utils.errors import VisageError

SIZE = 600  # pixels of the picture; smaller ones are shown as a stamp
NOBODY = "Drawn by a network: this person does not exist."
WORDS = {  # of each page, by its place in the address
    "": ("Faces", "Faces drawn by networks: slide a latent value and the face changes."),
    "faces": ("Faces", "Faces drawn by networks: slide a latent value and the face changes."),
    "morph": ("Morph", "One drawn face becomes another: choose the faces and the way between them."),
    "masks": ("Masks", "Who wears a mask, and wears it properly, in photos, from the camera and in videos."),
    "training": ("Training", "Networks learn to draw and to see: start, watch, pause, resume."),
    "data_sets": ("Data sets", "What the networks learn from: look before you train."),
    "school": ("GAN school", "Two networks play against each other, and faces come of it."),
    "about": ("About", "The models here, their figures, and what they cannot do."),
}


class Preview(NamedTuple):
    """`image` is a path on this server, or nothing; `alt` says what it shows."""

    title: str
    words: str
    image: str = ""
    alt: str = ""


def of(page: str, query: Mapping[str, str]) -> Preview:
    """The preview of a page's address; a link that cannot be read has that of the page."""
    name, words = WORDS.get(page, WORDS[""])
    plain = Preview(f"{name} · Visage", words)
    codecs = {"": _face, "faces": _face, "morph": _morph}
    try:
        catalogue = Catalogue()
        info = catalogue.get(query["model"], "generate") if "model" in query else catalogue.default()
        pictured = codecs[page](query, info) if page in codecs else plain
        return pictured if query else pictured._replace(title=plain.title, words=plain.words)
    except VisageError:
        return plain


def head(preview: Preview, base: str, state: bool) -> str:
    """HTML for the page's head; `base` is the server's address, `state` whether the link says more than the page."""
    named = {"description": preview.words, "twitter:card": "summary"} | ({"robots": "noindex"} if state else {})
    graph = {"og:type": "website", "og:site_name": "Visage", "og:title": preview.title, "og:description": preview.words}
    if preview.image:
        graph |= {"og:image": base + preview.image, "og:image:alt": preview.alt, "og:image:type": "image/jpeg"}
        graph |= {"og:image:width": str(SIZE), "og:image:height": str(SIZE)}
        named["twitter:card"] = "summary_large_image"
    lines = [f'<meta name="{name}" content="{escape(text)}" />' for name, text in named.items()]
    lines += [f'<meta property="{name}" content="{escape(text)}" />' for name, text in graph.items()]
    return "\n    ".join(lines)


def _face(query: Mapping[str, str], info: ModelInfo) -> Preview:
    settings, _ = read_face(query, info)
    return _pictured(f"Face {settings.seed}", _changed(settings), "frame", settings.to_query(), info)


def _morph(query: Mapping[str, str], info: ModelInfo) -> Preview:
    settings, _ = morphs.read_query(query, info)
    faces = f"{len(settings.keys)} faces, one becoming the other."
    return _pictured("A morph", faces, "morph-frame", settings.to_query(), info)


def _pictured(what: str, words: str, route: str, query: Mapping[str, str], info: ModelInfo) -> Preview:
    image = f"/api/v1/{route}?{urlencode({**query, 'format': 'jpeg', 'size': SIZE})}"
    return Preview(f"{what} · {info.title} · Visage", f"{NOBODY} {words}".strip(), image, f"A generated face: {what}")


def _changed(settings: FaceSettings) -> str:
    """`smile +1.5, age -2.`"""
    told = [f"{name} {value:+g}" for name, value in settings.sliders[:4]]
    return f"{', '.join(told)}." if told else ""
