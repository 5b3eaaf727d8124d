"""What an allocation is made from: tables, checked together before anything is solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from layers.base.errors import SchemaError
from layers.base.schema import Schema, read_schema
from layers.base.short_repr import short_repr
from layers.io.table import (
    read_table,
    refuse_percents,
    refuse_sheets_alike,
    require_hectares,
)
from layers.io.values import (
    Decimal,
    as_commune_code,
    as_text,
    parse_numbers,
    refuse_formulas,
)
from zones.tables import ALLOCATION_SOURCES

COMMUNES = read_schema("zones.allocation", "communes")
GROUND = read_schema("zones.allocation", "ground")
PRESENT = read_schema("zones.allocation", "present")
AVAILABLE = read_schema("zones.allocation", "available")
SUITABILITY = read_schema("zones.allocation", "suitability")
TARGETS_HA = read_schema("zones.allocation", "allocation targets")
LISTED = read_schema("zones.allocation", "listed")
PACE = read_schema("zones.allocation", "pace")
LOCKS = read_schema("zones.allocation", "locks")
LOSSES = read_schema("zones.allocation", "losses")
COVER = read_schema("zones.allocation", "cover change")
COVER_ASKED = read_schema("zones.allocation", "cover asked")
COUNTED = read_schema("zones.allocation", "counted hectares")


@dataclass(frozen=True, slots=True)
class AllocationSettings:
    """How the stages of the allocation weigh things; all editable in the project file.

    Parameters
    ----------
    first_year, last_year : int
        Years in which hectares are added.
    unlisted_cost : float
        What a hectare outside the plan's open list costs, against 1 for a hectare of suitability 0
        on the list.
    must_weight : float
        What a missing hectare of a ``must`` weighs, against a target's importance of 1.
    zone_first_year : mapping of str to int
        First year of zones of which later years than the others' are in the present area already.
    """

    first_year: int
    last_year: int
    unlisted_cost: float = 1.0
    must_weight: float = 10.0
    zone_first_year: Mapping[str, int] = field(default_factory=dict)

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the plan, in order."""
        return tuple(range(self.first_year, self.last_year + 1))


@dataclass(frozen=True, slots=True)
class AllocationInputs:
    """Tables of one allocation; their columns are those of the schemas of this room.

    Parameters
    ----------
    communes : pandas.DataFrame
        ``COMMUNES``.
    present : pandas.DataFrame
        ``PRESENT``; a zone without a row was not measured.
    sources : pandas.DataFrame
        ``ALLOCATION_SOURCES``.
    available : pandas.DataFrame
        ``AVAILABLE``; every hectare stands in one source only.
    suitability : pandas.DataFrame
        ``SUITABILITY``.
    targets : pandas.DataFrame
        ``TARGETS_HA``.
    listed : pandas.DataFrame
        ``LISTED``; a zone without a row is open to the whole province.
    pace : pandas.DataFrame
        ``PACE``.
    locks : pandas.DataFrame
        ``LOCKS``.
    losses : pandas.DataFrame
        ``LOSSES``.
    cover : pandas.DataFrame
        ``COVER``; where no row stands, planting changes no forest cover.
    ground : pandas.DataFrame
        ``GROUND``; of a commune without a row it is not checked.
    cover_asked : pandas.DataFrame
        ``COVER_ASKED``; no row: forest cover is not asked for.
    counted : pandas.DataFrame
        ``COUNTED``; where no row stands, a hectare changes nothing.
    natural_area_ha : float
        Official natural area of the province, for points of forest cover; NaN if unknown.
    """

    communes: pd.DataFrame
    present: pd.DataFrame
    sources: pd.DataFrame
    available: pd.DataFrame
    suitability: pd.DataFrame
    targets: pd.DataFrame
    listed: pd.DataFrame = field(default_factory=LISTED.empty)
    pace: pd.DataFrame = field(default_factory=PACE.empty)
    locks: pd.DataFrame = field(default_factory=LOCKS.empty)
    losses: pd.DataFrame = field(default_factory=LOSSES.empty)
    cover: pd.DataFrame = field(default_factory=COVER.empty)
    ground: pd.DataFrame = field(default_factory=GROUND.empty)
    cover_asked: pd.DataFrame = field(default_factory=COVER_ASKED.empty)
    counted: pd.DataFrame = field(default_factory=COUNTED.empty)
    natural_area_ha: float = float("nan")

    __repr__ = short_repr


#: Schema of each table of the inputs.
SCHEMAS: dict[str, Schema] = {
    "communes": COMMUNES,
    "present": PRESENT,
    "sources": ALLOCATION_SOURCES,
    "available": AVAILABLE,
    "suitability": SUITABILITY,
    "targets": TARGETS_HA,
    "listed": LISTED,
    "pace": PACE,
    "locks": LOCKS,
    "losses": LOSSES,
    "cover": COVER,
    "ground": GROUND,
    "cover_asked": COVER_ASKED,
    "counted": COUNTED,
}

#: Columns that tell the rows of each table apart.
KEYS: dict[str, list[str]] = {
    "communes": ["commune_code"],
    "present": ["zone", "commune_code"],
    "sources": ["source"],
    "available": ["commune_code", "source", "from_year", "until_year"],
    "suitability": ["zone", "source", "commune_code"],
    "targets": ["target"],
    "listed": ["zone", "commune_code"],
    "pace": ["zone", "commune_code", "year"],
    "locks": ["zone", "commune_code", "source", "lock"],
    "losses": ["zone", "commune_code", "year", "source"],
    "cover": ["zone", "source"],
    "ground": ["commune_code"],
    "cover_asked": ["target", "form"],
    "counted": ["target", "form", "zone", "source", "year"],
}

#: Text columns in which an empty cell says something, by the name of the schema.
MAY_BE_EMPTY: dict[str, tuple[str, ...]] = {
    "allocation targets": ("commune_code", "clause"),
    "pace": ("zone", "commune_code"),
    "locks": ("source", "commune_code", "plot"),
    "losses": ("source",),
    "land sources": (
        "limit_of",
        "layer_kind",
        "land",
        "three_forest",
        "crop",
        "less_present",
        "instead_of",
    ),
}


def read_figures(schema: Schema, path: Path, *, decimal: Decimal | None = None) -> pd.DataFrame:
    """Read a table that stands in for one of the allocation's."""
    frame = read_table(path)
    refuse_sheets_alike(frame, source=str(path))
    return figures_of(schema, frame, path, decimal=decimal)


def figures_of(
    schema: Schema, frame: pd.DataFrame, path: Path, *, decimal: Decimal | None = None
) -> pd.DataFrame:
    """Figures of a table as it was read from a file."""
    if "origin" in schema.names and "origin" not in frame.columns:
        frame = frame.assign(origin=path.name)
    empty = MAY_BE_EMPTY.get(schema.name, ())
    for column in schema.columns:
        name = column.name
        if name not in frame.columns:
            if column.nullable or name in empty:
                frame = frame.assign(**{name: np.nan if column.kind != "text" else ""})
            continue
        if column.kind == "text":
            refuse_formulas(frame[name], source=f"{path}: {name}")
            read = as_commune_code if name == "commune_code" else as_text
            blank = name in empty or column.nullable
            frame[name] = read(frame[name]).fillna("") if blank else read(frame[name])
            continue
        if not name.endswith("_ratio"):  # of which 60% is as good as 0.6
            if hectares := name.endswith("_ha"):
                require_hectares(name, source=str(path), frame=frame)
            refuse_percents(frame, name, source=f"{path}: {name}", hectares=hectares)
        mark = decimal if column.kind == "number" else None
        frame[name] = parse_numbers(frame[name], source=f"{path}: {name}", decimal=mark)
    try:
        return schema.validate(frame)
    except SchemaError as error:
        raise SchemaError("zones.allocation.in_file", path=path, what=error.phrase) from None
