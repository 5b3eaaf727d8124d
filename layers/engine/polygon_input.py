"""Frames at the engine's door: what their ids, CRS and geometry must be, and what is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.base.errors import CrsError, InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.workers import Workers
from layers.crs.areal_scale import ground_areas
from layers.engine.repair import RepairMode, mend, refuse_repairs, require_polygons
from layers.engine.rings import IntArray


@dataclass(frozen=True, slots=True)
class Intake:
    """Polygons that passed the door."""

    ids: pd.Index[Any]  # Each id once, in the order of first appearance
    number: IntArray  # Position in ``ids`` of each row
    shapes: npt.NDArray[Any]  # Valid polygons, one per row; missing and empty ones as they were
    crs: pyproj.CRS  # Their CRS

    @property
    def without_geometry(self) -> npt.NDArray[np.bool_]:
        """Rows whose geometry is missing or empty."""
        lacking: npt.NDArray[np.bool_] = shapely.is_missing(self.shapes) | shapely.is_empty(
            self.shapes
        )
        return lacking


def take_in(
    polygons: gpd.GeoDataFrame,
    ids: pd.Series[Any] | pd.Index[Any],
    *,
    source: str,
    repair: RepairMode | None,
    findings: Findings,
    workers: Workers = 1,
) -> Intake:
    """Check polygons and their ids, repair what is invalid, and tell what was found."""
    if polygons.crs is None:
        raise CrsError("layers.engine.no_crs", source=source)
    number, unique = pd.factorize(ids)
    nameless = np.flatnonzero(number < 0)
    if len(nameless):
        raise InputError(
            "layers.engine.rows_without_id", source=source, count=len(nameless), nameless=nameless
        )
    shapes, labels = np.asarray(polygons.geometry), np.asarray(ids)
    require_polygons(shapes)
    if repair is not None:
        measure = partial(ground_areas, crs=polygons.crs)
        shapes, repairs = mend(shapes, areas=measure, workers=workers)
        tell_repairs(labels, repairs, repair, source, findings)
        unknown = repairs["position"].to_numpy(np.int64)[repairs["before_m2"].isna()]
        if len(unknown):  # an empty polygon has no area; where these lie is not known
            shapes[unknown] = None
    intake = Intake(pd.Index(unique), number.astype(np.int64), shapes, polygons.crs)
    _tell_duplicates(labels, number, source, findings)
    if repair is not None:
        tell_lacking(labels, np.flatnonzero(intake.without_geometry), source, findings)
    return intake


def attach_findings(frame: pd.DataFrame, findings: Findings) -> None:
    """Put findings into a frame's ``attrs["findings"]``, as plain dictionaries."""
    frame.attrs["findings"] = [
        {
            "severity": item.severity,
            "kind": item.kind,
            "source": item.source,
            "message": {"en": item.message.en, "vi": item.message.vi},
            "count": item.count,
            "area_ha": None if item.area_ha != item.area_ha else item.area_ha,
            "examples": list(item.examples),
        }
        for item in findings.items
    ]


def require_columns(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a frame that lacks columns."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        found = [str(column) for column in frame.columns]
        raise InputError("layers.engine.columns_missing", name=name, missing=missing, found=found)


def refuse_names(columns: Sequence[str], taken: Sequence[str]) -> None:
    """Refuse columns whose names the result needs for its own."""
    names = [*columns, *taken]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("layers.engine.columns_repeated", twice=twice, taken=list(taken))


def _examples(labels: npt.NDArray[Any], rows: IntArray) -> tuple[str, ...]:
    return tuple(str(label) for label in labels[rows[:5]])


def _tell_duplicates(
    labels: npt.NDArray[Any], number: npt.NDArray[np.integer[Any]], source: str, findings: Findings
) -> None:
    rows = np.flatnonzero(np.bincount(number, minlength=1)[number] > 1) if len(number) else number
    if not len(rows):
        return
    shown = tuple(dict.fromkeys(str(label) for label in labels[rows]))
    findings.add(
        Finding(
            severity="problem",
            kind="duplicate-id",
            source=source,
            message=message("layers.engine.duplicate_id", count=len(shown), shown=shown),
            count=len(rows),
            examples=shown[:5],
            rows=tuple(rows.tolist()),
        )
    )


def tell_lacking(labels: npt.NDArray[Any], rows: IntArray, source: str, findings: Findings) -> None:
    """Tell records without geometry."""
    if not len(rows):
        return
    shown = _examples(labels, rows)
    findings.add(
        Finding(
            severity="problem",
            kind="no-geometry",
            source=source,
            message=message("layers.engine.no_geometry", count=len(rows), shown=shown),
            count=len(rows),
            examples=shown,
            rows=tuple(rows.tolist()),
        )
    )


def tell_repairs(
    labels: npt.NDArray[Any],
    repairs: pd.DataFrame,
    mode: RepairMode,
    source: str,
    findings: Findings,
) -> None:
    """Tell what was repaired, or refuse it."""
    if repairs.empty:
        return
    refuse_repairs(repairs, mode)
    rows = repairs["position"].to_numpy(np.int64)
    shown = _examples(labels, rows)
    lost = int((repairs["after_m2"] == 0.0).sum())
    change_ha = float(repairs["change_m2"].abs().sum()) / 1e4
    findings.add(
        Finding(
            severity="problem",
            kind="invalid-geometry",
            source=source,
            message=message(
                "layers.engine.invalid_geometry",
                count=len(rows),
                shown=shown,
                change_ha=change_ha,
                lost=lost,
            ),
            count=len(rows),
            area_ha=change_ha,
            examples=shown,
            rows=tuple(rows.tolist()),
        )
    )
