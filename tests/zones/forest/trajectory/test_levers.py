"""Levers: steps with their signs, and solved hectares that meet the target when put back in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.zones.forest.trajectory.cases import YEAR, cover_of, measured
from tests.zones.forest.trajectory.test_forecast import inputs, province, targets_of
from zones.forest.trajectory.forecast import prepare
from zones.forest.trajectory.levers import MISS_POINTS, levers_table, rate_at_end
from zones.forest.trajectory.result_tables import forecast_tables
from zones.forest.trajectory.sentences import answer
from zones.project.trajectory import TrajectorySection
from zones.tables import LEVERS, TRAJECTORY, TRAJECTORY_TARGETS

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
    now = float(tables_of(90.0)[TRAJECTORY_TARGETS]["forecast_percent"].iloc[0])
    rows = least(tables_of(now + 1), "extra_bare_ha").set_index("commune_code")
    assert rows.loc["B", "area_ha"] == pytest.approx(3 * rows.loc["A", "area_ha"])
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
    tables = tables_of(99.0)
    rows = least(tables, "extra_bare_ha")
    assert len(rows) == 1
    assert rows["area_ha"].isna().all()
    assert rows["most_ha"].iloc[0] == 200
    said = " ".join(phrase.en for phrase in answer(tables))
    assert "Planting on bare land alone does not reach the target of 2030: all 200.0 ha" in said
    assert "Putting off harvest alone does not reach" in said


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
    rows = levers_table(setup, pd.DataFrame([row]))
    extra = rows[rows["lever"] == "extra_bare_ha"].iloc[0]
    assert pd.isna(extra["area_ha"])
    assert extra["most_ha"] == 0
