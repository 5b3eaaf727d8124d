"""Land with years of its own: used once, by small cases and against a transport programme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from layers.errors import InputError
from tests.zones.allocation_cases import YEARS, inputs_of
from zones.allocation import Allocation, allocate

Piece = tuple[float, float, float]


def on_pieces(pieces: list[Piece], most: list[float]) -> Allocation:
    """Ask for more than there is on pieces (hectares, from, until) at a pace per year."""
    inputs = inputs_of(
        land={("a", "young"): 1.0},
        targets={"timber": (1000.0, np.nan)},
        pace=[
            {"zone": "timber", "commune_code": "", "year": 2026 + number, "high_ha": ha}
            for number, ha in enumerate(most)
        ],
    )
    rows = [("a", "young", area, "made", start, end) for area, start, end in pieces]
    names = ["commune_code", "source", "area_ha", "origin", "from_year", "until_year"]
    return allocate(replace(inputs, available=pd.DataFrame(rows, columns=names)), settings=YEARS)


def test_a_stand_is_too_old_some_day() -> None:
    # Six hectares may be converted in 2026 only, four until 2027; a hectare a year can be done.
    result = on_pieces([(6.0, np.nan, 2026), (4.0, np.nan, 2027)], [1.0] * 5)
    assert result.plan["year"].tolist() == [2026, 2027]
    assert result.plan["planned_ha"].tolist() == pytest.approx([1.0, 1.0])


def test_land_of_one_year_does_not_serve_another() -> None:
    result = on_pieces([(6.0, 2026, 2026), (4.0, 2028, np.nan)], [100.0] * 5)
    by_year = result.plan.groupby("year")["planned_ha"].sum()
    assert by_year[2026] == pytest.approx(6.0)
    assert by_year[by_year.index >= 2028].sum() == pytest.approx(4.0)
    assert 2027 not in by_year.index


def test_years_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(InputError, match="from_year after until_year"):
        on_pieces([(6.0, 2028, 2027)], [1.0] * 5)


pieces = st.lists(
    st.tuples(st.integers(1, 9), st.integers(2025, 2030), st.integers(0, 5)).map(
        lambda piece: (float(piece[0]), float(piece[1]), float(min(piece[1] + piece[2], 2031)))
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda piece: piece[1:],
)


@settings(deadline=None, max_examples=25)
@given(pieces, st.lists(st.integers(1, 12).map(float), min_size=5, max_size=5))
def test_the_rows_over_sets_of_years_are_a_transport_programme(
    given_pieces: list[Piece], most: list[float]
) -> None:
    result = on_pieces(given_pieces, most)
    cells = [
        (number, year)
        for number, (_, start, end) in enumerate(given_pieces)
        for year in range(5)
        if start <= 2026 + year <= end
    ]
    rows = [[float(piece == n) for piece, _ in cells] for n in range(len(given_pieces))]
    rows += [[float(year == y) for _, year in cells] for y in range(5)]
    limits = [area for area, _, _ in given_pieces] + most
    exact = -linprog([-1.0] * len(cells), A_ub=rows, b_ub=limits).fun if cells else 0.0
    assert result.plan["planned_ha"].sum() == pytest.approx(exact, abs=1e-5)
