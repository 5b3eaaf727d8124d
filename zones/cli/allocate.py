"""``zones allocate``: share the targets out, say why, and what one changed number does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from zones.cli.language import language, print_json, print_line, say

if TYPE_CHECKING:
    import pandas as pd

    from zones.allocation.job import AllocationJob, Comparison
    from zones.project.model import Project

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
            "pace.COMMUNE, list.ZONE, lock.ZONE.COMMUNE… Zones and communes by id or name.",
            "Đổi một số và xem xã nào thay đổi (lặp lại được): low.VÙNG, pace.XÃ, list.VÙNG, "
            "lock.VÙNG.XÃ… Vùng và xã ghi bằng mã hoặc tên.",
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
        help=say(
            "Why one commune gets what it gets, from the plan's clause to the hectare, for "
            "instance anise.Văn Quan.",
            "Vì sao một xã được giao như vậy, từ mục của kế hoạch đến từng héc-ta, ví dụ "
            "anise.Văn Quan.",
        ),
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
        False,
        "-v",
        "--verbose",
        help=say("The table and all reasons as well.", "In cả bảng và mọi lý do."),
    ),
) -> None:
    """Allocate the targets of a project."""
    from zones.cli import allocation_lines as lines
    from zones.output.folder import refuse_existing
    from zones.project.model import load_project

    loaded = load_project(project)
    other = load_project(against) if against else None
    if out is not None:
        refuse_existing(out, overwrite=overwrite)
    shown, base = _allocate(loaded, other, what_if, step=step, quiet=as_json)
    if out is not None:
        from zones.allocation.job import save_job

        save_job(shown, out, by_year=by_year, overwrite=overwrite)
    chain = _chain(shown, explain) if explain else []
    others = _portfolio(shown, alternatives) if alternatives else {}
    if as_json:
        compared = None if base is None else base.changes
        print_json(_summary(shown, compared, chain, by_year=by_year) | others)
        return
    lines.print_answer(shown, base, chain, verbose=verbose)
    if verbose or by_year:
        lines.print_table(shown, by_year=by_year)
    if others:
        lines.print_ranges(shown, others)
    if out is not None:
        print_line(say(f"Results in {out}", f"Kết quả trong {out}"))


def _allocate(
    loaded: Project, other: Project | None, what_if: list[str], *, step: float, quiet: bool
) -> tuple[AllocationJob, Comparison | None]:
    """Allocate what was asked for, and before it what it is to be compared with."""
    from zones.allocation.allocate import allocate as allocate_inputs
    from zones.allocation.job import Comparison, prepare_project, print_job, run_job, tables_of
    from zones.allocation.rounded import compare_allocations
    from zones.allocation.scenario import change_inputs
    from zones.cli.console import telling

    size = step or 10.0**-loaded.decimals
    demo = loaded.demo or (other is not None and other.demo)
    with telling(quiet=quiet) as teller:
        prepared = first = prepare_project(loaded, tables_of(loaded, teller))
        scenario = other is not None or bool(what_if)
        if other is not None:
            prepared = prepare_project(other, tables_of(other, teller))
        prepared = change_inputs(prepared, what_if)
        teller.step("allocate", 1, 2 if scenario else 1)
        if not scenario:
            return run_job(prepared, step=size, demo=demo, teller=teller), None
        base = allocate_inputs(first.inputs, settings=first.settings)
        printed = print_job(first, base, step=size)
        teller.step("allocate", 2, 2)
        shown = run_job(prepared, step=size, demo=demo, near=base, teller=teller)
    changes = compare_allocations(base, shown.allocation, printed=(printed, shown.printed))
    return shown, Comparison(base, printed, changes, first.names)


def _portfolio(job: AllocationJob, alternatives: int) -> dict[str, Any]:
    from zones.allocation.alternatives import negotiable_ranges, portfolio

    found = portfolio(job.allocation, alternatives)
    ranges = negotiable_ranges(job.allocation)
    return {
        "portfolio": _records(found.plans),
        "portfolio_measures": _records(found.measures),
        "ranges": _records(ranges.merge(job.allocation.inputs.communes, on="commune_code")),
    }


def _chain(job: AllocationJob, asked: str) -> list[str]:
    from layers.base.errors import InputError
    from zones.allocation.allocation_names import find_commune, find_zone
    from zones.allocation.explain.commune import explain_commune

    zone, _, commune = asked.partition(".")
    if not zone or not commune:
        raise InputError(
            en=f"--explain {asked!r}: expected ZONE.COMMUNE, for instance 'anise.Văn Quan'.",
            vi=f"--explain {asked!r}: cần dạng VÙNG.XÃ, ví dụ 'Hồi.Văn Quan'.",
        )
    inputs, where = job.allocation.inputs, f"--explain {asked!r}"
    zone = find_zone(zone.strip(), inputs, job.prepared.names, where, aside=job.prepared.aside)
    code = find_commune(commune.strip(), inputs, where)
    said = explain_commune(
        job.allocation, zone, code, printed=job.printed, names=job.prepared.names
    )
    return [sentence.phrase.text(language()) for sentence in said]


def _summary(
    job: AllocationJob, compared: pd.DataFrame | None, chain: list[str], *, by_year: bool
) -> dict[str, Any]:
    from dataclasses import asdict

    from zones.allocation.rounded import allocation_table

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


def register(application: typer.Typer) -> None:
    """Add the command of this room."""
    application.command(
        "allocate",
        help=say(
            "Share the plan's targets out to communes and years, with reasons and repairs.\n\n"
            "Example: zones allocate project.yaml --what-if low.anise=60000",
            "Phân bổ chỉ tiêu cho các xã và các năm, kèm lý do và phương án bổ sung.\n\n"
            "Ví dụ: zones allocate project.yaml --what-if low.anise=60000",
        ),
    )(allocate)
