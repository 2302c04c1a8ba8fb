"""Faces, one or many, by a JSON body."""

import base64
import io
import zipfile
from typing import Literal

import numpy as np
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import ConfigDict, Field

from models.card import ModelInfo
from models.settings import FaceSettings
from routes import answers, openapi
from routes.wishes import Face, Text
from utils import marks

MOST = 64  # faces of one request
DRAWN = openapi.files(*marks.FORMATS.values(), "application/zip", "application/json", words="The face, or faces.")
router = APIRouter(prefix="/api")


class FaceItem(Face):
    """A face of a batch; its `id` comes back with it."""

    id: Text | None = None


class GenerateWish(Face):
    """One face, `count` faces from its seed on, or a batch of `items`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"seed": 7},
                {"seed": 7, "psi": 0.7, "count": 4, "format": "webp", "size": 128},
                {"items": [{"id": "a", "seed": 7}, {"id": "b", "seed": 8}], "format": "json"},
            ]
        }
    )

    model: Text | None = Field(None, description="The first generator there is, unless named.")
    version: Text | None = Field(None, description="Refused where another one is here.")
    count: int = Field(1, ge=1, le=MOST)
    items: list[FaceItem] | None = Field(
        None, max_length=MOST, description="Faces of their own; then nothing else is asked."
    )
    format: Literal["png", "jpeg", "webp", "json"] = "png"
    size: int | None = Field(None, ge=16, le=1024, description="Pixels, by Lanczos.")


@router.post("/v1/generate", response_class=Response, responses=DRAWN)
def generate(wish: GenerateWish) -> Response:
    """Draws faces. One face is a picture; several are a zip of pictures; `format` json holds any number as base64 PNGs
    with their settings, those of a batch with their ids. A PNG carries its settings."""
    info = answers.chosen(wish.model, wish.version)
    settings = _settings(wish, info)
    generator = answers.loaded(info.name)
    zs = np.stack([generator.z_for(one) for one in settings])
    pictures = [answers.sized(picture, wish.size) for picture in generator.generate(zs)]
    if wish.format == "json":
        return _as_json(wish, info, settings, pictures)
    files = [answers.encoded(*one) for one in zip(pictures, [wish.format] * len(pictures), settings)]
    if len(files) == 1:
        return Response(files[0], media_type=marks.FORMATS[wish.format], headers=answers.drawn_by(info))
    return Response(_zip(files, settings, wish.format), media_type="application/zip", headers=answers.drawn_by(info))


def _settings(wish: GenerateWish, info: ModelInfo) -> list[FaceSettings]:
    if wish.items is None:
        return [wish.settings(info, number) for number in range(wish.count)]
    if not wish.items:
        raise answers.RequestError("`items` is empty. Ask for one face at least.")
    if beside := wish.model_fields_set & {*Face.model_fields, "count"}:
        raise answers.RequestError(f"`{min(beside)}` and `items` exclude each other: put it into each of the items.")
    return [item.settings(info) for item in wish.items]


def _as_json(
    wish: GenerateWish, info: ModelInfo, settings: list[FaceSettings], pictures: list[np.ndarray]
) -> JSONResponse:
    ids = [item.id for item in wish.items] if wish.items else [None] * len(settings)
    predictions = [
        ({} if id is None else {"id": id})
        | {"settings": one.to_query(), "png": base64.b64encode(answers.encoded(picture, "png", one)).decode()}
        for id, one, picture in zip(ids, settings, pictures, strict=True)
    ]
    return JSONResponse(answers.told_by(info) | {"predictions": predictions})


def _zip(files: list[bytes], settings: list[FaceSettings], format: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:  # stored: pictures are small already
        for number, (data, one) in enumerate(zip(files, settings, strict=True), 1):
            archive.writestr(zipfile.ZipInfo(f"{number:03d}-seed-{one.seed}.{format}"), data)
    return stream.getvalue()
