"""A year's report: the figures of that year, each with who tells it and of when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import docx
import geopandas as gpd
import pandas as pd
import pyproj
import pytest

from layers.base.errors import InputError
from tests.factories import CODES, write_project
from tests.zones.run.test_progress import sent
from zones.inputs.read import Inputs
from zones.project.model import load_project
from zones.reports.ledger import Ledger
from zones.reports.tables import REPORT_FINDINGS
from zones.reports.writing.year_report import save_report
from zones.reports.writing.year_targets import YearResult, source_words, target_rows
from zones.run.context import SilentTeller
from zones.run.reconciliation import circumstances
from zones.run.year_round import year_result

FIRST, SECOND = {"macadamia": 3.0, "custard_apple": 8.0}, {"macadamia": 30.0, "custard_apple": 80.0}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rounds, 2025 and 2026, of all four communes."""
    path = write_project(tmp_path_factory.mktemp("dự án"))
    ledger = Ledger(path.parent / "reports.sqlite")
    for year, figures in ((2025, FIRST), (2026, SECOND)):
        for code in CODES:
            one, *others = [sent(code, year, zone, value) for zone, value in figures.items()]
            one.figures = [figure for part in (one, *others) for figure in part.figures]
            ledger.take([one])
    return path


def _result(path: Path, year: int) -> YearResult:
    ledger = Ledger(path.parent / "reports.sqlite")
    return year_result(load_project(path), year, ledger, SilentTeller())


@pytest.fixture(scope="module")
def newest(project: Path) -> YearResult:
    return _result(project, 2026)


def _areas(result: YearResult) -> pd.DataFrame:
    rows = target_rows(result)
    return rows[rows["indicator"] == "area"].drop_duplicates("zone").set_index("zone")


def test_a_year_without_a_round_is_refused_and_the_rounds_are_named(project: Path) -> None:
    with pytest.raises(InputError, match=r"No report of 2024 .* collected: 2025, 2026\."):
        _result(project, 2024)


def test_each_figure_is_of_the_reports_year_and_says_of_when_it_is(
    project: Path, newest: YearResult
) -> None:
    now, before = _areas(newest), _areas(_result(project, 2025))
    # No layer tells of macadamia: what four communes sent in the year itself.
    assert (now.loc["macadamia", "present"], before.loc["macadamia", "present"]) == (120.0, 12.0)
    assert now.loc["macadamia", "source"] == "báo cáo, năm 2026"
    assert before.loc["macadamia", "source"] == "báo cáo, năm 2025"
    # A layer leads, and the communes' figure of the year stands beside it.
    columns = ["present", "source", "reported", "reported_said"]
    assert now.loc["pine", "source"] == "lớp bản đồ, 31/12/2025"
    assert now.loc["custard_apple", columns].tolist() == [
        7.5, "báo cáo, năm 2025", 320.0, "320 ha",
    ]  # fmt: skip
    assert before.loc["custard_apple", "reported"] == 32.0


def test_what_is_later_than_the_reports_year_tells_nothing(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    ledger = Ledger(path.parent / "reports.sqlite")
    for code in CODES:
        ledger.take([sent(code, 2024, "custard_apple", 1.0)])
        ledger.take([sent(code, 2024, "pine", 2.0)])
    # The map is of 2025; the table of reports has 99 ha of 2024 and 7.5 ha of 2025.
    expected = [[8.0, "báo cáo, năm 2024"], [99.0, "báo cáo, năm 2024"]]
    columns = ["present", "source"]
    newest = _areas(_result(path, 2024))
    assert newest.loc[["pine", "custard_apple"], columns].to_numpy().tolist() == expected
    for code in CODES:
        ledger.take([sent(code, 2026, "custard_apple", 5.0)])
    rows = _areas(_result(path, 2024))
    assert rows.loc[["pine", "custard_apple"], columns].to_numpy().tolist() == expected


def test_the_document_counts_from_the_figure_that_it_names(
    newest: YearResult, tmp_path: Path
) -> None:
    document, *_ = save_report(newest, tmp_path)
    read = docx.Document(str(document))
    text = "\n".join(paragraph.text for paragraph in read.paragraphs)
    assert "Na: Diện tích (mục III.1.6): đạt 7,5 ha (báo cáo, năm 2025)" in text
    # 4,500 − 7.5 over 2026–2030, and what four communes of 80 ha each have to go.
    assert "mỗi năm từ 2026 đến 2030 cần tăng 898,5 ha, tính từ số báo cáo, năm 2025" in text
    assert "Các xã báo cáo năm 2026: 320 ha, theo số này thì còn thiếu 4.180 ha" in text
    assert "Thực hiện 2026" not in text
    heads = [cell.text for table in read.tables for cell in table.rows[0].cells]
    assert {"Nguồn, thời điểm", "Các đơn vị báo cáo năm 2026"} <= set(heads)


def test_the_year_before_is_what_the_form_printed(newest: YearResult, tmp_path: Path) -> None:
    path = write_project(tmp_path)
    ledger = Ledger(path.parent / "reports.sqlite")
    ledger.take([sent("06148", 2026, "custard_apple", 5.0)])
    crops = _result(path, 2026).crops.set_index(["commune_code", "crop"])
    assert crops.loc[("06148", "custard_apple"), "last_ha"] == 7.5
    # A round of the year before stands before a table of it.
    crops = newest.crops.set_index(["commune_code", "crop"])
    assert crops.loc[("06148", "custard_apple"), "last_ha"] == 8.0


def test_a_figure_that_a_commune_confirms_leaves_the_year_before_out(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    one = sent("06148", 2026, "custard_apple", 50.0)
    told = dict.fromkeys(REPORT_FINDINGS.names, "") | {
        "reporter": one.reporter, "kind": "confirmed", "severity": "note", "file": one.file,
        "sheet": "S", "cell": "B7",
    }  # fmt: skip
    Ledger(path.parent / "reports.sqlite").take([replace(one, findings=[told])])
    result = _result(path, 2026)
    crops = result.crops.set_index(["commune_code", "crop"])
    assert result.disowned == {("06148", "custard_apple")}
    assert crops["last_ha"].isna().all(), "7.5 ha of the table of reports"
    assert crops.loc[("06148", "custard_apple"), "standing_ha"] == 50.0


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("layer", "2025-12-31"), "lớp bản đồ, 31/12/2025"),
        (("reconciled", "2025"), "đã đối chiếu, năm 2025"),
        (("report", "2026"), "báo cáo, năm 2026"),
        (("", ""), ""),
    ],
)
def test_a_source_is_told_in_words(told: tuple[str, str], said: str) -> None:
    assert source_words(*told) == said


def test_a_reconciled_layer_is_told_as_reconciled(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    rows = "".join(f"{code},pine,2025,10\n" for code in CODES)
    (tmp_path / "agreed.csv").write_text(f"commune_code,crop,year,area_ha\n{rows}", "utf-8")
    layer = "  agreed: {kind: reconciled, path: agreed.csv, date: 2025-12-31}\n"
    text = path.read_text("utf-8")
    path.write_text(f"{text}{layer}present: {{pine: agreed}}\n", "utf-8")
    Ledger(tmp_path / "reports.sqlite").take([sent("06148", 2026, "custard_apple", 5.0)])
    result = _result(path, 2026)
    pine = _areas(result).loc["pine"]
    assert (pine["present"], pine["source"]) == (40.0, "đã đối chiếu, năm 2025")
    told = result.targets.loc[result.targets["told_by"] == "reconciled", "zone"]
    assert set(told) == {"pine"}


def test_a_blank_of_the_newest_year_leaves_the_year_before_it_the_earlier_one(
    tmp_path: Path,
) -> None:
    years = {2023: [4.0], 2024: [5.0], 2025: [3.0, None]}
    rows = [(year, area) for year, areas in years.items() for area in areas]
    measured = pd.DataFrame(rows, columns=["planting_year", "ledger_ha"]).assign(
        layer="fruit", land="report", crop="tea", commune_code="06001", area_ha=float("nan")
    )
    project = load_project(write_project(tmp_path / "p"))
    inputs = Inputs(project, gpd.GeoDataFrame(), pyproj.CRS(9215), [])
    (row,) = circumstances(measured, inputs, {"fruit"}).areas.to_dict("records")
    assert row["earlier_ha"] == 5.0
