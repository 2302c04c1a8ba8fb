"""Asks over HTTP without a server: the application itself, no port."""

import asyncio

import httpx


class Client:
    """`get`, `post` and `delete` of paths under `/api` (or of whole addresses), each with an event loop of its own; what the server cannot mend is an answer, never raised."""

    def get(self, path: str, headers: dict | None = None) -> httpx.Response:
        return self._ask("GET", path, headers=headers)

    def post(self, path: str, content: bytes = b"", **how) -> httpx.Response:
        return self._ask("POST", path, content=content, **how)

    def delete(self, path: str) -> httpx.Response:
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **how) -> httpx.Response:
        from api import app

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://visage/api/") as asker:
                return await asker.request(method, path, **how)

        return asyncio.run(ask())
