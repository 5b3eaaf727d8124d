"""What ``run`` and ``demo`` print of a run: findings, targets, where the results are."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import typer

from zones.cli.terminal.console import print_findings, records
from zones.cli.terminal.language import language, print_json, print_line, say

if TYPE_CHECKING:
    import pandas as pd

    from zones.run.context import RunResult
    from zones.run.region import RegionResult


def report_run(result: RunResult, *, as_json: bool, verbose: bool) -> None:
    """Say what a run gave and end with its exit code: 1 when the data has problems."""
    tables = result.tables
    if as_json:
        print_json(_summary(result))
    else:
        print_findings(result.record["findings"], verbose=verbose)
        if "targets" in tables:
            for line in target_lines(tables["targets"], target_names(result)):
                print_line(line)
            for note in (*_partial_sums(result), *_without_points(result)):
                print_line(note)
        print_line(say("zones.cli.lines.results", out=result.out))
    if result.has_problems:
        raise typer.Exit(1)


def report_region(result: RegionResult, *, as_json: bool) -> None:
    """Say what each province and the region have; 1 is the exit code when data has problems."""
    from layers.communes.gazetteer import province_name
    from zones.run.region import region_lines

    if as_json:
        provinces = {code: _summary(one) for code, one in result.provinces.items()}
        tables = {schema.name: records(table) for schema, table in result.tables.items()}
        whole = {"out": str(result.out), "has_problems": result.has_problems}
        print_json({**whole, "provinces": provinces, **tables})
    else:
        for code, one in result.provinces.items():
            print_line(f"{province_name(code)}:")
            print_findings(one.record["findings"], verbose=False)
        for line in region_lines(result, language()):
            print_line(line)
        print_line(say("zones.cli.lines.results", out=result.out))
    if result.has_problems:
        raise typer.Exit(1)


def _partial_sums(result: RunResult) -> list[str]:
    """Sentences on sums that some communes are missing from."""
    from zones.publish.partial_sums import partial_notes

    tables = result.tables
    if not {"zones", "reported", "zone_names"} <= set(tables):
        return []
    frames = [tables[name] for name in ("targets", "zones", "reported", "zone_names")]
    return [note.text.text(language()) for note in partial_notes(*frames, decimals=0)]


def _without_points(result: RunResult) -> list[str]:
    """Sentences on targets that the points of the project's sample do not tell of."""
    from zones.certainty.sentences import without_points

    tables = result.tables
    if "zone_names" not in tables:
        return []
    told = without_points(tables["targets"], tables["zone_names"])
    return [text.text(language()) for text in told]


def _summary(result: RunResult) -> dict[str, Any]:
    summary: dict[str, Any] = {"out": str(result.out), "has_problems": result.has_problems}
    tables = result.tables
    if "targets" in tables:
        summary["targets"] = records(tables["targets"])
    if len(tables.get("forest_cover", ())):
        summary["forest_cover"] = records(tables["forest_cover"].tail(1))[0]
    summary["findings"] = result.record["findings"]
    return summary


def target_names(result: RunResult) -> dict[tuple[str, str], str]:
    """Names of targets by plan and id: of an area the zone's, of anything else what is counted."""
    from zones.plan.frames import communes_of
    from zones.plan.words import named_in_whole, target_name

    names = {}
    for plan in result.context.plans():
        units = communes_of(plan)
        vietnamese = language() == "vi"
        zones = {z.zone: z.name.vi if vietnamese else z.name.en for z in plan.zones}
        for zone, target in plan.all_targets():
            area = zones.get(zone) if target.indicator == "area" and not target.name else None
            name = area or target_name(plan, zone, target, language())
            name = named_in_whole(name, plan, target, language())
            unit = units.get(target.commune or "")
            names[plan.plan, target.target] = f"{name} – {unit.name}" if unit else name
    return names


def target_lines(targets: pd.DataFrame, names: dict[tuple[str, str], str]) -> list[str]:
    """Targets that were measured, one line each."""
    from layers.base.language import format_number
    from zones.plan.extract.units import unit_name

    measured = targets[targets["status"] != "not_measured"]
    rows = measured.to_dict("records")
    labels = [_label(row, names) for row in rows]
    units = [unit_name(str(row["unit"]), language()) for row in rows]
    wide, wider = max(map(len, labels), default=0), max(map(len, units), default=0)
    lines = [
        f"{label:<{wide}} {_figure(row['present'], row['unit']):>9} / {_range(row):<16} "
        f"{unit:<{wider}} {format_number(100 * row['held_ratio'], language()):>5} %  "
        f"{_judgement(row)}"
        for row, label, unit in zip(rows, labels, units, strict=True)
    ]
    rest = len(targets) - len(measured)
    if rest:
        lines.append(say("zones.cli.lines.targets_not_measured", rest=rest))
    return lines


def _judgement(row: dict[Hashable, Any]) -> str:
    """Status of the measured figure, and the verdict where it is another or cannot be told."""
    from zones.certainty.sentences import contradicts_status, is_contrary, verdict_phrase
    from zones.plan.extract.units import unit_name

    status = {
        "below": say("zones.cli.lines.below"),
        "within": say("zones.cli.lines.within"),
        "above": say("zones.cli.lines.above"),
    }[str(row["status"])]
    if row["verdict"] == "cannot_tell":
        return say("zones.cli.lines.cannot_tell", status=status)
    if contradicts_status(row):
        verdict = verdict_phrase(row).text(language())
        return say("zones.cli.lines.points_say", status=status, verdict=verdict)
    if is_contrary(row):
        ends = {end: _figure(row[f"{end}_interval"], row["unit"]) for end in ("low", "high")}
        unit = unit_name(row["unit"], language())
        return say("zones.cli.lines.points_apart", status=status, unit=unit, **ends)
    return status


def _label(row: dict[Hashable, Any], names: dict[tuple[str, str], str]) -> str:
    plan, target = str(row["plan"]), str(row["target"])
    name = names.get((plan, target.removeprefix(f"{plan}:")), target)
    if row["indicator"] == "forest_cover_rate":
        name = say("zones.cli.lines.forest_cover_rate")
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
