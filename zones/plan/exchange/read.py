"""A table of targets taken back into its plan: what each cell changes is known before it is saved.

What the table has no column for (other statements of a target, its communes) stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import ValidationError

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.communes.spelling import exact_key
from layers.io.table import read_table, refuse_percents, refuse_sheets_alike
from layers.io.values import Decimal, parse_number, refuse_formulas
from zones.plan.exchange.names import COLUMNS, FIGURES, Names, heading
from zones.plan.exchange.write import field_of
from zones.plan.model import FIGURE_KEYS, Plan, Target
from zones.project.schema_faults import fault_phrase, known_keys

Value = str | float | None
#: Columns without which a row is no target.
_NEEDED = ("target", "indicator", "bound", "unit")
_LINKS = ("part_of", "within")


@dataclass(frozen=True, slots=True)
class TargetEdit:
    """What a table does to one target, in one column."""

    change: Literal["added", "dropped", "changed"]
    zone: str  # Zone of the target, empty for an indicator of the whole plan
    target: Target  # As it is afterwards; a dropped one as it was
    column: str = ""  # Column that differs, where the target itself stays
    old: Value = None
    new: Value = None


@dataclass(frozen=True, slots=True)
class ImportedTargets:
    """A plan with the targets of a table, and what the table changed."""

    plan: Plan
    edits: tuple[TargetEdit, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int  # Row in the file
    cells: Mapping[str, Value]  # Ids and figures by column


def import_targets(plan: Plan, path: Path, *, decimal: Decimal | None = None) -> ImportedTargets:
    """Take the targets of a table into a copy of a plan; nothing is written."""
    table = read_table(path)
    refuse_sheets_alike(table, source=path.name)
    for name in table.columns:
        refuse_formulas(table[name], source=f"{path.name}: {name}")
        figures = name in FIGURES
        refuse_percents(table, name, source=f"{path.name}: {name}", hectares=figures)
    rows = list(_rows(plan, table, path.name, decimal))
    lines: dict[str, int] = {}
    for row in rows:
        first = lines.setdefault(str(row.cells["target"]), row.line)
        if first != row.line:
            raise _at(
                path.name,
                row.line,
                "target",
                message("zones.plan.exchange.target_twice", first=first),
            )
    before = {target.target: (zone, target) for zone, target in plan.all_targets()}
    after: dict[str, tuple[str, Target]] = {}
    for row in rows:
        zone, was = before.get(str(row.cells["target"]), ("", None))
        zone = str(row.cells["zone"] or "") if "zone" in row.cells else zone
        after[str(row.cells["target"])] = zone, _target(row, was, path.name)
    for name, (_, target) in after.items():
        _refuse_loose(target, after, path.name, lines[name])
    return ImportedTargets(_with_targets(plan, after), tuple(_edits(before, after)))


def _rows(plan: Plan, table: pd.DataFrame, source: str, decimal: Decimal | None) -> Iterator[_Row]:
    columns, names = _columns(table, source), Names(plan)
    for index, values in zip(table.index, table.itertuples(index=False), strict=True):
        cells = {
            column: _value(names, column, value, decimal, (source, int(index) + 2))
            for column, value in zip(columns, values, strict=True)
        }
        if all(value is None for value in cells.values()):
            continue
        if empty := [column for column in _NEEDED if column in cells and cells[column] is None]:
            raise _at(source, int(index) + 2, empty[0], message("zones.plan.exchange.cell_empty"))
        yield _Row(int(index) + 2, cells)


def _columns(table: pd.DataFrame, source: str) -> list[str]:
    """Column that each header means, by its id or its name in either language."""
    known = {
        exact_key(word): column
        for column in COLUMNS
        for word in (column, heading(column).vi, heading(column).en)
    }
    found = [known.get(exact_key(str(name)), "") for name in table.columns]
    strange = [str(name) for name, column in zip(table.columns, found, strict=True) if not column]
    twice = sorted({column for column in found if column and found.count(column) > 1})
    if strange or twice or "target" not in found:
        headings = [heading(column) for column in COLUMNS]
        faults = [
            *([message("zones.plan.exchange.unknown_columns", names=strange)] if strange else []),
            *([message("zones.plan.exchange.columns_twice", names=twice)] if twice else []),
        ]
        if "target" not in found:
            faults.append(message("zones.plan.exchange.no_target_column"))
        raise InputError(
            "zones.plan.exchange.columns_wrong",
            source=source,
            faults=joined(faults),
            known=joined(headings, between=", "),
        )
    return found


def _value(
    names: Names, column: str, value: object, decimal: Decimal | None, place: tuple[str, int]
) -> Value:
    """Id, text or figure that a cell holds."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    try:
        if column in FIGURES or column == "year":
            number = _number(value, decimal)
            return _year(number) if column == "year" else number
        text = _text(value)
        return names.meant(column, text) if column in names.of else text
    except InputError as error:
        raise _at(*place, column, error.phrase) from error


def _number(value: object, decimal: Decimal | None) -> float:
    if isinstance(value, str):
        return parse_number(value, decimal=decimal)
    return float(value)  # type: ignore[arg-type]


def _year(number: float) -> int:
    if not number.is_integer():
        raise InputError("zones.plan.exchange.no_year", value=number)
    return int(number)


def _text(value: object) -> str:
    """Text of a cell; a clause or a code that Excel took for a number loses its ".0"."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _target(row: _Row, was: Target | None, source: str) -> Target:
    """Target of a row: what the plan says of it, with the cells that say something else."""
    data = {} if was is None else was.model_dump(by_alias=True, exclude_unset=True)
    data = data or {"clause": None}
    for column, value in row.cells.items():
        if column == "zone" or (was is not None and field_of("", was, column) == value):
            continue
        _set(data, column, value)
    try:
        return Target.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = str(fault["loc"][0]) if fault["loc"] else ""
        told = _misfit(data) or fault_phrase(fault, known_keys(Target))
        raise _at(source, row.line, key if key in COLUMNS else "bound", told) from error


def _set(data: dict[str, Any], column: str, value: Value) -> None:
    """Set a key of a target as its file has it; a blank cell takes an optional one away."""
    if column in ("name_vi", "name_en"):
        name = {"vi": "", "en": "", **(data.get("name") or {}), column[-2:]: value or ""}
        either = name["vi"] or name["en"]
        data["name"] = {code: name[code] or either for code in ("vi", "en")}
        if not either:
            del data["name"]
    elif value is None and column != "clause":
        data.pop(column, None)
    else:
        data[column] = value
    if column == "commune":
        data["scope"] = "province" if value is None else "commune"


def _misfit(data: Mapping[str, Any]) -> Phrase | None:
    """Tell which figures a bound takes, where those of the row are others."""
    wanted = FIGURE_KEYS.get(str(data.get("bound")), ())
    given = [key for key in FIGURES if data.get(key) is not None]
    if not wanted or set(wanted) == set(given):
        return None
    return message(
        "zones.plan.exchange.figures_of_bound",
        wanted=joined([heading(key) for key in wanted], between=", "),
        found=joined([heading(key) for key in given], between=", ") if given else "–",
    )


def _refuse_loose(
    target: Target, after: Mapping[str, tuple[str, Target]], source: str, line: int
) -> None:
    for link in _LINKS:
        named = getattr(target, link)
        if named is not None and named not in after:
            told = message("zones.plan.exchange.no_such_target", name=named)
            raise _at(source, line, link, told)
        if named is not None and _is_within(named, target.target, after):
            told = message("zones.plan.exchange.part_of_itself", name=named)
            raise _at(source, line, link, told)


def _is_within(one: str, other: str, targets: Mapping[str, tuple[str, Target]]) -> bool:
    """Whether a target is another one or, over others, a part of it."""
    seen, left = set[str](), [one]
    while left:
        if (name := left.pop()) == other:
            return True
        if name not in seen and name in targets:
            left += targets[name][1].wholes
        seen.add(name)
    return False


def _at(source: str, line: int, column: str, told: Phrase) -> InputError:
    return InputError(
        "zones.plan.exchange.at_cell", source=source, line=line, column=heading(column), told=told
    )


def _with_targets(plan: Plan, after: Mapping[str, tuple[str, Target]]) -> Plan:
    """Plan whose targets are those of a table; they keep their places, new ones come last."""
    data = plan.model_dump(by_alias=True, exclude_unset=True)
    waiting = {name: (zone, _plain(target)) for name, (zone, target) in after.items()}
    for zone in data.get("zones", []):
        kept = _taken(zone.get("targets", []), zone["zone"], waiting)
        if kept or "targets" in zone:
            zone["targets"] = kept
    if "indicators" in data or any(not zone for zone, _ in waiting.values()):
        data["indicators"] = _taken(data.get("indicators", []), "", waiting)
    changed = Plan.model_validate(data)
    changed.remember(plan.remembered)
    return changed


def _plain(target: Target) -> dict[str, Any]:
    return target.model_dump(by_alias=True, exclude_unset=True)


def _taken(
    items: list[dict[str, Any]], zone: str, waiting: dict[str, tuple[str, dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Items of a zone (or of the whole plan) as the table has them; tasks stay."""
    kept = []
    for item in items:
        if "target" not in item:
            kept.append(item)
        elif waiting.get(item["target"], (None,))[0] == zone:
            kept.append(waiting.pop(item["target"])[1])
    new = [name for name, (owner, _) in waiting.items() if owner == zone]
    return kept + [waiting.pop(name)[1] for name in new]


def _edits(
    before: Mapping[str, tuple[str, Target]], after: Mapping[str, tuple[str, Target]]
) -> Iterator[TargetEdit]:
    for name, (zone, target) in after.items():
        if name not in before:
            yield TargetEdit("added", zone, target)
            continue
        old_zone, was = before[name]
        for column in COLUMNS:
            old, new = field_of(old_zone, was, column), field_of(zone, target, column)
            if old != new:
                yield TargetEdit("changed", zone, target, column, old, new)
    for name, (zone, was) in before.items():
        if name not in after:
            yield TargetEdit("dropped", zone, was)
