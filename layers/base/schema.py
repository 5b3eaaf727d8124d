"""Schemas of frames: columns, dtypes, units and null rules, written once.

A schema validates a frame, puts its columns in order and documents them. pandera does the first of
the three, but loads for a second and knows no units, so the few lines that are needed stand here.
The columns of a room's tables are data: ``tables.csv`` beside the code, a row for each column.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
import itertools
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from layers.base.errors import SchemaError

Kind = Literal["text", "number", "integer", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame."""

    name: str  # Name, with its unit as suffix where it has one (``area_ha``, ``share_ratio``)
    # ``text`` is pandas' ``str``, ``number`` float64, ``integer`` Int64, ``boolean`` bool
    kind: Kind
    meaning: str  # What it holds
    unit: str = ""  # Unit, empty for none
    nullable: bool = False  # Whether a missing value may stand there (missing is never zero)
    minimum: float | None = None  # Smallest value allowed
    meaning_vi: str = ""  # The same in Vietnamese, for tables that the documentation lists


# pandas 3 reads and joins text as ``str``; one dtype for text keeps every join on equal terms.
_DTYPES: dict[Kind, Any] = {
    "text": pd.StringDtype(na_value=np.nan),
    "number": "float64",
    "integer": "Int64",
    "boolean": "bool",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns of a frame, in order."""

    name: str  # Name of the table, used in messages
    columns: tuple[Column, ...]  # Its columns

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        """Frame without rows."""
        return _empty(self.columns).copy()

    def validate(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Check a frame and put its columns in order; columns beyond the schema follow."""
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            found = [str(name) for name in frame.columns]
            raise SchemaError(
                "layers.base.columns_missing", name=self.name, missing=missing, found=found
            )
        rest: list[Hashable] = [name for name in frame.columns if name not in self.names]
        result = frame[[*self.names, *rest]]  # of which pandas copies what is written
        faults = [fault for column in self.columns if (fault := self._take(result, column))]
        if faults:
            text = "; ".join(faults)
            raise SchemaError("layers.base.columns_wrong", name=self.name, text=text)
        return result

    @staticmethod
    def _take(frame: pd.DataFrame, column: Column) -> str | None:
        values = frame[column.name]
        try:
            if values.dtype != _DTYPES[column.kind]:
                frame[column.name] = values.astype(_DTYPES[column.kind])
        except (TypeError, ValueError):
            return f"{column.name}: {column.kind} expected, found {values.dtype}"
        nulls = int(values.isna().sum())
        if nulls and not column.nullable:
            return f"{column.name}: {nulls} missing"
        if column.minimum is not None:
            low = int((frame[column.name] < column.minimum).sum())
            if low:
                return f"{column.name}: {low} below {column.minimum:g} {column.unit}".rstrip()
        return None


@functools.cache
def _empty(columns: tuple[Column, ...]) -> pd.DataFrame:
    return pd.DataFrame({c.name: pd.Series(dtype=_DTYPES[c.kind]) for c in columns})


def read_schema(room: str, table: str) -> Schema:
    """Schema of a table of a room (``zones.forest``), from its ``tables.csv``."""
    return Schema(table, _tables(room)[table])


@functools.cache
def _tables(room: str) -> dict[str, tuple[Column, ...]]:
    text = importlib.resources.files(room).joinpath("tables.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        table: tuple(_column(row) for row in group)
        for table, group in itertools.groupby(rows, key=lambda row: row["table"])
    }


def _column(row: dict[str, str]) -> Column:
    return Column(
        name=row["column"],
        kind=cast("Kind", row["kind"]),
        meaning=row["meaning"],
        unit=row["unit"],
        nullable=row["null"] == "yes",
        minimum=float(row["minimum"]) if row["minimum"] else None,
        meaning_vi=row.get("meaning_vi") or "",
    )
