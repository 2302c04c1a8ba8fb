"""No body larger than its route can use is taken in, whatever its headers say."""

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 2 * 2**20  # bytes of a body; routes that take pictures or tensors have bounds of their own
OWN_BOUNDS = ("/api/v1/detect", "/api/v1/settings", "/v2/")


class BoundedBodies:
    """Middleware: 413 as soon as a body is larger, before it is read to its end."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(OWN_BOUNDS):
            return await self.app(scope, receive, send)
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST:
                raise HTTPException(
                    413, f"A request has up to {LARGEST // 2**20} MB; this one is larger. Ask for less."
                )
            return message

        return await self.app(scope, bounded, send)
