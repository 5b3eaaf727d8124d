"""Land available and gap: sums one can do in the head, and nothing known without an allocation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.explain.commune_reasons import explain_commune
from zones.allocation.land import join_zone_land, zone_land
from zones.allocation.rounded import allocation_table, round_allocation
from zones.publish.rounded_figures import round_zones


def allocated(**changes: object) -> Allocation:
    inputs = inputs_of(
        land={("a", "bare"): 10.04, ("a", "canopy"): 8.0, ("b", "bare"): 4.0, ("c", "bare"): 6.0},
        targets={"pine": (12.0, 30.0), "medicinal": (2.0, 9.0)},
        present={("pine", "a"): 2.0, ("pine", "b"): 1.0},
        suitability={
            ("pine", "bare", "a"): 1.0,
            ("pine", "bare", "b"): 0.4,
            ("pine", "bare", "c"): 0.0,
            ("medicinal", "canopy", "a"): 1.0,
        },
    )
    return allocate(replace(inputs, **changes), settings=YEARS)


def hectares(table: pd.DataFrame, zone: str) -> dict[str, float]:
    return table[table["zone"] == zone].set_index("commune_code")["available_ha"].to_dict()


def test_land_is_what_suits_and_may_be_used() -> None:
    land = zone_land(allocated())
    # Land of suitability 0 is none; of land under canopy half may be used.
    assert hectares(land, "pine") == pytest.approx({"a": 10.04, "b": 4.0, "c": 0.0})
    assert hectares(land, "medicinal") == pytest.approx({"a": 4.0, "b": 0.0, "c": 0.0})
    limits = land.set_index(["zone", "commune_code"])["binding"]
    assert limits["pine", "c"] == "no_land"
    assert limits["pine", "a"] == "target"


def test_lists_and_locks_do_not_lessen_the_land() -> None:
    listed = pd.DataFrame([("pine", "a", "closed")], columns=["zone", "commune_code", "list"])
    land = zone_land(allocated(listed=listed))
    assert hectares(land, "pine")["b"] == pytest.approx(4.0)
    assert land.set_index(["zone", "commune_code"])["binding"]["pine", "b"] == "list"


def test_land_that_comes_free_too_late_does_not_count() -> None:
    inputs = allocated().inputs
    late = inputs.available.assign(
        from_year=pd.array([2031 if code == "b" else 2030 for code in "aabc"], dtype="Int64")
    )
    assert hectares(zone_land(allocated(available=late)), "pine")["b"] == 0
    assert hectares(zone_land(allocated(available=late)), "pine")["a"] == pytest.approx(10.04)
    gone = inputs.available.assign(
        until_year=pd.array([2025 if code == "b" else 2026 for code in "aabc"], dtype="Int64")
    )
    assert hectares(zone_land(allocated(available=gone)), "pine") == pytest.approx(
        {"a": 10.04, "b": 0.0, "c": 0.0}
    )


def test_zone_without_a_rule_has_no_land_known() -> None:
    suits = allocated().inputs.suitability
    land = zone_land(allocated(suitability=suits[suits["zone"] == "pine"]))
    assert land.loc[land["zone"] == "medicinal", "available_ha"].isna().all()


def test_ground_under_trees_is_no_part_of_the_sum_of_planting() -> None:
    """a has 10.04 of 14.04 ha of bare land, and all the land under canopy."""
    allocation = allocated()
    printed = round_allocation(allocation, step=0.1)
    (fair,) = [
        sentence
        for sentence in explain_commune(allocation, "pine", "a", printed=printed)
        if sentence.key.startswith("chain_fair")
    ]
    planned = printed.lands.groupby(["commune_code", "source"])["planned_ha"].sum()
    assert planned["a", "canopy"] == 2.0
    assert fair.figures["all"] == planned["a", "bare"]
    assert fair.figures["fair"] == pytest.approx(9 * 10.04 / 14.04, abs=0.05)
    assert (fair.figures["under"], fair.figures["fair_under"]) == (2.0, 2.0)
    assert "2.0 ha on land that bears trees already" in fair.phrase.en
    assert "hai diện tích này không cộng với nhau" in fair.phrase.vi


def printed_zones(allocation: Allocation) -> pd.DataFrame:
    rows = allocation.inputs.present.assign(listed=True, share_ratio=np.nan)
    rows = rows.assign(commune=rows["commune_code"])
    other = rows[rows["zone"] == "pine"].assign(zone="tea", present_ha=5.0)
    zones = round_zones(pd.concat([rows, other], ignore_index=True), decimals=1)
    printed = round_allocation(allocation, step=0.1)
    return join_zone_land(
        zones,
        zone_land(allocation),
        allocation=allocation_table(allocation, printed, by_year=True),
        losses=printed.losses,
        decimals=1,
    )


def test_gaps_sum_to_what_the_zone_lacks() -> None:
    zones = printed_zones(allocated())
    pine = zones[zones["zone"] == "pine"].set_index("commune_code")
    assert pine["gap_ha"].sum() == pytest.approx(12.0 - 3.0)
    assert pine.loc["c", "gap_ha"] == 0
    assert pine["available_ha"].tolist() == pytest.approx([10.0, 4.0, 0.0])


def test_losses_are_part_of_the_gap() -> None:
    losses = [{"zone": "pine", "commune_code": "a", "year": 2026, "loss_ha": 1.5, "source": ""}]
    zones = printed_zones(allocated(losses=pd.DataFrame(losses)))
    pine = zones[zones["zone"] == "pine"]
    # 10.5 ha are planted, of which 1.5 ha stand for what is lost.
    assert pine["gap_ha"].sum() == pytest.approx(12.0 - 3.0)


def test_zone_that_was_not_allocated_is_missing_not_zero() -> None:
    zones = printed_zones(allocated())
    tea = zones[zones["zone"] == "tea"]
    assert len(tea) == 3
    assert tea[["available_ha", "gap_ha"]].isna().all().all()


def test_a_commune_that_did_not_report_has_no_gap() -> None:
    known = printed_zones(allocated())
    assert (known["gap_ha"] > 0).any()
    allocation = allocated()
    rows = allocation.inputs.present.assign(listed=True, share_ratio=np.nan)
    rows = rows.assign(commune=rows["commune_code"])
    silent = rows["commune_code"] == "a"
    zones = round_zones(rows.assign(present_ha=rows["present_ha"].mask(silent)), decimals=1)
    printed = round_allocation(allocation, step=0.1)
    joined = join_zone_land(
        zones,
        zone_land(allocation),
        allocation=allocation_table(allocation, printed, by_year=True),
        losses=printed.losses,
        decimals=1,
    )
    assert joined.loc[joined["commune_code"] == "a", "gap_ha"].isna().all()
    others = joined["commune_code"] != "a"
    assert joined.loc[others, "gap_ha"].notna().all()
    assert joined.loc[joined["commune_code"] == "a", "available_ha"].notna().all()
