"""Reports of old communes, and reports that write names among their codes."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from layers.report_table import REPORT, ReportLayer
from zones.project import ReportSource
from zones.report_communes import settle_report


def _report(rows: list[tuple[str | None, str | None, float]]) -> ReportLayer:
    table = pd.DataFrame(rows, columns=["commune_code", "commune", "area_ha"])
    table = table.assign(row=range(2, len(rows) + 2), crop="citrus", year=2024)
    return ReportLayer(REPORT.validate(table[REPORT.names]))


def _settle(report: ReportLayer, from_: int) -> ReportLayer:
    return settle_report(report, province="20", from_=from_, to="2025-07-01", source="quả")


def test_a_report_of_today_is_left_alone() -> None:
    report = _report([("06529", None, 1.0)])
    assert _settle(report, 2026) is report


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
    report = _report([("Lộc Bình", None, 1.0), (None, "P. Kỳ Lừa", 2.0), ("06529", None, 4.0)])
    settled = _settle(report, 2026)
    assert settled.table.set_index("commune_code")["area_ha"].to_dict() == {
        "06187": 2.0,
        "06529": 5.0,
    }


def test_what_matches_nothing_is_told_with_its_hectares() -> None:
    report = _report([("Diềm He", None, 1.5), ("toàn tỉnh", None, 9.0), ("06148", None, 7.5)])
    settled = _settle(report, 2026)
    assert settled.table["area_ha"].tolist() == [7.5]
    found = {one.kind: one for one in settled.findings.items}
    assert found["unmatched"].severity == "problem"
    assert found["unmatched"].area_ha == 1.5
    assert "perhaps 06280 xã Điềm He" in found["unmatched"].message.en
    assert found["total-differs"].severity == "problem"


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
