"""What a run leaves for the desk: the first page of its project, to be shown at once."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from layers.base.errors import VungTrongError

if TYPE_CHECKING:
    from zones.run.context import RunResult


def keep_page_of_run(result: RunResult) -> None:
    """Keep the first page of the project of a run, where it was measured and shared out."""
    from zones.app.desk import Desk
    from zones.app.first_page import kept_page
    from zones.app.rooms.targets import ground
    from zones.app.session import Session
    from zones.publish.publish import PublishedFigures

    if result.store.get(PublishedFigures) is None or kept_page(result.context.project):
        return
    with contextlib.suppress(VungTrongError):  # A convenience: what is at fault the desk tells
        desk = Desk(Session(), lambda _: None)
        desk.take_in(result)
        ground(desk)
