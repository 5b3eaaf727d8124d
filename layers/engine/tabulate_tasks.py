"""Polygons in the cells of a raster, and one piece of a tabulation: those that meet a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.crs.areal_scale import square_unit_m2
from layers.engine.cell_area import CellAreas
from layers.engine.cell_coverage import Window, coverage_runs
from layers.engine.class_sums import CLASSES, class_sums
from layers.engine.polygon_input import Intake
from layers.engine.raster import BlockReader, RasterGrid, require_class, with_data
from layers.engine.reprojection import reproject_rings
from layers.engine.rings import FloatArray, IntArray, Rings, rings_of
from layers.engine.shared_area import bin_edges, shared_areas


@dataclass(frozen=True, slots=True)
class RasterGround:
    """Polygons in cells of a raster: column ``c`` reaches from ``c`` to ``c + 1``."""

    rings: Rings  # Their rings
    bounds: FloatArray  # Bounds of the parts
    grid: RasterGrid  # The raster
    cell_areas: CellAreas  # What its cells are worth
    # Areas of the polygons as they were given, where they were given in the raster's CRS and its
    # cells are all alike
    plane_m2: FloatArray | None

    @classmethod
    def of(cls, intake: Intake, grid: RasterGrid) -> RasterGround:
        """Bring polygons onto a raster."""
        rings = rings_of(intake.shapes)
        t = grid.transform
        moved = not intake.crs.equals(grid.crs, ignore_axis_order=True)
        if moved:
            rings = reproject_rings(rings, intake.crs, grid.crs, (abs(t.a), abs(t.e)))
        cell_areas = CellAreas.of(grid.crs, t, rings.part_bounds())
        plane = None
        if cell_areas.uniform and not moved:
            plane = np.nan_to_num(shapely.area(intake.shapes)) * square_unit_m2(grid.crs)
        cells = rings.moved((rings.x - t.c) / t.a, (rings.y - t.f) / t.e)
        return cls(cells, cells.part_bounds(), grid, cell_areas, plane)

    def part_cells(self) -> IntArray:
        """First and last row, first and last column that each part may touch."""
        limit = 2**40  # cells: far off any raster, and whole as a number
        x0, y0, x1, y1 = np.clip(self.bounds, -limit, limit).T
        cells = np.column_stack([np.floor(y0), np.ceil(y1), np.floor(x0), np.ceil(x1)])
        return cells.astype(np.int64)

    def totals(self, polygons: int) -> tuple[FloatArray, FloatArray]:
        """Cells and m² of each polygon, inside and outside the raster."""
        rings = self.rings
        cells = rings.areas(polygons)
        if self.cell_areas.uniform or not len(rings.x):
            return cells, cells * self.cell_areas.rows(0, 1)
        from layers.engine.row_weights import row_weighted_areas  # compiled only where it is needed

        top, bottom = int(np.floor(rings.y.min())), int(np.ceil(rings.y.max())) + 1
        areas = row_weighted_areas(rings, self.cell_areas.rows(top, bottom), top)
        owner = np.repeat(rings.part_owner, np.diff(rings.part_ring))
        return cells, np.bincount(owner, areas, polygons).astype(np.float64)

    def beyond(self, polygons: int) -> npt.NDArray[np.bool_]:
        """Tell which polygons reach beyond the raster."""
        low, high = self.bounds[:, :2].min(axis=1), self.bounds[:, 2:]
        parts = (low < 0) | (high[:, 0] > self.grid.width) | (high[:, 1] > self.grid.height)
        result = np.zeros(polygons, bool)
        result[self.rings.part_owner[parts]] = True
        return result

    def cells_within(self, chosen: npt.NDArray[np.bool_]) -> FloatArray:
        """Cells of some polygons inside the raster, as ground shared with its frame."""
        count = int(chosen.sum())
        number = np.where(chosen, np.cumsum(chosen) - 1, -1)
        few = self.rings.take(np.flatnonzero(chosen[self.rings.part_owner])).owned_by(number)
        frame = rings_of(np.array([shapely.box(0, 0, self.grid.width, self.grid.height)]))
        pairs = np.array([np.zeros(count, np.int64), np.arange(count)])
        return shared_areas(bin_edges(frame, 1), bin_edges(few, count), pairs)


#: Parts are taken together until their edges may touch this many cells: bounds the memory.
ENTRIES = 1 << 20


@dataclass(frozen=True, slots=True)
class BlockPiece:
    """What is needed to tabulate one window; it can be sent to another process."""

    reader: BlockReader  # Reads the raster
    window: Window  # Top, bottom, left, right, in cells
    rings: Rings  # Polygons, coordinates in cells
    parts: IntArray  # Which of their parts meet the window
    bounds: IntArray  # The ``entry_bounds`` of those parts
    row_area: FloatArray  # Area of a cell in each row of the window, m²

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Cross a process border with no other parts than those that meet the window."""
        few, numbers = self.rings.take(self.parts), np.arange(len(self.parts))
        return BlockPiece, (self.reader, self.window, few, numbers, self.bounds, self.row_area)


@dataclass(frozen=True, slots=True)
class ClassSums:
    """Sums by polygon and class, as parallel columns."""

    owner: IntArray  # Number of the polygon
    value: IntArray  # Class
    missing: npt.NDArray[np.bool_]  # Whether the cells have no class (``value`` is then 0)
    cells: FloatArray  # Sum of the shares of cells
    area_m2: FloatArray  # Sum of shares times areas of cells

    @staticmethod
    def join(sums: list[ClassSums]) -> ClassSums:
        """Sum what belongs together."""
        owner, value, missing, cells, area = (
            np.concatenate([getattr(s, name) for s in sums] or [np.empty(0, dtype)])
            for name, dtype in (
                ("owner", "i8"),
                ("value", "i8"),
                ("missing", "?"),
                ("cells", "f8"),
                ("area_m2", "f8"),
            )
        )
        order = np.lexsort((value, missing, owner))  # stable: the order of addition is kept
        owner, value, missing = owner[order], value[order], missing[order]
        new = np.ones(len(owner), bool)
        new[1:] = np.diff(owner) | np.diff(value) | (missing[1:] != missing[:-1])
        first = np.flatnonzero(new)
        if not len(first):
            return ClassSums(owner, value, missing, cells, area)
        return ClassSums(
            owner[first],
            value[first],
            missing[first],
            np.add.reduceat(cells[order], first),
            np.add.reduceat(area[order], first),
        )


def tabulate_block(piece: BlockPiece) -> ClassSums:
    """Sum shares of cells by polygon and class in one window."""
    values, has_data = piece.reader.read(piece.window)
    block, classes, missing = _numbered(values, has_data, piece.reader.grid.nodata)
    sums = []
    for parts, bounds in _batches(piece):
        runs = coverage_runs(piece.rings, parts, piece.window, bounds)
        corner = (piece.window[0], piece.window[2])
        part, number, cells, area = class_sums(block, len(classes), runs, piece.row_area, corner)
        lost = missing[number]
        value = np.where(lost, 0, classes[number])
        owner = piece.rings.part_owner[parts[part]]
        sums.append(ClassSums(owner, value, lost, cells, area))
    return ClassSums.join(sums)


def _batches(piece: BlockPiece) -> Iterator[tuple[IntArray, IntArray]]:
    """Group parts so that edges touch a bounded number of cells; yields their bounds as well."""
    bounds = piece.bounds
    group = (np.cumsum(bounds) - bounds) // ENTRIES
    edges = np.flatnonzero(np.diff(group, prepend=-1, append=-1))
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        yield piece.parts[start:stop], bounds[start:stop]


def _numbered(
    values: npt.NDArray[Any], has_data: npt.NDArray[np.bool_] | None, nodata: int | None
) -> tuple[npt.NDArray[Any], IntArray, npt.NDArray[np.bool_]]:
    """Block of class numbers (8 bits if they fit), the class of each, and whether it is none."""
    if values.dtype == np.uint8 and has_data is None:
        classes = np.arange(CLASSES, dtype=np.int64)
        return values, classes, classes == (-1 if nodata is None else nodata)
    valid = with_data(values, has_data, nodata)
    if not valid.any():
        return np.zeros(values.shape, np.uint8), np.zeros(1, np.int64), np.ones(1, bool)
    kind = np.iinfo(values.dtype)
    low = values.min(where=valid, initial=kind.max)
    high = values.max(where=valid, initial=kind.min)
    require_class(int(high))
    if int(high) - int(low) < CLASSES - 1:
        # Integers wrap around, so that the low byte of the difference is right for any type.
        block = ((values - low).astype(np.uint8) + np.uint8(1)) * valid
        classes = int(low) - 1 + np.arange(CLASSES, dtype=np.int64)
    else:
        codes, found = pd.factorize(values[valid])
        block = np.zeros(values.shape, np.int32)
        block[valid] = codes + 1
        classes = np.concatenate(([0], found.astype(np.int64)))
    none = np.zeros(len(classes), bool)
    none[0] = True
    return block, classes, none
