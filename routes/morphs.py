"""Routes of morphs: single pictures, whole animations, and animations that are made while one looks on."""

from functools import partial
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from starlette.exceptions import HTTPException

from models import morphs
from models.catalogue import ModelInfo
from routes import answers, morph_jobs, openapi
from routes.faces import PictureFormat
from routes.wishes import Face, Strict, Text
from utils.animations import FORMATS

AnimationFormat = Literal[tuple(FORMATS)]
router = APIRouter(prefix="/api")


@router.get(
    "/v1/morph-frame",
    response_class=Response,
    responses=openapi.PICTURE,
    openapi_extra=openapi.settings(*openapi.MORPH, "at"),
)
def morph_frame(request: Request, format: PictureFormat = "webp", size: int | None = None) -> Response:
    """One picture of a morph. The query holds its settings as the page's address does: `model`, `version`, two to eight
    faces as `seeds` by commas or as `k1`, `k2` and so on (`7_psi_0.8_smile_1.5`), `path` (slerp or lerp), `easing` (linear
    or smooth), `loop`, `steps`, and `at`, the picture's place; beside them `format` and `size` as for a face."""
    info, settings = _morph(request)
    answers.check_size(size)
    tag = answers.tag(info, settings.to_query(), format, size)
    if (known := answers.known(request, tag)) is not None:
        return known
    picture = morphs.picture(settings, answers.generator(info.name))
    return answers.picture(request, info, answers.sized(picture, size), format, None, tag)


@router.get(
    "/v1/morph", response_class=Response, responses=openapi.ANIMATION, openapi_extra=openapi.settings(*openapi.MORPH)
)
def morph(request: Request, format: AnimationFormat = "webp") -> Response:
    """The whole morph as an animation that loops, 24 pictures a second; `at` plays no part."""
    info, settings = _morph(request)
    return _whole(info, _begun(info, settings, format))


def _whole(info: ModelInfo, job: morph_jobs.Job) -> Response:
    while not job.ended.wait(1):
        job.asked()
    job.cancel()  # its bytes are here
    if job.stage != "done":
        raise HTTPException(422, job.error)
    headers = {"Cache-Control": answers.ASK_AGAIN, **answers.drawn_by(info)}
    return Response(job.data, media_type=job.media_type, headers=headers)


class MorphWish(Strict):
    """A morph by its key faces."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"keys": [{"seed": 7}, {"seed": 8, "psi": 0.5}], "steps": 6, "format": "webp"}]}
    )

    model: Text | None = Field(None, description="The first generator there is, unless named.")
    version: Text | None = Field(None, description="Refused where another one is here.")
    keys: list[Face] = Field(min_length=morphs.FEWEST, max_length=morphs.MOST)
    path: Literal[tuple(morphs.WAYS)] = "slerp"
    easing: Literal[tuple(morphs.PACES)] = "linear"
    loop: bool = False
    steps: int = Field(morphs.STEPS, ge=1, le=morphs.MOST_STEPS, description="Pictures from one face to the next.")
    format: AnimationFormat = "mp4"


@router.post("/v1/morph", response_class=Response, responses=openapi.ANIMATION)
def morph_of(wish: MorphWish) -> Response:
    """The same from a JSON body, whose key faces are those of `/v1/generate`."""
    info = answers.chosen(wish.model, wish.version)
    keys = tuple(face.settings(info) for face in wish.keys)
    settings = morphs.MorphSettings(keys, wish.path, wish.easing, wish.loop, wish.steps)
    return _whole(info, _begun(info, settings, wish.format))


@router.post("/v1/morphs", status_code=202, openapi_extra=openapi.settings(*openapi.MORPH))
def begin(request: Request, format: AnimationFormat = "mp4") -> dict:
    """Begins to make a whole morph: the same query as for `/v1/morph`. The answer's `name` is what to ask for; where
    nobody asks for 20 seconds the work ends and is forgotten."""
    info, settings = _morph(request)
    return _told(_begun(info, settings, format))


@router.get("/v1/morphs/{name}")
def progress(name: str) -> dict:
    """How far it is: `stage` (waiting, drawing, encoding, done, failed), `done` of `total` pictures, `error`."""
    return _told(_found(name))


@router.get("/v1/morphs/{name}/file", response_class=Response, responses=openapi.ANIMATION)
def file(name: str) -> Response:
    """The animation, once it is done."""
    job = _found(name)
    if job.stage != "done":
        raise HTTPException(409, job.error or "This animation is not done yet. Ask again when its `stage` is done.")
    return Response(job.data, media_type=job.media_type, headers={"Cache-Control": "no-store"})


@router.delete("/v1/morphs/{name}", status_code=204)
def cancel(name: str) -> None:
    """Ends the work, or forgets what came of it."""
    _found(name).cancel()


def _begun(info: ModelInfo, settings: morphs.MorphSettings, format: str) -> morph_jobs.Job:
    generator = answers.generator(info.name)
    morphs.check_size(settings, generator.resolution)
    try:
        return morph_jobs.begin(partial(_work, settings, generator, format), FORMATS[format])
    except morph_jobs.Busy:
        sentence = "Others have animations made already, as many as this server makes at once. Try again in a minute."
        raise HTTPException(503, sentence, {"Retry-After": "30"}) from None


def _work(settings: morphs.MorphSettings, generator, format: str, tell) -> bytes:
    return morphs.animation(settings, generator, format, progress=tell)


def _found(name: str) -> morph_jobs.Job:
    job = morph_jobs.find(name)
    if job is None:
        raise HTTPException(
            404, "There is no such animation on its way, or nobody asked for it in time. Begin it anew."
        )
    return job


def _told(job: morph_jobs.Job) -> dict:
    return {name: getattr(job, name) for name in ("name", "stage", "done", "total", "error")}


def _morph(request: Request) -> tuple[ModelInfo, morphs.MorphSettings]:
    info, query = answers.model(request)
    settings, wrong = morphs.read_query(query, info)
    answers.refuse(wrong)
    return info, settings
