"""Cells rounded so that overlapping sums of them are near, on numbers one can check by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from layers.base.errors import ClosureError
from zones.rounding.to_sums import PrintedSums, round_to_sums

FREE = np.inf


def sums(members: list[list[int]], exact: list[float], given_: dict[int, float]) -> PrintedSums:
    matrix = sparse.csr_matrix(np.array(members, dtype="float64"))
    height = len(members)
    low = np.array([given_.get(row, -FREE) for row in range(height)])
    up = np.array([given_.get(row, FREE) for row in range(height)])
    return PrintedSums(matrix, matrix @ np.array(exact), low, up)


def test_the_sum_is_nearest_where_cells_alone_would_all_go_down() -> None:
    exact = [0.4, 0.4, 0.4, 0.4, 0.4]
    steps = round_to_sums(np.array(exact), sums([[1, 1, 1, 1, 1]], exact, {}))
    assert steps.sum() == 2
    assert set(steps) == {0, 1}


def test_overlapping_sums_are_all_nearest() -> None:
    # Rows 1.0 and 1.0, columns 1.5 and 0.5, both diagonals 0.9 and 1.1.
    exact = [0.7, 0.3, 0.8, 0.2]
    members = [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]]
    steps = round_to_sums(np.array(exact), sums(members, exact, {}))
    assert steps.tolist() in ([1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1])
    assert (np.array(members) @ steps).tolist()[:2] == [1, 1]


def test_given_sums_are_met_beyond_the_next_step_and_by_what_is_not_zero() -> None:
    exact = [0.0, 2.5, 1.5]
    steps = round_to_sums(np.array(exact), sums([[1, 1, 1]], exact, {0: 6.0}))
    assert steps.sum() == 6
    assert steps[0] == 0
    # Where nothing else can, a cell that is zero in truth is filled.
    steps = round_to_sums(np.array([0.0]), sums([[1]], [0.0], {0: 2.0}))
    assert steps.tolist() == [2]


def test_no_cell_changes_its_sign() -> None:
    exact = [-0.4, 3.0]
    steps = round_to_sums(np.array(exact), sums([[1, 0]], exact, {0: -1.0}))
    assert steps.tolist() == [-1, 3]
    with pytest.raises(ClosureError):
        round_to_sums(np.array(exact), sums([[1, 0]], exact, {0: 1.0}))


@given(st.lists(st.floats(0, 50).map(lambda value: round(value, 2)), min_size=9, max_size=9))
@settings(max_examples=25)
def test_a_two_way_table_stays_within_a_step(cells: list[float]) -> None:
    rows, columns = np.kron(np.eye(3), np.ones(3)), np.kron(np.ones(3), np.eye(3))
    members = np.vstack([rows, columns, np.ones((1, 9))])
    steps = round_to_sums(np.array(cells), sums(members.tolist(), cells, {}))
    assert np.abs(members @ steps - members @ np.array(cells)).max() < 1
    assert np.abs(steps - np.array(cells)).max() < 1
