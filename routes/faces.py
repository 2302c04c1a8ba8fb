"""Routes of single faces."""

import io
import zipfile
from typing import Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models.catalogue import Catalogue
from models.settings import FaceSettings, read_query
from routes import answers, openapi
from utils import marks
from utils.errors import PictureError

LARGEST_BODY = 8 * 2**20  # bytes; a face of ours at 1024 px has 2 MB
PictureFormat = Literal["webp", "jpeg", "png"]
router = APIRouter(prefix="/api")


@router.get(
    "/v1/frame", response_class=Response, responses=openapi.PICTURE, openapi_extra=openapi.settings(*openapi.FACE)
)
def frame(request: Request, format: PictureFormat = "webp", size: int | None = None) -> Response:
    """One face. The query holds its settings as the page's address does: `model`, `version`, `seed`, `psi`, directions
    by name, single latent values as `z12`, `mix` (seeds and shares, like `12:0.5`), `lock` (directions by name); beside
    them `format` and `size` (pixels, up to 1024, by Lanczos)."""
    info, settings = _face(request)
    answers.check_size(size)
    tag = answers.tag(info, settings.to_query(), format, size)
    if (known := answers.known(request, tag)) is not None:
        return known
    picture = answers.generator(info.name).face(settings)
    return answers.picture(request, info, answers.sized(picture, size), format, settings, tag)


@router.get(
    "/v1/neighbours",
    response_class=Response,
    responses=openapi.files("application/zip"),
    openapi_extra=openapi.settings(*openapi.FACE),
)
def neighbours(request: Request, spread: float = 0.25) -> Response:
    """A zip of the 24 faces around one, PNGs with their settings inside. The query is the face's, as for a frame, and
    `spread`: 0 to 1, how far from it they lie."""
    info, settings = _face(request)
    around = settings.neighbours(spread)
    tag = answers.tag(info, settings.to_query(), "neighbours", spread)
    if (known := answers.known(request, tag)) is not None:
        return known
    generator, file = answers.generator(info.name), io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # stored: a PNG is small already
        for number, one in enumerate(around, 1):
            data = marks.encode(generator.face(one), "png", note=one.to_json())
            archive.writestr(zipfile.ZipInfo(f"visage-{info.name}-seed-{settings.seed}-{number:02d}.png"), data)
    return Response(file.getvalue(), media_type="application/zip", headers=answers.caching(request, tag))


@router.get("/v1/latents", openapi_extra=openapi.settings(*openapi.FACE))
def latents(request: Request, response: Response) -> dict:
    """How much each single latent value changes this face: `changes`, the mean absolute difference of the picture's
    values (0 to 255) when that value of z grows by 1. The query is the face's, as for a frame."""
    info, settings = _face(request)
    changes = answers.generator(info.name).latent_changes(settings)
    response.headers.update(answers.caching(request, answers.tag(info, settings.to_query(), "latents")))
    return {"changes": [round(float(change), 3) for change in changes]}


@router.post("/v1/settings", openapi_extra={"requestBody": openapi.body("image/png")})
async def settings(request: Request) -> dict:
    """The settings inside a PNG of ours, which is the body: `query`, as in the page's address, and `told`, a sentence
    for everything in it that could not be taken as it is."""
    sentence = "A picture with settings has up to {megabytes} MB; this one is larger. Take another."
    return _settings_in(await answers.body(request, LARGEST_BODY, sentence))


def _settings_in(data: bytes) -> dict:
    note = marks.read_note(data)
    if note is None:
        raise PictureError(
            "This picture has lost its settings. Messengers strip them, and only a PNG carries them: send the link instead."
            if marks.is_marked(data)
            else "This is no picture with settings of Visage. Other pictures have none, and messengers strip them: take "
            "the PNG that the page downloads, or send the link instead."
        )
    wish = FaceSettings.from_json(note)
    found, told = read_query(wish.to_query(), Catalogue().get(wish.model, "generate"))
    return {"query": urlencode(found.to_query()), "told": told}


def _face(request: Request):
    """(card, settings) of the face that the query means."""
    info, query = answers.model(request)
    settings, wrong = read_query(query, info)
    answers.refuse(wrong)
    return info, settings
