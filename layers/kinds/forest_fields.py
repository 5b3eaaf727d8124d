"""Fields of the forest status layer under the names offices give them.

The layer has 51 fields; names drift (upper case, a year suffix, an older spelling, the ten letters
a .dbf leaves of an English name). Aliases stand in ``data/forest_field_aliases.csv``; a project
file may name any field outright.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
from rapidfuzz import fuzz

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.base.resources import data_path, data_table

#: Without these no hectare can be given a type. Each inner tuple needs one of its members.
NEEDED: tuple[tuple[str, ...], ...] = (("ldlr",), ("maldlr",), ("dtich",), ("malr3", "mamdsd"))

#: Fields that change hectares or ages: where they are absent, a column that may be one is named.
TELLING = (
    *("dtich", "ldlr", "maldlr", "malr3", "maxa"),
    *("nggocr", "thanhrung", "sldlr", "namtr"),
)
#: Fields by which a person finds a plot.
PLOT_NAME = ("tk", "khoanh", "lo")
#: How alike a column and a known name of a field are before it is proposed, and what the beginning
#: of a column counts ("maxa_moi").
_LIKELY, _BEGINS, _BEGINNING = 0.75, 0.8, 4

_YEAR = re.compile(r"_?(?:20)?[0-9]{2}$")
_DBF_NAME_LENGTH = 10


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """Which field of a file holds what."""

    columns: dict[str, str]  # Canonical field to the file's spelling
    absent: tuple[str, ...]  # Canonical fields the file does not have, in the order of the 51
    # Other fields of the file that would also have fitted, by canonical field
    passed_over: dict[str, tuple[str, ...]]
    likely: str = ""  # Line for the project: fields that are absent, and what may hold them


def forest_fields() -> pd.DataFrame:
    """Table of the 51 fields."""
    return data_table("forest_fields_51.csv")


@lru_cache(maxsize=1)
def _aliases() -> dict[str, list[str]]:
    table = pd.read_csv(data_path("forest_field_aliases.csv"), keep_default_na=False)
    names = {field: [field] for field in forest_fields()["field"]}
    for field, alias in zip(table["field"], table["alias"], strict=True):
        names[field].append(alias)
    return names


@lru_cache(maxsize=1)
def _cut_names() -> dict[str, str]:
    """Names as a .dbf cuts them → field, where only one field can be meant."""
    claims: dict[str, set[str]] = {}
    for field, names in _aliases().items():
        for name in names:
            if len(name) > _DBF_NAME_LENGTH:
                claims.setdefault(name[:_DBF_NAME_LENGTH], set()).add(field)
    return {name: fields.pop() for name, fields in claims.items() if len(fields) == 1}


def match_fields(
    found: Iterable[str],
    *,
    columns: Mapping[str, str | None] | None = None,
    source: str = "forest status",
) -> FieldMatch:
    """Find the fields of the layer among those of a file."""
    fields, told = list(found), dict(columns or {})
    faults = _told_faults(fields, told)
    taken = set(told.values())
    matched: dict[str, str] = {key: name for key, name in told.items() if name in fields}
    passed_over: dict[str, tuple[str, ...]] = {}
    for field, names in _aliases().items():
        if field in told:
            continue
        candidates = _candidates(field, names, [name for name in fields if name not in taken])
        if not candidates:
            continue
        best, *rest = candidates
        if len(best) > 1:
            faults.append(message("layers.kinds.field_ambiguous", field=field, best=best))
        matched[field] = best[0]
        others = tuple(name for group in rest for name in group)
        if others:
            passed_over[field] = others
    faults += _missing_faults(matched, told, fields)
    likely = _line_to_paste(fields, matched, told)
    if faults and likely:
        faults.append(message("layers.kinds.fields_likely", line=likely))
    if faults:
        raise InputError("layers.kinds.fields_wrong", source=source, faults=joined(faults))
    absent = tuple(field for field in _aliases() if field not in matched)
    return FieldMatch(matched, absent, passed_over, likely)


def likely_fields(found: Iterable[str]) -> dict[str, str]:
    """Column of a file for each telling field that its names, or names like them, point to.

    The names of plots come after them, by their own names alone.
    """
    fields = list(found)
    matched: dict[str, str] = {}
    for field, names in _aliases().items():
        left = [name for name in fields if name not in matched.values()]
        if candidates := _candidates(field, names, left):
            matched[field] = candidates[0][0]
    found_all = matched | _nearest(fields, matched, {})
    return {field: found_all[field] for field in (*TELLING, *PLOT_NAME) if field in found_all}


def _told_faults(fields: list[str], told: Mapping[str, str | None]) -> list[Phrase]:
    unknown = [field for field in told if field not in _aliases()]
    missing = [name for name in told.values() if name is not None and name not in fields]
    faults, known = [], ", ".join(_aliases())
    if unknown:
        faults.append(message("layers.kinds.unknown_fields", unknown=unknown, known=known))
    if missing:
        faults.append(message("layers.kinds.fields_missing", missing=missing, fields=fields))
    return faults


def _missing_faults(
    matched: Mapping[str, str], told: Mapping[str, str | None], fields: list[str]
) -> list[Phrase]:
    about = forest_fields().set_index("field")
    meaning = {name: Phrase(row["meaning_en"], row["meaning_vi"]) for name, row in about.iterrows()}
    faults = []
    for choice in NEEDED:
        if any(field in matched or field in told for field in choice):
            continue
        named = [
            message("layers.kinds.field_and_meaning", field=field, meaning=meaning[field])
            for field in choice
        ]
        faults.append(message("layers.kinds.field_needed", choice=named, fields=fields))
    return faults


def _line_to_paste(
    fields: list[str], matched: Mapping[str, str], told: Mapping[str, str | None]
) -> str:
    """Key ``columns`` of a project with columns that may hold fields nobody named; "" for none."""
    found = _nearest(fields, matched, told)
    if not found:
        return ""
    entries = {**told, **{field: found[field] for field in TELLING if field in found}}
    line = ", ".join(f"{field}: {_as_yaml(name)}" for field, name in entries.items())
    return f"columns: {{{line}}}"


def _nearest(
    fields: list[str], matched: Mapping[str, str], told: Mapping[str, str | None]
) -> dict[str, str]:
    """Columns that may hold fields nobody named, by how like they are called."""
    left = [name for name in fields if name not in matched.values()]
    wanted = [field for field in TELLING if field not in matched and field not in told]
    scores = sorted(
        ((_likeness(name, field), field, name) for field in wanted for name in left), reverse=True
    )
    found: dict[str, str] = {}
    for score, field, name in scores:
        if score >= _LIKELY and field not in found and name not in found.values():
            found[field] = name
    return found


def _as_yaml(name: str | None) -> str:
    if name is None:
        return "null"
    return name if name.isidentifier() else json.dumps(name, ensure_ascii=False)


def _likeness(column: str, field: str) -> float:
    """How like one of a field's names a column is, from 0 to 1; marks and years do not count."""
    name = _bare(column)
    return max(
        _BEGINS
        if name.startswith(known) and (len(known) >= _BEGINNING or name == f"{known}ha")
        else fuzz.ratio(name, known) / 100
        for known in map(_bare, _aliases()[field])
    )


def _bare(name: str) -> str:
    return _YEAR.sub("", _plain(name)).replace("_", "")


def _candidates(field: str, names: list[str], found: list[str]) -> list[list[str]]:
    """Columns that may hold a field: groups of equal rank, best first."""
    ranked: dict[int, list[str]] = {}
    for column in found:
        rank = _rank(_plain(column), field, names[1:])
        if rank is not None:
            ranked.setdefault(rank, []).append(column)
    return [ranked[rank] for rank in sorted(ranked)]


def _rank(column: str, field: str, aliases: list[str]) -> int | None:
    """How well a column's name fits a field; None if it does not. Lower is better."""
    undated = _YEAR.sub("", column)
    fits = (
        column == field,
        undated == field,
        column in aliases,
        undated in aliases,
        _cut_names().get(column) == field,
    )
    return fits.index(True) if any(fits) else None


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold().replace(" ", "_")
