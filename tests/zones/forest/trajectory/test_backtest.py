"""The back-test: only what was known at the cut-off, the last trend beside it, and honest words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from zones.forest.trajectory.backtest import (
    backtest_table,
    errors_of,
    forecast_of_rate,
    missed_points,
    published_rates,
)
from zones.forest.trajectory.sentences import _past


def series(*rates: float) -> pd.DataFrame:
    return pd.DataFrame([rates], index=["Tỉnh"], columns=[2010, 2015, 2020, 2021])


def test_nine_provinces_and_the_country_from_two_years() -> None:
    table = backtest_table(published_rates())
    assert set(table["cutoff"]) == {2015, 2020}
    assert table.groupby("cutoff")["territory"].nunique().tolist() == [10, 10]
    assert len(table) == 10 * (6 + 5)
    lang_son = table[table["territory"] == "Lạng Sơn"].set_index(["cutoff", "year"])
    assert lang_son.loc[(2020, 2025), "published_percent"] == 64.5
    # 60.6 in 2015 and 63.0 in 2020: 0.48 points a year.
    assert lang_son.loc[(2020, 2025), "naive_percent"] == pytest.approx(65.4)


def test_nothing_is_learnt_from_what_came_after() -> None:
    first, second = (backtest_table(series(40, 45, 50, last)) for last in (51.0, 12.0))
    told = [name for name in first.columns if name != "published_percent"]
    pd.testing.assert_frame_equal(first[told], second[told])


def test_planting_that_waits_carries_the_trend_until_its_lag_is_over() -> None:
    path = forecast_of_rate(50.0, 1.0, 8)[0]
    # The likely lag is five years; then planting shrinks with the bare land: 12.5 points of it.
    assert path[:5] == pytest.approx([51, 52, 53, 54, 55])
    assert np.diff(path)[4:].tolist() == pytest.approx([1.0, 0.92, 0.92**2])


def test_a_falling_rate_falls_by_its_share() -> None:
    assert forecast_of_rate(50.0, -1.0, 2)[0] == pytest.approx([49, 49 * 0.98])


def test_errors_on_paper() -> None:
    table = pd.DataFrame(
        {
            "published_percent": [50.0, 52.0],
            "forecast_percent": [51.0, 52.0],
            "low_percent": [50.5, 51.0],
            "high_percent": [52.0, 53.0],
            "naive_percent": [50.0, 55.0],
        }
    )
    found = errors_of(table)
    assert found == {
        "model_points": 0.5,
        "naive_points": 1.5,
        "inside_percent": 50.0,
        "rates": 2,
    }


def test_the_model_is_said_to_be_worse_where_it_is() -> None:
    table = backtest_table(published_rates())
    said = " ".join(phrase.en for phrase in _past(table))
    early = table[table["cutoff"] == 2015]
    worse = [
        name
        for name, own in early.groupby("territory")
        if errors_of(own)["model_points"] > errors_of(own)["naive_points"] + 0.005
    ]
    assert worse
    assert all(name in said for name in worse)
    assert "was worse than the last trend for" in said
    assert "what the model missed in other provinces" in said


def test_the_band_holds_nine_rates_in_ten_when_each_is_judged_by_the_others() -> None:
    table = backtest_table(published_rates())
    inside = {cutoff: errors_of(own)["inside_percent"] for cutoff, own in table.groupby("cutoff")}
    assert inside[2015] == pytest.approx(90.0, abs=1)
    assert inside[2020] == pytest.approx(88.0, abs=1)
    assert len(table["territory"].unique()) >= 8


def test_a_province_is_judged_by_the_misses_of_the_others_alone() -> None:
    frame = pd.DataFrame(
        [[40.0, 45.0, 50.0, 51.0], [40.0, 45.0, 50.0, 53.0]],
        index=["Một", "Hai"], columns=[2010, 2015, 2020, 2021],
    )  # fmt: skip
    told = backtest_table(frame).set_index(["cutoff", "territory"])
    # One point a year was expected of 2021: Một had it, Hai two points more.
    assert missed_points(told.reset_index(), cutoff=2020, without="Hai").tolist() == [0.0, 0.0]
    assert missed_points(told.reset_index(), cutoff=2020, without="Một").tolist() == [2.0, -2.0]
    alone = backtest_table(frame.loc[["Hai"]]).set_index(["cutoff", "territory"])
    column = "high_percent"
    assert told.loc[(2020, "Hai"), column] == pytest.approx(alone.loc[(2020, "Hai"), column])
    assert told.loc[(2020, "Một"), column] > told.loc[(2020, "Hai"), column] + 1.5


def test_the_country_is_no_other_province() -> None:
    frame = pd.DataFrame(
        [[40.0, 45.0, 50.0, 51.0], [40.0, 45.0, 50.0, 59.0]],
        index=["Một", "Cả nước"], columns=[2010, 2015, 2020, 2021],
    )  # fmt: skip
    missed = missed_points(backtest_table(frame), cutoff=2020, without="Một")
    assert missed.tolist() == [0.0]
