"""The annex's table of the zones over the years."""

from __future__ import annotations

import pandas as pd

from maps.layout.page_table import PageTable, body_texts, header_cells
from maps.layout.tables import build_tables
from tests.maps.annex import annex_squares as squares


def _progress() -> pd.DataFrame:
    rows = [
        ("pine", 2020, "layer", 40.0, 2), ("pine", 2026, "report", 69.0, 1),
        ("anise", 2025, "layer", 5.0, 2), ("anise", 2026, "report", 0.0, 2),
        ("medicinal", 2025, "layer", 3.0, 2),
    ]  # fmt: skip
    names = ["zone", "year", "told_by", "area_ha", "communes"]
    return pd.DataFrame(rows, columns=names).assign(commune_code="", expected=2, present=False)


def _tables(frame: pd.DataFrame | None) -> list[PageTable]:
    tables = build_tables(squares.content(progress=frame))
    return [table for table in tables if table.role == "progress"]


def test_every_year_has_a_column_and_what_nobody_told_is_open() -> None:
    (table,) = _tables(_progress())
    assert body_texts(table) == [
        ["1", "Thông", "40,0", "…", "69,0"],
        ["2", "Hồi", "…", "5,0", "-"],
    ]
    heads = [cell.text for cell in header_cells(table.columns)][2:]
    assert heads == ["2020", "Theo bản đồ", "2025", "Theo bản đồ", "2026", "Theo báo cáo"]
    assert any("Thông 2026, theo báo cáo (1/2 xã)" in note for note in table.notes)


def test_zones_with_one_figure_make_no_table() -> None:
    frame = _progress()
    assert _tables(frame[frame["year"] == 2025]) == []
    assert _tables(frame.iloc[:0]) == []
    assert _tables(None) == []
