"""Routes of single faces."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from models.settings import read_query
from routes import answers

PictureFormat = Literal["webp", "jpeg", "png"]
router = APIRouter()


@router.get("/v1/frame", response_class=Response)
def frame(request: Request, format: PictureFormat = "webp", size: int | None = None) -> Response:
    """One face. The query holds its settings as the page's address does: `model`, `version`, `seed`, `psi`, directions
    by name, single latent values as `z12`; beside them `format` and `size` (pixels, up to 1024, by Lanczos)."""
    info, query = answers.model(request)
    settings, wrong = read_query(query, info)
    answers.refuse(wrong)
    answers.check_size(size)
    tag = answers.tag(info, settings.to_query(), format, size)
    if (known := answers.known(request, tag)) is not None:
        return known
    picture = answers.generator(info.name).face(settings)
    return answers.picture(request, answers.sized(picture, size), format, settings, tag)
