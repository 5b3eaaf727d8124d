"""Polygons as the rest of the house needs them: flat, straight-edged, valid, in metres or degrees.

Each fault is a finding with its plots and hectares; a record without a polygon is set aside, every
other is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.base.errors import CrsError
from layers.base.findings import Finding, Findings, Severity
from layers.base.language import Phrase, format_number
from layers.crs.crs import plane_area_ha
from layers.crs.transform import EQUAL_AREA
from layers.engine.repair import mend

__all__ = ["PolygonCheck", "Repair", "check_polygons", "list_plots", "measuring_crs"]

Repair = Literal["repair", "never"]

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class PolygonCheck:
    """Polygons kept and set aside.

    Parameters
    ----------
    kept : geopandas.GeoDataFrame
        Records with a valid polygonal geometry, index of the input.
    set_aside : geopandas.GeoDataFrame
        Records without one, as they came.
    findings : Findings
        What was found and done.
    """

    kept: gpd.GeoDataFrame
    set_aside: gpd.GeoDataFrame
    findings: Findings


def measuring_crs(crs: pyproj.CRS) -> pyproj.CRS:
    """CRS in which a layer's own plots are measured for checks."""
    operation = crs.coordinate_operation
    method = operation.method_name if crs.is_projected and operation else ""
    if "Transverse Mercator" in method and crs.axis_info[0].unit_name == "metre":
        return crs
    return EQUAL_AREA


def list_plots(
    severity: Severity,
    kind: str,
    mask: pd.Series[bool],
    message: Phrase,
    *,
    frame: pd.DataFrame,
    source: str,
) -> Finding | None:
    """Make a finding of the plots a mask picks, with their labels and hectares."""
    picked = mask.to_numpy(dtype=bool, na_value=False)
    count = int(picked.sum())
    if not count:
        return None
    labels = tuple(str(label) for label in frame["plot"].to_numpy()[picked][:_EXAMPLES])
    area = float(np.nansum(frame["area_ha"].to_numpy(dtype="float64", na_value=np.nan)[picked]))
    shown = ", ".join(labels) + (", …" if count > len(labels) else "")
    return Finding(
        severity,
        kind,
        source,
        Phrase(
            en=f"{message.en}: {format_number(count, 'en')} plots, "
            f"{format_number(area, 'en', decimals=2)} ha ({shown})",
            vi=f"{message.vi}: {format_number(count, 'vi')} lô, "
            f"{format_number(area, 'vi', decimals=2)} ha ({shown})",
        ),
        count=count,
        area_ha=area,
        examples=labels,
        rows=tuple(int(row) for row in frame["row"].to_numpy()[picked]),
    )


def check_polygons(frame: gpd.GeoDataFrame, *, source: str, repair: Repair) -> PolygonCheck:
    """Flatten, repair and sort out geometries."""
    if frame.crs is None:
        raise CrsError(
            en=f"{source}: expected a coordinate reference system, found none.",
            vi=f"{source}: lớp không có hệ tọa độ.",
        )
    shapes = frame.geometry.to_numpy()
    findings: list[Finding | None] = []

    def note(severity: Severity, kind: str, mask: npt.ArrayLike, message: Phrase) -> None:
        picked = pd.Series(np.asarray(mask, dtype=bool), index=frame.index)
        findings.append(list_plots(severity, kind, picked, message, frame=frame, source=source))

    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    note("problem", "geometry-missing", none, _MISSING)
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6))
    note("problem", "geometry-not-polygon", ~none & ~polygonal, _NOT_POLYGON)
    raised = polygonal & shapely.has_z(shapes)
    note("note", "geometry-3d", raised, _RAISED)
    if raised.any():
        shapes = np.where(raised, shapely.force_2d(shapes), shapes)
    lost = polygonal & _not_numbers(shapes)
    note("problem", "geometry-not-numbers", lost, _NOT_NUMBERS)
    kept = polygonal & ~none & ~lost
    some = shapes.copy()
    some[~kept] = None
    mended, repairs = mend(some)
    invalid = np.isin(np.arange(len(shapes)), repairs["position"])
    if invalid.any() and repair == "never":
        note("error", "geometry-invalid", invalid, _INVALID)
    elif invalid.any():
        change = _change_ha(shapes[invalid], mended[invalid], frame.crs)
        shapes = np.where(invalid, mended, shapes)
        note("problem", "geometry-repaired", invalid, _repaired_message(change))
        collapsed = kept & shapely.is_empty(shapes)
        note("problem", "geometry-collapsed", collapsed, _COLLAPSED)
        kept &= ~collapsed
    result = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    found = Findings([item for item in findings if item is not None])
    return PolygonCheck(result.loc[kept], frame.loc[~kept], found)


def _not_numbers(shapes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether a coordinate is no number; such a polygon can be neither measured nor repaired."""
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    return found


def _change_ha(drawn: npt.NDArray[Any], mended: npt.NDArray[Any], crs: pyproj.CRS) -> float:
    """Sum of the absolute changes of area."""
    flat = measuring_crs(crs)
    before = plane_area_ha(gpd.GeoDataFrame(geometry=list(drawn), crs=crs), flat)
    after = plane_area_ha(gpd.GeoDataFrame(geometry=list(mended), crs=crs), flat)
    return float((after - before).abs().sum())


def _repaired_message(change_ha: float) -> Phrase:
    return Phrase(
        en="invalid polygons (self-crossing) were repaired, area changed by "
        f"{format_number(change_ha, 'en', decimals=4)} ha",
        vi="đa giác lỗi (tự cắt) đã được sửa, diện tích thay đổi "
        f"{format_number(change_ha, 'vi', decimals=4)} ha",
    )


_MISSING = Phrase(
    en="plots without geometry cannot be placed in a commune and were set aside, draw them",
    vi="lô không có hình học, không biết thuộc xã nào nên để riêng, hãy vẽ lại",
)
_NOT_POLYGON = Phrase(
    en="points or lines instead of polygons were set aside, draw them as polygons",
    vi="điểm hoặc đường thay vì vùng, đã để riêng, hãy vẽ lại thành vùng",
)
_RAISED = Phrase(
    en="heights (Z) of 3D polygons were dropped", vi="đã bỏ cao độ (Z) của đa giác 3 chiều"
)
_INVALID = Phrase(
    en="invalid polygons (self-crossing), repair them or allow repair",
    vi="đa giác lỗi (tự cắt), hãy sửa hoặc cho phép tự sửa (repair)",
)
_NOT_NUMBERS = Phrase(
    en="polygons with coordinates that are no numbers were set aside, draw them again",
    vi="đa giác có tọa độ không phải số, đã để riêng, hãy vẽ lại",
)
_COLLAPSED = Phrase(
    en="polygons without area were set aside, draw them again",
    vi="đa giác không có diện tích, đã để riêng, hãy vẽ lại",
)
