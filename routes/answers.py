"""What the routes share: finding a model, refusing what cannot be, pictures with their caching, errors in a sentence."""

import hashlib
from collections.abc import Mapping

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from models import serving
from models.catalogue import Catalogue, ModelInfo
from models.settings import FaceSettings
from utils import marks, pictures
from utils.errors import BusyError, LinkError, ModelError, VisageError

# a year: settings and version name a picture once and for all
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class RequestError(VisageError):
    """A request whose body cannot be read for what it should be."""


def model(request: Request) -> tuple[ModelInfo, Mapping[str, str]]:
    """The model that the query names (or the first there is), and the query without what concerns the file alone."""
    query = {name: text for name, text in request.query_params.items() if name not in ("format", "size", "spread")}
    catalogue = Catalogue()
    info = catalogue.get(query["model"], "generate") if "model" in query else catalogue.default()
    return info, query


def generator(name: str):
    Catalogue().get(name, "generate")
    return loaded(name)


def loaded(name: str):
    try:
        return serving.model(name)
    except ModelError as error:  # it is there, or its card would not have been found, but cannot be used
        raise HTTPException(503, str(error)) from error


def refuse(wrong: list[str]) -> None:
    """A page shows the rest of a link; a program is told, or it would take another face for the one it asked for."""
    if wrong:
        raise LinkError(" ".join(wrong))


def check_size(size: int | None) -> None:
    if size is not None and not 16 <= size <= 1024:
        raise LinkError(f"`size` must be in [16, 1024] pixels. Received: {size}.")


def sized(picture, size: int | None):
    return picture if size is None or size == picture.shape[0] else pictures.enlarge(picture, size)


def picture(request: Request, picture, format: str, settings: FaceSettings | None, tag: str) -> Response:
    note = settings.to_json() if settings is not None and format == "png" else None
    return Response(
        marks.encode(picture, format, note=note), media_type=marks.FORMATS[format], headers=caching(request, tag)
    )


async def body(request: Request, most: int, sentence: str) -> bytes:
    """The request's body, which ends the reading where it has more than `most` bytes, whatever its header says.

    `sentence` is for who sent more; `{megabytes}` in it is how much there may be.
    """
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > most:
            raise HTTPException(413, sentence.format(megabytes=most // 2**20))
    return bytes(data)


def tag(info: ModelInfo, query: Mapping[str, str], *file: object) -> str:
    """An ETag from what decides the bytes: the weights' sum, the settings, the kind of file."""
    sums = [one.sha256 for one in info.files.values()]
    return '"' + hashlib.sha256(repr((sums, sorted(query.items()), file)).encode()).hexdigest()[:24] + '"'


def known(request: Request, tag: str) -> Response | None:
    """304 where the asker has these bytes already; nothing is drawn."""
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=caching(request, tag))
    return None


def caching(request: Request, tag: str) -> dict[str, str]:
    """Headers by which the asker may keep what is sent: for ever where the address names the version."""
    return {"ETag": tag, "Cache-Control": FOR_EVER if "version" in request.query_params else ASK_AGAIN}


def problem(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as RFC 9457 has it, with the sentence under `error` too, where most programs look."""
    titles = {
        400: "Cannot be read",
        404: "Not found",
        413: "Too large",
        415: "Not of a kind that is read",
        422: "Cannot be used",
        503: "Not available",
    }
    body = {"error": sentence, "type": "about:blank", "title": titles.get(status, "Error"), "status": status}
    return JSONResponse(body | {"detail": sentence}, status, headers, media_type="application/problem+json")


async def told(_request: Request, error: VisageError) -> JSONResponse:
    kinds = ((BusyError, 503), (ModelError, 404), (RequestError, 400))
    status = next((status for kind, status in kinds if isinstance(error, kind)), 422)
    return problem(status, str(error), {"Retry-After": "1"} if status == 503 else None)


async def refused(_request: Request, error: HTTPException) -> JSONResponse:
    nothing = error.status_code == 404 and error.detail == "Not Found"
    return problem(error.status_code, "There is nothing here. See `/docs`." if nothing else error.detail, error.headers)


async def misread(_request: Request, error: RequestValidationError) -> JSONResponse:
    wrong = error.errors()[0]
    return problem(422, f"`{wrong['loc'][-1]}`: {wrong['msg'].lower()}. Received: {str(wrong['input'])[:40]}.")


HANDLERS = {VisageError: told, HTTPException: refused, RequestValidationError: misread}
