"""The HTML that every screen starts from: Streamlit's own, told its name, where its server is, and what its link means.

Without the second, a browser that opens `/morph` first asks `/morph/_stcore/health`, and two errors stand in the console.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from ui import previews

PAGES = Path(__file__).resolve().parent.parent / "pages"
ROBOTS = """User-agent: *
Allow: /api/v1/frame
Allow: /api/v1/morph-frame
Disallow: /api/
Disallow: /v2/
"""
_BASE = '<script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" };</script>'


def routes() -> list[Route]:
    """A route for `/` and one for every file in `pages/`, by the name Streamlit gives it in the address; and robots.txt."""
    html = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")

    def page(request: Request) -> HTMLResponse:  # beside the event loop: it reads a model's card
        preview = previews.of(request.url.path.strip("/"), request.query_params)
        head = previews.head(preview, _address(request), bool(request.query_params))
        told = html.replace("<title>Streamlit</title>", f"<title>{previews.escape(preview.title)}</title>")
        return HTMLResponse(
            told.replace("</head>", f"    {head}\n    {_BASE}\n  </head>", 1), headers={"Cache-Control": "no-cache"}
        )

    async def robots(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(ROBOTS)

    paths = ("/", *sorted(f"/{file.stem}" for file in PAGES.glob("*.py")))
    return [*(Route(path, page) for path in paths), Route("/robots.txt", robots)]


def _address(request: Request) -> str:
    """Where this server is for whoever asks: a proxy before it says with which protocol it was asked."""
    protocol = request.headers.get("x-forwarded-proto", request.url.scheme).partition(",")[0].strip()
    return f"{protocol if protocol in ('http', 'https') else 'http'}://{request.url.netloc}"
