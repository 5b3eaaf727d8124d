"""Polygons as the rest of the house needs them: flat, straight-edged, valid, in metres or degrees.

Each fault is a finding with its plots and hectares; a record without a polygon is set aside, every
other is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
from layers.crs.transform import EQUAL_AREA, has_place
from layers.engine.repair import mend
from layers.io.vector import Repair

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class PolygonCheck:
    """Polygons kept and set aside."""

    kept: gpd.GeoDataFrame  # Records with a valid polygonal geometry, index of the input
    set_aside: gpd.GeoDataFrame  # Records without one, as they came
    findings: Findings  # What was found and done


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
    shapes, mixed = _polygons_of_collections(shapes)
    note("problem", "geometry-mixed", mixed, _MIXED)
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6))
    note("problem", "geometry-not-polygon", ~none & ~polygonal, _NOT_POLYGON)
    raised = polygonal & shapely.has_z(shapes)
    note("note", "geometry-3d", raised, _RAISED)
    if raised.any():
        shapes = np.where(raised, shapely.force_2d(shapes), shapes)
    lost = polygonal & _nowhere(shapes, frame.crs, source)
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


def _polygons_of_collections(
    shapes: npt.NDArray[Any],
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Polygons of the records that also hold lines or points; and which records those are."""
    result, mixed = shapes.copy(), np.zeros(len(shapes), dtype=bool)
    for at in np.flatnonzero(shapely.get_type_id(shapes) == 7):
        parts = shapely.get_parts(shapes[at])
        while np.isin(shapely.get_type_id(parts), (6, 7)).any():
            parts = shapely.get_parts(parts)
        polygons = parts[shapely.get_type_id(parts) == 3]
        if len(polygons):
            result[at] = shapely.multipolygons(polygons)
            mixed[at] = len(polygons) < len(parts)
    return result, mixed


def _nowhere(shapes: npt.NDArray[Any], crs: pyproj.CRS, source: str) -> npt.NDArray[np.bool_]:
    """Whether a polygon can be neither measured nor repaired: a vertex is no number or no place."""
    bounds = shapely.bounds(shapes)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    drawn = np.isfinite(bounds).all(axis=1) & ~found
    lost = drawn & ~has_place(bounds, crs)
    if 2 * lost.sum() > drawn.sum():
        low, high = bounds[lost][:, :2].min(axis=0), bounds[lost][:, 2:].max(axis=0)
        extent = f"x {low[0]:.0f}–{high[0]:.0f}, y {low[1]:.0f}–{high[1]:.0f}"
        raise CrsError(
            en=f"{source}: {lost.sum()} of {drawn.sum()} polygons have no place in {crs.name} "
            f"({extent}): the CRS is another, or x and y are swapped; write the right one: "
            "'crs: EPSG:…'.",
            vi=f"{source}: {lost.sum()} trong {drawn.sum()} đa giác không có vị trí trong "
            f"{crs.name} ({extent}): lớp ghi sai hệ tọa độ hoặc đảo x và y; hãy ghi hệ đúng: "
            "'crs: EPSG:…'.",
        )
    return found | lost


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


def check_repeats(
    frame: pd.DataFrame, record: Sequence[str], *, source: str
) -> tuple[pd.Series[bool], list[Finding]]:
    """Tell plots that repeat an earlier one, outline and record; and outlines with two records."""
    outline = _outlines(frame)
    named = pd.concat([outline, frame[list(record)]], axis=1)
    drawn_twice = outline.duplicated() & outline.ge(0)
    whole = drawn_twice & named.duplicated()
    found = (
        list_plots("problem", kind, mask, message, frame=frame, source=source)
        for kind, mask, message in (
            ("plot-twice", whole, _TWICE),
            ("geometry-twice", drawn_twice & ~whole, _SHAPE_TWICE),
        )
    )
    return whole, [item for item in found if item is not None]


def _outlines(frame: pd.DataFrame) -> pd.Series[int]:
    """Give the same outlines the same number, and -1 to plots without one."""
    shapes = frame["geometry"].to_numpy()
    # Boxes are cheap to compare; only plots that share theirs need their outlines compared.
    boxes = pd.DataFrame(shapely.bounds(shapes))
    number = np.arange(len(frame))
    number[boxes.isna().any(axis=1)] = -1
    shared = boxes.duplicated(keep=False).to_numpy() & (number >= 0)
    codes, _ = pd.factorize(pd.Series(shapely.to_wkb(shapely.normalize(shapes[shared]))))
    number[shared] = len(frame) + codes
    return pd.Series(number, index=frame.index, name="outline")


_MISSING = Phrase(
    en="plots without geometry cannot be placed in a commune and were set aside, draw them",
    vi="lô không có hình học, không biết thuộc xã nào nên để riêng, hãy vẽ lại",
)
_NOT_POLYGON = Phrase(
    en="points or lines instead of polygons were set aside, draw them as polygons",
    vi="điểm hoặc đường thay vì vùng, đã để riêng, hãy vẽ lại thành vùng",
)
_MIXED = Phrase(
    en="records of polygons with lines or points: the polygons were read, the rest was left out",
    vi="bản ghi gồm vùng lẫn đường hoặc điểm: đã đọc phần vùng, bỏ phần còn lại",
)
_RAISED = Phrase(
    en="heights (Z) of 3D polygons were dropped", vi="đã bỏ cao độ (Z) của đa giác 3 chiều"
)
_INVALID = Phrase(
    en="invalid polygons (self-crossing), repair them or allow repair",
    vi="đa giác lỗi (tự cắt), hãy sửa hoặc cho phép tự sửa (repair)",
)
_NOT_NUMBERS = Phrase(
    en="polygons with coordinates that are no numbers, or no place in the layer's CRS, were set "
    "aside, draw them again",
    vi="đa giác có tọa độ không phải số hoặc nằm ngoài hệ tọa độ của lớp, đã để riêng, hãy vẽ lại",
)
_COLLAPSED = Phrase(
    en="polygons without area were set aside, draw them again",
    vi="đa giác không có diện tích, đã để riêng, hãy vẽ lại",
)
_TWICE = Phrase(
    en="records that repeat an earlier one were set aside",
    vi="bản ghi lặp lại bản ghi trước, đã để riêng",
)
_SHAPE_TWICE = Phrase(
    en="plots drawn on exactly the same outline as an earlier one but with another record, "
    "both were kept, remove one",
    vi="lô trùng hoàn toàn ranh giới với lô trước nhưng khác thuộc tính, đã giữ cả hai, hãy bỏ một",
)
