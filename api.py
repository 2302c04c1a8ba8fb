"""Door 3: HTTP under `/api`, beside the pages in one server. `/api/docs` lists every route."""

from fastapi import FastAPI

from routes import answers, faces, models, morphs, runs

api = FastAPI(title="Visage", version="1", docs_url="/docs", redoc_url=None, exception_handlers=answers.HANDLERS)
for part in (models, faces, morphs, runs):
    api.include_router(part.router)
