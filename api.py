"""Door 3: HTTP, beside the pages in one server, or alone: `uvicorn api:app`. `/docs` lists every route."""

from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match

from routes import answers, bounds, detect, faces, gate, generate, inference, models, morphs, openapi, runs, watch
from routes.start import lifespan
from utils import imports

FIRST_WORDS = {"api", "v2", "docs", "metrics", "openapi.json", "static-offline-docs"}  # how the paths of `app` begin

imports.around("keras", imports.quietly)
app = FastAPIOffline(
    redoc_url=None,
    title="Visage",
    version="1",
    exception_handlers=answers.HANDLERS,
    responses=openapi.ERRORS,
    lifespan=lifespan,
)
for part in (models, generate, faces, morphs, detect, runs, inference, watch):
    app.include_router(part.router)
# the last one is met first
app.add_middleware(bounds.BoundedBodies)
app.add_middleware(gate.Gate, **gate.settings())
if (cors := gate.cors()) is not None:
    app.add_middleware(CORSMiddleware, **cors)
app.add_middleware(watch.Watched)


class Beside(BaseRoute):
    """All of `app` as one route of another application: the same paths, middleware and errors, whoever serves them."""

    def matches(self, scope):
        ours = scope["type"] == "http" and scope["path"].strip("/").partition("/")[0] in FIRST_WORDS
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope, receive, send):
        await app(scope, receive, send)
