"""Totals as offices print them: parts and total are rounded each on its own.

Printed with d decimals, a figure is off by half a step s = 10^-d at most, and by s/√12 on the mean.
A total t of n parts p then differs from their sum by (t + n p)/2 at most, and in one table of a
hundred by more than 2.6 √((t² + n p²)/12).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Decimals beyond which a figure was computed, not printed.
_MOST_DECIMALS = 6
#: Standard deviations within which 99 of 100 differences lie.
_DEVIATIONS = 2.6
#: Figures nearer than this are one: what floating point leaves of a sum (ha).
SAME_HA = 1e-6


def printed_decimals(figures: pd.Series[float]) -> pd.Series[int]:
    """Decimals that each figure needs: 0 for 36.0 and for what is missing."""
    known = {figure: _decimals(figure) for figure in figures.dropna().unique()}
    return figures.map(known).fillna(0).astype("int64")


def _decimals(figure: float) -> int:
    shown = f"{figure:.{_MOST_DECIMALS}f}".rstrip("0")
    return len(shown.partition(".")[2])


def rounding_of_sums(
    decimals: npt.ArrayLike, of_parts: npt.ArrayLike, number: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Most by which a total with so many decimals differs from its parts by rounding alone."""
    count = np.asarray(number, dtype="float64")
    own = 10.0 ** -np.asarray(decimals, dtype="float64")
    part = 10.0 ** -np.asarray(of_parts, dtype="float64")
    most = (own + count * part) / 2
    usual = _DEVIATIONS * np.sqrt((own**2 + count * part**2) / 12)
    allowed: npt.NDArray[np.float64] = np.minimum(most, usual) + SAME_HA
    return allowed


def is_printed_sum(total: float, parts: Sequence[float]) -> bool:
    """Whether a total and its parts, as printed, differ by rounding at most."""
    most = max(map(_decimals, parts), default=0)
    allowed = rounding_of_sums(_decimals(total), most, len(parts))
    return bool(abs(total - float(np.sum(parts))) <= allowed)
