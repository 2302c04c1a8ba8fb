"""Routes about the models themselves."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from models import fetching, serving
from models.catalogue import Catalogue, ModelInfo
from routes import answers, openapi
from utils import memory

router = APIRouter(prefix="/api")


@router.get("/v1/health")
async def health() -> dict:
    """That the server answers, on which device it draws, and what it holds: models, and MiB of how many it may."""
    held = {"memory": round(memory.resident()), "memory_limit": round(memory.limit())}
    return {"ok": True, "device": serving.device(), "models": serving.count(), **held}


@router.get("/v1/models")
def models() -> list[dict]:
    """Every model with what a program needs to ask it for pictures."""
    return [_card(info) for info in Catalogue().models()]


@router.get("/v1/models/{name}/ready")
async def ready(name: str) -> dict:
    """Answers once the model is loaded, and starts loading it; so nobody has to ask in a loop."""
    Catalogue().get(name)
    # not a plain `def` route: those share their threads with the pages' own files
    await asyncio.to_thread(answers.loaded, name)
    return {"ready": True}


@router.get("/v1/models/{name}/fetched")
def fetched(name: str) -> dict:
    """How many bytes of the model's files that lie elsewhere are here, of how many; 0 of 0 where none do."""
    here, total = fetching.fetched(Catalogue().get(name))
    return {"bytes": here, "of": total}


@router.get("/v1/models/{name}/samples", response_class=FileResponse, responses=openapi.files("image/webp"))
def samples(name: str) -> FileResponse:
    """The model's uncurated samples, a picture from its folder."""
    return _picture(name, "samples.webp", "sample pictures")


@router.get("/v1/models/{name}/training", response_class=FileResponse, responses=openapi.files("image/webp"))
def training(name: str) -> FileResponse:
    """The same faces at moments of the model's training, a row each; a picture from its folder."""
    return _picture(name, "training.webp", "pictures of its training")


def _picture(name: str, file: str, words: str) -> FileResponse:
    path = Catalogue().get(name).folder / file
    if not path.is_file():
        raise HTTPException(404, f"Model `{name}` came without {words}.")
    return FileResponse(path, media_type="image/webp")


def _card(info: ModelInfo) -> dict:
    return info.model_dump(mode="json", exclude={"files", "folder"}) | {"sliders": info.directions.limits()}
