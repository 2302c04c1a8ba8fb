"""Who may have work done, and how often: keys, a rate, and other origins, as the host's environment says.

| | |
|---|---|
| `VISAGE_API_KEYS` | keys by commas; without one of them (`Authorization: Bearer KEY` or `X-API-Key: KEY`) programs get 401 |
| `VISAGE_RATE` | `120/minute`: how often one program (a key, else an address) may have work done; beyond it 429 |
| `VISAGE_VISITOR_RATE` | `1500/minute`: how often one address may ask for anything; a thumb on a slider asks 25 times a second |
| `VISAGE_TOTAL_RATE` | the same for all together |
| `VISAGE_CORS_ORIGINS` | origins by commas, or `*`: whose scripts in a browser may call; none unless set |

Keys and `VISAGE_RATE` are for what programs call (`WORK`). What the pages fetch for their visitors needs no key.
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

WORK = ("/api/v1/generate", "/api/v1/morph", "/api/v1/detect")  # by POST; and what infers
ALWAYS = ("/api/v1/health", "/v2/health", "/metrics")  # for those who watch the server


class Gate:
    """Middleware: 401 without a key where there are keys, 429 where one asks too often, or all together do."""

    def __init__(self, app: ASGIApp, keys: list[str], rates: dict[str, RateLimitItem]):
        """`rates`: by the names above, those that are set."""
        self.app, self.keys, self.rates = app, keys, rates
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(ALWAYS):
            return await self.app(scope, receive, send)
        return await (self._refusal(scope) or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """The answer to who may not have this; None for who may."""
        key, address = _key(Headers(scope=scope)), (scope.get("client") or ("",))[0]
        works = scope["method"] == "POST" and (scope["path"] in WORK or scope["path"].startswith("/v2/models/"))
        if works and self.keys and not _is_one(key, self.keys):
            told = "This server asks programs for a key: send `Authorization: Bearer KEY`. Its host has them."
            return answers.problem(401, told, {"WWW-Authenticate": "Bearer"})
        callers = {"VISAGE_VISITOR_RATE": address, "VISAGE_TOTAL_RATE": "all"}
        if works:
            callers["VISAGE_RATE"] = key if self.keys else address
        for name, caller in callers.items():
            rate = self.rates.get(name)
            if rate and not self.limiter.hit(rate, name, caller):
                return self._too_often(rate, name, caller)
        return None

    def _too_often(self, rate: RateLimitItem, name: str, caller: str) -> ASGIApp:
        wait = self.limiter.get_window_stats(rate, name, caller).reset_time - time.time()
        whom = "all callers together" if name == "VISAGE_TOTAL_RATE" else "one caller"
        told = f"That was too often: this server does {_words(rate)} for {whom}. Wait, then ask again."
        return answers.problem(429, told, {"Retry-After": str(max(1, math.ceil(wait)))})


def settings() -> dict:
    """Arguments of `Gate`. Read when the server starts, which ends with a sentence where a rate is none."""
    rates = {name: _rate(name) for name in ("VISAGE_RATE", "VISAGE_VISITOR_RATE", "VISAGE_TOTAL_RATE")}
    return {"keys": _listed("VISAGE_API_KEYS"), "rates": {name: rate for name, rate in rates.items() if rate}}


def cors() -> dict | None:
    """Arguments of Starlette's `CORSMiddleware`, or None where no other origin may call."""
    origins = _listed("VISAGE_CORS_ORIGINS")
    if not origins:
        return None
    told = ["Visage-Model", "Visage-Version", "Visage-Weights", "Retry-After", "ETag"]
    return {"allow_origins": origins, "allow_methods": ["*"], "allow_headers": ["*"], "expose_headers": told}


def _listed(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def _rate(name: str) -> RateLimitItem | None:
    text = os.environ.get(name, "").strip()
    try:
        return parse(text) if text else None
    except ValueError:
        raise SystemExit(f"`{name}` must read like 120/minute. Received: {text[:40]}.") from None


def _words(rate: RateLimitItem) -> str:
    return f"{rate.amount} requests in {rate.get_expiry()} seconds"


def _key(headers: Headers) -> str:
    kind, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else headers.get("x-api-key", "")


def _is_one(key: str, keys: list[str]) -> bool:
    """In a time that does not tell how much of it was right."""
    return sum(hmac.compare_digest(key.encode("utf-8", "replace"), one.encode()) for one in keys) > 0
