"""What ``zones allocate`` prints: reasons, the table, changes, and what is negotiable."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from zones.cli.terminal.language import language, print_line, say

if TYPE_CHECKING:
    from zones.allocation.job import AllocationJob, Comparison

#: So many changes are shown unless all are asked for.
_MOST_ROWS = 20


def print_answer(
    job: AllocationJob, base: Comparison | None, chain: list[str], *, verbose: bool
) -> None:
    """Print the answer to the question asked; the rest where nothing was asked, or on -v."""
    for line in chain:
        print_line(line)
    if base is not None:
        _print_changes(job, base, every=verbose)
    if verbose or not (chain or base is not None):
        _print_reasons(job)
    elif base is not None:
        _print_reasons(job, short_only=True)


def _print_reasons(job: AllocationJob, *, short_only: bool = False) -> None:
    held = job.printed.held
    short = set(held.loc[held["status"] == "short", "target"])
    if not short_only:
        for finding in job.prepared.findings:
            print_line(finding.message.text(language()))
    for sentence in (*job.explanation.reasons, *job.explanation.repair_sentences):
        if not short_only or sentence.target in short or sentence.key.startswith("unmet"):
            print_line(sentence.phrase.text(language()))
    if not short_only:
        for sentence in job.cover_sentences():
            print_line(sentence.phrase.text(language()))
        for note in job.printed.notes:
            print_line(note.text(language()))


def print_table(job: AllocationJob, *, by_year: bool) -> None:
    """Print the hectares added, by zone, commune and land."""
    from zones.allocation.rounded import allocation_table
    from zones.output.text_table import table_lines

    table = allocation_table(job.allocation, job.printed, by_year=by_year)
    table = table[table["planned_ha"] > 0]
    settings = job.allocation.settings
    span = f"{settings.first_year}–{settings.last_year}"
    rows = [
        [
            say("zones.cli.lines.zone"),
            say("zones.cli.lines.commune"),
            say("zones.cli.lines.land"),
            say("zones.cli.lines.year"),
            say("zones.cli.lines.added_ha"),
        ]
    ]
    for row in table.to_dict("records"):
        zone, land = (job.voice.name(row[key]).text(language()) for key in ("zone", "land"))
        year = str(row["year"]) if by_year else span
        rows.append([zone, row["commune"], land, year, _ha(job, row["planned_ha"])])
    for line in table_lines(rows):
        print_line(line)


def _ha(job: AllocationJob, value: float) -> str:
    from layers.base.language import format_number
    from zones.allocation.explain.sentences import decimals_of

    if math.isnan(value):
        return "…"
    return format_number(value, language(), decimals=decimals_of(job.printed.step))


def _print_changes(job: AllocationJob, base: Comparison, *, every: bool) -> None:
    """Targets first, then communes, those that move most; all of them where asked for."""
    from zones.allocation.explain.commune_reasons import SHORT_LIMITS
    from zones.output.text_table import table_lines

    for finding in job.prepared.findings:
        if finding.kind == "other-end-gives-way":
            print_line(finding.message.text(language()))
    _print_changed_targets(job, base)
    if base.changes.empty:
        print_line(say("zones.cli.lines.no_commune_changes"))
        _print_edited_targets(job, base)
        return
    heading = [
        say("zones.cli.lines.commune"),
        say("zones.cli.lines.zone"),
        say("zones.cli.lines.before_ha"),
        say("zones.cli.lines.after_ha"),
        say("zones.cli.lines.change_ha"),
        say("zones.cli.lines.what_limits"),
    ]
    rows = [heading]
    shown = base.changes if every else base.changes.head(_MOST_ROWS)
    for row in shown.to_dict("records"):
        figures = [_ha(job, row[name]) for name in ("base_ha", "other_ha", "change_ha")]
        name = job.voice.name(row["zone"]).text(language())
        limits = [
            SHORT_LIMITS[row[key]].text(language()) if row[key] else "–"
            for key in ("base_binding", "other_binding")
        ]
        rows.append([row["commune"], name, *figures, " → ".join(dict.fromkeys(limits))])
    for line in table_lines(rows):
        print_line(line)
    rest = base.changes.iloc[len(shown) :]
    if len(rest):
        more = _ha(job, float(rest["change_ha"].abs().max()))
        print_line(say("zones.cli.lines.more_changes", count=len(rest), more=more))


def _print_edited_targets(job: AllocationJob, base: Comparison) -> None:
    """Say why a target that was edited moves nobody."""
    ends = ["low_ha", "high_ha", "year"]
    before = base.printed.held.set_index("target")[ends].astype("float64")
    now = job.printed.held.set_index("target")[ends].astype("float64")
    both = now.index.intersection(before.index)
    same = (now.loc[both].fillna(-1) == before.loc[both].fillna(-1)).all(axis=1)
    edited = set(both[~same])
    for sentence in job.explanation.reasons:
        if sentence.target in edited:
            print_line(sentence.phrase.text(language()))


def _print_changed_targets(job: AllocationJob, base: Comparison) -> None:
    names = ["planned_ha", "end_ha", "shortfall_ha"]
    before = {row["target"]: row for row in base.printed.held.to_dict("records")}
    named = _target_names(job, base)
    for new in job.printed.held.to_dict("records"):
        name = named[new["target"]]
        old = before.get(new["target"])
        if old is None:
            figure = _ha(job, new["planned_ha"])
            print_line(say("zones.cli.lines.target_is_new", name=name, figure=figure))
            continue
        if all(abs(old[key] - new[key]) < 1e-9 for key in names):
            continue
        figures = {
            f"{when}_{key.removesuffix('_ha')}": _ha(job, row[key])
            for when, row in (("old", old), ("new", new))
            for key in names
        }
        print_line(say("zones.cli.lines.target_changes", name=name, **figures))
    asked = set(job.printed.held["target"])
    for target in before:
        if target not in asked:
            name = named[target]
            print_line(say("zones.cli.lines.target_dropped", name=name))


def _target_names(job: AllocationJob, base: Comparison) -> dict[str, str]:
    """Zones of targets; with the year, or the commune, where a zone has several."""
    held = [*job.printed.held.to_dict("records"), *base.printed.held.to_dict("records")]
    targets = {row["target"]: row for row in reversed(held)}
    communes: dict[str, str] = {}
    for inputs in (base.allocation.inputs, job.allocation.inputs):
        frame = inputs.communes
        communes |= dict(zip(frame["commune_code"], frame["commune"], strict=True))
    several = Counter(row["zone"] for row in targets.values())
    names = {}
    for target, row in targets.items():
        zone = job.voice.names.get(row["zone"], base.names.get(row["zone"]))
        parts = [row["zone"] if zone is None else zone.text(language())]
        if several[row["zone"]] > 1:
            code = row["commune_code"]
            parts += [communes.get(code, code)] if code else []
            parts.append(str(int(row["year"])))
        names[target] = ", ".join(parts)
    return names


def print_ranges(job: AllocationJob, others: dict[str, Any]) -> None:
    """Print how far each commune may move without loss."""
    from layers.base.language import format_number
    from zones.allocation.explain.sentences import decimals_of
    from zones.output.text_table import table_lines

    count = len(others["portfolio_measures"]) - 1
    moved = max(row["moved_ratio"] for row in others["portfolio_measures"])
    percent = format_number(moved * 100, language(), decimals=0)
    print_line(say("zones.cli.lines.other_plans", count=count, percent=percent))
    heading = [
        say("zones.cli.lines.commune"),
        say("zones.cli.lines.plan"),
        say("zones.cli.lines.least"),
        say("zones.cli.lines.most"),
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
