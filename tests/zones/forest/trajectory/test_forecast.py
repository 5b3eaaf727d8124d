"""The forecast: tables that close, targets, assumptions, bands, and bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from layers.base.errors import InputError
from tests.zones.forest.trajectory.cases import YEAR, cover_of, measured, placed
from zones.forest.trajectory.forecast import Promise
from zones.forest.trajectory.planting import PLACED
from zones.forest.trajectory.result_tables import ForecastInputs, forecast_tables
from zones.forest.trajectory.sentences import answer
from zones.forest.trajectory.what_if import change_section
from zones.project.trajectory import TrajectorySection
from zones.tables import (
    TARGETS,
    TRAJECTORY,
    TRAJECTORY_ASSUMPTIONS,
    TRAJECTORY_CAUSES,
    TRAJECTORY_FINDINGS,
    TRAJECTORY_SEASONS,
    TRAJECTORY_TARGETS,
)

ROWS = measured(
    ("A", "natural_forest", "", None, 500),
    ("A", "planted_forest", "acacia", YEAR - 8, 70),
    ("A", "not_yet_forest", "acacia", YEAR - 1, 20),
    ("A", "bare", "", None, 200),
    ("B", "natural_forest", "", None, 300),
    ("B", "planted_forest", "pine", YEAR - 20, 100),
    ("B", "not_yet_forest", "pine", YEAR - 2, 10),
    ("B", "bare", "", None, 50),
)
#: Nothing is uncertain and nothing is cut: figures one can add up.
STILL = {
    "harvest_share": 0.0,
    "survival": {"low": 1, "likely": 1, "high": 1},
    "planting_ha": 0.0,
    "draws": 40,
}


def targets_of(*pairs: tuple[int, float]) -> pd.DataFrame:
    """Targets of the forest cover rate: year and percent."""
    rows = [
        {"target": f"cover-{year}", "indicator": "forest_cover_rate", "year": year, "low": low}
        for year, low in pairs
    ]
    frame = pd.DataFrame(rows, columns=TARGETS.names)
    return frame.assign(commune_code="", clause="II.2", year=frame["year"].astype("Int64"))


def inputs(rows: pd.DataFrame = ROWS, plan: pd.DataFrame | None = None, **more: object):  # type: ignore[no-untyped-def]
    plan = PLACED.empty() if plan is None else plan
    promise = Promise(plan, pd.Series(dtype="float64"), **more)  # type: ignore[arg-type]
    asked = targets_of((2030, 50.0), (2030, 49.5))
    return ForecastInputs("rừng", YEAR, rows, cover_of(rows), asked, promise)


def section(**values: object) -> TrajectorySection:
    return TrajectorySection.model_validate(STILL | values)


def province(table: pd.DataFrame, ledger: str = "counts") -> pd.DataFrame:
    rows = table[(table["commune_code"] == "20") & (table["ledger"] == ledger)]
    return rows.set_index("year")


def test_figures_one_can_add_up() -> None:
    tables = forecast_tables(inputs(), section(lag={"acacia": 3, "pine": 5}))
    counts = province(tables[TRAJECTORY])
    assert counts.index.tolist() == list(range(2025, 2031))
    # 970 ha at first; acacia of 2024 counts from 2027, pine of 2023 from 2028; of 2,000 ha.
    assert counts["cover_percent"].tolist() == pytest.approx([48.5, 48.5, 49.5, 50, 50, 50])
    published = province(tables[TRAJECTORY], "with_forest")
    assert published["cover_percent"].tolist() == pytest.approx([50] * 6)
    assert counts["not_yet_forest_ha"].tolist() == [30, 30, 10, 0, 0, 0]
    told = tables[TRAJECTORY_TARGETS].set_index("target_percent")
    assert told["reached_year"].to_dict() == {49.5: 2027, 50.0: 2028}
    assert told.loc[50.0, "gap_ha"] == pytest.approx(0)
    assert told.loc[50.0, "needed_points"] == pytest.approx(0.3)


def test_communes_sum_to_the_province_and_causes_to_the_change() -> None:
    plan = placed(("A", "acacia", 2026, "bare", 30), ("B", "pine", 2027, "harvested", 5))
    lost = {"fire": 0.01, "change_of_purpose": 0.002}
    tables = forecast_tables(
        inputs(plan=plan), TrajectorySection(planting_ha=40.0, losses=lost, draws=40)
    )
    table = tables[TRAJECTORY]
    hectares = [name for name in table.columns if name.endswith("_ha")]
    whole = table["commune_code"] == "20"
    keys = ["year", "ledger"]
    sums = table[~whole].groupby(keys)[hectares].sum()
    given = table[whole].set_index(keys)[hectares].sort_index()
    assert np.abs(sums - given).to_numpy().max() < 1e-9
    causes = tables[TRAJECTORY_CAUSES]
    parts = causes[causes["cause"] != "total"].groupby("year")["change_points"].sum()
    rate = province(table)["cover_percent"].diff().dropna()
    assert np.abs(parts - rate).max() < 1e-9
    fire, purpose = (
        causes[causes["cause"] == name]["change_ha"].to_numpy()
        for name in ("fire", "change_of_purpose")
    )
    assert fire == pytest.approx(5 * purpose)
    assert (causes[causes["cause"] == "harvest"]["change_ha"] < 0).all()


def test_the_band_holds_the_path_and_is_seeded() -> None:
    first, again = (forecast_tables(inputs(), TrajectorySection()) for _ in range(2))
    other = forecast_tables(inputs(), TrajectorySection(seed=1))
    table = first[TRAJECTORY]
    assert (table["low_percent"] <= table["cover_percent"] + 1e-9).all()
    assert (table["cover_percent"] <= table["high_percent"] + 1e-9).all()
    last = province(table).loc[2030]
    assert last["high_percent"] - last["low_percent"] > 0.1
    pd.testing.assert_frame_equal(table, again[TRAJECTORY], check_exact=True)
    assert not table.equals(other[TRAJECTORY])


def test_a_what_if_that_changes_nothing_changes_no_byte() -> None:
    told = TrajectorySection(survival={"low": 0.9, "likely": 0.9, "high": 0.9}, lag={"pine": 5})
    kept = ["draws=200", "legal_lag=3", "losses.fire=0", "survival=0.9", "lag.pine=5", "to=2030"]
    told = change_section(told, ["to=2030"])
    assert change_section(told, []) is told
    assert change_section(told, kept) is told
    # Beside a real change, what leaves its value stays what it was: nobody has set it.
    moved = change_section(told, [*kept, "extra_bare_ha=5"])
    before, after = (
        forecast_tables(inputs(), one) for one in (change_section(told, ["extra_bare_ha=5"]), moved)
    )
    for schema, table in before.items():
        assert table.to_csv() == after[schema].to_csv()
    assert told.extra_bare_ha == 0
    assert moved.extra_bare_ha == 5


def test_a_lag_that_is_changed_moves_no_other_species() -> None:
    base, slow = (
        forecast_tables(inputs(), TrajectorySection(lag=lag, planting_ha=0.0))
        for lag in ({}, {"pine": 9})
    )
    rows = base[TRAJECTORY]["commune_code"] == "A"
    assert base[TRAJECTORY][rows].equals(slow[TRAJECTORY][rows])
    assert not base[TRAJECTORY].equals(slow[TRAJECTORY])


def test_no_forecast_without_its_stated_assumptions() -> None:
    told = forecast_tables(inputs(), TrajectorySection())[TRAJECTORY_ASSUMPTIONS]
    stated = set(told["assumption"])
    said = {"legal_lag", "planting_ha", "bare_share", "survival", "harvest", "losses"}
    assert said | {"regeneration_ha", "resurvey", "draws", "model_error"} == stated
    basis = told.set_index("assumption")["basis"]
    assert basis["legal_lag"] == "default"
    assert basis["planting_ha"] == "layer"
    assert "Điều 33(2)(b)" in told.set_index("assumption").loc["legal_lag", "message_en"]
    own = forecast_tables(inputs(), TrajectorySection(survival={"low": 1, "likely": 1, "high": 1}))
    own_basis = own[TRAJECTORY_ASSUMPTIONS].set_index("assumption")["basis"]
    assert own_basis["survival"] == "setting"


def test_two_layers_show_how_planting_is_split() -> None:
    told = forecast_tables(inputs(seen_new_ha=25.0, seen_again_ha=75.0), TrajectorySection())
    row = told[TRAJECTORY_ASSUMPTIONS].set_index("assumption").loc["bare_share"]
    assert (row["value"], row["basis"]) == ("0.15 – 0.25 – 0.35", "layer")


def test_the_answer_in_words_has_the_figures_of_the_tables() -> None:
    tables = forecast_tables(inputs(), section(lag={"acacia": 3, "pine": 6}))
    said = " ".join(phrase.en for phrase in answer(tables))
    assert "At this pace 50.00 % in 2030 is reached: 50.00 %" in said
    assert "from 48.50 % in 2025 to 50.00 % in 2030" in said
    assert "Planting accepted after 31 December 2027 no longer counts on 31 December 2030" in said
    assert "2027: Acacia; 2024: Pine" in said
    in_vietnamese = " ".join(phrase.vi for phrase in answer(tables))
    assert "từ 48,50 % năm 2025 đến 50,00 % năm 2030" in in_vietnamese
    assert "sau ngày 31/12/2027" in in_vietnamese


def test_a_target_in_the_past_and_a_year_in_the_past() -> None:
    with pytest.raises(InputError, match=r"must end after 2025.*found 2025"):
        forecast_tables(inputs(), section(to=2025))


def test_a_species_without_a_lag_is_told_and_kept() -> None:
    rows = pd.concat([ROWS, measured(("A", "not_yet_forest", "cypress", YEAR, 12))])
    tables = forecast_tables(inputs(rows), section())
    told = tables[TRAJECTORY_FINDINGS].set_index("kind")
    assert (
        "1 species has no lag (Huu Lien cypress; 12.00 ha"
        in told.loc["species-without-lag", "message_en"]
    )
    assert province(tables[TRAJECTORY]).loc[2030, "not_yet_forest_ha"] == 12
    seasons = tables[TRAJECTORY_SEASONS].set_index("crop")
    assert pd.isna(seasons.loc["cypress", "last_season"])


def test_hectares_that_a_plan_gives_a_species_without_a_lag_are_told() -> None:
    plan = placed(("A", "cypress", 2026, "bare", 7))
    told = forecast_tables(inputs(plan=plan), section())[TRAJECTORY_FINDINGS].set_index("kind")
    assert told.loc["species-without-lag", "severity"] == "problem"
    assert told.loc["species-without-lag", "area_ha"] == 7


def test_planting_years_that_cannot_be_are_told_with_their_hectares() -> None:
    given = replace(inputs(), wrong_years=(3, 41.5))
    told = forecast_tables(given, section())[TRAJECTORY_FINDINGS].set_index("kind")
    row = told.loc["planting-year-left-out"]
    assert (row["severity"], row["count"], row["area_ha"]) == ("problem", 3, 41.5)
    assert "3 plots (41.50 ha) have a planting year after 2025" in row["message_en"]
    assert "planting-year-left-out" not in set(
        forecast_tables(inputs(), section())[TRAJECTORY_FINDINGS]["kind"]
    )


def test_a_layer_without_planting_years_says_so() -> None:
    rows = ROWS.assign(planting_year=pd.array([pd.NA] * len(ROWS), dtype="Int64"))
    tables = forecast_tables(inputs(rows), TrajectorySection())
    kinds = tables[TRAJECTORY_FINDINGS]["kind"].tolist()
    assert kinds[:3] == ["no-planting-years", "age-unknown", "young-age-unknown"]
    assert set(tables[TRAJECTORY_SEASONS]["basis"]) == {"table"}
    assert tables[TRAJECTORY_FINDINGS]["area_ha"].tolist()[:3] == [200, 170, 30]


def test_a_harvest_larger_than_what_stands_is_limited_and_told() -> None:
    tables = forecast_tables(inputs(), section(harvest={"acacia": {"area_ha": 90}}))
    told = tables[TRAJECTORY_FINDINGS].set_index("kind").loc["harvest-limited"]
    assert told["severity"] == "problem"
    assert "Một – Keo" in told["message_vi"]
    counts = province(tables[TRAJECTORY])
    assert counts["planted_forest_ha"].min() >= 0
    assert counts.loc[2026, "harvested_ha"] == 70


def test_planting_that_finds_no_bare_land_is_told_and_left_out() -> None:
    every = {"low": 1, "likely": 1, "high": 1}
    tables = forecast_tables(inputs(), section(planting_ha=1000.0, bare_share=every))
    counts = province(tables[TRAJECTORY])
    told = tables[TRAJECTORY_FINDINGS].set_index("kind").loc["bare-land-short"]
    assert counts.loc[2026:, "bare_ha"].tolist() == [0.0] * 5
    assert told["area_ha"] == pytest.approx(5 * 1000.0 - counts.loc[2025, "bare_ha"])
    assert "find none" in told["message_en"]


def test_a_volume_is_an_area_by_its_yield() -> None:
    fixed = {"acacia": {"volume_m3": 900.0, "yield_m3_per_ha": 90.0}}
    tables = forecast_tables(inputs(), section(harvest=fixed))
    assert province(tables[TRAJECTORY]).loc[2026, "harvested_ha"] == pytest.approx(10)


def test_what_is_past_its_lag_is_told() -> None:
    rows = pd.concat([ROWS, measured(("A", "not_yet_forest", "acacia", YEAR - 7, 11))])
    tables = forecast_tables(inputs(rows), section())
    told = tables[TRAJECTORY_FINDINGS].set_index("kind").loc["planting-overdue"]
    assert told["area_ha"] == 11
    assert province(tables[TRAJECTORY]).loc[2030, "not_yet_forest_ha"] == 11


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("lag.pine=0", "lag.pine: expected at least 1"),
        ("rotation.acacia=-2", "rotation.acacia: expected at least 1"),
        ("legal_lag=0", "legal_lag.years: expected at least 1"),
        ("survival=1.2", "trajectory.survival: expected a share from 0 to 1"),
        ("bare_share=2", "trajectory.bare_share: expected a share from 0 to 1"),
        ("harvest.pine=-3", "harvest.pine.area_ha: expected at least 0"),
        ("losses.fire=1.5", "losses.fire: expected at most 1"),
        ("nonsense=1", "nonsense: unknown key"),
        ("survival", "expected KEY=VALUE"),
        ("lag=3", "expected KEY=VALUE"),
        ("planting_ha=many", "expected a number"),
        ("harvest_share=-1", "expected at least 0"),
    ],
)
def test_bad_settings_are_one_clear_line(change: str, fault: str) -> None:
    with pytest.raises(InputError) as told:
        change_section(TrajectorySection(), [change])
    assert str(told.value).count(fault) == 1
    assert str(told.value).count("expected") == fault.count("expected")
    assert "\n" not in str(told.value)


def test_the_project_file_takes_a_figure_as_the_command_does() -> None:
    written = TrajectorySection.model_validate(
        {"survival": 0.9, "bare_share": 0.2, "harvest": {"pine": 30}, "legal_lag": 4}
    )
    asked = ["survival=0.9", "bare_share=0.2", "harvest.pine=30", "legal_lag=4"]
    assert change_section(TrajectorySection(), asked).model_dump() == written.model_dump()
    assert written.survival.model_dump() == {"low": 0.9, "likely": 0.9, "high": 0.9}
    assert written.harvest["pine"].hectares == 30
    assert written.legal_lag.article == TrajectorySection().legal_lag.article


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"lag": {"custard_apple": 4}}, "1 setting.*lag.custard_apple"),
        ({"resurvey": {2020: 5.0}}, "expected years from 2026 to 2050, found 2020"),
        ({"losses": {"fire": 0.7, "illegal_clearing": 0.7}}, "add up to 1.400"),
    ],
)
def test_settings_that_do_not_fit_the_layer_are_refused(values: dict, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        forecast_tables(inputs(), TrajectorySection(**values))


def test_the_error_of_the_model_widens_the_band_and_moves_nothing_else() -> None:
    narrow, wide = (
        forecast_tables(inputs(), section(lag={"acacia": 3, "pine": 5}, model_error=kind))
        for kind in ("none", "backtest")
    )
    first, second = province(narrow[TRAJECTORY]), province(wide[TRAJECTORY])
    assert first["cover_percent"].tolist() == second["cover_percent"].tolist()
    width, wider = (own["high_percent"] - own["low_percent"] for own in (first, second))
    assert width.max() == pytest.approx(0.0, abs=1e-9)
    # Some points a year, so the band opens evenly.
    steps = np.diff(wider)
    assert steps.min() > 0.5
    assert steps == pytest.approx(np.full(5, steps[0]))
    said = wide[TRAJECTORY_ASSUMPTIONS].set_index("assumption")
    assert "other provinces after 2020" in said.loc["model_error", "message_en"]
    still = narrow[TRAJECTORY_ASSUMPTIONS].set_index("assumption").loc["model_error"]
    assert (still["value"], still["basis"]) == ("none", "setting")
