"""Groups of communes (clusters, old districts) that a project sums by: group of each commune."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from layers.base.errors import InputError, VungTrongError
from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import message
from layers.communes.gazetteer import changes_after, communes_on, vintage_on, vintages
from layers.communes.spelling import name_order
from layers.io.table import read_table, require_columns
from layers.io.values import refuse_formulas
from zones.inputs.named_communes import commune_code
from zones.project.model import GroupsSection, Project


@dataclass(frozen=True, slots=True)
class Groups:
    """Group of every commune of a project; each commune is in one, so that sums close."""

    of: Mapping[str, str]  # Commune code → name of its group, groups in the order to be printed
    several: tuple[str, ...] = ()  # Names of communes that come of several old districts
    alone: tuple[str, ...] = ()  # Names of other communes that are in no group


def commune_groups(project: Project, communes: pd.DataFrame) -> Groups:
    """Group of each commune (``commune_code``): lists lead, then the table, then old districts."""
    section = project.groups or GroupsSection()
    told = _told(section, project)
    rest = message("zones.inputs.no_group").text(project.annex.language)
    several: list[str] = []
    alone: list[str] = []
    of: dict[str, str] = {}
    old = _old_districts(project) if section.old_districts else {}
    for code, name in zip(communes["commune_code"], communes["commune"], strict=True):
        districts = old.get(code, set())
        if code not in told and len(districts) > 1:
            several.append(str(name))
        elif code not in told and not districts:
            alone.append(str(name))
        only = next(iter(districts)) if len(districts) == 1 else rest
        of[str(code)] = told.get(code, only)
    # As the planner named them, old districts by name, communes of no group last.
    by_name = sorted({*of.values()} - {rest}, key=name_order)
    order = [*dict.fromkeys([*section.lists, *told.values(), *by_name, rest])]
    return Groups(
        {code: of[code] for code in sorted(of, key=lambda code: order.index(of[code]))},
        tuple(several),
        tuple(alone),
    )


def _told(section: GroupsSection, project: Project) -> dict[str, str]:
    """Group by code, as table and lists say it; a commune in two groups of either is refused."""
    found = _one_group(_of_table(section, project), project) if section.table else {}
    listed = (
        (name, group, "groups.lists") for group, all_ in section.lists.items() for name in all_
    )
    return found | _one_group(listed, project)


def _of_table(section: GroupsSection, project: Project) -> Iterator[tuple[str, str, str]]:
    if section.table is None:
        return
    table = read_table(project.resolve(section.table), sheet=section.sheet)
    columns = {"commune": section.commune_column, "group": section.group_column}
    require_columns(table, columns, source=section.table.name)
    for column in columns.values():
        refuse_formulas(table[column], source=f"{section.table.name}: {column}")
    for line, commune, group in zip(
        table.index, table[section.commune_column], table[section.group_column], strict=True
    ):
        if pd.isna(commune) and pd.isna(group):
            continue
        where = f"{section.table.name}:{int(line) + 2}"
        if pd.isna(commune) or pd.isna(group):
            raise InputError("zones.inputs.group_row_incomplete", where=where)
        yield str(commune), str(group), where


def _one_group(rows: Iterator[tuple[str, str, str]], project: Project) -> dict[str, str]:
    found: dict[str, str] = {}
    for text, group, where in rows:
        code = commune_code(text, project, where)
        if (other := found.setdefault(code, group)) != group:
            raise InputError(
                "zones.inputs.commune_in_two_groups",
                where=where,
                commune=text,
                first=other,
                second=group,
            )
    return found


def _old_districts(project: Project) -> dict[str, set[str]]:
    """Districts of June 2025 that each commune's ground lay in, by its code of today."""
    days, today = vintages(project.province), vintage_on(project.communes.vintage)
    before = [day for day in days if day < today]
    if not before or not any(
        unit.district for unit in communes_on(project.province, before[-1]).values()
    ):
        raise InputError("zones.inputs.no_old_districts", province=project.province)
    units = communes_on(project.province, before[-1])
    found: dict[str, set[str]] = {}
    for change in changes_after(project.province, before[-1]):
        unit = units.get(change.old_code)
        if unit is not None and unit.district:
            found.setdefault(change.new_code, set()).add(unit.district)
    return found


def check_groups(project: Project, communes: pd.DataFrame) -> list[Finding]:
    """Find what would stop the step that sums by groups."""
    if project.groups is None:
        return []
    try:
        told = told_of_groups(commune_groups(project, communes))
    except VungTrongError as error:
        return [Finding("error", "unreadable", "groups", error.phrase)]
    return [Finding("note", "communes-without-group", "groups", one) for one in told]


def told_of_groups(groups: Groups) -> list[Phrase]:
    """Say which communes are in no group, and which of them come of several old districts."""
    left_out = (("of_several", groups.several), ("at_all", groups.alone))
    return [
        message(f"zones.inputs.in_no_group_{key}", count=len(names), names=names)
        for key, names in left_out
        if names
    ]
