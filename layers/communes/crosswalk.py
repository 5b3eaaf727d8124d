"""Communes of different years in one project: which unit became which, and which year a layer is.

Codes were re-used, so a layer of 2024 joins to the communes of today without an error and without
sense: 27 of Lạng Sơn's 65 codes belonged to a unit of another name. What tells a layer's vintage is
its names, and where its records lie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.messages import message
from layers.base.schema import read_schema
from layers.communes.gazetteer import (
    Day,
    Unit,
    changes_after,
    communes_on,
    find_province,
    vintage_on,
    vintages,
)

CROSSWALK = read_schema("layers.communes", "crosswalk")

#: For each old code the codes of the units that took it over, in order; several where it was split.
Successors = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class VintageChange:
    """From which units to which a table or layer is carried.

    Parameters
    ----------
    province : str
        Code or name of the province.
    from_ : str, int, date or None
        Day of the table.
    to : str, int, date or None
        Day of the units wanted; the newest vintage without it.
    source : str
        What to call the table in messages.
    """

    province: str
    from_: Day
    to: Day = None
    source: str = "–"


@dataclass(frozen=True, slots=True)
class _Span:
    province: str
    older: str
    newer: str


def _span(province: str, from_: Day, to: Day) -> _Span:
    code = find_province(province)
    older, newer = vintage_on(from_, province=code), vintage_on(to, province=code)
    if older > newer:
        raise InputError("layers.communes.only_forward", newer=newer, older=older)
    return _Span(code, older, newer)


@lru_cache(maxsize=16)
def _successors(span: _Span) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {
        code: (code,) for code in communes_on(span.province, span.older)
    }
    for vintage in vintages(span.province):
        if not span.older <= vintage < span.newer:
            continue
        step: dict[str, list[str]] = defaultdict(list)
        for change in changes_after(span.province, vintage):
            step[change.old_code].append(change.new_code)
        found = {
            # A unit split once and merged again into one is whole.
            code: tuple(sorted({new for part in parts for new in step[part]}))
            for code, parts in found.items()
        }
    return found


def successors(province: str, *, from_: Day, to: Day = None) -> Successors:
    """Find the units that took each old unit over.

    Parameters
    ----------
    province : str
        Code or name of the province.
    from_ : str, int, date or None
        Day of the old units.
    to : str, int, date or None
        Day of the new units; the newest vintage without it.

    Returns
    -------
    mapping of str to tuple of str
        Old code → new codes, one where the unit was taken over whole.

    Raises
    ------
    InputError
        A day is unknown, or ``from_`` is the later one.

    Examples
    --------
    >>> successors("20", from_=2024)["06622"]  # Bính Xá was divided
    ('06613', '06625')
    """
    return _successors(_span(province, from_, to))


def crosswalk(province: str, *, from_: Day, to: Day = None) -> pd.DataFrame:
    """List old units with the units of today that took them over.

    Parameters
    ----------
    province : str
        Code or name of the province.
    from_ : str, int, date or None
        Day of the old units.
    to : str, int, date or None
        Day of the new units; the newest vintage without it.

    Returns
    -------
    pandas.DataFrame
        Columns of ``CROSSWALK``, in order of old and new code; a split unit has several rows.

    Raises
    ------
    InputError
        A day is unknown, or ``from_`` is the later one.

    Examples
    --------
    >>> table = crosswalk("20", from_=2024)
    >>> len(table), table["old_code"].nunique(), table["new_code"].nunique()
    (196, 194, 65)
    """
    span = _span(province, from_, to)
    old = communes_on(span.province, span.older)
    new = communes_on(span.province, span.newer)
    rows = [
        _row(old[old_code], new[new_code], split=len(parts) > 1)
        for old_code, parts in sorted(_successors(span).items())
        for new_code in parts
    ]
    return CROSSWALK.validate(pd.DataFrame(rows, columns=CROSSWALK.names))


def _row(old: Unit, new: Unit, *, split: bool) -> dict[str, str | bool]:
    return {
        "old_code": old.code,
        "old_name": old.name,
        "old_kind": old.kind,
        "old_district": old.district,
        "new_code": new.code,
        "new_name": new.name,
        "new_kind": new.kind,
        "split": split,
    }


def year_of_vintage(province: str, vintage: str) -> int:
    """Year that stands for a vintage in a project file: the last whose end saw it in force."""
    known = vintages(province)
    later = [one for one in known if one > vintage]
    return int(later[0][:4]) - 1 if later else int(vintage[:4])


@dataclass(frozen=True, slots=True)
class CommuneList:
    """The communes plots are compared with."""

    province: str  # Code of the province
    codes: tuple[str, ...]  # Codes of the boundaries
    vintage: str | None = None  # Day of the boundaries, ISO; the newest by default


def named_communes(
    plots: pd.DataFrame, communes: CommuneList, *, vintage: str | None = None, source: str
) -> tuple[pd.Series[str], list[Finding]]:
    """Code, among today's communes, of the commune each plot names."""
    province = communes.province
    end = vintage_on(communes.vintage, province=province)
    day = end if vintage is None else vintage_on(vintage, province=province)
    if day > end:
        return plots["commune_code"].mask(plots["row"] >= 0), [_newer_codes(day, end, source)]
    if day == end:
        known = {code: code for code in (*communes_on(province, end), *communes.codes)}
    else:
        after = successors(province, from_=day, to=end)
        known = {code: "|".join(parts) for code, parts in after.items()}
    text = pd.StringDtype(na_value=np.nan)
    now: pd.Series[str] = plots["commune_code"].map(known).astype(text)
    strange = plots["commune_code"].notna() & now.isna()
    return now, _unknown_codes(plots, strange, day, source)


def _newer_codes(day: str, end: str, source: str) -> Finding:
    return Finding(
        "problem",
        "commune-codes-newer",
        source,
        message("layers.communes.codes_newer_than_boundaries", day=day, end=end),
    )


def _unknown_codes(
    plots: pd.DataFrame, strange: pd.Series[bool], day: str, source: str
) -> list[Finding]:
    if not strange.any():
        return []
    count = int(strange.sum())
    first = ", ".join(plots.loc[strange, "commune_code"].drop_duplicates().head(5))
    return [
        Finding(
            "problem",
            "commune-unknown",
            source,
            message("layers.communes.commune_unknown", count=count, day=day, first=first),
            count=count,
            area_ha=float(plots.loc[strange, "ledger_ha"].sum()),
            examples=tuple(plots.loc[strange, "plot"].head(5)),
            rows=tuple(int(row) for row in plots.loc[strange, "row"]),
        )
    ]
