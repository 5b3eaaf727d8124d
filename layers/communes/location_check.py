"""In which commune a plot lies, whether that is the one it names, and whether its CRS is right.

A neighbour zone's meridian moves a layer by 26 km, which still falls inside the province; a lost
datum shift moves it by 224 m. Neither shows in the extent, so plots are compared with the communes
they name.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.ops import nearest_points

from layers.base.errors import InputError, MissingFileError
from layers.base.findings import Finding, Severity
from layers.base.messages import message
from layers.base.resources import data_path
from layers.base.schema import read_schema
from layers.communes.crs_fit import Fit, best_fits, certain, fits_of
from layers.communes.gazetteer import NEWEST_VINTAGE, Day, vintage_on
from layers.crs.source import degree_box
from layers.crs.transform import WGS84, FloatArray, to_crs, transformation

# Below this share of centres, or of hectares, in place, something larger than edges is wrong.
_LOST_RATIO = 0.5
# So many plots that hold more than this share of the hectares are no slips: the CRS may be wrong.
_MANY_PLOTS = 20
_MANY_RATIO = 0.05

# Below this share of its area inside the communes a layer is taken to lie elsewhere altogether.
_LITTLE_RATIO = 0.05
# A whole layer this far from the known centres is of another place, or its CRS is another.
_ELSEWHERE_KM = 50.0
# A centre known to 0.01° is off by 0.8 km at most; one further from its commune is another's.
_CENTRE_OFF_KM = 1.0

DISAGREEMENTS = read_schema("layers.communes", "plots outside the commune they name")


def locate_points(points: gpd.GeoSeries, communes: gpd.GeoDataFrame) -> pd.Series[str]:
    """Commune in which each point lies."""
    # The tree holds the points: a query prepares what it asks with, here the large polygons.
    commune, number = shapely.STRtree(points.to_numpy()).query(
        communes.geometry.to_numpy(), predicate="intersects"
    )
    order = np.lexsort((commune, number))
    number, commune = number[order], commune[order]
    first = np.unique(number, return_index=True)[1]
    codes = np.full(len(points), None, dtype=object)
    codes[number[first]] = communes["commune_code"].to_numpy(dtype=object)[commune[first]]
    return pd.Series(codes, index=points.index, dtype=pd.StringDtype(na_value=np.nan))


def locate_plots(plots: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.Series[str]:
    """Commune that holds the middle of each plot."""
    return locate_points(to_crs(plots.geometry.representative_point(), communes.crs), communes)


def check_reach(
    plots: gpd.GeoDataFrame,
    lies: pd.Series[str],
    communes: gpd.GeoDataFrame,
    *,
    part: bool,
    source: str,
) -> list[Finding]:
    """Tell a layer of which nothing, or little, meets the communes; ``part``: of the province."""
    area = plots["geometry_ha"]
    share = float(area[lies.notna()].sum() / area.sum()) if area.sum() > 0 else 0.0
    if share < _LOST_RATIO and area.sum() > 0:
        # A large plot may lie in the communes for the most part, though its middle does not.
        inside = area.where(lies.notna(), area * _share_inside(plots[lies.isna()], communes))
        share = float(inside.sum() / area.sum())
    if share >= _LITTLE_RATIO and (share >= _LOST_RATIO or part):
        return []
    if share > 0 and part:
        return []
    return [
        Finding(
            "error" if share < _LITTLE_RATIO else "problem",
            "layer-elsewhere",
            source,
            message(
                "layers.communes.layer_elsewhere",
                percent=100 * share,
                layer=degree_box(plots.total_bounds, plots.crs),
                communes=degree_box(communes.total_bounds, communes.crs),
                crs=plots.crs.name,
            ),
            count=len(plots),
            area_ha=float(area[lies.isna()].sum()),
        )
    ]


def _share_inside(plots: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.Series[float]:
    """Share of each plot that lies in the communes."""
    shapes = shapely.make_valid(to_crs(plots.geometry, communes.crs).to_numpy())
    ground = communes.geometry.to_numpy()
    plot, commune = shapely.STRtree(ground).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[plot], ground[commune]))
    inside, whole = np.bincount(plot, shared, len(shapes)), shapely.area(shapes)
    share = np.divide(inside, whole, out=np.zeros(len(shapes)), where=whole > 0)
    return pd.Series(np.minimum(share, 1.0), index=plots.index)


def check_centres(
    communes: gpd.GeoDataFrame, province: str, *, on: Day, source: str
) -> list[Finding]:
    """Hold boundaries, in the CRS of their file, against the known centres of the communes.

    The centres (``data/communes-….csv``, to 0.01°) are known for some provinces.
    """
    try:
        path = data_path(f"communes-{province}.csv")
    except MissingFileError:
        return []
    if vintage_on(on, province=province) != NEWEST_VINTAGE:
        return []
    known = pd.read_csv(path, dtype={"code": str}, keep_default_na=False, na_values="").set_index(
        "code"
    )[["centre_lon", "centre_lat"]]
    shapes = communes.set_index("commune_code").geometry
    known = known[known.index.isin(shapes.index)]
    shapes = shapes.loc[known.index]
    centres = _Centres(known["centre_lon"].to_numpy(), known["centre_lat"].to_numpy(), shapes)
    declared = centres.agreement(communes.crs)
    if shapes.empty:
        return []
    elsewhere = centres.elsewhere(communes.crs)
    if declared >= _LOST_RATIO:
        return _exchanged(elsewhere, communes, source)
    fits = fits_of(centres.agreement, province) if communes.crs.is_projected else []
    if fits and fits[0].ratio >= _LOST_RATIO:
        return [_wrong_zone(communes.crs, fits, declared, source)]
    if len(elsewhere) >= _LOST_RATIO * len(shapes):
        return _exchanged(elsewhere, communes, source, mostly=True)
    apart = centres.kilometres(communes.crs)
    if apart > _ELSEWHERE_KM:
        return [_boundaries_elsewhere(communes, apart, source)]
    return _exchanged(elsewhere, communes, source)


class _Centres:
    """Known centres of communes, were the coordinates of the boundaries in one CRS or another."""

    def __init__(self, lon: FloatArray, lat: FloatArray, shapes: gpd.GeoSeries) -> None:
        self.lon, self.lat, self.shapes = lon, lat, shapes

    def agreement(self, crs: pyproj.CRS) -> float:
        """Share of communes that hold their own centre."""
        x, y = transformation(WGS84, crs).transform(self.lon, self.lat)
        shapes = self.shapes.to_numpy()
        inside = [shapely.intersects_xy(*one) for one in zip(shapes, x, y, strict=True)]
        return float(np.mean(inside)) if inside else 0.0

    def elsewhere(self, crs: pyproj.CRS) -> dict[str, str]:
        """Code of each commune whose centre lies off it, and that of the commune it lies in."""
        x, y = transformation(WGS84, crs).transform(self.lon, self.lat)
        points: npt.NDArray[Any] = np.asarray(shapely.points(x, y), dtype=object)
        held = shapely.intersects(self.shapes.to_numpy(), points)
        tree, codes, found = shapely.STRtree(self.shapes.to_numpy()), self.shapes.index, {}
        for row in np.flatnonzero(~held):
            others = tree.query(points[row], predicate="intersects")
            near = nearest_points(self.shapes.iloc[row], points[row])[0]
            lon, lat = transformation(crs, WGS84).transform(near.x, near.y)
            apart = pyproj.Geod(ellps="WGS84").inv(lon, lat, self.lon[row], self.lat[row])[2]
            if len(others) and apart > 1000 * _CENTRE_OFF_KM:
                found[str(codes[row])] = str(codes[others[0]])
        return found

    def kilometres(self, crs: pyproj.CRS) -> float:
        """Median distance of a commune from its centre, on the ellipsoid."""
        middles = to_crs(
            self.shapes.set_crs(crs, allow_override=True).representative_point(), WGS84
        )
        geod = pyproj.Geod(ellps="WGS84")
        return float(np.median(geod.inv(self.lon, self.lat, middles.x, middles.y)[2])) / 1000


def _exchanged(
    elsewhere: dict[str, str],
    communes: gpd.GeoDataFrame,
    source: str,
    *,
    mostly: bool = False,
) -> list[Finding]:
    """Tell communes whose polygon seems to be another's: their hectares would be the other's.

    Where they are the most of the layer it is an error.
    """
    if not elsewhere:
        return []
    names = dict(zip(communes["commune_code"], communes["commune"], strict=True))
    pairs = [f"{a} {names[a]} → {b} {names[b]}" for a, b in elsewhere.items()]
    told: dict[str, Any] = {"count": len(pairs), "pairs": pairs}
    if mostly:
        what = message("layers.communes.polygons_mostly_exchanged", total=len(communes), **told)
    else:
        what = message("layers.communes.polygons_exchanged", **told)
    examples = tuple(list(elsewhere)[:5])
    severity: Severity = "error" if mostly else "problem"
    return [Finding(severity, "polygon-of-another", source, what, len(pairs), examples=examples)]


def _wrong_zone(crs: pyproj.CRS, fits: list[Fit], declared: float, source: str) -> Finding:
    values: dict[str, object] = {"declared": 100 * declared, "crs": crs.name}
    best = fits[0]
    if certain(fits):
        values |= {"best": best.code, "name": best.name, "found": 100 * best.ratio}
        told = message("layers.communes.boundaries_of_other_meridian", **values)
    else:
        candidates = best_fits(fits)
        told = message("layers.communes.boundaries_of_unsure_crs", candidates=candidates, **values)
    return Finding("error", "crs-wrong-meridian", source, told)


def _boundaries_elsewhere(communes: gpd.GeoDataFrame, apart_km: float, source: str) -> Finding:
    return Finding(
        "error",
        "communes-elsewhere",
        source,
        message(
            "layers.communes.communes_elsewhere",
            apart_km=apart_km,
            extent=degree_box(communes.total_bounds, communes.crs),
            crs=communes.crs.name,
        ),
        count=len(communes),
    )


def check_named_communes(
    plots: gpd.GeoDataFrame,
    named: pd.Series[str],
    communes: gpd.GeoDataFrame,
    *,
    source: str,
    lies: pd.Series[str] | None = None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """List plots that do not lie in the commune they name.

    A plot is listed when less than half of it lies in the commune it names (any part of an old
    commune that was divided will do) and more of it in the one that holds its middle.
    """
    if communes.crs is None or communes.crs.is_geographic:
        raise InputError("layers.communes.projected_communes_needed")
    lies = locate_plots(plots, communes) if lies is None else lies
    ledger = plots["ledger_ha"]
    if "geometry_ha" in plots.columns:
        ledger = ledger.fillna(plots["geometry_ha"])
    plots = plots.assign(ledger_ha=ledger)
    suspects = named.notna() & ~_among(lies, named)
    shapes = to_crs(plots.geometry[suspects], communes.crs)
    ratio = _inside_ratio(shapes, named[suspects], communes)
    ratio = ratio[ratio < 0.5]
    # A plot over three communes may hold less than half of itself in the right one.
    elsewhere = _inside_ratio(shapes[ratio.index], lies[ratio.index], communes)
    wrong = ratio.index[(elsewhere > ratio) | (ratio == 0)]
    names = communes.set_index("commune_code")["commune"]
    table = pd.DataFrame(
        {
            "row": plots.loc[wrong, "row"],
            "plot": plots.loc[wrong, "plot"],
            "named_code": plots.loc[wrong, "commune_code"],
            "named": plots.loc[wrong, "commune"],
            "lies_code": lies.loc[wrong],
            "lies": lies.loc[wrong].map(names).astype(pd.StringDtype(na_value=np.nan)),
            "inside_ratio": ratio.loc[wrong],
            "ledger_ha": plots.loc[wrong, "ledger_ha"],
        }
    ).reset_index(drop=True)
    table = DISAGREEMENTS.validate(table) if len(table) else DISAGREEMENTS.empty()
    found = _disagreement(table, float(plots["ledger_ha"].sum()), source)
    return table, found + _nowhere(plots, lies, named, communes, source)


def _among(lies: pd.Series[str], named: pd.Series[str]) -> pd.Series[bool]:
    """Whether a plot's commune is one of those it names."""
    same = lies.eq(named)
    several = named.str.contains("|", regex=False, na=False)
    for index in named.index[several]:
        same.loc[index] = lies.loc[index] in named.loc[index].split("|")
    return same.fillna(value=False).astype(bool)


def _inside_ratio(
    shapes: gpd.GeoSeries, named: pd.Series[str], communes: gpd.GeoDataFrame
) -> pd.Series[float]:
    """Share of each plot inside the communes it names."""
    ground = dict(zip(communes["commune_code"], communes.geometry, strict=True))
    share = pd.Series(0.0, index=shapes.index)
    for codes, index in named.groupby(named).groups.items():
        parts = [ground[code] for code in str(codes).split("|") if code in ground]
        if not parts:
            continue
        whole = shapely.union_all(parts)
        shapely.prepare(whole)
        some = shapes.loc[index]
        near = some[shapely.intersects(whole, some.to_numpy())]
        inside = shapely.area(shapely.intersection(near.to_numpy(), whole))
        share.loc[near.index] = inside / shapely.area(near.to_numpy())
    return share


def _disagreement(table: pd.DataFrame, layer_ha: float, source: str) -> list[Finding]:
    """Tell plots in another commune than they name, and where they are much of the layer."""
    if table.empty:
        return []
    area = float(table["ledger_ha"].sum())
    ratio = area / layer_ha if layer_ha > 0 else 0.0
    much = ratio > _MANY_RATIO and len(table) >= _MANY_PLOTS
    places = table["lies_code"].fillna("–")
    listed = [
        f"{plot} ({named} → {lies})"
        for plot, named, lies in zip(table["plot"], table["named_code"], places, strict=True)
    ]
    values: dict[str, object] = {"count": len(table), "area": area, "plots": listed}
    if much:
        told = message("layers.communes.much_disagrees", percent=100 * ratio, **values)
    else:
        told = message("layers.communes.commune_disagrees", **values)
    return [
        Finding(
            "problem",
            "commune-disagrees",
            source,
            told,
            count=len(table),
            area_ha=area,
            examples=tuple(listed[:5]),
            rows=tuple(int(row) for row in table["row"]),
        )
    ]


def _nowhere(
    plots: gpd.GeoDataFrame,
    lies: pd.Series[str],
    named: pd.Series[str],
    communes: gpd.GeoDataFrame,
    source: str,
) -> list[Finding]:
    """Tell plots whose middle lies in no commune, and how much of them does not."""
    outside = lies.isna() & named.isna()
    if not outside.any():
        return []
    lost = plots.loc[outside, "ledger_ha"] * (1 - _share_inside(plots[outside], communes))
    count, area = int(outside.sum()), float(lost.sum())
    listed = plots.loc[outside, "plot"].tolist()
    return [
        Finding(
            "problem",
            "plot-outside-communes",
            source,
            message("layers.communes.plot_outside_communes", count=count, area=area, plots=listed),
            count=count,
            area_ha=area,
            examples=tuple(listed[:5]),
            rows=tuple(int(row) for row in plots.loc[outside, "row"]),
        )
    ]
