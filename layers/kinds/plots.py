"""Plots of a polygon layer after reading: one canonical frame, whatever the file looked like."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from layers.base.findings import Findings
from layers.base.schema import read_schema
from layers.base.short_repr import short_repr

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

PLOTS = read_schema("layers.kinds", "plots")

CROP_WEIGHTS = read_schema("layers.kinds", "crop weights")


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

    __repr__ = short_repr
