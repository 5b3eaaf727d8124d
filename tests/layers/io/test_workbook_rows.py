"""Rows of a workbook that are blank by the million: told by their number, not one by one."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from layers.base.errors import InputError
from layers.io.percent_cells import percent_cells
from layers.io.workbook import read_workbook, read_workbook_rows

_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_CELL = '<table:table-cell office:value-type="float" office:value="{}"/>'


def _ods(path: Path, rows: str) -> Path:
    content = (
        f'<office:document-content xmlns:office="{_NAMES}:office:1.0" '
        f'xmlns:table="{_NAMES}:table:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = f'<m:manifest xmlns:m="{_NAMES}:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", manifest)
        book.writestr("content.xml", content)
    return path


def test_a_figure_below_a_million_blank_rows_keeps_its_row(tmp_path: Path) -> None:
    blank = '<table:table-row table:number-rows-repeated="{}"><table:table-cell/></table:table-row>'
    rows = "".join(
        f"{blank.format(count)}<table:table-row>{_CELL.format(value)}</table:table-row>"
        for count, value in ((2, 7), (1_048_000, 8))
    )
    path = _ods(tmp_path / "rows.ods", rows)
    assert read_workbook(path)["A"].cells == {(3, 0): 7.0, (1_048_004, 0): 8.0}
    assert list(read_workbook_rows(path, None)) == [(3, [7.0]), (1_048_004, [8.0])]


def test_a_row_repeated_a_million_times_is_refused_soon(tmp_path: Path) -> None:
    rows = f'<table:table-row table:number-rows-repeated="1048576">{_CELL.format(1) * 8}'
    path = _ods(tmp_path / "rows.ods", f"{rows}</table:table-row>")
    start = time.process_time()
    with pytest.raises(InputError, match="more than 1,000,000 cells"):
        read_workbook(path)
    assert time.process_time() - start < 10, "of this process; the other has limits of its own"


def test_a_formula_without_a_value_among_blank_rows_stands_in_its_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B5"], book.active["A9"] = 1, "=A1+1", 2
    book.save(tmp_path / "f.xlsx")
    rows = list(read_workbook_rows(tmp_path / "f.xlsx", None))
    assert rows == [(1, [1.0]), (5, [None, "B5: =A1+1"]), (9, [2.0])]


def test_more_percent_cells_than_are_kept_are_refused(tmp_path: Path) -> None:
    cell = _CELL.replace("float", "percentage").format(0.59)
    rows = f'<table:table-row table:number-rows-repeated="2">{cell * 2}</table:table-row>'
    path = _ods(tmp_path / "rows.ods", rows)
    assert percent_cells(path, 4) == {"A": {(1, 0), (1, 1), (2, 0), (2, 1)}}
    with pytest.raises(InputError, match="more than 3 percent cells"):
        percent_cells(path, 3)
