"""Routes of trainings: their film strips."""

import os
import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from routes import openapi
from training import runs

A_DAY = "private, max-age=86400"
router = APIRouter(prefix="/api")


@router.get("/v1/runs/{name}/samples")
def run_samples(name: str, after: int = -1) -> dict:
    """The film strip of a training: after how many images seen there is a picture; those past `after` only."""
    files = os.listdir(_run_folder(name) / "samples")
    return {"images": sorted(int(file[:-4]) for file in files if file[:-4].isdigit() and int(file[:-4]) > after)}


@router.get("/v1/runs/{name}/samples/{images}", response_class=FileResponse, responses=openapi.files("image/jpeg"))
def run_sample(name: str, images: int) -> FileResponse:
    """One picture of the film strip, by the images seen before it was made."""
    file = _run_folder(name) / "samples" / f"{images:09d}.jpg"
    if not file.is_file():
        raise HTTPException(404, f"The run `{name}` has no sample picture at {images:,} images.")
    return FileResponse(file, media_type="image/jpeg", headers={"Cache-Control": A_DAY})


def _run_folder(name: str) -> Path:
    """The run's folder; a name that could lead elsewhere is nobody's."""
    folder = runs.folder() / name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or not (folder / "recipe.toml").is_file():
        raise HTTPException(404, f"There is no run `{name[:64]}`.")
    return folder
