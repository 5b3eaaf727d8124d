"""Weighted least squares under sums that must hold: figures that disagree, made to agree.

Stone, Champernowne and Meade (1942), The precision of national income estimates, Review of Economic
Studies 9, 111–125. With measured figures y, their variances V and sums A x = 0, the reconciled
figures are x = y − V Aᵀ (A V Aᵀ)⁻¹ A y; the statistic (A y)ᵀ (A V Aᵀ)⁻¹ A y is χ² with as many
degrees of freedom as there are sums, if the figures err as much as they are said to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import linalg

from layers.base.errors import ClosureError, InputError

Floats = npt.NDArray[np.float64]

#: Sums hold to this part of the largest figure in them.
_HELD = 1e-9
#: Columns of the inverse that are worked out at a time.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Balanced:
    """Figures that meet their sums."""

    adjusted: Floats
    variances: Floats  # Variance of each, after
    statistic: float  # χ² of all adjustments together
    freedom: int  # Its degrees of freedom: number of sums


def balance(measured: Floats, variances: Floats, sums: sparse.csr_matrix) -> Balanced:
    """Adjust figures so that each row of ``sums`` times the figures is 0.

    A variance of 0 keeps a figure as it is.
    """
    if sums.shape[0] == 0:
        return Balanced(measured, variances, 0.0, 0)
    spread = sparse.diags(variances)
    normal = sparse.csc_matrix(sums @ spread @ sums.T)
    gaps = sums @ measured
    _refuse_fixed(normal.diagonal(), gaps)
    try:
        solver = linalg.splu(normal)
    except RuntimeError as error:
        raise InputError("zones.reports.reconciliation.sums_follow_from_each_other") from error
    pull = solver.solve(gaps)
    adjusted = measured - spread @ (sums.T @ pull)
    _check(sums, adjusted)
    return Balanced(
        adjusted,
        variances * (1 - variances * _leverage(sums, solver)),
        float(gaps @ pull),
        len(gaps),
    )


def _refuse_fixed(diagonal: Floats, gaps: Floats) -> None:
    """A sum of figures of which none may be moved cannot be made to hold."""
    fixed = diagonal <= 0
    if fixed.any():
        raise InputError(
            "zones.reports.reconciliation.fixed_sum",
            count=int(fixed.sum()),
            gap=float(np.abs(gaps[fixed]).max()),
        )


def _check(sums: sparse.csr_matrix, values: Floats) -> None:
    gaps = np.abs(sums @ values)
    allowed = _HELD * np.maximum(abs(sums) @ np.abs(values), 1.0)
    if (gaps > allowed).any():
        raise ClosureError("zones.reports.reconciliation.sums_open", gap=float(gaps.max()))


def _leverage(sums: sparse.csr_matrix, solver: linalg.SuperLU) -> Floats:
    """Diagonal of Aᵀ (A V Aᵀ)⁻¹ A, of the inverse only what two sums of one figure need."""
    found = np.zeros(sums.shape[1])
    columns = sums.tocsc()
    for start in range(0, sums.shape[0], _AT_ONCE):
        rows = np.zeros((sums.shape[0], min(_AT_ONCE, sums.shape[0] - start)))
        rows[np.arange(start, start + rows.shape[1]), np.arange(rows.shape[1])] = 1.0
        inverse = solver.solve(rows)
        part = sums[start : start + rows.shape[1]].tocoo()
        # Each entry of these sums meets every entry of its figure, in whatever sum that stands.
        meets = np.diff(columns.indptr)[part.col]
        entry = np.repeat(np.arange(part.nnz), meets)
        other = np.arange(len(entry)) + np.repeat(
            columns.indptr[part.col] - (np.cumsum(meets) - meets), meets
        )
        between = inverse[columns.indices[other], part.row[entry]]
        terms = part.data[entry] * columns.data[other] * between
        found += np.bincount(part.col[entry], weights=terms, minlength=sums.shape[1])
    return found
