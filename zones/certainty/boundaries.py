"""Standard errors of measured areas from how precisely their plots were drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from layers.base.resources import data_table
from layers.crs.transform import to_crs
from layers.kinds.plots import PlotLayer
from layers.sampling.boundary import group_errors
from zones.measure.present import BEARING
from zones.tables import AREA_ERRORS

#: Subject of the rows that tell of the forest that counts for the cover rate.
FOREST = "forest"

#: Land whose forest counts for the rate.
COUNTS_FOR_COVER = ("natural_forest", "planted_forest")
#: A ledger is written in steps of 0.01 ha: a uniform error (ha²).
_LEDGER_VARIANCE = 0.01**2 / 12


@dataclass(frozen=True, slots=True)
class Drawing:
    """How precisely the boundaries of a layer were drawn."""

    error_m: float  # Standard deviation of a vertex's error in east and in north
    correlation_m: float  # Distance along the boundary over which errors go together


def known_drawings() -> dict[str, Drawing]:
    """Usual precision of boundaries by where they come from (``data/boundary_errors.csv``)."""
    table = data_table("boundary_errors.csv")
    return {
        str(row["source"]): Drawing(float(row["error_m"]), float(row["correlation_m"]))
        for row in table.to_dict("records")
    }


def boundary_errors(
    name: str,
    layer: PlotLayer,
    communes: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    drawing: Drawing,
    *,
    covers_forest: bool,
) -> pd.DataFrame:
    """Standard error (ha) of each crop of a layer, whole and by commune; ``AREA_ERRORS``.

    ``communes`` are in the area CRS ``crs``. A plot belongs to the commune of a point inside it.
    """
    plots = to_crs(layer.plots, crs)
    plots = plots.assign(at=_commune_of(plots, communes))
    plots = plots[plots["at"] != ""]
    # Of plots that fit together any part does.
    fit = bool(shapely.coverage_is_valid(plots.geometry.to_numpy()))
    subjects = dict(_crops(plots, layer.crop_weights))
    if covers_forest:
        subjects[FOREST] = plots[plots["land"].isin(COUNTS_FOR_COVER)].assign(weight=1.0)
    frames = [
        _weighted_error(part, drawing, fit=fit)
        .rename_axis("commune_code")
        .reset_index()
        .assign(subject=subject)
        for subject, rows in subjects.items()
        for part in (rows.assign(at=""), rows)
    ]
    if not frames:
        return AREA_ERRORS.empty()
    missing = dict.fromkeys(("area_ha", "low_ha", "high_ha", "own_weight_ratio"))
    return AREA_ERRORS.validate(
        pd.concat(frames, ignore_index=True).assign(
            layer=name, origin="boundary", points=None, error_m=drawing.error_m, strata="", seen="",
            **missing,
        )
    )  # fmt: skip


def _commune_of(plots: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.Series[str]:
    inside = plots.geometry.representative_point()
    # Asked by commune, of which there are few: GEOS prepares the shape that asks.
    commune, point = inside.sindex.query(communes.geometry.to_numpy(), predicate="intersects")
    codes = communes["commune_code"].to_numpy()[commune]
    # On ground that two communes claim, the lower code holds it, as everywhere.
    first = pd.Series(codes, index=point).groupby(level=0).min()
    return pd.Series(first.reindex(range(len(plots))).fillna("").to_numpy(), index=plots.index)


def _crops(
    plots: gpd.GeoDataFrame, weights: pd.DataFrame
) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Plots that bear each crop, with its share of each."""
    bearing = plots[plots["land"].isin(BEARING)]
    shared = bearing.merge(weights, on="row", how="inner")
    for crop, rows in shared.groupby("crop"):
        yield str(crop), rows


def _weighted_error(rows: gpd.GeoDataFrame, drawing: Drawing, *, fit: bool) -> pd.Series[float]:
    """Error by ``at``: plots of one share are one area, those of others another."""
    shares = rows["weight"].round(6)
    keys = rows["at"] + "\t" + shares.astype("str")
    errors = group_errors(
        rows.geometry.to_numpy(),
        keys,
        error_m=drawing.error_m,
        correlation_m=drawing.correlation_m,
        fit=fit and not rows["row"].duplicated().any(),
    )
    parts = errors.index.str.split("\t")
    variance = (errors * parts.str[1].astype("float64")) ** 2
    rounding = rows["ledger_ha"].notna() * _LEDGER_VARIANCE * shares**2
    total = variance.groupby(parts.str[0]).sum().add(rounding.groupby(rows["at"]).sum())
    return total.pow(0.5).rename("standard_error_ha")
