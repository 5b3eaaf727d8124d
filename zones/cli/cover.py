"""``zones cover``: the forest cover rate by commune, and what a dispute about it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from zones.cli.language import language, print_json, print_line, say

if TYPE_CHECKING:
    import pandas as pd

    from zones.run.cover import CoverResult

__all__ = ["cover", "register"]


def cover(
    project: Path = typer.Argument(
        ..., metavar="PROJECT", help=say("Project file (YAML).", "Tệp dự án (YAML).")
    ),
    decimals: int = typer.Option(
        2, "--decimals", min=0, max=6, help=say("Decimals of rates.", "Số chữ số lẻ của tỷ lệ.")
    ),
    as_json: bool = typer.Option(
        False, "--json", help=say("Machine-readable output.", "Kết quả dạng JSON.")
    ),
    verbose: bool = typer.Option(
        False, "-v", "--verbose", help=say("Tell the notes too.", "In cả ghi chú.")
    ),
) -> None:
    """Measure the forest cover of a project."""
    from zones.cli.console import telling
    from zones.project.model import load_project
    from zones.run.cover import measure_cover

    loaded = load_project(project)
    with telling(quiet=as_json) as teller:
        result = measure_cover(loaded, progress=teller.part)
    if as_json:
        print_json(_data(result))
    else:
        _print(result, decimals=decimals, hectare_decimals=loaded.decimals, verbose=verbose)
    if any(item.severity == "problem" for item in result.findings):
        raise typer.Exit(1)


def _data(result: CoverResult) -> dict[str, Any]:
    """Everything unrounded; decimals are a matter of print."""
    data: dict[str, Any] = {
        "layer": result.layer,
        "year": result.year,
        "forest_cover": _records(result.cover),
        "planted_species": _records(result.species),
    }
    if result.change is not None:
        data["earlier"] = result.earlier
        data["change"] = _records(result.change.table)
        data["change_pieces"] = _records(result.change.pieces)
    data["findings"] = [
        {
            "severity": item.severity,
            "kind": item.kind,
            "source": item.source,
            "count": item.count,
            "message_vi": item.message.vi,
            "message_en": item.message.en,
        }
        for item in result.findings
    ]
    return data


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", double_precision=15, force_ascii=False)
    )
    return records


def _print(result: CoverResult, *, decimals: int, hectare_decimals: int, verbose: bool) -> None:
    from zones.cli.cover_lines import change_lines, cover_lines, species_lines
    from zones.publish.figures import print_forest_cover

    printed = print_forest_cover(result.cover, decimals=hectare_decimals, rate_decimals=decimals)
    lines = cover_lines(printed, result, decimals=(hectare_decimals, decimals), language=language())
    lines += ["", *species_lines(result.species, decimals=hectare_decimals, language=language())]
    if result.change is not None:
        lines += [
            "",
            *change_lines(result, decimals=(hectare_decimals, decimals), language=language()),
        ]
    for line in lines:
        print_line(line)
    for item in result.findings:
        if verbose or item.severity != "note":
            print_line(f"[{item.source}] {item.message.text(language())}")


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    application.command(
        "cover",
        help=say(
            "Forest cover rate by commune and province, with the rates it is not, planted species "
            "by age, and the change since an earlier layer.\n\n"
            "Example: zones cover project.yaml --decimals 1",
            "Tỷ lệ che phủ rừng theo xã và tỉnh, kèm các cách tính sai thường gặp, rừng trồng theo "
            "loài và cấp tuổi, và thay đổi so với lớp trước.\n\n"
            "Ví dụ: zones cover project.yaml --decimals 1",
        ),
    )(cover)
