"""Classes, no class and the part outside the raster: what they must add up to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layers.base.errors import ClosureError
from layers.engine.polygon_input import Intake
from layers.engine.raster_ground import RasterGround
from layers.engine.rings import FloatArray
from layers.engine.tabulate_tasks import ClassSums

__all__ = ["check_closure"]

# Sums of shares close on the polygon's area to this, relative, and to this many cells.
CLOSURE_RATIO = 1e-9
CLOSURE_CELLS = 1e-6


def check_closure(
    intake: Intake, ground: RasterGround, sums: ClassSums, beyond: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Measure what lies outside the raster, if the rest adds up to the polygons.

    A polygon inside the raster must be the sum of its cells, in cells and in m². One that reaches
    beyond leaves a difference, which would close whatever was lost inside: its cells are compared
    with the ground that it shares with the raster's frame, measured by other sums. Areas in cells
    are compared with those of the polygons as they were given, where both are of one CRS.
    """
    polygons = len(intake.shapes)
    total_cells, total_m2 = ground.totals(polygons)
    inside_cells = np.bincount(sums.owner, sums.cells, polygons)
    outside_cells = total_cells - inside_cells
    outside_m2 = total_m2 - np.bincount(sums.owner, sums.area_m2, polygons)
    tolerance = CLOSURE_RATIO * np.abs(total_cells) + CLOSURE_CELLS
    cell_m2 = np.divide(total_m2, total_cells, out=np.zeros(polygons), where=total_cells > 0)
    residual = np.where(beyond, np.minimum(outside_cells, 0.0), outside_cells)
    residual_m2 = np.where(beyond, np.minimum(outside_m2, 0.0), outside_m2)
    if beyond.any():
        residual[beyond] = inside_cells[beyond] - ground.cells_within(beyond)
    _require_closed(intake, residual, tolerance, "cells", "ô")
    _require_closed(intake, residual_m2, tolerance * cell_m2, "m²", "m²")
    if ground.plane_m2 is not None:
        _require_closed(intake, total_m2 - ground.plane_m2, tolerance * cell_m2, "m²", "m²")
    return (
        np.where(beyond, np.maximum(outside_cells, 0.0), 0.0),
        np.where(beyond, np.maximum(outside_m2, 0.0), 0.0),
    )


def _require_closed(
    intake: Intake, residual: FloatArray, tolerance: FloatArray, en: str, vi: str
) -> None:
    rows = np.flatnonzero(~(np.abs(residual) <= tolerance))
    if not len(rows):
        return
    ids = ", ".join(str(intake.ids[intake.number[row]]) for row in rows[:5])
    worst = float(np.abs(residual[rows]).max())
    raise ClosureError(
        en=f"Classes do not add up to the polygon for {len(rows)} polygons ({ids}): {worst:.3g} "
        f"{en} are left over; please report this with the data.",
        vi=f"Tổng các lớp không bằng diện tích vùng ở {len(rows)} vùng ({ids}): còn dư {worst:.3g} "
        f"{vi}; vui lòng báo lỗi kèm dữ liệu.",
    )
