"""``zones app``: the planner's desk, a local page in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zones.cli.terminal.language import print_line, say

if TYPE_CHECKING:
    from zones.app.serve import Desk


def app(
    project: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PROJECT|FOLDER]",
            show_default=False,
            help=say("zones.cli.help_project_or_demo"),
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="N",
            show_default=False,
            help=say("zones.cli.help_port"),
        ),
    ] = 0,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", help=say("zones.cli.help_print_address")),
    ] = False,
) -> None:
    """Open the planner's desk."""
    from zones.app.session import first_session
    from zones.app.worker import Worker

    session = first_session(project)
    worker = Worker(session)
    worker.start()  # What it needs is loaded while the server is made
    try:
        from zones.app.address import kept_desk

        with kept_desk(session, port=port, worker=worker) as desk:
            _serve(desk, no_browser=no_browser)
    finally:
        worker.close()


def _serve(desk: Desk, *, no_browser: bool) -> None:
    """Tell the address, open the browser, and answer until the program is ended."""
    from zones.app.serve import open_browser

    print_line(say("zones.cli.desk_at", address=desk.address))
    print_line(say("zones.cli.nothing_leaves_machine"))
    page = None if no_browser else open_browser(desk.address)
    if page is None and not no_browser:
        print_line(say("zones.cli.no_browser"))
    try:
        desk.server.run(sockets=[desk.listening])
    finally:
        if page is not None:
            page.unlink(missing_ok=True)


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "app",
        help=say("zones.cli.help_app"),
    )(app)
