"""Starting the desk: a free port, a token, the browser, and the server until it is stopped."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import tempfile
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from layers.base.errors import OutputError
from zones.app.guard import Guard
from zones.app.session import Session
from zones.app.site import build_site
from zones.app.worker import Worker

_TOKEN_BYTES = 32


class _Server(uvicorn.Server):
    """A server that lets its pages and its worker go before it ends."""

    site: Starlette

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the worker begin while the browser opens."""
        self.site.state.worker.start()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what would otherwise be waited for."""
        self.site.state.bell.close()
        self.site.state.worker.close()
        await super().shutdown(sockets)


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that is ready to be served."""

    server: _Server
    listening: socket.socket
    address: str  # With the token after ``#``


def open_desk(
    session: Session, *, port: int = 0, token: str = "", worker: Worker | None = None
) -> Desk:
    """Bind the port (a free one by default) and build the server; nothing is answered yet."""
    listening = _bind(port)
    port = listening.getsockname()[1]
    token = token or secrets.token_urlsafe(_TOKEN_BYTES)
    site = build_site(worker or Worker(session))
    config = uvicorn.Config(
        Guard(site, port, token),
        log_config=None,
        access_log=False,
        ws="none",
        http="h11",
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=64,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    server.site = site
    return Desk(server, listening, f"http://127.0.0.1:{port}/#token={token}")


def _bind(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name != "nt":  # there it would let a second program take the same port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen()  # A browser that is quicker than the server waits
    except (OSError, OverflowError) as error:
        listening.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise OutputError("zones.app.port_busy", port=port) from error
        raise OutputError("zones.app.port_refused", port=port) from error
    return listening


def open_browser(address: str, *, opener: Callable[[str], bool] = webbrowser.open) -> Path | None:
    """Open the page, by a file of the user's own: a command line is read by everyone."""
    handle, name = tempfile.mkstemp(prefix="zones-", suffix=".html")  # readable by its owner only
    page = Path(name)
    target = escape(address, quote=True)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(
            '<!DOCTYPE html><meta charset="utf-8"><title>Vùng Trồng</title>'
            f'<meta http-equiv="refresh" content="0;url={target}"><a href="{target}">→</a>'
        )
    if opener(page.as_uri()):
        return page
    page.unlink()
    return None
