"""``zones demo``: a made province to try everything on, and the whole job run on it."""

from __future__ import annotations

from pathlib import Path

import typer

from zones.cli.language import language_of_pages, print_line, say
from zones.cli.run import report_run

__all__ = ["demo", "register"]


def demo(
    out: Path = typer.Option(Path("demo"), "--out", help=say("Folder to make.", "Thư mục sẽ tạo.")),
    communes: Path = typer.Option(
        None,
        "--communes",
        metavar="FILE",
        show_default=False,
        help=say(
            "Grow the land on these commune boundaries instead of made ones.",
            "Dùng ranh giới xã có sẵn thay cho ranh giới minh họa.",
        ),
    ),
    seed: int = typer.Option(
        0, "--seed", help=say("Same seed, same land.", "Cùng số, cùng dữ liệu.")
    ),
    overwrite: bool = typer.Option(
        False, "--overwrite", help=say("Replace an earlier demo.", "Ghi đè bản minh họa cũ.")
    ),
    as_json: bool = typer.Option(
        False, "--json", help=say("Machine-readable output.", "Kết quả dạng JSON.")
    ),
    verbose: bool = typer.Option(
        False, "-v", "--verbose", help=say("Tell every finding.", "In mọi phát hiện.")
    ),
) -> None:
    """Make a province and run the whole job on it."""
    from layers.base.language import Phrase
    from zones.cli.console import telling
    from zones.demo import build_demo
    from zones.project.model import load_project
    from zones.run.run import RunOptions, run_project

    with telling(quiet=as_json) as teller:
        teller.note(
            Phrase(
                en="Making the demo province (demo data, not real land) …",
                vi="Đang tạo tỉnh minh họa (dữ liệu minh họa, không phải số liệu thật) …",
            )
        )
        path = build_demo(
            out, communes_file=communes, seed=seed, overwrite=overwrite, progress=teller.part
        )
        options = RunOptions(overwrite=overwrite, language=language_of_pages())
        result = run_project(load_project(path), options=options, teller=teller)
    report_run(result, as_json=as_json, verbose=verbose)
    if not as_json:
        print_line(
            say(
                f"Open {result.out / 'map.html'} in a browser. Demo data.",
                f"Mở {result.out / 'map.html'} bằng trình duyệt. Dữ liệu minh họa.",
            )
        )


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "demo",
        help=say(
            "Make a province to try everything on and run the whole job; nothing is downloaded.\n\n"
            "Example: zones demo --out demo",
            "Tạo một tỉnh minh họa và chạy toàn bộ công việc; không tải gì từ mạng.\n\n"
            "Ví dụ: zones demo --out demo",
        ),
    )(demo)
