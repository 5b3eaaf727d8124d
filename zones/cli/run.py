"""``zones run``: the whole job."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zones.cli.console import print_findings, records, telling
from zones.cli.language import language, language_of_pages, print_json, print_line, say
from zones.cli.options import Json, Out, Overwrite, ProjectFile, Verbose
from zones.run.names import step_names

if TYPE_CHECKING:
    import pandas as pd

    from zones.run.context import RunResult

__all__ = ["register", "report_run", "run"]


def run(
    project: ProjectFile,
    out: Out = None,
    only: Annotated[
        list[str],
        typer.Option(
            "--only",
            metavar="STEP",
            help=say(
                f"Do this step and what it needs (repeat for several): {', '.join(step_names())}.",
                f"Chỉ chạy bước này và những gì nó cần (lặp lại được): {', '.join(step_names())}.",
            ),
        ),
    ] = [],  # noqa: B006 - typer copies it
    overwrite: Overwrite = False,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", min=1, help=say("Local worker processes.", "Số tiến trình trên máy.")
        ),
    ] = 1,
    scheduler: Annotated[
        str,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help=say(
                "dask scheduler, tcp://host:port (needs vungtrong[cluster]).",
                "Bộ điều phối dask, tcp://máy:cổng (cần vungtrong[cluster]).",
            ),
            show_default=False,
        ),
    ] = "",
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Run the job."""
    from zones.project.model import load_project
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    loaded = load_project(project)
    with _connected(scheduler, workers) as crew, telling(quiet=as_json) as teller:
        options = RunOptions(
            out=out,
            only=tuple(only),
            overwrite=overwrite,
            workers=crew,
            language=language_of_pages(),
        )
        result = run_project(loaded, options=options, teller=teller)
    report_run(result, as_json=as_json, verbose=verbose)


@contextlib.contextmanager
def _connected(scheduler: str, workers: int) -> Iterator[object]:
    """Workers for a run: this machine's, or those of a cluster."""
    if not scheduler:
        yield workers
        return
    from layers.base.errors import InputError

    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            en="--scheduler needs dask.distributed: pip install 'vungtrong[cluster]'.",
            vi="--scheduler cần dask.distributed: pip install 'vungtrong[cluster]'.",
        ) from error
    connect: Any = Client  # without annotations of its own, and absent where the extra is
    try:
        client = connect(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise InputError(
            en=f"No dask scheduler answers at {scheduler}; expected tcp://host:port of a running "
            "one.",
            vi=f"Không kết nối được bộ điều phối dask tại {scheduler}; cần địa chỉ tcp://máy:cổng "
            "đang chạy.",
        ) from error
    with client:
        yield client


def report_run(result: RunResult, *, as_json: bool, verbose: bool) -> None:
    """Say what a run gave and end with its exit code: 1 when the data has problems."""
    tables = result.tables
    if as_json:
        print_json(_summary(result))
    else:
        print_findings(result.record["findings"], verbose=verbose)
        if "targets" in tables:
            for line in _target_lines(tables["targets"], tables.get("zone_names")):
                print_line(line)
        print_line(say(f"Results in {result.out}", f"Kết quả trong {result.out}"))
    if result.has_problems:
        raise typer.Exit(1)


def _summary(result: RunResult) -> dict[str, Any]:
    summary: dict[str, Any] = {"out": str(result.out), "has_problems": result.has_problems}
    tables = result.tables
    if "targets" in tables:
        summary["targets"] = records(tables["targets"])
    if len(tables.get("forest_cover", ())):
        summary["forest_cover"] = records(tables["forest_cover"].tail(1))[0]
    summary["findings"] = result.record["findings"]
    return summary


def _target_lines(targets: pd.DataFrame, names: pd.DataFrame | None) -> list[str]:
    """Targets that were measured, one line each."""
    from layers.base.language import format_number

    label = (
        {} if names is None else dict(zip(names["zone"], names[f"name_{language()}"], strict=True))
    )
    status = {
        "below": say("below", "chưa đạt"),
        "within": say("within", "đạt"),
        "above": say("above", "vượt"),
    }
    measured = targets[targets["status"] != "not_measured"]
    lines = [
        f"{_label(row, label):<30} {_figure(row['present'], row['unit']):>9} / {_range(row):<16} "
        f"{row['unit']:<3} {format_number(100 * row['held_ratio'], language()):>4} %  "
        f"{status[row['status']]}"
        for row in measured.to_dict("records")
    ]
    rest = len(targets) - len(measured)
    if rest:
        lines.append(
            say(f"{rest} targets not measured.", f"{rest} chỉ tiêu chưa có số liệu để so sánh.")
        )
    return lines


def _label(row: dict[Hashable, Any], names: dict[str, str]) -> str:
    name = names.get(row["zone"], "") or row["target"]
    if row["indicator"] == "forest_cover_rate":
        name = say("Forest cover rate", "Tỷ lệ che phủ rừng")
    import pandas as pd

    return name if pd.isna(row["year"]) else f"{name} {row['year']}"


def _figure(value: float, unit: str) -> str:
    from layers.base.language import format_number

    return format_number(value, language(), decimals=2 if unit == "%" else 0)


def _range(row: dict[Hashable, Any]) -> str:
    low, high, unit = row["figure_low"], row["figure_high"], row["unit"]
    if math.isnan(high):
        return "≥ " + _figure(low, unit)
    if math.isnan(low):
        return "≤ " + _figure(high, unit)
    if low == high and row["tolerance_percent"] > 0:
        return f"{_figure(low, unit)} ± {row['tolerance_percent']:g} %"
    if low == high:
        return _figure(low, unit)
    return f"{_figure(low, unit)}–{_figure(high, unit)}"


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "run",
        help=say(
            "Run the whole job: check, measure, compare, allocate, make the pages.\n\n"
            "Example: zones run project.yaml --overwrite",
            "Chạy toàn bộ: kiểm tra, tính diện tích, so sánh, phân bổ, lập trang.\n\n"
            "Ví dụ: zones run project.yaml --overwrite",
        ),
    )(run)
