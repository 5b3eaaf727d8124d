"""Rounding that closes: printed hectares whose rows, columns, years and totals add up exactly.

Rounding each figure alone makes tables whose sums are off by a few steps, and an official who adds
them up finds out. Here a table is rounded as a whole: every figure goes down or up to the next
step, never further, and so does every total, and all sums are exact. For one list of figures this
is the largest-remainder method; for two-way tables it is controlled rounding (Bacharach 1966;
Causey, Cox and Ernst 1985), a network flow, so it always exists; for three-way tables it may not,
and then the note says which totals were let go.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import message
from zones.rounding.programme import Controls, round_cells

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: A value this close to a whole number of steps (in steps) is that number.
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class RoundedTable:
    """A table rounded as a whole.

    Parameters
    ----------
    cells : pandas.DataFrame
        The given frame in its given order, its value column rounded.
    by : tuple of str
        The key columns.
    value : str
        The value column.
    step : float
        Multiple to which every figure was rounded.
    relaxed : tuple of tuple of str
        Margins (by their key columns) whose totals may lie further than one step from their exact
        value; they are still the exact sums of the printed cells.
    note : Phrase or None
        The sentence for below the table when margins were relaxed, or the search for a rounding
        ended at its limit.
    """

    cells: pd.DataFrame
    by: tuple[str, ...]
    value: str
    step: float
    relaxed: tuple[tuple[str, ...], ...] = ()
    note: Phrase | None = None

    def totals(self, *keys: str) -> pd.DataFrame:
        """Totals of the rounded cells, free of binary dust.

        Parameters
        ----------
        *keys : str
            Key columns to keep; none for the grand total.

        Returns
        -------
        pandas.DataFrame
            ``keys`` and the value column, one row per combination, sorted.
        """
        steps = np.rint(self.cells[self.value].to_numpy(dtype="float64") / self.step)
        counted = self.cells[[*keys]].assign(**{self.value: steps.astype("int64")})
        if keys:
            sums = counted.groupby(list(keys), sort=True)[self.value].sum().reset_index()
        else:
            sums = pd.DataFrame({self.value: [int(steps.sum())]})
        sums[self.value] = clean_steps(sums[self.value].to_numpy(), step=self.step)
        return sums


def clean_steps(steps: npt.ArrayLike, *, step: float) -> Floats:
    """Whole numbers of steps as the floats closest to their printed figures."""
    exponent = Decimal(repr(float(step))).as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    return np.round(np.asarray(steps, dtype="float64") * step, digits)


def whole_steps(values: npt.ArrayLike, *, step: float) -> Floats:
    """Clean sums of rounded figures of binary dust."""
    return clean_steps(np.rint(np.asarray(values, dtype="float64") / step), step=step)


def round_to_total(
    values: npt.ArrayLike,
    *,
    total: float | None = None,
    step: float = 1.0,
    floors: npt.ArrayLike | None = None,
) -> Floats:
    """Round figures so that they add up to a total (largest remainder, Hamilton's method).

    Every figure goes down or up to the next step. Equal remainders go to the greater figure, then
    to the earlier one. A figure that is a whole number of steps, zero included, stays.

    Parameters
    ----------
    values : array-like of float
        Figures, at least 0.
    total : float or None
        Sum to reach, a multiple of ``step``; by default the rounded sum, halves up, or that of the
        floors where these ask for more.
    step : float
        Multiple to round to, above 0.
    floors : array-like of float or None
        Hard lower limits of the rounded figures.

    Returns
    -------
    numpy.ndarray
        Multiples of ``step`` that add up to ``total``.

    Raises
    ------
    InputError
        A figure is missing or negative, the step is not above 0, the total is no multiple of the
        step, or no rounding within one step (and the floors) adds up to it.

    Examples
    --------
    >>> round_to_total([1.4, 1.4, 1.2]).tolist()
    [2.0, 1.0, 1.0]
    >>> round_to_total([0.0, 0.26, 0.24], total=0.5, step=0.1).tolist()
    [0.0, 0.3, 0.2]
    """
    exact = np.asarray(values, dtype="float64") / _checked_step(step)
    _check_figures(exact, allow_negative=False)
    low, up = _down_and_up(exact)
    if floors is not None:
        limit = np.asarray(floors, dtype="float64") / step
        low = np.maximum(low, np.ceil(limit - _NEAR).astype("int64"))
        up = np.maximum(low, up)
    asked = _asked_total(float(exact.sum()), total, step)
    if total is None:
        asked = max(asked, int(low.sum()))
    if not low.sum() <= asked <= up.sum():
        _refuse_total(asked * step, low.sum() * step, up.sum() * step)
    # Ranks: the part above the floor first, then the greater figure, then the earlier.
    remainder = np.round(exact - low, 9)
    order = np.lexsort((np.arange(len(exact)), -exact, -remainder))
    order = order[up[order] > low[order]]
    low[order[: asked - low.sum()]] += 1
    return clean_steps(low, step=step)


def round_table(
    cells: pd.DataFrame,
    *,
    by: Sequence[str],
    value: str,
    step: float = 1.0,
    totals: Mapping[str, pd.Series] | None = None,
    nodes: int = 500,
    margins: Sequence[str] | None = None,
) -> RoundedTable:
    """Round a two- or three-way table so that all its sums are exact (controlled rounding).

    Every cell and every total over any of the keys goes down or up to the next step; whole
    numbers of steps stay. Among the roundings that do so, one close to the exact figures is taken,
    totals before cells. The order of the rows does not matter.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row per cell: the key columns and the value column; other columns pass through. Cells
        that are not there are zero and stay so.
    by : sequence of str
        Two or three key columns. In a three-way table the first two matter most: where no
        rounding keeps every total, those without the third key are kept.
    value : str
        The column to round.
    step : float
        Multiple to round to, above 0.
    totals : mapping of str to pandas.Series, optional
        For a key column, printed totals that must be met: a series indexed by its values, each
        within one step of the exact total. They need not name every value of the key. Other totals
        then stay within one step of what the table would be if scaled to these.
    nodes : int
        Most nodes of the search in the integer programme of a three-way table: the same table is
        rounded alike on every machine.
    margins : sequence of str, optional
        Keys whose totals are kept near, alone, where these groups are nested on either side (each
        place lies in one source, say): a network then, however many keys. By default all totals.

    Returns
    -------
    RoundedTable
        The rounded cells, and a note where totals had to be relaxed or the search was ended.

    Raises
    ------
    InputError
        Keys are missing, repeated or neither two nor three, a figure is missing, the step is not
        above 0, or the totals asked for cannot be met.
    ClosureError
        The rounded table does not close (an error of this program).

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"zone": list("aabb"), "commune": list("xyxy"), "ha": [0.5, 0.5, 0.5, 0.5]}
    ... )
    >>> rounded = round_table(table, by=["zone", "commune"], value="ha")
    >>> rounded.totals("zone")["ha"].tolist(), rounded.totals("commune")["ha"].tolist()
    ([1.0, 1.0], [1.0, 1.0])
    """
    keys = _checked_keys(cells, by, value)
    exact = cells[value].to_numpy(dtype="float64") / _checked_step(step)
    _check_figures(exact, allow_negative=True)
    ordered = cells[keys].reset_index(drop=True).sort_values(keys)
    order = ordered.index.to_numpy()
    codes = [ordered[key].factorize()[0].astype("int64") for key in keys]
    fixed = {
        position: _fixed_totals(ordered[keys[position]], series, step)
        for position, series in _positions(totals or {}, keys).items()
    }
    low, up = _down_and_up(exact[order])
    near_whole = np.where(up > low, exact[order], low)
    nested = None if margins is None else tuple((keys.index(key),) for key in margins)
    controls = Controls(tuple(codes), near_whole, low, up, fixed, nodes, nested)
    outcome = round_cells(controls)
    steps = np.empty(len(cells), dtype="int64")
    steps[order] = outcome.steps
    relaxed = tuple(tuple(keys[axis] for axis in margin) for margin in outcome.relaxed)
    result = cells.assign(**{value: clean_steps(steps, step=step)})
    note = _note(relaxed, outcome.furthest * step) if relaxed else None
    if outcome.ended:
        note = _search_note(nodes, note)
    return RoundedTable(result, tuple(keys), value, step, relaxed, note)


def _down_and_up(exact: Floats) -> tuple[Integers, Integers]:
    low = np.floor(exact + _NEAR).astype("int64")
    return low, low + (exact - low > _NEAR)


def _checked_step(step: float) -> float:
    if not (math.isfinite(step) and step > 0):
        raise InputError("zones.rounding.bad_step", step=step)
    return step


def _check_figures(exact: Floats, *, allow_negative: bool) -> None:
    bad = ~np.isfinite(exact)
    if not allow_negative:
        bad |= exact < 0
    if bad.any():
        rows = np.flatnonzero(bad)[:5].tolist()
        raise InputError("zones.rounding.figures_missing", count=int(bad.sum()), rows=rows)


def _asked_total(exact_sum: float, total: float | None, step: float) -> int:
    if total is None:
        return math.floor(exact_sum + 0.5 + _NEAR)
    return int(_whole(np.array([total / step]), step)[0])


def _whole(steps: Floats, step: float) -> Integers:
    whole = np.rint(steps)
    bad = ~np.isfinite(steps) | (np.abs(steps - whole) > _NEAR)
    if bad.any():
        shown = [float(f"{figure * step:.6g}") for figure in steps[bad][:5]]
        raise InputError("zones.rounding.totals_no_multiples", step=step, shown=shown)
    return whole.astype("int64")


def _refuse_total(asked: float, low: float, up: float) -> None:
    raise InputError("zones.rounding.total_out_of_range", asked=asked, low=low, up=up)


def _checked_keys(cells: pd.DataFrame, by: Sequence[str], value: str) -> list[str]:
    keys = list(by)
    missing = [name for name in [*keys, value] if name not in cells.columns]
    if missing or len(set(keys)) not in {2, 3} or len(set(keys)) != len(keys):
        raise InputError(
            "zones.rounding.bad_keys",
            keys=keys,
            value=value,
            columns=[str(name) for name in cells.columns],
        )
    empty = int(cells[keys].isna().any(axis=1).sum())
    repeated = cells.duplicated(keys)
    if empty or repeated.any():
        first = cells.loc[repeated, keys].head(5).to_numpy().tolist()
        raise InputError(
            "zones.rounding.cells_repeated", count=int(repeated.sum()), first=first, empty=empty
        )
    return keys


def _positions(totals: Mapping[str, pd.Series], keys: list[str]) -> dict[int, pd.Series]:
    unknown = [name for name in totals if name not in keys]
    if unknown:
        raise InputError("zones.rounding.totals_of_other_keys", keys=keys, unknown=unknown)
    return {keys.index(name): series for name, series in totals.items()}


def _fixed_totals(column: pd.Series, series: pd.Series, step: float) -> dict[int, int]:
    uniques = column.factorize()[1]
    whole = _whole(series.to_numpy(dtype="float64") / step, step)
    by_key = dict(zip(series.index.tolist(), whole.tolist(), strict=True))
    strangers = [key for key, steps in by_key.items() if key not in uniques and steps != 0]
    if strangers:
        raise InputError(
            "zones.rounding.totals_without_cell", count=len(strangers), strangers=strangers
        )
    return {code: by_key[key] for code, key in enumerate(uniques.tolist()) if key in by_key}


def _note(relaxed: tuple[tuple[str, ...], ...], furthest: float) -> Phrase:
    names = ", ".join(" × ".join(margin) for margin in relaxed)
    return message("zones.rounding.totals_off", names=names, furthest=furthest)


def _search_note(nodes: int, note: Phrase | None) -> Phrase:
    said = note or message("zones.rounding.sums_exact")
    return message("zones.rounding.search_ended", said=said, nodes=nodes)
