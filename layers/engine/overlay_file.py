"""Plots of a file of any size × communes: read in batches, measured and forgotten.

What stays in memory is a few batches and the sums; sums are exact, so that neither the size of the
batches nor who measured them shows in the last digit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Findings
from layers.base.workers import Workers, run_pieces
from layers.crs.source import as_vector_file, decide_crs
from layers.crs.transform import to_crs
from layers.engine.exact_sums import ExactSums
from layers.engine.overlay import labelled, tell_outside
from layers.engine.overlay_rules import (
    SLIVER_TOLD_M2,
    ledger_areas,
    share_ledger,
    sliver_pieces,
    tell_no_ledger,
    tell_slivers,
    tell_strays,
)
from layers.engine.overlay_tasks import (
    OUTSIDE,
    CommuneGround,
    SharePiece,
    Shares,
    plot_shares,
    share_pieces,
    take_communes,
)
from layers.engine.polygon_input import attach_findings, refuse_names, tell_lacking, tell_repairs
from layers.engine.repair import RepairMode
from layers.engine.rings import FloatArray
from layers.io.vector import VectorFile
from layers.io.vector_batches import BATCH, vector_batches


def overlay_file(
    communes: gpd.GeoDataFrame,
    file: VectorFile | str | Path,
    *,
    id_column: str = "commune_code",
    by: Sequence[str] = ("land",),
    ledger_column: str | None = None,
    workers: Workers = 1,
    repair: RepairMode = "repair",
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Sum the plots of a file of any size, and their hectares, by commune and attributes.

    The file is read in batches; memory does not grow with it. Sums are the same to the last digit
    whatever the number of workers.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Polygons in a projected CRS in which plane areas are those of the ground.
    file : VectorFile, str or Path
        Polygons. GeoPackage, FlatGeobuf and GeoParquet are read in batches; formats that end at
        2 GB (Shapefile, MapInfo) or have no records to count (GeoJSON) are read as a whole.
    id_column : str
        Column of ``communes`` with their ids.
    by : sequence of str
        Fields of the file to group by; missing values are a group of their own.
    ledger_column : str, optional
        Field of the file with the official hectares of plots.
    workers : int or dask.distributed.Client
        Number of local workers, or a cluster. Workers of a cluster are sent the plots: they need
        not see the file.
    repair : {"repair", "never"}
        Whether invalid polygons are repaired (and reported), or refused.
    findings : Findings, optional
        Takes what was found, as ``overlay_area`` tells it; plots go by their row in the file.

    Returns
    -------
    pandas.DataFrame
        As ``overlay_area`` gives it.

    Raises
    ------
    MissingFileError, InputError
        There is no such file or layer, it is damaged or ends early, a field is missing; ids are
        missing, geometry is not polygonal, or invalid and not to be repaired.
    CrsError
        A CRS is missing or not projected, or falsifies areas by more than 0.2 %.
    ClosureError
        Pieces do not add up to their plot.
    ClusterError
        The cluster lost its workers.
    """
    file, by, found = as_vector_file(file), list(by), Findings()
    refuse_names([id_column, *by], ["plots", "area_ha", "ledger_ha"])
    ground = take_communes(communes, id_column, repair=repair, findings=found, workers=workers)
    work = _Work(file, ground, by, ledger_column, found)
    results = run_pieces(plot_shares, work.pieces(), workers=workers)
    for shares in results:
        work.take(shares)
    work.tell(repair)
    table = work.table(id_column)
    attach_findings(table, found)
    if findings is not None:
        findings.extend(found.items)
    return table


@dataclass(slots=True)
class _Batch:
    """Plots under way: their attributes, and results that came so far."""

    frame: gpd.GeoDataFrame
    ledger: FloatArray | None
    pieces: int
    shares: list[Shares] = field(default_factory=list)


def _some(shares: Shares, chosen: Any, first: int) -> Shares:
    """Some pieces of a batch, with rows of the file."""
    return Shares(
        shares.row[chosen] + first,
        shares.commune[chosen],
        shares.share[chosen],
        shares.area_m2[chosen],
        shares.repairs.assign(position=shares.repairs["position"] + first),
        shares.lacking + first,
    )


@dataclass(slots=True)
class _Work:
    """One pass over a file: what is under way, and the sums."""

    file: VectorFile
    ground: CommuneGround
    by: list[str]
    ledger_column: str | None
    found: Findings
    rows: int = 0
    batches: deque[_Batch] = field(default_factory=deque)
    groups: dict[tuple[Any, ...], int] = field(default_factory=dict)
    plots: ExactSums = field(default_factory=ExactSums)
    area_ha: ExactSums = field(default_factory=ExactSums)
    ledger_ha: ExactSums = field(default_factory=ExactSums)
    outside: list[Shares] = field(default_factory=list)  # Pieces that findings are made of
    slivers: list[Shares] = field(default_factory=list)
    without_ledger: list[int] = field(default_factory=list)

    def pieces(self) -> Iterator[SharePiece]:
        """Read the file, batch by batch."""
        ground, edges = self.ground, self.ground.edges()
        columns = [*self.by, *([] if self.ledger_column is None else [self.ledger_column])]
        frames = vector_batches(self.file.path, layer=self.file.layer, columns=columns, batch=BATCH)
        for frame in frames:
            placed = self._placed(frame)
            own = Findings()
            ledger = ledger_areas(placed, self.ledger_column, own)
            self.without_ledger += [self.rows + row for one in own.items for row in one.rows]
            pieces = list(share_pieces(np.asarray(placed.geometry), ground, edges))
            self.batches.append(_Batch(placed, ledger, len(pieces)))
            self.rows += len(placed)
            yield from pieces
        if not self.rows:
            raise InputError("layers.crs.empty_layer", source=self.file.source)

    def _placed(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Plots in the plane of the communes."""
        bounds = None if self.rows else frame.total_bounds
        crs, notes = decide_crs(
            frame.crs,
            source=self.file.source,
            named=self.file.crs,
            province=self.file.province,
            bounds=bounds,
        )
        if not self.rows:
            self.found.extend(notes)
        return to_crs(frame.set_crs(crs, allow_override=True), self.ground.crs)

    def take(self, shares: Shares) -> None:
        """Take in the result of a piece; the last one of a batch lets it go."""
        batch = self.batches[0]
        batch.shares.append(shares)
        if len(batch.shares) == batch.pieces:
            self._sum(self.batches.popleft())

    def _sum(self, batch: _Batch) -> None:
        shares, frame = Shares.join(batch.shares), batch.frame
        first = int(frame.index[0])
        tell_strays(
            shares,
            np.asarray(frame.geometry),
            frame.index,
            crs=self.ground.crs,
            findings=self.found,
        )
        group = self._groups(shares, frame)
        self.plots.add(group, np.ones(len(group)))
        self.area_ha.add(group, shares.area_m2 / 1e4)
        self.ledger_ha.add(group, share_ledger(shares, batch.ledger))
        self.outside.append(_some(shares, shares.commune == OUTSIDE, first))
        self.slivers.append(_some(shares, sliver_pieces(shares, SLIVER_TOLD_M2), first))

    def _groups(self, shares: Shares, frame: gpd.GeoDataFrame) -> Any:
        """Number of the group of each piece; new groups get the next ones."""
        codes = [shares.commune, *(pd.factorize(frame[name])[0][shares.row] for name in self.by)]
        keys = pd.MultiIndex.from_arrays(codes)
        local, unique = pd.factorize(keys)
        values = [pd.factorize(frame[name])[1] for name in self.by]
        numbers = [
            self.groups.setdefault(
                (
                    key[0],
                    *(
                        known[at] if at >= 0 else None
                        for known, at in zip(values, key[1:], strict=True)
                    ),
                ),
                len(self.groups),
            )
            for key in unique
        ]
        return np.array(numbers, np.int64)[local]

    def tell(self, repair: RepairMode) -> None:
        """Tell what was found, as for a frame whose labels are the rows of the file."""
        labels: pd.Index[Any] = pd.RangeIndex(self.rows)
        outside, slivers = Shares.join(self.outside), Shares.join(self.slivers)
        if self.without_ledger:
            rows = np.array(self.without_ledger, np.int64)
            tell_no_ledger(rows, labels[rows], self.found)
        tell_lacking(np.asarray(labels), outside.lacking, "plots", self.found)
        tell_repairs(np.asarray(labels), outside.repairs, repair, "plots", self.found)
        if len(slivers.row):
            all_of_them, none = np.ones(len(slivers.row), bool), np.zeros(len(slivers.row), bool)
            tell_slivers(slivers, all_of_them, none, SLIVER_TOLD_M2, labels, self.found)
        tell_outside(outside, labels, self.found)

    def table(self, id_column: str) -> pd.DataFrame:
        """Sums by commune and attributes, in order."""
        count = len(self.groups)
        keys = pd.DataFrame(list(self.groups), columns=["_commune", *self.by])
        commune = keys["_commune"].to_numpy(np.int64)
        table = keys.assign(
            **{id_column: labelled(self.ground.ids, commune)},
            plots=self.plots.sums(count).astype("int64"),
            area_ha=self.area_ha.sums(count),
            ledger_ha=self.ledger_ha.sums(count),
        )
        ordered = table.sort_values([id_column, *self.by], na_position="last", ignore_index=True)
        return ordered[[id_column, *self.by, "plots", "area_ha", "ledger_ha"]]
