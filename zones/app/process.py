"""Life of the worker's process: it answers question after question until the server is gone."""

from __future__ import annotations

import contextlib
import gc
import importlib
import signal
import typing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from layers.base.errors import VungTrongError
from layers.base.files import refusal
from layers.base.messages import message
from layers.base.remembered import remembering
from zones.app.question import ROOMS, Question
from zones.app.refused import RefusedError
from zones.app.session import Session

if TYPE_CHECKING:
    from zones.app.desk import Desk

#: Objects made between two searches for rings of them: an edit makes many and leaves none.
_OBJECTS_BETWEEN = 50_000


def work(connection: Connection, session: Session, ahead: bool) -> None:
    """Life of the worker: answer question after question until the server is gone.

    ``ahead``: open a project that was measured before anybody asks. What is at fault is told when
    somebody does.
    """
    gc.set_threshold(_OBJECTS_BETWEEN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends both
    from zones.app.desk import Desk

    def tell(what: dict[str, Any]) -> None:
        connection.send(("told", what, None))

    desk = Desk(session, tell)
    with remembering():  # An edit changes one table of many
        if ahead:
            with contextlib.suppress(VungTrongError, OSError):
                desk.open_measured()
        _answer_all(connection, desk)


def _answer_all(connection: Connection, desk: Desk) -> None:
    while True:
        try:
            room, action, asked = connection.recv()
        except (EOFError, OSError):
            return
        try:
            kind, answer = "done", do(desk, room, action, asked)
        except VungTrongError as error:
            kind, answer = "failed", _without_cause(error)
        except OSError as error:
            kind, answer = "failed", RefusedError(500, refusal(error))
        except Exception as error:  # noqa: BLE001 - the last handler: the desk stays open
            what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            kind, answer = "failed", RefusedError(500, message("zones.app.unforeseen", what=what))
        connection.send((kind, answer, desk.session))


def _without_cause(error: VungTrongError) -> VungTrongError:
    return error if isinstance(error, RefusedError) else RefusedError(422, error.phrase)


def do(desk: Any, room: str, action: str, asked: dict[str, Any]) -> Any:
    """Do what a room offers, after looking at what is asked."""
    function = room_actions(room).get(action)
    if function is None:
        raise RefusedError(404, message("zones.app.no_action", action=f"{room}/{action}"))
    model = typing.get_type_hints(function).get("asked", Question)
    try:
        question = model.model_validate(asked)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise RefusedError(
            400, message("zones.app.bad_question", key=key, what=first["msg"])
        ) from None
    return function(desk) if model is Question else function(desk, question)


def room_actions(room: str) -> dict[str, Callable[..., Any]]:
    """What the page of a room may ask for, by name."""
    if room not in ROOMS:
        raise RefusedError(404, message("zones.app.no_action", action=room))
    actions: dict[str, Callable[..., Any]] = importlib.import_module(
        f"zones.app.rooms.{room}"
    ).ACTIONS
    return actions
