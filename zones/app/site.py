"""The site of the desk: the shell of the page, its modules, and the doors to the worker."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from layers.base.json_text import parsed_json
from layers.base.messages import message
from maps.interactive.page_parts import served_parts
from zones.app.guard import QUESTION_BYTES, read_body, told
from zones.app.refused import RefusedError
from zones.app.uploads import keep_upload, most_bytes, take_away
from zones.app.worker import Worker

_STATIC = Path(__file__).resolve().parent / "static"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
}
#: Seconds between two signs of life, so that a page notices a server that is gone.
_BEAT_SECONDS = 10.0
_MOST_LISTENERS = 16


class _Answer(JSONResponse):
    """An answer in ASCII: a file's name may hold bytes that are no UTF-8, and is shown anyhow."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


@dataclass(slots=True)
class Bell:
    """Tells every open page what the worker is doing."""

    listeners: set[asyncio.Queue[str]] = field(default_factory=set)
    alive: Callable[[], None] = lambda: None  # Told with every sign of life to a page

    def ring(self, what: dict[str, Any]) -> None:
        """Tell all; a page that does not listen loses what it missed."""
        line = f"data: {json.dumps(what)}\n\n"
        for queue in self.listeners:
            if not queue.full():
                queue.put_nowait(line)

    def close(self) -> None:
        """Let every page go: the server ends."""
        for queue in self.listeners:
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait("")

    async def listen(self) -> AsyncIterator[str]:
        """Lines of one page, as server-sent events."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self.listeners.add(queue)
        try:
            yield ": open\n\n"
            while True:
                line = ": alive\n\n"
                with contextlib.suppress(TimeoutError):
                    line = await asyncio.wait_for(queue.get(), _BEAT_SECONDS)
                if not line:
                    return
                self.alive()
                yield line
        finally:
            self.listeners.discard(queue)


@dataclass(slots=True)
class Site:
    """Doors of the site; the worker behind them starts with the first question."""

    worker: Worker
    bell: Bell
    files: dict[str, tuple[bytes, str]]
    #: Digest of what was dropped since the start, by the path of its copy.
    copied: dict[str, str] = field(default_factory=dict)

    async def shell(self, request: Request) -> Response:
        """A file of the page, which holds no data."""
        found = self.files.get(request.url.path)
        if found is None:
            return _Answer(told(message("zones.app.no_page")), 404)
        return Response(found[0], media_type=found[1])

    async def do(self, request: Request) -> Response:
        """Have the worker do what a room offers."""
        action = request.path_params["action"]
        return _Answer(await self._asked(request, action))

    async def fetch(self, request: Request) -> Response:
        """A file that a room made: the worker says where it lies, and whether it may be had."""
        return FileResponse(await self._asked(request, "file"))

    async def _asked(self, request: Request, action: str) -> Any:
        asked = _question(await read_body(request, QUESTION_BYTES))
        return await self.worker.ask(request.path_params["room"], action, asked)

    async def upload(self, request: Request) -> Response:
        """Take a file in: its name stands in the address, its bytes are the body."""
        name = request.query_params.get("name", "")
        year = request.query_params.get("year", "")
        body = await read_body(request, most_bytes(name, year))
        kept = await asyncio.to_thread(keep_upload, self.worker.session, name, body, year)
        if kept["copied"]:
            digest = await asyncio.to_thread(hashlib.sha256, body)
            self.copied[kept["path"]] = digest.hexdigest()
        return _Answer(kept)

    async def take_away(self, request: Request) -> Response:
        """Take away a dropped file that nobody can use."""
        asked = _question(await read_body(request, QUESTION_BYTES))
        named = await self.worker.ask("files", "named", {})
        session, path = self.worker.session, str(asked.get("path", ""))
        if session.read_only:
            raise RefusedError(409, message("zones.app.read_only"))
        gone = await asyncio.to_thread(take_away, session, path, self.copied, named)
        return _Answer({"gone": gone})

    async def events(self, _request: Request) -> Response:
        """What the worker tells, line by line."""
        if len(self.bell.listeners) >= _MOST_LISTENERS:
            raise RefusedError(429, message("zones.app.many_pages"))
        return StreamingResponse(self.bell.listen(), media_type="text/event-stream")

    async def stop(self, _request: Request) -> Response:
        """End what the worker is doing."""
        self.worker.stop()
        return _Answer({})


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):
        raise error
    return _Answer(told(error.phrase), error.status)


def build_site(worker: Worker) -> Starlette:
    """Site of a desk; its pages hear what the worker tells."""
    bell = Bell()
    worker.tell = bell.ring
    site = Site(worker, bell, _shell_files())
    made = Starlette(
        routes=[
            Route("/events", site.events),
            Route("/stop", site.stop, methods=["POST"]),
            Route("/do/{room}/{action}", site.do, methods=["POST"]),
            Route("/file/{room}", site.fetch, methods=["POST"]),
            Route("/upload", site.upload, methods=["POST"]),
            Route("/take-away", site.take_away, methods=["POST"]),
            Route("/{rest:path}", site.shell, methods=["GET"]),
        ],
        exception_handlers={RefusedError: _refused},
    )
    made.state.bell, made.state.worker = bell, site.worker
    return made


def _question(body: bytes) -> dict[str, Any]:
    try:
        asked = parsed_json(body or b"{}")
        # Half of a pair stands for a byte of a file's name, or for nothing: no text holds it.
        json.dumps(asked, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        found = ascii(error.object[error.start])
        raise RefusedError(400, message("zones.app.no_letter", found=found)) from None
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise RefusedError(400, message("zones.app.no_json"))
    return asked


def _shell_files() -> dict[str, tuple[bytes, str]]:
    """Every file that is served without a token, by its address: nothing else can be asked for."""
    found = {
        f"/page/{name}": (text.encode(), _KINDS[Path(name).suffix])
        for name, text in served_parts().items()
    }
    for path in sorted(_STATIC.rglob("*")):
        if path.is_file():
            address = "/static/" + path.relative_to(_STATIC).as_posix()
            found[address] = path.read_bytes(), _KINDS[path.suffix]
    found["/"] = found["/static/index.html"]
    return found
