"""Options and arguments that several commands share, each worded once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zones.cli.language import say

__all__ = ["Json", "Out", "Overwrite", "PageLanguage", "ProjectFile", "Verbose"]

ProjectFile = Annotated[
    Path, typer.Argument(metavar="PROJECT", help=say("Project file (YAML).", "Tệp dự án (YAML)."))
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help=say("Output folder.", "Thư mục kết quả."), show_default=False),
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help=say("Replace earlier results.", "Ghi đè kết quả cũ.")),
]
Json = Annotated[
    bool, typer.Option("--json", help=say("Machine-readable output.", "Kết quả dạng JSON."))
]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help=say("Tell everything.", "In mọi chi tiết."))
]
PageLanguage = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="vi|en",
        help=say(
            "Language of the pages, whatever --lang the program speaks: the project's "
            "(annex: language), Vietnamese by default.",
            "Ngôn ngữ của văn bản in ra, không phụ thuộc --lang: theo dự án (annex: language), "
            "mặc định tiếng Việt.",
        ),
        show_default=False,
    ),
]
