"""The page of a forecast: both languages, figures of the tables, nothing of a file as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from maps import save_workbook
from maps.layout.tables import build_tables
from tests.factories import write_project
from tests.maps.annex import annex_squares
from tests.zones.forest.trajectory.cases import cover_of
from tests.zones.forest.trajectory.test_forecast import ROWS, inputs, targets_of
from zones.forest.trajectory.result_tables import forecast_tables
from zones.pages.trajectory import drawn_cover, save_trajectory
from zones.project.model import Project, load_project
from zones.project.trajectory import TrajectorySection
from zones.publish.rounded_figures import round_cover_years
from zones.tables import TARGETS, TRAJECTORY


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load_project(write_project(tmp_path / "dự án"))


def tables():  # type: ignore[no-untyped-def]
    cover = cover_of(ROWS).replace({"commune": {"Một": "<b>Một</b>"}})
    return {TARGETS: targets_of()} | forecast_tables(
        replace(inputs(), cover=cover), TrajectorySection(draws=20)
    )


def present() -> pd.Series:  # type: ignore[type-arg]
    """The province's row of the printed forest cover."""
    row = cover_of(ROWS).iloc[-1]
    hectares = ["natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha"]
    return pd.Series(
        {name: round(float(row[name]), 1) for name in hectares}
        | {"cover_percent": 48.5}  # (800 + 170) ÷ 2,000 ha
    )


def test_a_forecast_begins_with_the_printed_present() -> None:
    made, printed = tables(), present()
    printed["natural_forest_ha"] += 0.1  # rounded so that communes add up
    printed["not_yet_forest_ha"] -= 5.0  # no rounding: this is told, not covered up
    years = round_cover_years(made[TRAJECTORY], printed, decimals=1, rate_decimals=2)
    assert years["natural_forest_ha"].iloc[0] == printed["natural_forest_ha"]
    assert years["not_yet_forest_ha"].iloc[0] == pytest.approx(printed["not_yet_forest_ha"] + 5)
    assert years["cover_percent"].iloc[0] == printed["cover_percent"]


def test_what_no_year_changes_is_printed_as_it_begins() -> None:
    made, printed = tables(), present()
    printed["natural_forest_ha"] += 0.1  # rounded so that communes add up
    table = made[TRAJECTORY].copy()
    years = round_cover_years(table, printed, decimals=1, rate_decimals=2)
    assert set(years["natural_forest_ha"]) == {printed["natural_forest_ha"]}
    # A hectare that regenerates is told.
    table.loc[table["year"] == 2030, "natural_forest_ha"] += 1.0
    last = round_cover_years(table, printed, decimals=1, rate_decimals=2).iloc[-1]
    assert last["natural_forest_ha"] == pytest.approx(printed["natural_forest_ha"] + 0.9)


def test_the_page_says_in_both_languages_what_the_tables_say(
    project: Project, tmp_path: Path
) -> None:
    made = tables()
    save_trajectory(project, made, present(), tmp_path)
    page = (tmp_path / "trajectory.html").read_text("utf-8")
    assert page.index('<section lang="vi">') < page.index('<section lang="en">')
    rate = made[TRAJECTORY].query("commune_code == '20' and ledger == 'counts'")["cover_percent"]
    assert f"<td>{rate.iloc[-1]:.2f}</td>" in page
    assert f"<td>{rate.iloc[-1]:.2f}</td>".replace(".", ",") in page
    for part in ("không còn được tính vào ngày 31/12/2030", "no longer counts on 31 December 2030"):
        assert part in page
    assert "what the model missed in other provinces" in page
    assert page.count("<svg") == 2
    assert {path.name for path in tmp_path.glob("trajectory.*")} == {
        *("trajectory.html", "trajectory.svg", "trajectory.png"),
    }


def test_findings_of_the_forecast_stand_on_the_page_with_their_hectares(
    project: Project, tmp_path: Path
) -> None:
    made = {TARGETS: targets_of()} | forecast_tables(
        replace(inputs(), wrong_years=(3, 41.5)), TrajectorySection(draws=20)
    )
    save_trajectory(project, made, present(), tmp_path)
    page = (tmp_path / "trajectory.html").read_text("utf-8")
    assert "<h2>Cần biết</h2>" in page
    assert "<li>Vấn đề: 3 lô (41,50 ha) có năm trồng sau năm 2025" in page
    assert "<li>Problem: 3 plots (41.50 ha) have a planting year after 2025" in page
    for said in ("Đã khai thác, chưa trồng lại cuối mỗi năm, ha: 2026:", "Cut and not replanted"):
        assert said in page


def test_names_of_a_file_are_text(project: Project, tmp_path: Path) -> None:
    save_trajectory(project, tables(), present(), tmp_path)
    page = (tmp_path / "trajectory.html").read_text("utf-8")
    assert "<b>Một" not in page
    assert not re.search(r"<script|https?://(?!www\.w3\.org|purl\.org|creativecommons)", page)


def test_the_annex_has_a_chart_only_where_there_is_a_forecast(project: Project) -> None:
    with drawn_cover(project, {}) as none:
        assert none is None
    with drawn_cover(project, tables()) as chart:
        assert chart is not None
        assert chart.read_bytes().startswith(b"\x89PNG")
    assert not chart.exists()


def test_the_workbook_has_years_and_chart(project: Project, tmp_path: Path) -> None:
    made = tables()
    years = round_cover_years(made[TRAJECTORY], present(), decimals=1, rate_decimals=2)
    whole = made[TRAJECTORY].query("commune_code == '20' and ledger == 'counts'")
    assert years["cover_percent"].tolist() == whole["cover_percent"].round(2).tolist()
    assert years["bare_ha"].tolist() == whole["bare_ha"].round(1).tolist()
    content = replace(annex_squares.content(), cover_years=years)
    place, table = next(
        (number, one)
        for number, one in enumerate(build_tables(content), start=1)
        if one.role == "path"
    )
    with drawn_cover(project, made) as drawn:
        assert drawn is not None
        for name in ("a.xlsx", "b.xlsx"):
            save_workbook(content, tmp_path / name, charts={"path": drawn})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert table.name == f"{place} Dự báo che phủ rừng"
    sheet = book[table.name]
    cells = {row[0]: list(row) for row in sheet.iter_rows(values_only=True)}
    assert cells[2030][6] == pytest.approx(years["cover_percent"].iloc[-1])
    assert len(sheet._images) == 1
    assert all(not book[name]._images for name in book.sheetnames if name != table.name)


def test_the_page_says_the_verdict_of_the_targets_as_their_table_has_it(
    project: Project, tmp_path: Path
) -> None:
    judged = targets_of((2030, 67.0), (2026, 60.0)).assign(
        unit="%", present=64.5, low_interval=[63.9, np.nan], high_interval=[65.1, np.nan],
        verdict=["not_met", ""], bound="at_least", figure_low=[67.0, 60.0], figure_high=np.nan,
        interval_from="boundaries", needed="",
    )  # fmt: skip
    save_trajectory(project, tables() | {TARGETS: judged}, present(), tmp_path)
    page = (tmp_path / "trajectory.html").read_text("utf-8")
    assert "Forest cover rate, at least 67% by 2030 asked for: not met; 64.50 % on" in page
    assert (
        "chỉ tiêu ít nhất 67% đến năm 2030: chưa đạt; theo bản đồ 64,50 %, khoảng tin cậy" in page
    )
    # It stands below the first sentence, which names the rate of today; then comes the answer.
    english = page[page.index('<section lang="en">') :]
    order = [english.index(part) for part in (
        '"answer">', "<p>The forest cover rate goes from", "<p>Forest cover rate, at least",
        "<p>The interval is that of", '<p class="reached">',
    )]  # fmt: skip
    assert order == sorted(order)
    assert english.count('class="reached"') == 1
    # Without an interval there is no verdict to print.
    assert page.count("95 % interval") == 1
