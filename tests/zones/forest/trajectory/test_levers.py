"""Levers: steps with their signs, and solved hectares that meet the target when put back in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.zones.forest.trajectory.cases import YEAR, cover_of, measured, placed
from tests.zones.forest.trajectory.test_forecast import inputs, province, targets_of
from zones.forest.trajectory.forecast import prepare
from zones.forest.trajectory.levers import (
    MISS_POINTS,
    NEAR_HA,
    levers_table,
    printed_least,
    rate_at_end,
)
from zones.forest.trajectory.result_tables import forecast_tables
from zones.forest.trajectory.sentences import answer
from zones.project.trajectory import TrajectorySection
from zones.tables import LEVERS, TRAJECTORY, TRAJECTORY_FINDINGS, TRAJECTORY_TARGETS

#: Two communes with bare land one to three, planting of the last years, and a harvest.
ROWS = measured(
    ("A", "natural_forest", "", None, 400),
    ("B", "natural_forest", "", None, 400),
    ("A", "planted_forest", "acacia", YEAR - 8, 300),
    ("B", "planted_forest", "acacia", YEAR - 8, 100),
    ("A", "not_yet_forest", "acacia", YEAR - 1, 40),
    ("B", "not_yet_forest", "anise", YEAR - 1, 40),
    ("A", "bare", "", None, 50),
    ("B", "bare", "", None, 150),
)


def tables_of(low: float, **settings: object):  # type: ignore[no-untyped-def]
    section = TrajectorySection.model_validate({"draws": 20, "lag_from": "table", **settings})
    given = replace(inputs(ROWS), targets=targets_of((2030, low)))
    return forecast_tables(given, section)


def least(tables: dict, lever: str) -> pd.DataFrame:  # type: ignore[type-arg]
    rows = tables[LEVERS]
    return rows[(rows["kind"] == "least") & (rows["lever"] == lever)]


@pytest.mark.parametrize("lever", ["extra_bare_ha", "delay_harvest_ha"])
def test_a_solved_lever_put_back_in_meets_the_target(lever: str) -> None:
    now = float(tables_of(90.0)[TRAJECTORY_TARGETS]["forecast_percent"].iloc[0])
    asked = now + 0.4
    rows = least(tables_of(asked), lever)
    area = float(rows.loc[rows["commune_code"] == "", "area_ha"].iloc[0])
    again = tables_of(asked, **{lever: area})
    rate = province(again[TRAJECTORY]).loc[2030, "cover_percent"]
    assert abs(rate - asked) < MISS_POINTS
    # A hectare less does not reach it: the least it is.
    short = tables_of(asked, **{lever: area - 0.1})
    assert province(short[TRAJECTORY]).loc[2030, "cover_percent"] < asked - MISS_POINTS
    communes = rows[rows["commune_code"] != ""]
    assert communes["area_ha"].sum() == pytest.approx(area, abs=1e-6)


def test_more_on_bare_land_lies_as_bare_land_does_in_species_that_count_in_time() -> None:
    still = {"planting_ha": 0.0}
    now = float(tables_of(90.0, **still)[TRAJECTORY_TARGETS]["forecast_percent"].iloc[0])
    rows = least(tables_of(now + 1, **still), "extra_bare_ha").set_index("commune_code")
    assert rows.loc["B", "area_ha"] == pytest.approx(3 * rows.loc["A", "area_ha"])
    # Nothing else is planted: no number says how many times as much it is.
    said = words(tables_of(now + 1, **still))
    assert "(0.0 ha of it on new land); the layer's last years planted" in said
    assert "inf" not in said
    # Anise counts after seven years: all of it is acacia, of which 95 % become forest.
    assert rows.loc["", "area_ha"] == pytest.approx(20 / 0.95, rel=1e-6)


def test_put_off_harvest_is_a_hectare_for_a_hectare() -> None:
    now = float(tables_of(90.0)[TRAJECTORY_TARGETS]["forecast_percent"].iloc[0])
    settings = {"planting_ha": 0.0, "harvest_share": 0.2}
    base = tables_of(90.0, **settings)
    now = float(base[TRAJECTORY_TARGETS]["forecast_percent"].iloc[0])
    rows = least(tables_of(now + 1, **settings), "delay_harvest_ha").set_index("commune_code")
    assert rows.loc["", "area_ha"] == pytest.approx(20, abs=1e-6)
    assert rows.loc["A", "area_ha"] == pytest.approx(3 * rows.loc["B", "area_ha"])


def test_a_target_out_of_reach_is_said_to_be() -> None:
    tables = tables_of(99.0, planting_ha=0.0, harvest={"acacia": 20})
    rows = least(tables, "extra_bare_ha")
    assert len(rows) == 1
    assert rows["area_ha"].isna().all()
    assert rows["most_ha"].iloc[0] == pytest.approx(200)
    said = words(tables)
    assert "Planting on bare land alone does not reach 99.00 % in 2030: of 200.0 ha" in said
    # 95 % of 200 ha, of 2,000 ha.
    assert "200.0 ha are left that nothing else takes; all of them give +9.50 points of the" in said
    assert "Putting off harvest alone does not reach 99.00 % in 2030: all 60.0 ha" in said
    assert "Both together, all there is of each, give +12.50 points of the" in said


def words(tables: dict) -> str:  # type: ignore[type-arg]
    return " ".join(phrase.en for phrase in answer(tables))


def forecast_of(tables: dict, year: int = 2030) -> float:  # type: ignore[type-arg]
    return float(province(tables[TRAJECTORY]).loc[year, "cover_percent"])


@pytest.mark.parametrize(("beyond", "whole"), [(10.0, "extra_bare_ha"), (4.0, "delay_harvest_ha")])
def test_both_levers_are_solved_together_and_put_back_in(beyond: float, whole: str) -> None:
    """Bare land gives 9.5 points and harvest put off 3: the rest is solved for the other."""
    settings = {"planting_ha": 0.0, "harvest": {"acacia": 20}}
    asked = forecast_of(tables_of(99.0, **settings)) + beyond
    tables = tables_of(asked, **settings)
    mix = tables[LEVERS][tables[LEVERS]["kind"] == "mix"]
    both = mix[mix["commune_code"] == ""].set_index("lever")
    assert both.loc[whole, "area_ha"] == pytest.approx(both.loc[whole, "most_ha"])
    areas = both["area_ha"].to_dict()
    again = tables_of(asked, **settings, **areas)
    assert abs(forecast_of(again) - asked) < MISS_POINTS
    other = next(name for name in areas if name != whole)
    assert 0 < areas[other] < both.loc[other, "most_ha"]
    less = tables_of(asked, **settings, **(areas | {other: areas[other] - 0.1}))
    assert forecast_of(less) < asked - MISS_POINTS
    communes = mix[mix["commune_code"] != ""].groupby("lever")["area_ha"].sum()
    assert communes.to_dict() == pytest.approx(areas)
    assert f"Both together reach {asked:.2f} % in 2030:" in words(tables)


def test_more_than_there_is_cannot_be_planted_or_put_off_and_says_so() -> None:
    settings = {"planting_ha": 0.0, "harvest": {"acacia": 20}}
    for lever, most, said in (
        ("extra_bare_ha", 200.0, "900.0 ha more on bare land cannot be planted as asked: of 200.0"),
        ("delay_harvest_ha", 60.0, "900.0 ha of harvest cannot be put off as asked: 60.0 ha are"),
    ):
        every, over = (tables_of(99.0, **settings, **{lever: ha}) for ha in (most, 900.0))
        assert over[TRAJECTORY].to_csv() == every[TRAJECTORY].to_csv()
        assert said in words(over)
        assert "cannot be" not in words(every)
    # No harvest is left to put off, which is not the same as none that helps.
    assert "No harvest of 2028–2030 is left to put off" in words(over)


@pytest.mark.parametrize(
    ("area", "most", "printed"),
    [(20.01, 50.0, 20.1), (20.1 + 1e-9, 50.0, 20.1), (0.003, 50.0, 0.1), (59.96, 59.97, 59.97)],
)
def test_least_hectares_are_printed_rounded_up_but_never_above_what_there_is(
    area: float, most: float, printed: float
) -> None:
    assert printed_least(area, most) == pytest.approx(printed, abs=1e-12)


@pytest.mark.parametrize("beyond", [0.403, 2.0171, 4.0033, 9.6077, 11.2])
def test_a_printed_solution_typed_back_is_reached_and_asks_for_nothing(beyond: float) -> None:
    """Hectares with one decimal, as the sentences print them, contradict nothing."""
    settings = {"planting_ha": 0.0, "harvest": {"acacia": 19.987}}
    asked = forecast_of(tables_of(99.0, **settings)) + beyond
    rows = tables_of(asked, **settings)[LEVERS]
    rows = rows[rows["commune_code"].eq("") & rows["area_ha"].notna()]
    solutions = [rows[rows["kind"].eq("mix")]]
    solutions += [row.to_frame().T for _, row in rows[rows["kind"].eq("least")].iterrows()]
    solutions = [solution for solution in solutions if len(solution)]
    assert solutions
    for solution in solutions:
        typed = {
            str(row["lever"]): float(f"{printed_least(row['area_ha'], row['most_ha']):.1f}")
            for _, row in solution.iterrows()
        }
        again = tables_of(asked, **settings, **typed)
        target = again[TRAJECTORY_TARGETS].iloc[0]
        assert target["gap_ha"] <= NEAR_HA
        assert target["reached_year"] <= 2030
        said = words(again)
        assert f"{asked:.2f} % in 2030 is reached" in said
        for never in ("is not reached", "cannot be", "that lack", " 0.0 ha more", "reached in 20"):
            assert never not in said, never
        assert set(again[LEVERS]["kind"]) == {"step", "asked"}


def test_a_mix_names_the_communes_with_most_of_each_part() -> None:
    settings = {"planting_ha": 0.0, "harvest": {"acacia": 20}}
    tables = tables_of(forecast_of(tables_of(99.0, **settings)) + 10, **settings)
    mix = tables[LEVERS][tables[LEVERS]["kind"] == "mix"]
    communes = mix[mix["commune_code"] != ""]
    path = tables[TRAJECTORY].drop_duplicates("commune_code").set_index("commune_code")["commune"]
    assert communes["commune"].tolist() == path[communes["commune_code"]].tolist()
    assert set(mix.loc[mix["commune_code"] == "", "commune"]) == {""}
    said = words(tables)
    both = said[said.index("Both together reach") :]
    for _, part in communes.groupby("lever"):
        named = "; ".join(
            f"{row['commune']} {row['area_ha']:,.1f} ha"
            for _, row in part.sort_values("area_ha", ascending=False).iterrows()
        )
        assert f"(2 communes, most in {named})" in both


def test_a_plan_that_offers_its_harvest_is_not_advised_to() -> None:
    plan = placed(("A", "acacia", 2026, "bare", 5))
    section = TrajectorySection.model_validate(
        {"draws": 20, "planting_ha": 0.0, "harvest": {"acacia": 20}}
    )
    for offered in (True, False):
        given = replace(inputs(ROWS, plan), harvest_offered=offered)
        tables = forecast_tables(given, section)
        said = " ".join(phrase.en for phrase in answer(tables, harvest_offered=offered))
        assert "Cut and not replanted" in said
        assert ("allocation.harvest: forecast" in said) != offered
        kinds = set(tables[TRAJECTORY_FINDINGS]["kind"])
        assert ("harvest-not-offered" in kinds) != offered
        put_off = section.model_copy(update={"harvest": {}, "harvest_share": 0.0})
        without = answer(forecast_tables(given, put_off), harvest_offered=offered)
        assert "allocation.harvest" not in " ".join(phrase.en for phrase in without)


def test_planned_planting_keeps_its_bare_land() -> None:
    """What a plan places takes its land first: the lever has what is left, in no commune more."""
    plan = placed(("A", "acacia", 2026, "bare", 45), ("A", "acacia", 2028, "bare", 5))
    given = replace(inputs(ROWS, plan), targets=targets_of((2030, 99.0)))
    section = TrajectorySection(
        draws=20, lag_from="table", planting_ha=0.0, extra_bare_ha=500.0, survival=1.0
    )
    tables = forecast_tables(given, section)
    levers, path = tables[LEVERS], tables[TRAJECTORY]
    row = levers[levers["kind"] == "asked"].iloc[0]
    assert row["most_ha"] == pytest.approx(150)
    assert row["new_a_year_ha"] == pytest.approx(22.5)
    last = path[path["year"].eq(2030) & path["ledger"].eq("counts")]
    assert last["bare_ha"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert "bare-land-short" not in set(tables[TRAJECTORY_FINDINGS]["kind"])


def test_the_pace_of_a_lever_stands_beside_what_is_planted() -> None:
    now = forecast_of(tables_of(99.0, planting_ha=30.0))
    tables = tables_of(now + 1, planting_ha=30.0)
    row = least(tables, "extra_bare_ha").iloc[0]
    assert (row["first_year"], row["last_year"]) == (2026, 2027)
    path = province(tables[TRAJECTORY])
    # 14 % of 30 ha are new, the rest follows the harvest as far as there is any.
    assert row["new_a_year_ha"] == pytest.approx(4.2)
    assert row["planted_a_year_ha"] <= 30
    assert row["recent_a_year_ha"] == pytest.approx(80 / 5)
    a_year = printed_least(row["area_ha"], row["most_ha"]) / 2
    times = 1 + a_year / row["planted_a_year_ha"]
    said = words(tables)
    assert f"{a_year:,.1f} ha a year in 2026–2027, beyond {row['planted_a_year_ha']:,.1f}" in said
    assert f"{times:.1f} times as much in all; the layer's last years planted 16.0 ha" in said
    assert path.loc[2030, "bare_ha"] > 0


def test_another_last_year_is_answered_beside_the_year_of_the_target() -> None:
    asked = forecast_of(tables_of(99.0)) + 5
    tables = tables_of(asked, to=2035)
    rows = tables[TRAJECTORY_TARGETS]
    assert rows[["year", "due_year"]].to_numpy().tolist() == [[2030, 2030], [2035, 2030]]
    said = words(tables)
    for last, year in ((2027, 2030), (2032, 2035)):
        assert f"Planting accepted after 31 December {last} no longer counts" in said
        assert f"Last planting season that counts for {year}:" in said
    assert f"{asked:.2f} % (the target of 2030) in 2035 is not reached" in said
    assert f"reach {asked:.2f} % (the target of 2030) in 2035: " in said
    assert "What one step does to the rate of 2035" in said
    levers = least(tables, "extra_bare_ha")
    area = levers[levers["commune_code"].eq("") & levers["year"].eq(2035)]["area_ha"]
    again = tables_of(asked, to=2035, extra_bare_ha=float(area.iloc[0]))
    assert abs(forecast_of(again, 2035) - asked) < MISS_POINTS
    # A year before the target's: what of its rate is there by then.
    early = tables_of(asked, to=2028)[TRAJECTORY_TARGETS]
    assert early[["year", "due_year"]].to_numpy().tolist() == [[2028, 2030]]


def test_harvest_is_told_by_year_with_what_it_does_and_where_it_is_set() -> None:
    tables = tables_of(90.0, planting_ha=0.0, harvest={"acacia": 20})
    said = words(tables)
    years = "; ".join(f"{year}: 20.0" for year in range(2026, 2031))
    # 100 of 2,000 ha.
    assert f"Harvest by year, ha: {years}; 100.0 in all, which takes 5.00 points off" in said
    lying = "; ".join(f"{2025 + n}: {20 * n}.0" for n in range(1, 6))
    assert f"not replanted at the end of each year, ha: {lying}; 5.00 points in 2030" in said
    assert "trajectory.harvest_share" in said
    assert "allocation.harvest: forecast" in said
    assert "Harvest by year" not in words(tables_of(90.0, harvest_share=0.0))


def test_a_reached_target_needs_no_lever() -> None:
    assert least(tables_of(10.0), "extra_bare_ha").empty


def test_steps_have_the_signs_of_the_field_and_the_greatest_stands_first() -> None:
    rows = tables_of(90.0)[LEVERS]
    steps = rows[rows["kind"] == "step"].set_index("lever")
    assert set(steps.index) == {
        *("planting", "bare_share", "harvest", "lag", "survival", "conversion", "regeneration"),
    }
    for more_is_less in ("harvest", "lag", "conversion"):
        assert steps.loc[more_is_less, "more_points"] < 0, more_is_less
    for more_is_more in ("survival", "regeneration", "planting"):
        assert steps.loc[more_is_more, "more_points"] > 0, more_is_more
    greatest = steps[["less_points", "more_points"]].abs().max(axis=1).to_numpy()
    assert (np.diff(greatest) <= 0).all()


def test_a_step_is_the_difference_of_two_forecasts() -> None:
    less, more = (
        tables_of(90.0, survival={"low": s, "likely": s, "high": s}) for s in (0.85, 0.90)
    )
    step = less[LEVERS].set_index(["lever", "kind"]).loc[("survival", "step"), "more_points"]
    rates = [province(t[TRAJECTORY]).loc[2030, "cover_percent"] for t in (less, more)]
    assert step == pytest.approx(rates[1] - rates[0], abs=1e-9)


def test_no_season_counts_any_more() -> None:
    given = inputs(ROWS)
    setup = prepare(
        ROWS, cover_of(ROWS), given.promise, TrajectorySection(draws=20), year=YEAR, to=2027
    )
    assert len(setup.counting_years) == 0
    asked = rate_at_end(setup) + 1
    row = {"target": "x", "year": 2027, "target_percent": asked, "gap_ha": 20.0}
    rows = levers_table(setup, pd.DataFrame([row]), before=setup)
    extra = rows[rows["lever"] == "extra_bare_ha"].iloc[0]
    assert pd.isna(extra["area_ha"])
    assert extra["most_ha"] == 0
