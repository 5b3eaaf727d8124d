"""Reports of old communes, and reports that write names among their codes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from layers.base.errors import InputError
from layers.communes.crosswalk import successors
from layers.communes.gazetteer import list_communes
from layers.kinds.report import REPORT, ReportLayer, load_report, read_report
from tests.factories import write_project
from zones.inputs.checks import settle_report
from zones.inputs.read import read_inputs
from zones.project.model import ReportSource, load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import ZONES


def _report(rows: list[tuple[str | None, str | None, float]]) -> ReportLayer:
    table = pd.DataFrame(rows, columns=["commune_code", "commune", "area_ha"])
    table = table.assign(row=range(2, len(rows) + 2), crop="citrus", entry="Cam", year=2024)
    return ReportLayer(REPORT.validate(table[REPORT.names]))


def _settle(report: ReportLayer, from_: int) -> ReportLayer:
    return settle_report(report, province="20", from_=from_, to="2025-07-01", source="quả")


def test_a_report_of_today_is_left_alone() -> None:
    report = _report([("06529", None, 1.0)])
    settled = _settle(report, 2026)
    pd.testing.assert_frame_equal(settled.table, report.table)
    assert settled.findings.items == []


def test_signs_around_codes_are_left_out() -> None:
    """Excel's apostrophe and letters nobody sees: the check read such a code, the run did not."""
    report = _report([("06529\u200b", None, 1.0), ("'06526", None, 2.0), ('"06148".', None, 4.0)])
    assert _settle(report, 2026).table["commune_code"].tolist() == ["06529", "06526", "06148"]


def test_a_report_of_2024_is_added_up() -> None:
    report = _report([("06529", None, 0.1), ("06544", "Khánh Xuân", 0.2), ("06526", None, 4.0)])
    settled = _settle(report, 2024)
    assert settled.table.set_index("commune_code")["area_ha"].to_dict() == {
        "06526": 4.0,
        "06529": 0.3,
    }
    assert settled.table["commune"].tolist() == ["Na Dương", "Lộc Bình"]
    assert [one.severity for one in settled.findings.items] == ["note"]


def test_names_among_codes_are_resolved() -> None:
    report = _report([("Lộc Bình", None, 1.0), (None, "P. Kỳ Lừa", 2.0), ("06148", None, 4.0)])
    settled = _settle(report, 2026)
    assert settled.table.set_index("commune_code")["area_ha"].to_dict() == {
        "06148": 4.0,
        "06187": 2.0,
        "06529": 1.0,
    }
    assert "commune-missing" not in {one.kind for one in settled.findings.items}


def test_a_commune_by_name_and_by_code_counts_once() -> None:
    """The same figure for the same commune, once by name and once by code, is one figure."""
    settled = _settle(_report([("06529", None, 4.0), (None, "xã Lộc Bình", 4.0)]), 2026)
    assert settled.table[["commune_code", "area_ha"]].to_numpy().tolist() == [["06529", 4.0]]
    assert "row-twice" in {one.kind for one in settled.findings.items}


def test_a_commune_by_name_and_by_code_with_two_figures_is_refused() -> None:
    with pytest.raises(InputError, match="row 3: 06529 Cam 2024"):
        _settle(_report([("06529", None, 4.0), (None, "xã Lộc Bình", 5.0)]), 2026)


def test_a_named_commune_is_not_told_as_missing(tmp_path: Path) -> None:
    (tmp_path / "quả.csv").write_text(
        "commune_code,commune,crop,year,area_ha\n,xã Lộc Bình,citrus,2024,4\n", "utf-8"
    )
    report = load_report(tmp_path / "quả.csv")
    assert [one.kind for one in report.findings.items] == ["commune-missing"]
    settled = _settle(report, 2026)
    assert settled.table["commune_code"].tolist() == ["06529"]
    assert "commune-missing" not in {one.kind for one in settled.findings.items}


def test_what_matches_nothing_is_told_with_its_hectares() -> None:
    report = _report([("Diềm He", None, 1.5), ("toàn tỉnh", None, 9.0), ("06148", None, 7.5)])
    settled = _settle(report, 2026)
    assert settled.table["area_ha"].tolist() == [7.5]
    found = {one.kind: one for one in settled.findings.items}
    assert found["unmatched"].severity == "problem"
    assert found["unmatched"].area_ha == 1.5
    assert "perhaps 06280 xã Điềm He" in found["unmatched"].message.en
    assert found["total-differs"].severity == "problem"


def test_names_that_match_nothing_are_all_told_once_each() -> None:
    """Rows are counted once, not once for each commune of the province."""
    communes = list_communes("20")["code"].tolist()[:60]
    rows: list[tuple[str | None, str | None, float]] = [(code, None, 1.0) for code in communes]
    rows += [(None, name, 2.0) for name in ("Bắc Sơn Hạ", "Qwerty", "Lộc Bìn")]
    settled = _settle(_report(rows), 2026)
    found = next(one for one in settled.findings.items if one.kind == "unmatched")
    assert found.count == 3
    assert found.area_ha == 6.0
    assert found.message.en.startswith("3 rows match no unit")
    assert "Lộc Bìn: perhaps 06529 xã Lộc Bình: confirm it" in found.message.en
    assert "known here; the nearest are 06325 xã Bắc Sơn" in found.message.en
    for name in ("Bắc Sơn Hạ", "Qwerty", "Lộc Bìn"):
        assert found.message.en.count(f" {name}: ") == 1
    assert "communes: {'Bắc Sơn Hạ': …}" in found.message.en
    assert settled.table["area_ha"].sum() == 60.0


def test_rows_without_a_commune_are_mended_in_the_file() -> None:
    """No project can confirm a blank cell, which may be that of a row of totals."""
    report = _report([("05977", None, 10.0), (None, None, 30.0)])
    for confirmed in (None, {"": "05977"}, {" ": "05977"}):
        settled = settle_report(
            report, province="20", from_=2026, to="2025-07-01", source="quả", confirmed=confirmed
        )
        assert settled.table["area_ha"].tolist() == [10.0]
        told = next(one for one in settled.findings.items if one.kind == "unmatched")
        assert told.area_ha == 30.0
        assert told.message.en.endswith(
            "where no commune stands, write its code or name in the file, "
            "or take the row out if it is a total"
        )
        assert "{''" not in told.message.en


def test_a_name_that_the_project_confirms_is_placed() -> None:
    report = _report([(None, "Lộc Bìn", 2.0), ("Qwerty", None, 3.0), ("06148", None, 4.0)])
    confirmed = {"Lộc Bìn": "06529", "Qwerty": "06187"}
    settled = settle_report(
        report, province="20", from_=2026, to="2025-07-01", source="quả", confirmed=confirmed
    )
    assert settled.table.set_index("commune_code")["area_ha"].to_dict() == {
        "06148": 4.0,
        "06187": 3.0,
        "06529": 2.0,
    }
    assert "unmatched" not in {one.kind for one in settled.findings.items}


@pytest.mark.parametrize(("total", "wrong"), [(30.0, False), (60.0, True)])
def test_a_total_of_the_province_counts_its_parts_once(total: float, wrong: bool) -> None:
    """Communes of today have no district, below which they would stand a second time."""
    rows: list[tuple[str | None, str | None, float]] = [
        ("06148", None, 10.0),
        ("06529", None, 20.0),
        (None, "Toàn tỉnh", total),
    ]
    settled = _settle(_report(rows), 2026)
    assert settled.table["area_ha"].sum() == 30.0
    found = {one.kind: one for one in settled.findings.items}
    assert ("total-differs" in found) is wrong
    if wrong:
        assert "Toàn tỉnh (row 4)" in found["total-differs"].message.en


def test_sums_of_some_communes_and_rounded_ones_do_not_differ(tmp_path: Path) -> None:
    """They are told by the rows of the file, from which others were left out before."""
    (tmp_path / "quả.csv").write_text(
        "commune_code,commune,thon,crop,year,area_ha\n06325,Bắc Sơn,A,Na,2025,7\n"
        "06325,Bắc Sơn,B,Na,2025,3\n06325,Bắc Sơn,Cộng,Na,2025,10\n,Bằng Mạc,,Na,2025,5.4\n"
        ",Cộng 2 xã,,Na,2025,15.4\n,Chi Lăng,,Na,2025,20\n,Cộng 1 xã,,Na,2025,20\n"
        ",Tổng cộng,,Na,2025,35\n",
        "utf-8",
    )
    found = {
        one.kind: one for one in _settle(read_report(tmp_path / "quả.csv"), 2026).findings.items
    }
    assert "total-differs" not in found
    assert "Tổng cộng (row 9) by -0.40" in found["total-rounded"].message.en
    text = (tmp_path / "quả.csv").read_text("utf-8").replace("15.4", "18")
    (tmp_path / "quả.csv").write_text(text, "utf-8")
    found = {
        one.kind: one for one in _settle(read_report(tmp_path / "quả.csv"), 2026).findings.items
    }
    assert "Cộng 2 xã (row 6)" in found["total-differs"].message.en
    assert found["total-differs"].rows == (4,)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (2024, dt.date(2024, 12, 31)),
        ("2023", dt.date(2023, 12, 31)),
        ("2024-11-30", dt.date(2024, 11, 30)),
    ],
)
def test_a_vintage_may_be_a_year(written: object, day: dt.date) -> None:
    source = ReportSource(kind="report", path="x.csv", date="2024-12-31", vintage=written)  # type: ignore[arg-type]
    assert source.vintage == day


def _project(folder: Path, layer: str, vintage: str) -> Path:
    """The four squares, with a report of Khánh Xuân, which Lộc Bình took over in 2025."""
    path = write_project(folder)
    (folder / "fruit.csv").write_text(
        "commune_code,crop,year,area_ha\n06529,citrus,2025,2\n06544,citrus,2025,3.5\n", "utf-8"
    )
    text = path.read_text("utf-8")
    path.write_text(text.replace(f"path: {layer},", f"path: {layer}, vintage: {vintage},"), "utf-8")
    return path


def test_a_project_with_a_report_of_2024(tmp_path: Path) -> None:
    inputs = read_inputs(load_project(_project(tmp_path, "fruit.csv", "2024")))
    table = inputs.reports["fruit"].table
    assert table[["commune_code", "area_ha"]].to_numpy().tolist() == [["06529", 5.5]]
    assert not inputs.findings.of("error")


@pytest.mark.parametrize(
    ("rows", "date", "more", "names"),
    [
        ("Lộc Bình,2\nNa Dương,1\n", "2024-12-31", "", ["Lộc Bình", "Na Dương"]),
        ("06529,2\n", "2024-12-31", "", ["Lộc Bình"]),
        ("Lộc Bình,2\n", "2025-12-31", "", []),
        ("Lộc Bình,2\n", "2024-12-31", ", vintage: 2025-07-01", []),
        ("Lộc Bình,2\nKỳ Lừa,1\n", "2024-12-31", "", []),
        ("Lộc Bình,2\nVăn Lãng,1\n", "2024-12-31", "", ["Lộc Bình"]),  # a district then
    ],
)
def test_old_communes_of_a_report_are_told_by_its_date(
    tmp_path: Path, rows: str, date: str, more: str, names: list[str]
) -> None:
    """In 2024 Lộc Bình was a town, now it is that and communes around; Kỳ Lừa is of today alone."""
    path = write_project(tmp_path)
    lines = rows.replace(",", ",citrus,2024,")
    (tmp_path / "fruit.csv").write_text(f"commune_code,crop,year,area_ha\n{lines}", "utf-8")
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("fruit.csv, date: 2025-12-31", f"fruit.csv, date: {date}{more}"), "utf-8"
    )
    found = read_inputs(load_project(path)).findings.of("problem")
    told = [one for one in found if one.kind == "names-of-earlier-day"]
    assert [list(one.examples) for one in told] == ([names] if names else [])
    assert all("'vintage: 2024-12-31'" in one.message.en for one in told)


def test_a_report_of_2024_without_its_vintage_stops_the_run(tmp_path: Path) -> None:
    inputs = read_inputs(load_project(_project(tmp_path, "–", "2024")))
    errors = [one for one in inputs.findings.of("error") if one.source == "fruit"]
    assert [one.kind for one in errors] == ["wrong-vintage"]
    assert "06544 Khánh Xuân" in errors[0].message.en


def test_a_wrongly_declared_vintage_stops_the_run(tmp_path: Path) -> None:
    """In 2024 the code 06148 was Thanh Long; the layer says Thụy Hùng, as today."""
    inputs = read_inputs(load_project(_project(tmp_path, "forest.gpkg", "2024")))
    errors = [one for one in inputs.findings.of("error") if one.source == "forest"]
    assert [one.kind for one in errors] == ["wrong-vintage"]
    assert "'vintage: 2025'" in errors[0].message.en


def test_natural_areas_of_old_units_stop_the_run(tmp_path: Path) -> None:
    """The areas of 2024 join to today's communes by code, and each is that of a part."""
    path = write_project(tmp_path)
    old = list_communes("20", 2024)
    old[["code"]].assign(official_area_ha=1000.0).to_csv(
        tmp_path / "natural_areas.csv", index=False
    )
    inputs = read_inputs(load_project(path))
    errors = [one for one in inputs.findings.of("error") if one.source == "natural_areas"]
    assert [one.kind for one in errors] == ["wrong-vintage", "natural-area-unit"]
    assert "129 codes are no longer in use" in errors[0].message.en


def test_boundaries_of_another_day_stop_the_run(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(text.replace("vintage: 2025-07-01", "vintage: 2024"), "utf-8")
    errors = read_inputs(load_project(path)).findings.of("error")
    found = [one for one in errors if one.source == "communes"]
    assert [one.kind for one in found] == ["wrong-vintage"]
    assert "06148 Thụy Hùng ≠ Thanh Long" in found[0].message.en


def test_a_crop_larger_than_its_commune_stops_the_run(tmp_path: Path) -> None:
    """Each square has a natural area of 110 ha; 75,000 m² are not 75,000 ha."""
    path = write_project(tmp_path)
    (tmp_path / "fruit.csv").write_text(
        "commune_code,crop,year,area_ha\n06148,citrus,2025,75000\n06529,citrus,2025,110\n", "utf-8"
    )
    errors = read_inputs(load_project(path)).findings.of("error")
    assert [(one.kind, one.source, one.count) for one in errors] == [
        ("more-than-commune", "fruit", 1)
    ]
    assert "citrus 2025: 75,000 / 110 ha" in errors[0].message.en
    assert "m²" in errors[0].message.en


def test_kinds_of_one_crop_may_together_not_exceed_the_commune(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    (tmp_path / "fruit.csv").write_text(
        "commune_code,crop,year,area_ha\n06148,Cam,2025,60\n06148,Quýt,2025,60\n", "utf-8"
    )
    errors = read_inputs(load_project(path)).findings.of("error")
    assert [one.kind for one in errors] == ["more-than-commune"]


@pytest.mark.parametrize(("area", "unit"), [("1100000", True), ("1.1", True), ("104", False)])
def test_natural_areas_in_another_unit_stop_the_run(tmp_path: Path, area: str, unit: bool) -> None:
    path = write_project(tmp_path)
    table = tmp_path / "natural_areas.csv"
    table.write_text(table.read_text("utf-8").replace(",110", f",{area}"), "utf-8")
    errors = read_inputs(load_project(path)).findings.of("error")
    assert ("natural-area-unit" in {one.kind for one in errors}) is unit


def test_what_is_left_blank_goes_to_the_communes_of_today() -> None:
    """By name, and by an old commune, which leaves all its heirs unknown."""
    blank = pd.DataFrame(
        {
            "row": [3, 4, 5],
            "commune_code": [None, "06622", "06544"],
            "commune": ["thị trấn Lộc Bình", None, None],
            "crop": "tea",
            "year": pd.array([2024, 2024, pd.NA], dtype="Int64"),
        }
    ).astype({"commune_code": "str", "commune": "str", "crop": "str"})
    report = replace(_report([("06529", None, 1.0)]), blank=blank)
    heirs = successors("20", from_=2024)
    settled = _settle(report, 2024).blank
    assert settled["commune_code"].tolist() == ["06529", *heirs["06622"], *heirs["06544"]]
    assert len(heirs["06622"]) > 1
    assert settled["year"].isna().tolist()[-1]


def test_a_blank_cell_of_a_report_is_no_0_in_any_result(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    rows = "06148,custard_apple,2025,7.5\n06529,citrus,2025,2\n06529,custard_apple,2025,\n"
    text = "commune_code,crop,year,area_ha\n" + rows
    (tmp_path / "fruit.csv").write_text(text, "utf-8")
    result = run_project(load_project(path), options=RunOptions(only=("compare",), write=False))
    zones = result[ZONES].set_index(["zone", "commune_code"])["present_ha"]
    assert zones["custard_apple"]["06148"] == 7.5
    assert zones["custard_apple"].drop("06148").isna().all()
    assert zones["citrus"]["06529"] == 2
    assert zones["citrus"]["06148"] == 0


def test_a_total_by_name_over_villages_by_code_counts_once_in_a_project(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    rows = "06529,,A,Na,2025,2.5\n06529,,B,Na,2025,\n,Lộc Bình,Cộng,Na,2025,6\n"
    rows += "06148,,A,Na,2025,1.5\n06148,,B,Na,2025,2\n,Xã Thụy Hùng,,Na,2025,3.5\n"
    text = "commune_code,commune,thôn,crop,year,area_ha\n" + rows
    (tmp_path / "fruit.csv").write_text(text, "utf-8")
    read = read_inputs(load_project(path)).reports["fruit"]
    sums = read.table.groupby("commune_code")["area_ha"].sum().to_dict()
    assert sums == {"06148": 3.5, "06529": 6.0}
    assert read.blank.empty
    assert {"total-stands", "totals-left-out"} <= {one.kind for one in read.findings.items}


def test_a_blank_row_of_a_commune_that_nobody_knows_is_told(tmp_path: Path) -> None:
    path = tmp_path / "quả.csv"
    rows = "Lộc Bình,Na,2025,5\nLộc Bính X,Cam,2025,\nCộng,Cam,2025,\n"
    path.write_text("commune,crop,year,area_ha\n" + rows, "utf-8")
    settled = _settle(load_report(path), 2026)
    told = [one for one in settled.findings.items if "Lộc Bính X" in one.message.vi]
    assert [(one.severity, one.kind, one.count) for one in told] == [("problem", "unmatched", 1)]
    assert settled.blank.empty


def test_a_blank_row_of_a_code_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "quả.csv"
    path.write_text("commune_code,crop,year,area_ha\n06148,Na,2025,5\n06999,Cam,2025,\n", "utf-8")
    settled = _settle(load_report(path), 2026)
    told = [one for one in settled.findings.items if "06999" in one.message.vi]
    assert [(one.severity, one.kind, one.count) for one in told] == [("problem", "unmatched", 1)]


def test_hectares_of_a_commune_that_is_not_there_stop_the_check_as_the_run(tmp_path: Path) -> None:
    path = write_project(tmp_path / "p")
    fruit = path.parent / "fruit.csv"
    rows = fruit.read_text("utf-8").rstrip("\n").splitlines()
    first = rows[1].split(",")
    fruit.write_text("\n".join([*rows, ",".join(["99999", *first[1:]])]) + "\n", "utf-8")
    (told,) = read_inputs(load_project(path)).findings.of("error")
    assert (told.source, told.kind) == ("fruit", "code-not-in-communes")
