"""Plots of a polygon layer after reading: one canonical frame, whatever the file looked like."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from layers.base.findings import Findings
from layers.base.schema import Column, Schema

#: Closed vocabulary of ``land`` for a forest status layer; a land-use map keeps its own codes and
#: a crop-plot layer says ``crop``. ``unclassified`` is the part of a commune no plot covers,
#: ``overlap`` (below zero) what plots cover more than once.
LAND_CLASSES = (
    "natural_forest",
    "planted_forest",
    "not_yet_forest",
    "regenerating",
    "bare",
    "farmland",
    "water",
    "other",
    "unclassified",
    "overlap",
)

PLOTS = Schema(
    "plots",
    (
        Column("row", "integer", "record number in the file, from 0; unique"),
        Column("plot", "text", "label a person can find: tk/khoanh/lo, else the row number"),
        Column(
            "commune_code", "text", "commune the record names; not where it lies", nullable=True
        ),
        Column("commune", "text", "commune name the record carries, NFC", nullable=True),
        Column("land", "text", "land class, see LAND_CLASSES"),
        Column("three_forest", "text", "protection, special_use, production or outside"),
        Column("planting_year", "integer", "year of planting", nullable=True),
        Column("ledger_ha", "number", "area by the ledger (dtich)", "ha", nullable=True, minimum=0),
    ),
)

CROP_WEIGHTS = Schema(
    "crop weights",
    (
        Column("row", "integer", "record number of the plot"),
        Column("crop", "text", "crop id of data/crops.csv, or the species' own name if unknown"),
        Column("weight", "number", "share of the plot; weights of a plot sum to 1", minimum=0),
    ),
)


@dataclass(frozen=True, slots=True)
class PlotLayer:
    """A polygon layer as the rest of the house sees it.

    Parameters
    ----------
    plots : geopandas.GeoDataFrame
        Columns of ``PLOTS`` and a polygonal ``geometry``, one row per record kept, in the CRS of
        the file. A layer of a given kind may carry further columns.
    crop_weights : pandas.DataFrame
        Columns of ``CROP_WEIGHTS``; a plot without a crop has no row. Weights are applied to areas
        after the overlay; geometry is never duplicated.
    findings : Findings
        What was wrong, assumed, converted or repaired.
    """

    plots: gpd.GeoDataFrame
    crop_weights: pd.DataFrame
    findings: Findings = field(default_factory=Findings)
