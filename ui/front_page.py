"""The HTML that every screen starts from: Streamlit's own, told its name and where its server is.

Without the second, a browser that opens `/morph` first asks `/morph/_stcore/health`, and two errors stand in the console.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

PAGES = Path(__file__).resolve().parent.parent / "pages"
_HEAD = """
    <meta name="description" content="Faces drawn by networks: slide a latent value and the face changes." />
    <script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" };</script>
  </head>"""


def routes() -> list[Route]:
    """A route for `/` and one for every file in `pages/`, by the name Streamlit gives it in the address."""
    html = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    html = html.replace("<title>Streamlit</title>", "<title>Visage</title>").replace("</head>", _HEAD, 1)

    async def page(_request: Request) -> HTMLResponse:
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    return [Route(path, page) for path in ("/", *sorted(f"/{file.stem}" for file in PAGES.glob("*.py")))]
