"""Is the CRS of a layer the right one? VN-2000 without its datum, no CRS, a neighbour's meridian.

A neighbour zone's meridian moves a layer by 26 km, which still falls inside the province; a lost
datum shift moves it by 224 m. Neither shows in the extent, so plots are compared with the communes
they name.
"""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from layers.base.errors import CrsError
from layers.base.findings import Finding
from layers.base.language import Phrase, format_number
from layers.communes.location_check import locate_points
from layers.crs.crs import area_crs

__all__ = ["check_meridian", "missing_crs", "name_vn2000", "vn2000_tm3"]

_VIET_NAM = AreaOfInterest(102.0, 8.0, 110.0, 24.0)
_SAMPLE = 2000
# Below this share of plots inside the commune they name, something larger than sloppy edges is
# wrong; a candidate must then explain nearly all of them.
_LOST_RATIO = 0.5
_FOUND_RATIO = 0.8
# A lost datum shift moves only the plots within 224 m of a boundary to the neighbour.
_SHIFT_GAIN_RATIO = 0.005


@lru_cache(maxsize=1)
def vn2000_tm3() -> dict[float, int]:
    """VN-2000 3° zones by central meridian."""
    found = query_crs_info("EPSG", PJType.PROJECTED_CRS, area_of_interest=_VIET_NAM)
    codes = sorted({int(item.code) for item in found if item.name.startswith("VN-2000 / TM-3")})
    return {_parameters(pyproj.CRS.from_epsg(code))["longitude"]: code for code in codes}


def _parameters(crs: pyproj.CRS) -> dict[str, float]:
    """Parameters of a transverse Mercator; empty for any other CRS."""
    plane = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    operation = plane.coordinate_operation
    if not plane.is_projected or operation is None or operation.method_code != "9807":
        return {}
    names = {8802: "longitude", 8805: "scale", 8806: "easting", 8807: "northing"}
    return {names[int(p.code)]: float(p.value) for p in operation.params if int(p.code) in names}


def name_vn2000(crs: pyproj.CRS, *, source: str) -> tuple[pyproj.CRS, list[Finding]]:
    """CRS of a layer, with its datum where the file format lost it.

    MapInfo files, old ``.prj`` files and PROJ strings describe the VN-2000 zone as a transverse
    Mercator on WGS 84, or with their own shift parameters (often with the rotations' signs
    swapped). A transverse Mercator with k 0.9999 on a zone's meridian is nothing else than
    VN-2000, so it is taken as the EPSG zone, datum included.
    """
    found = _parameters(crs)
    plain = (
        found
        and abs(found["scale"] - 0.9999) < 1e-9
        and found["easting"] == 500_000
        and found["northing"] == 0
    )
    code = vn2000_tm3().get(round(found["longitude"], 6)) if plain else None
    ellipsoid = crs.ellipsoid
    if code is None or ellipsoid is None or abs(ellipsoid.semi_major_metre - 6_378_137) > 1:
        return crs, []
    zone = pyproj.CRS.from_epsg(code)
    if not crs.is_bound and _is_vn2000(crs):
        return zone, []
    note = Finding(
        "note",
        "crs-taken-as-vn2000",
        source,
        Phrase(
            en=f"the file's CRS ({crs.name}) has the projection of {zone.name} without its datum "
            f"and was taken as EPSG:{code}; without the datum shift plots would lie 224 m off",
            vi=f"hệ tọa độ của tệp ({crs.name}) có phép chiếu của {zone.name} nhưng thiếu hệ quy "
            f"chiếu, được hiểu là EPSG:{code}; nếu bỏ qua phép chuyển, các lô sẽ lệch 224 m",
        ),
    )
    return zone, [note]


def _is_vn2000(crs: pyproj.CRS) -> bool:
    datum = crs.datum.name.casefold() if crs.datum is not None else ""
    return "2000" in datum and ("viet" in datum or "vn" in datum)


def missing_crs(frame: gpd.GeoDataFrame, *, source: str, province: str | None = None) -> CrsError:
    """Error for a layer without CRS: what it might be, and where the data would then lie."""
    west, south, east, north = frame.total_bounds
    degrees = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    proposals = ["EPSG:4756", "EPSG:4326"] if degrees else _zones(province)
    where = [_landing(frame, crs) for crs in proposals]
    en = "; ".join(phrase.en for phrase in where)
    vi = "; ".join(phrase.vi for phrase in where)
    extent = f"x {west:.0f}–{east:.0f}, y {south:.0f}–{north:.0f}"
    return CrsError(
        en=f"{source}: expected a coordinate reference system, found none (no .prj); its "
        f"coordinates are {extent}; {en}. Write the right one in the project file (crs: …).",
        vi=f"{source}: lớp không có hệ tọa độ (thiếu .prj); tọa độ {extent}; {vi}. Hãy ghi hệ đúng "
        "trong tệp dự án (crs: …).",
    )


def _zones(province: str | None) -> list[str]:
    if province is None:
        return [f"EPSG:{code}" for code in vn2000_tm3().values()]
    return [f"EPSG:{area_crs(province).to_epsg()}"]


def _landing(frame: gpd.GeoDataFrame, crs: str) -> Phrase:
    west, south, east, north = frame.total_bounds
    middle = gpd.GeoSeries.from_xy([(west + east) / 2], [(south + north) / 2], crs=crs)
    point = middle.to_crs("EPSG:4326").iloc[0]
    name = pyproj.CRS.from_user_input(crs).name
    if not np.isfinite([point.x, point.y]).all():
        return Phrase(
            en=f"{crs} ({name}) cannot hold them", vi=f"{crs} ({name}) không chứa được tọa độ này"
        )
    lon, lat = (format_number(value, "vi", decimals=3) for value in (point.x, point.y))
    return Phrase(
        en=f"in {crs} ({name}) their middle lies at {point.x:.3f}° E, {point.y:.3f}° N",
        vi=f"theo {crs} ({name}) thì tâm ở {lon}° Đ, {lat}° B",
    )


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
    scores = {code: trial.agreement(f"EPSG:{code}") for code in vn2000_tm3().values()}
    best = max(scores, key=lambda code: scores[code])
    if scores[best] < _FOUND_RATIO:
        return [_unexplained(declared, len(picked), source)]
    apart = points.iloc[0].distance(
        gpd.GeoSeries([points.iloc[0]], crs=f"EPSG:{best}").to_crs(points.crs).iloc[0]
    )
    return [_wrong_meridian(points.crs, best, (declared, scores[best]), apart / 1000, source)]


class _Trial:
    """How many plots lie in the commune they name, were their coordinates in another CRS."""

    def __init__(
        self, points: gpd.GeoSeries, named: pd.Series[str], communes: gpd.GeoDataFrame
    ) -> None:
        self.points, self.named, self.communes = points, named, communes

    def agreement(self, crs: str | pyproj.CRS) -> float:
        """Share of plots inside the commune they name."""
        moved = self.points.set_crs(crs, allow_override=True).to_crs(self.communes.crs)
        found = locate_points(moved, self.communes)
        return float((found == self.named).mean())


def _lost_shift(trial: _Trial, declared: float, source: str) -> list[Finding]:
    meridian = _parameters(trial.points.crs).get("longitude")
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
