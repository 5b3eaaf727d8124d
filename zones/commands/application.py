"""The program ``zones``: its commands, its exit codes, and how an error reaches the reader.

Exit codes: 0 done, 1 done but the data has problems, 2 could not be done.
"""

from __future__ import annotations

import typer

from layers.errors import VungTrongError
from zones.commands.speech import language, print_line, say

__all__ = ["application", "run"]

application = typer.Typer(
    name="zones",
    help=say(
        "Areas, targets, forest cover, allocation and maps for production-zone plans.",
        "Diện tích, mục tiêu, tỷ lệ che phủ, phân bổ và bản đồ cho quy hoạch vùng trồng.",
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@application.callback()
def _options(
    lang: str = typer.Option("", help=say("Language: vi or en.", "Ngôn ngữ: vi hoặc en.")),
) -> None:
    """Take the options that every command shares; the language was settled before."""


def run() -> int:
    """Run the command line.

    Returns
    -------
    int
        Exit code.
    """
    try:
        application()
    except VungTrongError as error:
        print_line(say("Error: ", "Lỗi: ") + error.text(language()), error=True)
        return 2
    return 0
