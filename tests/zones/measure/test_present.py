"""Present areas: which hectares of which layer and year stand for a crop."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from layers.base.errors import InputError
from zones.measure.present import (
    late_reporters,
    present_by_crop,
    silent_communes,
    without_earlier_surveys,
)

COLUMNS = ["commune_code", "layer", "land", "crop", "planting_year", "area_ha", "ledger_ha"]


def measured(*rows: tuple[object, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"planting_year": "Int64", "area_ha": float, "ledger_ha": float})


def found(frame: pd.DataFrame, **chosen: str) -> dict[tuple[str, str, str], float]:
    table = present_by_crop(frame, chosen)
    assert list(table.columns) == ["crop", "commune_code", "layer", "present_ha"]
    keys = list(zip(table["crop"], table["commune_code"], table["layer"], strict=True))
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, table["present_ha"].tolist(), strict=True))


def test_ground_outside_the_communes_is_nobodys_present_area() -> None:
    frame = measured(
        ("06001", "forest", "planted_forest", "pine", 2010, 9.0, 10.0),
        ("06001", "forest", "not_yet_forest", "pine", 2023, 2.0, 2.5),
        ("06004", "forest", "planted_forest", "pine", 2012, 4.0, 5.0),
        ("", "forest", "planted_forest", "pine", 2010, 100.0, 100.0),
    )
    assert found(frame) == {("pine", "06001", "forest"): 12.5, ("pine", "06004", "forest"): 5.0}


def test_natural_forest_and_land_without_crop_are_no_zone() -> None:
    frame = measured(
        ("06001", "forest", "natural_forest", "chestnut", pd.NA, 50.0, 50.0),
        ("06001", "forest", "bare", "", pd.NA, 30.0, 30.0),
        ("06001", "forest", "planted_forest", "chestnut", 2015, 3.0, 3.0),
    )
    assert found(frame) == {("chestnut", "06001", "forest"): 3.0}


NAMED = pd.DataFrame({"commune_code": ["06001", "06004", "06007"], "commune": ["A", "B", "C"]})


def test_of_a_report_the_newest_year_of_each_crop_counts() -> None:
    frame = measured(
        ("06001", "report", "report", "tea", 2023, math.nan, 7.0),
        ("06001", "report", "report", "tea", 2024, math.nan, 8.0),
        ("06004", "report", "report", "tea", 2023, math.nan, 9.0),
        ("06004", "report", "report", "citrus", 2023, math.nan, 1.5),
    )
    # In 2024 nobody but 06001 reported: of the tea of 06004 nothing is known. In 2023 both did, and
    # 06001 has no citrus.
    assert found(frame) == {
        ("tea", "06001", "report"): 8.0,
        ("citrus", "06004", "report"): 1.5,
        ("citrus", "06001", "report"): 0.0,
    }
    (late,) = late_reporters("báo cáo", frame, NAMED)
    assert (late.kind, late.severity, late.count, late.area_ha) == (
        "report-incomplete", "problem", 1, 9.0,
    )  # fmt: skip
    assert late.examples == ("06004",)
    assert "Tea: 1 commune (B) reported 9.00 ha in an earlier year" in late.message.en
    assert "2024" in late.message.vi


def test_the_last_report_of_a_late_commune_is_told() -> None:
    frame = measured(
        ("06001", "report", "report", "tea", 2024, math.nan, 1.0),
        ("06004", "report", "report", "tea", 2023, math.nan, 5.0),
        ("06004", "report", "report", "tea", 2021, math.nan, 50.0),
        ("06007", "report", "report", "tea", 2022, math.nan, 2.0),
    )
    (late,) = late_reporters("báo cáo", frame, NAMED)
    assert (late.count, late.area_ha) == (2, 7.0)
    assert late_reporters("báo cáo", frame[frame["planting_year"] == 2024], NAMED) == []


def test_years_of_planting_are_no_years_of_a_report() -> None:
    frame = measured(
        ("06001", "forest", "planted_forest", "pine", 2010, 1.0, 1.0),
        ("06001", "forest", "planted_forest", "pine", 2020, 2.0, 2.0),
        ("06001", "forest", "planted_forest", "pine", pd.NA, 4.0, 4.0),
    )
    assert found(frame) == {("pine", "06001", "forest"): 7.0}


def test_a_layer_without_a_ledger_counts_by_geometry() -> None:
    frame = measured(
        ("06001", "orchards", "crop", "tea", pd.NA, 3.0, math.nan),
        ("06001", "forest", "planted_forest", "pine", 2010, 9.0, 10.0),
    )
    areas = found(frame)
    assert areas["tea", "06001", "orchards"] == 3.0
    assert areas["pine", "06001", "forest"] == 10.0


def test_one_layer_tells_of_a_crop() -> None:
    frame = measured(
        ("06001", "forest", "planted_forest", "pine", 2010, 9.0, 10.0),
        ("06001", "orchards", "crop", "pine", pd.NA, 3.0, math.nan),
        ("06004", "orchards", "crop", "tea", pd.NA, 1.0, math.nan),
    )
    with pytest.raises(InputError, match=r"1 crop stands in several layers \(pine: forest, orch"):
        present_by_crop(frame, {})
    assert found(frame, pine="orchards") == {
        ("pine", "06001", "orchards"): 3.0,
        ("pine", "06004", "orchards"): 0.0,
        ("tea", "06004", "orchards"): 1.0,
        ("tea", "06001", "orchards"): 0.0,
    }


def test_plots_of_crops_tell_of_no_commune_that_no_map_reaches() -> None:
    """A report of 06004, and ground of 06019 without any class, say nothing of its orchards."""
    frame = measured(
        ("06001", "orchards", "crop", "tea", pd.NA, 3.0, math.nan),
        ("06004", "report", "report", "citrus", 2023, math.nan, 5.0),
        ("06019", "forest", "unclassified", "", pd.NA, 900.0, math.nan),
        ("06037", "forest", "bare", "", pd.NA, 20.0, 20.0),
    )
    assert found(frame) == {
        ("tea", "06001", "orchards"): 3.0,
        ("tea", "06037", "orchards"): 0.0,
        ("citrus", "06004", "report"): 5.0,
    }


def test_a_crop_that_its_layer_does_not_have_is_measured_as_nothing() -> None:
    frame = measured(
        ("06001", "forest", "planted_forest", "pine", 2010, 9.0, 10.0),
        ("06004", "forest", "bare", "", pd.NA, 3.0, 3.0),
        ("", "forest", "planted_forest", "pine", 2010, 1.0, 1.0),
    )
    assert found(frame, anise="forest") == {
        ("pine", "06001", "forest"): 10.0,
        ("pine", "06004", "forest"): 0.0,
        ("anise", "06001", "forest"): 0.0,
        ("anise", "06004", "forest"): 0.0,
    }


def test_a_report_that_does_not_list_a_crop_measures_nothing() -> None:
    frame = measured(
        ("06001", "fruit", "report", "citrus", 2025, float("nan"), 5.0),
        ("06001", "forest", "planted_forest", "pine", 2010, 9.0, 10.0),
    )
    # Missing is not zero: nobody said that there is no custard apple, or that there is no tea.
    assert found(frame, custard_apple="fruit", tea="never-read") == {
        ("pine", "06001", "forest"): 10.0,
        ("citrus", "06001", "fruit"): 5.0,
    }


@pytest.mark.parametrize("land", ["bare", "farmland", "regenerating", "water", "CLN"])
def test_a_species_on_land_that_does_not_bear_it_is_no_present_area(land: str) -> None:
    """Cut and bare, its record still says pine: land to plant, not pine that stands."""
    frame = measured(
        ("06001", "forest", land, "pine", 2010, 9.0, 10.0),
        ("06001", "forest", "planted_forest", "pine", 2010, 4.0, 5.0),
        ("06001", "forest", "not_yet_forest", "pine", 2024, 2.0, 2.0),
    )
    assert found(frame) == {("pine", "06001", "forest"): 7.0}


def test_a_commune_without_any_plot_of_the_layer_is_missing_not_nothing() -> None:
    """06004 has only land that the layer does not class; 06007 stands in another layer alone."""
    frame = measured(
        ("06001", "forest", "planted_forest", "pine", 2010, 9.0, 10.0),
        ("06002", "forest", "bare", "", pd.NA, 3.0, 3.0),
        ("06004", "forest", "unclassified", "", pd.NA, 100.0, math.nan),
        ("06007", "report", "report", "tea", 2025, math.nan, 4.0),
    )
    areas = found(frame)
    assert areas["pine", "06002", "forest"] == 0.0
    assert {code for crop, code, _ in areas if crop == "pine"} == {"06001", "06002"}
    assert {code for crop, code, _ in areas if crop == "tea"} == {"06007"}


def test_communes_that_do_not_report_are_told() -> None:
    communes = pd.DataFrame({"commune_code": ["a", "b", "c"], "commune": ["A", "B", "C"]})
    frame = measured(
        ("a", "fruit", "report", "tea", 2025, math.nan, 1.0),
        ("b", "fruit", "report", "tea", 2024, math.nan, 2.0),
    )
    (told,) = silent_communes("fruit", frame, communes)
    assert (told.kind, told.severity, told.count, told.examples) == (
        "report-without-communes", "note", 2, ("b", "c"),
    )  # fmt: skip
    assert "report of 2025 (B, C)" in told.message.en
    assert "2 xã không có trong báo cáo năm 2025" in told.message.vi
    assert silent_communes("fruit", frame, communes.head(1)) == []


@pytest.mark.parametrize(("silent", "named"), [(5, "(B, C, D, E, F)"), (6, "(B, C, D, E, F …)")])
def test_five_communes_that_do_not_report_are_named(silent: int, named: str) -> None:
    names = list("ABCDEFG")[: silent + 1]
    communes = pd.DataFrame({"commune_code": [name.lower() for name in names], "commune": names})
    frame = measured(("a", "fruit", "report", "tea", 2025, math.nan, 1.0))
    (told,) = silent_communes("fruit", frame, communes)
    assert (told.count, len(told.examples)) == (silent, 5)
    assert named in told.message.en


def test_an_earlier_survey_is_no_second_present_area() -> None:
    frame = measured(
        ("a", "forest", "planted_forest", "pine", 2010, 9.0, 10.0),
        ("a", "forest-2020", "planted_forest", "pine", 2010, 7.0, 8.0),
    )
    kept = without_earlier_surveys(frame, {"forest-2020"})
    assert found(kept) == {("pine", "a", "forest"): 10.0}
    assert without_earlier_surveys(frame, set()).equals(frame)


def test_what_a_report_leaves_blank_is_missing_and_not_0() -> None:
    frame = measured(
        ("06001", "report", "report", "tea", 2025, math.nan, 8.0),
        ("06001", "report", "report", "citrus", 2025, math.nan, math.nan),
        ("06004", "report", "report", "citrus", 2025, math.nan, 3.0),
        ("06007", "report", "report", "tea", 2025, math.nan, math.nan),
        # Oranges of 2 ha and mandarins that nobody measured: together not 2 ha.
        ("06010", "report", "report", "citrus", 2025, math.nan, 2.0),
        ("06010", "report", "report", "citrus", 2025, math.nan, math.nan),
    )
    assert found(frame) == {
        ("tea", "06001", "report"): 8.0,
        ("tea", "06004", "report"): 0.0,
        ("tea", "06010", "report"): 0.0,
        ("citrus", "06004", "report"): 3.0,
    }
    listed = pd.DataFrame({"commune_code": ["06001", "06007"], "commune": ["A", "B"]})
    (finding,) = silent_communes("r", frame, listed)
    assert finding.examples == ("06007",)


def test_a_crop_that_a_commune_lists_no_longer_is_missing_and_not_0() -> None:
    """It had tea last year and sends other crops this year: nobody knows, as it is told."""
    frame = measured(
        ("06001", "report", "report", "tea", 2025, math.nan, 8.0),
        ("06001", "report", "report", "citrus", 2025, math.nan, 2.0),
        ("06004", "report", "report", "tea", 2024, math.nan, 50.0),
        ("06004", "report", "report", "citrus", 2025, math.nan, 3.0),
        ("06007", "report", "report", "tea", 2024, math.nan, 0.0),
        ("06007", "report", "report", "citrus", 2025, math.nan, 1.0),
        # 50 ha once, and 0 by the last report: a known 0. A blank last year: unknown.
        ("06010", "report", "report", "tea", 2022, math.nan, 50.0),
        ("06010", "report", "report", "tea", 2023, math.nan, 0.0),
        ("06010", "report", "report", "citrus", 2025, math.nan, 1.0),
        ("06013", "report", "report", "tea", 2024, math.nan, math.nan),
        ("06013", "report", "report", "citrus", 2025, math.nan, 1.0),
    )
    assert {key[:2]: area for key, area in found(frame).items() if key[0] == "tea"} == {
        ("tea", "06001"): 8.0,
        ("tea", "06007"): 0.0,
        ("tea", "06010"): 0.0,
    }
    (late,) = late_reporters("báo cáo", frame, NAMED)
    assert "Chè: 1 xã (B) có 50,00 ha ở năm trước" in late.message.vi
