"""Official hectares of plots, shared among the pieces by area; they close exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.base.errors import ClosureError, InputError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.engine.overlay_tasks import Shares, largest_pieces
from layers.engine.polygon_input import require_columns
from layers.engine.rings import FloatArray

__all__ = ["ledger_areas", "share_ledger"]

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
            en=f"plots: {ledger_column!r} must hold numbers (ha), found {column.dtype}.",
            vi=f"plots: cột {ledger_column!r} phải là số (ha), nhưng là {column.dtype}.",
        )
    ledger = column.to_numpy(np.float64, na_value=np.nan)
    rows = np.flatnonzero(np.isnan(ledger))
    if len(rows):
        shown = tuple(str(label) for label in plots.index[rows[:5]])
        findings.add(
            Finding(
                severity="problem",
                kind="no-ledger-area",
                source="plots",
                message=Phrase(
                    en=f"{len(rows)} plots have no ledger area ({', '.join(shown)}): their ledger "
                    "hectares are missing from the sums.",
                    vi=f"{len(rows)} lô không có diện tích sổ ({', '.join(shown)}): tổng diện tích "
                    "theo sổ thiếu các lô này.",
                ),
                count=len(rows),
                examples=shown,
                rows=tuple(rows.tolist()),
            )
        )
    return ledger


def share_ledger(shares: Shares, ledger: FloatArray | None) -> FloatArray:
    """Ledger hectares of the pieces; the largest of a plot takes what rounding leaves over."""
    if ledger is None:
        return np.full(len(shares.row), np.nan)
    pieces = ledger[shares.row] * shares.share
    largest = largest_pieces(shares.row, shares.area_m2)
    left = ledger - np.bincount(shares.row, pieces, len(ledger))
    pieces[largest] += left[shares.row[largest]]
    left = np.abs(ledger - np.bincount(shares.row, pieces, len(ledger)))
    known = ~np.isnan(ledger)
    wrong = np.flatnonzero(known & (left > CLOSURE_RATIO * np.abs(np.where(known, ledger, 0.0))))
    if len(wrong):
        raise ClosureError(
            en=f"Ledger hectares of {len(wrong)} plots do not close, rows {wrong[:5].tolist()}, by "
            f"up to {np.nanmax(left):.3g} ha; please report this with the data.",
            vi=f"Diện tích sổ của {len(wrong)} lô không khép, các dòng {wrong[:5].tolist()}, nhiều "
            f"nhất {np.nanmax(left):.3g} ha; vui lòng báo lỗi kèm dữ liệu.",
        )
    return pieces
