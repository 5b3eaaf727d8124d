"""Communes as the overlay takes them: by code, sharing no ground, in a CRS that tells areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.base.findings import Findings
from layers.base.workers import Workers
from layers.crs.areal_scale import check_areal_scale, square_unit_m2
from layers.engine.claims import settle_claims
from layers.engine.polygon_input import require_columns, take_in
from layers.engine.repair import RepairMode
from layers.engine.rings import IntArray, rings_of
from layers.engine.shared_area import BinnedEdges, bin_edges

__all__ = ["CommuneGround", "take_communes"]


@dataclass(frozen=True, slots=True)
class CommuneGround:
    """Communes that share no ground.

    Parameters
    ----------
    ids : pandas.Index
        Each id once, sorted.
    number : ndarray of int64
        Position in ``ids`` of each shape.
    shapes : ndarray of shapely geometries
        Valid polygons, sorted by id; several may belong to one.
    crs : pyproj.CRS
        Projected CRS.
    """

    ids: pd.Index[Any]
    number: IntArray
    shapes: npt.NDArray[Any]
    crs: pyproj.CRS

    @property
    def unit_m2(self) -> float:
        """Square metres in a square unit of the CRS."""
        return square_unit_m2(self.crs)

    def edges(self) -> tuple[BinnedEdges, BinnedEdges]:
        """Edges by id, in bins; once as they are, once with x and y exchanged."""
        rings = rings_of(self.shapes).owned_by(self.number)
        across = rings.moved(rings.y, rings.x)
        return bin_edges(rings, len(self.ids)), bin_edges(across, len(self.ids))


def take_communes(
    communes: gpd.GeoDataFrame,
    id_column: str,
    *,
    repair: RepairMode,
    findings: Findings,
    workers: Workers = 1,
) -> CommuneGround:
    """Check communes, repair what is invalid and give disputed ground to the lower id."""
    require_columns(communes, [id_column], "communes")
    intake = take_in(
        communes,
        communes[id_column],
        source="communes",
        repair=repair,
        findings=findings,
        workers=workers,
    )
    check_areal_scale(intake.crs, shapely.bounds(intake.shapes))
    by_id = intake.ids.argsort()
    rank = np.empty(len(by_id), np.int64)
    rank[by_id] = np.arange(len(by_id))
    rows = np.argsort(rank[intake.number], kind="stable")
    ids, number = intake.ids[by_id], rank[intake.number[rows]]
    shapes = settle_claims(
        intake.shapes[rows],
        ids[number],
        unit_m2=square_unit_m2(intake.crs),
        source="communes",
        findings=findings,
        workers=workers,
    )
    return CommuneGround(ids, number, shapes, intake.crs)
