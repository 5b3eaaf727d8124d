"""What an allocation is made from: ten tables, checked together before anything is solved."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from layers.base.errors import SchemaError
from layers.base.schema import Column, Schema
from layers.io.table import read_table
from layers.io.values import Decimal, as_commune_code, as_text, parse_numbers
from zones.tables import ALLOCATION_SOURCES

COMMUNES = Schema(
    "communes",
    (
        Column("commune_code", "text", "commune"),
        Column("commune", "text", "name of the commune"),
    ),
)

GROUND = Schema(
    "ground",
    (
        Column("commune_code", "text", "commune"),
        Column("ground_ha", "number", "all its ground: no more land can be used", "ha", minimum=0),
    ),
)

PRESENT = Schema(
    "present",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column("present_ha", "number", "measured area", "ha", minimum=0),
    ),
)

AVAILABLE = Schema(
    "available",
    (
        Column("commune_code", "text", "commune"),
        Column("source", "text", "land source"),
        Column("area_ha", "number", "land that may be planted", "ha", minimum=0),
        Column("origin", "text", "layer or table the figure comes from"),
        Column("from_year", "integer", "first year it is free; missing: at once", nullable=True),
        Column("until_year", "integer", "last year it may be used; missing: any", nullable=True),
    ),
)

SUITABILITY = Schema(
    "suitability",
    (
        Column("zone", "text", "id of the zone"),
        Column("source", "text", "land source"),
        Column("commune_code", "text", "commune"),
        Column("suitability", "number", "0 (must not) to 1 (best); no row: must not", minimum=0),
    ),
)

TARGETS_HA = Schema(
    "allocation targets",
    (
        Column("target", "text", "id of the target, unique"),
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune, or empty for the whole zone"),
        Column("year", "integer", "year the target is due"),
        Column("low_ha", "number", "lower end", "ha", nullable=True, minimum=0),
        Column("high_ha", "number", "upper end", "ha", nullable=True, minimum=0),
        Column("importance", "number", "what a missing hectare weighs", minimum=0),
        Column("clause", "text", "clause of the plan", nullable=True),
    ),
)

LISTED = Schema(
    "listed",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune the plan lists"),
        Column("list", "text", "open: others at a cost; closed: no others"),
    ),
)

PACE = Schema(
    "pace",
    (
        Column("zone", "text", "id of the zone, or empty for all together"),
        Column("commune_code", "text", "commune, or empty for all together"),
        Column("year", "integer", "year; missing: each year", nullable=True),
        Column("low_ha", "number", "least to be planted", "ha", nullable=True, minimum=0),
        Column("high_ha", "number", "most that can be planted", "ha", nullable=True, minimum=0),
    ),
)

LOCKS = Schema(
    "locks",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column("source", "text", "land source, or empty for all together"),
        Column("lock", "text", "must, may (though the list is closed) or must_not"),
        Column("area_ha", "number", "least area of a must", "ha", nullable=True, minimum=0),
    ),
)

LOSSES = Schema(
    "losses",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column("year", "integer", "year of the loss"),
        Column("loss_ha", "number", "area lost", "ha", minimum=0),
        Column("source", "text", "land source it joins the year after; empty: none"),
    ),
)

COVER = Schema(
    "cover change",
    (
        Column("zone", "text", "id of the zone"),
        Column("source", "text", "land source"),
        Column("cover_change_ratio", "number", "forest gained (1) or lost (−1) per hectare"),
    ),
)


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
    """

    first_year: int
    last_year: int
    unlisted_cost: float = 1.0
    must_weight: float = 10.0

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
    natural_area_ha: float = float("nan")


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
            read = as_commune_code if name == "commune_code" else as_text
            blank = name in empty or column.nullable
            frame[name] = read(frame[name]).fillna("") if blank else read(frame[name])
            continue
        mark = decimal if column.kind == "number" else None
        frame[name] = parse_numbers(frame[name], source=f"{path}: {name}", decimal=mark)
    try:
        return schema.validate(frame)
    except SchemaError as error:
        raise SchemaError("zones.allocation.in_file", path=path, what=error.phrase) from None
