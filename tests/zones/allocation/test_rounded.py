"""Printed allocations: what is printed adds up, and a met target is met in print."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.errors import ClosureError
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.explain.commune_reasons import explain_commune
from zones.allocation.rounded import (
    allocation_table,
    annex_table,
    compare_allocations,
    round_allocation,
)


def made(seed: int) -> Allocation:
    generator = np.random.default_rng(seed)
    communes, sources = "abcdefgh", ("bare", "cut")
    present = {
        (z, c): 6.0 + float(generator.random() * 30)
        for z in ("pine", "anise", "na")
        for c in communes
    }
    held = {z: sum(ha for (zone, _), ha in present.items() if zone == z) for z, _ in present}
    return allocate(
        inputs_of(
            land={(c, s): float(generator.random() * 20) for c in communes for s in sources},
            targets={z: (float(round(held[z] + 60)), float(round(held[z] + 90))) for z in held},
            present=present,
            losses=[
                {"zone": "pine", "commune_code": "a", "year": y, "loss_ha": 1.37, "source": "cut"}
                for y in range(2026, 2030)
            ],
        ),
        settings=YEARS,
    )


@settings(max_examples=12)
@given(st.integers(0, 1000), st.sampled_from([1.0, 0.1]))
def test_every_printed_table_adds_up(seed: int, step: float) -> None:
    allocation = made(seed)
    printed = round_allocation(allocation, step=step)
    table = allocation_table(allocation, printed, by_year=True)
    annex = annex_table(allocation, printed)
    years = [str(year) for year in YEARS.years]
    # Lands → cells → annex → targets, by zone and by commune.
    for key in ("zone", "commune_code"):
        one = table.groupby(key)["planned_ha"].sum()
        two = annex.groupby(key)[years].sum().sum(axis=1)
        pd.testing.assert_series_equal(one, two.reindex(one.index), check_names=False, rtol=1e-9)
    ends = annex.groupby("zone")["end_ha"].sum()
    for row in printed.held.itertuples():
        assert ends[row.zone] == pytest.approx(row.end_ha, abs=step * 1e-6)
        assert row.present_ha - row.loss_ha + row.planned_ha == pytest.approx(row.end_ha)
        if row.status == "reached":
            assert row.low_ha <= row.end_ha <= row.high_ha
        else:
            assert row.end_ha + row.shortfall_ha == pytest.approx(row.low_ha)
    whole = table["planned_ha"] / step
    assert np.allclose(whole, whole.round(), atol=1e-6)
    assert (annex["end_ha"] - annex["present_ha"] - annex["change_ha"]).abs().max() < step * 1e-6


def test_losses_of_each_zone_go_to_the_nearest_step() -> None:
    """20, 33.3 and 10.4 ha print 20, 33 and 10, though all together are 63.7."""
    lost = {"anise": 20.0, "na": 33.3, "pine": 10.4}
    inputs = inputs_of(
        land={("a", "bare"): 5.0},
        targets=dict.fromkeys(lost, (0.0, np.nan)),
        present={(zone, "a"): 40.0 for zone in lost},
        losses=[
            {"zone": zone, "commune_code": "a", "year": 2026, "loss_ha": area}
            for zone, area in lost.items()
        ],
    )
    printed = round_allocation(allocate(inputs, settings=YEARS))
    assert printed.losses.set_index("zone")["loss_ha"].to_dict() == {
        "anise": 20.0,
        "na": 33.0,
        "pine": 10.0,
    }


def test_all_years_together_are_the_sum_of_the_years() -> None:
    allocation = made(3)
    printed = round_allocation(allocation, step=0.1)
    every = allocation_table(allocation, printed, by_year=True)
    together = allocation_table(allocation, printed, by_year=False)
    keys = ["zone", "commune_code", "land"]
    assert set(together.loc[together["planned_ha"] > 0, "year"]) == {2030}
    one = every[every["planned_ha"] > 0].groupby(keys)["planned_ha"].sum()
    two = together[together["planned_ha"] > 0].groupby(keys)["planned_ha"].sum()
    pd.testing.assert_series_equal(one, two)


def test_present_without_planting_has_its_row() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 9.0, ("b", "bare"): 0.0},
        targets={"pine": (5, 6)},
        present={("pine", "b"): 5.0},
    )
    allocation = allocate(inputs, settings=YEARS)
    table = allocation_table(allocation, round_allocation(allocation), by_year=True)
    assert table[["commune_code", "land", "planned_ha", "present_ha"]].to_numpy().tolist() == [
        ["b", "", 0.0, 5.0]
    ]


def test_met_beside_its_bound_in_print_is_noted() -> None:
    inputs = inputs_of(land={("a", "bare"): 50.0}, targets={"pine": (10.5, 10.5)})
    allocation = allocate(inputs, settings=YEARS)
    printed = round_allocation(allocation, step=1.0)
    assert printed.held["status"].tolist() == ["reached"]
    assert "pine-area" in printed.notes[-1].en


def test_scenarios_side_by_side() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 30.0, ("b", "bare"): 30.0},
        targets={"na": (20, 40)},
        listed=[{"zone": "na", "commune_code": "a", "list": "closed"}],
        pace=[{"commune_code": "a", "high_ha": 3.0}],
    )
    base = allocate(inputs, settings=YEARS)
    opened = replace(inputs, listed=inputs.listed.assign(list="open"))
    other = allocate(opened, settings=YEARS)
    change = compare_allocations(base, other)
    assert change[["commune_code", "change_ha", "base_binding", "other_binding"]].to_numpy(
    ).tolist() == [["b", pytest.approx(5.0), "list", "target"]]  # fmt: skip
    assert compare_allocations(base, base).empty


def test_present_areas_are_those_of_the_pages() -> None:
    """Thirds that the pages print as 4, 3, 3: the allocation takes these, whatever it would do."""
    inputs = inputs_of(
        land={(code, "bare"): 9.0 for code in "abc"},
        targets={"pine": (12, 15)},
        present={("pine", code): 10 / 3 for code in "abc"},
    )
    allocation = allocate(inputs, settings=YEARS)
    own = round_allocation(allocation).present
    assert own["present_ha"].sum() == 10
    pages = own.assign(present_ha=[3.0, 3.0, 4.0])
    printed = round_allocation(allocation, present=pages)
    assert printed.present["present_ha"].tolist() == [3.0, 3.0, 4.0]
    table = allocation_table(allocation, printed, by_year=False).set_index("commune_code")
    assert table["present_ha"].to_dict() == {"a": 3.0, "b": 3.0, "c": 4.0}
    assert printed.held["present_ha"].tolist() == [10.0]
    with pytest.raises(ClosureError, match=r"no rounding of the allocation's: 1 row.*b"):
        round_allocation(allocation, present=pages.assign(present_ha=[3.0, 9.0, 4.0]))
    with pytest.raises(ClosureError, match=r"no rounding of the allocation's: 1 row.*c"):
        round_allocation(allocation, present=pages.iloc[:2])


def test_a_zone_that_was_not_allocated_is_missing_not_zero() -> None:
    inputs = inputs_of(land={("a", "bare"): 9.0, ("b", "bare"): 9.0}, targets={"pine": (4, 6)})
    allocation = allocate(inputs, settings=YEARS)
    pages = pd.DataFrame(
        {
            "zone": ["pine", "pine", "tea", "tea", "herbs", "herbs"],
            "commune_code": ["a", "b"] * 3,
            "present_ha": [0.0, 0.0, 7.0, 0.0, np.nan, np.nan],
        }
    )
    printed = round_allocation(allocation, present=pages)
    table = allocation_table(allocation, printed, by_year=True)
    aside = table[table["binding"] == "not_allocated"]
    assert aside[["zone", "commune_code"]].to_numpy().tolist() == [
        ["herbs", "a"],
        ["herbs", "b"],
        ["tea", "a"],
        ["tea", "b"],
    ]
    assert aside["planned_ha"].isna().all()
    assert aside["present_ha"].tolist() == pytest.approx([np.nan, np.nan, 7.0, 0.0], nan_ok=True)
    assert table.loc[table["zone"] == "pine", "planned_ha"].sum() == 4
    sheet = annex_table(allocation, printed).set_index("zone")
    assert sheet.loc["tea", ["2026", "2030", "end_ha", "change_ha"]].isna().all().all()


def test_side_by_side_with_a_zone_that_only_one_allocates() -> None:
    land = {("a", "bare"): 9.0, ("b", "bare"): 9.0}
    one = allocate(inputs_of(land=land, targets={"pine": (4, 6)}), settings=YEARS)
    two = allocate(inputs_of(land=land, targets={"pine": (4, 6), "tea": (2, 3)}), settings=YEARS)
    change = compare_allocations(one, two)
    change = change[change["zone"] == "tea"]
    assert change["base_ha"].isna().all()
    assert change["change_ha"].isna().all()
    assert change["other_ha"].sum() == pytest.approx(2)
    assert set(change["base_binding"]) == {"not_allocated"}


@pytest.mark.parametrize("seed", range(4))
def test_no_more_is_planted_in_print_than_land_is_printed(seed: int) -> None:
    """Land that is used up to the last hundredth of a hectare, in many communes and zones."""
    generator = np.random.default_rng(seed)
    land = {
        (f"c{n}", source): float(generator.uniform(0.02, 9.0))
        for n in range(8)
        for source in ("bare", "farm")
    }
    whole = sum(land.values())
    inputs = inputs_of(land=land, targets={"pine": (whole / 2, np.nan), "na": (whole * 2, np.nan)})
    allocation = allocate(inputs, settings=YEARS)
    printed = round_allocation(allocation, step=0.1)
    used = printed.lands.groupby(["commune_code", "source"])["planned_ha"].sum()
    shown = printed.land.set_index(["commune_code", "source"])["usable_ha"]
    assert (used <= shown.reindex(used.index) + 1e-9).all()
    by_source = printed.lands.groupby("source")["planned_ha"].sum()
    assert (by_source <= printed.land.groupby("source")["usable_ha"].sum() + 1e-9).all()
    exact = pd.Series(land)
    assert (shown.reindex(exact.index) - exact).abs().max() < 0.2
    cells = printed.lands.groupby(["zone", "commune_code", "year"])["planned_ha"].sum()
    wanted = printed.planned.set_index(["zone", "commune_code", "year"])["planned_ha"]
    assert (cells - wanted.reindex(cells.index)).abs().max() < 1e-9


def test_a_commune_that_nobody_measured_prints_no_present_area() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 5.0, ("b", "bare"): 5.0},
        targets={"pine": (20.0, np.nan)},
        present={("pine", "a"): 10.0},
    )
    known = inputs.present[inputs.present["commune_code"] == "a"]
    allocation = allocate(replace(inputs, present=known), settings=YEARS)
    pages = pd.DataFrame(
        [("pine", "a", 10.0), ("pine", "b", np.nan)],
        columns=["zone", "commune_code", "present_ha"],
    )
    printed = round_allocation(allocation, step=1.0, present=pages)
    sheet = annex_table(allocation, printed).set_index("commune_code")
    assert sheet.loc["a", ["present_ha", "end_ha"]].tolist() == [10.0, 15.0]
    assert np.isnan(sheet.loc["b", "present_ha"])
    assert sheet["end_ha"].sum() == printed.held["end_ha"].sum() == 20.0
    table = allocation_table(allocation, printed, by_year=False).set_index("commune_code")
    assert np.isnan(table.loc["b", "present_ha"])
    assert table["planned_ha"].tolist() == [5.0, 5.0]
    said = [
        explain_commune(allocation, "pine", code, printed=printed)[0].phrase.en for code in "ab"
    ]
    assert said[0].startswith("pine in a: 5 ha added by 2030 (")
    assert said[0].endswith("); 10 ha today, 15 ha then.")
    assert said[1].startswith("pine in b: 5 ha added by 2030 (")
    assert said[1].endswith("); what stands there today is not known.")


def test_a_target_of_a_commune_that_nobody_measured_counts_from_nothing_and_says_so() -> None:
    inputs = inputs_of(
        land={("a", "bare"): 5.0, ("b", "bare"): 5.0},
        targets={"pine": (20.0, np.nan)},
        present={("pine", "a"): 10.0},
    )
    own = inputs.targets.assign(target="own", commune_code="b", low_ha=3.0)
    known = inputs.present[inputs.present["commune_code"] == "a"]
    asked = pd.concat([inputs.targets, own], ignore_index=True)
    allocation = allocate(replace(inputs, present=known, targets=asked), settings=YEARS)
    held = round_allocation(allocation, step=1.0).held.set_index("target")
    assert held["present_ha"].to_dict() == pytest.approx(
        {"pine-area": 10.0, "own": np.nan}, nan_ok=True
    )
    assert held["end_ha"].to_dict() == {"pine-area": 20.0, "own": 5.0}
