"""Tables as files: text stays text in cells and headers."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from layers.io.table_output import formula_text, plain_text, save_csv, save_workbook, sheet_name

FRAME = pd.DataFrame(
    {
        "=HYPERLINK(1)": pd.Series(["Lộc Bình", "=1+1", None], dtype=object),
        "mixed": pd.Series(["@x", 2, "-3"], dtype=object),
        "area_ha": [1.5, -2.0, float("nan")],
        "code": pd.Categorical(["06148", "+84", "06151"]),
    }
)


def test_csv_guards_headers_and_cells_of_every_kind(folder: Path) -> None:
    save_csv(FRAME, folder / "t.csv")
    raw = (folder / "t.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines() == [
        "'=HYPERLINK(1),mixed,area_ha,code",
        "Lộc Bình,'@x,1.5,06148",
        "'=1+1,2,-2.0,'+84",
        ",'-3,,06151",
    ]


def test_workbooks_hold_no_formulas(folder: Path) -> None:
    save_workbook({"a": FRAME, "A": FRAME.head(0)}, folder / "t.xlsx", headings={"code": "Mã"})
    book = openpyxl.load_workbook(folder / "t.xlsx")
    assert book.sheetnames == ["a", "A (2)"]
    sheet = book["a"]
    assert [cell.value for cell in sheet[1]] == ["=HYPERLINK(1)", "mixed", "area_ha", "Mã"]
    assert [cell.value for cell in sheet[2]] == ["Lộc Bình", "@x", 1.5, "06148"]
    assert [cell.value for cell in sheet[4]] == [None, "-3", None, "06151"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


@pytest.mark.parametrize("text", ["=1", "+84", "-", "@x", "\t=1", "\n=1"])
def test_the_apostrophe_comes_off_again(text: str) -> None:
    assert formula_text(text) == f"'{text}"
    assert plain_text(f"'{text}") == text
    assert plain_text("'quoted'") == "'quoted'"


def test_sheet_names_are_short_clean_and_unique() -> None:
    assert sheet_name("Cây [có]: múi/quýt?*\\", set()) == "Cây  có   múi quýt"
    assert len(sheet_name("x" * 40, set())) == 31
    assert sheet_name("Hồi", {"hồi"}) == "Hồi (2)"
    assert sheet_name("x" * 31, {"x" * 31}) == "x" * 27 + " (2)"
    assert sheet_name("'", set()) == "-"


def test_a_row_is_as_high_as_its_longest_text_and_a_sheet_prints_one_page_wide(
    tmp_path: Path,
) -> None:
    texts = ["ngắn", "một câu dài về vùng trồng " * 10, "x " * 5000]
    frame = pd.DataFrame({"line": [1, 2, 3], "text": texts})
    save_workbook({"a": frame}, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["a"]
    heights = [sheet.row_dimensions[row].height for row in (2, 3, 4)]
    assert heights[0] is None
    # 260 letters of some 7 pixels in a column of 420: five lines of 15 points.
    assert heights[1] == 75
    assert heights[2] == 405  # as high as Excel lets a row be
    assert (sheet.page_setup.fitToHeight, sheet.page_setup.orientation) == (0, "landscape")
    assert sheet.print_title_rows == "$1:$1"
