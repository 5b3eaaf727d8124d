"""The programme behind a rounded table: which cells go up, so that every total stays near.

For each cell a binary says whether it goes up; each total over some of the keys may take the step
below or above its exact value. In a two-way table the rows form a network matrix, so a vertex of
the linear relaxation is whole; so it is where the margins asked for are nested on either side. A
three-way table needs an integer programme: its search ends after so many nodes, never by the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.base.errors import ClosureError, InputError
from zones.solver.linear_programme import Programme, Solution, scattered, solve_programme

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Margin = tuple[int, ...]

_NEAR = 1e-6
#: What one step of distance costs in a total over one key, two keys, or none, against a cell's 1.
_WEIGHTS = {0: 16.0, 1: 8.0, 2: 2.0}
_TIE = 1e-5
_FAR = 1000.0
#: A rounding whose distance is within this part of the least possible is close enough.
_GAP = 0.02


@dataclass(frozen=True, slots=True)
class Controls:
    """A table to round, in steps."""

    codes: tuple[Integers, ...]  # Per key the code of each cell, from 0
    exact: Floats  # Figures
    # low, up: The step below and the step above (the same for whole figures)
    low: Integers
    up: Integers
    fixed: dict[int, dict[int, int]]  # Per key position: totals to meet, by code
    nodes: int = 500  # Most nodes of the search in the integer programme
    # Totals to keep near, by key positions, nested on either side of a network; by default all
    margins: tuple[Margin, ...] | None = None

    @property
    def integer(self) -> bool:
        """Whether an integer programme is needed."""
        return self.margins is None and len(self.codes) == 3

    def loose(self, margin: Margin) -> bool:
        """Tell totals that may pass a step where no rounding keeps all of them."""
        return 2 in margin if self.integer else not set(margin) & set(self.fixed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rounded figures in steps, the totals that were let go, and how far the furthest lies."""

    steps: Integers  # Whole numbers of steps
    relaxed: tuple[Margin, ...] = ()  # Margins, by key positions
    furthest: float = 0.0  # Greatest distance of a relaxed total from its exact value, in steps
    # Whether the search ended at its limit of nodes, before the rounding was shown to be close
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _Total:
    """One margin: which total each cell belongs to, and the range each total may take."""

    margin: Margin
    group: Integers
    exact: Floats
    low: Integers
    up: Integers


def round_cells(controls: Controls) -> Outcome:
    """Round the cells of a table with two or three keys."""
    if len(controls.exact) == 0:
        return Outcome(np.empty(0, dtype="int64"))
    totals = _totals(controls)
    steps, ended = _solve(controls, totals)
    if steps is not None:
        return _checked(controls, Outcome(steps, ended=ended), totals)
    if len(controls.codes) == 3:
        steps, ended = _solve(controls, totals, elastic=True)
        return replace(_relaxed(controls, totals, steps), ended=ended)
    raise InputError("zones.rounding.totals_cannot_be_met")


def _totals(controls: Controls) -> list[_Total]:
    keys = range(len(controls.codes))
    every = [m for size in range(len(controls.codes)) for m in combinations(keys, size)]
    margins = every if controls.margins is None else controls.margins
    moved = _moved_to_fixed(controls)
    return [_total(controls, margin, moved) for margin in margins]


def _moved_to_fixed(controls: Controls) -> Floats:
    """Cells scaled to the totals asked for: these move other totals, by their part of the move."""
    moved = controls.exact.astype("float64")
    for axis, wanted in controls.fixed.items():
        codes = controls.codes[axis]
        sums = np.bincount(codes, weights=moved)
        factor = np.ones(len(sums))
        for code, steps in wanted.items():
            factor[code] = steps / sums[code] if abs(sums[code]) > _NEAR else 1.0
        moved = moved * factor[codes]
    return moved


def _total(controls: Controls, margin: Margin, moved: Floats) -> _Total:
    cells = pd.DataFrame({axis: controls.codes[axis] for axis in margin}, dtype="int64")
    if margin:
        group = np.asarray(cells.groupby(list(margin), sort=True).ngroup(), dtype="int64")
    else:
        group = np.zeros(len(controls.exact), dtype="int64")
    count = int(group.max()) + 1
    exact: Floats = np.bincount(group, weights=controls.exact, minlength=count).astype("float64")
    target = np.bincount(group, weights=moved, minlength=count)
    low = np.floor(np.minimum(exact, target) + _NEAR).astype("int64")
    up = np.ceil(np.maximum(exact, target) - _NEAR).astype("int64")
    if len(margin) == 1 and margin[0] in controls.fixed:
        # With one key the groups are the codes themselves.
        for code, steps in controls.fixed[margin[0]].items():
            if abs(steps - exact[code]) > 1 - _NEAR and steps != round(exact[code]):
                _refuse_far(steps, float(exact[code]))
            low[code] = up[code] = steps
    return _Total(margin, group, np.clip(target, low, up), low, np.maximum(low, up))


def _refuse_far(steps: int, exact: float) -> NoReturn:
    raise InputError("zones.rounding.total_too_far", steps=steps, exact=exact)


def _solve(
    controls: Controls, totals: list[_Total], *, elastic: bool = False
) -> tuple[Integers | None, bool]:
    programme = _programme(controls, totals, integer=controls.integer)
    if elastic:
        programme = _elastic(programme, controls, totals)
    if not controls.integer:
        return _up_or_down(controls, solve_programme(programme, method="dual")), False
    limits = {"mip_max_nodes": controls.nodes, "mip_max_improving_sols": 4}
    solution = solve_programme(programme, options={"mip_rel_gap": _GAP, **limits})
    close = solution.status in {"optimal", "infeasible"} or solution.gap <= _GAP
    return _up_or_down(controls, solution), not close


def _up_or_down(controls: Controls, solution: Solution) -> Integers | None:
    if solution.status in {"infeasible", "none"}:
        return None
    goes_up = solution.columns[: len(controls.exact)]
    whole = np.rint(goes_up)
    if np.abs(goes_up - whole).max(initial=0.0) > 1e-4:
        raise ClosureError("zones.rounding.cell_between_steps")
    steps: Integers = controls.low + whole.astype("int64")
    return steps


def _programme(controls: Controls, totals: list[_Total], *, integer: bool) -> Programme:
    """Columns: one per cell (goes up), then one per total and step of its range.

    A range is one step wide; two where totals to meet move a total past a step. Then each step has
    its own price, which rises: the sum stays near its target and is not driven to an end.
    """
    cells = len(controls.exact)
    fraction = controls.exact - controls.low
    tie = _ties(controls.up > controls.low)
    costs, uppers = [1.0 - 2.0 * fraction + tie], [(controls.up - controls.low).astype("float64")]
    blocks, bounds = [], []
    for total in totals:
        count = len(total.exact)
        weight, widths = _WEIGHTS[len(total.margin)], total.up - total.low
        steps = max(1, int(widths.max(initial=0)))
        for step in range(steps):
            above = np.clip(total.exact - total.low - step, 0.0, 1.0)
            costs.append(weight * (1.0 - 2.0 * above))
            uppers.append(np.clip(widths - step, 0, 1).astype("float64"))
        base = np.bincount(total.group, weights=controls.low, minlength=count)
        blocks.append((total.group, count, steps))
        bounds.append(total.low - base)
    matrix = _matrix(cells, blocks)
    right = np.concatenate(bounds).astype("float64")
    columns = matrix.shape[1]
    whole = np.zeros(columns, dtype=bool)
    whole[:cells] = integer
    return Programme(
        np.concatenate(costs),
        np.zeros(columns),
        np.concatenate(uppers),
        matrix,
        right,
        right,
        whole if integer else None,
    )


def _elastic(programme: Programme, controls: Controls, totals: list[_Total]) -> Programme:
    """Let totals over the third key pass their range, at a price per step."""
    cells = len(controls.exact)
    rows = np.concatenate(
        [np.full(len(total.exact), controls.loose(total.margin)) for total in totals]
    )
    loose = np.flatnonzero(rows)
    count = len(loose)
    beyond = sparse.csc_matrix(
        (
            np.concatenate([-np.ones(count), np.ones(count)]),
            (np.tile(loose, 2), np.arange(2 * count)),
        ),
        shape=(programme.matrix.shape[0], 2 * count),
    )
    return Programme(
        np.concatenate([programme.cost, np.full(2 * count, _FAR)]),
        np.zeros(len(programme.cost) + 2 * count),
        np.concatenate([programme.upper, np.full(2 * count, np.inf)]),
        sparse.hstack([programme.matrix, beyond], format="csc"),
        programme.row_lower,
        programme.row_upper,
        (np.arange(len(programme.cost) + 2 * count) < cells) if controls.integer else None,
    )


def _ties(open_cells: npt.NDArray[np.bool_]) -> Floats:
    """Tiny costs of the cells that may go up; whole cells, zeros included, change nothing."""
    costs = np.zeros(len(open_cells))
    costs[open_cells] = _TIE * scattered(int(open_cells.sum()))
    return costs


def _matrix(cells: int, blocks: list[tuple[Integers, int, int]]) -> sparse.csc_matrix:
    offset, rows, heights = 0, [], []
    for group, count, steps in blocks:
        rows.append(group + offset)
        heights.append(np.tile(np.arange(offset, offset + count), steps))
        offset += count
    height = np.concatenate(heights)
    row = np.concatenate([*rows, height])
    columns = [np.tile(np.arange(cells), len(blocks)), cells + np.arange(len(height))]
    sign = np.concatenate([np.ones(cells * len(blocks)), -np.ones(len(height))])
    shape = (offset, cells + len(height))
    return sparse.csc_matrix((sign, (row, np.concatenate(columns))), shape=shape)


def _relaxed(controls: Controls, totals: list[_Total], steps: Integers | None) -> Outcome:
    """Name the totals that had to be let go; without an answer, spread pair by pair."""
    if steps is None:
        steps = _without_third_key(controls, totals)
    loose = [total for total in totals if not _within(total, steps)]
    distance = [
        float(np.abs(np.bincount(total.group, weights=steps) - total.exact).max())
        for total in loose
    ]
    outcome = Outcome(steps, tuple(total.margin for total in loose), max(distance, default=0.0))
    kept = [total for total in totals if not controls.loose(total.margin)]
    return _checked(controls, outcome, kept)


def _without_third_key(controls: Controls, totals: list[_Total]) -> Integers:
    """Keep every total without the third key; spread each kept pair over the third key."""
    pairs = next(total for total in totals if total.margin == (0, 1))
    codes = []
    for axis in (0, 1):
        code = np.zeros(len(pairs.exact), dtype="int64")
        code[pairs.group] = controls.codes[axis]
        codes.append(code)
    table = replace(
        controls,
        codes=(codes[0], codes[1]),
        exact=pairs.exact,
        low=pairs.low,
        up=pairs.up,
        fixed={axis: wanted for axis, wanted in controls.fixed.items() if axis < 2},
    )
    return _spread(controls, pairs.group, round_cells(table).steps)


def _within(total: _Total, steps: Integers) -> bool:
    sums = np.bincount(total.group, weights=steps, minlength=len(total.exact))
    return bool(((sums >= total.low) & (sums <= total.up)).all())


def _spread(controls: Controls, group: Integers, kept: Integers) -> Integers:
    """Round each pair's cells to its kept total, keeping the totals of key and third key near.

    A two-way problem per value of the second key, whose totals by the third key are elastic: a
    network again.
    """
    steps = controls.low.copy()
    for code in np.unique(controls.codes[1]):
        mine = np.flatnonzero(controls.codes[1] == code)
        pair_codes, pair = np.unique(group[mine], return_inverse=True)
        third = np.unique(controls.codes[2][mine], return_inverse=True)[1]
        steps[mine] += _spread_one(controls, mine, kept[pair_codes], (pair, third))
    return steps


def _spread_one(
    controls: Controls, mine: Integers, kept: Integers, groups: tuple[Integers, Integers]
) -> Integers:
    pair, third = groups
    low, cells = controls.low[mine], len(mine)
    count = int(third.max()) + 1
    exact = np.bincount(third, weights=controls.exact[mine], minlength=count)
    floor = np.floor(exact + _NEAR)
    right = np.concatenate(
        [
            kept - np.bincount(pair, weights=low, minlength=len(kept)),
            floor - np.bincount(third, weights=low, minlength=count),
        ]
    )
    row = np.concatenate([pair, third + len(kept), *[np.arange(count) + len(kept)] * 3])
    column = np.concatenate([np.tile(np.arange(cells), 2), cells + np.arange(3 * count)])
    sign = np.concatenate([np.ones(2 * cells), -np.ones(2 * count), np.ones(count)])
    matrix = sparse.csc_matrix((sign, (row, column)), shape=(len(right), cells + 3 * count))
    tie = _ties(controls.up[mine] > low)
    costs = [1.0 - 2.0 * (controls.exact[mine] - low) + tie, 2.0 * (1.0 - 2.0 * (exact - floor))]
    uppers = [(controls.up[mine] - low).astype("float64"), np.ones(count)]
    programme = Programme(
        np.concatenate([*costs, np.full(2 * count, _FAR)]),
        np.zeros(cells + 3 * count),
        np.concatenate([*uppers, np.full(2 * count, np.inf)]),
        matrix,
        right,
        right,
    )
    whole = np.rint(solve_programme(programme, method="dual").columns[:cells])
    return whole.astype("int64")


def _checked(controls: Controls, outcome: Outcome, totals: list[_Total]) -> Outcome:
    outside = (outcome.steps < controls.low) | (outcome.steps > controls.up)
    broken = int(outside.sum()) + sum(not _within(total, outcome.steps) for total in totals)
    if broken:
        raise ClosureError("zones.rounding.table_not_closed", broken=broken)
    return outcome
