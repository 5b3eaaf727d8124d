"""Verdicts: the interval against the ends of a target, and what would decide."""

import numpy as np
import pandas as pd
import pytest

from zones.certainty.verdict import with_verdicts, zone_intervals
from zones.measure.targets import ToleratedBounds, compare_targets

Z = 1.959963984540054


def targets(bound: str, low: float | None, high: float | None, **more: object) -> pd.DataFrame:
    row = {
        "target": "pine-area",
        "zone": "pine",
        "clause": "1",
        "bound": bound,
        "unit": "ha",
        "year": 2030,
        "low": np.nan if low is None else low,
        "high": np.nan if high is None else high,
        "plan": "p",
        "indicator": "area",
        "period": "by_year",
        "commune_code": "",
    } | more
    return pd.DataFrame([row])


def errors(**columns: object) -> pd.DataFrame:
    row = {
        "subject": "pine",
        "layer": "forest",
        "commune_code": "",
        "origin": "boundary",
        "area_ha": np.nan,
        "standard_error_ha": 1_000.0 / Z,
        "low_ha": np.nan,
        "high_ha": np.nan,
        "points": pd.NA,
        "error_m": 5.0,
        "strata": "",
        "seen": "",
        "own_weight_ratio": np.nan,
    } | columns
    return pd.DataFrame([row])


ZONES = pd.DataFrame({"zone": ["pine"], "crop": ["pine"], "layer": ["forest"]})


def judged(
    table: pd.DataFrame,
    present: float | None,
    found: pd.DataFrame,
    tolerated: ToleratedBounds | None = None,
) -> pd.Series:
    tolerated = tolerated or ToleratedBounds()
    keys = ["zone", "indicator", "commune_code", "unit"]
    now = table[keys].assign(present=np.nan if present is None else present)
    compared = compare_targets(table, now, tolerated=tolerated)
    intervals = zone_intervals(found, ZONES, 200_000.0, "forest")
    return with_verdicts(compared, intervals, level_percent=95.0, tolerated=tolerated).iloc[0]


@pytest.mark.parametrize(
    ("present", "verdict"),
    [
        (157_000.0, "met"),
        (156_000.0, "met"),
        (155_900.0, "cannot_tell"),
        (154_100.0, "cannot_tell"),
        (153_900.0, "not_met"),
        (159_500.0, "cannot_tell"),
        (161_100.0, "not_met"),
    ],
)
def test_range(present: float, verdict: str) -> None:
    row = judged(targets("range", 155_000.0, 160_000.0), present, errors())
    assert row["verdict"] == verdict
    assert row["low_interval"] == pytest.approx(present - 1_000)
    assert row["high_interval"] == pytest.approx(present + 1_000)


def test_floor_ceiling_and_about() -> None:
    floor, ceiling = targets("at_least", 100.0, None), targets("at_most", None, 100.0)
    near = errors(standard_error_ha=5 / Z)
    assert judged(floor, 1e9, near)["verdict"] == "met"
    assert judged(floor, 103.0, near)["verdict"] == "cannot_tell"
    assert judged(floor, 94.0, near)["verdict"] == "not_met"
    assert judged(ceiling, 94.0, near)["verdict"] == "met"
    assert judged(ceiling, 106.0, near)["verdict"] == "not_met"
    about = targets("about", 100.0, 100.0)
    # A single figure without a tolerance can never be met by an area with an error.
    assert judged(about, 100.0, near)["verdict"] == "cannot_tell"
    assert judged(about, 100.0, near, ToleratedBounds(tolerance_percent=6))["verdict"] == "met"
    assert judged(about, 80.0, near, ToleratedBounds(tolerance_percent=6))["verdict"] == "not_met"


def test_a_range_narrower_than_the_interval_cannot_be_met_but_can_be_missed() -> None:
    narrow = targets("range", 155_000.0, 155_500.0)
    assert judged(narrow, 155_250.0, errors())["verdict"] == "cannot_tell"
    assert judged(narrow, 150_000.0, errors())["verdict"] == "not_met"


def test_what_would_decide_of_boundaries() -> None:
    table = targets("range", 155_000.0, 160_000.0)
    # 400 of 1,000 ha: the error must fall from 5 m to 2 m.
    assert judged(table, 155_400.0, errors())["needed"] == "error_m:2"
    assert judged(table, 155_400.0, errors())["interval_from"] == "boundaries"
    assert judged(table, 155_001.0, errors())["needed"] == "at_the_end"
    assert judged(table, 157_000.0, errors())["needed"] == ""


def test_what_would_decide_of_points() -> None:
    sample = errors(
        origin="sample",
        area_ha=156_000.0,
        low_ha=154_000.0,
        high_ha=158_000.0,
        points=300,
        strata="pine+other",
        seen="pine:180000:150:130+other:650000:150:0",
    )
    row = judged(targets("range", 155_000.0, 160_000.0), 151_000.0, sample)
    # The interval is that of the sample, wherever the map's own figure lies.
    assert (row["low_interval"], row["high_interval"]) == (154_000.0, 158_000.0)
    assert row["estimate"] == 156_000.0
    assert (row["points"], row["points_found"]) == (300, 130)
    assert row["verdict"] == "cannot_tell"
    kind, count, strata = row["needed"].split(":")
    assert kind == "points"
    assert set(strata.split("+")) <= {"pine", "other"}
    assert int(count) > 0
    assert row["interval_from"] == "points"
    assert row["status"] == "below"


def test_of_a_commune_s_composite_estimate_no_number_of_points_is_made_up() -> None:
    found = errors(
        commune_code="06148", origin="sample", area_ha=101.0, low_ha=90.0, high_ha=112.0,
        points=0, strata="pine+other", own_weight_ratio=0.0,
    )  # fmt: skip
    row = judged(targets("at_least", 100.0, None, commune_code="06148"), 101.0, found)
    assert (row["verdict"], row["needed"]) == ("cannot_tell", "own_points:pine+other")
    assert row["points"] == 0
    assert pd.isna(row["points_found"])


def test_points_lead_boundaries() -> None:
    both = pd.concat(
        [
            errors(),
            errors(origin="sample", area_ha=1.0, low_ha=0.5, high_ha=2.0, points=9, strata="a"),
        ]
    )
    assert judged(targets("at_least", 155_000.0, None), 157_000.0, both)["verdict"] == "not_met"


def test_without_a_stated_accuracy_nothing_is_pretended() -> None:
    table = targets("at_least", 100.0, None)
    row = judged(table, 103.0, errors(subject="acacia"))
    assert (row["verdict"], row["needed"]) == ("not_assessed", "accuracy")
    assert row["interval_from"] == ""
    assert np.isnan(row["low_interval"])
    # Another layer than the one that tells of the crop says nothing of it.
    assert judged(table, 103.0, errors(layer="old"))["verdict"] == "not_assessed"
    row = judged(table, None, errors())
    assert (row["verdict"], row["needed"]) == ("not_measured", "")


def test_what_is_counted_or_reported_has_no_verdict() -> None:
    heads = targets("at_least", 100.0, None, zone="", indicator="buffalo", unit="head")
    for present in (None, 120.0):
        row = judged(heads, present, errors()) if present is None else counted(heads, present)
        assert (row["verdict"], row["needed"], row["interval_from"]) == ("", "", "")
    told = counted(targets("at_least", 100.0, None), 120.0, who="report")
    assert (told["told_by"], told["verdict"], told["needed"]) == ("report", "", "")
    assert np.isnan(told["low_interval"])


def test_what_is_planted_in_a_year_does_not_take_the_interval_of_what_stands() -> None:
    row = counted(targets("at_least", 100.0, None, period="per_year"), 120.0)
    assert row["verdict"] == "not_measured"
    assert np.isnan(row["low_interval"])


def counted(table: pd.DataFrame, present: float, who: str = "report") -> pd.Series:
    """Verdict on a figure that somebody else than a layer tells."""
    tolerated = ToleratedBounds()
    keys = ["zone", "indicator", "commune_code", "unit"]
    now = table[keys].assign(present=present, told_by=who)
    compared = compare_targets(table, now, tolerated=tolerated)
    intervals = zone_intervals(errors(), ZONES, None, None)
    return with_verdicts(compared, intervals, level_percent=95.0, tolerated=tolerated).iloc[0]


def test_rate_of_forest_cover_has_an_exact_denominator() -> None:
    table = targets("at_least", 63.0, None, zone="", indicator="forest_cover_rate", unit="%")
    row = judged(table, 64.0, errors(subject="forest", standard_error_ha=1_000 / Z))
    assert row["low_interval"] == pytest.approx(64.0 - 0.5)
    assert row["verdict"] == "met"
    row = judged(table, 63.2, errors(subject="forest", standard_error_ha=1_000 / Z))
    assert row["verdict"] == "cannot_tell"


def test_truth_exactly_at_the_target() -> None:
    """Wrong "met" in at most 5 %, "cannot tell" in at least 90 % of surveys."""
    random = np.random.default_rng(5)
    names = [f"z{number}" for number in range(2_000)]
    seen = 155_000 + random.standard_normal(len(names)) * 1_000 / Z
    table = pd.concat(
        targets("at_least", 155_000.0, None, target=name, zone=name) for name in names
    )
    keys = ["zone", "indicator", "commune_code", "unit"]
    compared = compare_targets(table, table[keys].assign(present=seen), tolerated=ToleratedBounds())
    zones = pd.DataFrame({"zone": names, "crop": names, "layer": "forest"})
    found = pd.concat(errors(subject=name) for name in names)
    words = with_verdicts(
        compared,
        zone_intervals(found, zones, None, None),
        level_percent=95.0,
        tolerated=ToleratedBounds(),
    )["verdict"].value_counts()
    assert 0 < words["met"] <= 0.05 * len(names)
    assert words["cannot_tell"] >= 0.90 * len(names)


def test_of_points_in_all_strata_those_where_they_help_most_are_named() -> None:
    """Six strata in one sentence tell nobody where to go."""
    rest = "+".join(f"s{number}:9000:40:{number % 3}" for number in range(6))
    found = errors(
        origin="sample",
        area_ha=6_350.0,
        low_ha=5_623.0,
        high_ha=7_850.0,
        points=280,
        strata="s2+s5",
        seen=f"pine:5000:40:40+{rest}",
    )
    row = judged(targets("floor", 7_000, None), 6_350.0, found)
    assert row["verdict"] == "cannot_tell"
    assert row["needed"] == "points:1600:all:s2+s5"
