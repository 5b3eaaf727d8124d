"""Every field of a forest status layer as its file holds it: what an office gets back unchanged."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas.api.types import is_float_dtype, is_numeric_dtype, is_string_dtype

from layers.crs.source import read_layer
from layers.io.vector import VectorFile
from layers.kinds.forest_fields import FieldMatch, forest_fields


def status_attributes(file: VectorFile, match: FieldMatch) -> pd.DataFrame:
    """Fields by record (``row`` of the plots): the 51 under their names, others as spelt there.

    Whole numbers stay whole where a field has empty cells; dates are text.
    """
    raw, _ = read_layer(file)
    fields = {spelt: field for field, spelt in match.columns.items()}
    table = pd.DataFrame(raw.drop(columns="geometry")).rename(columns=fields)
    whole = set(forest_fields().query("type == 'integer'")["field"])
    names = [str(name) for name in table]
    counts = [name for name in names if name in whole and _is_whole(table[name])]
    others = [name for name in names if not _is_plain(table[name])]
    texts = {name: table[name].astype("str").where(table[name].notna()) for name in others}
    return table.assign(**{name: table[name].astype("Int64") for name in counts}, **texts)


def _is_plain(values: pd.Series[Any]) -> bool:
    """Whether values are numbers or text, which every GIS gives back as they were."""
    return is_numeric_dtype(values.dtype) or is_string_dtype(values.dtype)


def _is_whole(values: pd.Series[float]) -> bool:
    told = values.dropna()
    return is_float_dtype(values.dtype) and bool(told.eq(told.round()).all())
