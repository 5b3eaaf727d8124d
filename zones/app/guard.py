"""Who may ask the server for anything: its own page on this machine, and nobody else.

Every web page that the user visits can send requests to 127.0.0.1, and every user of the machine
can. So each request must name this server as its host; what is not the empty shell of the page
needs the token, which stands in the address after ``#`` and is sent in a header that no form and no
foreign page can set; and what does something must come from the page itself.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from layers.base.language import Phrase
from layers.base.messages import message
from zones.app.refused import RefusedError

TOKEN_HEADER = "x-zones-token"  # noqa: S105 - the name of the header
#: Most bytes of a question, and the seconds it may take to arrive.
QUESTION_BYTES, BODY_SECONDS = 1_000_000, 20.0
#: Paths that need no token: the empty page, without any data.
_SHELL = ("/", "/static/", "/page/")
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def told(phrase: Phrase) -> dict[str, dict[str, str]]:
    """An error as the page reads it."""
    return {"error": {"vi": phrase.vi, "en": phrase.en}}


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets through what the page itself asks for; everything else is refused with a sentence."""

    app: ASGIApp
    port: int
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(item: Message) -> None:
            if item["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                item = {**item, "headers": [*item.get("headers", ()), *extra]}
            await send(item)

        try:
            self._check(scope["method"], scope["path"], Headers(scope=scope))
        except RefusedError as refusal:
            answer = JSONResponse(told(refusal.phrase), refusal.status)
            await answer(scope, receive, send_guarded)
            return
        await self.app(scope, receive, send_guarded)

    def _check(self, method: str, path: str, headers: Headers) -> None:
        hosts = [f"{name}:{self.port}" for name in ("127.0.0.1", "localhost")]
        if headers.getlist("host") not in [[host] for host in hosts]:
            raise RefusedError(421, message("zones.app.foreign_host", hosts=hosts))
        if method not in ("GET", "POST"):
            raise RefusedError(405, message("zones.app.foreign_method"))
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise RefusedError(403, message("zones.app.foreign_page"))
        self._check_origin(method, headers, [f"http://{host}" for host in hosts])
        shell = method == "GET" and (path == "/" or path.startswith(_SHELL[1:]))
        given = headers.getlist(TOKEN_HEADER)
        if not shell and not (len(given) == 1 and _same(given[0], self.token)):
            raise RefusedError(401, message("zones.app.no_token"))

    def _check_origin(self, method: str, headers: Headers, own: list[str]) -> None:
        """What does something says where it comes from; a form cannot say that it is JSON."""
        origins = headers.getlist("origin")
        allowed = [[origin] for origin in own] + ([[]] if method == "GET" else [])
        if origins not in allowed:
            raise RefusedError(403, message("zones.app.foreign_page"))
        kind = headers.get("content-type", "").partition(";")[0].strip()
        if method == "POST" and kind not in ("application/json", "application/octet-stream"):
            raise RefusedError(415, message("zones.app.no_json"))


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


async def read_body(request: Request, most: int) -> bytes:
    """Body of a request, of at most so many bytes, arrived in time."""
    parts: list[bytes] = []
    size = _length(request.headers.getlist("content-length"))
    try:
        async with asyncio.timeout(BODY_SECONDS):
            if size <= most:
                async for part in request.stream():
                    size = max(size, sum(map(len, parts)) + len(part))
                    if size > most:
                        break
                    parts.append(part)
    except TimeoutError:
        raise RefusedError(408, message("zones.app.slow_body", seconds=BODY_SECONDS)) from None
    if size > most:
        raise RefusedError(413, message("zones.app.large_body", most=most / 1e6))
    return b"".join(parts)


def _length(given: Iterable[str]) -> int:
    lengths = [int(text) for text in given if text.isascii() and text.isdigit()]
    return max(lengths, default=0)
