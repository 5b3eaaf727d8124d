"""A forest status layer against the communes of the project: where plots lie and what they name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.base.findings import Finding

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.communes.crosswalk import CommuneList
    from layers.kinds.plots import PlotLayer

__all__ = ["PlaceCheck", "check_places"]


@dataclass(frozen=True, slots=True)
class PlaceCheck:
    """What the places of plots told.

    Parameters
    ----------
    disagreements : pandas.DataFrame
        Columns of ``layers.communes.location_check.DISAGREEMENTS``.
    findings : list of Finding
        Errors and problems.
    """

    disagreements: pd.DataFrame
    findings: list[Finding] = field(default_factory=list)


def check_places(
    name: str,
    layer: PlotLayer,
    communes: gpd.GeoDataFrame,
    listed: CommuneList,
    *,
    vintage: str | None = None,
) -> PlaceCheck:
    """Compare where plots lie with the communes they name; find a wrong CRS by it."""
    from layers.communes.crosswalk import named_communes
    from layers.communes.location_check import DISAGREEMENTS, check_meridian, check_named_communes

    named, found = named_communes(layer.plots, listed, vintage=vintage, source=name)
    # An old commune that was divided names no single place to hold a plot against.
    single = named.mask(named.str.contains("|", regex=False, na=False))
    moved = check_meridian(layer.plots, single, communes, source=name)
    if any(item.kind in ("crs-wrong-meridian", "communes-disagree") for item in moved):
        return PlaceCheck(DISAGREEMENTS.empty(), [*found, *moved])
    table, disagree = check_named_communes(layer.plots, named, communes, source=name)
    return PlaceCheck(table, [*found, *moved, *disagree])
