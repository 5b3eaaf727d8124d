"""``zones annex`` and ``zones atlas``: the printed pages of a project, from its earlier results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from layers.base.errors import InputError
from zones.cli.language import print_json, print_line, say

if TYPE_CHECKING:
    from zones.project.model import Project

__all__ = ["annex", "atlas", "register"]

_PROJECT = typer.Argument(
    ..., metavar="PROJECT", help=say("Project file (YAML).", "Tệp dự án (YAML).")
)
_OUT = typer.Option(
    None, "--out", help=say("Output folder.", "Thư mục kết quả."), show_default=False
)
_LANGUAGE = typer.Option(
    None,
    "--language",
    metavar="vi|en",
    help=say(
        "Language of the pages, whatever --lang the program speaks: the project's "
        "(annex: language), Vietnamese by default.",
        "Ngôn ngữ của văn bản in ra, không phụ thuộc --lang: theo dự án (annex: language), "
        "mặc định tiếng Việt.",
    ),
    show_default=False,
)
_JSON = typer.Option(False, "--json", help=say("Machine-readable output.", "Kết quả dạng JSON."))
_VERBOSE = typer.Option(
    False, "-v", "--verbose", help=say("Tell every finding.", "In mọi phát hiện.")
)


def annex(
    project: Path = _PROJECT,
    out: Path = _OUT,
    maps: list[str] = typer.Option(
        [],
        "--maps",
        metavar="COMMUNE",
        help=say(
            "Put the map of this commune into the document (code; repeat, or 'all').",
            "Đưa bản đồ xã này vào văn bản (mã xã; lặp lại được, hoặc 'all').",
        ),
    ),
    language: str | None = _LANGUAGE,
    as_json: bool = _JSON,
    verbose: bool = _VERBOSE,
) -> None:
    """Write workbook and document."""
    from zones.project.model import load_project

    loaded = _in_language(load_project(project), language)
    if maps:
        wanted: Any = "all" if "all" in maps else tuple(maps)
        settings = loaded.annex.model_copy(update={"commune_maps": wanted})
        loaded = _changed(loaded, annex=settings)
    pages = ("annex.xlsx", "annex.docx")
    _run(loaded, out, steps=("render", "annex"), pages=pages, as_json=as_json, verbose=verbose)


def atlas(
    project: Path = _PROJECT,
    out: Path = _OUT,
    communes: list[str] = typer.Option(
        [],
        "--communes",
        metavar="CODE",
        help=say(
            "Print this commune only (code; repeat, or several with commas).",
            "Chỉ in xã này (mã xã; lặp lại được, hoặc nhiều mã cách nhau bằng dấu phẩy).",
        ),
    ),
    paper: str = typer.Option(
        "", "--paper", metavar="A3|A4", help=say("Paper.", "Khổ giấy."), show_default=False
    ),
    jobs: int = typer.Option(
        0,
        "--jobs",
        min=0,
        help=say("Processes to draw with.", "Số tiến trình vẽ."),
        show_default=False,
    ),
    language: str | None = _LANGUAGE,
    as_json: bool = _JSON,
    verbose: bool = _VERBOSE,
) -> None:
    """Write the atlas."""
    from zones.project.model import load_project

    loaded = _in_language(load_project(project), language)
    changes: dict[str, Any] = {"make": True}
    if communes:
        codes = [code.strip() for item in communes for code in item.split(",") if code.strip()]
        changes |= {"communes": tuple(codes), "overview": False}
    if paper:
        changes["paper"] = paper
    if jobs:
        changes["jobs"] = jobs
    loaded = _changed(loaded, atlas=loaded.atlas.model_copy(update=changes))
    _run(loaded, out, steps=("atlas",), pages=("atlas.pdf",), as_json=as_json, verbose=verbose)


def _in_language(project: Project, language: str | None) -> Project:
    if language is None:
        return project
    if language not in ("vi", "en"):
        raise InputError(
            en=f"--language: expected vi or en, found {language!r}.",
            vi=f"--language: cần vi hoặc en, thấy {language!r}.",
        )
    settings = project.annex.model_copy(update={"language": language})
    return _changed(project, annex=settings)


def _changed(project: Project, **settings: object) -> Project:
    return project.model_copy(update=settings)


def _run(
    project: Project,
    out: Path | None,
    *,
    steps: tuple[str, ...],
    pages: tuple[str, ...],
    as_json: bool,
    verbose: bool,
) -> None:
    """Do the steps over earlier results; whatever a step needs and is not there is done too."""
    from zones.cli.console import telling
    from zones.run.run import RunOptions, run_project

    with telling(quiet=as_json) as teller:
        options = RunOptions(out=out, only=steps, overwrite=True)
        result = run_project(project, options=options, teller=teller)
    made = {name: str(result.out / name) for name in pages}
    if as_json:
        print_json({"out": str(result.out), "pages": made, "has_problems": result.has_problems})
    else:
        for path in made.values():
            print_line(path)
        if verbose:
            from zones.cli.run import report_run

            report_run(result, as_json=False, verbose=True)
    if result.has_problems:
        raise typer.Exit(1)


def register(application: typer.Typer) -> None:
    """Add the commands."""
    application.command(
        "annex",
        help=say(
            "Write the annex of a project as workbook and document.\n\n"
            "Example: zones annex project.yaml --maps 06529 --language en",
            "Lập phụ lục của dự án thành bảng tính và văn bản.\n\n"
            "Ví dụ: zones annex project.yaml --maps 06529 --language en",
        ),
    )(annex)
    application.command(
        "atlas",
        help=say(
            "Draw the atlas of a project: one map per commune, as PDF.\n\n"
            "Example: zones atlas project.yaml --communes 06529,06613 --jobs 2",
            "Vẽ tập bản đồ của dự án: mỗi xã một tờ, dạng PDF.\n\n"
            "Ví dụ: zones atlas project.yaml --communes 06529,06613 --jobs 2",
        ),
    )(atlas)
