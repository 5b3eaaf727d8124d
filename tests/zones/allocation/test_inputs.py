"""Tables of one's own: separators, decimal commas, empty cells, and what is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from layers.base.errors import InputError, MissingFileError, SchemaError
from zones.allocation.inputs import AVAILABLE, LOSSES, PACE, read_figures
from zones.allocation.land import load_land_sources


def written(folder: Path, text: str) -> Path:
    path = folder / "đất của xã.csv"
    path.write_text(text, "utf-8")
    return path


def test_an_office_table_with_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = "commune_code;source;area_ha;from_year\n06148;bare;1.234,5;2027\n06184;bare;7;\n"
    path = written(tmp_path, text)
    frame = read_figures(AVAILABLE, path, decimal=",")
    assert frame["area_ha"].tolist() == [1234.5, 7.0]
    assert frame["from_year"].isna().tolist() == [False, True]
    assert frame["origin"].tolist() == ["đất của xã.csv"] * 2
    assert frame["commune_code"].tolist() == ["06148", "06184"]
    # 1.234,5 reads one way only.
    assert read_figures(AVAILABLE, path)["area_ha"].tolist() == [1234.5, 7.0]


def test_a_title_says_the_unit_of_the_table(tmp_path: Path) -> None:
    path = written(tmp_path, "ĐVT: nghìn ha\ncommune_code,source,area_ha\n06148,bare,1\n")
    with pytest.raises(InputError, match="says 'nghìn ha'"):
        read_figures(AVAILABLE, path)


def test_rows_on_a_second_sheet_are_not_lost(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("huyện 2")):
        for row in (["commune_code", "source", "area_ha"], ["06148", "bare", 1]):
            sheet.append(row)
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(InputError, match="the sheets huyện 2 have the same headings"):
        read_figures(AVAILABLE, tmp_path / "two.xlsx")


def test_thousands_are_not_taken_for_decimals(tmp_path: Path) -> None:
    """1.234 ha are not 1 ha: refused until the project says which mark it uses."""
    path = written(tmp_path, "commune_code,source,area_ha\n06148,bare,1.234\n")
    with pytest.raises(InputError, match=r"area_ha: '1.234' can be read"):
        read_figures(AVAILABLE, path)
    assert read_figures(AVAILABLE, path, decimal=",")["area_ha"].tolist() == [1234.0]
    assert read_figures(AVAILABLE, path, decimal=".")["area_ha"].tolist() == [1.234]
    # The mark is that of the user's table, not of the embedded ones.
    rules = load_land_sources(decimal=",")
    assert rules["limit_ratio"].max() == 1.0


def test_an_excel_sheet_is_a_table_too(tmp_path: Path) -> None:
    path = tmp_path / "tốc độ.xlsx"
    pd.DataFrame({"commune_code": ["06148"], "high_ha": [12.5]}).to_excel(path, index=False)
    frame = read_figures(PACE, path)
    assert frame[["zone", "commune_code", "high_ha"]].to_numpy().tolist() == [["", "06148", 12.5]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source,area_ha\nbare,5\n", r"expected columns 'commune_code"),
        ("commune_code,source,area_ha\n,bare,5\n", "commune_code: 1 missing"),
        ("commune_code,source,area_ha\n06148,,5\n", "source: 1 missing"),
        ("commune_code,source,area_ha\n06148,bare,\n", "area_ha: 1 missing"),
        ("commune_code,source,area_ha\n06148,bare,-5\n", "area_ha: 1 below 0 ha"),
        ("commune_code,source,area_ha\n06148,bare,five\n", r"row 2: 'five'"),
    ],
)
def test_what_is_missing_or_no_number_is_told_with_its_file(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises((SchemaError, InputError), match=message) as caught:
        read_figures(AVAILABLE, written(tmp_path, text))
    assert "đất của xã.csv" in caught.value.text("vi")


def test_a_table_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="No file"):
        read_figures(LOSSES, tmp_path / "không có.csv")
    path = tmp_path / "cũ.csv"
    path.write_bytes("zone,commune_code\nquê,x\n".encode("cp1258"))
    with pytest.raises(InputError, match="expected UTF-8"):
        read_figures(LOSSES, path)
