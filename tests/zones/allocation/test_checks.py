"""What the tables say together: ground, pace by year, locks of one source, weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from layers.base.errors import InputError
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.checks import check_allocation_inputs
from zones.allocation.inputs import AllocationInputs
from zones.allocation.land import load_crop_suitability


def planned(allocation: Allocation, *keys: str) -> dict:
    return allocation.plan.groupby(list(keys))["planned_ha"].sum().round(6).to_dict()


def with_ground(inputs: AllocationInputs, **ground: float) -> AllocationInputs:
    frame = pd.DataFrame({"commune_code": list(ground), "ground_ha": list(ground.values())})
    return replace(inputs, ground=frame)


def test_no_more_land_than_the_commune_has_ground() -> None:
    land = {("a", "bare"): 100.0, ("a", "farm"): 100.0, ("a", "canopy"): 100.0}
    inputs = inputs_of(land=land, targets={"na": (1, 2)})
    with pytest.raises(InputError, match=r"ground: 1 row, first a: more land may be"):
        check_allocation_inputs(with_ground(inputs, a=100.0), YEARS)
    # Land under trees shares its hectare; half of each source may be used of 100 ha.
    halves = replace(inputs, sources=inputs.sources.assign(limit_ratio=0.5))
    check_allocation_inputs(with_ground(halves, a=100.0), YEARS)
    check_allocation_inputs(inputs, YEARS)
    trees = inputs_of(land={("a", "canopy"): 300.0}, targets={"na": (1, 2)})
    with pytest.raises(InputError, match="more land may be planted than the commune has ground"):
        check_allocation_inputs(with_ground(trees, a=100.0), YEARS)


def test_a_pace_of_one_year_leaves_the_other_years_theirs() -> None:
    """Six hectares a year, ten in 2027: 34 of 100 in five years; not ten and then no limit."""
    pace = [
        {"zone": "na", "commune_code": "a", "high_ha": 6.0},
        {"zone": "na", "commune_code": "a", "year": 2027, "high_ha": 10.0},
        {"zone": "na", "commune_code": "b", "high_ha": 1.0},
    ]
    land = {("a", "bare"): 100.0, ("b", "bare"): 100.0}
    inputs = inputs_of(land=land, targets={"na": (500, 500)}, pace=pace)
    result = allocate(inputs, settings=YEARS)
    assert planned(result, "commune_code") == {"a": 34.0, "b": 5.0}
    by_year = {year: ha for (code, year), ha in planned(result, "commune_code", "year").items()
               if code == "a"}  # fmt: skip
    assert by_year == {2026: 6.0, 2027: 10.0, 2028: 6.0, 2029: 6.0, 2030: 6.0}
    # A tighter year is as tight as it says.
    tight = [pace[0], {**pace[1], "high_ha": 2.0}]
    result = allocate(replace(inputs, pace=inputs_of(
        land=land, targets={"na": (500, 500)}, pace=tight).pace), settings=YEARS)  # fmt: skip
    assert planned(result, "commune_code", "year")["a", 2027] == 2.0


def test_a_bar_on_one_source_leaves_the_commune_its_other_land() -> None:
    land = {("a", "bare"): 10.0, ("a", "farm"): 4.0}
    locks = [
        {"zone": "na", "commune_code": "a", "source": "bare", "lock": "must_not"},
        {"zone": "na", "commune_code": "a", "lock": "must", "area_ha": 3.0},
    ]
    inputs = inputs_of(land=land, targets={"na": (10, 10)}, locks=locks)
    result = allocate(inputs, settings=YEARS)
    assert planned(result, "commune_code", "source") == {("a", "farm"): 4.0}
    assert result.unmet.empty


def test_a_must_outweighs_a_target_by_its_weight() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 10.0},
        targets={"pine": (10, 10), "na": (0, 10)},
        locks=[{"zone": "na", "commune_code": "a", "lock": "must", "area_ha": 6.0}],
    )
    heavy = allocate(inputs, settings=replace(YEARS, must_weight=2.0))
    assert planned(heavy, "zone") == {"na": 6.0, "pine": 4.0}
    light = allocate(inputs, settings=replace(YEARS, must_weight=0.5))
    assert planned(light, "zone") == {"pine": 10.0}
    assert light.unmet["shortfall_ha"].tolist() == pytest.approx([6.0])


def test_work_under_trees_is_no_planting_of_the_commune() -> None:
    land = {("a", "bare"): 50.0, ("a", "canopy"): 100.0}
    suits = {("pine", "bare", "a"): 1.0, ("herbs", "canopy", "a"): 1.0}
    targets = {"pine": (50, 50), "herbs": (50, 50)}
    commune = [{"commune_code": "a", "high_ha": 2.0}]
    inputs = inputs_of(land=land, targets=targets, suitability=suits, pace=commune)
    assert planned(allocate(inputs, settings=YEARS), "zone") == {"herbs": 50.0, "pine": 10.0}
    own = [*commune, {"zone": "herbs", "commune_code": "a", "high_ha": 3.0}]
    inputs = inputs_of(land=land, targets=targets, suitability=suits, pace=own)
    assert planned(allocate(inputs, settings=YEARS), "zone") == {"herbs": 15.0, "pine": 10.0}


def test_cut_land_is_planted_before_new_land() -> None:
    """By the shipped rules: ten hectares cut, ten to make good, none of them on new land."""
    suits = load_crop_suitability().set_index(["crop", "source"])["suitability"]
    both = ("bare_production", "cut_over")
    crops = set(suits.xs("cut_over", level="source").index)
    assert crops >= {"pine", "acacia", "anise", "cinnamon", "chestnut"}
    assert all(suits[crop, "cut_over"] > suits[crop, "bare_production"] for crop in crops)
    inputs = inputs_of(
        land={("a", "bare_production"): 90.0, ("a", "cut_over"): 0.0},
        targets={"pine": (50, np.nan)},
        present={("pine", "a"): 50.0},
        suitability={("pine", source, "a"): suits["pine", source] for source in both},
        losses=[
            {"zone": "pine", "commune_code": "a", "year": 2026, "loss_ha": 10.0,
             "source": "cut_over"}
        ],
    )  # fmt: skip
    assert planned(allocate(inputs, settings=YEARS), "source") == {"cut_over": 10.0}


def test_a_loss_that_the_present_area_lacks_already_is_refused() -> None:
    """A report of 2027 shows what was lost until then: it would be taken off a second time."""
    losses = [{"zone": "na", "commune_code": "a", "source": "", "year": 2027, "loss_ha": 5.0}]
    inputs = inputs_of(
        land={("a", "bare"): 100.0},
        targets={"na": (20, 30)},
        present={("na", "a"): 10.0},
        losses=losses,
    )
    check_allocation_inputs(inputs, YEARS)
    check_allocation_inputs(inputs, replace(YEARS, zone_first_year={"na": 2027}))
    with pytest.raises(InputError, match=r"first na, a, 2027.*lacks them already"):
        check_allocation_inputs(inputs, replace(YEARS, zone_first_year={"na": 2028}))


def test_no_least_pace_is_asked_for_in_years_that_the_present_area_shows() -> None:
    pace = [{"zone": "na", "commune_code": "", "low_ha": 2.0}]
    inputs = inputs_of(land={("a", "bare"): 100.0}, targets={"na": (20, 30)}, pace=pace)
    late = allocate(inputs, settings=replace(YEARS, zone_first_year={"na": 2029}))
    assert late.unmet.empty
    assert planned(late, "year") == {2029: 10.0, 2030: 10.0}
