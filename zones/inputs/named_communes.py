"""Communes that settings of a project name, by name or code: their codes of the project's day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from layers.base.errors import InputError, VungTrongError
from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import message
from layers.communes.gazetteer import changes_after, communes_on
from layers.communes.match_result import Match, NoMatch
from layers.communes.matching import match_commune
from zones.project.model import Project


def commune_code(text: str, project: Project, where: str) -> str:
    """Code of a commune of the project's day, by code or name; a near name is no name."""
    on = str(project.communes.vintage)
    found = match_commune(text, province=project.province, on=on)
    if isinstance(found, Match) and not found.confirm:
        return found.code
    if isinstance(found, Match):
        hint = message("zones.inputs.commune_near", name=found.name, code=found.code)
        raise InputError("zones.inputs.no_commune", where=where, commune=text, hint=hint)
    raise InputError(
        "zones.inputs.commune_not_found", where=where, why=found.message, now=_now(found, project)
    )


def _now(found: NoMatch, project: Project) -> Phrase:
    """Say in which communes of the project's day a unit of an earlier day lies."""
    if found.reason != "other-time" or not found.candidates:
        return Phrase("", "")
    old = found.candidates[0].unit
    today = communes_on(project.province, project.communes.vintage)
    codes = [
        change.new_code
        for change in changes_after(project.province, old.vintage)
        if change.old_code == old.code and change.new_code in today
    ]
    names = [f"{today[code].name} ({code})" for code in codes]
    return message("zones.inputs.lies_now_in", names=names) if names else Phrase("", "")


def commune_codes(names: Iterable[str], project: Project, where: str) -> tuple[str, ...]:
    """Codes of communes that a setting or an option names, each once, as they are named."""
    return tuple(dict.fromkeys(commune_code(name, project, where) for name in names))


def check_named_communes(project: Project, communes: pd.DataFrame) -> list[Finding]:
    """Find what atlas and annex name and the boundaries (``commune_code``) do not hold."""
    there = set(communes["commune_code"])
    found: list[Finding] = []
    for where, names in _namings(project):
        try:
            codes = commune_codes(names, project, where)
        except VungTrongError as error:
            found.append(Finding("error", "unreadable", where, error.phrase))
            continue
        if lost := [code for code in codes if code not in there]:
            lacking = message("zones.inputs.commune_without_boundary", codes=lost)
            found.append(Finding("error", "unreadable", where, lacking))
    return found


def _namings(project: Project) -> Iterator[tuple[str, tuple[str, ...]]]:
    if project.atlas.make:
        yield "atlas.communes", project.atlas.communes
    if not isinstance(project.annex.commune_maps, str):
        yield "annex.commune_maps", project.annex.commune_maps
