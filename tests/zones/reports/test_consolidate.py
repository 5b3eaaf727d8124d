"""What reports add up to, and how the targets take it in."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.zones.reports.round_figures import COMMUNES, ROUNDS, figures
from zones.measure.targets import ToleratedBounds, compare_targets, with_reported_zones
from zones.reports.consolidate import (
    disowned_last_year,
    reported_crops,
    reported_indicators,
    reported_years,
    with_earlier_reports,
    without_disowned,
)
from zones.reports.known import known_figures
from zones.reports.tables import REPORT_FINDINGS

NOTHING = pd.DataFrame({"commune_code": [], "zone": [], "present_ha": []})


@pytest.fixture
def reported() -> pd.DataFrame:
    return reported_indicators(ROUNDS, 2026, communes=COMMUNES)


def test_what_is_asked_back_is_missing_and_the_sum_says_of_how_many(reported: pd.DataFrame) -> None:
    province = reported[reported["commune_code"] == ""].set_index(["zone", "indicator"])
    pine = province.loc["pine", "area"]
    assert (pine["value"], pine["reporters"], pine["expected"]) == (150.0, 2, 3)
    assert province.loc["anise", "organic_area"]["value"] == 4.0
    water = province.loc["", "clean_water_share"]
    assert (water["value"], water["expected"]) == (71.5, 1)
    pigs = province.loc["", "pigs"]
    assert (pigs["value"], pigs["total"]) == (1500.0, 1800.0)
    assert not ((reported["commune_code"] == "06613") & reported["value"].notna()).any()


def test_what_a_commune_confirms_leaves_last_years_figure_out() -> None:
    last = figures(
        ("06529", 2025, "zones", "pine", "standing", "pine", "ha", 920.0),
        ("06148", 2025, "zones", "pine", "standing", "pine", "ha", 45.0),
    )
    now = ROUNDS[ROUNDS["year"] == 2026].copy()
    now["cell"] = [f"I{line}" for line in range(8, 8 + len(now))]
    told = dict.fromkeys(REPORT_FINDINGS.names, "x") | {"severity": "note", "reporter": "06529"}
    # Pine stands in I8; of the rest of its row, or of another kind, nothing is disowned.
    rows = [("confirmed", "F8, I8"), ("confirmed", "I9"), ("about", "I11")]
    findings = pd.DataFrame([told | {"kind": kind, "cell": cell} for kind, cell in rows])
    disowned = disowned_last_year(now, findings)
    assert disowned == {("06529", "pine")}
    assert disowned_last_year(now, findings.assign(reporter="06148")) == frozenset()
    crops = without_disowned(reported_crops(now, last), disowned).set_index("commune_code")
    assert crops["last_ha"].isna().to_dict() == {"06529": True, "06148": False}
    assert crops.loc["06148", "last_ha"] == 45.0
    kept = without_disowned(reported_crops(now, last), frozenset()).set_index("commune_code")
    assert kept.loc["06529", "last_ha"] == 920.0


def test_crops_stand_by_commune_with_last_years_figure() -> None:
    last = figures(("06529", 2025, "zones", "pine", "standing", "pine", "ha", 92.0))
    crops = reported_crops(ROUNDS[ROUNDS["year"] == 2026], last).set_index("commune_code")
    assert crops["crop"].tolist() == ["pine", "pine"]
    assert crops.loc["06529", ["standing_ha", "planted_ha", "last_ha"]].tolist() == [100, 10, 92]
    assert crops.loc["06148", ["planted_ha", "last_ha"]].isna().all()


def _target(indicator: str, unit: str, period: str, **more: object) -> dict[str, object]:
    return {
        "target": indicator, "zone": "", "clause": "II", "bound": "at_least", "unit": unit,
        "year": 2026, "low": 1000.0, "high": float("nan"), "plan": "p", "indicator": indicator,
        "period": period, "scope": "province", "commune_code": "", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("target", "present", "status"),
    [
        (_target("pigs", "head", "by_year"), 1500.0, "within"),
        (_target("pigs", "head/year", "per_year"), 1500.0, "within"),
        (_target("pigs", "head", "cumulative"), 1800.0, "within"),
        (_target("pigs", "head", "in_year", year=2027), None, "not_measured"),
        (_target("pigs", "t", "by_year"), None, "not_measured"),
        (_target("clean_water_share", "%", "by_year", low=80.0), 71.5, "below"),
        (_target("area", "ha", "by_year", zone="vegetables", low=10.0), 7.0, "below"),
    ],
)
def test_a_target_takes_the_reported_figure_in_its_unit(
    target: dict[str, object], present: float | None, status: str, reported: pd.DataFrame
) -> None:
    all_told = reported.assign(expected=reported["reporters"])
    row = _compared(target, all_told)
    assert (None if pd.isna(row["present"]) else row["present"]) == present
    assert row["status"] == status
    assert row["told_by"] == ("" if present is None else "report")


def _compared(target: dict[str, object], reported: pd.DataFrame) -> pd.Series:
    none = pd.DataFrame(columns=["zone", "indicator", "commune_code", "unit", "present"])
    return compare_targets(
        pd.DataFrame([target]), none, tolerated=ToleratedBounds(), reported=reported
    ).iloc[0]


def test_what_only_some_have_told_is_no_figure_of_the_province(reported: pd.DataFrame) -> None:
    told = reported.set_index(["indicator", "commune_code"]).loc[("pigs", "")]
    assert told["reporters"].item() < told["expected"].item()
    row = _compared(_target("pigs", "head", "by_year"), reported)
    assert pd.isna(row["present"])
    assert pd.isna(row["shortfall"])
    assert (row["status"], row["told_by"]) == ("not_measured", "")


def test_a_layer_leads_before_a_report(reported: pd.DataFrame) -> None:
    measured = pd.DataFrame(
        [{"zone": "pine", "indicator": "area", "commune_code": "", "unit": "ha", "present": 140.0}]
    )
    target = pd.DataFrame([_target("area", "ha", "by_year", zone="pine")])
    row = compare_targets(target, measured, tolerated=ToleratedBounds(), reported=reported).iloc[0]
    assert (row["present"], row["told_by"]) == (140.0, "layer")


def test_zones_that_no_layer_tells_of_are_filled_from_reports(reported: pd.DataFrame) -> None:
    by_zone = pd.DataFrame(
        {"zone": ["pine"], "commune_code": ["06529"], "layer": ["forest"], "present_ha": [99.0]}
    )
    found = with_reported_zones(by_zone, reported)
    assert found[["zone", "commune_code", "present_ha"]].to_numpy().tolist() == [
        ["pine", "06529", 99.0],
        ["vegetables", "06529", 7.0],
    ]


def test_a_sum_of_old_communes_of_which_one_is_asked_back_is_missing() -> None:
    """Two cells of one commune are one figure: half of it must not stand for the whole."""
    pine = ("zones", "pine", "standing", "pine", "ha")
    two = figures(("06529", 2026, *pine, 60.0), ("06529", 2026, *pine, 40.0))
    half = figures(("06529", 2026, *pine, 60.0), ("06529", 2026, *pine, None))
    assert reported_crops(two, two)[["standing_ha", "last_ha"]].to_numpy().tolist() == [[100, 100]]
    assert reported_crops(half, two).empty
    assert reported_indicators(half, 2026, communes=COMMUNES).empty
    assert reported_years(half, COMMUNES).empty
    known = known_figures(two, NOTHING, NOTHING, {})
    assert known.last == {("06529", "zones", "pine", "standing"): 100.0}
    assert known_figures(half, NOTHING, NOTHING, {}).last == {}


def test_standing_hectares_of_years_do_not_add_up() -> None:
    pine = ("zones", "pine", "standing", "pine", "ha")
    years = figures(("06529", 2025, *pine, 90.0), ("06529", 2026, *pine, 100.0))
    told = reported_indicators(years, 2026, communes=COMMUNES)
    assert told[["value", "total"]].to_numpy().tolist() == [[100, 100], [100, 100]]


def test_last_years_figure_is_a_report_layers_where_no_round_was_held() -> None:
    crops = reported_crops(ROUNDS[ROUNDS["year"] == 2026], ROUNDS.iloc[:0])
    measured = pd.DataFrame(
        {
            "commune_code": ["06529", "06529", "06148"], "crop": "pine", "land": ["report"] * 3,
            "layer": "fruit",
            "planting_year": [2025, 2024, 2024], "ledger_ha": [93.5, 80.0, 40.0],
        }
    )  # fmt: skip
    last = with_earlier_reports(crops, measured).set_index("commune_code")["last_ha"]
    assert last["06529"] == 93.5
    assert pd.isna(last["06148"])


def test_figures_are_rounded_once_and_add_up_as_they_are_printed() -> None:
    """A third of a hectare in three communes is 0.33 ha each, and 0.99 ha together."""
    third = figures(
        *[(code, 2026, "zones", "pine", "standing", "pine", "ha", 1 / 3) for code in COMMUNES]
    )
    crops = reported_crops(third, third)
    assert crops["standing_ha"].tolist() == [0.33] * 3
    told = reported_indicators(third, 2026, communes=COMMUNES).set_index("commune_code")["value"]
    assert told[""] == pytest.approx(0.99)
    assert told[list(COMMUNES)].tolist() == [0.33] * 3
