"""Where a forecast starts."""

from __future__ import annotations

import pytest

from layers.base.errors import ClosureError, InputError
from tests.zones.forest.trajectory.cases import YEAR, cover_of, measured, start
from zones.forest.trajectory.cohorts import start_of


def test_hectares_stand_by_age_and_class() -> None:
    land = start(
        measured(
            ("A", "planted_forest", "pine", YEAR - 3, 10),
            ("A", "planted_forest", "pine", YEAR - 3, 5, "protection"),
            ("A", "planted_forest", "pine", 1930, 7),
            ("A", "planted_forest", "pine", None, 2),
            ("A", "not_yet_forest", "pine", YEAR - 1, 3),
            ("A", "not_yet_forest", "pine", None, 4),
            ("B", "natural_forest", "", None, 8),
            ("B", "regenerating", "", None, 1),
            ("B", "bare", "", None, 2),
            ("B", "water", "", None, 9),
        )
    )
    assert land.cells["three_forest"].tolist() == ["production", "protection"]
    assert land.forest_ha[0, [3, 59]].tolist() == [10, 7]
    assert land.forest_ha[1, 3] == 5
    assert land.unknown_ha.tolist() == [2, 0]
    assert land.young_ha[0, [0, 1]].tolist() == [4, 3]
    assert land.young_unknown_ha.tolist() == [4, 0]
    assert land.natural_ha.tolist() == [0, 8]
    assert land.bare_ha.tolist() == [0, 3]
    assert land.land_ha.tolist() == [31, 20]


def test_planting_years_in_the_future_are_refused() -> None:
    rows = measured(
        ("A", "not_yet_forest", "pine", YEAR + 1, 3), ("A", "planted_forest", "pine", 2031, 2)
    )
    with pytest.raises(InputError, match=r"2 areas .*\(5.00 ha\).* year 2025: 2026, 2031"):
        start(rows)


def test_cohorts_must_be_the_area_with_forest() -> None:
    rows = measured(("A", "planted_forest", "pine", 2000, 10))
    cover = cover_of(rows)
    cover.loc[0, "area_with_forest_ha"] += 1
    with pytest.raises(ClosureError, match="cohorts to the area with forest"):
        start_of(rows, cover, year=YEAR)


def test_a_commune_without_plots_is_left_out() -> None:
    rows = measured(("A", "planted_forest", "pine", 2000, 10), ("B", "bare", "", None, 1))
    cover = cover_of(rows)
    cover.loc[1, ["natural_forest_ha", "planted_forest_ha", "area_with_forest_ha"]] = float("nan")
    land = start_of(rows, cover, year=YEAR)
    assert land.communes["commune_code"].tolist() == ["A"]
