"""Reports of communes: CSV and Excel tables of hectares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from layers import InputError, MissingFileError, ReportLayer, SchemaError, load_report
from layers.kinds.report import REPORT

HEAD = "commune_code,commune,crop,year,area_ha\n"


def table(folder: Path, rows: str, *, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = folder / "báo cáo.csv"
    path.write_text(head + rows, encoding)
    return path


def kinds(report: ReportLayer) -> list[tuple[str, str, int]]:
    return [(item.severity, item.kind, item.count) for item in report.findings.items]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_rows_become_crops_and_hectares(folder: Path, encoding: str) -> None:
    path = table(
        folder, "06463,Chi Lăng,Na,2025,812.5\n06475,Bằng Mạc,citrus,2025,20\n", encoding=encoding
    )
    report = load_report(path)
    REPORT.validate(report.table)
    assert report.table["crop"].tolist() == ["custard_apple", "citrus"]
    assert report.table["area_ha"].tolist() == [812.5, 20.0]
    assert report.table["row"].tolist() == [2, 3]
    assert report.findings.items == []


def test_columns_and_crops_are_mapped_and_the_name_may_be_absent(folder: Path) -> None:
    path = table(folder, '6463;Na dai;2025;"1.812,5"\n', head="ma;cay;nam;ha\n")
    told = {"commune_code": "ma", "crop": "cay", "year": "nam", "area_ha": "ha"}
    report = load_report(path, columns=told, crops={"Na dai": "custard_apple"}, decimal=",")
    assert report.table.loc[0, "commune_code"] == "06463"
    assert report.table.loc[0, "area_ha"] == 1812.5
    assert report.table["commune"].isna().all()
    assert kinds(report) == [("note", "code-zeros-added", 1)]


def test_names_alone_are_enough(folder: Path) -> None:
    rows = "Chi Lăng;Hạt dẻ;2025;12,5\nBằng Mạc;Na;2025;3\nTổng;Na;2025;3\n"
    path = table(folder, rows, head="xã;cây;năm;ha\n")
    told = {"commune": "xã", "crop": "cây", "year": "năm", "area_ha": "ha"}
    report = load_report(path, columns=told)
    assert report.table["commune_code"].tolist() == ["Chi Lăng", "Bằng Mạc", "Tổng"]
    assert report.table["crop"].tolist() == ["chestnut", "custard_apple", "custard_apple"]
    assert report.table["area_ha"].tolist() == [12.5, 3.0, 3.0]
    assert report.findings.items == []  # a short name is no code that lost its zeros
    # A code column that the project names must be there.
    with pytest.raises(SchemaError, match="ma"):
        load_report(path, columns=told | {"commune_code": "ma"})


def test_a_wrong_year_names_its_row_in_the_readers_language(folder: Path) -> None:
    path = table(folder, "06463,Chi Lăng,Na,hai nghìn,12.5\n")
    with pytest.raises(InputError) as caught:
        load_report(path)
    assert "dòng 2: 'hai nghìn'" in caught.value.text("vi")
    assert "row 2: 'hai nghìn'" in caught.value.text("en")


def test_excel_reads_as_csv_does(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "na"
    for row in (HEAD.strip().split(","), ["06463", "Chi Lăng", "Na", 2025, 812.5]):
        book.active.append(row)
    book.save(folder / "báo cáo.xlsx")
    report = load_report(folder / "báo cáo.xlsx", sheet="na")
    assert report.table[["crop", "year", "area_ha"]].to_numpy().tolist() == [
        ["custard_apple", 2025, 812.5]
    ]
    with pytest.raises(MissingFileError, match="no sheet 'hồng'"):
        load_report(folder / "báo cáo.xlsx", sheet="hồng")


def test_rows_that_say_nothing_are_set_aside_and_listed(folder: Path) -> None:
    rows = (
        "06463,Chi Lăng,Na,2025,5\n"
        "06475,Bằng Mạc,Na,2025,\n"
        "06475,Bằng Mạc,Na,2024,-3\n"
        "06475,Bằng Mạc,Na,2205,4\n"
        ",Nơi nào,Na,2025,2\n"
        "06475,Bằng Mạc,Sấu,2025,7\n"
        "06463,Chi Lăng,Na,2025,5\n"
    )
    report = load_report(table(folder, rows))
    assert report.table["row"].tolist() == [2, 6, 7]
    assert report.table["area_ha"].sum() == 14
    assert kinds(report) == [
        ("problem", "row-incomplete", 1),
        ("problem", "area-negative", 1),
        ("problem", "year-implausible", 1),
        ("problem", "row-twice", 1),
        ("problem", "crop-unknown", 1),
        ("problem", "commune-missing", 1),
    ]
    assert report.findings.items[3].examples == ("8",)
    assert report.findings.items[3].rows == (6,)
    unknown = report.blank.astype(object).where(report.blank.notna(), None)
    assert unknown[["commune_code", "crop", "year"]].to_numpy().tolist() == [
        ["06475", "custard_apple", 2025],
        ["06475", "custard_apple", 2024],
        ["06475", "custard_apple", None],
    ]


def test_a_year_after_the_report_is_a_plan_and_not_present(folder: Path) -> None:
    rows = "06463,Chi Lăng,Na,2025,10\n06463,Chi Lăng,Na,2026,30\n06475,Bằng Mạc,Na,2026,4\n"
    path = table(folder, rows)
    report = load_report(path, last_year=2025)
    assert report.table[["year", "area_ha"]].to_numpy().tolist() == [[2025, 10]]
    assert kinds(report) == [("problem", "year-after-report", 2)]
    assert "after 2025" in report.findings.items[0].message.en
    assert report.blank["commune"].tolist() == ["Chi Lăng", "Bằng Mạc"]
    assert load_report(path, last_year=2026).table["area_ha"].sum() == 44


def test_two_figures_for_one_thing_stop(folder: Path) -> None:
    path = table(folder, "06463,Chi Lăng,Na,2025,5\n06463,Chi Lăng,na,2025,6\n")
    with pytest.raises(InputError, match=r"1 row gives other hectares .*row 3: 06463"):
        load_report(path)


@pytest.mark.parametrize("figures", [(10, 10, 10), (10, 20, 30)])
def test_kinds_of_one_crop_add_up(folder: Path, figures: tuple[int, int, int]) -> None:
    """Oranges, mandarins and pomelos are one crop and three figures."""
    names = ("Cam", "Quýt", "Bưởi")
    rows = [f"06463,Chi Lăng,{name},2025,{ha}\n" for name, ha in zip(names, figures, strict=True)]
    report = load_report(table(folder, "".join(rows)))
    assert report.table["crop"].unique().tolist() == ["citrus"]
    assert report.table["area_ha"].sum() == sum(figures)
    perhaps = [("problem", "perhaps-total", 1)] if figures[2] == sum(figures[:2]) else []
    assert kinds(report) == [*perhaps, ("note", "entries-added", 3)]


def test_villages_of_one_commune_add_up_and_repeats_do_not(folder: Path) -> None:
    head = "stt,commune_code,thon,crop,year,area_ha\n"
    rows = "1,06463,Đồng Mỏ,Na,2025,5\n2,06463,Than Muội,Na,2025,5\n3,06463,Than Muội,Na,2025,5\n"
    report = load_report(table(folder, rows, head=head))
    assert report.table["area_ha"].sum() == 10
    assert kinds(report) == [("problem", "row-twice", 1), ("note", "entries-added", 2)]


KINDS = {
    "chi_tieu": ["Diện tích", "Năng suất", "Sản lượng"],
    "loai": ["Kế hoạch", "Thực hiện"],
    "kỳ": ["đầu năm", "cuối năm"],
    "bao_cao": ["Quý I", "Quý II", "Quý III", "Quý IV"],
    "Nội dung": ["Hiện có", "Trong đó trồng mới", "Cho thu hoạch"],
    "don vi": ["ha", "tấn"],
    "ghi chú": ["", "kế hoạch 2025"],
}


@pytest.mark.parametrize("column", KINDS)
def test_kinds_of_figures_do_not_add_up(folder: Path, column: str) -> None:
    lines = enumerate(KINDS[column], start=1)
    rows = "".join(f"06463,{kind},Na,2025,{10 * at}\n" for at, kind in lines)
    path = table(folder, rows, head=f"commune_code,{column},crop,year,area_ha\n")
    if column == "don vi":  # tonnes are told as such, and what remains is one figure
        assert load_report(path).table["area_ha"].tolist() == [10]
        return
    with pytest.raises(InputError, match=rf"column '?{column}'? tells kinds .*row 2, 3"):
        load_report(path)


def test_kinds_in_the_names_of_crops_do_not_add_up(folder: Path) -> None:
    path = table(folder, "06463,Chi Lăng,Na,2025,10\n06463,Chi Lăng,Na trồng mới,2025,3\n")
    crops = {"Na trồng mới": "custard_apple"}
    with pytest.raises(InputError, match=r"column crop tells kinds .*Na trồng mới"):
        load_report(path, crops=crops)


@pytest.mark.parametrize(
    "villages", ["Thôn 1|Đá Mài|Cộng Hòa", "Quý Lộc|Pá Sào|Kỳ Lừa", "Đồng|Tạ|Xã Đội"]
)
def test_names_of_villages_are_no_kinds(folder: Path, villages: str) -> None:
    names = enumerate(villages.split("|"), start=5)
    rows = "".join(f"06463,{name},Na,2025,{at}\n" for at, name in names)
    report = load_report(table(folder, rows, head="commune_code,thon,crop,year,area_ha\n"))
    assert report.table["area_ha"].sum() == 18
    assert kinds(report) == [("note", "entries-added", 3)]


@pytest.mark.parametrize("label", ["Cộng xã", "Tổng số", "", "Toàn xã Chi Lăng", "Xã Chi Lăng"])
def test_a_total_of_villages_counts_once(folder: Path, label: str) -> None:
    figures = {label: 20, "Thôn 1": 10, "Thôn 2": 10}
    rows = "".join(f"06463,Chi Lăng,{name},Na,2025,{ha}\n" for name, ha in figures.items())
    head = "commune_code,commune,thon,crop,year,area_ha\n"
    report = load_report(table(folder, rows, head=head))
    assert report.table["row"].tolist() == [3, 4]
    assert kinds(report) == [("note", "totals-left-out", 1), ("note", "entries-added", 2)]
    wrong = table(folder, rows.replace("20\n", "25\n", 1), head=head)
    if not label:  # A village whose name nobody wrote
        assert load_report(wrong).table["area_ha"].sum() == 45
        return
    with pytest.raises(InputError, match=r"row 2 of 25.00 ha seems .* 20.00 ha \(row 3, 4\)"):
        load_report(wrong)


@pytest.mark.parametrize(
    "label",
    ["Tổng cộng 3 thôn", "Cộng (2 thôn)", "Tổng diện tích toàn xã", "Cộng chung", "I. Tổng",
     "TC", "Grand total"],
)  # fmt: skip
def test_whatever_is_called_like_a_total_is_one_where_it_is_the_sum(
    folder: Path, label: str
) -> None:
    head = "commune_code,thon,crop,year,area_ha\n"
    rows = "06463,Thôn 1,Na,2025,10\n06463,Thôn 2,Na,2025,12\n06463,{},Na,2025,{}\n"
    report = load_report(table(folder, rows.format(label, 22), head=head))
    assert report.table["area_ha"].sum() == 22
    # A village may be called so, or the figure is another: it is no error, and told as added
    report = load_report(table(folder, rows.format("Cộng Hoà", 22.5), head=head))
    assert report.table["area_ha"].sum() == 44.5


def test_a_total_stands_for_villages_of_which_one_is_blank(folder: Path) -> None:
    """Two villages, one without figure: the total is what the commune has, and is told so."""
    head = "commune_code,thon,crop,year,area_ha\n"
    rows = "06463,Thôn 1,Na,2025,12\n06463,Thôn 2,Na,2025,\n06463,Cộng,Na,2025,{}\n"
    report = load_report(table(folder, rows.format(20), head=head))
    assert (report.table["row"].tolist(), report.table["area_ha"].tolist()) == ([4], [20.0])
    assert report.blank.empty
    assert kinds(report) == [("problem", "row-incomplete", 1), ("note", "total-stands", 1)]
    report = load_report(table(folder, rows.format(12), head=head))
    assert (report.table["row"].tolist(), report.blank.empty) == ([2], True)
    with pytest.raises(InputError, match="seems the total of rows that sum to"):
        load_report(table(folder, rows.format(9), head=head))


def test_totals_without_any_figure_leave_a_commune_unknown(folder: Path) -> None:
    """No row says what the commune has: it is not nil."""
    rows = "06463,Toàn xã,Na,2025,\n06463,Cộng,Na,2025,\n05977,Thôn 1,Na,2025,5\n"
    report = load_report(table(folder, rows, head="commune_code,thon,crop,year,area_ha\n"))
    assert set(report.blank["commune_code"]) == {"06463"}


def test_totals_over_crops_are_held_against_those_of_their_village(folder: Path) -> None:
    head = "commune_code,thon,crop,year,area_ha\n"
    rows = "".join(
        f"06463,{village},Na,2025,{na}\n06463,{village},Hồi,2025,{anise}\n"
        f"06463,{village},Tổng cộng,2025,{na + anise:.0f}\n"
        for village, na, anise in (("Nà Lay", 10, 5), ("Đá Mài", 20, 7.4))
    )
    report = load_report(table(folder, rows, head=head))
    assert report.table["area_ha"].sum() == 42.4
    (told,) = (one for one in report.findings.items if one.kind == "total-rounded")
    assert "(row 7: 27.00 ha, its rows 27.40 ha)" in told.message.en
    assert not report.findings.of("problem")
    report = load_report(table(folder, rows.replace(",15\n", ",19\n"), head=head))
    (told,) = report.findings.of("problem")
    assert "(row 4: 19.00 ha, its rows 15.00 ha)" in told.message.en


@pytest.mark.parametrize(("village", "ha"), [("Cộng Hòa", 22.0), ("Thôn Cộng Hòa", 44.0)])
def test_a_village_that_may_head_a_total_is_told(folder: Path, village: str, ha: float) -> None:
    head = "commune_code,thon,crop,year,area_ha\n"
    rows = f"06463,Nà Lay,Na,2025,10\n06463,Đá Mài,Na,2025,12\n06463,{village},Na,2025,22\n"
    report = load_report(table(folder, rows, head=head))
    assert report.table["area_ha"].sum() == ha
    (told,) = (one for one in report.findings.items if one.severity == "problem")
    assert told.kind == ("perhaps-place" if ha < 40 else "perhaps-total")


def test_sums_of_parts_of_a_commune_are_left_out_with_its_total(folder: Path) -> None:
    """Of one commune the total closes without its subtotals only, of the other with each row."""
    areas = {"Thôn 1": 10, "Thôn 2": 10, "Cộng khu A": 20, "Thôn 3": 5, "Cộng khu B": 5}
    rows = "".join(f"06463,{name},Na,2025,{ha}\n" for name, ha in areas.items())
    rows += "06463,Cộng xã,Na,2025,25\n"
    rows += "05977,Cộng Hoà,Na,2025,7\n05977,Thôn 9,Na,2025,2\n05977,Cộng xã,Na,2025,9\n"
    report = load_report(table(folder, rows, head="commune_code,thon,crop,year,area_ha\n"))
    assert report.table.groupby("commune_code")["area_ha"].sum().to_dict() == {
        "05977": 9.0,
        "06463": 25.0,
    }
    nameless = rows.replace("Cộng khu A,Na,2025,20", ",Na,2025,7").replace(",25\n", ",30\n", 1)
    with pytest.raises(InputError, match="seems the total of rows that sum to"):
        load_report(table(folder, nameless, head="commune_code,thon,crop,year,area_ha\n"))


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("thon,Mã số vùng trồng", ["Thôn 1,PUC-1", "Thôn 2,"]),
        ("thon,trồng xen", ["Thôn 1,x", "Thôn 2,"]),
        ("thon,Chủ hộ", ["Thôn 1,Lý A", "Thôn 2,"]),
        ("thon,Cấp quản lý", ["Thôn 1,Xã", "Thôn 2,Hộ"]),
        ("thon,Ngày cập nhật", ["Thôn 1,5/5", ",6/6"]),
        ("thon,Tình trạng", ["Thôn 1,KTCB", "Thôn 2,Kinh doanh"]),
        ("thon,Nguồn vốn", ["Thôn 1,Chương trình mục tiêu quốc gia", "Thôn 2,Dân"]),
        ("thon,Ý kiến", ["Thôn 1,Vượt kế hoạch", "Thôn 2,Đạt kế hoạch"]),
        ("thon,Chỉ tiêu", ["Thôn 1,Kế hoạch 2025", "Thôn 2,Thực hiện"]),
        ("thon,x", ["Quý 1,a", "Kỳ 1,b"]),
    ],
)
def test_what_describes_a_village_neither_stops_nor_takes_away_a_row(
    folder: Path, head: str, cells: list[str]
) -> None:
    rows = "".join(f"06463,{cell},Na,2025,{ha}\n" for cell, ha in zip(cells, (10, 4), strict=True))
    for text in (rows, rows.replace(",4\n", ",10\n")):
        report = load_report(table(folder, text, head=f"commune_code,{head},crop,year,area_ha\n"))
        assert len(report.table) == 2


def test_a_village_that_is_written_once_for_two_crops_is_no_total(folder: Path) -> None:
    rows = "06463,Thôn 1,Cam,2025,10\n06463,,Quýt,2025,10\n06463,Thôn 2,Cam,2025,3\n"
    report = load_report(table(folder, rows, head="commune_code,thon,crop,year,area_ha\n"))
    assert report.table["area_ha"].sum() == 23


def test_a_second_sheet_with_the_same_headings_is_told(folder: Path) -> None:
    path = written(folder, "xlsx", [["BÁO CÁO"], *TITLED])
    book = openpyxl.load_workbook(path)
    for title, rows in {"Quýt": TITLED, "Hướng dẫn": [["xa", "tên xã"]], "Ẩn": TITLED}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book["Ẩn"].sheet_state = "hidden"
    book.save(path)
    (found,) = load_report(path, columns=NAMES).findings.items
    assert (found.severity, found.kind, found.examples) == ("problem", "sheets-alike", ("Quýt",))
    assert load_report(path, columns=NAMES, sheet="Quýt").findings.items == []


def test_na_is_custard_apple(folder: Path) -> None:
    report = load_report(table(folder, "06463,Chi Lăng,NA,2025,5\n"))
    assert report.table["crop"].tolist() == ["custard_apple"]
    assert report.findings.items == []


@pytest.mark.parametrize(
    "column", ["dien_tich_m2", "Diện tích (m²)", "area_km2", "DTm2", "dt_m2 (ha)", "Vườn >= 500 m2"]
)
def test_areas_in_another_unit_are_refused(folder: Path, column: str) -> None:
    path = table(folder, "6463,Na,2025,50000\n", head=f"commune_code,crop,year,{column}\n")
    with pytest.raises(InputError, match=r"expected hectares, but column .* names k?m[2²]"):
        load_report(path, columns={"area_ha": column})


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("Diện tích (sào)", "sào"),
        ("Diện tích (mẫu)", "mẫu"),
        ("ĐVT: 1.000 ha", "1.000 ha"),
        ("nghìn ha", "nghìn ha"),
    ],
)
def test_fields_and_multiples_are_no_hectares(folder: Path, column: str, unit: str) -> None:
    path = table(folder, "6463;Na;2025;50\n", head=f"commune_code;crop;year;{column}\n")
    with pytest.raises(InputError, match=re.escape(f"is in {unit!r}")):
        load_report(path, columns={"area_ha": column})


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("Sản lượng (tấn)", "tấn"),
        ("Năng suất (tạ/ha)", "tạ/ha"),
        ("Đàn lợn (nghìn con)", "nghìn con"),
        ("Trữ lượng (m3)", "m3"),
        ("Tỷ lệ (%)", "%"),
        ("san_luong", "san luong"),
        ("dien_tich_sao", "sao"),
        ("DT_SAO", "sao"),
        ("DTSAO", "sao"),
        ("Area (sq. m)", "sq. m"),
        ("so_sao_2024", "sao"),
        ("dt_mau", "mau"),
        ("area_acre", "acre"),
        ("Area (acres)", "acres"),
        ("area_sqm", "sqm"),
        ("Diện tích (ares)", "ares"),
        ("Diện tích (dam2)", "dam2"),
        ("Mật độ (cây/ha)", "cây/ha"),
        ("Diện tích (100 ha)", "100 ha"),
    ],
)
def test_what_is_no_area_is_refused_by_its_heading(folder: Path, column: str, unit: str) -> None:
    path = table(folder, "6463;Na;2025;50\n", head=f"commune_code;crop;year;{column}\n")
    with pytest.raises(InputError, match=re.escape(f"is in {unit!r}")):
        load_report(path, columns={"area_ha": column})


TITLED = [["xa", "cay", "nam", "dt"], ["Chi Lăng", "Na", 2025, 10], ["Bằng Mạc", "Na", 2025, 20]]
NAMES = {"commune": "xa", "crop": "cay", "year": "nam", "area_ha": "dt"}


def written(folder: Path, kind: str, rows: list[list[object]]) -> Path:
    """Rows as a workbook, or as a CSV file with semicolons."""
    path = folder / f"titled.{kind}"
    if kind == "csv":
        lines = (";".join("" if cell is None else str(cell) for cell in row) for row in rows)
        path.write_text("\n".join(lines), "utf-8")
        return path
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("ĐVT: nghìn ha", "nghìn ha"),
        ("Đơn vị: sào", "sào"),
        ("Đơn vị tính: 100 ha", "100 ha"),
        ("Diện tích cây ăn quả năm 2025 (m2)", "m2"),
        ("ĐVT: tấn", "tấn"),
        ("Đơn vị: UBND huyện Chi Lăng, năm 2025", ""),
        ("Biểu 2, ĐVT: ha", ""),
        ("Biểu diện tích (mẫu)", "mẫu"),
        ("Biểu diện tích (Mẫu Bắc Bộ)", "Mẫu Bắc Bộ"),
        ("Biểu diện tích (acres)", "acres"),
        ("Biểu diện tích (Mẫu)", ""),
        ("(Mẫu)", ""),
        ("MẪU", ""),
        ("Biểu tổng hợp (Mẫu 01)", ""),
        ("Biểu tổng hợp (Mẫu - 01)", ""),
        ("ĐVT: tấn, ha", ""),
        ("Đơn vị tính: Diện tích = ha, năng suất = tạ/ha", ""),
        ("65 xã, phường (xã)", ""),
        ("Đơn vị: Bằng Mạc", ""),
        ("ĐƠN VỊ: BẰNG MẠC", ""),
        ("Đơn vị: Láng, năm 2025", ""),
        ("Đơn vị: M'Drắk", ""),
        ("Đơn vị: xã Bắc Sơn", ""),
        ("Đơn vị: Nghìn", "Nghìn"),
        ("ĐVT: Sao", "Sao"),
        ("Đơn vị: Tính theo sào", "sào"),
        ("Trong đó đất vườn ươm (m2)", "m2"),
    ],
)
def test_a_title_says_the_unit_of_the_areas(folder: Path, kind: str, title: str, unit: str) -> None:
    path = written(folder, kind, [["BÁO CÁO"], [title], *TITLED])
    if not unit:
        assert load_report(path, columns=NAMES).table["row"].tolist() == [4, 5]
        return
    with pytest.raises(InputError, match=re.escape(f"says {unit!r} ({title!r})")):
        load_report(path, columns=NAMES)


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("BÁO CÁO DIỆN TÍCH, SẢN LƯỢNG (tấn)", ""),
        ("Diện tích tính theo sào đã quy đổi ra ha", ""),
        ("Trong đó đất vườn ươm (m2)", ""),
        ("ĐVT: ha, vườn ươm (m2)", ""),
        ("Mỗi đơn vị sào: 360 m2 (ha)", ""),
        ("Biểu tổng hợp, ĐVT: sào", "sào"),
        ("Biểu tổng hợp (ĐVT: nghìn ha)", "nghìn ha"),
        ("(sào)", "sào"),
    ],
)
@pytest.mark.parametrize("below", [False, True])
def test_hectares_in_a_heading_lead(folder: Path, line: str, unit: str, below: bool) -> None:
    area = "Diện tích vườn >= 500 m2 (ha)"
    rows = [["BÁO CÁO"], *([] if below else [[line]]), ["xa", "cay", "nam", area], *TITLED[1:]]
    path = written(folder, "csv", [*rows, [line]] if below else rows)
    names = NAMES | {"area_ha": area}
    if not unit:
        assert load_report(path, columns=names).table["area_ha"].tolist() == [10, 20]
        return
    with pytest.raises(InputError, match=re.escape(f"says {unit!r} ({line!r})")):
        load_report(path, columns=names)


def test_rows_that_a_filter_hides_count_and_are_told(folder: Path) -> None:
    path = written(folder, "xlsx", TITLED)
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[3].hidden = True
    book.save(path)
    report = load_report(path, columns=NAMES)
    assert report.table["area_ha"].tolist() == [10, 20]
    (note,) = report.findings.items
    assert (note.severity, note.kind, note.examples) == ("note", "rows-hidden", ("3",))


def test_a_title_of_areas_in_thousands_stands_against_a_heading_in_hectares(folder: Path) -> None:
    rows = [["Diện tích gieo trồng (1.000 ha)"], ["xa", "cay", "nam", "ha"], *TITLED[1:]]
    with pytest.raises(InputError, match=r"says '1\.000 ha'"):
        load_report(written(folder, "csv", rows), columns=NAMES | {"area_ha": "ha"})


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("Sản lượng (tấn)", ""),
        ("Giá (nghìn đồng)", ""),
        ("Giá (ĐVT: nghìn đồng)", ""),
        ("Diện tích trồng xen (m2)", ""),
        ("tấn", ""),
        ("Biểu 2, ĐVT: sào", "sào"),
        ("Tính bằng sào", "sào"),
        ("(m2)", "m2"),
    ],
)
def test_an_unfilled_column_says_no_unit_of_another(folder: Path, heading: str, unit: str) -> None:
    path = written(folder, "xlsx", [[*TITLED[0], heading], *TITLED[1:]])
    if not unit:
        assert load_report(path, columns=NAMES).table["area_ha"].tolist() == [10, 20]
        return
    with pytest.raises(InputError, match=f"says '{unit}'"):
        load_report(path, columns=NAMES)


@pytest.mark.parametrize("beside", [["xa", "cay", "nam", "dt", "ĐVT: sào"], ["ĐVT: sào"]])
def test_a_unit_beside_the_records_is_that_of_the_areas(folder: Path, beside: list[object]) -> None:
    rows = [beside, *TITLED[1:]] if len(beside) > 1 else [*TITLED, beside]
    with pytest.raises(InputError, match="says 'sào'"):
        load_report(written(folder, "xlsx", rows), columns=NAMES)


def test_rows_in_other_units_are_set_aside_with_their_rows(folder: Path) -> None:
    """Fields of Chi Lăng are in sào: its area is not known; tonnes are no area of anybody's."""
    rows = [
        [*TITLED[0], "Đơn vị tính"],
        ["Chi Lăng", "Na", 2025, 270, "sào"],
        ["Bằng Mạc", "Na", 2025, 20, "ha"],
        ["Bằng Mạc", "Na", 2025, 160, "tấn"],
        ["Bằng Mạc", "Na", 2025, 80, "tạ/ha"],
        ["Vạn Linh", "Na", 2025, 5, "Ha"],
        ["Vạn Linh", "Na", 2024, 7, None],
    ]
    report = load_report(written(folder, "xlsx", rows), columns=NAMES)
    assert report.table[["row", "area_ha"]].to_numpy().tolist() == [[3, 20], [6, 5]]
    (found,) = report.findings.items
    assert (found.severity, found.kind, found.rows) == ("problem", "other-unit", (0, 2, 3, 5))
    assert "(sào, tấn, tạ/ha, ?; row 2, 4, 5, 7)" in found.message.en
    assert report.blank[["commune", "year"]].to_numpy().tolist() == [
        ["Chi Lăng", 2025],
        ["Vạn Linh", 2024],
    ]


def report_beside(folder: Path, area: str, beside: Mapping[str, Sequence[object]]) -> ReportLayer:
    """Report of two rows, with its column of areas under a name, and other columns behind it."""
    more = [[name, *cells] for name, cells in beside.items()]
    rows = [[*cells, *others] for cells, *others in zip(TITLED, *more, strict=True)]
    rows[0][3] = area
    return load_report(written(folder, "csv", rows), columns=NAMES | {"area_ha": area})


UNITS_OF_SOMETHING: dict[str, tuple[str, dict[str, Sequence[object]]]] = {
    "a share": ("Diện tích", {"ty_le_song": ["95%", "95%"]}),
    "tonnes": ("Diện tích", {"san_luong": ["20 tấn", "30 tấn"]}),
    "an age": ("Diện tích", {"tuoi": ["20 năm", "8 năm"]}),
    "a volume": ("Diện tích", {"tru_luong": ["5 m3", "6 m3"]}),
    "money": ("Diện tích", {"gia": ["20 nghìn đồng", "nghìn đồng"]}),
    "an area": ("Diện tích", {"quy_mo": ["2 ha", "3 sào"]}),
    "years": ("Diện tích", {"ky": ["năm", "năm"]}),
    "a note": ("Diện tích", {"ghi chú": ["thửa", None]}),
    "communes": ("Diện tích", {"unit": ["Chi Lăng", "Bằng Mạc"]}),
    "kinds of communes": ("Diện tích", {"Đơn vị": ["xã", "phường"]}),
    "of a neighbour": ("Diện tích", {"Sản lượng": [5, 6], "Đơn vị tính": ["tấn", "tấn"]}),
    "of others": ("Diện tích (ha)", {"ĐVT": ["tấn", "tạ"], "ghi chú": ["", "x"], "SL": [5, 6]}),
    "of a blank": ("Diện tích (ha)", {"Sản lượng": [5, None], "Đơn vị tính": ["tấn", None]}),
    "of an area": ("area_ha", {"Diện tích giao": [5, 6], "Đơn vị": ["sào", "sào"]}),
    "of sizes": ("area_ha", {"Quy mô": [5, 6], "ĐVT": ["ha", "con"]}),
}


@pytest.mark.parametrize("case", UNITS_OF_SOMETHING)
def test_texts_with_units_and_units_of_other_figures_leave_the_rows(
    folder: Path, case: str
) -> None:
    area, beside = UNITS_OF_SOMETHING[case]
    report = report_beside(folder, area, beside)
    assert report.table["area_ha"].tolist() == [10, 20]
    assert report.findings.items == []
    assert report.blank.empty


@pytest.mark.parametrize(
    ("area", "beside"),
    [
        ("dt", {"Đơn vị": ["ha", "1000 ha"]}),
        ("dt", {"unit": ["ha", "rai"]}),
        ("dt", {"(loại)": ["ha", "acre"]}),
        ("area_ha", {"ĐVT": ["ha", "tấn"]}),
        ("area_ha", {"số hộ": [5, 6], "ĐVT": ["ha", "sào"]}),
        ("dt", {"ghi chú": [None, "sào"]}),
        ("Năm 2024", {"Năm 2025": [5, 6], "ĐVT": ["ha", "tấn"]}),
    ],
)
def test_a_row_in_another_unit_leaves_its_crop_unknown(
    folder: Path, area: str, beside: dict[str, list[object]]
) -> None:
    report = report_beside(folder, area, beside)
    assert report.table["area_ha"].tolist() == [10]
    assert [found.kind for found in report.findings.items] == ["other-unit"]
    assert report.blank["commune"].tolist() == ["Bằng Mạc"]


def test_a_row_that_is_no_area_by_its_own_words_leaves_nothing_unknown(folder: Path) -> None:
    rows = [
        [*TITLED[0], "Chỉ tiêu", "ĐVT"],
        ["Chi Lăng", "Na", 2025, 20, "Diện tích", "ha"],
        ["Chi Lăng", "Na", 2025, "khoảng 160", "Sản lượng", "tấn"],
        ["Bằng Mạc", "Na", 2025, 160, "Sản lượng", "tấn"],
        ["Bằng Mạc", "Na", 2025, 95, "Tỷ lệ sống", "%"],
        ["Vạn Linh", "Na", 2025, 160, "Diện tích", "tấn"],
        ["Chi Lăng", "Na", 2025, 30, "Diện tích", "sào"],
    ]
    report = load_report(written(folder, "xlsx", rows), columns=NAMES)
    assert report.table["area_ha"].tolist() == [20]
    assert report.blank["commune"].tolist() == ["Vạn Linh", "Chi Lăng"]


def test_a_column_of_hectares_tells_nothing_more(folder: Path) -> None:
    rows = [[*cells, unit] for cells, unit in zip(TITLED, ["loại", "ha", "Ha."], strict=True)]
    report = load_report(written(folder, "xlsx", rows), columns=NAMES)
    assert report.table["area_ha"].sum() == 30
    assert report.findings.items == []


@pytest.mark.parametrize(
    "column",
    [
        "Diện tích theo mẫu 02 (ha)",
        "Diện tích năm 2000 (ha)",
        "DT (ha/năm)",
        "dien_tich_ban_sao",
        "dien_tich_rau_mau",
        "areas that are planted",
    ],
)
def test_a_word_in_a_heading_is_no_unit(folder: Path, column: str) -> None:
    path = table(folder, "6463;Na;2025;50\n", head=f"commune_code;crop;year;{column}\n")
    assert load_report(path, columns={"area_ha": column}).table["area_ha"].sum() == 50


@pytest.mark.parametrize("cell", ["A2", "B2", "C2"])
def test_a_formula_that_was_never_calculated_is_no_crop_and_no_commune(
    folder: Path, cell: str
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["commune_code", "commune", "crop", "year", "area_ha"])
    book.active.append(["06148", "Thất Khê", "Quýt", 2025, 7])
    book.active[cell] = "=Z1"
    book.active["C9"] = "=Z2"  # below all records, with a total that counts for nothing
    book.save(folder / "r.xlsx")
    with pytest.raises(InputError, match=rf"r\.xlsx: c.*formulas .*{cell}: =Z1.*LibreOffice"):
        load_report(folder / "r.xlsx")


def test_hectares_shown_as_percents_are_refused(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["commune_code", "commune", "crop", "year", "area_ha"])
    book.active.append(["06148", "Thất Khê", "Quýt", 2025, 0.125])
    book.active["E2"].number_format = "0.0%"
    book.save(folder / "r.xlsx")
    with pytest.raises(InputError, match=r"r\.xlsx: area_ha: expected figures, .*\(E2\)"):
        load_report(folder / "r.xlsx")


def test_a_percent_below_the_records_is_set_aside_with_its_row(folder: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        HEAD.strip().split(","),
        ["06148", "Thất Khê", "Quýt", 2025, 7],
        ["06184", "Cao Lộc", "Na", 2025, 8],
        [None, "Tổng", None, None, 15],
        [None, "So với năm trước", None, None, 0.125],
    ):
        book.active.append(row)
    book.active["E5"].number_format = "0.0%"
    book.save(folder / "r.xlsx")
    report = load_report(folder / "r.xlsx")
    assert report.table["area_ha"].tolist() == [7, 8]
    assert kinds(report) == [("note", "totals-left-out", 1), ("problem", "row-incomplete", 1)]
    assert report.findings.items[1].rows == (3,)
    book.active["E3"].number_format = "0.0%"
    book.save(folder / "r.xlsx")
    with pytest.raises(InputError, match=r"1 cell .*\(E3\)"):
        load_report(folder / "r.xlsx")


def test_number_cells_of_a_workbook_need_no_decimal(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD.strip().split(","))
    book.active.append([6463, "Chi Lăng", "Na", 2025, 12.5])
    book.active.append([6475, "Bằng Mạc", "Na", 2025, 7.25])
    book.save(folder / "báo cáo.xlsx")
    report = load_report(folder / "báo cáo.xlsx", decimal=",")
    assert report.table["area_ha"].tolist() == [12.5, 7.25]
    assert report.table["commune_code"].tolist() == ["06463", "06475"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("06463,Chi Lăng,Na,2025,1.234\n", r"'1.234' can be read with a decimal comma or"),
        ("06463,Chi Lăng,Na,2025,khoảng 5\n", r"found 1 cell of text \(row 2: 'khoảng 5'\)"),
        ("06463,Chi Lăng,Na,năm 2025,5\n", r"expected years, found 1 other cell \(row 2"),
        ("06463,Chi Lăng,Na + Hồng,2025,5\n", "names 2 crops in one row"),
        ("", "expected rows of figures, found an empty table"),
    ],
)
def test_unreadable_cells_are_refused_with_their_rows(
    folder: Path, rows: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_report(table(folder, rows))


def test_wrong_columns_are_refused_with_those_found(folder: Path) -> None:
    path = table(folder, "06463,Chi Lăng,Na,2025,5\n")
    with pytest.raises(
        SchemaError,
        match=r"expected columns ha \(area_ha\); found commune_code.*columns: \{area_ha: …\}$",
    ):
        load_report(path, columns={"area_ha": "ha"})
    with pytest.raises(SchemaError, match=r"expected columns xa \(commune\)"):
        load_report(path, columns={"commune": "xa"})
    with pytest.raises(InputError, match=r"unknown columns 'hectares'"):
        load_report(path, columns={"hectares": "area_ha"})
    with pytest.raises(InputError, match=r"names lead to 'kumquat'"):
        load_report(path, crops={"Na": "kumquat"})
    with pytest.raises(MissingFileError, match="No file"):
        load_report(folder / "no.csv")


SIGNED = (
    "06463,Chi Lăng,Na,2025,812.5\n06475,Bằng Mạc,Hồng,2025,20\n,Tổng cộng,,,832.5\n"
    ',,,"Chi Lăng, ngày 15 tháng 01 năm 2026",\n,,,NGƯỜI LẬP BIỂU,\n,,,,Nguyễn Thị Hoa\n'
)


def test_the_grand_total_and_who_signed_are_no_records(folder: Path) -> None:
    report = load_report(table(folder, SIGNED))
    assert report.table["area_ha"].tolist() == [812.5, 20.0]
    assert kinds(report) == [("note", "lines-of-text", 3), ("note", "totals-left-out", 1)]
    assert "832,50 ha (dòng 4)" in report.findings.items[1].message.vi


def test_a_grand_total_that_differs_is_a_problem(folder: Path) -> None:
    report = load_report(table(folder, SIGNED.replace("832.5", "932.5")))
    assert report.table["area_ha"].sum() == 832.5
    (found,) = report.findings.of("problem")
    assert (found.kind, found.rows) == ("total-differs", (2,))
    assert "932,50 ha (dòng 4) khác tổng các dòng là 832,50 ha" in found.message.vi


def test_a_grand_total_that_is_rounded_does_not_equal_its_rows(folder: Path) -> None:
    report = load_report(table(folder, SIGNED.replace("832.5", "833")))
    (told,) = (one for one in report.findings.items if one.kind == "total-rounded")
    assert "(row 4: 833.00 ha, its rows 832.50 ha)" in told.message.en


def test_text_between_records_is_no_signature(folder: Path) -> None:
    rows = "06463,Chi Lăng,Na,2025,5\n,,,Ghi chú,\n06475,Bằng Mạc,Na,2025,3\n"
    with pytest.raises(InputError, match=r"expected years, found 1 other cell \(row 3"):
        load_report(table(folder, rows))


def test_a_crop_without_figure_at_the_end_is_a_hole_not_text(folder: Path) -> None:
    report = load_report(table(folder, "06463,Chi Lăng,Na,2025,5\n06475,Bằng Mạc,Hồng,,\n"))
    assert kinds(report) == [("problem", "row-incomplete", 1)]


@pytest.mark.parametrize("above", [[], [["Xã", "Diện tích", None, None]]])
def test_a_column_for_each_crop_is_told_how_rows_should_stand(
    folder: Path, above: list[list[str | None]]
) -> None:
    book = openpyxl.Workbook()
    head = [None if above else "Xã", "Na", "Hồng", "Quýt"]
    for row in [*above, head, ["Chi Lăng", 1, 2, 3]]:
        book.active.append(row)
    book.save(folder / "rộng.xlsx")
    with pytest.raises(InputError, match="3 columns are crops") as caught:
        load_report(folder / "rộng.xlsx", columns={"commune": "Xã"})
    assert "mỗi dòng một xã, một cây, một năm" in caught.value.text("vi")


def test_a_blank_line_beside_the_figure_of_its_entry_leaves_nothing_unknown(folder: Path) -> None:
    rows = (
        "06463,Chi Lăng,Na,2025,\n"
        "06463,Chi Lăng,Na,2025,5\n"
        "06463,Chi Lăng,Cam,2025,2\n"
        "06463,Chi Lăng,Quýt,2025,\n"
        ",Bằng Mạc,Na,2025,\n"
    )
    blank = load_report(table(folder, rows)).blank
    assert blank["crop"].tolist() == ["citrus", "custard_apple"]
    assert blank["commune"].tolist() == ["Chi Lăng", "Bằng Mạc"]


def test_a_blank_row_of_another_village_is_no_copy_of_the_one_with_a_figure(folder: Path) -> None:
    rows = "commune_code,commune,crop,year,area_ha,thon\n06463,Chi Lăng,Na,2025,5,1\n"
    for other, unknown in (("2", 1), ("1", 0)):
        path = folder / "thôn.csv"
        path.write_text(f"{rows}06463,Chi Lăng,Na,2025,,{other}\n", "utf-8")
        assert len(load_report(path).blank) == unknown


def test_a_report_of_a_total_alone_has_no_rows(folder: Path) -> None:
    report = load_report(table(folder, ",Tổng cộng,,,12\n"))
    assert report.table.empty
    assert report.blank.empty
