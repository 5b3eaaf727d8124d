"""Rasters of classes: what classes a raster holds, held against the table of the project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj

from layers.base.errors import CrsError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.schema import read_schema
from layers.base.short_repr import short_repr
from layers.engine.polygon_input import take_in
from layers.engine.raster import (
    BlockReader,
    RasterGrid,
    plan_windows,
    raster_grid,
    refuse_too_many,
    require_class,
    with_data,
)
from layers.engine.rings import IntArray
from layers.engine.tabulate_tasks import RasterGround
from layers.io.raster_source import open_raster, raster_files
from layers.kinds.crops import crop_named

#: A raster of which less than this part of the communes is seen, and which lies more outside of
#: them than inside, is not of this province.
_LITTLE = 0.01
#: Up to here values are counted in a table, without sorting them.
_FEW_VALUES = 1 << 16

RASTER_CLASSES = read_schema("layers.kinds", "raster classes")


@dataclass(frozen=True, slots=True)
class RasterLook:
    """What a raster of classes holds.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    grid : RasterGrid
        Where its cells lie; ``tabulate_area`` takes it in place of the path.
    classes : pandas.DataFrame
        Columns of ``RASTER_CLASSES``, sorted by class; nodata is not among them.
    findings : Findings
        Problems of kind ``class-unnamed``, ``class-names-crop`` and ``raster-empty``, notes of
        kind ``class-absent`` and ``crs-taken-as-vn2000``.
    """

    path: Path
    grid: RasterGrid
    classes: pd.DataFrame
    findings: Findings

    __repr__ = short_repr

    @property
    def crs(self) -> pyproj.CRS:
        """CRS of the raster."""
        return self.grid.crs

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.grid.height, self.grid.width

    @property
    def nodata(self) -> int | None:
        """Value that means "no class", where one does and no mask says it."""
        return self.grid.nodata


def describe_raster(
    path: str | Path,
    classes: Mapping[int, str],
    *,
    band: int = 1,
    source: str | None = None,
    crs: str | None = None,
    communes: gpd.GeoDataFrame | None = None,
    folders: Sequence[Path] = (),
) -> RasterLook:
    """Count the cells of every class and hold the classes against their names.

    Parameters
    ----------
    path : str or Path
        GeoTIFF, VRT, ERDAS ``.img``, ``.asc``, ``.bil``, ``.hgt``, ``.sdat`` or ``.png`` on this
        machine.
    classes : mapping of int to str
        Value → land class.
    band : int
        Band, from 1.
    source : str, optional
        Name for messages; default the file's.
    crs : str, optional
        CRS that leads over the file's own, for instance ``"EPSG:9215"``.
    communes : geopandas.GeoDataFrame, optional
        ``commune_code`` and polygons that the raster must meet; cells are then counted in the
        rectangle around them.
    folders : sequence of Path
        Folders in which sources of a VRT may lie, beside its own.

    Returns
    -------
    RasterLook
        A value without a name is a problem and keeps its number as its name; a name without cells
        is a note.

    Raises
    ------
    MissingFileError
        There is no such file, or a VRT names one that is not there.
    CrsError
        The raster has no CRS, misses the communes, or areas cannot be measured in its CRS.
    InputError
        The file is remote, no raster, damaged, rotated, lacks the band, its values are not whole
        numbers, or a VRT reads files outside ``folders``.
    """
    path = Path(path)
    name = source or path.name
    findings = Findings()
    with open_raster(path, folders=folders) as dataset:
        grid = raster_grid(dataset, band, source=name, crs=crs, findings=findings)
    frame = np.array([[0, grid.height, 0, grid.width]], np.int64)
    if communes is not None:
        frame = frame_of_communes(communes, grid, name)
    top, bottom, left, right = np.clip(frame[0], 0, [grid.height] * 2 + [grid.width] * 2).tolist()
    files = raster_files(path, folders=folders)
    refuse_too_many((bottom - top) * (right - left), name, files)
    table = _named(_count(grid, frame), classes, name, findings)
    return RasterLook(path, grid, table, findings)


def frame_of_communes(communes: gpd.GeoDataFrame, grid: RasterGrid, name: str) -> IntArray:
    """First and last row and column around the communes, which the raster must show."""
    codes = communes["commune_code"]
    intake = take_in(communes, codes, source="communes", repair="repair", findings=Findings())
    ground = RasterGround.of(intake, grid)
    cells = ground.part_cells()
    frame = np.array([[*_range(cells[:, :2]), *_range(cells[:, 2:])]], np.int64)
    every = np.ones(len(codes), bool)
    inside = float(ground.cells_within(every).sum())
    whole = float(ground.rings.areas(len(codes)).sum())
    little = inside < _LITTLE * whole and inside < 0.5 * grid.width * grid.height
    if inside <= 0 or little:
        here, there = (
            _box(grid, box) for box in ((0, grid.height, 0, grid.width), *frame.tolist())
        )
        raise CrsError(
            "layers.kinds.raster_beside_communes",
            name=name,
            inside=inside / whole * 100,
            here=here,
            there=there,
            crs=grid.crs.name,
        )
    return frame


def _range(edges: IntArray) -> tuple[int, int]:
    return int(edges.min()), int(edges.max())


def _box(grid: RasterGrid, cells: Sequence[int]) -> str:
    top, bottom, left, right = cells
    corners = [grid.transform * corner for corner in ((left, top), (right, bottom))]
    (x0, x1), (y0, y1) = (sorted(values) for values in zip(*corners, strict=True))
    digits = 0 if grid.crs.is_projected else 3
    return f"x {x0:.{digits}f}–{x1:.{digits}f}, y {y0:.{digits}f}–{y1:.{digits}f}"


def _count(grid: RasterGrid, frame: IntArray) -> pd.Series[int]:
    """Cells by value in a rectangle, window by window, without nodata and masked cells."""
    total: dict[int, int] = {}
    reader = BlockReader(grid)
    first_row, last_row, first, last = frame[0].tolist()
    try:
        with reader.environment():
            for window, _ in plan_windows(grid, frame):
                values, has_data = reader.read(window)
                top, _, left, _ = window
                part = np.s_[
                    max(first_row - top, 0) : last_row - top, max(first - left, 0) : last - left
                ]
                here = values[part]
                if has_data is not None or grid.nodata is not None:
                    here = here[with_data(values, has_data, grid.nodata)[part]]
                for value, number in _cells_by_value(here):
                    total[value] = total.get(value, 0) + number
    finally:
        reader.close()
    require_class(max(total, default=0))
    return pd.Series(total, dtype="int64").sort_index()


def _cells_by_value(values: npt.NDArray[np.integer]) -> Iterable[tuple[int, int]]:
    """Count the cells of each value; large stretches are of one value, most rasters of few."""
    if not values.size:
        return ()
    low, high = int(values.min()), int(values.max())
    if low == high:
        return ((low, values.size),)
    if low >= 0 and high <= _FEW_VALUES:
        counts = np.bincount(values.ravel().astype(np.intp, copy=False))
        found = np.flatnonzero(counts)
        return zip(found.tolist(), counts[found].tolist(), strict=True)
    found, counts = np.unique(values, return_counts=True)  # sorts them
    return zip(found.tolist(), counts.tolist(), strict=True)


def _named(
    counts: pd.Series[int], classes: Mapping[int, str], name: str, findings: Findings
) -> pd.DataFrame:
    if counts.empty:
        findings.add(
            Finding(
                "problem",
                "raster-empty",
                name,
                message("layers.kinds.raster_empty"),
            )
        )
    unnamed = [value for value in counts.index if value not in classes]
    if unnamed:
        cells = int(counts[unnamed].sum())
        findings.add(
            Finding(
                "problem",
                "class-unnamed",
                name,
                message("layers.kinds.class_unnamed", unnamed=unnamed, cells=cells),
                count=len(unnamed),
                examples=tuple(str(value) for value in unnamed[:5]),
            )
        )
    absent = sorted(set(classes) - set(counts.index))
    if absent:
        findings.add(
            Finding(
                "note",
                "class-absent",
                name,
                message("layers.kinds.class_absent", absent=absent),
                count=len(absent),
                examples=tuple(str(value) for value in absent[:5]),
            )
        )
    names = [classes.get(value, str(value)) for value in counts.index]
    crops = [it for it in dict.fromkeys(names) if crop_named(it)[0]]
    if crops:
        what = message("layers.kinds.class_names_crop", crops=crops)
        findings.add(
            Finding(
                "problem", "class-names-crop", name, what, len(crops), examples=tuple(crops[:5])
            )
        )
    table = pd.DataFrame({"class": counts.index, "name": names, "cells": counts.to_numpy()})
    return RASTER_CLASSES.validate(table)
