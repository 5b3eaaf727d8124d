"""``zones atlas``: printed maps of the communes, from the project's earlier results."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from zones.cli.language import say
from zones.cli.options import Json, Out, PageLanguage, ProjectFile, Verbose
from zones.cli.pages import make_pages


def atlas(
    project: ProjectFile,
    out: Out = None,
    communes: Annotated[
        list[str],
        typer.Option(
            "--communes",
            metavar="CODE",
            help=say(
                "Print this commune only (code; repeat, or several with commas).",
                "Chỉ in xã này (mã xã; lặp lại được, hoặc nhiều mã cách nhau bằng dấu phẩy).",
            ),
        ),
    ] = [],  # noqa: B006 - typer copies it
    paper: Annotated[
        str,
        typer.Option(
            "--paper",
            metavar="legal|A4|A3|A2|A1|A0",
            help=say(
                "legal: the circular's scale on the paper that holds it; else the paper.",
                "legal: tỷ lệ theo thông tư trên khổ giấy vừa đủ; hoặc khổ giấy.",
            ),
            show_default=False,
        ),
    ] = "",
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            min=0,
            help=say("Processes to draw with.", "Số tiến trình vẽ."),
            show_default=False,
        ),
    ] = 0,
    page_language: PageLanguage = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write the atlas."""
    changes: dict[str, Any] = {"make": True}
    codes = [code.strip() for item in communes for code in item.split(",") if code.strip()]
    if codes:
        changes |= {"communes": tuple(codes), "overview": False}
    if paper:
        changes["paper"] = paper
    if jobs:
        changes["jobs"] = jobs
    make_pages(
        project,
        out,
        step="atlas",
        changes={"atlas": changes},
        page_language=page_language,
        as_json=as_json,
        verbose=verbose,
    )


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "atlas",
        help=say(
            "Draw the atlas of a project: one map per commune, as PDF.\n\n"
            "Example: zones atlas project.yaml --communes 06529,06613 --jobs 2",
            "Vẽ tập bản đồ của dự án: mỗi xã một tờ, dạng PDF.\n\n"
            "Ví dụ: zones atlas project.yaml --communes 06529,06613 --jobs 2",
        ),
    )(atlas)
