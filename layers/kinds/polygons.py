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

from layers.base.errors import CrsError, InputError
from layers.base.findings import Finding, Findings, Severity
from layers.base.language import Phrase
from layers.base.messages import message
from layers.crs.crs import plane_area_ha
from layers.crs.source import read_layer
from layers.crs.transform import EQUAL_AREA, has_place
from layers.io.vector import Repair, VectorFile

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class PolygonCheck:
    """Polygons kept and set aside."""

    kept: gpd.GeoDataFrame  # Records with a valid polygonal geometry, index of the input
    set_aside: gpd.GeoDataFrame  # Records without one, as they came
    findings: Findings  # What was found and done


#: A zone of three degrees keeps areas to some hundredths of a percent; UTM and zones of six degrees
#: do not.
_LEAST_SCALE, _SCALE = 0.9999, "Scale factor at natural origin"


def measuring_crs(crs: pyproj.CRS) -> pyproj.CRS:
    """CRS in which a layer's own plots are measured: its own where that is a zone of 3 degrees."""
    operation = crs.coordinate_operation if crs.is_projected else None
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return EQUAL_AREA
    scale = next((float(one.value) for one in operation.params if one.name == _SCALE), 0.0)
    narrow = scale >= _LEAST_SCALE and crs.axis_info[0].unit_name == "metre"
    return crs if narrow else EQUAL_AREA


def list_plots(
    severity: Severity,
    kind: str,
    mask: pd.Series[bool],
    what: Phrase,
    *,
    frame: pd.DataFrame,
    source: str,
) -> Finding | None:
    """Make a finding of the plots a mask picks, with their labels and hectares."""
    picked = mask.to_numpy(dtype=bool, na_value=False)
    count = int(picked.sum())
    if not count:
        return None
    plots = [str(label) for label in frame["plot"].to_numpy()[picked]]
    area = float(np.nansum(frame["area_ha"].to_numpy(dtype="float64", na_value=np.nan)[picked]))
    return Finding(
        severity,
        kind,
        source,
        message("layers.kinds.plots_and_hectares", what=what, count=count, area=area, plots=plots),
        count=count,
        area_ha=area,
        examples=tuple(plots[:_EXAMPLES]),
        rows=tuple(int(row) for row in frame["row"].to_numpy()[picked]),
    )


def check_polygons(frame: gpd.GeoDataFrame, *, source: str, repair: Repair) -> PolygonCheck:
    """Flatten, repair and sort out geometries."""
    if frame.crs is None:
        raise CrsError("layers.kinds.no_crs", source=source)
    shapes = frame.geometry.to_numpy()
    findings: list[Finding | None] = []

    def note(severity: Severity, kind: str, mask: npt.ArrayLike, what: Phrase) -> None:
        picked = pd.Series(np.asarray(mask, dtype=bool), index=frame.index)
        findings.append(list_plots(severity, kind, picked, what, frame=frame, source=source))

    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    note("problem", "geometry-missing", none, message("layers.kinds.geometry_missing"))
    shapes, mixed = _polygons_of_collections(shapes)
    note("problem", "geometry-mixed", mixed, message("layers.kinds.geometry_mixed"))
    polygonal = np.isin(shapely.get_type_id(shapes), (3, 6))
    note(
        "problem",
        "geometry-not-polygon",
        ~none & ~polygonal,
        message("layers.kinds.geometry_not_polygon"),
    )
    raised = polygonal & shapely.has_z(shapes)
    note("note", "geometry-3d", raised, message("layers.kinds.geometry_3d"))
    if raised.any():
        shapes = np.where(raised, shapely.force_2d(shapes), shapes)
    lost = polygonal & _nowhere(shapes, frame.crs, source)
    note("problem", "geometry-not-numbers", lost, message("layers.kinds.geometry_not_numbers"))
    kept = polygonal & ~none & ~lost
    some = shapes.copy()
    some[~kept] = None
    from layers.engine.repair import mend  # With the compiler, which others need not load.

    mended, repairs = mend(some)
    invalid = np.isin(np.arange(len(shapes)), repairs["position"])
    if invalid.any() and repair == "never":
        note("error", "geometry-invalid", invalid, message("layers.kinds.geometry_invalid"))
    elif invalid.any():
        change = _change_ha(shapes[invalid], mended[invalid], frame.crs)
        shapes = np.where(invalid, mended, shapes)
        note("problem", "geometry-repaired", invalid, _repaired_message(change))
        collapsed = kept & shapely.is_empty(shapes)
        note("problem", "geometry-collapsed", collapsed, message("layers.kinds.geometry_collapsed"))
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
            "layers.kinds.polygons_without_place",
            source=source,
            count=lost.sum(),
            count_2=drawn.sum(),
            crs=crs.name,
            extent=extent,
        )
    return found | lost


def _change_ha(drawn: npt.NDArray[Any], mended: npt.NDArray[Any], crs: pyproj.CRS) -> float:
    """Sum of the absolute changes of area."""
    flat = measuring_crs(crs)
    before = plane_area_ha(gpd.GeoDataFrame(geometry=list(drawn), crs=crs), flat)
    after = plane_area_ha(gpd.GeoDataFrame(geometry=list(mended), crs=crs), flat)
    return float((after - before).abs().sum())


def _repaired_message(change_ha: float) -> Phrase:
    return message("layers.kinds.polygons_repaired", change_ha=change_ha)


def check_repeats(
    frame: pd.DataFrame, record: Sequence[str], *, file: VectorFile
) -> tuple[pd.Series[bool], list[Finding]]:
    """Tell plots that repeat an earlier one, outline and record; and outlines with two records.

    A plot also repeats another where nothing in the file tells the two apart, named or not.
    """
    outline = _outlines(frame)
    again = outline.duplicated() & outline.ge(0)
    whole = again & pd.concat([outline, frame[list(record)]], axis=1).duplicated()
    other, names = again & ~whole, list[str]()
    if other.any():
        alike = outline.isin(outline[other])
        rows = frame.loc[alike, "row"]
        told = _attributes(file, rows)
        told[0] = outline[alike].to_numpy()  # Fields of a file go by text
        equal = pd.Series(told.duplicated().to_numpy(), index=rows.index)
        whole |= other & equal.reindex(frame.index, fill_value=False)
        other &= ~whole
        values = told[~whole[alike].to_numpy()].groupby(0).nunique(dropna=False)
        names = [str(name) for name in values.columns[values.gt(1).any()]]
    found = (
        list_plots("problem", kind, mask, what, frame=frame, source=file.source)
        for kind, mask, what in (
            ("plot-twice", whole, message("layers.kinds.plot_twice")),
            ("geometry-twice", other, message("layers.kinds.geometry_twice", names=names)),
        )
    )
    return whole, [item for item in found if item is not None]


def _attributes(file: VectorFile, rows: pd.Series[int]) -> pd.DataFrame:
    """All that a file says of some records, as text; their numbers alone where it tells no more."""
    try:
        frame, _ = read_layer(file)
    except InputError:  # Of fields that nobody asked for
        return pd.DataFrame({"#": rows})
    return pd.DataFrame(frame.drop(columns="geometry")).loc[rows].astype(str)


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
