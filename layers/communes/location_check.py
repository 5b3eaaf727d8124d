"""In which commune a plot lies, whether that is the one it names, and whether its CRS is right.

A neighbour zone's meridian moves a layer by 26 km, which still falls inside the province; a lost
datum shift moves it by 224 m. Neither shows in the extent, so plots are compared with the communes
they name.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion

from layers.base.errors import InputError, MissingFileError
from layers.base.findings import Finding
from layers.base.language import Phrase, format_number
from layers.base.resources import data_path
from layers.base.schema import Column, Schema
from layers.communes.gazetteer import NEWEST_VINTAGE, Day, vintage_on
from layers.crs.source import transverse_mercator, vn2000_tm3
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

DISAGREEMENTS = Schema(
    "plots outside the commune they name",
    (
        Column("row", "integer", "record number in the file"),
        Column("plot", "text", "tk/khoanh/lo"),
        Column("named_code", "text", "commune the record names, as the record has it"),
        Column("named", "text", "name the record carries", nullable=True),
        Column("lies_code", "text", "commune it lies in; empty outside all", nullable=True),
        Column("lies", "text", "name of that commune", nullable=True),
        Column("inside_ratio", "number", "share of the plot inside the commune it names"),
        Column("ledger_ha", "number", "area by the ledger", "ha", nullable=True),
    ),
)


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
    en, vi = _percents(share)
    boxes = [_box(frame) for frame in (plots, communes)]
    return [
        Finding(
            "error" if share < _LITTLE_RATIO else "problem",
            "layer-elsewhere",
            source,
            Phrase(
                en=f"{en[0]} % of the layer lies in the communes: it reaches over {boxes[0].en}, "
                f"they over {boxes[1].en} ({plots.crs.name}); is its CRS right ('crs: EPSG:…')?",
                vi=f"chỉ {vi[0]} % diện tích của lớp nằm trong các xã: lớp ở {boxes[0].vi}, các xã "
                f"ở {boxes[1].vi} ({plots.crs.name}); hệ tọa độ có đúng không ('crs: EPSG:…')?",
            ),
            count=len(plots),
            area_ha=float(area[lies.isna()].sum()),
        )
    ]


def _box(frame: gpd.GeoDataFrame) -> Phrase:
    """Extent in longitude and latitude."""
    west, south, east, north = frame.total_bounds
    way = transformation(frame.crs, WGS84)
    x, y = way.transform(np.array([west, east]), np.array([south, north]))
    en, vi = ([format_number(v, w, decimals=2) for v in (*x, *y)] for w in ("en", "vi"))
    return Phrase(
        en=f"{en[0]}–{en[1]}° E, {en[2]}–{en[3]}° N", vi=f"{vi[0]}–{vi[1]}° Đ, {vi[2]}–{vi[3]}° B"
    )


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
    if declared >= _LOST_RATIO or shapes.empty:
        return []
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

    def kilometres(self, crs: pyproj.CRS) -> float:
        """Median distance of a commune from its centre, on the ellipsoid."""
        middles = to_crs(
            self.shapes.set_crs(crs, allow_override=True).representative_point(), WGS84
        )
        geod = pyproj.Geod(ellps="WGS84")
        return float(np.median(geod.inv(self.lon, self.lat, middles.x, middles.y)[2])) / 1000


def _wrong_zone(crs: pyproj.CRS, best: int, ratios: tuple[float, float], source: str) -> Finding:
    en, vi = _percents(*ratios)
    name = pyproj.CRS.from_epsg(best).name
    return Finding(
        "error",
        "crs-wrong-meridian",
        source,
        Phrase(
            en=f"only {en[0]} % of the communes hold their known centre under {crs.name}; as "
            f"EPSG:{best} ({name}) {en[1]} % do: the boundaries have another meridian than they "
            f"say, write crs: EPSG:{best} under communes:",
            vi=f"chỉ {vi[0]} % số xã chứa điểm trung tâm đã biết theo {crs.name}; theo EPSG:{best} "
            f"({name}) là {vi[1]} %: kinh tuyến trục của ranh giới bị ghi sai, hãy ghi crs: "
            f"EPSG:{best} dưới communes:",
        ),
    )


def _boundaries_elsewhere(communes: gpd.GeoDataFrame, apart_km: float, source: str) -> Finding:
    box = _box(communes)
    en, vi = (format_number(apart_km, which, decimals=0) for which in ("en", "vi"))
    return Finding(
        "error",
        "communes-elsewhere",
        source,
        Phrase(
            en=f"the communes lie {en} km from their known centres, over {box.en} "
            f"({communes.crs.name}): the CRS is another; write the right one, crs: EPSG:…",
            vi=f"các xã nằm cách điểm trung tâm đã biết {vi} km, ở {box.vi} "
            f"({communes.crs.name}): hệ tọa độ ghi sai; hãy ghi hệ đúng, crs: EPSG:…",
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
        raise InputError(
            en="Communes must be in a projected CRS to compare plots with them.",
            vi="Ranh giới xã phải ở hệ tọa độ phẳng để so sánh với các lô.",
        )
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
    first = [
        f"{row.plot} ({row.named_code} → {row.lies_code})"
        for row in table.head(5).itertuples(index=False)
    ]
    en, vi = (format_number(area, which, decimals=2) for which in ("en", "vi"))
    shown = ", ".join(first) + (", …" if len(table) > 5 else "")
    return [
        Finding(
            "problem",
            "commune-disagrees",
            source,
            Phrase(
                en=f"plots that do not lie in the commune they name (measured where they lie): "
                f"{len(table)} plots, {en} ha ({shown})",
                vi="lô không nằm trong xã đã ghi (tính theo nơi lô nằm): "
                f"{format_number(len(table), 'vi')} lô, {vi} ha ({shown})",
            ),
            count=len(table),
            area_ha=area,
            examples=tuple(first),
            rows=tuple(int(row) for row in table["row"]),
        )
    ]


def _nowhere(
    plots: gpd.GeoDataFrame, lies: pd.Series[str], named: pd.Series[str], source: str
) -> list[Finding]:
    outside = lies.isna() & named.isna()
    if not outside.any():
        return []
    area = float(plots.loc[outside, "ledger_ha"].sum())
    first = tuple(plots.loc[outside, "plot"].head(5))
    en, vi = (format_number(area, which, decimals=2) for which in ("en", "vi"))
    return [
        Finding(
            "problem",
            "plot-outside-communes",
            source,
            Phrase(
                en=f"plots outside every commune that name none either: {int(outside.sum())} "
                f"plots, {en} ha ({', '.join(first)})",
                vi="lô nằm ngoài mọi xã và không ghi xã: "
                f"{format_number(outside.sum(), 'vi')} lô, {vi} ha ({', '.join(first)})",
            ),
            count=int(outside.sum()),
            area_ha=area,
            examples=first,
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
    en, vi = _percents(declared, shifted)
    return [
        Finding(
            "problem",
            "crs-datum-shift-lost",
            source,
            Phrase(
                en=f"{en[0]} % of the plots lie in the commune they name, {en[1]} % would if the "
                "coordinates were WGS 84: the datum shift seems to have been left out when the "
                "layer was made (224 m); transform it again",
                vi=f"{vi[0]} % số lô nằm đúng xã đã ghi, sẽ là {vi[1]} % nếu coi tọa độ là WGS 84: "
                "có lẽ phép chuyển hệ quy chiếu đã bị bỏ qua khi tạo lớp (224 m); hãy chuyển lại",
            ),
        )
    ]


def _percents(*ratios: float) -> tuple[list[str], list[str]]:
    return (
        [format_number(100 * ratio, "en", decimals=1) for ratio in ratios],
        [format_number(100 * ratio, "vi", decimals=1) for ratio in ratios],
    )


def _wrong_meridian(
    crs: pyproj.CRS, best: int, ratios: tuple[float, float], kilometres: float, source: str
) -> Finding:
    en, vi = _percents(*ratios)
    name = pyproj.CRS.from_epsg(best).name
    return Finding(
        "error",
        "crs-wrong-meridian",
        source,
        Phrase(
            en=f"only {en[0]} % of the plots lie in the commune they name under {crs.name}; as "
            f"EPSG:{best} ({name}, {kilometres:.1f} km away) {en[1]} % do: the layer has another "
            f"meridian than it says, write crs: EPSG:{best}",
            vi=f"chỉ {vi[0]} % số lô nằm đúng xã đã ghi theo {crs.name}; theo EPSG:{best} ({name}, "
            f"cách {format_number(kilometres, 'vi', decimals=1)} km) là {vi[1]} %: kinh tuyến trục "
            f"của lớp bị ghi sai, hãy ghi crs: EPSG:{best}",
        ),
    )


def _unexplained(declared: float, plots: int, source: str) -> Finding:
    en, vi = _percents(declared)
    return Finding(
        "problem",
        "communes-disagree",
        source,
        Phrase(
            en=f"only {en[0]} % of {plots} plots lie in the commune they name and no other "
            "meridian explains it; are the commune codes of another date (vintage)?",
            vi=f"chỉ {vi[0]} % trong {plots} lô nằm đúng xã đã ghi và không kinh tuyến trục nào "
            "khác giải thích được; mã xã có phải của thời điểm khác (vintage) không?",
        ),
        count=plots,
    )
