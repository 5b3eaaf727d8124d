"""Causes of differences: each planted fault is named, and figures that agree need none."""

import numpy as np
import pandas as pd
import pytest

from zones.reports.reconciliation.causes import CAUSES, Circumstances, likely_causes
from zones.reports.reconciliation.reconcile import reconcile

ERRORS = {"map": 3.0, "register": 2.0, "report": 5.0}
AREAS = ["earlier_ha", "established_ha", "new_ha", "named_ha", "whole_ha", "change_ha"]


OTHER = ("06211", "pine", 40.0, 40.0)


def told(rows: list[tuple[str, str, float | None, float | None]], **known: float) -> pd.DataFrame:
    """Causes of rows: commune, crop, hectares of the layer and of the report."""
    figures = [
        (code, crop, witness, area)
        for code, crop, land, report in rows
        for witness, area in (("map", land), ("register", land), ("report", report))
        if area is not None
    ]
    frame = pd.DataFrame(figures, columns=["commune_code", "crop", "witness", "area_ha"])
    beside = pd.DataFrame([row[:2] for row in rows], columns=["commune_code", "crop"])
    beside = beside.assign(**{name: known.get(name, np.nan) for name in AREAS})
    found = reconcile(frame, error_percent=ERRORS).figures
    circumstances = Circumstances(beside, frozenset({"medicinal"}))
    return likely_causes(found, circumstances).set_index(["commune_code", "crop"])


@pytest.mark.parametrize(
    ("land", "report", "known", "cause"),
    [
        (123.4, 1234.0, {}, "unit_slip"),
        (123.4, 12.34, {}, "unit_slip"),
        (12.34, 123_400.0, {}, "unit_slip"),
        (36.0, 1000.0, {}, "unit_slip"),
        (123.4, None, {}, "report_missing"),
        (None, 55.0, {}, "out_of_reach"),
        (123.4, 120.0, {}, "rounding"),
        (100.0, 133.0, {"earlier_ha": 101.0}, "other_date"),
        (100.0, 125.0, {"earlier_ha": 100.0}, "other_date"),  # to the last digit
        (100.0, 133.0, {"earlier_ha": 133.0}, "unknown"),  # the same figure again explains nothing
        (100.0, 108.0, {"named_ha": 108.1, "whole_ha": 108.1}, "across_boundary"),
        (100.0, 141.0, {"named_ha": 101.0, "whole_ha": 142.0}, "mixed_stands"),
        (100.0, 71.0, {"established_ha": 70.0}, "planted_not_standing"),
        (100.0, 117.0, {"new_ha": 17.0}, "replanting_as_new"),
        (100.0, 141.0, {"whole_ha": 142.0}, "mixed_stands"),
        (101.3, 203.0, {}, "counted_twice"),
        (100.0, 163.0, {}, "unknown"),
        (49.68, 52.48, {"change_ha": 2.8}, "years_change"),
        (0.54, 2.54, {"change_ha": 2.0}, "years_change"),  # and no slip by ten
        (100.0, 163.0, {"change_ha": 2.8}, "unknown"),
        (100.0, 101.0, {}, ""),
    ],
)
def test_planted_faults(
    land: float | None, report: float | None, known: dict[str, float], cause: str
) -> None:
    table = told([("06148", "pine", land, report), OTHER], **known)
    row = table.loc[("06148", "pine")]
    assert row["cause"] == cause
    assert cause == "" or cause in CAUSES
    assert bool(row["evidence_vi"]) == bool(cause)
    assert (row["evidence_vi"] != row["evidence_en"]) or not cause


def test_two_communes_exchanged_and_two_species_mistaken() -> None:
    rows = [
        ("06148", "pine", 300.0, 137.0),
        ("06184", "pine", 137.0, 300.0),
        ("06211", "anise", 50.0, 71.0),
        ("06211", "acacia", 90.0, 69.0),
    ]
    found = told(rows)["cause"].to_dict()
    assert set(found.values()) == {"exchanged", "wrong_species"}
    assert found["06148", "pine"] == "exchanged"
    assert found["06211", "acacia"] == "wrong_species"


def test_crop_under_canopy() -> None:
    assert told([("06148", "medicinal", 5.0, 63.0)])["cause"].iloc[0] == "under_canopy"


def test_ranked_by_hectares_and_nothing_lost() -> None:
    rows = [
        ("06148", "pine", 10.0, 17.3),
        ("06184", "pine", 100.0, 163.0),
        ("06211", "pine", 7.0, 7.0),
    ]
    table = told(rows)
    assert table.index.get_level_values(0).tolist() == ["06184", "06148", "06211"]
    assert table["difference_ha"].tolist() == pytest.approx([63.0, 7.3, 0.0])


def test_what_one_side_tells_of_counts_with_all_its_hectares() -> None:
    rows = [("06148", "pine", 80.0, None), ("06184", "pine", None, 30.0), OTHER]
    assert told(rows)["difference_ha"].tolist() == pytest.approx([80.0, 30.0, 0.0])


def test_a_crop_that_nobody_reports_is_not_missing_in_each_commune() -> None:
    figures = pd.DataFrame(
        [("06148", "pine", "map", 90.0), ("06148", "pine", "register", 100.0)],
        columns=["commune_code", "crop", "witness", "area_ha"],
    )
    found = reconcile(figures, error_percent=ERRORS).figures
    beside = figures[["commune_code", "crop"]].drop_duplicates().assign(**dict.fromkeys(AREAS))
    table = likely_causes(found, Circumstances(beside, frozenset()))
    assert table["cause"].tolist() == ["ledger_differs"]
