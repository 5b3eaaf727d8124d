"""Tables of offices, read as a run reads them: none wrong in silence, none refused though right."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from layers.base.errors import InputError
from layers.kinds.report import ReportLayer, read_report
from tests.zones.inputs.report_tables import (
    YEAR,
    Figures,
    OfficeTable,
    office_tables,
    season_tables,
)
from zones.inputs.checks import settle_report

TABLES = office_tables()
JOINED = [table for table in TABLES if table.joins]
ALONE = [table for table in (*TABLES, *season_tables()) if not table.joins]
ALONE += [table for table in season_tables() if table.joins]


def read(table: OfficeTable, folder: Path, kind: str) -> ReportLayer:
    path = table.save(folder, kind)
    crops = table.crops or None
    report = read_report(path, columns=table.columns, crops=crops, last_year=YEAR)
    return settle_report(report, province="20", from_=2026, to="2025-07-01", source="báo cáo")


def figures(report: ReportLayer) -> Figures:
    sums = report.table.groupby(["commune_code", "crop", "year"])["area_ha"].sum()
    return {(str(code), str(crop), int(year)): ha for (code, crop, year), ha in sums.items()}


def differ(report: ReportLayer, right: Figures) -> list[str]:
    """What a report tells otherwise than it should, and what it leaves unknown though told."""
    found = figures(report)
    wrong = [
        f"{key}: {found.get(key)} in place of {right.get(key)} ha"
        for key in sorted(found.keys() | right.keys())
        if not math.isclose(found.get(key, math.nan), right.get(key, math.nan), abs_tol=1e-6)
    ]
    blank = report.blank[["commune_code", "crop"]].itertuples(index=False, name=None)
    told = {(code, crop) for code, crop, _ in right}
    return [*wrong, *(f"{one} not known" for one in blank if one in told)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_tables_of_villages_and_communes_are_read_as_they_mean(tmp_path: Path, kind: str) -> None:
    """Each of them has a year of its own in one file, so that their figures stay apart."""
    wrong: list[str] = []
    for first in range(0, len(JOINED), 100):
        some = [table.of_year(1901 + at) for at, table in enumerate(JOINED[first : first + 100])]
        rows = [row for table in some for row in table.rows]
        right = {key: ha for table in some for key, ha in (table.right or {}).items()}
        faults = differ(read(OfficeTable("all", rows, right), tmp_path, kind), right)
        names = {table.name: f"{1901 + at})" for at, table in enumerate(some)}
        wrong += [f"{name}: {one}" for name, year in names.items() for one in faults if year in one]
        wrong += [one for one in faults if "not known" in one]
    assert wrong == []
    assert len(JOINED) > 150


@pytest.mark.parametrize("table", ALONE, ids=[table.name for table in ALONE])
def test_a_table_of_another_form_is_read_as_it_means_or_told(
    tmp_path: Path, table: OfficeTable
) -> None:
    if table.right is not None:
        assert differ(read(table, tmp_path, "csv"), table.right) == []
        return
    try:
        report = read(table, tmp_path, "csv")
    except InputError:
        return
    assert "problem" in {one.severity for one in report.findings.items}


def test_a_season_alone_is_told_with_what_to_do(tmp_path: Path) -> None:
    (table,) = [one for one in season_tables() if one.name.startswith("7 ")]
    (told,) = [one for one in read(table, tmp_path, "csv").findings.items if one.severity != "note"]
    assert (told.kind, told.count, told.area_ha) == ("crop-part", 2, 32)
    assert "(Đông)" in told.message.vi
    assert "'crops:'" in told.message.vi
