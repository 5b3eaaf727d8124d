"""Where the records of a layer lie: the commune that holds most of those of each code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["majority_places"]

#: Records looked at for each code; a code is told by most of them, not by all.
_SAMPLE = 100


def majority_places(
    frame: pd.DataFrame, communes: pd.DataFrame, rows: Mapping[str, Sequence[int]]
) -> dict[str, str]:
    """Find the commune in which most records of each code lie."""
    import geopandas as gpd

    for one in (frame, communes):
        if not isinstance(one, gpd.GeoDataFrame) or one.active_geometry_name is None or not one.crs:
            return {}
    chosen = [
        (code, row)
        for code, every in rows.items()
        for row in every[:: max(1, len(every) // _SAMPLE)]
    ]
    shapes = frame.geometry.iloc[[row for _, row in chosen]]
    points = gpd.GeoDataFrame(
        {"code": [code for code, _ in chosen]},
        geometry=shapes.representative_point().to_numpy(),
        crs=frame.crs,
    ).to_crs(communes.crs)
    held = points.sjoin(communes[["commune_code", communes.geometry.name]], predicate="within")
    counts = held.groupby("code")["commune_code"].value_counts()
    total = points.groupby("code").size()
    return {
        str(code): str(place) for (code, place), count in counts.items() if count > total[code] / 2
    }
