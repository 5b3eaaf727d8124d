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
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion
from shapely.ops import nearest_points

from layers.base.errors import InputError, MissingFileError
from layers.base.findings import Finding
from layers.base.messages import message
from layers.base.resources import data_path
from layers.base.schema import read_schema
from layers.communes.gazetteer import NEWEST_VINTAGE, Day, vintage_on
from layers.crs.source import degree_box, transverse_mercator, vn2000_tm3
from layers.crs.transform import WGS84, FloatArray, to_crs, transformation

_SAMPLE = 2000
# Below this share of plots inside the commune they name, something larger than sloppy edges is
# wrong; a candidate must then explain nearly all of them.
_LOST_RATIO = 0.5
_FOUND_RATIO = 0.8
# A lost datum shift moves only the plots within 224 m of a boundary to the neighbour.
_SHIFT_GAIN_RATIO = 0.005

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
    if declared >= _LOST_RATIO:
        return _exchanged(centres.elsewhere(communes.crs), communes, source)
    zones = vn2000_tm3().values() if communes.crs.is_projected else ()
    scores = {code: centres.agreement(pyproj.CRS.from_epsg(code)) for code in zones}
    best = max(scores, key=lambda code: scores[code], default=0)
    if scores.get(best, 0.0) >= _FOUND_RATIO:
        return [_wrong_zone(communes.crs, best, (declared, scores[best]), source)]
    apart = centres.kilometres(communes.crs)
    return [_boundaries_elsewhere(communes, apart, source)] if apart > _ELSEWHERE_KM else []


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


def _exchanged(elsewhere: dict[str, str], communes: gpd.GeoDataFrame, source: str) -> list[Finding]:
    """Tell communes whose polygon seems to be another's: their hectares would be the other's."""
    if not elsewhere:
        return []
    names = dict(zip(communes["commune_code"], communes["commune"], strict=True))
    pairs = [f"{a} {names[a]} → {b} {names[b]}" for a, b in elsewhere.items()]
    what = message("layers.communes.polygons_exchanged", count=len(pairs), pairs=pairs)
    examples = tuple(list(elsewhere)[:5])
    return [Finding("problem", "polygon-of-another", source, what, len(pairs), examples=examples)]


def _wrong_zone(crs: pyproj.CRS, best: int, ratios: tuple[float, float], source: str) -> Finding:
    return Finding(
        "error",
        "crs-wrong-meridian",
        source,
        message(
            "layers.communes.boundaries_of_other_meridian",
            declared=100 * ratios[0],
            crs=crs.name,
            best=best,
            name=pyproj.CRS.from_epsg(best).name,
            found=100 * ratios[1],
        ),
    )


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
    return table, _disagreement(table, source) + _nowhere(plots, lies, named, source)


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


def _disagreement(table: pd.DataFrame, source: str) -> list[Finding]:
    if table.empty:
        return []
    area = float(table["ledger_ha"].sum())
    places = table["lies_code"].fillna("–")
    listed = [
        f"{plot} ({named} → {lies})"
        for plot, named, lies in zip(table["plot"], table["named_code"], places, strict=True)
    ]
    return [
        Finding(
            "problem",
            "commune-disagrees",
            source,
            message("layers.communes.commune_disagrees", count=len(table), area=area, plots=listed),
            count=len(table),
            area_ha=area,
            examples=tuple(listed[:5]),
            rows=tuple(int(row) for row in table["row"]),
        )
    ]


def _nowhere(
    plots: gpd.GeoDataFrame, lies: pd.Series[str], named: pd.Series[str], source: str
) -> list[Finding]:
    outside = lies.isna() & named.isna()
    if not outside.any():
        return []
    count, area = int(outside.sum()), float(plots.loc[outside, "ledger_ha"].sum())
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


def check_meridian(
    plots: gpd.GeoDataFrame, named: pd.Series[str], communes: gpd.GeoDataFrame, *, source: str
) -> list[Finding]:
    """Compare plots with the communes they name, in the CRS declared and in others.

    At most 2,000 plots are looked at, evenly spread over the file.
    """
    known = named[named.isin(set(communes["commune_code"]))]
    if known.empty:
        return []
    picked = known.iloc[:: max(1, len(known) // _SAMPLE)]
    points = plots.geometry.reindex(picked.index).representative_point()
    trial = _Trial(points, picked, communes)
    declared = trial.agreement(points.crs)
    if declared >= _LOST_RATIO:
        return _lost_shift(trial, declared, source)
    scores = {code: trial.agreement(pyproj.CRS.from_epsg(code)) for code in vn2000_tm3().values()}
    best = max(scores, key=lambda code: scores[code])
    if scores[best] < _FOUND_RATIO:
        return [_unexplained(declared, len(picked), source)]
    apart = points.iloc[0].distance(
        to_crs(gpd.GeoSeries([points.iloc[0]], crs=f"EPSG:{best}"), points.crs).iloc[0]
    )
    return [_wrong_meridian(points.crs, best, (declared, scores[best]), apart / 1000, source)]


class _Trial:
    """How many plots lie in the commune they name, were their coordinates in another CRS."""

    def __init__(
        self, points: gpd.GeoSeries, named: pd.Series[str], communes: gpd.GeoDataFrame
    ) -> None:
        self.points, self.named, self.communes = points, named, communes

    def agreement(self, crs: pyproj.CRS) -> float:
        """Share of plots inside the commune they name (no place in the CRS: in none)."""
        way = transformation(crs, self.communes.crs)
        x, y = way.transform(self.points.x.to_numpy(), self.points.y.to_numpy())
        found = locate_points(gpd.GeoSeries(shapely.points(x, y), self.points.index), self.communes)
        return float((found == self.named).mean())


def _lost_shift(trial: _Trial, declared: float, source: str) -> list[Finding]:
    meridian = transverse_mercator(trial.points.crs).get("longitude")
    if meridian is None:
        return []
    conversion = TransverseMercatorConversion(
        longitude_natural_origin=meridian,
        scale_factor_natural_origin=0.9999,
        false_easting=500_000,
    )
    flat = ProjectedCRS(conversion, geodetic_crs=pyproj.CRS.from_epsg(4326))
    shifted = trial.agreement(flat)
    if shifted - declared < _SHIFT_GAIN_RATIO:
        return []
    return [
        Finding(
            "problem",
            "crs-datum-shift-lost",
            source,
            message(
                "layers.communes.datum_shift_lost", declared=100 * declared, shifted=100 * shifted
            ),
        )
    ]


def _wrong_meridian(
    crs: pyproj.CRS, best: int, ratios: tuple[float, float], kilometres: float, source: str
) -> Finding:
    return Finding(
        "error",
        "crs-wrong-meridian",
        source,
        message(
            "layers.communes.plots_of_other_meridian",
            declared=100 * ratios[0],
            crs=crs.name,
            best=best,
            name=pyproj.CRS.from_epsg(best).name,
            kilometres=kilometres,
            found=100 * ratios[1],
        ),
    )


def _unexplained(declared: float, plots: int, source: str) -> Finding:
    return Finding(
        "problem",
        "communes-disagree",
        source,
        message("layers.communes.communes_disagree", percent=100 * declared, count=plots),
        count=plots,
    )
