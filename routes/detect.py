"""Boxes in photos: as JSON, or drawn onto the photo."""

import base64
import binascii
from typing import Any

import numpy as np
import pydantic
import python_multipart
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from models import records
from models.boxes import Boxes, select
from routes import answers, openapi
from routes.wishes import Number, Strict, Text
from utils import drawing, marks, pictures

LARGEST_BODY = 32 * 2**20  # bytes
MOST = 16  # photos of one request
DRAWN = {"image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp"}
FOUND = openapi.files("application/json", *DRAWN, words="Boxes, or the photo with its boxes.")
router = APIRouter(prefix="/api")


class DetectWish(Strict):
    """How to look."""

    model: Text | None = Field(None, description="The first detector there is, unless named.")
    confidence: Number = Field(0.25, ge=0.01, le=1, description="The least score of a box.")
    overlap: Number = Field(0.45, ge=0, le=1, description="Of two boxes that overlap more, one goes.")
    classes: bool = Field(False, description="The annotated classes instead of Good and Bad.")
    tiles: bool = Field(False, description="Look at large photos in tiles too: for tiny faces.")


class Photo(Strict):
    """A photo of a batch; its `id` comes back with its boxes."""

    id: Text | None = None
    photo: str = Field(description="The file as base64.")


class Batch(DetectWish):
    """Photos in JSON."""

    items: list[Photo] = Field(max_length=MOST)


_FORM = {
    "type": "object",
    "properties": {
        "photo": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": MOST},
        **DetectWish.model_json_schema()["properties"],
    },
    "required": ["photo"],
}
_JSON = {
    "type": "object",
    "properties": {
        **DetectWish.model_json_schema()["properties"],
        "items": {"type": "array", "items": Photo.model_json_schema(), "minItems": 1, "maxItems": MOST},
    },
    "required": ["items"],
}
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": _FORM},
        "application/json": {"schema": _JSON},
    },
}


@router.post("/v1/detect", response_class=Response, responses=FOUND, openapi_extra={"requestBody": _BODY})
async def detect(request: Request) -> Response:
    """Finds boxes in photos: files named `photo` in a form, or `items` in JSON, up to 16 of them and 32 MB in all.

    The answer is JSON, a prediction a photo: its size, and its boxes with class, score and corners in pixels of the photo as
    it is shown. With `Accept: image/jpeg` (or png, webp) one photo comes back with its boxes drawn.
    """
    told = "Photos of one request have up to {megabytes} MB together; these have more. Send fewer, or smaller ones."
    body = await answers.body(request, LARGEST_BODY, told)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        wish, photos = _form(body, request.headers["content-type"])
    elif kind == "application/json":
        wish, photos = _json(body)
    else:
        raise HTTPException(415, "Send photos as multipart/form-data, files named `photo`, or as application/json.")
    if not 1 <= len(photos) <= MOST:
        raise answers.RequestError(f"There must be 1 to {MOST} photos. Received: {len(photos)}.")
    drawn = next((DRAWN[kind] for kind in DRAWN if kind in request.headers.get("accept", "")), None)
    if drawn and len(photos) > 1:
        raise answers.RequestError("One photo can be drawn at a time. Ask for JSON, or send one.")
    return await to_thread.run_sync(_looked, wish, photos, drawn)


def _looked(wish: DetectWish, photos: list[tuple[str | None, str, bytes]], drawn: str | None) -> Response:
    info = answers.chosen(wish.model, task="detect")
    detector = answers.loaded(info.name)
    predictions = []
    for id, name, data in photos:
        picture = pictures.decode(data, name)
        seen = (detector.tiled_candidates if wish.tiles else detector.candidates)(picture)
        seen = seen if wish.classes else detector.grouped(seen)
        if drawn:
            # one box a face is what a person wants to see
            shown = select(seen, wish.confidence, wish.overlap, across_classes=True)
            return Response(_draw(picture, shown, drawn), media_type=f"image/{drawn}", headers=answers.drawn_by(info))
        predictions.append(_prediction(id, name, picture, select(seen, wish.confidence, wish.overlap)))
    return JSONResponse(answers.told_by(info) | {"predictions": predictions})


def _prediction(id: str | None, name: str, picture: np.ndarray, found: Boxes) -> dict[str, Any]:
    height, width = picture.shape[:2]
    boxes = [{key: one[key] for key in ("class", "score", "box")} for one in records.of_picture(name, found)]
    return ({} if id is None else {"id": id}) | {"image": name, "width": width, "height": height, "boxes": boxes}


def _draw(picture: np.ndarray, shown: Boxes, format: str) -> bytes:
    return marks.encode(drawing.draw_boxes(picture, shown.boxes, *records.labels(shown)), format, generated=False)


def _form(body: bytes, kind: str) -> tuple[DetectWish, list[tuple[str | None, str, bytes]]]:
    """DetectWish and photos of a form; nothing of it is put on the disk."""
    photos, fields = [], {}

    def on_file(file) -> None:
        name, number = (file.field_name or b"").decode("utf-8", "replace"), len(photos) + 1
        if name != "photo" or number > MOST:
            raise answers.RequestError(
                f"There must be 1 to {MOST} files named `photo`. File {number} is `{name[:40]}`."
            )
        file.file_object.seek(0)
        title = (file.file_name or b"").decode("utf-8", "replace")[-100:]
        photos.append((None, title or f"photo {number}", file.file_object.read()))

    def on_field(field) -> None:
        fields[(field.field_name or b"").decode("utf-8", "replace")] = (field.value or b"").decode("utf-8", "replace")

    try:
        config = {"MAX_MEMORY_FILE_SIZE": LARGEST_BODY}
        parser = python_multipart.create_form_parser({"Content-Type": kind}, on_field, on_file, config)
        parser.write(body)
        parser.finalize()
    except (python_multipart.exceptions.FormParserError, ValueError) as error:
        raise answers.RequestError("The form cannot be read: it is cut off, damaged, or has no boundary.") from error
    return _checked(DetectWish, fields), photos


def _json(body: bytes) -> tuple[DetectWish, list[tuple[str | None, str, bytes]]]:
    batch = _checked(Batch, body)
    photos = []
    for number, item in enumerate(batch.items, 1):
        try:
            data = base64.b64decode(
                item.photo.partition(",")[2] if item.photo.startswith("data:") else item.photo, validate=True
            )
        except (binascii.Error, ValueError):
            raise answers.RequestError(f"`photo` of item {number} is no base64.") from None
        photos.append((item.id, f"photo {number}", data))
    return batch, photos


def _checked(kind: type[DetectWish], given: dict | bytes) -> DetectWish:
    try:
        return kind.model_validate_json(given) if isinstance(given, bytes) else kind.model_validate(given)
    except pydantic.ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from None
