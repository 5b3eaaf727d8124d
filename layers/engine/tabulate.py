"""Hectares by raster class inside polygons: exact shares of cells, ground areas of cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.errors import ClosureError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.workers import Workers, run_pieces, worker_count
from layers.engine.cell_coverage import entry_bounds
from layers.engine.polygon_input import (
    Intake,
    attach_findings,
    refuse_names,
    require_columns,
    take_in,
)
from layers.engine.raster import (
    BlockReader,
    RasterGrid,
    can_reopen,
    plan_windows,
    raster_grid,
    require_dataset,
)
from layers.engine.repair import RepairMode
from layers.engine.rings import FloatArray
from layers.engine.tabulate_tasks import BlockPiece, ClassSums, RasterGround, tabulate_block
from layers.io.raster_source import open_raster


def tabulate_area(
    polygons: gpd.GeoDataFrame,
    raster: str | Path | Any,
    *,
    id_column: str = "commune_code",
    band: int = 1,
    workers: Workers = 1,
    repair: RepairMode = "repair",
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Cells and hectares of each raster class inside each polygon.

    Every cell counts by the exact share of it that the polygon covers. Cells of a lon/lat raster
    have the area of their row on the ellipsoid (within a cell, shares are plane shares in
    longitude and latitude); on a projected raster plane areas are taken where they are those of
    the ground, and by row where the projection is equal-area on a sphere.
    Polygons are brought into the CRS of the raster with their edges bent as the transformation
    bends them, to a tenth of a cell. Polygons that overlap each get their full count.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        Polygons in any CRS.
    raster : str, pathlib.Path, rasterio dataset or RasterGrid
        Raster of classes, any integer type, tiled or striped, north-up or south-up: a file on this
        machine (sources of a VRT in its own folder), an open dataset, or the ``grid`` of what
        ``describe_raster`` found.
    id_column : str
        Column of ``polygons`` with their ids. Rows with one id are added up, and reported.
    band : int
        Band number, from 1.
    workers : int or dask.distributed.Client
        Number of local workers, or a cluster whose workers can open the raster's path.
    repair : {"repair", "never"}
        Whether invalid polygons are repaired (and reported), or refused.
    findings : Findings, optional
        Takes what was found: duplicate ids, polygons without geometry, repairs, polygons that
        reach beyond the raster. The same stands in ``attrs["findings"]`` of the result.

    Returns
    -------
    pandas.DataFrame
        Columns ``[id_column, "class", "cells", "area_ha"]``: a row per polygon and class present,
        by order of the polygons and class; then one row per polygon whose class is ``<NA>``, for
        cells without data and for what lies outside the raster, 0 where there is neither. A
        polygon with empty geometry has 0 there; an id has NaN if the geometry of all its rows is
        missing (or has coordinates that are no numbers), and the figures of the others if only
        some are.

    Raises
    ------
    InputError
        The raster is remote, damaged or of an unknown format, holds no integers, is rotated or
        lacks the band; ids are missing; geometry is not polygonal, or invalid and not to be
        repaired.
    CrsError
        The raster or the polygons have no CRS, no transformation between the two is known, or
        areas in the raster's CRS depart from the ground by more than 0.2 %.
    MissingFileError
        There is no such file, or a VRT names one that is not there.
    ClosureError
        Classes and ``<NA>`` do not add up to a polygon.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from rasterio.io import MemoryFile
    >>> square = gpd.GeoDataFrame(
    ...     {"commune_code": ["a"]}, geometry=[shapely.box(450_000, 2_399_850, 450_150, 2_400_000)],
    ...     crs="EPSG:9215",
    ... )
    >>> with MemoryFile() as memory, memory.open(
    ...     driver="GTiff", width=2, height=2, count=1, dtype="uint8", crs="EPSG:9215",
    ...     transform=(100, 0, 450_000, 0, -100, 2_400_000),
    ... ) as dataset:  # doctest: +SKIP
    ...     dataset.write(np.array([[1, 2], [3, 4]], "uint8"), 1)
    ...     tabulate_area(square, dataset)["cells"].tolist()
    [1.0, 0.5, 0.5, 0.25, 0.0]
    """
    require_columns(polygons, [id_column], "polygons")
    refuse_names([id_column], ["class", "cells", "area_ha"])
    found = Findings()
    worker_count(workers)
    with _reader(raster, band, workers, found) as reader:
        intake = take_in(
            polygons,
            polygons[id_column],
            source="polygons",
            repair=repair,
            findings=found,
            workers=workers,
        )
        ground = RasterGround.of(intake, reader.grid)
        pieces = _pieces(ground, reader)
        sums = ClassSums.join(list(run_pieces(tabulate_block, pieces, workers=workers)))
    table = _table(intake, ground, sums, found)
    table.insert(0, id_column, table.pop("id"))
    attach_findings(table, found)
    if findings is not None:
        findings.extend(found.items)
    return table


@contextmanager
def _reader(raster: Any, band: int, workers: Workers, found: Findings) -> Iterator[BlockReader]:
    if isinstance(raster, str | Path):
        with open_raster(raster) as dataset:
            reader = BlockReader(raster_grid(dataset, band, findings=found))
    elif isinstance(raster, RasterGrid):
        reader = BlockReader(raster)
    else:
        require_dataset(raster)
        grid = raster_grid(raster, band, findings=found)
        reader = BlockReader(grid, None if workers != 1 and can_reopen(grid) else raster)
        if not isinstance(workers, int):
            reader.require_file()
    try:
        with reader.environment():
            yield reader
    finally:
        reader.close()


def _pieces(ground: RasterGround, reader: BlockReader) -> Iterator[BlockPiece]:
    """Windows of the raster with the parts that meet them."""
    bounds = entry_bounds(ground.rings)
    for window, parts in plan_windows(ground.grid, ground.part_cells()):
        row_area = ground.cell_areas.rows(*window[:2])
        yield BlockPiece(reader, window, ground.rings, parts, bounds[parts], row_area)


def _table(
    intake: Intake, ground: RasterGround, sums: ClassSums, findings: Findings
) -> pd.DataFrame:
    """Rows by id and class, with one row for what has no class."""
    polygons = len(intake.shapes)
    beyond = ground.beyond(polygons)
    outside_cells, outside_m2 = check_closure(intake, ground, sums, beyond)
    _tell_beyond(intake, beyond, outside_m2, findings)
    drawn = ~shapely.is_missing(intake.shapes)
    unknown = np.bincount(intake.number, drawn, len(intake.ids)) == 0
    numbers = np.arange(polygons)
    everything = ClassSums(
        intake.number[np.concatenate([sums.owner, numbers])],
        np.concatenate([sums.value, np.zeros(polygons, np.int64)]),
        np.concatenate([sums.missing, np.ones(polygons, bool)]),
        np.concatenate([sums.cells, outside_cells]),
        np.concatenate([sums.area_m2, outside_m2]),
    )
    rows = ClassSums.join([everything])
    known = ~unknown[rows.owner]
    return pd.DataFrame(
        {
            "id": intake.ids[rows.owner],
            "class": pd.array(rows.value, dtype="Int64").copy(),
            "cells": np.where(known, rows.cells, np.nan),
            "area_ha": np.where(known, rows.area_m2 / 1e4, np.nan),
        }
    ).assign(**{"class": lambda table: table["class"].mask(rows.missing)})


def _tell_beyond(
    intake: Intake, beyond: npt.NDArray[np.bool_], outside_m2: FloatArray, findings: Findings
) -> None:
    rows = np.flatnonzero(beyond & (outside_m2 > 0))
    if not len(rows):
        return
    ids = tuple(str(intake.ids[intake.number[row]]) for row in rows[:5])
    area_ha = float(outside_m2[rows].sum()) / 1e4
    findings.add(
        Finding(
            severity="note",
            kind="beyond-raster",
            source="polygons",
            message=message(
                "layers.engine.beyond_raster", count=len(rows), ids=ids, area_ha=area_ha
            ),
            count=len(rows),
            area_ha=area_ha,
            examples=ids,
            rows=tuple(rows.tolist()),
        )
    )


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
    residual = outside_cells.copy()
    residual_m2 = np.where(beyond, np.minimum(outside_m2, 0.0), outside_m2)
    if beyond.any():
        residual[beyond] = inside_cells[beyond] - ground.cells_within(beyond)
    _require_closed(intake, residual, tolerance, message("layers.engine.cells"))
    _require_closed(intake, residual_m2, tolerance * cell_m2, "m²")
    if ground.plane_m2 is not None:
        _require_closed(intake, total_m2 - ground.plane_m2, tolerance * cell_m2, "m²")
    return (
        np.where(beyond, np.maximum(outside_cells, 0.0), 0.0),
        np.where(beyond, np.maximum(outside_m2, 0.0), 0.0),
    )


def _require_closed(
    intake: Intake, residual: FloatArray, tolerance: FloatArray, unit: str | Phrase
) -> None:
    rows = np.flatnonzero(~(np.abs(residual) <= tolerance))
    if not len(rows):
        return
    ids = [intake.ids[intake.number[row]] for row in rows]
    worst = float(np.abs(residual[rows]).max())
    raise ClosureError(
        "layers.engine.classes_not_closed", count=len(rows), ids=ids, worst=worst, unit=unit
    )
