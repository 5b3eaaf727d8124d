"""Other plans as good as the best, and what is negotiable."""

from __future__ import annotations

import numpy as np
import pytest

from layers.base.errors import InputError
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.alternatives import negotiable_ranges, portfolio


@pytest.fixture(scope="module")
def free() -> Allocation:
    """40 ha in two equal communes of 100 ha, and 5 ha that only c can take."""
    suits = {("pine", "bare", "a"): 1.0, ("pine", "bare", "b"): 1.0, ("na", "bare", "c"): 1.0}
    inputs = inputs_of(
        land={("a", "bare"): 100.0, ("b", "bare"): 100.0, ("c", "bare"): 100.0},
        targets={"pine": (40.0, 60.0), "na": (5.0, 9.0)},
        suitability=suits,
    )
    return allocate(inputs, settings=YEARS)


def test_ranges_say_what_is_negotiable(free: Allocation) -> None:
    ranges = negotiable_ranges(free).set_index("commune_code")
    assert ranges["planned_ha"].to_dict() == pytest.approx(
        {"a": 20.0, "b": 20.0, "c": 5.0}, abs=0.05
    )
    assert ranges["least_ha"].to_dict() == pytest.approx({"a": 0.0, "b": 0.0, "c": 5.0})
    assert ranges["most_ha"].to_dict() == pytest.approx({"a": 40.0, "b": 40.0, "c": 5.0})
    pairs = negotiable_ranges(free, by=("zone", "commune_code"))
    assert pairs["most_ha"].sum() == pytest.approx(85)


def test_better_land_leaves_nothing_to_negotiate() -> None:
    suits = {("pine", "bare", "a"): 1.0, ("pine", "bare", "b"): 0.5}
    inputs = inputs_of(
        land={("a", "bare"): 100.0, ("b", "bare"): 100.0},
        targets={"pine": (40.0, 60.0)},
        suitability=suits,
    )
    allocation = allocate(inputs, settings=YEARS)
    ranges = negotiable_ranges(allocation).set_index("commune_code")
    assert (ranges["least_ha"] == ranges["most_ha"]).all()
    same = portfolio(allocation, 3, within=0.0)
    assert same.plans["plan"].unique().tolist() == [0]
    # One percent of the preference (40 ha at cost 1) lets 0.8 ha move to land of cost 1.5.
    other = portfolio(allocation, 3, within=0.01)
    moved = other.plans[(other.plans["plan"] == 1) & (other.plans["commune_code"] == "b")]
    assert moved["planned_ha"].sum() == pytest.approx(0.8, abs=1e-3)


def test_alternatives_are_as_good_and_elsewhere(free: Allocation) -> None:
    found = portfolio(free, 2, within=0.01)
    measures = found.measures
    assert len(measures) == 3
    assert (measures["shortfall"] < 1e-4).all()
    assert (measures["preference"] <= measures["preference"][0] * 1.01 + 1e-4).all()
    assert measures["moved_ratio"][0] == 0
    assert measures["moved_ratio"][1:].min() > 0.1
    totals = found.plans.groupby(["plan", "zone"])["planned_ha"].sum()
    assert np.allclose(totals.xs("pine", level="zone"), 40, atol=0.5)


def test_portfolio_refuses_nonsense(free: Allocation) -> None:
    with pytest.raises(InputError, match="at least 0"):
        portfolio(free, -1)
    with pytest.raises(InputError, match="by commune_code"):
        negotiable_ranges(free, by=("year",))
