"""Polygons in the cells of a raster, and what they measure there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from layers.crs.areal_scale import square_unit_m2
from layers.engine.cell_area import CellAreas
from layers.engine.polygon_input import Intake
from layers.engine.raster import RasterGrid
from layers.engine.reprojection import reproject_rings
from layers.engine.rings import FloatArray, Rings, rings_of
from layers.engine.shared_area import bin_edges, shared_areas

__all__ = ["RasterGround"]


@dataclass(frozen=True, slots=True)
class RasterGround:
    """Polygons in cells of a raster: column ``c`` reaches from ``c`` to ``c + 1``.

    Parameters
    ----------
    rings : Rings
        Their rings.
    bounds : ndarray of float64, shape (parts, 4)
        Bounds of the parts.
    grid : RasterGrid
        The raster.
    cell_areas : CellAreas
        What its cells are worth.
    plane_m2 : ndarray of float64 or None
        Areas of the polygons as they were given, where they were given in the raster's CRS and
        its cells are all alike.
    """

    rings: Rings
    bounds: FloatArray
    grid: RasterGrid
    cell_areas: CellAreas
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
