"""Part of a file of plots × communes: read, measured and summed where the work is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from layers.base.findings import Findings
from layers.crs.transform import to_crs
from layers.engine.exact_sums import ExactSums
from layers.engine.overlay_rules import (
    SLIVER_TOLD_M2,
    ledger_areas,
    share_ledger,
    sliver_pieces,
    stray_pieces,
)
from layers.engine.overlay_tasks import OUTSIDE, GroundEdges, Shares, plot_shares, share_pieces
from layers.engine.rings import IntArray
from layers.io.vector_batches import FileRows, HeldRows

#: A commune's number and the values of the fields that plots are grouped by.
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class BatchWork:
    """What every part of a file needs; it can be sent to another process."""

    ground: GroundEdges  # Edges of the communes
    unit_m2: float  # Square metres in a square unit of their CRS
    ground_crs: pyproj.CRS  # Their CRS, projected
    crs: pyproj.CRS  # CRS of the file
    by: tuple[str, ...]  # Fields to group by
    ledger_column: str | None  # Field with official hectares


@dataclass(slots=True)
class GroupSums:
    """Plots and hectares by commune and attributes."""

    groups: dict[Key, int] = field(default_factory=dict)
    plots: ExactSums = field(default_factory=ExactSums)
    area_ha: ExactSums = field(default_factory=ExactSums)
    ledger_ha: ExactSums = field(default_factory=ExactSums)

    def numbers(self, keys: list[Key]) -> IntArray:
        """Number of each key; new ones get the next ones."""
        return np.array([self.groups.setdefault(key, len(self.groups)) for key in keys], np.int64)

    def take_in(self, other: GroupSums) -> None:
        """Add the sums of others."""
        numbers = self.numbers(list(other.groups))
        self.plots.take_in(other.plots, numbers)
        self.area_ha.take_in(other.area_ha, numbers)
        self.ledger_ha.take_in(other.ledger_ha, numbers)


@dataclass(frozen=True, slots=True)
class BatchSums:
    """Sums of a batch, and the pieces that findings are made of, by their row in the file."""

    rows: int  # Plots
    sums: GroupSums
    outside: Shares  # With repairs, and rows without geometry
    slivers: Shares
    strays: Shares  # Pieces outside where areas are off
    worst: float  # By how much at most
    without_ledger: IntArray  # Rows without official hectares

    @classmethod
    def join(cls, batches: Sequence[BatchSums]) -> BatchSums:
        """Join batches of a part, so that each group travels once."""
        sums = GroupSums()
        for batch in batches:
            sums.take_in(batch.sums)
        return cls(
            sum(batch.rows for batch in batches),
            sums,
            Shares.join([batch.outside for batch in batches]),
            Shares.join([batch.slivers for batch in batches]),
            Shares.join([batch.strays for batch in batches]),
            max(batch.worst for batch in batches),
            np.concatenate([batch.without_ledger for batch in batches]),
        )


def part_sums(part: HeldRows | FileRows, work: BatchWork) -> BatchSums:
    """Measure a part of a file, a batch at a time."""
    return BatchSums.join([_batch_sums(frame, work) for frame in part.frames()])


def _batch_sums(frame: gpd.GeoDataFrame, work: BatchWork) -> BatchSums:
    first, found = int(frame.index[0]), Findings()
    placed = to_crs(frame.set_crs(work.crs, allow_override=True), work.ground_crs)
    shapes = np.asarray(placed.geometry)
    ledger = ledger_areas(placed, work.ledger_column, found)
    pieces = share_pieces(shapes, work.ground, work.unit_m2)
    shares = Shares.join([plot_shares(piece) for piece in pieces])
    strays, worst = stray_pieces(shares, shapes, work.ground_crs)
    sums = GroupSums()
    group = _groups(shares, placed, work.by, sums)
    sums.plots.add(group, np.ones(len(group)))
    sums.area_ha.add(group, shares.area_m2 / 1e4)
    sums.ledger_ha.add(group, share_ledger(shares, ledger))
    return BatchSums(
        len(frame),
        sums,
        shares.take(np.flatnonzero(shares.commune == OUTSIDE)).moved(first),
        shares.take(np.flatnonzero(sliver_pieces(shares, SLIVER_TOLD_M2))).moved(first),
        strays.moved(first),
        worst,
        np.array([first + row for one in found.items for row in one.rows], np.int64),
    )


def _groups(
    shares: Shares, frame: gpd.GeoDataFrame, by: tuple[str, ...], sums: GroupSums
) -> IntArray:
    """Number of the group of each piece."""
    fields = [pd.factorize(frame[name]) for name in by]
    codes = [shares.commune, *(code[shares.row] for code, _ in fields)]
    local, unique = pd.factorize(pd.MultiIndex.from_arrays(codes))
    keys = list(_keys(unique, [values for _, values in fields]))
    return sums.numbers(keys)[local]


def _keys(unique: Any, values: list[Any]) -> Iterator[Key]:
    for commune, *at in unique:
        named = zip(values, at, strict=True)
        yield (int(commune), *(known[code] if code >= 0 else None for known, code in named))
