"""The one door for coordinates: which CRS a layer has, of whatever kind it is.

Files lose the datum of VN-2000 (224 m), carry none at all, or a local one. Every reader of the
project (communes, plots, land use, forest, rasters, heights, neighbours) asks here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
from pyproj.transformer import TransformerGroup

from layers.base.errors import CrsError, InputError, MissingCrsError
from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.crs.crs import parse_crs, vn2000_zones
from layers.crs.transform import WGS84, transformation
from layers.crs.vn2000 import VIET_NAM, check_zone, name_vn2000, transverse_mercator, vn2000_tm3
from layers.io.legacy_encoding import ENCODINGS, decode_texts
from layers.io.vector import CURVED, VectorFile, load_vector

_EARTH_RADIUS_M = 6_378_137


def decide_crs(
    declared: pyproj.CRS | None,
    *,
    source: str,
    named: str | None = None,
    province: str | None = None,
    bounds: Sequence[float] | None = None,
) -> tuple[pyproj.CRS, list[Finding]]:
    """CRS of a layer that leads to WGS 84, and what was assumed; what ``named`` says wins."""
    crs = declared if named is None else parse_crs(named)
    if crs is not None and crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs is None:
        raise _missing_crs(crs, bounds, source=source, province=province)
    odd = check_zone(crs, source=source)
    result, notes = name_vn2000(crs, source=source)
    if _without_place(result):
        raise _missing_crs(crs, bounds, source=source, province=province)
    if not (result.is_projected or (result.is_geographic and not result.is_derived)):
        raise CrsError(
            "layers.crs.not_on_earth", source=source, result=result.name, type_name=result.type_name
        )
    transformation(result, WGS84)
    if bounds is not None:
        _refuse_swapped_axes(result, bounds, source)
    return result, [*notes, *odd, *_coarse_shift(result, source)]


#: Shifts of this accuracy or a worse one are told (m): the old datums of the region have 10 to 44.
_COARSE_M = 10.0


def _coarse_shift(crs: pyproj.CRS, source: str) -> list[Finding]:
    """Tell a datum whose way to WGS 84 is known to tens of metres only."""
    accuracy_m = shift_accuracy(crs)
    if not accuracy_m >= _COARSE_M:
        return []
    told = message("layers.crs.coarse_shift", crs=crs.name, accuracy_m=accuracy_m)
    return [Finding("problem", "datum-shift-coarse", source, told)]


@lru_cache(maxsize=64)
def shift_accuracy(crs: pyproj.CRS) -> float:
    """Accuracy of the shift from a CRS to WGS 84 in Việt Nam, the worst of those published (m)."""
    if crs.is_bound or crs.geodetic_crs is None:
        return math.nan
    ways = TransformerGroup(
        crs.geodetic_crs,
        WGS84,
        always_xy=True,
        allow_ballpark=False,
        area_of_interest=VIET_NAM,  # type: ignore[arg-type]  # its stub names a private twin
    )
    return max((way.accuracy for way in ways.transformers), default=math.nan)


def _refuse_swapped_axes(crs: pyproj.CRS, bounds: Sequence[float], source: str) -> None:
    """Refuse coordinates outside Việt Nam that lie in it once x and y are exchanged."""
    west, south, east, north = bounds
    exchanged = (south, west, north, east)
    if _in_viet_nam(exchanged, crs) and not _in_viet_nam(bounds, crs):
        raise CrsError(
            "layers.crs.axes_swapped",
            source=source,
            crs=crs.name,
            west=west,
            east=east,
            south=south,
            north=north,
            there=degree_box(exchanged, crs),
        )


def _in_viet_nam(bounds: Sequence[float], crs: pyproj.CRS) -> bool:
    """Whether the middle of a rectangle lies in the country's frame."""
    west, south, east, north = bounds
    lon, lat = transformation(crs, WGS84).transform((west + east) / 2, (south + north) / 2)
    area = VIET_NAM
    return bool(
        area.west_lon_degree <= lon <= area.east_lon_degree
        and area.south_lat_degree <= lat <= area.north_lat_degree
    )


def degree_box(bounds: Sequence[float], crs: pyproj.CRS) -> Phrase:
    """Longitude and latitude of the corners of a rectangle; a dash where it has no place."""
    west, south, east, north = bounds
    lon, lat = transformation(crs, WGS84).transform(
        np.array([west, east]), np.array([south, north])
    )
    corners = [float(value) if np.isfinite(value) else math.nan for value in (*lon, *lat)]
    names = ("west", "east", "south", "north")
    return message("layers.crs.degree_box", **dict(zip(names, corners, strict=True)))


def place_layer(
    frame: gpd.GeoDataFrame, *, source: str, named: str | None = None, province: str | None = None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give a layer, as its file was read, the CRS that ``decide_crs`` settles on."""
    crs, notes = decide_crs(
        frame.crs, source=source, named=named, province=province, bounds=frame.total_bounds
    )
    return frame.set_crs(crs, allow_override=True), notes


def read_layer(
    file: VectorFile | str | Path, *, columns: Sequence[str] | None = None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Read a layer, in the CRS that is settled for it and with its text in Unicode."""
    file = as_vector_file(file)
    font = file.encoding if file.encoding in ENCODINGS else None
    frame = load_vector(
        file.path,
        layer=file.layer,
        columns=columns,
        encoding=None if font else file.encoding,
    )
    if frame.empty:
        raise InputError("layers.crs.empty_layer", source=file.source)
    curved = frame.attrs.get(CURVED)
    frame, notes = place_layer(frame, source=file.source, named=file.crs, province=file.province)
    table, found = decode_texts(frame, encoding=font, source=file.source)
    if curved:
        notes.append(
            Finding(
                "note", "geometry-curved", file.source, message("layers.crs.curves_made_straight")
            )
        )
    return gpd.GeoDataFrame(table), [*notes, *found]


def as_vector_file(file: VectorFile | str | Path) -> VectorFile:
    """Take a bare path for a file that says everything rightly itself."""
    return file if isinstance(file, VectorFile) else VectorFile(file)


def _without_place(crs: pyproj.CRS) -> bool:
    """Whether a CRS leaves open where on Earth its coordinates are (local, undefined, of Mars)."""
    plain = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    ellipsoid = plain.ellipsoid
    if ellipsoid is None or abs(ellipsoid.semi_major_metre - _EARTH_RADIUS_M) > 10_000:
        return True
    datum = plain.datum.name.casefold() if plain.datum is not None else ""
    # A shift that the file states itself is enough, whatever the datum is called.
    return not crs.is_bound and (crs.name.startswith("Undefined") or datum.startswith("unknown"))


#: UTM, on VN-2000 and on WGS 84 (224 m apart), as forest layers and GPS have it.
UTM = (3405, 3406, 32648, 32649)


def crs_candidates(province: str | None = None) -> list[int]:
    """EPSG codes of the plane CRS that a layer may be in, a province's own zone first."""
    zones = vn2000_zones()
    own = zones.loc[zones["province_code"] == province, "epsg"].head(1)
    return list(dict.fromkeys([*map(int, own), *vn2000_tm3().values(), *UTM]))


def _missing_crs(
    crs: pyproj.CRS | None,
    bounds: Sequence[float] | None,
    *,
    source: str,
    province: str | None,
) -> MissingCrsError:
    """Error for a layer without CRS: what it might be, and where the data would then lie."""
    zones = vn2000_zones()
    own = [f"EPSG:{code}" for code in zones.loc[zones["province_code"] == province, "epsg"].head(1)]
    found = message("layers.crs.no_prj")
    if crs is not None:
        found = message("layers.crs.no_place_on_earth", crs=crs.name)
    where = Phrase("", "")
    proposals = own
    if bounds is not None and np.isfinite(bounds).all():
        west, south, east, north = bounds
        degrees = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
        if degrees:
            shown = proposals = ["EPSG:4756", "EPSG:4326"]
        elif own:
            every = list(dict.fromkeys([*own, *(f"EPSG:{code}" for code in UTM)]))
            proposals = [one for one in every if _near_meridian(bounds, one, own[0])]
            shown = list(dict.fromkeys([*own, *proposals]))
        else:
            shown = [f"EPSG:{code}" for code in crs_candidates()]
        places = joined(_landing(bounds, one) for one in shown)
        extent = f"x {west:.0f}–{east:.0f}, y {south:.0f}–{north:.0f}"
        where = message("layers.crs.coordinates_lie", extent=extent, places=places)
    told = [f"'crs: {one}'" for one in proposals or ["EPSG:…"]]
    return MissingCrsError(
        "layers.crs.crs_missing", source=source, found=found, where=where, proposals=told
    )


# A province lies within so many degrees of the meridian that was chosen for it.
_MERIDIAN_REACH_DEGREES = 1.0


def _near_meridian(bounds: Sequence[float], crs: str, own: str) -> bool:
    """Whether coordinates, taken in a CRS, lie in the country and near a zone's meridian."""
    taken = pyproj.CRS.from_user_input(crs)
    if not _in_viet_nam(bounds, taken):
        return False
    west, south, east, north = bounds
    lon, _ = transformation(taken, WGS84).transform((west + east) / 2, (south + north) / 2)
    meridian = transverse_mercator(pyproj.CRS.from_user_input(own))["longitude"]
    return bool(abs(lon - meridian) <= _MERIDIAN_REACH_DEGREES)


def _landing(bounds: Sequence[float], crs: str) -> Phrase:
    west, south, east, north = bounds
    name = pyproj.CRS.from_user_input(crs).name
    way = transformation(pyproj.CRS.from_user_input(crs), WGS84)
    x, y = way.transform((west + east) / 2, (south + north) / 2)
    if not np.isfinite([x, y]).all():
        return message("layers.crs.cannot_hold", crs=crs, name=name)
    return message("layers.crs.middle_lies", crs=crs, name=name, x=x, y=y)
