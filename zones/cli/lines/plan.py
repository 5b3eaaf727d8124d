"""Plans as lines a planner reads on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from layers.base.findings import SEVERITY_WORDS
from layers.base.language import Phrase
from zones.cli.terminal.language import language, say
from zones.plan.exchange.names import Names, heading
from zones.plan.frames import communes_of
from zones.plan.words import clause_words, figure_words, number_words, target_name

if TYPE_CHECKING:
    from zones.plan.diff import PlanDiff, TargetChange
    from zones.plan.exchange.read import TargetEdit
    from zones.plan.findings import PlanFinding
    from zones.plan.model import ListedCommune, Plan, Target

_CHANGES = {
    "added": Phrase(en="added", vi="thêm"),
    "dropped": Phrase(en="dropped", vi="bỏ"),
    "raised": Phrase(en="raised", vi="tăng"),
    "lowered": Phrase(en="lowered", vi="giảm"),
    "bound": Phrase(en="other bound", vi="đổi mức"),
    "figures": Phrase(en="changed", vi="đổi số"),
    "unit": Phrase(en="other unit", vi="đổi đơn vị"),
    "same": Phrase(en="same", vi="như cũ"),
}

_LIST_CHANGES = {
    "zone added": Phrase(en="zone added", vi="thêm vùng"),
    "zone dropped": Phrase(en="zone dropped", vi="bỏ vùng"),
    "listed": Phrase(en="communes now listed", vi="nay có danh sách xã"),
    "unlisted": Phrase(en="communes no longer listed", vi="không còn danh sách xã"),
    "whole province": Phrase(en="now the whole province", vi="nay là toàn tỉnh"),
    "changed": Phrase(en="list changed", vi="đổi danh sách xã"),
    "not comparable": Phrase(
        en="lists of different dates, not comparable", vi="danh sách khác thời điểm, không so được"
    ),
}


def _figure(target: Target) -> str:
    spoken = figure_words(target, target.unit).text(language())
    return f"{spoken} ({target.year})" if target.year else spoken


def _names(plan: Plan, communes: list[ListedCommune]) -> str:
    known = communes_of(plan)
    return ", ".join(
        known[commune.code].name if commune.code in known else commune.as_written
        for commune in communes
    )


def _target_line(plan: Plan, target: Target) -> str:
    name = target_name(plan, "", target, language())
    line = f"  {name}: {_figure(target)} · {clause_words(target.clause).text(language())}"
    if target.confidence is not None:
        line += say("zones.cli.lines.confidence", confidence=target.confidence)
    return line


def plan_lines(plan: Plan) -> Iterator[str]:
    """Lines that show a plan."""
    code = language()
    name = plan.name.vi if code == "vi" else plan.name.en
    yield f"{plan.plan}: {name}"
    yield say(
        "zones.cli.lines.plan_head",
        province=plan.province,
        vintage=plan.vintage,
        first=plan.horizon.first,
        last=plan.horizon.last,
    )
    for zone in plan.zones:
        yield ""
        label = zone.name.vi if code == "vi" else zone.name.en
        yield f"{label} [{zone.zone}] · {clause_words(zone.clause).text(code)}"
        for target in zone.targets:
            yield _target_line(plan, target)
        if zone.listing == "province":
            yield say("zones.cli.lines.communes_whole_province")
        elif zone.communes:
            more = ", …" if zone.listing == "open" else ""
            yield say("zones.cli.lines.communes_before") + _names(plan, zone.communes) + more
    if plan.indicators:
        yield ""
        yield say("zones.cli.lines.whole_plan")
    for zone_id, target in plan.all_targets():
        if not zone_id:
            yield _target_line(plan, target)
    for task in plan.tasks:
        what = task.name.vi if code == "vi" else task.name.en
        yield f"  {what}: {task.deadline or '–'} · {', '.join(task.responsible)}"
    for report in plan.reports:
        days = "–".join(day for day in (report.first_day, report.last_day) if day)
        who = report.reporter.vi if code == "vi" else report.reporter.en
        whom = report.recipient.vi if code == "vi" else report.recipient.en
        yield say("zones.cli.lines.report_before") + f"{who} → {whom}: {days}"


def names_of(plan: Plan) -> dict[str, str]:
    """Names of the zones and targets of a plan by id, those of targets with their year."""
    names = {zone.zone: zone.name.vi if language() == "vi" else zone.name.en for zone in plan.zones}
    for zone_id, target in plan.all_targets():
        year = "" if target.year is None else f" {target.year}"
        names.setdefault(target.target, target_name(plan, zone_id, target, language()) + year)
    return names


def finding_lines(plan: Plan, findings: list[PlanFinding]) -> Iterator[str]:
    """Lines that tell what is wrong with a plan."""
    names = names_of(plan)
    order = ("error", "problem", "note")
    for finding in sorted(findings, key=lambda found: order.index(found.severity)):
        severity = SEVERITY_WORDS[finding.severity].text(language())
        where = clause_words(finding.clause).text(language())
        message = finding.message.text(language())
        subject = " + ".join(names.get(one, one) for one in finding.subject.split(" + "))
        yield f"{severity} · {where} · {subject}: {message} [{finding.kind}]"


def _change_line(old: Plan, new: Plan, change: TargetChange) -> str:
    plan, target = (new, change.new) if change.new is not None else (old, change.old)
    assert target is not None  # noqa: S101 - a change has at least one side
    name = target_name(plan, change.zone, target, language())
    sides = [
        f"{_figure(side)} [{clause_words(side.clause).text(language())}]" if side else "–"
        for side in (change.old, change.new)
    ]
    return f"{_CHANGES[change.change].text(language())} · {name}: {sides[0]} → {sides[1]}"


def diff_lines(old: Plan, new: Plan, diff: PlanDiff, *, unchanged: bool) -> Iterator[str]:
    """Lines that tell what changed between two plans."""
    for change in diff.targets:
        if unchanged or change.change != "same":
            yield _change_line(old, new, change)
    for change_of_list in diff.lists:
        what = _LIST_CHANGES[change_of_list.change].text(language())
        line = f"{change_of_list.zone}: {what}"
        if change_of_list.entered:
            line += " + " + ", ".join(change_of_list.entered)
        if change_of_list.left:
            line += " − " + ", ".join(change_of_list.left)
        yield line


def edit_lines(plan: Plan, edits: Iterable[TargetEdit]) -> Iterator[str]:
    """Lines that tell what a table changes in a plan."""
    nothing, names = True, Names(plan)
    for edit in edits:
        nothing = False
        name = f"{target_name(plan, edit.zone, edit.target, language())} [{edit.target.target}]"
        if edit.change != "changed":
            what = _CHANGES[edit.change].text(language())
            yield f"{what} · {name}: {_figure(edit.target)}"
            continue
        old, new = (_cell(names, edit.column, value) for value in (edit.old, edit.new))
        yield f"{name} · {heading(edit.column).text(language())}: {old} → {new}"
    if nothing:
        yield say("zones.cli.lines.no_edits")


def _cell(names: Names, column: str, value: str | float | None) -> str:
    """Cell as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return names.written(column, value, language()) if column in names.of else value
    return str(value) if column == "year" else number_words(value).text(language())
