"""What the pieces of plots obey: ledger hectares close, slivers and far plots are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.base.errors import ClosureError, InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.crs.areal_scale import LIMIT, SAMPLES, areal_departures
from layers.engine.overlay_tasks import OUTSIDE, Shares, largest_pieces
from layers.engine.polygon_input import require_columns
from layers.engine.rings import FloatArray, IntArray

# What rounding may leave open of a plot's ledger area, relative to it.
CLOSURE_RATIO = 1e-12


def ledger_areas(
    plots: pd.DataFrame, ledger_column: str | None, findings: Findings
) -> FloatArray | None:
    """Official hectares of the plots."""
    if ledger_column is None:
        return None
    require_columns(plots, [ledger_column], "plots")
    column = plots[ledger_column]
    if not pd.api.types.is_numeric_dtype(column.dtype):
        raise InputError(
            "layers.engine.ledger_no_numbers", ledger_column=ledger_column, dtype=column.dtype
        )
    ledger = column.to_numpy(np.float64)
    wrong = np.flatnonzero(np.isinf(ledger) | (ledger < 0))
    if len(wrong):
        told = ", ".join(f"{plots.index[row]}: {ledger[row]:g}" for row in wrong[:5])
        raise InputError(
            "layers.engine.ledger_impossible",
            ledger_column=ledger_column,
            count=len(wrong),
            told=told,
        )
    rows = np.flatnonzero(np.isnan(ledger))
    if len(rows):
        tell_no_ledger(rows, plots.index[rows], findings)
    return ledger


def tell_no_ledger(rows: IntArray, labels: pd.Index[Any], findings: Findings) -> None:
    """Tell plots without official hectares."""
    shown = tuple(str(label) for label in labels[:5])
    findings.add(
        Finding(
            severity="problem",
            kind="no-ledger-area",
            source="plots",
            message=message("layers.engine.no_ledger_area", count=len(rows), shown=shown),
            count=len(rows),
            examples=shown,
            rows=tuple(rows.tolist()),
        )
    )


def share_ledger(shares: Shares, ledger: FloatArray | None) -> FloatArray:
    """Ledger hectares of the pieces; the largest of a plot takes what rounding leaves over."""
    if ledger is None:
        return np.full(len(shares.row), np.nan)
    pieces = ledger[shares.row] * shares.share
    largest = largest_pieces(shares.row, shares.area_m2)
    left = ledger - np.bincount(shares.row, pieces, len(ledger))
    pieces[largest] += left[shares.row[largest]]
    left = np.abs(ledger - np.bincount(shares.row, pieces, len(ledger)))
    wrong = np.flatnonzero(left > CLOSURE_RATIO * np.abs(ledger))  # never where there is no area
    if len(wrong):
        raise ClosureError(
            "layers.engine.ledger_not_closed", count=len(wrong), wrong=wrong, nanmax=np.nanmax(left)
        )
    return pieces


#: Pieces of cut plots below this are told as slivers: the ledger's last digit, 0.01 ha.
SLIVER_TOLD_M2 = 100.0


def settle_slivers(
    shares: Shares, sliver_m2: float, labels: pd.Index[Any], findings: Findings
) -> Shares:
    """Tell the slivers; give those below a limit to the largest piece of their plot."""
    largest = largest_pieces(shares.row, shares.area_m2)
    told = sliver_pieces(shares, max(sliver_m2, SLIVER_TOLD_M2))
    moved = told & (shares.area_m2 < sliver_m2)
    if not told.any():
        return shares
    tell_slivers(shares, told, moved, max(sliver_m2, SLIVER_TOLD_M2), labels, findings)
    if not moved.any():
        return shares
    keeper = np.empty(int(shares.row.max()) + 1, np.int64)
    keeper[shares.row[largest]] = largest
    area, share = shares.area_m2.copy(), shares.share.copy()
    np.add.at(area, keeper[shares.row[moved]], area[moved])
    np.add.at(share, keeper[shares.row[moved]], share[moved])
    kept = ~moved
    row, share = shares.row[kept], share[kept]
    share[np.bincount(row)[row] == 1] = 1.0  # the sum of the parts may miss it by the last digit
    return Shares(row, shares.commune[kept], share, area[kept], shares.repairs, shares.lacking)


def sliver_pieces(shares: Shares, limit_m2: float) -> npt.NDArray[np.bool_]:
    """Pieces of cut plots below a limit; the largest piece of a plot is none."""
    small: npt.NDArray[np.bool_] = shares.area_m2 < limit_m2
    # A plot in one piece, and the piece that keeps the others' slivers.
    small[largest_pieces(shares.row, shares.area_m2)] = False
    return small


def tell_slivers(
    shares: Shares,
    told: npt.NDArray[np.bool_],
    moved: npt.NDArray[np.bool_],
    limit_m2: float,
    labels: pd.Index[Any],
    findings: Findings,
) -> None:
    """Tell pieces that are slivers, and those of them that were moved."""
    rows = np.unique(shares.row[told])
    shown = tuple(str(label) for label in labels[rows[:5]])
    count, area_ha = int(told.sum()), float(shares.area_m2[told].sum()) / 1e4
    given = int(moved.sum())
    findings.add(
        Finding(
            severity="note",
            kind="sliver",
            source="plots",
            message=message(
                "layers.engine.pieces_cut_plots_smaller",
                count=count,
                limit_m2=limit_m2,
                area_ha=area_ha,
                shown=shown,
                given=given,
            ),
            count=count,
            area_ha=area_ha,
            examples=shown,
            rows=tuple(rows.tolist()),
        )
    )


def stray_pieces(shares: Shares, shapes: npt.NDArray[Any], crs: pyproj.CRS) -> tuple[Shares, float]:
    """Pieces outside the communes where areas are off by more than 0.2 %, and the worst of it.

    The areal scale has been checked where the communes lie, hence for all they hold; a plot with a
    wrong coordinate may lie anywhere. It keeps its row outside, and stops no run.
    """
    piece = np.flatnonzero(shares.commune == OUTSIDE)
    bounds = shapely.bounds(shapes[shares.row[piece]])
    there = np.isfinite(bounds).all(axis=1)
    piece, bounds = piece[there], bounds[there]
    if not len(piece):
        return shares.take(piece), 0.0
    around = np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])[None, :]
    if abs(areal_departures(crs, around, samples=SAMPLES)[0]) <= LIMIT:
        return shares.take(piece[:0]), 0.0
    departure = np.abs(areal_departures(crs, bounds))
    far = departure > LIMIT
    return shares.take(piece[far]), float(departure[far].max(initial=0.0))


def tell_strays(
    strays: Shares, worst: float, labels: pd.Index[Any], crs: pyproj.CRS, findings: Findings
) -> None:
    """Tell plots that reach to where areas are off by more than 0.2 %."""
    rows = strays.row
    if not len(rows):
        return
    shown = tuple(str(label) for label in labels[rows[:5]])
    area_ha = float(strays.area_m2.sum()) / 1e4
    findings.add(
        Finding(
            severity="problem",
            kind="far-outside",
            source="plots",
            message=message(
                "layers.engine.far_outside",
                count=len(rows),
                shown=shown,
                crs=crs.name,
                worst=worst,
                area_ha=area_ha,
            ),
            count=len(rows),
            area_ha=area_ha,
            examples=shown,
            rows=tuple(rows.tolist()),
        )
    )
