"""Interval and verdict of a target: the same words in workbook, document and atlas."""

from __future__ import annotations

from pathlib import Path

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest

from maps import save_atlas, save_document, save_workbook
from tests.maps.annex import annex_squares
from tests.maps.atlas import atlas_squares
from tests.maps.atlas.pdf_text import page_text

#: Interval and verdict of pine and of anise as they stand in ``targets.csv``.
JUDGED = {"pine-2030": (890.3, 1010.8, "cannot_tell"), "anise-2030": (48.0, 52.0, "met")}
PRINTED = {
    "pine-2030": ("890,3–1.010,8", "Chưa kết luận được"),
    "anise-2030": ("48,0–52,0", "Đạt"),
}


@pytest.fixture(scope="module")
def targets() -> pd.DataFrame:
    frame = annex_squares.targets()
    ends = [JUDGED.get(target, (np.nan, np.nan, "not_assessed")) for target in frame["target"]]
    return frame.assign(
        low_interval=[end[0] for end in ends],
        high_interval=[end[1] for end in ends],
        verdict=[end[2] for end in ends],
        needed="",
    )


def test_workbook_and_document_print_them_beside_the_target(
    targets: pd.DataFrame, tmp_path: Path
) -> None:
    content = annex_squares.content(targets=targets)
    book = openpyxl.load_workbook(save_workbook(content, tmp_path / "annex.xlsx"))
    rows = [[str(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    document = docx.Document(str(save_document(content, tmp_path / "annex.docx")))
    printed = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    for pair in PRINTED.values():
        assert [row for row in rows if row[-2:] == list(pair)], pair
        assert [row for row in printed if row[-2:] == list(pair)], pair


def test_the_atlas_prints_them_beside_all_zones(targets: pd.DataFrame, tmp_path: Path) -> None:
    annex = annex_squares.content(targets=targets)
    path = save_atlas(atlas_squares.content(annex=annex), tmp_path / "atlas.pdf", communes=[])
    text = " ".join(page_text(path, 0).split())
    for interval, verdict in PRINTED.values():
        assert interval in text
        assert verdict in text


def test_the_atlas_says_on_its_own_line_that_an_interval_is_by_points(
    targets: pd.DataFrame, tmp_path: Path
) -> None:
    far = targets["target"] == "pine-2030"
    beside = targets.assign(
        low_interval=targets["low_interval"].mask(far, 123_456.7),
        high_interval=targets["high_interval"].mask(far, 234_567.8),
    )
    annex = annex_squares.content(targets=beside)
    path = save_atlas(atlas_squares.content(annex=annex), tmp_path / "atlas.pdf", communes=[])
    text = page_text(path, 0)
    # A figure is never broken, whatever stands before it.
    assert "123.456,7–234.567,8" in text
    assert "theo điểm kiểm tra" in " ".join(text.split())


def test_the_atlas_has_no_column_of_verdicts_where_none_was_judged(tmp_path: Path) -> None:
    path = save_atlas(atlas_squares.content(), tmp_path / "atlas.pdf", communes=[])
    assert "Kết luận" not in page_text(path, 0)
