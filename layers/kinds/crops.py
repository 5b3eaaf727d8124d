"""Crops: ids, names, species and whether a crop can ever be forest (``data/crops.csv``)."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from layers.base.resources import data_path
from layers.base.schema import Column, Schema

__all__ = ["CROPS", "load_crops"]

CROPS = Schema(
    "crops",
    (
        Column("crop", "text", "crop id, unique"),
        Column("name_vi", "text", "name in Vietnamese"),
        Column("name_en", "text", "name in English"),
        Column("species", "text", "scientific name(s)", nullable=True),
        Column("land_kind", "text", "forest, orchard, annual or understorey"),
        Column("counts_for_cover", "text", "yes (once established), never, by land"),
        Column("cover_lag_years", "integer", "years until it counts", "years", nullable=True),
    ),
)


@lru_cache(maxsize=1)
def _table() -> pd.DataFrame:
    return CROPS.validate(pd.read_csv(data_path("crops.csv")))


def load_crops() -> pd.DataFrame:
    """Table of crops.

    Returns
    -------
    pandas.DataFrame
        Columns of ``CROPS``, one row per crop.

    Examples
    --------
    >>> load_crops().set_index("crop").loc["pine", "name_vi"]
    'Thông'
    """
    return _table().copy()
