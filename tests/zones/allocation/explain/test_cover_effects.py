"""A hundred hectares more and the forest cover rate: year, season and sign, for each crop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from layers.base.language import Phrase
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from tests.zones.allocation.test_cover_target import Case, section
from tests.zones.forest.trajectory.cases import YEAR
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.cover_target import CoverTargets
from zones.allocation.explain.cover_effects import cover_effects, say_cover_effects
from zones.allocation.explain.sentences import Voice
from zones.allocation.explain.tradeoffs import exchange_rates

#: Zone: its crop. Tea is planted, and pine is slow; macadamia counts on forest land alone.
CROPS = {
    "acacia": "acacia",
    "pine": "pine",
    "na": "custard_apple",
    "mac": "macadamia",
    "wood": "",
    "cypress": "cypress",
}
SOURCES = ("bare_production", "farmland", "canopy")


def allocation(bare_ha: float = 900.0, natural_area_ha: float = 2000.0) -> Allocation:
    """Every zone asks for ten hectares on a land of its own kind."""
    on = dict.fromkeys(CROPS, "bare_production") | {"mac": "farmland", "wood": "canopy"}
    inputs = inputs_of(
        land={("A", "bare_production"): bare_ha, ("A", "farmland"): 900.0, ("A", "canopy"): 900.0},
        targets=dict.fromkeys(CROPS, (10.0, 200.0)),
        suitability={(zone, source, "A"): 1.0 for zone, source in on.items()},
    )
    counts = {"acacia": 1.0, "pine": 1.0, "cypress": 1.0, "na": 0.0}
    cover = [(z, s, counts.get(z, float(s == SOURCES[0]))) for z in CROPS for s in SOURCES[:2]]
    frame = pd.DataFrame(cover, columns=["zone", "source", "cover_change_ratio"])
    frame = frame[frame["zone"] != "wood"]
    inputs = replace(inputs, cover=frame, natural_area_ha=natural_area_ha)
    return allocate(inputs, settings=YEARS)


def asked(**settings: object) -> CoverTargets:
    cover = Case(section(**settings), 54.0).asked
    crops = pd.Series(CROPS)
    land = cover.land
    names = pd.DataFrame({"zone": crops.index, "crop": crops.to_numpy()})
    land._tables = {**land._tables, "zone_names": names}
    return replace(cover, crops=crops)


def effects(made: Allocation, cover: CoverTargets | None) -> pd.DataFrame:
    return cover_effects(made, CROPS, cover)


def said(made: Allocation, cover: CoverTargets | None) -> list[str]:
    voice = Voice(1.0, {zone: Phrase(en=zone, vi=zone) for zone in CROPS})
    table = effects(made, cover)
    return [item.phrase.en for item in say_cover_effects(table, exchange_rates(made), voice)]


def test_every_zone_has_its_line_with_year_season_and_sign() -> None:
    lines = said(allocation(), asked(lag={"acacia": 3, "pine": 6, "macadamia": 5}))
    of_year = "directly change the forest cover rate of 31 December 2030 by"
    always = "directly change the forest cover rate by 0 points in every year"
    # 100 of 2,000 ha are five points.
    expected = f"""
acacia: a hundred hectares more {of_year} these points: season 2026: +5.0000; season 2027: +5.0000.
 What is planted after the season 2027 does not count by then at all.
pine: a hundred hectares more {of_year} 0 points even if planted in the season 2026:
 most of them count after 6 years, and the last season in time is 2024.
 Most of them count from 31 December 2032, with +5.0000 points.
mac: a hundred hectares more {always}: the crop counts on forest land alone,
 and the plan puts it on other land (farmland).
wood: a hundred hectares more {always}: the land bears trees already (canopy).
cypress: a hundred hectares more on bare_production directly change the forest cover rate by
 0 points: nobody has said after how many years the crop counts (trajectory.lag).
na: a hundred hectares more {always}: these crops never count as forest.
"""
    told = expected.replace("\n ", " ").strip().split("\n")
    assert sorted(lines[:6]) == sorted(told)


def test_what_comes_after_the_last_season_counts_in_part_or_not_at_all() -> None:
    table = effects(allocation(), asked(lag={"acacia": 3, "pine": 6}))
    voice = Voice(1.0, {zone: Phrase(en=zone, vi=zone) for zone in CROPS})
    mine = table[table["zone"] == "acacia"]
    assert mine["after_points"].tolist() == [0.0, 0.0]
    for points, told in ((0.0, "thì không còn được tính vào ngày đó"), (0.4, "thì phần lớn")):
        rows = mine.assign(after_points=points)
        said = say_cover_effects(rows, exchange_rates(allocation()), voice)
        assert f"Trồng sau vụ 2027 {told}" in said[0].phrase.vi


def test_what_survives_and_what_counts_early_is_said() -> None:
    table = effects(allocation(), asked(survival=0.8, lag={"acacia": 4, "pine": 6}))
    rows = table.set_index("zone")
    assert rows.loc["acacia", "season"] == 2026
    assert rows.loc["acacia", "direct_points"] == pytest.approx(4.0)
    assert rows.loc["pine", "later_points"] == pytest.approx(4.0)


@pytest.mark.parametrize(("first", "seasons"), [(2027, [2027]), (2029, [2029]), (2032, [2032])])
def test_a_zone_that_begins_later_has_no_season_before(first: int, seasons: list[int]) -> None:
    """Nothing of a season after the target's year counts by then."""
    made = allocation()
    settings = replace(made.settings, zone_first_year={"acacia": first})
    later = replace(made, model=replace(made.model, settings=settings))
    rows = effects(later, asked(lag={"acacia": 3}))
    mine = rows[rows["zone"] == "acacia"]
    assert mine["season"].tolist() == seasons
    assert mine["direct_points"].tolist() == pytest.approx([5.0 if first == 2027 else 0.0])


def test_a_target_that_is_reached_without_planting_has_its_line() -> None:
    """A zone that nothing is planted of stood in no line."""
    made = allocation()
    plan = made.plan[made.plan["zone"] != "acacia"]
    table = effects(replace(made, plan=plan), asked(lag={"acacia": 3}))
    assert "acacia" in set(table["zone"])
    assert table.loc[table["zone"] == "acacia", "source"].unique().tolist() == ["bare_production"]


def test_planting_that_is_promised_in_all_gives_way_indirectly() -> None:
    """A hectare more of a crop is one less of what the plan has no place for: 94 of its 100 ha.

    Of the bare land 46 ha are left after the last season that counts: of 100 ha of fruit on it 54
    take the place of what is promised.
    """
    every = {"planting_ha": 100.0, "bare_share": 1.0, "lag": {"acacia": 3, "pine": 3}}
    cover = asked(**every)
    rows = effects(allocation(), cover).drop_duplicates("zone").set_index("zone")
    assert rows.loc["acacia", "direct_points"] == pytest.approx(5.0)
    assert rows.loc["acacia", "indirect_points"] == pytest.approx(-4.7)
    assert rows.loc["na", "indirect_points"] == pytest.approx(-54 / 2000 * 100)
    lines = said(allocation(), cover)
    told = [line for line in lines if line.startswith("Indirectly, a hundred hectares more of")]
    assert [line.partition("2030 by ")[2].partition(":")[0] for line in told] == [
        "-4.7000 points",
        "-2.7000 points",
    ]
    assert told[0].endswith("its land is taken: acacia, cypress, pine.")
    assert told[1].endswith("its land is taken: na.")


def test_no_more_gives_way_than_is_promised() -> None:
    """Of 16 ha a year that are promised, 6 have a place: a hundred hectares push 10 ha aside."""
    cover = asked(planting_ha=16.0, bare_share=1.0, lag={"acacia": 3, "pine": 3})
    rows = effects(allocation(), cover).drop_duplicates("zone").set_index("zone")
    assert rows.loc["acacia", "direct_points"] == pytest.approx(5.0)
    assert rows.loc["acacia", "indirect_points"] == pytest.approx(-0.5)


def test_what_other_zones_give_up_stands_apart() -> None:
    """Fruit is no forest: what its hectares push aside elsewhere is no effect of theirs."""
    inputs = inputs_of(
        land={("A", "bare_production"): 150.0},
        targets={"na": (50.0, np.nan), "acacia": (100.0, np.nan)},
    )
    cover = pd.DataFrame(
        [("na", "bare_production", 0.0), ("acacia", "bare_production", 1.0)],
        columns=["zone", "source", "cover_change_ratio"],
    )
    made = allocate(replace(inputs, cover=cover, natural_area_ha=2000.0), settings=YEARS)
    lines = said(made, asked(lag={"acacia": 3}))
    assert lines[-1] == (
        "Indirectly, what other zones give up for a hundred hectares of na changes the forest "
        "cover rate of 2030 by -5.0000 points (acacia)."
    )


def test_without_a_forecast_the_table_of_species_says_when() -> None:
    rows = effects(allocation(), None).set_index("zone")
    assert rows["indirect_points"].isna().all()
    assert rows.loc["pine", "counts_from"] == 2032
    # 95 % of 100 ha, of 2,000 ha.
    assert rows.loc["acacia", "direct_points"].tolist() == pytest.approx([4.75, 4.75])


def test_nothing_is_said_of_the_rate_where_the_natural_area_is_not_known() -> None:
    unknown = allocation(natural_area_ha=float("nan"))
    assert effects(unknown, None).empty
    assert said(unknown, None) == []


def test_the_first_season_is_that_of_the_plan() -> None:
    assert YEARS.first_year == YEAR + 1
    assert set(effects(allocation(), None)["season"]) == {YEAR + 1, YEAR + 2}
