"""``zones reports``: the year's round, from forms to one consolidated result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zones.cli.console import telling
from zones.cli.language import print_json, print_line, say
from zones.cli.options import Json, Overwrite, ProjectFile

if TYPE_CHECKING:
    from zones.project.model import Project
    from zones.reports.make import Round
    from zones.run.context import Teller

_Year = Annotated[
    int,
    typer.Option("--year", min=1990, max=2100, help=say("Year of the reports.", "Năm báo cáo.")),
]
_Forms = Annotated[
    list[str],
    typer.Option(
        "--form",
        metavar="FORM",
        help=say(
            "Form: plan-annual, seasonal-crops, forest-01 … forest-06, or a YAML file (repeat).",
            "Biểu: plan-annual, seasonal-crops, forest-01 … forest-06, hoặc tệp YAML (lặp lại).",
        ),
    ),
]
#: The annual report of the plan is what a round is about.
_ANNUAL = "plan-annual"


def _round(project: Project, year: int, teller: Teller) -> Round:
    from zones.reports.tables import FIGURES
    from zones.run.yearly_round import prepare_round

    return prepare_round(project, year, last=FIGURES.empty(), teller=teller)


def make(
    project: ProjectFile,
    year: _Year,
    out: Annotated[
        Path, typer.Option("--out", help=say("Folder for the forms.", "Thư mục ghi các biểu."))
    ],
    form: _Forms = [_ANNUAL],  # noqa: B006 - typer copies it
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Write the forms."""
    from layers.base.messages import message
    from zones.project.model import load_project
    from zones.reports.forms import load_form
    from zones.reports.make import save_forms

    loaded, forms = load_project(project), [load_form(name) for name in form]
    made: list[Path] = []
    with telling(quiet=as_json) as teller:
        asked = _round(loaded, year, teller)
        teller.step("make", message("zones.reports.making_forms"), 1, 1)
        for one in forms:
            made += save_forms(one, asked, out, overwrite=overwrite, progress=teller.part)
    if as_json:
        print_json({"forms": [str(path) for path in made]})
        return
    print_line(say(f"{len(made)} forms in {out}", f"{len(made)} biểu trong {out}"))


def register(application: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=say("The year's reports of the communes.", "Vòng báo cáo năm của các xã."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(
        "make",
        help=say(
            "Write a workbook for each commune and department to fill in.\n\n"
            "Example: zones reports make demo/project.yaml --year 2026 --out forms",
            "Lập biểu Excel cho từng xã và sở để điền.\n\n"
            "Ví dụ: zones reports make demo/project.yaml --year 2026 --out forms",
        ),
    )(make)
    application.add_typer(group, name="reports")
