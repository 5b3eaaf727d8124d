"""Tables with a column for each crop as lists: each figure once, and nothing but hectares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from layers.base.errors import InputError
from layers.io.table import read_table
from layers.kinds.crop_columns import AREA, CROP, YEAR, CropList, crop_columns, list_of_crops
from layers.kinds.report import load_report

Rows = list[list[Any]]
PLAIN: Rows = [
    ["TT", "Tên xã", "Mã xã", "Thông", "Hồi (ha)", "Na", "Tổng cộng", "Ghi chú"],
    [1, "Bắc Sơn", 6325, 12.5, None, 3, 15.5, "đã rà soát"],
    [2, "Đồng Đăng", 5977, "-", 7.25, 0, 7.25, None],
    ["Tổng cộng", None, None, 12.5, 7.25, 3, 22.75, None],
    [None, "Người lập biểu", None, None, None, None, None, None],
]
TWO_HEADERS: Rows = [
    ["BIỂU TỔNG HỢP DIỆN TÍCH NĂM 2025"],
    ["TT", "Tên xã", "Mã xã", "Diện tích (ha)", None, None],
    [None, None, None, "Thông", "Hồi", "Quế"],
    [1, "Bắc Sơn", 6325, 12.5, 1, 2],
    [2, "Đồng Đăng", 5977, 1, 7, 3],
]


def _listed(rows: Rows, folder: Path, year: int | None = 2025) -> CropList:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(folder / "w.xlsx")
    return list_of_crops(read_table(folder / "w.xlsx"), year=year, source="w.xlsx")


def _figures(made: CropList, place: str = "Tên xã") -> dict[tuple[str, str, int], float]:
    rows = made.table[[place, CROP, YEAR, AREA]].itertuples(index=False)
    return {(commune, crop, int(year)): area for commune, crop, year, area in rows}


def test_each_figure_of_a_wide_table_is_a_row_of_the_list(tmp_path: Path) -> None:
    made = _listed(PLAIN, tmp_path)
    assert _figures(made) == {
        ("Bắc Sơn", "Thông", 2025): 12.5,
        ("Bắc Sơn", "Na", 2025): 3,
        ("Đồng Đăng", "Hồi", 2025): 7.25,
        ("Đồng Đăng", "Na", 2025): 0,
    }
    said = " ".join(phrase.en for phrase in made.told)
    assert "rows of totals are not in the list (row 4)" in said
    assert "rows without a figure are not in the list (row 5)" in said
    assert "2 blank cells" in said
    assert "not the sum" not in said


def test_the_list_is_read_as_a_report(tmp_path: Path) -> None:
    made = _listed(PLAIN, tmp_path)
    made.table.to_excel(tmp_path / "list.xlsx", index=False)
    names = {"commune_code": "Mã xã", "commune": "Tên xã", "crop": CROP, "year": YEAR}
    report = load_report(tmp_path / "list.xlsx", columns=names | {"area_ha": AREA})
    assert report.table.groupby("crop")["area_ha"].sum().to_dict() == {
        "anise": 7.25,
        "custard_apple": 3,
        "pine": 12.5,
    }
    assert report.table["commune_code"].tolist() == ["06325", "06325", "05977", "05977"]


def test_two_header_rows_below_a_title(tmp_path: Path) -> None:
    made = _listed(TWO_HEADERS, tmp_path)
    assert sum(_figures(made).values()) == 12.5 + 1 + 2 + 1 + 7 + 3
    assert made.told == ()


def test_totals_that_differ_are_told(tmp_path: Path) -> None:
    rows = [list(row) for row in PLAIN]
    rows[1][6], rows[3][4] = 99, 8
    said = " ".join(phrase.en for phrase in _listed(rows, tmp_path).told)
    assert "column 'Tổng cộng' is not the sum of the crops (row 2, 4)" in said
    assert "row 4 of totals is not the sum of the rows above it in Hồi (ha)" in said


def test_a_commune_that_is_called_like_a_total_stays(tmp_path: Path) -> None:
    rows: Rows = [["Xã", "Thông", "Hồi"], ["Cộng Hòa", 1, 2], ["Tổng Chúp", 3, 4]]
    assert sum(_figures(_listed(rows, tmp_path), "Xã").values()) == 10


def test_years_of_a_column_and_other_figures(tmp_path: Path) -> None:
    rows: Rows = [["Xã", "Năm", "Diện tích thông", "DT hồi", "Dân số"]]
    rows += [["Bắc Sơn", 2024, 12.5, 1, 5120], ["Bắc Sơn", 2025, 13.5, 1, 5.5]]
    made = _listed(rows, tmp_path, None)
    assert made.table.groupby("Năm")[AREA].sum().to_dict() == {2024: 13.5, 2025: 14.5}
    assert "no crop known here are not in the list: Dân số" in made.told[0].en


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["Xã", "Thông", "Hồi (sào)"], ["Bắc Sơn", 1, 2]], "sào"),
        ([["Đơn vị tính: m2"], ["Xã", "Mã", "Thông", "Hồi"], ["Bắc Sơn", 1, 1, 2]], "m2"),
        ([["Xã", "Trồng mới", None], [None, "Thông", "Hồi"], ["Bắc Sơn", 1, 2]], "not all the"),
        ([["Xã", "Thông", "Hồi"], [None, "Sản lượng", "Sản lượng"], ["A", 1, 2]], "Sản lượng"),
        ([["Xã", "Thông", "thông", "Hồi"], ["Bắc Sơn", 1, 2, 3]], "several columns"),
        ([["Xã", "Thông (ha)", "DT thông"], ["Bắc Sơn", 1, 2]], "two columns"),
        ([["Xã", "Thông", "Khác"], ["Bắc Sơn", 1, 2]], "a column for each crop"),
        ([["Xã", "Thông", "Hồi"], ["Bắc Sơn", "-", None]], "no figure"),
        (
            [["Xã", "Thông", None, "Hồi"], [None, 2024, 2025, 2025], ["Kỳ Lừa", 1, 2, 3]],
            "two columns",
        ),
        (
            [
                ["Xã", "Thông", None, "Hồi"],
                [None, "Năm 2024", "Năm 2025", None],
                ["Kỳ Lừa", 1, 2, 3],
            ],
            "two",
        ),
        ([["Xã", "Cây có múi", "Cam", "Na"], ["Bắc Sơn", 15, 10, 3]], "two columns"),
    ],
)
def test_what_is_no_hectares_of_a_whole_crop_is_refused(
    rows: Rows, why: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=why):
        _listed(rows, tmp_path)


@pytest.mark.parametrize("first", ["chưa rà soát", "12,5*", "12,5 ha"])
def test_a_first_row_of_words_is_a_row_of_a_commune(first: str, tmp_path: Path) -> None:
    """It was taken for a further row of the header, and its commune was gone without a word."""
    made = _listed([["Xã", "Thông", "Hồi"], ["Bắc Sơn", first, None], ["A", 2, 3]], tmp_path)
    assert made.table["Xã"].tolist() == ["Bắc Sơn", "A", "A"]
    assert made.table[AREA][0] == first


@pytest.mark.parametrize("row", [["A", "B", 1, 2], ["(1)", "(2)", "(3)", "(4)"], [1, 2, 3, 4]])
def test_a_row_that_numbers_the_columns_has_no_hectares(row: list[Any], tmp_path: Path) -> None:
    rows: Rows = [["TT", "Xã", "Thông", "Hồi"], row, [1, "Bắc Sơn", 15, 10]]
    assert _figures(_listed(rows, tmp_path), "Xã") == {
        ("Bắc Sơn", "Thông", 2025): 15,
        ("Bắc Sơn", "Hồi", 2025): 10,
    }


def test_kinds_of_a_crop_without_the_whole_are_listed(tmp_path: Path) -> None:
    made = _listed([["Xã", "Cam", "Quýt", "Bưởi"], ["Bắc Sơn", 1, 2, 3]], tmp_path)
    assert sum(_figures(made, "Xã").values()) == 6


def test_totals_of_blocks_and_districts_do_not_differ(tmp_path: Path) -> None:
    head: Rows = [["TT", "Xã", "Thông", "Hồi"]]
    rows: Rows = [[1, "Bắc Sơn", 10, 6], [2, "Tân Tri", 5, 4], [None, "Cộng", 15, 10]]
    rows += [[1, "Chi Lăng", 3, 10], [None, "Cộng", 3, 10], [None, "Tổng cộng", 18, 20]]
    assert "not the sum" not in " ".join(one.en for one in _listed(head + rows, tmp_path).told)
    rows = [["I", "Huyện Bắc Sơn", 15, 10], *rows[:2], [None, "Tổng cộng", 15, 10]]
    assert "not the sum" not in " ".join(one.en for one in _listed(head + rows, tmp_path).told)
    rows[-1] = [None, "Tổng cộng", 16, 19]
    assert "row 5 of totals is not" in " ".join(
        one.en for one in _listed(head + rows, tmp_path).told
    )


def test_rows_of_districts_and_of_who_signs_are_not_in_the_list(tmp_path: Path) -> None:
    """A district above its communes counted them twice; a signature was a faulty figure."""
    rows: Rows = [["TT", "Xã", "Thông", "Hồi"], ["I", "Huyện Bắc Sơn (cũ)", 15, 19]]
    rows += [[1, "Bắc Sơn", 10, 6], [2, "Tân Tri", 5, 4], ["II", "Thành phố Lạng Sơn", 7, None]]
    rows += [[3, "Tam Thanh", 7, None], [None, "Cộng thành phố Lạng Sơn", 7, None]]
    rows += [[None, "Thị xã Nghĩa Lộ", 2, 1], [None] * 4, [None, "Người lập", None, "TRƯỞNG PHÒNG"]]
    rows += [[None, None, "Lạng Sơn, ngày 8 tháng 1", "Nguyễn Văn A"]]
    made = _listed(rows, tmp_path)
    assert _figures(made, "Xã") == {
        ("Bắc Sơn", "Thông", 2025): 10,
        ("Bắc Sơn", "Hồi", 2025): 6,
        ("Tân Tri", "Thông", 2025): 5,
        ("Tân Tri", "Hồi", 2025): 4,
        ("Tam Thanh", "Thông", 2025): 7,
        ("Thị xã Nghĩa Lộ", "Thông", 2025): 2,  # No commune of it stands below
        ("Thị xã Nghĩa Lộ", "Hồi", 2025): 1,
    }
    said = " ".join(phrase.en for phrase in made.told)
    assert "rows of totals are not in the list (row 2, 5, 7)" in said
    assert "row 2 of a district is not the sum of the communes below it in Hồi" in said
    assert "rows without a figure are not in the list (row 10, 11)" in said


def test_a_commune_without_figures_at_the_end_stays_for_the_reader(tmp_path: Path) -> None:
    made = _listed([["Xã", "Thông", "Hồi"], ["A", 2, 3], ["Bắc Sơn", "chưa có", None]], tmp_path)
    assert made.table["Xã"].tolist() == ["A", "A", "Bắc Sơn"]


def test_a_total_below_two_headings_goes_by_its_own(tmp_path: Path) -> None:
    rows: Rows = [["TT", "Xã", "Diện tích (ha)", None, None], [None, None, "Tổng số", "Trong đó"]]
    rows += [[None, None, None, "Thông", "Hồi"], [1, "Bắc Sơn", 15, 10, 5], [2, "A", 17, 10, 2]]
    said = " ".join(phrase.en for phrase in _listed(rows, tmp_path).told)
    assert "'Diện tích (ha) / Tổng số' is not the sum of the crops (row 5)" in said


def test_columns_of_figures_near_2000_notes_and_old_codes(tmp_path: Path) -> None:
    rows: Rows = [["Mã xã", "Xã", "Số dân", "Năm trồng", "Thông", "Hồi", "Ghi chú"]]
    rows += [[6326, "Long Đống", 1950, 2010, 1, 2, "tổng số"], [6328, "Hưng Vũ", 2050, 2011, 3, 4]]
    made = _listed(rows, tmp_path, 2024)
    assert made.table[AREA].sum() == 10
    assert set(made.table[YEAR]) == {2024}
    assert set(made.table.columns) == {"Mã xã", "Xã", "Năm trồng", "Ghi chú", CROP, YEAR, AREA}


def test_a_year_is_needed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="which year"):
        _listed(PLAIN, tmp_path, None)


def test_a_list_is_no_wide_table(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("xa,cay,nam,ha\nA,Thông,2025,1\nB,Hồi,2025,2\n", "utf-8")
    assert crop_columns(read_table(tmp_path / "l.csv")) is None
