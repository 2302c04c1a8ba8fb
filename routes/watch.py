"""What a host sees of the traffic: `/metrics` for Prometheus, and with `VISAGE_LOG=json` a line a request.

Neither holds what people sent: no pictures, no settings, no addresses.
"""

import json
import os
import sys
import time

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models import serving
from routes import openapi

NAMES = ("method", "route", "status")
REQUESTS = Counter("visage_requests", "Requests answered.", NAMES)
SECONDS = Histogram("visage_request_seconds", "From a request's head to its answer's end.", NAMES[:2])
MODELS = Gauge("visage_models_loaded", "Models in memory.")
MODELS.set_function(serving.count)
router = APIRouter()


@router.get(
    "/metrics", response_class=Response, responses=openapi.files("text/plain", words="Prometheus' text format.")
)
def metrics() -> Response:
    """Requests by method, route and status, their seconds, models in memory, and what the process uses."""
    return Response(generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


class Watched:
    """Middleware that counts, and writes lines where they are wanted."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.lines = os.environ.get("VISAGE_LOG", "").strip().lower() == "json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # the route's own words (`/v1/models/{name}`), for what people ask for is theirs, and without end
        route = getattr(scope.get("route"), "path", "none")
        REQUESTS.labels(scope["method"], route, status).inc()
        SECONDS.labels(scope["method"], route).observe(seconds)
        if self.lines:
            facts = {"time": round(time.time(), 3), "method": scope["method"], "route": route, "status": status}
            print(json.dumps(facts | {"seconds": round(seconds, 4)}), file=sys.stderr, flush=True)
