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
from zones.app.process import work
from zones.app.refused import RefusedError
from zones.app.session import Session, Tell


@dataclass(slots=True)
class Worker:
    """The process that works, as the server sees it."""

    session: Session
    tell: Tell = lambda _what: None
    _process: SpawnProcess | None = None
    _connection: Connection | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stops: int = 0  # How often the work was ended
    _begun: int = 0  # How often it had been when the process began
    _closed: bool = False

    @property
    def pid(self) -> int | None:
        """Number of the process, while there is one."""
        return None if self._process is None else self._process.pid

    async def ask(self, room: str, action: str, asked: dict[str, Any]) -> Any:
        """Have something done; one thing after another."""
        stops = self._stops
        async with self._turn:
            if self._closed or stops != self._stops:
                raise RefusedError(503, message("zones.app.stopped"))
            connection = await self._running()
            try:
                await asyncio.to_thread(connection.send, (room, action, asked))
                return await self._answer(connection)
            except (EOFError, OSError) as error:
                if isinstance(error, VungTrongError):
                    raise
                stopped, ended = message("zones.app.stopped"), message("zones.app.ended")
                why = ended if stops == self._stops else stopped
                await self._forget()
                raise RefusedError(503, why) from None

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
        if self._process is None:
            self._begin(ahead=True)

    def stop(self) -> None:
        """End what was asked until now; whoever waits for it is told.

        Whoever asks from now on is answered by a new process, although this one takes its time to
        be gone.
        """
        self._stops += 1
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End for good: nothing is begun any more."""
        self._closed = True
        self.stop()

    async def _running(self) -> Connection:
        process, connection = self._process, self._connection
        stopped = self._begun != self._stops
        if process is None or connection is None or stopped or not process.is_alive():
            await self._forget()
            connection = self._begin()
        return connection

    def _begin(self, *, ahead: bool = False) -> Connection:
        self._begun = self._stops
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        given = (theirs, self.session, ahead)
        self._process = context.Process(target=work, args=given, daemon=True)
        self._process.start()
        theirs.close()
        return self._connection

    async def _forget(self) -> None:
        """Let go of a process that ends; it holds the project until it is gone."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None
