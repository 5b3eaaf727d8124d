"""Plots of a file of any size × communes: read in batches, measured and forgotten.

What stays in memory is a few batches and the sums; sums are exact, so that neither the size of the
batches nor who measured them shows in the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from layers.base.errors import InputError
from layers.base.files import resolved
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.workers import Workers, ask_workers, run_pieces
from layers.crs.source import as_vector_file, decide_crs
from layers.engine.overlay import labelled, tell_outside
from layers.engine.overlay_batches import BatchSums, BatchWork, GroupSums, part_sums
from layers.engine.overlay_rules import SLIVER_TOLD_M2, tell_no_ledger, tell_slivers, tell_strays
from layers.engine.overlay_tasks import CommuneGround, Shares, take_communes
from layers.engine.polygon_input import attach_findings, refuse_names, tell_lacking, tell_repairs
from layers.engine.repair import RepairMode
from layers.engine.rings import IntArray
from layers.io.vector import VectorDescription, VectorFile, described_file, require_all_records
from layers.io.vector_batches import file_mark, vector_parts


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
        Number of local workers, or a cluster. Workers of a cluster that see a GeoParquet file
        under the same path read their parts of it themselves; other plots are sent to them.
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
        missing, geometry is not polygonal, or invalid and not to be repaired; workers of a cluster
        see another file under that path.
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
    columns = [*by, *([] if ledger_column is None else [ledger_column])]
    sums = _FileSums()
    with described_file(file.path, file.layer) as described:
        apart = _seen_by_all(described, workers, found)
        parts = vector_parts(described, columns, apart=apart, checked=not isinstance(workers, int))
        first = next(parts, None)
        if first is None:
            raise InputError("layers.crs.empty_layer", source=file.source)
        crs = _crs_of(next(first.frames()), described, file, found)
        work = BatchWork(ground.edges(), ground.unit_m2, ground.crs, crs, tuple(by), ledger_column)
        results = run_pieces(part_sums, chain([first], parts), workers=workers, common=work)
        for part in results:
            sums.take(part)
        require_all_records(described, sums.rows)
    sums.tell(repair, ground.crs, found)
    table = sums.table(ground, id_column, by)
    attach_findings(table, found)
    if findings is not None:
        findings.extend(found.items)
    return table


def _seen_by_all(described: VectorDescription, workers: Workers, findings: Findings) -> bool:
    """Tell whether all workers of a cluster see the file, and refuse another one in its place."""
    if described.driver != "Parquet":
        return False
    path = resolved(described.opened.path)
    mark, marks = file_mark(path), ask_workers(workers, file_mark, path)
    others = sum(there not in (None, mark) for there in marks)
    if others:
        raise InputError("layers.engine.another_file", path=path, count=others, workers=len(marks))
    blind = marks.count(None)
    if blind:
        findings.add(
            Finding(
                severity="note",
                kind="file-not-seen",
                source=described.source,
                message=message(
                    "layers.engine.file_not_seen", path=path, count=blind, workers=len(marks)
                ),
                count=blind,
            )
        )
    return not blind


def _crs_of(
    frame: gpd.GeoDataFrame, described: VectorDescription, file: VectorFile, findings: Findings
) -> pyproj.CRS:
    """CRS of the plots, of which ``frame`` are the first."""
    crs, notes = decide_crs(
        described.crs,
        source=file.source,
        named=file.crs,
        province=file.province,
        bounds=frame.total_bounds,
    )
    findings.extend(notes)
    return crs


@dataclass(slots=True)
class _FileSums:
    """Sums of a file, and the pieces that findings are made of."""

    rows: int = 0
    sums: GroupSums = field(default_factory=GroupSums)
    outside: list[Shares] = field(default_factory=list)
    slivers: list[Shares] = field(default_factory=list)
    strays: list[Shares] = field(default_factory=list)
    worst: float = 0.0
    without_ledger: list[IntArray] = field(default_factory=list)

    def take(self, batch: BatchSums) -> None:
        """Take in a part."""
        self.rows += batch.rows
        self.sums.take_in(batch.sums)
        self.outside.append(batch.outside)
        self.slivers.append(batch.slivers)
        self.strays.append(batch.strays)
        self.worst = max(self.worst, batch.worst)
        self.without_ledger.append(batch.without_ledger)

    def tell(self, repair: RepairMode, crs: pyproj.CRS, findings: Findings) -> None:
        """Tell what was found, as for a frame whose labels are the rows of the file."""
        labels: pd.Index[Any] = pd.RangeIndex(self.rows)
        outside, slivers = Shares.join(self.outside), Shares.join(self.slivers)
        without_ledger = np.concatenate(self.without_ledger)
        if len(without_ledger):
            tell_no_ledger(without_ledger, labels[without_ledger], findings)
        tell_lacking(np.asarray(labels), outside.lacking, "plots", findings)
        tell_repairs(np.asarray(labels), outside.repairs, repair, "plots", findings)
        if len(slivers.row):
            all_of_them, none = np.ones(len(slivers.row), bool), np.zeros(len(slivers.row), bool)
            tell_slivers(slivers, all_of_them, none, SLIVER_TOLD_M2, labels, findings)
        tell_outside(outside, labels, findings)
        tell_strays(Shares.join(self.strays), self.worst, labels, crs, findings)

    def table(self, ground: CommuneGround, id_column: str, by: list[str]) -> pd.DataFrame:
        """Sums by commune and attributes, in order."""
        count = len(self.sums.groups)
        keys = pd.DataFrame(list(self.sums.groups), columns=["_commune", *by])
        commune = keys["_commune"].to_numpy(np.int64)
        table = keys.assign(
            **{id_column: labelled(ground.ids, commune)},
            plots=self.sums.plots.sums(count).astype("int64"),
            area_ha=self.sums.area_ha.sums(count),
            ledger_ha=self.sums.ledger_ha.sums(count),
        )
        ordered = table.sort_values([id_column, *by], na_position="last", ignore_index=True)
        return ordered[[id_column, *by, "plots", "area_ha", "ledger_ha"]]
