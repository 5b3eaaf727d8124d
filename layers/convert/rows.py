"""Which unit each row of a table is about: a commune, a district, the whole province, or none.

Office tables mix communes with subtotals of districts and a total. A subtotal that is added to its
parts doubles hectares, so rows are told apart before any figure moves.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.printed_sums import SAME_HA, is_printed_sum
from layers.communes.codes import normal_code
from layers.communes.gazetteer import Day, Unit, communes_on, find_province, vintage_on
from layers.communes.match_result import Match
from layers.communes.matching import match_commune, name_index
from layers.communes.qualifiers import district_key
from layers.communes.similarity import is_named, is_nearly_named
from layers.communes.spelling import exact_key, tidy, without_marks
from layers.io.table import require_columns

Role = Literal["commune", "district", "total", "unmatched"]


@dataclass(frozen=True, slots=True)
class CommuneColumns:
    """Columns of a table that say which unit a row is about.

    Parameters
    ----------
    code : str or None
        Column of codes; names among them are read as names.
    name : str or None
        Column of names.
    district : str or None
        Column of districts, which tells units of one name apart.
    confirmed : mapping of str to str
        Text as written → code, for names that a person has confirmed.
    """

    code: str | None = None
    name: str | None = None
    district: str | None = None
    confirmed: Mapping[str, str] = field(default_factory=dict)

    def named(self) -> dict[str, str]:
        """Columns that are given, by what they hold."""
        every = {"code": self.code, "name": self.name, "district": self.district}
        return {what: column for what, column in every.items() if column}


@dataclass(frozen=True, slots=True)
class RowUnit:
    """What a row is about."""

    role: Role  # Kind of unit
    text: str  # What the row says
    unit: Unit | None = None  # The commune of the table's vintage
    district: str = ""  # Key of the district, where the row is about one
    reason: Phrase | None = None  # Why a row is unmatched


#: Headers under which offices write names of communes and districts; without marks.
_NAME_HEADER = re.compile(r"(ten_?)?(xa|commune|phuong_?xa|xa_?phuong|xa,?_phuong)(_name)?")
_DISTRICT_HEADER = re.compile(r"(ten_?)?(huyen|district|quan_?huyen|huyen,?_thanh_pho)(_name)?")


def settle_columns(frame: pd.DataFrame, given: CommuneColumns) -> CommuneColumns:
    """Find the columns of names and districts that were not given, by their headers."""
    name = given.name or _first(frame, _NAME_HEADER, {given.code, given.district})
    district = given.district or _first(frame, _DISTRICT_HEADER, {given.code, name})
    return replace(given, name=name, district=district)


def _first(frame: pd.DataFrame, header: re.Pattern[str], taken: set[str | None]) -> str | None:
    found = [
        str(column)
        for column in frame.columns
        if column not in taken
        and header.fullmatch(re.sub(r"\s+", "_", without_marks(str(column)).casefold().strip()))
        and not pd.api.types.is_numeric_dtype(frame[column])
        and not any(normal_code(value) for value in frame[column].dropna().unique())
    ]
    return found[0] if found else None


def find_units(
    frame: pd.DataFrame,
    columns: CommuneColumns,
    *,
    province: str,
    on: Day = None,
    source: str = "–",
) -> list[RowUnit]:
    """Tell for each row which unit it is about."""
    require_columns(frame, columns.named(), source=source)
    code = find_province(province)
    reader = _Reader(code, on, columns.confirmed)
    blank = [""] * len(frame)
    cells = [
        _texts(frame[column]) if column else blank
        for column in (columns.code, columns.name, columns.district)
    ]
    known: dict[tuple[str, str, str], RowUnit] = {}
    for row in dict.fromkeys(zip(*cells, strict=True)):
        known[row] = reader.read(*row)
    return [known[row] for row in zip(*cells, strict=True)]


def _texts(values: pd.Series[str]) -> list[str]:
    clean = {value: tidy(str(value)) for value in values.dropna().unique()}
    nothing = ("nan", "none", "<na>", "null")
    clean = {value: "" if text.casefold() in nothing else text for value, text in clean.items()}
    return [clean.get(value, "") for value in values]


class _Reader:
    """Reads the rows of a table of one province and day."""

    def __init__(self, province: str, on: Day, confirmed: Mapping[str, str]) -> None:
        self.province = province
        self.vintage = vintage_on(on, province=province)
        self.units = communes_on(province, self.vintage)
        # A blank cell says nothing that could be confirmed: it may stand in a row of totals.
        named = {exact_key(text): code for text, code in confirmed.items()}
        self.confirmed = {key: code for key, code in named.items() if key}
        self.districts: dict[str, frozenset[str]] = {}
        for key in {district_key(unit.district) for unit in self.units.values()} - {""}:
            inside = {c for c, unit in self.units.items() if district_key(unit.district) == key}
            self.districts[key] = frozenset(inside)

    def read(self, code_text: str, name: str, district: str) -> RowUnit:
        """Read one row."""
        code = normal_code(code_text)
        if code is None or exact_key(code_text) in self.confirmed:
            return self._by_name(code_text if code else name or code_text, district)
        unit = self.units.get(code)
        if unit is None:
            # A row of the province or a district has a code of its own level beside its name.
            above = self._by_name(name, district) if name else None
            if above and above.role in ("total", "district"):
                return above
            return _unmatched(
                f"{code_text} {name}".strip(),
                message("layers.convert.no_commune_of_code", vintage=self.vintage, code=code),
            )
        if name and not self._speaks_for(name, unit):
            return _unmatched(
                f"{code_text} {name}",
                message(
                    "layers.convert.code_and_name_disagree",
                    vintage=self.vintage,
                    code=code,
                    unit=unit.name,
                ),
            )
        return RowUnit("commune", name or code_text, unit)

    def _speaks_for(self, name: str, unit: Unit) -> bool:
        """Whether a name is that of a unit, or a slip from it and no other unit's own."""
        if is_named(name, unit.name):
            return True
        equal = name_index(self.province, self.vintage).equal(name)
        return equal is None and is_nearly_named(name, unit.name)

    def _by_name(self, text: str, district: str) -> RowUnit:
        confirmed = self.confirmed.get(exact_key(text))
        if confirmed is not None:
            if confirmed in self.units:
                return RowUnit("commune", text, self.units[confirmed])
            return _unmatched(
                text,
                message(
                    "layers.convert.confirmed_code_unknown",
                    confirmed=confirmed,
                    vintage=self.vintage,
                ),
            )
        if district_key(text) in self.districts:
            return RowUnit("district", text, district=district_key(text))
        inside = self.districts.get(district_key(district) or exact_key(district))
        found = match_commune(text, province=self.province, on=self.vintage, among=inside)
        if isinstance(found, Match):
            return self._take(text, found, told=inside is not None)
        if found.reason == "whole-province":
            return RowUnit("total", text)
        # Tràng Định was a district and no commune: the bare name is as good as "huyện Tràng Định".
        if found.reason != "ambiguous" and exact_key(text) in self.districts:
            return RowUnit("district", text, district=exact_key(text))
        return RowUnit("unmatched", text, reason=found.message)

    def _take(self, text: str, found: Match, *, told: bool) -> RowUnit:
        """Take a match, unless it must be confirmed or the bare name is also a district's."""
        if found.confirm:
            return _unmatched(
                text,
                message("layers.convert.perhaps_confirm", label=found.unit.label),
            )
        if not told and exact_key(text) in self.districts:
            return _unmatched(
                text,
                message("layers.convert.or_the_district", label=found.unit.label),
            )
        return RowUnit("commune", text, found.unit)


def _unmatched(text: str, why: Phrase) -> RowUnit:
    return RowUnit("unmatched", text, reason=why)


def set_subtotals_apart(
    rows: Sequence[RowUnit],
    keys: Sequence[Hashable],
    figures: pd.DataFrame,
    *,
    source: str,
) -> tuple[list[RowUnit], Findings]:
    """Tell totals from figures of their own, and check them against their parts."""
    below = _parts_of_totals(rows, keys)
    result: list[RowUnit] = []
    apart: dict[int, float] = {}  # Total and its difference from its parts, infinite if no rounding
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        parts = below.get((key, row.district)) if row.role in ("district", "total") else None
        if row.role == "total" and not parts:
            result.append(
                replace(row, role="unmatched", reason=message("layers.convert.only_total"))
            )
        elif parts and row.role in ("district", "total"):
            result.append(replace(row, role="total"))
            apart[at] = _apart(figures, at, parts)
        else:
            result.append(row)
    # "Cộng 2 xã" is the sum of two of them
    blocks = _blocks_beside(rows, keys) if math.inf in apart.values() else {}
    for at in [at for at in apart if at in blocks and math.isinf(apart[at])]:
        apart[at] = min((_apart(figures, at, block) for block in blocks[at]), key=abs)
    return result, _tell(rows, apart, figures.index, source)


def _parts_of_totals(
    rows: Sequence[RowUnit], keys: Sequence[Hashable]
) -> dict[tuple[Hashable, str], list[int]]:
    """Rows below each district of each key, and below the province, whose name is empty."""
    below: dict[tuple[Hashable, str], list[int]] = defaultdict(list)
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        if row.unit:
            # A commune of today has no district: it stands once below the province.
            for above in {district_key(row.unit.district), ""}:
                below[key, above].append(at)
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        if row.role == "district" and not below.get((key, row.district)):
            below[key, ""].append(at)
    return below


def _blocks_beside(rows: Sequence[RowUnit], keys: Sequence[Hashable]) -> dict[int, list[list[int]]]:
    """Communes above and below each total up to the next, where a key has several totals."""
    blocks: dict[Hashable, list[list[int]]] = defaultdict(lambda: [[]])
    totals: dict[Hashable, list[int]] = defaultdict(list)
    for at, (row, key) in enumerate(zip(rows, keys, strict=True)):
        if row.unit:
            blocks[key][-1].append(at)
        elif row.role == "total":
            totals[key].append(at)
            blocks[key].append([])
    return {
        at: blocks[key][place : place + 2]
        for key, some in totals.items()
        if len(some) > 1
        for place, at in enumerate(some)
    }


def _apart(figures: pd.DataFrame, at: int, parts: list[int]) -> float:
    """Most by which a total and its parts, where both are there, differ: inf by no rounding."""
    most = 0.0
    for column in figures.columns:
        values = figures[column].to_numpy()
        whole, known = values[at], [values[part] for part in parts if not math.isnan(values[part])]
        if math.isnan(whole):
            continue
        if not is_printed_sum(whole, known):
            return math.inf
        most = max(most, whole - math.fsum(known), key=abs)
    return most


def _tell(
    rows: Sequence[RowUnit], apart: Mapping[int, float], index: pd.Index, source: str
) -> Findings:
    """Tell totals, and those that differ from their parts, by the rows of the file."""
    findings = Findings()
    lines = {at: int(index[at]) for at in apart}
    shown = ", ".join(dict.fromkeys(rows[at].text for at in [*apart][:5]))
    left_out = message("layers.convert.totals_left_out", count=len(apart), shown=shown)
    rounded = {at: one for at, one in apart.items() if SAME_HA < abs(one) < math.inf}
    listed = [
        message("layers.convert.in_row_by", text=rows[at].text, row=lines[at] + 2, apart=one)
        for at, one in rounded.items()
    ]
    may_round = message("layers.convert.totals_rounded", count=len(rounded), totals=listed)
    different = [at for at, one in apart.items() if math.isinf(one)]
    named = [
        message("layers.convert.in_row", text=rows[at].text, row=lines[at] + 2) for at in different
    ]
    differ = message("layers.convert.total_differs", count=len(different), totals=named)
    if apart:
        told = tuple(lines.values())
        findings.add(Finding("note", "totals-left-out", source, left_out, len(told), rows=told))
    if rounded:
        told = tuple(lines[at] for at in rounded)
        findings.add(Finding("note", "total-rounded", source, may_round, len(told), rows=told))
    if different:
        told = tuple(lines[at] for at in different)
        findings.add(Finding("problem", "total-differs", source, differ, len(told), rows=told))
    return findings
