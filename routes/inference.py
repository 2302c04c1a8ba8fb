"""The Open Inference Protocol v2, for machines: `tritonclient` and KServe's clients speak to it as they are."""

import numpy as np
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from models import serving
from models.boxes import select
from models.card import ModelInfo
from models.catalogue import Catalogue
from routes import answers, openapi, tensors
from routes.tensors import Tensor

LARGEST_BODY = 32 * 2**20  # bytes
MOST_FACES, MOST_PICTURES = 64, 16  # of one request
_ANSWERS = openapi.files("application/json", "application/octet-stream", words="The outputs.")
INFER = {"responses": _ANSWERS, "response_class": Response, "openapi_extra": {"requestBody": tensors.BODY}}
router = APIRouter(prefix="/v2")


@router.get("")
@router.get("/", include_in_schema=False)  # clients follow no redirect
async def server() -> dict:
    """What this is."""
    return {"name": "visage", "version": "1", "extensions": ["binary_tensor_data"]}


@router.get("/health/live")
async def live() -> dict:
    """That the server answers."""
    return {"live": True}


@router.get("/health/ready")
def ready() -> dict:
    """That the first model is loaded; 503 until then."""
    if not serving.first_load.is_set() and Catalogue().models():
        raise HTTPException(503, "The first model is being loaded. Ask again in a second or two.", {"Retry-After": "2"})
    return {"live": True}


@router.get("/models/{name}")
@router.get("/models/{name}/versions/{version}")
def metadata(name: str, version: str | None = None) -> dict:
    """The model's tensors. -1 is any size."""
    info = _info(name, version)
    taken, given = _tensors(info)
    facts = {"name": name, "versions": [info.version], "platform": "keras_safetensors"}
    return facts | {"inputs": [tensor.told() for tensor in taken], "outputs": [tensor.told() for tensor in given]}


@router.get("/models/{name}/ready")
@router.get("/models/{name}/versions/{version}/ready")
def model_ready(name: str, version: str | None = None) -> dict:
    """That the model is loaded. Where it is not yet, this begins to load it, and answers 503."""
    _info(name, version)
    if not serving.loaded(name):
        serving.warm(name)
        raise HTTPException(
            503, f"The model `{name}` is being loaded. Ask again in a second or two.", {"Retry-After": "2"}
        )
    return {"name": name, "ready": True}


@router.post("/models/{name}/infer", **INFER)
@router.post("/models/{name}/versions/{version}/infer", **INFER)
async def infer(name: str, request: Request, version: str | None = None) -> Response:
    """Pictures from latents, or boxes in pictures.

    A generator takes `z`, FP32 [N, latent], N up to 64, and the parameter `psi`; it gives `pictures`, UINT8 [N, H, W, 3].

    A detector takes `pictures`, UINT8 [N, H, W, 3] of any size, N up to 16, and the parameters `confidence` (0.25) and
    `overlap` (0.45); it gives a row a box: `boxes`, FP32 [M, 4] (x1, y1, x2, y2 in pixels), `scores`, FP32 [M], `classes`,
    BYTES [M], and `picture`, INT64 [M], which of the pictures it is in.

    Tensors may be JSON or raw bytes (the binary tensor data extension), in and out.
    """
    # the body is read here and not by FastAPI: tritonclient sends no content type, or octet-stream
    body = await answers.body(
        request, LARGEST_BODY, "A request has up to {megabytes} MB; this one is larger. Send fewer tensors."
    )
    if request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415, "This server takes requests as they are. Send it uncompressed.")
    length = request.headers.get(tensors.LENGTH)
    return await to_thread.run_sync(_inferred, name, version, body, length)


def _inferred(name: str, version: str | None, body: bytes, length: str | None) -> Response:
    info = _info(name, version)
    taken, given = _tensors(info)
    wish = tensors.read(body, length, taken)
    found = _faces(info, wish) if info.task == "generate" else _boxes(info, wish)
    outputs = {tensor.name: (tensor, values) for tensor, values in zip(given, found, strict=True)}
    return tensors.write(wish, {"model_name": name, "model_version": info.version}, outputs)


def _faces(info: ModelInfo, wish: tensors.Request) -> list[np.ndarray]:
    z, psi = wish.inputs["z"], tensors.number(wish, "psi", 0, 1, 1)
    _check_count("z", len(z), MOST_FACES)
    if not np.isfinite(z).all():
        raise answers.RequestError("`z` must hold numbers. Received: some that are infinite or none at all.")
    return [answers.loaded(info.name).generate(z, psi)]


def _boxes(info: ModelInfo, wish: tensors.Request) -> list[np.ndarray]:
    pictures = wish.inputs["pictures"]
    confidence, overlap = (
        tensors.number(wish, *one) for one in (("confidence", 0.01, 1, 0.25), ("overlap", 0, 1, 0.45))
    )
    _check_count("pictures", len(pictures), MOST_PICTURES)
    if 0 in pictures.shape:
        raise answers.RequestError(f"`pictures` must have pixels. Received: {list(pictures.shape)}.")
    detector = answers.loaded(info.name)
    found = [select(detector.grouped(one), confidence, overlap) for one in detector.candidates_many(pictures)]
    names = [name for boxes in found for name in boxes.names]
    places = np.repeat(np.arange(len(found)), [len(boxes.scores) for boxes in found])
    boxes, scores = (np.concatenate([getattr(one, part) for one in found]) for part in ("boxes", "scores"))
    return [boxes.astype(np.float32), scores.astype(np.float32), np.array(names, object), places.astype(np.int64)]


def _check_count(name: str, count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise answers.RequestError(f"`{name}` must have 1 to {most} rows. Received: {count}.")


def _tensors(info: ModelInfo) -> tuple[list[Tensor], list[Tensor]]:
    """(what the model takes, what it gives)."""
    if info.task == "generate":
        side = info.resolution
        return [Tensor("z", "FP32", (-1, info.latent))], [Tensor("pictures", "UINT8", (-1, side, side, 3))]
    boxes = [Tensor("boxes", "FP32", (-1, 4)), Tensor("scores", "FP32", (-1,))]
    return [Tensor("pictures", "UINT8", (-1, -1, -1, 3))], [
        *boxes,
        Tensor("classes", "BYTES", (-1,)),
        Tensor("picture", "INT64", (-1,)),
    ]


def _info(name: str, version: str | None) -> ModelInfo:
    info = Catalogue().get(name)
    answers.check_version(info, version)
    return info
