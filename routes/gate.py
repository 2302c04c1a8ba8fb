"""Who may have work done, and how often: keys, a rate, and other origins, as the host's environment says.

| | |
|---|---|
| `VISAGE_API_KEYS` | keys by commas; without one of them (`Authorization: Bearer KEY` or `X-API-Key: KEY`) programs get 401 |
| `VISAGE_RATE` | `120/minute`: how often one caller (a key, else an address) may have work done; beyond it 429 |
| `VISAGE_CORS_ORIGINS` | origins by commas, or `*`: whose scripts in a browser may call; none unless set |

Keys and rate are for what programs call (`WORK`). What the pages fetch for their visitors stays open to them.
"""

import hmac
import math
import os
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from routes import answers

WORK = ("/api/v1/generate", "/api/v1/morph", "/api/v1/detect", "/v2/models")  # by POST


class Gate:
    """Middleware: 401 without a key where there are keys, 429 where one asks too often."""

    def __init__(self, app: ASGIApp, keys: list[str], rate: RateLimitItem | None):
        self.app, self.keys, self.rate = app, keys, rate
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(WORK):
            return await self.app(scope, receive, send)
        key = _key(Headers(scope=scope))
        if self.keys and not _is_one(key, self.keys):
            told = "This server asks programs for a key: send `Authorization: Bearer KEY`. Its host has them."
            return await answers.problem(401, told, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
        caller = key if self.keys else (scope.get("client") or ("",))[0]
        if self.rate and not self.limiter.hit(self.rate, caller):
            wait = self.limiter.get_window_stats(self.rate, caller).reset_time - time.time()
            told = f"That was too often: this server does {_words(self.rate)} for one caller. Wait, then ask again."
            return await answers.problem(429, told, {"Retry-After": str(max(1, math.ceil(wait)))})(scope, receive, send)
        return await self.app(scope, receive, send)


def settings() -> dict:
    """Arguments of `Gate`. Read when the server starts, which ends with a sentence where the rate is none."""
    return {"keys": _listed("VISAGE_API_KEYS"), "rate": _rate()}


def cors() -> dict | None:
    """Arguments of Starlette's `CORSMiddleware`, or None where no other origin may call."""
    origins = _listed("VISAGE_CORS_ORIGINS")
    if not origins:
        return None
    told = ["Visage-Model", "Visage-Version", "Visage-Weights", "Retry-After", "ETag"]
    return {"allow_origins": origins, "allow_methods": ["*"], "allow_headers": ["*"], "expose_headers": told}


def _listed(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def _rate() -> RateLimitItem | None:
    text = os.environ.get("VISAGE_RATE", "").strip()
    try:
        return parse(text) if text else None
    except ValueError:
        raise SystemExit(f"`VISAGE_RATE` must read like 120/minute. Received: {text[:40]}.") from None


def _words(rate: RateLimitItem) -> str:
    return f"{rate.amount} requests in {rate.get_expiry()} seconds"


def _key(headers: Headers) -> str:
    kind, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else headers.get("x-api-key", "")


def _is_one(key: str, keys: list[str]) -> bool:
    """In a time that does not tell how much of it was right."""
    return sum(hmac.compare_digest(key.encode("utf-8", "replace"), one.encode()) for one in keys) > 0
