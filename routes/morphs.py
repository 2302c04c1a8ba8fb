"""Routes of morphs."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models import morphs
from models.catalogue import ModelInfo
from routes import answers
from routes.faces import PictureFormat
from utils.animations import encode_animation

MORPH_FPS = 24
router = APIRouter()


@router.get("/v1/morph-frame", response_class=Response)
def morph_frame(request: Request, format: PictureFormat = "webp", size: int | None = None) -> Response:
    """One picture of a morph: `model`, `version`, `seeds` (two to eight, by commas), `loop`, and `at`, its place."""
    info, settings = _morph(request)
    answers.check_size(size)
    tag = answers.tag(info, settings.to_query(), format, size)
    if (known := answers.known(request, tag)) is not None:
        return known
    generator = answers.generator(info.name)
    z = morphs.path(settings, generator.latent)[settings.at]
    picture = generator.generate(z[None])[0]
    return answers.picture(request, answers.sized(picture, size), format, None, tag)


@router.get("/v1/morph", response_class=Response)
def morph(request: Request, format: Literal["webp", "gif"] = "webp") -> Response:
    """The whole morph as an animation that loops; `at` plays no part."""
    info, settings = _morph(request)
    generator = answers.generator(info.name)
    data = encode_animation(generator.generate(morphs.path(settings, generator.latent)), format, fps=MORPH_FPS)
    return Response(data, media_type=f"image/{format}", headers={"Cache-Control": answers.ASK_AGAIN})


def _morph(request: Request) -> tuple[ModelInfo, morphs.MorphSettings]:
    info, query = answers.model(request)
    settings, wrong = morphs.read_query(query, info)
    answers.refuse(wrong)
    return info, settings
