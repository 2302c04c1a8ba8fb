"""What the routes share: finding a model, refusing what cannot be, pictures with their caching, errors in a sentence."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from models import serving
from models.card import WEIGHTS
from models.catalogue import Catalogue, ModelInfo
from models.settings import FaceSettings
from routes import openapi
from utils import marks, pictures
from utils.errors import BusyError, LinkError, ModelError, PictureKindError, PictureSizeError, VisageError

# a year: settings and version name a picture once and for all
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
PLAIN = {  # what the framework says, in our words
    "Not Found": "There is nothing here. See `/docs`.",
    "Method Not Allowed": "This is not done here in that way. See `/docs`.",
    "There was an error parsing the body": "The body is no JSON that can be read.",
}
SHORT = 40  # letters of what was sent that an error may repeat


class RequestError(VisageError):
    """A request whose body cannot be read for what it should be."""


def model(request: Request) -> tuple[ModelInfo, Mapping[str, str]]:
    """The model that the query names (or the first there is), and the query without what concerns the file alone."""
    query = {name: text for name, text in request.query_params.items() if name not in ("format", "size", "spread")}
    return chosen(query.get("model"), query.get("version")), query


def generator(name: str):
    Catalogue().get(name, "generate")
    return loaded(name)


def loaded(name: str):
    try:
        return serving.model(name)
    except ModelError as error:  # it is there, or its card would not have been found, but cannot be used
        raise HTTPException(503, str(error), {"Retry-After": "60"}) from error


def chosen(name: str | None, version: str | None = None, task: str = "generate") -> ModelInfo:
    """The model of that name, or the first one for the task; 404 where it is not here, or not in that version."""
    catalogue = Catalogue()
    info = catalogue.get(name, task) if name is not None else catalogue.default(task)
    check_version(info, version)
    return info


def check_version(info: ModelInfo, version: str | None) -> None:
    """Nothing; 404 where another version is asked for than the one that is here."""
    if version not in (None, info.version):
        raise HTTPException(
            404, f"The model `{info.name}` is here in version {info.version} alone. Received: {version[:20]}."
        )


def refuse(wrong: list[str]) -> None:
    """A page shows the rest of a link; a program is told, or it would take another face for the one it asked for."""
    if wrong:
        raise LinkError(" ".join(wrong))


def check_size(size: int | None) -> None:
    if size is not None and not 16 <= size <= 1024:
        raise LinkError(f"`size` must be in [16, 1024] pixels. Received: {size}.")


def sized(picture, size: int | None):
    return picture if size is None or size == picture.shape[0] else pictures.enlarge(picture, size)


def picture(
    request: Request, info: ModelInfo, picture, format: str, settings: FaceSettings | None, tag: str
) -> Response:
    headers = caching(request, tag) | drawn_by(info)
    return Response(encoded(picture, format, settings), media_type=marks.FORMATS[format], headers=headers)


def encoded(picture, format: str, settings: FaceSettings | None = None) -> bytes:
    """The file of a picture that a network drew; a PNG carries its settings."""
    return marks.encode(picture, format, note=settings.to_json() if settings is not None and format == "png" else None)


def drawn_by(info: ModelInfo) -> dict[str, str]:
    """Headers that name model, version and the sum of its weights."""
    return {"Visage-Model": info.name, "Visage-Version": info.version, "Visage-Weights": weights(info)}


def told_by(info: ModelInfo) -> dict[str, str]:
    """The same as the first members of a JSON answer."""
    return {"model": info.name, "version": info.version, "weights": weights(info)}


def weights(info: ModelInfo) -> str:
    """SHA-256 of the file of its weights."""
    return info.files[WEIGHTS].sha256


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
    body = {"error": sentence, "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return JSONResponse(body | {"detail": sentence}, status, headers, media_type="application/problem+json")


async def told(_request: Request, error: VisageError) -> JSONResponse:
    kinds = (
        (BusyError, 503),
        (ModelError, 404),
        (RequestError, 400),
        (PictureSizeError, 413),
        (PictureKindError, 415),
    )
    status = next((status for kind, status in kinds if isinstance(error, kind)), 422)
    return problem(status, str(error), {"Retry-After": "1"} if status == 503 else None)


async def refused(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == 405:  # a path may have a route for each method; the framework names the first one's alone
        error.headers = {"Allow": ", ".join(openapi.methods(request.app.openapi(), request.url.path))}
    return problem(error.status_code, PLAIN.get(error.detail, error.detail), error.headers)


async def misread(request: Request, error: RequestValidationError) -> JSONResponse:
    wrong = error.errors()[0]
    where = ".".join(str(part) for part in wrong["loc"] if part not in ("body", "query", "path"))
    json = "json" in request.headers.get("content-type", "json" if request.method == "GET" else "")
    if not where and not json:
        return problem(415, "Send the body as JSON, with `Content-Type: application/json`.")
    if wrong["type"] == "json_invalid":
        return problem(422, PLAIN["There was an error parsing the body"])
    # what was sent is told where it is short; a picture never comes back
    given = wrong.get("input")
    short = isinstance(given, (bool, int, float)) or (isinstance(given, str) and len(given) <= SHORT)
    told = f"{f'`{where}`' if where else 'The body'}: {wrong['msg'].lower()}."
    return problem(422, told + (f" Received: {str(given)[:SHORT]}." if short else ""))


HANDLERS = {VisageError: told, HTTPException: refused, RequestValidationError: misread}
