"""``zones allocate``: share the targets out, say why, and what one changed number does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from zones.commands.speech import language, print_json, print_line, say

if TYPE_CHECKING:
    import pandas as pd

    from zones.allocation_job import AllocationJob

__all__ = ["allocate", "register"]


def allocate(
    project: Path = typer.Argument(
        ..., metavar="PROJECT", help=say("Project file (YAML).", "Tệp dự án (YAML).")
    ),
    by_year: bool = typer.Option(
        False, "--by-year", help=say("One row per year.", "Mỗi năm một dòng.")
    ),
    step: float = typer.Option(
        0.0,
        "--step",
        metavar="HA",
        show_default=False,
        help=say(
            "Multiple to round to: 1 or 0.1 (default: the project's decimals).",
            "Bước làm tròn: 1 hoặc 0.1 (mặc định theo dự án).",
        ),
    ),
    what_if: list[str] = typer.Option(
        [],
        "--what-if",
        metavar="KEY=VALUE",
        help=say(
            "Change a number and show which communes change (repeat for several): low.ZONE, "
            "pace.COMMUNE, list.ZONE, lock.ZONE.COMMUNE…",
            "Đổi một số và xem xã nào thay đổi (lặp lại được): low.VÙNG, pace.XÃ, list.VÙNG, "
            "lock.VÙNG.XÃ…",
        ),
    ),
    against: Path = typer.Option(
        None,
        "--against",
        metavar="PROJECT",
        show_default=False,
        help=say("Another project, side by side.", "So sánh với một dự án khác."),
    ),
    explain: str = typer.Option(
        "",
        "--explain",
        metavar="ZONE.COMMUNE",
        help=say("From clause to hectare for one commune.", "Giải thích cho một xã."),
    ),
    alternatives: int = typer.Option(
        0,
        "--portfolio",
        metavar="N",
        min=0,
        help=say(
            "Other plans within 1 % of the best, and the range of each commune.",
            "Các phương án khác kém không quá 1 %, và khoảng thương lượng của mỗi xã.",
        ),
    ),
    out: Path = typer.Option(
        None,
        "--out",
        show_default=False,
        help=say(
            "Folder for allocation.csv and allocation.md; nothing is written without it.",
            "Thư mục ghi allocation.csv và allocation.md; nếu không nêu thì không ghi gì.",
        ),
    ),
    overwrite: bool = typer.Option(
        False, "--overwrite", help=say("Replace earlier results.", "Ghi đè kết quả cũ.")
    ),
    as_json: bool = typer.Option(
        False, "--json", help=say("Machine-readable output.", "Kết quả dạng JSON.")
    ),
    verbose: bool = typer.Option(
        False, "-v", "--verbose", help=say("The table and all reasons.", "In bảng và mọi lý do.")
    ),
) -> None:
    """Allocate the targets of a project."""
    from zones.allocation import allocate as allocate_inputs
    from zones.allocation_job import prepare_project, run_job, save_job, tables_of
    from zones.allocation_scenario import change_inputs
    from zones.allocation_tables import compare_allocations
    from zones.commands.progress_bar import telling
    from zones.outputs import refuse_existing
    from zones.project import load_project

    loaded = load_project(project)
    other = load_project(against) if against else loaded
    if out is not None:
        refuse_existing(out, overwrite=overwrite)
    size = step or 10.0**-loaded.decimals
    with telling(quiet=as_json) as teller:
        tables = tables_of(loaded, teller)
        prepared = prepare_project(loaded, tables)
        base = None
        if against or what_if:
            base = allocate_inputs(prepared.inputs, settings=prepared.settings)
            start = prepare_project(other, tables_of(other, teller)) if against else prepared
            prepared = change_inputs(start, what_if)
        demo = loaded.demo or other.demo
        shown = run_job(prepared, step=size, demo=demo, near=base)
    if out is not None:
        save_job(shown, out, by_year=by_year, overwrite=overwrite)
    compared = None if base is None else compare_allocations(base, shown.allocation)
    chain = _chain(shown, explain) if explain else []
    others = _portfolio(shown, alternatives) if alternatives else {}
    if as_json:
        print_json(_summary(shown, compared, chain, by_year=by_year) | others)
        return
    _print(shown, compared, chain, by_year=by_year if verbose or by_year else None)
    if others:
        _print_ranges(shown, others)
    if out is not None:
        print_line(say(f"Results in {out}", f"Kết quả trong {out}"))


def _portfolio(job: AllocationJob, alternatives: int) -> dict[str, Any]:
    from zones.portfolio import negotiable_ranges, portfolio

    found = portfolio(job.allocation, alternatives)
    ranges = negotiable_ranges(job.allocation)
    return {
        "portfolio": _records(found.plans),
        "portfolio_measures": _records(found.measures),
        "ranges": _records(ranges.merge(job.allocation.inputs.communes, on="commune_code")),
    }


def _print_ranges(job: AllocationJob, others: dict[str, Any]) -> None:
    from layers.wording import format_number
    from zones.allocation_sentences import decimals_of
    from zones.text_table import table_lines

    count = len(others["portfolio_measures"]) - 1
    moved = max(row["moved_ratio"] for row in others["portfolio_measures"])
    percent = format_number(moved * 100, language(), decimals=0)
    print_line(
        say(
            f"{count} other plans within 1 % of the best; up to {percent} % of the hectares lie "
            "elsewhere. Range of each commune without any loss, ha:",
            f"{count} phương án khác kém không quá 1 %; tới {percent} % diện tích ở nơi khác. "
            "Khoảng của mỗi xã mà không mất gì, ha:",
        )
    )
    heading = [
        say("Commune", "Xã"),
        say("Plan", "Phương án"),
        say("Least", "Ít nhất"),
        say("Most", "Nhiều nhất"),
    ]
    decimals = decimals_of(job.printed.step)
    rows = [heading]
    for row in others["ranges"]:
        figures = [
            format_number(row[name], language(), decimals=decimals)
            for name in ("planned_ha", "least_ha", "most_ha")
        ]
        rows.append([row["commune"], *figures])
    for line in table_lines(rows):
        print_line(line)


def _chain(job: AllocationJob, asked: str) -> list[str]:
    from layers.errors import InputError
    from zones.allocation_chain import explain_commune

    zone, _, commune = asked.partition(".")
    communes = job.allocation.inputs.communes
    named = communes.loc[communes["commune"] == commune, "commune_code"].tolist()
    if len(named) > 1:
        raise InputError(
            en=f"--explain {asked!r}: {len(named)} communes bear that name, codes {named[:5]}; "
            "give the code.",
            vi=f"--explain {asked!r}: có {len(named)} xã trùng tên, mã {named[:5]}; hãy dùng mã.",
        )
    code = named[0] if named else commune
    said = explain_commune(
        job.allocation, zone, code, printed=job.printed, names=job.prepared.names
    )
    return [sentence.phrase.text(language()) for sentence in said]


def _summary(
    job: AllocationJob, compared: pd.DataFrame | None, chain: list[str], *, by_year: bool
) -> dict[str, Any]:
    from dataclasses import asdict

    from zones.allocation_tables import allocation_table

    sentences = job.sentences()
    summary: dict[str, Any] = {
        "targets": _records(job.printed.held),
        "allocation": _records(allocation_table(job.allocation, job.printed, by_year=by_year)),
        "reasons": _records(sentences),
        "repairs": _records(job.explanation.repairs),
        "stages": [asdict(stage) for stage in job.allocation.stages],
        "findings": [finding.message.text(language()) for finding in job.prepared.findings],
    }
    if compared is not None:
        summary["changes"] = _records(compared)
    if chain:
        summary["explanation"] = chain
    return summary


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    import json

    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return records


def _print(
    job: AllocationJob,
    compared: pd.DataFrame | None,
    chain: list[str],
    *,
    by_year: bool | None,
) -> None:
    for finding in job.prepared.findings:
        print_line(finding.message.text(language()))
    for sentence in (*job.explanation.reasons, *job.explanation.repair_sentences):
        print_line(sentence.phrase.text(language()))
    for note in job.printed.notes:
        print_line(note.text(language()))
    if by_year is not None:
        _print_table(job, by_year=by_year)
    if compared is not None:
        _print_changes(job, compared)
    for line in chain:
        print_line(line)


def _print_table(job: AllocationJob, *, by_year: bool) -> None:
    from layers.wording import format_number
    from zones.allocation_sentences import decimals_of
    from zones.allocation_tables import allocation_table
    from zones.text_table import table_lines

    table = allocation_table(job.allocation, job.printed, by_year=by_year)
    table = table[table["planned_ha"] > 0]
    decimals = decimals_of(job.printed.step)
    rows = [
        [
            say("Zone", "Vùng"),
            say("Commune", "Xã"),
            say("Land", "Đất"),
            say("Year", "Năm"),
            say("Added, ha", "Trồng thêm, ha"),
        ]
    ]
    for zone, commune, land, year, planned in zip(
        table["zone"],
        table["commune"],
        table["land"],
        table["year"],
        table["planned_ha"],
        strict=True,
    ):
        names = [job.voice.name(thing).text(language()) for thing in (zone, land)]
        figure = format_number(planned, language(), decimals=decimals)
        rows.append([names[0], commune, names[1], str(year), figure])
    for line in table_lines(rows):
        print_line(line)


def _print_changes(job: AllocationJob, compared: pd.DataFrame) -> None:
    from layers.wording import format_number
    from zones.allocation_chain import LIMIT_NAMES
    from zones.text_table import table_lines

    if compared.empty:
        print_line(say("No commune changes.", "Không xã nào thay đổi."))
        return
    rows = [
        [
            say("Commune", "Xã"),
            say("Zone", "Vùng"),
            say("Before", "Trước"),
            say("After", "Sau"),
            say("Change", "Tăng/giảm"),
            say("Limit", "Giới hạn"),
        ]
    ]
    for row in compared.to_dict("records"):
        figures = [
            format_number(row[name], language(), decimals=1)
            for name in ("base_ha", "other_ha", "change_ha")
        ]
        name = job.voice.name(row["zone"]).text(language())
        limits = [
            LIMIT_NAMES[row[key]].text(language()) if row[key] else "–"
            for key in ("base_binding", "other_binding")
        ]
        rows.append([row["commune"], name, *figures, " → ".join(dict.fromkeys(limits))])
    for line in table_lines(rows):
        print_line(line)


def register(application: typer.Typer) -> None:
    """Add the command of this room.

    Parameters
    ----------
    application : typer.Typer
        The program.
    """
    application.command(
        "allocate",
        help=say(
            "Share the plan's targets out to communes and years, with reasons and repairs.\n\n"
            "Example: zones allocate project.yaml --what-if low.anise=60000",
            "Phân bổ chỉ tiêu cho các xã và các năm, kèm lý do và phương án bổ sung.\n\n"
            "Ví dụ: zones allocate project.yaml --what-if low.anise=60000",
        ),
    )(allocate)
