"""Door 3: HTTP under `/api`, beside the pages in one server. `/api/docs` lists every route."""

import asyncio
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from models import morphs, serving
from models.catalogue import Catalogue, ModelInfo
from models.settings import FaceSettings, read_query
from training import runs
from utils import marks, pictures
from utils.animations import encode_animation
from utils.errors import LinkError, ModelError, VisageError

PictureFormat = Literal["webp", "jpeg", "png"]
MORPH_FPS = 24
# a year: settings and version name a picture once and for all
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
A_DAY = "private, max-age=86400"

api = FastAPI(title="Visage", version="1", docs_url="/docs", redoc_url=None)


@api.get("/v1/health")
async def health() -> dict:
    """That the server answers, and on which device it draws."""
    return {"ok": True, "device": serving.device()}


@api.get("/v1/models")
def models() -> list[dict]:
    """Every model with what a program needs to ask it for pictures."""
    return [_card(info) for info in Catalogue().models()]


@api.get("/v1/models/{name}/ready")
async def ready(name: str) -> dict:
    """Answers once the model is loaded, and starts loading it; so nobody has to ask in a loop."""
    Catalogue().get(name)
    # not a plain `def` route: those share their threads with the pages' own files
    await asyncio.to_thread(_loaded, name)
    return {"ready": True}


@api.get("/v1/models/{name}/samples")
def samples(name: str) -> FileResponse:
    """The model's uncurated samples, a picture from its folder."""
    info = Catalogue().get(name)
    file = info.folder / "samples.webp"
    if not file.is_file():
        raise HTTPException(404, f"Model `{name}` came without sample pictures.")
    return FileResponse(file, media_type="image/webp")


@api.get("/v1/runs/{name}/samples")
def run_samples(name: str, after: int = -1) -> dict:
    """The film strip of a training: after how many images seen there is a picture; those past `after` only."""
    files = os.listdir(_run_folder(name) / "samples")
    return {"images": sorted(int(file[:-4]) for file in files if file[:-4].isdigit() and int(file[:-4]) > after)}


@api.get("/v1/runs/{name}/samples/{images}")
def run_sample(name: str, images: int) -> FileResponse:
    """One picture of the film strip, by the images seen before it was made."""
    file = _run_folder(name) / "samples" / f"{images:09d}.jpg"
    if not file.is_file():
        raise HTTPException(404, f"The run `{name}` has no sample picture at {images:,} images.")
    return FileResponse(file, media_type="image/jpeg", headers={"Cache-Control": A_DAY})


@api.get("/v1/frame", response_class=Response)
def frame(request: Request, format: PictureFormat = "webp", size: int | None = None) -> Response:
    """One face. The query holds its settings as the page's address does: `model`, `version`, `seed`, `psi`, directions
    by name, single latent values as `z12`; beside them `format` and `size` (pixels, up to 1024, by Lanczos)."""
    info, query = _model(request)
    settings, wrong = read_query(query, info)
    _refuse(wrong)
    _check_size(size)
    tag = _tag(info, settings.to_query(), format, size)
    if (known := _known(request, tag)) is not None:
        return known
    picture = _generator(info.name).face(settings)
    return _picture(request, _sized(picture, size), format, settings, tag)


@api.get("/v1/morph-frame", response_class=Response)
def morph_frame(request: Request, format: PictureFormat = "webp", size: int | None = None) -> Response:
    """One picture of a morph: `model`, `version`, `seeds` (two to eight, by commas), `loop`, and `at`, its place."""
    info, settings = _morph(request)
    _check_size(size)
    tag = _tag(info, settings.to_query(), format, size)
    if (known := _known(request, tag)) is not None:
        return known
    generator = _generator(info.name)
    z = morphs.path(settings, generator.latent)[settings.at]
    picture = generator.generate(z[None])[0]
    return _picture(request, _sized(picture, size), format, None, tag)


@api.get("/v1/morph", response_class=Response)
def morph(request: Request, format: Literal["webp", "gif"] = "webp") -> Response:
    """The whole morph as an animation that loops; `at` plays no part."""
    info, settings = _morph(request)
    generator = _generator(info.name)
    data = encode_animation(generator.generate(morphs.path(settings, generator.latent)), format, fps=MORPH_FPS)
    return Response(data, media_type=f"image/{format}", headers={"Cache-Control": ASK_AGAIN})


def _run_folder(name: str) -> Path:
    """The run's folder; a name that could lead elsewhere is nobody's."""
    folder = runs.folder() / name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or not (folder / "recipe.toml").is_file():
        raise HTTPException(404, f"There is no run `{name[:64]}`.")
    return folder


def _model(request: Request) -> tuple[ModelInfo, Mapping[str, str]]:
    """The model that the query names (or the first there is), and the query without what concerns the file alone."""
    query = {name: text for name, text in request.query_params.items() if name not in ("format", "size")}
    catalogue = Catalogue()
    info = catalogue.get(query["model"], "generate") if "model" in query else catalogue.default()
    return info, query


def _morph(request: Request) -> tuple[ModelInfo, morphs.MorphSettings]:
    info, query = _model(request)
    settings, wrong = morphs.read_query(query, info)
    _refuse(wrong)
    return info, settings


def _generator(name: str):
    Catalogue().get(name, "generate")
    return _loaded(name)


def _loaded(name: str):
    try:
        return serving.model(name)
    except ModelError as error:  # it is there, or its card would not have been found, but cannot be used
        raise HTTPException(503, str(error)) from error


def _refuse(wrong: list[str]) -> None:
    """A page shows the rest of a link; a program is told, or it would take another face for the one it asked for."""
    if wrong:
        raise LinkError(" ".join(wrong))


def _check_size(size: int | None) -> None:
    if size is not None and not 16 <= size <= 1024:
        raise LinkError(f"`size` must be in [16, 1024] pixels. Received: {size}.")


def _sized(picture, size: int | None):
    return picture if size is None or size == picture.shape[0] else pictures.enlarge(picture, size)


def _picture(request: Request, picture, format: str, settings: FaceSettings | None, tag: str) -> Response:
    note = settings.to_json() if settings is not None and format == "png" else None
    return Response(
        marks.encode(picture, format, note=note), media_type=marks.FORMATS[format], headers=_caching(request, tag)
    )


def _tag(info: ModelInfo, query: Mapping[str, str], *file: object) -> str:
    """An ETag from what decides the bytes: the weights' sum, the settings, the kind of file."""
    sums = [one.sha256 for one in info.files.values()]
    return '"' + hashlib.sha256(repr((sums, sorted(query.items()), file)).encode()).hexdigest()[:24] + '"'


def _known(request: Request, tag: str) -> Response | None:
    """304 where the asker has these bytes already; nothing is drawn."""
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_caching(request, tag))
    return None


def _caching(request: Request, tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": FOR_EVER if "version" in request.query_params else ASK_AGAIN}


def _card(info: ModelInfo) -> dict:
    return info.model_dump(mode="json", exclude={"files", "folder"}) | {"sliders": info.directions.limits()}


def _problem(status: int, sentence: str) -> JSONResponse:
    """An error as RFC 9457 has it, with the sentence under `error` too, where most programs look."""
    titles = {404: "Not found", 422: "Cannot be used", 503: "Not available"}
    body = {"error": sentence, "type": "about:blank", "title": titles.get(status, "Error"), "status": status}
    return JSONResponse(body | {"detail": sentence}, status, media_type="application/problem+json")


@api.exception_handler(VisageError)
async def _told(_request: Request, error: VisageError) -> JSONResponse:
    return _problem(404 if isinstance(error, ModelError) else 422, str(error))


@api.exception_handler(HTTPException)
async def _refused(_request: Request, error: HTTPException) -> JSONResponse:
    nothing = error.status_code == 404 and error.detail == "Not Found"
    return _problem(error.status_code, "There is nothing here. See `/api/docs`." if nothing else error.detail)


@api.exception_handler(RequestValidationError)
async def _misread(_request: Request, error: RequestValidationError) -> JSONResponse:
    wrong = error.errors()[0]
    return _problem(422, f"`{wrong['loc'][-1]}`: {wrong['msg'].lower()}. Received: {str(wrong['input'])[:40]}.")
