"""Lags: the law, the table, and what a layer shows of itself."""

from __future__ import annotations

import numpy as np
import pytest

from tests.zones.forest.trajectory.cases import YEAR, measured, start
from zones.forest.trajectory.lags import SpeciesLag, estimate_curve, last_seasons, species_lags


def made_layer(lag: float, seed: int, *, spread: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Hectares by commune and age that are forest and not yet: each plot has a lag of its own."""
    rng = np.random.default_rng(seed)
    forest, young = np.zeros((30, 21)), np.zeros((30, 21))
    for commune in range(30):
        ages = rng.integers(0, 15, 60)
        own = np.ceil(rng.normal(lag - 0.5, spread, 60))
        np.add.at(forest[commune], ages[ages >= own], rng.uniform(0.5, 3, (ages >= own).sum()))
        np.add.at(young[commune], ages[ages < own], rng.uniform(0.5, 3, (ages < own).sum()))
    return forest, young


@pytest.mark.parametrize("lag", [3, 6])
def test_the_true_lag_lies_in_the_band_of_nine_layers_in_ten(lag: int) -> None:
    # Half of the plantings are forest by the true lag less half a year: first whole age is the lag.
    inside = 0
    for seed in range(30):
        curve = estimate_curve(*made_layer(lag, seed), rng=np.random.default_rng(seed))
        assert curve is not None
        low, high = curve.band
        inside += low <= lag <= (high or 99)
        assert high is not None
        assert high - low <= 2, "a band that is always wide is no estimate"
    assert inside >= 27


def test_a_sharp_lag_is_found_exactly() -> None:
    forest, young = np.zeros((6, 21)), np.zeros((6, 21))
    forest[:, 4:12], young[:, :4] = 10, 10
    curve = estimate_curve(forest, young, rng=np.random.default_rng(0))
    assert curve is not None
    assert curve.lag == 4
    assert curve.band == (4, 4)
    assert curve.share[:6].tolist() == [0, 0, 0, 0, 1, 1]


def test_shares_rise_with_age_whatever_the_layer_says() -> None:
    forest = np.zeros((6, 21))
    young = np.zeros((6, 21))
    forest[:, [2, 3, 4]], young[:, [2, 3, 4]] = [30, 10, 50], [10, 30, 50]
    curve = estimate_curve(forest, young, rng=np.random.default_rng(0))
    assert curve is not None
    # 30 of 40 and 10 of 40 are pooled; an age without plantings has that of the age before.
    assert curve.share[:7] == pytest.approx([0, 0, 0.5, 0.5, 0.5, 0.5, 0.5])


def test_too_little_says_nothing() -> None:
    forest, young = np.zeros((4, 21)), np.zeros((4, 21))
    forest[:, 5], young[:, 1] = 100, 100
    assert estimate_curve(forest, young, rng=np.random.default_rng(0)) is None
    assert estimate_curve(forest * 0, young, rng=np.random.default_rng(0)) is None


def test_a_species_goes_by_the_setting_then_the_table_then_nothing() -> None:
    rows = measured(
        ("A", "planted_forest", "pine", YEAR - 9, 10),
        ("A", "not_yet_forest", "anise", YEAR, 10),
        ("A", "not_yet_forest", "cypress", YEAR, 10),
        ("A", "not_yet_forest", "", YEAR, 10),
    )
    found = {
        lag.crop: (lag.years, lag.basis)
        for lag in species_lags(start(rows), own={"pine": 4}, from_layer=True, seed=0)
    }
    assert found == {
        "pine": (4, "setting"),
        "anise": (7, "table"),
        "cypress": (None, "none"),
        "": (None, "none"),
    }


@pytest.mark.parametrize(
    ("young", "expected"),
    [(1, (6, "table", None, None)), (8, (9, "layer", 9, 15)), (13, (15, "layer", 15, 15))],
)
def test_ages_that_a_layer_does_not_show_are_not_taken_for_the_lag(
    young: int, expected: tuple[int, str, int | None, int | None]
) -> None:
    """Pine of one year and of 15 alone: it had been said to count after 15 years, surely."""
    rows = [
        (str(commune), land, "pine", YEAR - age, 30)
        for commune in range(6)
        for land, age in (("not_yet_forest", young), ("planted_forest", 15))
    ]
    lags = species_lags(start(measured(*rows)), own={}, from_layer=True, seed=0)
    (pine,) = [lag for lag in lags if lag.crop == "pine"]
    assert (pine.years, pine.basis, pine.low, pine.high) == expected


def test_planting_after_2027_does_not_count_in_2030_whatever_the_species() -> None:
    lags = [
        SpeciesLag("acacia", 2, "table"),
        SpeciesLag("anise", 7, "table"),
        SpeciesLag("cypress", None, "none"),
    ]
    table = last_seasons(lags, legal_years=3, year=2030)
    assert table["last_season"].tolist()[:2] == [2027, 2023]
    assert table["last_season"].isna().tolist() == [False, False, True]
    assert table["last_season"].max() == 2027
