"""Pieces too small to be meant: told, and given to the larger side where that is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.findings import Finding, Findings
from layers.base.language import Phrase, format_number
from layers.engine.overlay_tasks import Shares, largest_pieces

__all__ = ["settle_slivers"]

#: Pieces of cut plots below this are told as slivers: the ledger's last digit, 0.01 ha.
SLIVER_TOLD_M2 = 100.0


def settle_slivers(
    shares: Shares, sliver_m2: float, labels: pd.Index[Any], findings: Findings
) -> Shares:
    """Tell the slivers; give those below a limit to the largest piece of their plot."""
    largest = largest_pieces(shares.row, shares.area_m2)
    cut = np.ones(len(shares.row), bool)
    cut[largest] = False  # a plot in one piece, and the piece that keeps the others' slivers
    told = cut & (shares.area_m2 < max(sliver_m2, SLIVER_TOLD_M2))
    moved = cut & (shares.area_m2 < sliver_m2)
    if not told.any():
        return shares
    _tell_slivers(shares, told, moved, max(sliver_m2, SLIVER_TOLD_M2), labels, findings)
    if not moved.any():
        return shares
    keeper = np.full(int(shares.row.max()) + 1, -1)
    keeper[shares.row[largest]] = largest
    area, share = shares.area_m2.copy(), shares.share.copy()
    np.add.at(area, keeper[shares.row[moved]], area[moved])
    np.add.at(share, keeper[shares.row[moved]], share[moved])
    kept = ~moved
    row, share = shares.row[kept], share[kept]
    share[np.bincount(row)[row] == 1] = 1.0  # the sum of the parts may miss it by the last digit
    return Shares(row, shares.zone[kept], share, area[kept], shares.repairs, shares.lacking)


def _tell_slivers(
    shares: Shares,
    told: npt.NDArray[np.bool_],
    moved: npt.NDArray[np.bool_],
    limit_m2: float,
    labels: pd.Index[Any],
    findings: Findings,
) -> None:
    rows = np.unique(shares.row[told])
    shown = tuple(str(label) for label in labels[rows[:5]])
    count, area_ha = int(told.sum()), float(shares.area_m2[told].sum()) / 1e4
    given = int(moved.sum())
    findings.add(
        Finding(
            severity="note",
            kind="sliver",
            source="plots",
            message=Phrase(
                en=f"{count} pieces of cut plots are smaller than {limit_m2:g} m², {area_ha:.4f} "
                f"ha in all (plots {', '.join(shown)}); {given} were given to the larger side.",
                vi=f"{count} phần của các lô bị cắt nhỏ hơn {limit_m2:g} m², "
                f"tổng {format_number(area_ha, 'vi', decimals=4)} ha "
                f"(các lô {', '.join(shown)}); {given} phần được nhập vào phía lớn hơn.",
            ),
            count=count,
            area_ha=area_ha,
            examples=shown,
            rows=tuple(rows.tolist()),
        )
    )
