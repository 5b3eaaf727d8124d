"""Tables of one's own for an allocation: CSV, Excel or Parquet, figures as offices write them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from layers.base.errors import SchemaError
from layers.base.schema import Schema
from layers.io.table import parse_numbers, read_table
from zones.allocation.inputs import MAY_BE_EMPTY

__all__ = ["Decimal", "read_figures"]

Decimal = Literal[".", ","]


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
            blank = name in empty or column.nullable
            frame[name] = frame[name].fillna("") if blank else frame[name]
            continue
        mark = decimal if column.kind == "number" else None
        frame[name] = parse_numbers(frame[name], source=f"{path}: {name}", decimal=mark)
    try:
        return schema.validate(frame)
    except SchemaError as error:
        raise SchemaError(
            en=f"{path}: {error.phrase.en}", vi=f"{path}: {error.phrase.vi}"
        ) from None
