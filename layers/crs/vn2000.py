"""VN-2000 zones: which there are, which one a CRS is that lost its datum, which are none at all."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.crs import ProjectedCRS
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from layers.base.errors import CrsError
from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import joined, message

VIET_NAM = AreaOfInterest(102.0, 8.0, 110.0, 24.0)
_VN2000 = pyproj.CRS.from_epsg(4756)
#: 6° zones of VN-2000 by central meridian, and the scale factors of 3° and 6° zones.
_UTM = {105.0: 3405, 111.0: 3406}
_TM3_SCALE, _UTM_SCALE = 0.9999, 0.9996
#: What a parameter may differ by: a metre at 24° N for the scale factor, half a metre for the rest.
_SCALE_STEP = 4e-7
_ORIGINS = (("easting", 500_000.0, 0.5), ("northing", 0.0, 0.5), ("latitude", 0.0, 4e-6))
_NAME = re.compile(r"vn[-_ ]?2000|viet[-_ ]?nam[-_ ]?2000", re.IGNORECASE)


@lru_cache(maxsize=1)
def vn2000_tm3() -> dict[float, int]:
    """VN-2000 3° zones by central meridian."""
    found = query_crs_info("EPSG", PJType.PROJECTED_CRS, area_of_interest=VIET_NAM)
    codes = {int(item.code) for item in found if item.name.startswith("VN-2000 / TM-3")}
    zones = {transverse_mercator(pyproj.CRS.from_epsg(code))["longitude"]: code for code in codes}
    return dict(sorted(zones.items()))


def transverse_mercator(crs: pyproj.CRS) -> dict[str, float]:
    """Parameters of a transverse Mercator (degrees, ratio, metres); empty for any other CRS."""
    found = _named_parts(crs)
    return found if len(found) == len(_PARTS) else {}


_PARTS = {
    "8801": "latitude", "8802": "longitude", "8805": "scale", "8806": "easting",
    "8807": "northing",
}  # fmt: skip


def _named_parts(crs: pyproj.CRS) -> dict[str, float]:
    """Parameters that a transverse Mercator states; none for any other CRS."""
    plane = _plain(crs)
    operation = plane.coordinate_operation
    if not plane.is_projected or operation is None or operation.method_code != "9807":
        return {}
    # A damaged definition has parameters without a code ("undefined").
    return {_PARTS[p.code]: float(p.value) for p in operation.params if p.code in _PARTS}


def name_vn2000(crs: pyproj.CRS, *, source: str) -> tuple[pyproj.CRS, list[Finding]]:
    """CRS of a layer, with its datum where the file format lost it.

    MapInfo files, old ``.prj`` files and PROJ strings describe the VN-2000 zone as a transverse
    Mercator on WGS 84, or with their own shift parameters (often with the rotations' signs
    swapped). A transverse Mercator with k 0.9999 on a zone's meridian is nothing else than
    VN-2000, so it is taken as the EPSG zone, datum included. So is any CRS whose datum bears the
    name VN-2000 beside a shift of its own.
    """
    zone = _zone_of(crs) or _renamed(crs)
    if zone is None or zone == crs:
        return crs, []
    if not crs.is_bound and _is_vn2000(crs):
        return zone, []
    label = f"EPSG:{zone.to_epsg()}" if zone.to_epsg() else zone.name
    note = Finding(
        "note",
        "crs-taken-as-vn2000",
        source,
        message("layers.crs.taken_as_vn2000", crs=crs.name, zone=zone.name, label=label),
    )
    return zone, [note]


def _zone_of(crs: pyproj.CRS) -> pyproj.CRS | None:
    """VN-2000 3° zone whose projection, on an ellipsoid of the right size, a CRS has."""
    found = transverse_mercator(crs)
    if not found or _odd_parts(found, (_TM3_SCALE,)) or _unit_m(crs) != 1:
        return None
    code = vn2000_tm3().get(round(found["longitude"], 6))
    if code is None or not _on_wgs84_ellipsoid(crs):
        return None
    return pyproj.CRS.from_epsg(code)


def _renamed(crs: pyproj.CRS) -> pyproj.CRS | None:
    """CRS on the EPSG's VN-2000 datum, where only the datum's name tells that it is meant."""
    plain = _plain(crs)
    if not _is_vn2000(plain) or (plain.datum == _VN2000.datum and not crs.is_bound):
        return None
    if plain.is_geographic:
        return _VN2000
    if not plain.is_projected or plain.coordinate_operation is None:
        return None
    return ProjectedCRS(plain.coordinate_operation, name=plain.name, geodetic_crs=_VN2000)


def _is_vn2000(crs: pyproj.CRS) -> bool:
    datum = crs.datum.name.casefold() if crs.datum is not None else ""
    return "2000" in datum and ("viet" in datum or "vn" in datum)


def _plain(crs: pyproj.CRS) -> pyproj.CRS:
    return crs.source_crs if crs.is_bound and crs.source_crs is not None else crs


def _unit_m(crs: pyproj.CRS) -> float:
    """Metres in the unit of a plane's axes."""
    axes = _plain(crs).axis_info
    return float(axes[0].unit_conversion_factor) if axes else math.nan


def _on_wgs84_ellipsoid(crs: pyproj.CRS) -> bool:
    ellipsoid = crs.ellipsoid
    return ellipsoid is not None and abs(ellipsoid.semi_major_metre - 6_378_137) <= 1


def check_zone(crs: pyproj.CRS, *, source: str) -> list[Finding]:
    """Refuse a zone called VN-2000 whose projection no zone of its meridian has (743 m for k).

    What is not called so, but lies on such a meridian on WGS 84, is told with the zones that fit:
    it may be a CRS of its own. So is what is called so on a meridian of no zone.
    """
    found = _with_defaults(crs)
    zones = _zones_on(found["longitude"]) if found else {}
    odd = _odd_parts(found, tuple(zones.values())) if zones else {}
    if zones and _unit_m(crs) != 1:
        # Eastings and northings in feet follow from the unit.
        odd = {name: odd[name] for name in ("scale", "latitude") if name in odd}
        odd["unit"] = _plain(crs).axis_info[0].unit_name
    called = _called_vn2000(crs)
    if found and not zones and called and crs.to_epsg() is None:
        return [_on_no_meridian(crs, found["longitude"], source)]
    if not odd or not (called or _may_be_vn2000(crs)):
        return []
    facts: dict[str, Any] = {
        "crs": crs.name,
        "meridian": message("layers.crs.degrees", value=f"{found['longitude']:g}"),
        "found": joined((_told(name, value) for name, value in odd.items()), ", "),
        "zones": joined(_zone_told(code, scale) for code, scale in zones.items()),
        "codes": [f"'crs: EPSG:{code}'" for code in zones],
    }
    if called:
        raise CrsError("layers.crs.zone_refused", source=source, **facts)
    told = message("layers.crs.not_of_vn2000", **facts)
    return [Finding("problem", "crs-zone-odd", source, told)]


def _on_no_meridian(crs: pyproj.CRS, meridian: float, source: str) -> Finding:
    """Tell a CRS called VN-2000 on a meridian that none of its zones has: 107.15 for 107° 15'."""
    zones = vn2000_tm3()
    nearest = min(zones, key=lambda at: abs(at - meridian))
    told = message(
        "layers.crs.on_no_meridian",
        crs=crs.name,
        meridian=message("layers.crs.degrees", value=f"{meridian:.10g}"),
        nearest=message("layers.crs.degrees", value=f"{nearest:g}"),
        code=f"'crs: EPSG:{zones[nearest]}'",
    )
    return Finding("problem", "crs-zone-odd", source, told)


def _told(name: str, value: str) -> Phrase:
    return message(f"layers.crs.odd_{name}", value=value)


def _zone_told(code: int, scale: float) -> Phrase:
    return message("layers.crs.zone_of", code=code, scale=f"{scale:g}")


def _with_defaults(crs: pyproj.CRS) -> dict[str, float]:
    """Parameters of a transverse Mercator, those that its text leaves out as PROJ takes them."""
    absent = {"latitude": 0.0, "longitude": 0.0, "scale": 1.0, "easting": 0.0, "northing": 0.0}
    found = _named_parts(crs)
    return absent | found if found else {}


def _zones_on(meridian: float) -> dict[int, float]:
    """Zones of VN-2000 on a meridian (EPSG code), with the scale factor of each."""
    meridian = round(meridian, 6)
    three = {vn2000_tm3()[meridian]: _TM3_SCALE} if meridian in vn2000_tm3() else {}
    return three | ({_UTM[meridian]: _UTM_SCALE} if meridian in _UTM else {})


def _odd_parts(found: dict[str, float], scales: Sequence[float]) -> dict[str, str]:
    """Parameters of a transverse Mercator that no zone with one of these scale factors has."""
    odd = {}
    if all(abs(found["scale"] - scale) > _SCALE_STEP for scale in scales):
        odd["scale"] = found["scale"]
    for name, right, step in _ORIGINS:
        if not abs(found[name] - right) <= step:
            odd[name] = found[name]
    return {name: f"{value:.10g}" for name, value in odd.items()}


def _called_vn2000(crs: pyproj.CRS) -> bool:
    """Whether a CRS bears the name VN-2000: itself, its datum or its longitude and latitude."""
    plain = _plain(crs)
    names = (crs.name, plain.name, plain.geodetic_crs.name if plain.geodetic_crs else "")
    return _is_vn2000(plain) or any(_NAME.search(name) for name in names)


def _may_be_vn2000(crs: pyproj.CRS) -> bool:
    """Whether a CRS without the name lies on WGS 84 or on no datum, and is no published one."""
    plain = _plain(crs)
    datum = plain.datum.name.casefold() if plain.datum is not None else ""
    of_old = datum.startswith(("unknown", "undefined", "world geodetic system 1984", "d_unknown"))
    return of_old and _on_wgs84_ellipsoid(crs) and plain.to_epsg() is None
