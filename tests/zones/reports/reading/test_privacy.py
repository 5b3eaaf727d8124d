"""Nobody is named in what the round writes, wherever in a report the name was typed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from benchmarks._report_faults import FilledForm
from tests.factories import write_project
from zones.cli.main import run
from zones.reports.reading.quoting import HIDDEN, quoted

#: Each stands in a place of its own; the last words are crops and units as well.
NAMES = {
    "figure": "Nguyễn Thị Kín",
    "figure with a number": "Bùi Đức Trí",
    "label": "Trần Văn Hồi",
    "added row": "Lê Quang Thông",
    "note": "Phạm Bá Giấu",
    "title": "Vũ Ngọc Lặng",
    "foreign label": "Đặng Hữu Na",
    "foreign commune": "Hoàng Mật Tấn",
    "foreign header": "Đỗ Khuất",
    "foreign figure": "Lý Thầm",
    "foreign note": "Chu Ẩn Danh",
    "plot": "Tô Nặc",
    "open row": "Mai Vô Danh",
    "date": "Cao Khuyết",
}
NUMBERS = ("0912345678", "912345678", "020123456789", "0987 654 321", "0977665544")


def _form(path: Path) -> None:
    form = FilledForm(path, {"pine": 20.0, "anise": 30.0})
    for zone in form.last:
        form.put(zone, "standing", 20.0)
    form.put("pine", "planted", NAMES["figure"])
    form.put("pine", "lost", f"3,5 ha ({NAMES['figure with a number']} 0987 654 321)")
    form.put("anise", "planted", 912345678)
    form.put("anise", "lost", "020123456789")
    form.put("pine", "note", f"{NAMES['note']} 0912345678")
    sheet = form.sheet()
    sheet[f"C{form.cell('anise', 'standing')[1:]}"].value = NAMES["label"]
    sheet["B3"].value = f"xã Khánh Xuân – {NAMES['title']}"
    form.below(NAMES["added row"], 3.5)
    form.book.save(path)


def _forest_form(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line in (8, 9):
        for column in ("sub-compartment", "compartment", "plot"):
            sheet.cell(line, columns[column]).value = NAMES["plot"]
        sheet.cell(line, columns["date"]).value = NAMES["date"]
        sheet.cell(line, columns["area"]).value = -1
    last = max(cells[0].row for cells in sheet.iter_rows() if cells[0].value) + 1
    sheet.cell(last, columns["area"] - 1).value = NAMES["open row"]
    sheet.cell(last, columns["area"]).value = -2
    book.save(path)


def _foreign(path: Path) -> None:
    rows = [
        [f"Người lập: {NAMES['foreign note']}, 0977665544", None, None, None],
        ["Xã", "Cây trồng", f"Diện tích hiện có {NAMES['foreign header']}", "Trồng mới (ha)"],
        ["Thụy Hùng", NAMES["foreign label"], 12.5, 1],
        [NAMES["foreign commune"], "Na", 3.5, 912345678],
        ["Thụy Hùng", "Na", NAMES["foreign figure"], 2],
        [f"Ghi chú: {NAMES['foreign note']}", None, None, None],
    ]
    pd.DataFrame(rows).to_excel(path, header=False, index=False)


def _text(path: Path) -> str:
    """Everything that a file holds, packed or not."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode("utf-8", "replace")
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Text of every file of a round, by its place."""
    folder = tmp_path_factory.mktemp("vòng")
    project = write_project(folder / "dự án")
    both = ["--year", "2026", "--form", "plan-annual", "--form", "forest-01"]
    back = folder / "gửi về"
    assert run(["reports", "make", str(project), *both, "--out", str(back)]) == 0
    for path in back.glob("*"):
        if "06148" not in path.name:
            path.unlink()
    _form(next(back.glob("plan-annual*")))
    _forest_form(next(back.glob("forest-01*")))
    _foreign(back / "bảng 0912345678.xlsx")
    out = folder / "out"
    assert run(["reports", "collect", str(project), str(back), *both, "--out", str(out / "a")]) == 1
    assert run(["reports", "status", str(project), "--year", "2026", "--out", str(out / "b")]) == 0
    assert run(["reports", "write", str(project), "--year", "2026", "--out", str(out / "c")]) == 0
    paths = [path for path in out.rglob("*") if path.is_file()]
    paths += project.parent.glob("reports.sqlite*")
    return {path.relative_to(folder).as_posix(): _text(path) for path in paths}


@pytest.mark.parametrize("place", NAMES)
def test_no_name_is_in_any_output(place: str, outputs: dict[str, str]) -> None:
    first, *_ = NAMES[place].split()
    for secret in (NAMES[place], " ".join(NAMES[place].split()[1:])):
        assert [name for name, text in outputs.items() if secret in text] == [], first


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_of_a_person_is_in_any_output(number: str, outputs: dict[str, str]) -> None:
    ways = {number, number.replace(" ", ""), f"{int(number.replace(' ', '')):,}".replace(",", ".")}
    found = {name for name, text in outputs.items() for way in ways if way in text}
    assert not found


def test_what_is_hidden_is_still_asked_back_with_its_cell(outputs: dict[str, str]) -> None:
    import io

    told = pd.read_csv(io.StringIO(outputs["out/a/findings.csv"]), dtype=str)
    assert (told["cell"].notna() & told["file"].notna()).all()
    kinds = set(told["kind"])
    assert {"not-a-number", "personal-data", "label-disagrees", "row-unplaced"} <= kinds
    personal = told[told["kind"] == "personal-data"]
    assert set(personal["severity"]) == {"problem"}
    assert told.loc[told["kind"] == "not-a-number", "found"].str.contains(HIDDEN, regex=False).any()
    # A figure that is no one's number is told as Vietnamese write it.
    assert "12,5" in set(told.loc[told["kind"] == "row-unplaced", "found"])
    letters = [text for name, text in outputs.items() if "/cong-van/" in name]
    assert any(HIDDEN in text for text in letters)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("8+2,5", "8+2,5"),
        ("khoảng 10,5", "khoảng 10,5"),
        ("10,5 tấn", "10,5 tấn"),
        ("105.000 m2", "105.000 m2"),
        ("F8: =F8+1", "F8: =F8+1"),
        ("#REF!", "#REF!"),
        ("2026-05-10", "2026-05-10"),
        ("Hồi trồng mới (ha)", "Hồi trồng mới (ha)"),
        ("Nguyễn Văn Tấn", HIDDEN),
        ("12 ha của Lê Văn Hồi", f"12 ha {HIDDEN}"),
        ("gọi 0912 345 678", f"{HIDDEN} …"),
        ("020 123 456 789", "…"),
        (912345678.0, "…"),
        (4343.25, "4343.25"),
    ],
)
def test_figures_units_and_labels_alone_are_quoted(cell: str | float, said: str) -> None:
    assert quoted(cell, {"hồi", "trồng", "mới", "ha", "của"}) == said
