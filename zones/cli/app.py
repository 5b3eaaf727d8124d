"""``zones app``: the planner's desk, a local page in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zones.cli.language import print_line, say


def app(
    project: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PROJECT|FOLDER]",
            show_default=False,
            help=say(
                "Project file, or a folder; the demo where none is given.",
                "Tệp dự án hoặc thư mục; nếu không nêu thì mở tỉnh minh họa.",
            ),
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="N",
            show_default=False,
            help=say("Port (default: any that is free).", "Cổng (mặc định: cổng còn trống)."),
        ),
    ] = 0,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", help=say("Print the address only.", "Chỉ in địa chỉ.")),
    ] = False,
) -> None:
    """Open the planner's desk."""
    from zones.app.serve import open_browser, open_desk
    from zones.app.session import first_session

    desk = open_desk(first_session(project), port=port)
    print_line(say(f"The desk: {desk.address}", f"Bàn làm việc: {desk.address}"))
    print_line(
        say(
            "Nothing leaves this machine. Stop with Ctrl-C.",
            "Không có gì rời khỏi máy này. Dừng bằng Ctrl-C.",
        )
    )
    page = None if no_browser else open_browser(desk.address)
    if page is None and not no_browser:
        print_line(
            say(
                "No browser was found: open the address above in one.",
                "Không tìm thấy trình duyệt: hãy mở địa chỉ trên bằng trình duyệt.",
            )
        )
    try:
        desk.server.run(sockets=[desk.listening])
    finally:
        if page is not None:
            page.unlink(missing_ok=True)


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "app",
        help=say(
            "Open the planner's desk: the whole job as a local page, without internet.\n\n"
            "Example: zones app project.yaml",
            "Mở bàn làm việc: toàn bộ công việc trên một trang cục bộ, không cần mạng.\n\n"
            "Ví dụ: zones app project.yaml",
        ),
    )(app)
