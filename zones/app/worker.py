"""The worker of the desk: a process of its own that measures and allocates while the page lives.

The server asks, the worker tells how far it is and answers. To stop it is to end the process: a
new one takes its place and opens the same project again.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from layers.base.errors import VungTrongError
from layers.base.messages import message
from zones.app.guard import RefusedError
from zones.app.process import work
from zones.app.session import Session, Tell


@dataclass(slots=True)
class Worker:
    """The process that works, as the server sees it."""

    session: Session
    tell: Tell
    _process: SpawnProcess | None = None
    _connection: Connection | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, room: str, action: str, asked: dict[str, Any]) -> Any:
        """Have something done; one thing after another."""
        async with self._turn:
            connection = self._running()
            try:
                await asyncio.to_thread(connection.send, (room, action, asked))
                return await self._answer(connection)
            except (EOFError, OSError) as error:
                if isinstance(error, VungTrongError):
                    raise
                self._forget()
                raise RefusedError(503, message("zones.app.stopped")) from None

    async def _answer(self, connection: Connection) -> Any:
        while True:
            kind, what, session = await asyncio.to_thread(connection.recv)
            if kind == "told":
                self.tell(what)
                continue
            self.session = session
            if kind == "failed":
                raise what
            return what

    def start(self) -> None:
        """Begin before the first question: a project that was measured is opened at once."""
        self._running(ahead=True)

    def stop(self) -> None:
        """End what is being done; whoever waits for it is told."""
        if self._process is not None:
            self._process.kill()

    def _running(self, *, ahead: bool = False) -> Connection:
        if self._process is None or not self._process.is_alive() or self._connection is None:
            self._forget()
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            given = (theirs, self.session, ahead)
            self._process = context.Process(target=work, args=given, daemon=True)
            self._process.start()
            theirs.close()
        return self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None
