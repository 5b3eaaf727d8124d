"""``zones run``: the job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from zones.cli.language import language, language_of_pages, print_json, print_line, say

if TYPE_CHECKING:
    import pandas as pd

    from zones.run.context import RunResult

__all__ = ["register", "report_run", "run"]

_PROJECT = typer.Argument(
    ..., metavar="PROJECT", help=say("Project file (YAML).", "Tệp dự án (YAML).")
)
_JSON = typer.Option(False, "--json", help=say("Machine-readable output.", "Kết quả dạng JSON."))
_VERBOSE = typer.Option(
    False, "-v", "--verbose", help=say("Tell every finding.", "In mọi phát hiện.")
)


def run(
    project: Path = _PROJECT,
    out: Path = typer.Option(
        None, "--out", help=say("Output folder.", "Thư mục kết quả."), show_default=False
    ),
    only: list[str] = typer.Option(
        [],
        "--only",
        metavar="STEP",
        help=say(
            "Do this step only (repeat for several): check, measure, cover, compare, render…",
            "Chỉ chạy bước này (lặp lại cho nhiều bước): check, measure, cover, compare, render…",
        ),
    ),
    overwrite: bool = typer.Option(
        False, "--overwrite", help=say("Replace earlier results.", "Ghi đè kết quả cũ.")
    ),
    workers: int = typer.Option(
        1, "--workers", min=1, help=say("Local worker processes.", "Số tiến trình trên máy.")
    ),
    scheduler: str = typer.Option(
        "",
        "--scheduler",
        metavar="ADDRESS",
        help=say(
            "dask scheduler, tcp://host:port (needs vungtrong[cluster]).",
            "Bộ điều phối dask, tcp://máy:cổng (cần vungtrong[cluster]).",
        ),
    ),
    as_json: bool = _JSON,
    verbose: bool = _VERBOSE,
) -> None:
    """Run the job."""
    from zones.cli.console import telling
    from zones.cli.workers import connected
    from zones.project.model import load_project
    from zones.run.run import RunOptions, run_project

    loaded = load_project(project)
    with connected(scheduler, workers) as crew, telling(quiet=as_json) as teller:
        options = RunOptions(
            out=out,
            only=tuple(only),
            overwrite=overwrite,
            workers=crew,
            language=language_of_pages(),
        )
        result = run_project(loaded, options=options, teller=teller)
    report_run(result, as_json=as_json, verbose=verbose)


def report_run(result: RunResult, *, as_json: bool, verbose: bool) -> None:
    """Say what a run gave and end with its exit code."""
    if as_json:
        print_json(_summary(result))
    else:
        _print_findings(result, verbose=verbose)
        _print_targets(result)
        print_line(say(f"Results in {result.out}", f"Kết quả trong {result.out}"))
    if result.has_problems:
        raise typer.Exit(1)


def _summary(result: RunResult) -> dict[str, Any]:
    summary: dict[str, Any] = {"out": str(result.out), "has_problems": result.has_problems}
    if "targets" in result.tables:
        summary["targets"] = _records(result.tables["targets"])
    if "forest_cover" in result.tables:
        summary["forest_cover"] = _records(result.tables["forest_cover"].tail(1))[0]
    summary["findings"] = result.record["findings"]
    return summary


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    import json

    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return records


def _print_findings(result: RunResult, *, verbose: bool) -> None:
    labels = {
        "problem": say("Problem", "Vấn đề"),
        "note": say("Note", "Ghi chú"),
        "error": say("Error", "Lỗi"),
    }
    hidden = 0
    for row in result.record["findings"]:
        if row["severity"] == "note" and not verbose:
            hidden += 1
            continue
        text = row[f"message_{language()}"]
        print_line(f"{labels[row['severity']]} [{row['source']}] {text}")
    if hidden:
        print_line(
            say(
                f"{hidden} notes (see findings.csv, or -v).",
                f"{hidden} ghi chú (xem findings.csv hoặc thêm -v).",
            )
        )


def _print_targets(result: RunResult) -> None:
    targets = result.tables.get("targets")
    if targets is None:
        return
    from zones.cli.target_lines import target_lines

    for line in target_lines(targets, result.tables.get("zone_names")):
        print_line(line)


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    application.command(
        "run",
        help=say(
            "Run the whole job: check, measure, compare, cover, render.\n\n"
            "Example: zones run project.yaml --overwrite",
            "Chạy toàn bộ: kiểm tra, tính diện tích, so sánh, che phủ, lập trang.\n\n"
            "Ví dụ: zones run project.yaml --overwrite",
        ),
    )(run)
