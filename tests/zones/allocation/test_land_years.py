"""Land with years of its own: used once, by small cases and against a transport programme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from layers.base.errors import InputError
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.explain.commune_reasons import explain_commune
from zones.allocation.explain.report import AllocationReport, allocation_report
from zones.allocation.explain.sentences import Voice
from zones.allocation.explain.target_reasons import Explanation
from zones.allocation.inputs import AllocationSettings
from zones.allocation.land import zone_land
from zones.allocation.land_years import lay_on_windows, usable_land
from zones.allocation.rounded import round_allocation

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


def test_land_that_is_free_in_no_year_of_the_plan_is_told_nowhere() -> None:
    """Of 140 ha, 50 come free too late and 40 were free too early; the other 50 are planted."""
    pieces = [
        (20.0, np.nan, 2026),
        (30.0, 2030, np.nan),
        (50.0, 2032, np.nan),
        (40.0, np.nan, 2024),
    ]
    result = on_pieces(pieces, [100.0] * 5)
    assert result.plan["planned_ha"].sum() == pytest.approx(50.0)
    usable = usable_land(result.inputs.available, result.inputs.sources, result.settings)
    assert usable.to_numpy().tolist() == [["a", "young", "made", 50.0]]
    assert zone_land(result)["available_ha"].tolist() == [50.0]
    printed = round_allocation(result)
    chain = explain_commune(result, "timber", "a", printed=printed)
    text = " ".join(sentence.phrase.en for sentence in chain)
    assert "50 ha can be used" in text
    assert "50 ha go to timber, 0 ha to other zones, 0 ha are left" in text
    report = AllocationReport(result, printed, Explanation((), (), ()), (), Voice())
    assert "| young | made | 50 | 50 |" in allocation_report(report, "en")


def test_a_commune_whose_land_comes_too_late_has_none() -> None:
    result = on_pieces([(50.0, 2032, np.nan)], [100.0] * 5)
    assert result.limits["binding"].tolist() == ["no_land"]


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


@settings(max_examples=25)
@given(pieces, st.lists(st.integers(1, 12).map(float), min_size=5, max_size=5))
def test_land_over_years_is_a_transport_programme(
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


def most_of(windows: dict[tuple[int, int], float], last: int) -> tuple[float, int]:
    """Most that 1,000 ha of a target find on windows of years, and the rows written for it."""
    inputs = inputs_of(land={("a", "young"): 1.0}, targets={"timber": (1000.0, np.nan)})
    inputs = replace(inputs, targets=inputs.targets.assign(year=last))
    rows = [("a", "young", area, "made", *span) for span, area in windows.items()]
    names = ["commune_code", "source", "area_ha", "origin", "from_year", "until_year"]
    inputs = replace(inputs, available=pd.DataFrame(rows, columns=names))
    result = allocate(inputs, settings=AllocationSettings(2026, last))
    return result.plan["planned_ha"].sum(), len(result.model.rows)


def test_windows_in_one_another_are_planted_whole_however_many() -> None:
    """A piece for each of twenty years and one for all of them: 1,048,575 sets of years."""
    nested = {(2026, 2045): 1.0} | {(year, year): 1.0 for year in range(2026, 2046)}
    planted, rows = most_of(nested, 2045)
    assert planted == pytest.approx(21.0)
    # A row per window, one per year, and the target.
    assert rows == 21 + 20 + 1


def laid(uses: dict[int, float], windows: dict[tuple[int, int], float]) -> pd.DataFrame:
    place = {"commune_code": "a", "source": "young"}
    used = pd.DataFrame([{**place, "year": y, "planned_ha": ha} for y, ha in uses.items()])
    pieces = pd.DataFrame(
        [{**place, "first": f, "last": t, "area_ha": ha} for (f, t), ha in windows.items()]
    )
    return lay_on_windows(used, pieces).set_index("year")[["open", "over_ha"]]


def test_a_year_is_open_where_what_lies_in_it_can_move_to_another() -> None:
    """2026 is full, yet its hectares can move to the piece that 2027 leaves; 2028 has no other."""
    found = laid(
        {2026: 4.0, 2027: 1.0, 2028: 2.0}, {(2026, 2027): 5.0, (2027, 2027): 3.0, (2028, 2028): 2.0}
    )
    assert found["open"].to_dict() == {2026: True, 2027: True, 2028: False}
    assert found["over_ha"].sum() == 0
    full = laid({2026: 4.0, 2027: 4.0}, {(2026, 2027): 5.0, (2027, 2027): 3.0})
    assert full["open"].to_dict() == {2026: False, 2027: False}


def test_hectares_without_a_piece_are_told() -> None:
    found = laid({2026: 4.0, 2027: 2.0}, {(2026, 2026): 3.0, (2027, 2027): 9.0})
    assert found["over_ha"].to_dict() == {2026: 1.0, 2027: 0.0}
