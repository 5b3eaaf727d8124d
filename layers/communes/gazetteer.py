"""Gazetteer of communes: which units there were, under which code and name, and when.

A unit is known by its code *and* a date. Codes were re-used in July 2025 (all 65 of Lạng Sơn, 27 of
them for a unit of another name) and once before in December 2024, so a bare code says nothing. The
date settles the vintage: the last set of units in force on that day, named by its first day.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from layers.base.errors import InputError, NameResolutionError
from layers.base.resources import data_path
from layers.communes.spelling import exact_key, plain_key

if TYPE_CHECKING:
    import pandas as pd

#: A day, ISO text or a bare year (its last day); None is the newest vintage.
Day = str | int | date | None

#: Column of natural areas (ha) that lists circulate and nobody held against a decision.
CIRCULATED = "circulated_area_ha"

#: The 3,321 communes of 34 provinces.
NEWEST_VINTAGE = "2025-07-01"
#: The provinces that have no row of their own in ``vintages.csv``.
_REST = "others"
#: The communes of the country before July 2025, but for Lạng Sơn's, with those of today.
_COUNTRY = "communes-63.csv"


@dataclass(frozen=True, slots=True)
class Province:
    """A province of today."""

    code: str  # Two digits
    name: str  # Name without its kind, NFC
    kind: str  # ``tỉnh`` or ``thành phố``


@dataclass(frozen=True, slots=True)
class FormerProvince:
    """A province as it was until 30 June 2025."""

    code: str  # Two digits, of the time
    name: str  # Name without its kind, NFC
    kind: str  # ``tỉnh`` or ``thành phố``
    now: str  # Code of the province that took it over


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune of one vintage."""

    code: str  # Five digits, unique within the vintage
    name: str  # Name without its kind, NFC
    kind: str  # ``xã``, ``phường``, ``đặc khu``, or ``thị trấn`` before July 2025
    province: str  # Code of the province
    district: str  # District with its kind, empty since July 2025
    vintage: str  # First day of the vintage, ISO

    @property
    def label(self) -> str:
        """Code, kind, name and district as a message prints them."""
        where = f", {self.district}" if self.district else ""
        return f"{self.code} {self.kind} {self.name}{where}"


@dataclass(frozen=True, slots=True)
class Change:
    """Where an old unit, or a part of it, went when its vintage ended."""

    old_code: str  # Code in the vintage that ended
    new_code: str  # Code in the vintage that followed
    split: bool  # The old unit was divided: this is one of several parts


@dataclass(frozen=True, slots=True)
class _Vintage:
    province: str
    first_day: str
    units: int
    changes: str


def _rows(name: str) -> list[dict[str, str]]:
    with data_path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def provinces() -> Mapping[str, Province]:
    """List the 34 provinces since July 2025, by code."""
    rows = _rows("provinces-34.csv")
    return MappingProxyType({row["code"]: Province(**row) for row in rows})


@lru_cache(maxsize=1)
def former_provinces() -> Mapping[str, FormerProvince]:
    """List the 63 provinces until 30 June 2025, by their code of the time."""
    rows = _rows("provinces-63.csv")
    return MappingProxyType({row["code"]: FormerProvince(**row) for row in rows})


def province_name(code: str) -> str:
    """Name of a province for a page."""
    known = provinces().get(code)
    return code if known is None else known.name


def find_province(text: str) -> str:
    """Code of a province given by code or name, of today or of one that was joined to it."""
    known, former = provinces(), former_provinces()
    code = text.strip().zfill(2)
    if code in known:
        return code
    if code in former:
        return former[code].now
    wanted = exact_key(text)
    for prefix in ("tỉnh ", "thành phố ", "tp "):
        wanted = wanted.removeprefix(prefix)
    for key in (exact_key, plain_key):
        # A name of today leads: Bắc Ninh is the province, not the part of it that bore the name.
        for named in (
            {code: (code, one.name) for code, one in known.items()},
            {code: (one.now, one.name) for code, one in former.items()},
        ):
            found = {now for now, name in named.values() if key(name) == key(wanted)}
            if len(found) == 1:
                return found.pop()
    raise NameResolutionError("layers.communes.unknown_province", text=text)


@lru_cache(maxsize=1)
def _vintages() -> tuple[_Vintage, ...]:
    rows = _rows("vintages.csv")
    own = {row["province"] for row in rows}
    found = [
        _Vintage(province, r["vintage"], int(r["units"]), r["changes"])
        for r in rows
        for province in (
            sorted(set(provinces()) - own) if r["province"] == _REST else [r["province"]]
        )
    ]
    return tuple(sorted(found, key=lambda vintage: vintage.first_day))


@lru_cache(maxsize=1)
def _former_communes() -> Mapping[str, tuple[dict[str, str], ...]]:
    """Changes of July 2025 by province of today, from the table of the whole country."""
    districts = {row["code"]: (row["name"], row["province"]) for row in _rows("districts-63.csv")}
    former, found = former_provinces(), defaultdict[str, list[dict[str, str]]](list)
    for row in _rows(_COUNTRY):
        district, province = districts[row["district"]]
        heirs = row["now"].split("|")
        found[former[province].now] += [
            {
                "old_code": row["code"],
                "old_name": row["name"],
                "old_kind": row["kind"],
                "old_district": district,
                "new_code": heir,
                "split": "1" if len(heirs) > 1 else "0",
            }
            for heir in heirs
        ]
    return {province: tuple(rows) for province, rows in found.items()}


def _changes(vintage: _Vintage) -> Sequence[dict[str, str]]:
    """Rows of the table of changes that ended a vintage."""
    if vintage.changes == _COUNTRY:
        return _former_communes()[vintage.province]
    return _rows(vintage.changes)


def vintages(province: str) -> tuple[str, ...]:
    """First days of the vintages known for a province, oldest first."""
    return tuple(v.first_day for v in _vintages() if v.province in (province, "*"))


def _as_day(on: Day) -> date:
    if on is None:
        return date.max
    if isinstance(on, date):
        return on
    text = str(on).strip()
    try:
        # A bare year means its last day: 2024 is the time of districts, 2025 that of today's units.
        return date(int(text), 12, 31) if len(text) == 4 else date.fromisoformat(text[:10])
    except ValueError:
        raise InputError("layers.communes.not_a_date", text=text) from None


def vintage_day(on: Day) -> str:
    """Day that a date or bare year means, ISO."""
    return _as_day(on).isoformat()


def vintage_on(on: Day = None, *, province: str | None = None) -> str:
    """Vintage in force on a day.

    Parameters
    ----------
    on : str, int, date or None
        ISO date, or a bare year, which means its last day; None means the newest vintage.
    province : str, optional
        Code of the province; without it the vintage must be one of the whole country.

    Returns
    -------
    str
        First day of the vintage, ISO.

    Raises
    ------
    InputError
        The date cannot be read, or no table reaches back so far.

    Examples
    --------
    >>> vintage_on("2024", province="20")
    '2024-12-01'
    """
    day = _as_day(on).isoformat()
    known = vintages(province or "*")
    earlier = [first_day for first_day in known if first_day <= day]
    if earlier:
        return earlier[-1]
    where = province or "–"
    raise InputError("layers.communes.before_known_units", where=where, known=known[0], day=day)


@lru_cache(maxsize=1)
def _newest() -> Mapping[str, Unit]:
    found = {}
    for row in _rows("communes-34.csv"):
        unit = Unit(row["code"], row["name"], row["kind"], row["province"], "", NEWEST_VINTAGE)
        found[unit.code] = unit
    return MappingProxyType(found)


@lru_cache(maxsize=128)  # Who looks for the province of a table asks for the units of each
def _units(province: str | None, vintage: str) -> Mapping[str, Unit]:
    if vintage == NEWEST_VINTAGE:
        every = _newest()
        found = {c: unit for c, unit in every.items() if province in (None, unit.province)}
        return MappingProxyType(found)
    if province is None:
        raise InputError("layers.communes.units_by_province", vintage=vintage)
    return MappingProxyType(_old_units(province, vintage))


def _old_units(province: str, vintage: str) -> dict[str, Unit]:
    here = next(v for v in _vintages() if (v.province, v.first_day) == (province, vintage))
    known = vintages(province)
    found = {}
    for row in _changes(here):
        code, name, kind = row["old_code"], row["old_name"], row["old_kind"]
        found[code] = Unit(code, name, kind, province, row["old_district"], vintage)
    # A table names the units that changed; the next vintage has those it leaves out as they were.
    for code, unit in _units(province, known[known.index(vintage) + 1]).items():
        found.setdefault(code, replace(unit, vintage=vintage))
    return dict(sorted(found.items()))


def communes_on(province: str | None = None, on: Day = None) -> Mapping[str, Unit]:
    """Communes in force on a day, by code; light, for looking up."""
    code = None if province is None else find_province(province)
    return _units(code, vintage_on(on, province=code))


def changes_after(province: str, vintage: str) -> tuple[Change, ...]:
    """Where the units of a vintage went when it ended."""
    here = [v for v in _vintages() if (v.province, v.first_day) == (province, vintage)]
    if not here:
        raise InputError(
            "layers.communes.no_table_of_changes",
            province=province,
            vintage=vintage,
            vintages=vintages(province),
        )
    told = [Change(r["old_code"], r["new_code"], r["split"] == "1") for r in _changes(here[0])]
    named = {change.old_code for change in told}
    told += [Change(c, c, split=False) for c in _units(province, vintage) if c not in named]
    return tuple(sorted(told, key=lambda change: (change.old_code, change.new_code)))


def list_communes(province: str | None = None, on: Day = None) -> pd.DataFrame:
    """Communes in force on a day, as a frame.

    Parameters
    ----------
    province : str, optional
        Code or name of the province; the whole country without it.
    on : str, int, date or None
        Day, or a bare year; the newest vintage without it.

    Returns
    -------
    pandas.DataFrame
        Columns ``code``, ``name``, ``kind``, ``province``, ``district`` (empty since July 2025) and
        ``vintage``, all text, in order of code.

    Raises
    ------
    InputError
        No table for that province and day.

    Examples
    --------
    >>> len(list_communes("20")), len(list_communes("20", on=2024))
    (65, 194)
    """
    import pandas as pd

    names = ["code", "name", "kind", "province", "district", "vintage"]
    found = communes_on(province, on).values()
    return pd.DataFrame(
        {name: [getattr(unit, name) for unit in found] for name in names}, dtype="str"
    )
