"""Twins: one digit changed in any of the files is found, and its place is named."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pytest

from layers.base import json_text
from layers.base.errors import MissingFileError
from tests.factories import write_project
from zones.cli.main import run as command
from zones.cli.terminal.language import set_language
from zones.project.model import load_project
from zones.publish import verify
from zones.publish.folder import load_published
from zones.publish.verify import Verification, verify_folder
from zones.run.context import RunOptions
from zones.run.run import run_project


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


_OWN = """
plan: own
name: {vi: Kế hoạch riêng, en: Own plan}
issuer: null
number: null
date: null
province: "20"
vintage: "2025-07-01"
horizon: {first: 2026, last: 2030}
indicators:
  - target: files-2030
    indicator: files_of_owners
    name: {vi: Chủ rừng hoàn thiện hồ sơ, en: Owners with complete files}
    bound: exact
    figure: 5
    unit: organisation
    year: 2030
    clause: "1"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write_project(tmp_path_factory.mktemp("Dự án") / "phụ lục")
    text = project.read_text("utf-8") + "atlas: {make: true, communes: ['06184']}\n"
    text += "groups: {lists: {Cụm A: [Đồng Đăng, Cao Lộc]}}\n"
    # A class name as people write them goes through every page.
    text = text.replace("1: trees", '1: "tree\'s"')
    # Words that only a plan has.
    text = text.replace("lang-son-2023]", "lang-son-2023, own.yaml]")
    (project.parent / "own.yaml").write_text(_OWN, "utf-8")
    project.write_text(text, "utf-8")
    return run_project(load_project(project), options=RunOptions()).out


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "trả về")


_PAGES = ("annex.xlsx", "annex.docx", "map.html", "atlas.pdf")


def _with_only(out: Path, *names: str) -> Path:
    """Leave the other pages out: opening them takes most of a check's time."""
    gone = set(_PAGES) - set(names)
    for name in gone:
        (out / name).unlink()
    record = json.loads((out / "run.json").read_text("utf-8"))
    record["outputs"] = {name: one for name, one in record["outputs"].items() if name not in gone}
    (out / "run.json").write_text(json.dumps(record), "utf-8")
    return out / names[0]


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8-sig")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), "utf-8-sig")


def _replace_inside(path: Path, member: str, pattern: str, new: str) -> None:
    """Change the text of one file of an archive."""
    changed = path.with_suffix(".new")
    count = 0
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(changed, "w") as taken:
        for name in given.namelist():
            data = given.read(name)
            if name == member:
                text, count = re.subn(pattern, new, data.decode("utf-8"), count=1)
                data = text.encode("utf-8")
            taken.writestr(name, data)
    assert count == 1, f"{pattern} is not in {member}"
    changed.replace(path)


def _places(result: Verification) -> list[tuple[str, str]]:
    return [(item["file"], item["place"]) for item in _told(result)]


def _told(result: Verification) -> list[dict[str, str]]:
    """Differences as an English reader sees them."""
    return [item.told("en") for item in result.differences]


def _cell(path: Path, sheet: str, name: str, column: int) -> str:
    for row in openpyxl.load_workbook(path)[sheet].iter_rows():
        if row[1].value == name:
            return row[column].coordinate
    raise AssertionError(name)


def test_untouched_folder_agrees(out: Path) -> None:
    result = verify_folder(out)
    assert result.differences == []
    assert result.agrees
    assert set(result.compared) >= {
        *("annex.xlsx", "annex.docx", "map.html", "atlas.pdf"),
        *(
            "tables/printed/zones.csv",
            "tables/zones.csv",
            "tables/targets.csv",
            "tables/forest_cover.csv",
        ),
    }
    assert all(count > 30 for name, count in result.compared.items() if name.startswith("annex"))


def test_a_folder_of_an_earlier_version_names_no_commune_of_a_target(out: Path) -> None:
    """Its pages do not: untouched folders were told to differ wherever a commune has a target."""
    folder = out / "tables" / "printed"
    table = pd.read_csv(folder / "targets.csv", dtype="str", keep_default_na=False)
    table.assign(commune_code="06184").to_csv(folder / "targets.csv", index=False)
    assert set(load_published(folder)[0].targets["commune_code"]) == {"06184"}
    about = json.loads((folder / "annex.json").read_text("utf-8"))
    del about["own_names"]
    (folder / "annex.json").write_text(json.dumps(about), "utf-8")
    content, frames = load_published(folder)
    assert set(content.targets["commune_code"]) == {""}
    assert set(frames["targets"]["commune_code"]) == {"06184"}


def test_untouched_folder_tells_how_each_file_was_held(out: Path) -> None:
    result = verify_folder(out)
    assert result.uncompared == ["run.json"]
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert files - set(result.by_bytes) == {"run.json", "annex.xlsx", "annex.docx"}


def test_digit_changed_in_any_file_is_seen(out: Path) -> None:
    names = verify_folder(out).by_bytes
    _with_only(out, "map.html")
    changed = set()
    for name in (name for name in names if (out / name).is_file()):
        data = (out / name).read_bytes()
        figures = list(re.finditer(rb"[0-9]", data))
        if not figures or name.endswith(".json"):
            continue
        at = figures[-1].start()
        digit = b"1" if data[at : at + 1] != b"1" else b"2"
        (out / name).write_bytes(data[:at] + digit + data[at + 1 :])
        changed.add(name)
    assert {
        "allocation.md",
        "tables/allocation_land.csv",
        "map.html",
        "tables/allocation.parquet",
    } <= changed
    # A printed table has its digest as well, which speaks for all of them.
    found = {item.file for item in verify_folder(out).differences}
    assert changed <= found


@pytest.mark.parametrize(
    ("name", "column", "place"),
    [
        ("allocation", "planned_ha", "planned_ha"),
        ("allocation", "present_ha", "present_ha"),
        ("allocation_targets", "present_ha", "end_ha"),
        ("allocation_targets", "end_ha", "end_ha"),
        ("allocation_targets", "shortfall_ha", "shortfall_ha"),
        ("allocation_targets", "planned_ha", "end_ha"),
    ],
)
def test_hectare_changed_in_the_allocation(out: Path, name: str, column: str, place: str) -> None:
    _with_only(out, "map.html")
    (out / "run.json").unlink()
    path = out / "tables" / f"{name}.csv"
    table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    row = table.index[table[column] != ""][0]
    table.loc[row, column] = str(round(float(table.loc[row, column]) + 0.1, 1))
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    places = _places(verify_folder(out))
    assert any(file == f"tables/{path.name}" and where.endswith(place) for file, where in places)


def test_what_binds_changed_in_the_allocation(out: Path) -> None:
    _with_only(out, "map.html")
    path = out / "tables" / "allocation.csv"
    table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    old = table.loc[0, "binding"]
    table.loc[0, "binding"] = "pace" if old != "pace" else "land"
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    (item,) = verify_folder(out).differences
    assert (item.file, item.expected) == ("tables/allocation.csv", old)
    assert item.found == table.loc[0, "binding"]
    assert item.place.endswith(", binding")


def test_loss_that_was_never_printed_is_named(out: Path) -> None:
    _with_only(out, "map.html")
    path = out / "tables" / "allocation_losses.csv"
    path.write_text(path.read_text("utf-8-sig") + "pine,06184,2030,7.0\n", "utf-8-sig")
    (item,) = verify_folder(out).differences
    assert tuple(item.told("en").values()) == (
        *("tables/allocation_losses.csv", "pine, 06184, 2030", "no row", "a row"),
    )


def test_year_of_a_zone_that_was_never_printed_is_named(out: Path) -> None:
    _with_only(out, "map.html")
    path = out / "tables" / "progress.csv"
    table = pd.read_csv(path, dtype={"commune_code": str}, keep_default_na=False)
    at = table.index[table["zone"].eq("custard_apple") & table["year"].eq(2024)][0]
    table.assign(area_ha=table["area_ha"].mask(table.index == at, 98.0)).to_csv(path, index=False)
    (item,) = verify_folder(out).differences
    assert (item.file, item.expected, item.found) == ("tables/progress.csv", "99", "98")
    assert item.place.startswith("custard_apple, report, 2024")


@pytest.mark.parametrize(
    ("record", "found"), [(None, "gone"), ("{}", "names no file"), ("pipe", "it is a pipe")]
)
def test_tables_without_a_record_do_not_agree(
    out: Path, capsys: pytest.CaptureFixture[str], record: str | None, found: str
) -> None:
    _with_only(out, "map.html")
    path = out / "run.json"
    path.unlink()
    if record == "pipe":
        os.mkfifo(path)
    elif record:
        path.write_text(record, "utf-8")
    table = out / "tables" / "areas.csv"
    table.write_text(table.read_text("utf-8-sig").replace("1", "9"), "utf-8-sig")
    (out / "thư.txt").write_text("của văn phòng", "utf-8")
    result = verify_folder(out)
    (told,) = _told(result)
    assert (told["file"], told["expected"]) == ("run.json", "as the run wrote it")
    assert found in told["found"]
    assert result.by_bytes == []
    assert {"thư.txt", "allocation.md", "tables/areas.csv"} <= set(result.uncompared)
    assert "tables/zones.csv" not in result.uncompared
    assert command(["verify", str(out)]) == 1
    assert "Not compared: READ-ME.txt, allocation.md, " in capsys.readouterr().out


def test_pages_sent_alone_agree_with_each_other_and_no_more_is_said(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = out.parent / "gửi"
    shutil.copytree(out / "tables" / "printed", sent / "tables" / "printed")
    shutil.copy(out / "map.html", sent)
    assert verify_folder(sent).agrees
    assert command(["verify", str(sent)]) == 0
    told = capsys.readouterr().out
    assert "All files" not in told
    assert "run.json is not there, so nothing else of the run was checked" in told
    assert "rows below the headings" not in told
    shutil.copy(out / "annex.docx", sent)
    assert command(["verify", str(sent)]) == 0
    assert "headings" not in capsys.readouterr().out
    assert command(["verify", str(sent), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recorded"] is False


def test_office_that_saves_workbook_and_document_again_changes_nothing(out: Path) -> None:
    _with_only(out, "annex.xlsx", "annex.docx")
    _replace_inside(
        out / "annex.xlsx", "docProps/app.xml", "</Properties>", "<!--x--></Properties>"
    )
    docx.Document(str(out / "annex.docx")).save(str(out / "annex.docx"))
    assert verify_folder(out).differences == []


def test_headings_notes_and_sheets_are_held_against_copies_of_the_pages(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _with_only(out, "annex.xlsx", "annex.docx")
    book = openpyxl.load_workbook(path)
    sheet = book["3 Thông"]
    assert sheet["D5"].value == "Hiện trạng"
    figure = sheet[_cell(path, "3 Thông", "Xã Đồng Đăng", 3)]
    sheet["D5"], figure.number_format = "Diện tích (m²)", "0"
    book.create_sheet("Thêm")
    book.save(path)
    _replace_inside(out / "annex.docx", "word/document.xml", ">ĐVT: ha<", ">ĐVT: m²<")
    found = [tuple(item.values())[1:] for item in _told(verify_folder(out))]
    assert [item[:2] for item in found] == [
        ("3 Thông!D5", "Hiện trạng"),
        (f"3 Thông!{figure.coordinate}", "30.4"),
        ("Thêm", "no such sheet"),
        ("paragraph 9", "ĐVT: ha"),
    ]
    set_language("vi")
    assert command(["verify", str(out)]) == 1
    told = capsys.readouterr().out
    assert f"!{figure.coordinate}: phải là 30.4, thấy 30, do định dạng số 0" in told
    # In a folder of an earlier version there are no copies: that is said, and the rest agrees.
    record = json.loads((out / "run.json").read_text("utf-8"))
    for name in ("annex.xlsx", "annex.docx"):
        copy = f"tables/printed/{name}.zip"
        (out / copy).unlink()
        del record["outputs"][copy]
    (out / "run.json").write_text(json.dumps(record), "utf-8")
    set_language("en")
    assert command(["verify", str(out)]) == 0
    assert "Of annex.xlsx, annex.docx only the rows below" in capsys.readouterr().out


def test_a_copy_that_is_damaged_is_a_finding(out: Path) -> None:
    _with_only(out, "annex.xlsx")
    (out / "tables" / "printed" / "annex.xlsx.zip").write_bytes(b"x")
    (item,) = _told(verify_folder(out))
    assert item["file"] == "tables/printed/annex.xlsx.zip"


def test_file_changed_before_a_later_step_is_still_seen(done: Path) -> None:
    folder = done.parent / "out"
    _replace(folder / "allocation.md", "2030", "2031")
    run_project(load_project(done), options=RunOptions(only=("annex",), overwrite=True))
    assert ("allocation.md", "file") in _places(verify_folder(folder))


def test_a_run_of_single_steps_makes_no_printed_figures_and_misses_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_project(tmp_path / "p")
    out = run_project(load_project(path), options=RunOptions(only=("cover",))).out
    assert command(["verify", str(out)]) == 0
    assert "it made no printed figures" in capsys.readouterr().out
    table = out / "tables" / "forest_cover.csv"
    table.write_text(table.read_text("utf-8").replace("06148", "06149"), "utf-8")
    assert _places(verify_folder(out)) == [("tables/forest_cover.csv", "file")]


def test_printed_figures_that_are_gone_are_missed(out: Path) -> None:
    shutil.rmtree(out / "tables" / "printed")
    assert {name for name, _ in _places(verify_folder(out))} >= {
        "tables/printed/",
        "tables/printed/zones.csv",
    }


def test_digit_in_the_workbook(out: Path) -> None:
    path = _with_only(out, "annex.xlsx")
    cell = _cell(path, "3 Thông", "Xã Đồng Đăng", 3)
    book = openpyxl.load_workbook(path)
    assert book["3 Thông"][cell].value == 30.4
    book["3 Thông"][cell] = 30.5
    book.save(path)
    result = verify_folder(out)
    found = {item.place: item for item in result.differences}
    assert found[f"3 Thông!{cell}"].expected == "30.4"
    assert found[f"3 Thông!{cell}"].found == "30.5"


def test_total_of_the_workbook(out: Path) -> None:
    path = _with_only(out, "annex.xlsx")
    cell = _cell(path, "3 Thông", "Tổng cộng", 3)
    row = re.sub("[A-Z]", "", cell)
    pattern = rf'(<c r="{cell}"[^>]*><f>[^<]*</f><v>)[^<]*'
    _replace_inside(path, "xl/worksheets/sheet3.xml", pattern, r"\g<1>99.9")
    assert ("annex.xlsx", f"3 Thông!D{row}") in _places(verify_folder(out))


def test_formula_of_the_workbook_that_leaves_a_row_out(out: Path) -> None:
    path = _with_only(out, "annex.xlsx")
    cell = _cell(path, "3 Thông", "Tổng cộng", 3)
    first = _cell(path, "3 Thông", "Xã Thụy Hùng", 3)
    _replace_inside(path, "xl/worksheets/sheet3.xml", rf"SUM\({first}:", "SUM(D99:")
    (item,) = verify_folder(out).differences
    assert item.place == f"3 Thông!{cell}"
    assert str(item.expected).startswith("=SUM(D99:")
    assert item.told("en")["found"] == "not one of ours"


def test_formula_of_another_kind(out: Path) -> None:
    path = _with_only(out, "annex.xlsx")
    _replace_inside(path, "xl/worksheets/sheet3.xml", r"<f>SUM\(", "<f>MAX(")
    (item,) = verify_folder(out).differences
    assert item.told("en")["found"] == "not one of ours"


def test_name_in_the_workbook(out: Path) -> None:
    path = _with_only(out, "annex.xlsx")
    book = openpyxl.load_workbook(path)
    cell = _cell(path, "3 Thông", "Xã Đồng Đăng", 1)
    book["3 Thông"][cell] = "Đồng Mỏ"
    book.save(path)
    assert ("annex.xlsx", f"3 Thông!{cell}") in _places(verify_folder(out))


def test_sheet_that_is_gone(out: Path) -> None:
    book = openpyxl.load_workbook(_with_only(out, "annex.xlsx"))
    del book["4 Hồi"]
    book.save(out / "annex.xlsx")
    assert ("annex.xlsx", "4 Hồi") in _places(verify_folder(out))


def test_sheet_without_its_table(out: Path) -> None:
    book = openpyxl.load_workbook(_with_only(out, "annex.xlsx"))
    book["4 Hồi"].delete_rows(1, 100)
    book.save(out / "annex.xlsx")
    gone = [item for item in _told(verify_folder(out)) if item["place"] == "4 Hồi!6:6"]
    assert [item["found"] for item in gone] == ["nothing"]


def test_digit_in_the_document(out: Path) -> None:
    path = _with_only(out, "annex.docx")
    _replace_inside(path, "word/document.xml", ">30,4<", ">30,5<")
    (item,) = verify_folder(out).differences
    assert (item.file, item.expected, item.found) == ("annex.docx", "30,4", "30,5")
    assert item.place == "Bảng 3, Xã Đồng Đăng, Hiện trạng"


def _cover_of_the_last_year(out: Path) -> tuple[pd.Series, str]:
    """Last year of the printed forecast, and the name of its sheet."""
    years = pd.read_csv(out / "tables" / "printed" / "cover_years.csv")
    names = openpyxl.load_workbook(out / "annex.xlsx").sheetnames
    return years.iloc[-1], next(name for name in names if name.endswith("Dự báo che phủ rừng"))


def test_forecast_changed_in_the_workbook(out: Path) -> None:
    path = _with_only(out, "annex.xlsx")
    last, sheet = _cover_of_the_last_year(out)
    book = openpyxl.load_workbook(path)
    (row,) = [cells for cells in book[sheet].iter_rows() if cells[0].value == last["year"]]
    assert row[6].value == last["cover_percent"]
    row[6].value += 0.01
    book.save(path)
    found = {item.place: item for item in verify_folder(out).differences}
    item = found[f"{sheet}!{row[6].coordinate}"]
    assert float(item.expected) == last["cover_percent"]
    assert float(item.found) == pytest.approx(last["cover_percent"] + 0.01)


def test_forecast_changed_in_the_document(out: Path) -> None:
    last, _ = _cover_of_the_last_year(out)
    path = _with_only(out, "annex.docx")
    rate = f"{last['cover_percent']:.2f}".replace(".", ",")
    year = rf"(>{last['year']:.0f}<(?:(?!</w:tr>).)*>){rate}<"
    _replace_inside(path, "word/document.xml", year, r"\g<1>99,99<")
    (item,) = verify_folder(out).differences
    assert (item.file, item.expected, item.found) == ("annex.docx", rate, "99,99")
    assert item.place.endswith("Tỷ lệ che phủ (%)")


def test_forecast_changed_in_its_own_tables(out: Path) -> None:
    _with_only(out, "map.html")
    printed, exact = (
        out / "tables" / name for name in ("printed/cover_years.csv", "trajectory.csv")
    )
    for path, place in (
        (printed, ("tables/printed/cover_years.csv", "natural_forest_ha, first year")),
        (exact, ("tables/trajectory.csv", "2025, natural_forest_ha")),
    ):
        before = path.read_bytes()
        frame = pd.read_csv(path, dtype=str)
        mine = frame["year"].eq("2025") & frame.get("ledger", frame["year"]).isin(
            ["counts", "2025"]
        )
        rows = frame.index[mine]
        frame.loc[rows[-1], "natural_forest_ha"] = "77.7"
        frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        assert place in _places(verify_folder(out))
        path.write_bytes(before)
    assert verify_folder(out).agrees


def test_figure_of_a_group_changed_in_the_workbook(out: Path) -> None:
    # The first figure of a group in each of its tables: hectares of zones, and forest cover.
    path = _with_only(out, "annex.xlsx")
    book = openpyxl.load_workbook(path)
    sheets = [sheet for sheet in book.worksheets if sheet.title.endswith("heo nhóm xã")]
    cells = [row[2] for sheet in sheets for row in sheet.iter_rows() if row[1].value == "Cụm A"]
    # Present, planned and reached hectares of pine; communes of the forest cover.
    assert [cell.value for cell in cells] == [60.4, 0, 60.4, 2]
    for cell in cells:
        cell.value = 9
    book.save(path)
    places = {("annex.xlsx", f"{cell.parent.title}!{cell.coordinate}") for cell in cells}
    assert places <= set(_places(verify_folder(out)))


def test_row_taken_out_of_the_document(out: Path) -> None:
    _replace_inside(
        _with_only(out, "annex.docx"),
        "word/document.xml",
        r"<w:tr>(?:(?!</w:tr>).)*>Xã Đồng Đăng<(?:(?!</w:tr>).)*</w:tr>",
        "",
    )
    ((file, place),) = _places(verify_folder(out))
    assert (file, place) == ("annex.docx", "Bảng 3, row 4")


def test_table_taken_out_of_the_document(out: Path) -> None:
    path = _with_only(out, "annex.docx")
    _replace_inside(path, "word/document.xml", r"(?s)<w:tbl>.*?</w:tbl>", "")
    (item,) = _told(verify_folder(out))
    assert (item["place"], item["found"]) == ("Bảng 1", "none")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"present": [10.4, 30.4', '"present": [10.4, 30.5', "06184, pine, present_ha"),
        ('"natural_forest_ha": [50', '"natural_forest_ha": [51', "06148, natural_forest_ha"),
        ('"present": 70.8', '"present": 70.9', "pine-area-2030, present"),
        ('"whole": [99', '"whole": [98', "province, custard_apple, report 2024"),
    ],
)
def test_digit_in_the_map(out: Path, old: str, new: str, place: str) -> None:
    path = _with_only(out, "map.html")
    text = path.read_text("utf-8")
    compact = [item.replace(": ", ":").replace(", ", ",") for item in (old, new)]
    pair = (old, new) if old in text else compact
    assert pair[0] in text
    path.write_text(text.replace(pair[0], pair[1], 1), "utf-8")
    assert ("map.html", place) in _places(verify_folder(out))


def test_gap_of_a_commune_in_the_map(out: Path) -> None:
    """Whatever gap the plan leaves the fourth commune in the first zone of the page."""
    path = _with_only(out, "map.html")
    text = path.read_text("utf-8")
    figures = re.search(r'"gap":\s*\[((?:[^,\]]+,\s*){3})([^,\]]+)', text)
    assert figures is not None
    end = figures.end(2)
    other = f"{float(figures.group(2)) + 1:g}"
    path.write_text(text[: figures.start(2)] + other + text[end:], "utf-8")
    assert ("map.html", "06529, pine, gap_ha") in _places(verify_folder(out))


@pytest.mark.parametrize("data", ["[" * 100_000, "9" * 5000, "3", ""])
def test_data_of_the_map_that_are_none_are_a_finding(out: Path, data: str) -> None:
    path = _with_only(out, "map.html")
    start, rest = path.read_text("utf-8").split('id="page-data">', 1)
    changed = f'{start}id="page-data">{data}{rest[rest.index("</script>") :]}'
    path.write_text(changed, "utf-8")
    assert ("map.html", "file") in _places(verify_folder(out))


def test_files_that_grew_beyond_any_are_findings(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of zeros takes no room on disk, and gigabytes where it is read."""
    _with_only(out, "map.html")
    monkeypatch.setattr(verify, "_MAP_BYTES", 10)
    assert ("map.html", "file") in _places(verify_folder(out))
    monkeypatch.setattr(json_text, "_MOST_BYTES", 10)
    assert {("run.json", "file"), ("tables/printed/", "file")} <= set(_places(verify_folder(out)))


@pytest.mark.parametrize("name", ["map.html", "run.json", "tables/zones.csv", "tables/printed"])
def test_a_link_out_of_the_folder_is_told_and_not_followed(
    out: Path, tmp_path: Path, name: str
) -> None:
    (out / "ảnh").symlink_to(tmp_path)  # the reader's own, of which no run knows
    assert verify_folder(out).agrees
    (out / name).rename(tmp_path / "nơi khác")
    (out / name).symlink_to(tmp_path / "nơi khác")
    result = verify_folder(out)
    told = {(item["file"], item["found"]) for item in _told(result)}
    assert (name, "a link to another place") in told
    assert result.compared == {}
    assert result.by_bytes == []


@pytest.mark.parametrize("name", ["zones", "targets", "forest_cover", "planted_species", "land"])
def test_digit_in_a_printed_table(out: Path, name: str) -> None:
    _with_only(out, "annex.xlsx", "annex.docx")
    path = out / "tables" / "printed" / f"{name}.csv"
    text = path.read_text("utf-8-sig")
    # Of the targets the present figure: the widened ends of a single figure are not printed.
    wanted = r"70\.8" if name == "targets" else r"\d+\.\d"
    figures = list(re.finditer(rf",({wanted})(?=[,\r\n])", text))
    # Of the species the first class: what is planted in all is summed anew on the page.
    figure = figures[1 if name == "planted_species" else 0]
    changed = f",{float(figure.group(1)) + 10:.1f}"
    path.write_text(text[: figure.start()] + changed + text[figure.end() :], "utf-8-sig")
    places = _places(verify_folder(out))
    assert ("tables/printed/", "digest of the figures") in places
    if name != "land":
        assert any(file == "annex.xlsx" for file, _ in places)
        assert any(file == "annex.docx" for file, _ in places)


@pytest.mark.parametrize(
    ("name", "pattern", "place"),
    [
        ("zones", r"(pine,06184,[^,]*,True,)30\.4", "pine, 06184, present_ha"),
        ("forest_cover", r"(06148,[^,]*,110\.0,)50\.0", "06148, natural_forest_ha"),
    ],
)
def test_digit_in_an_exact_table(out: Path, name: str, pattern: str, place: str) -> None:
    _with_only(out, "map.html")
    path = out / "tables" / f"{name}.csv"
    text, count = re.subn(pattern, r"\g<1>40.4", path.read_text("utf-8-sig"), count=1)
    assert count == 1
    path.write_text(text, "utf-8-sig")
    (item,) = verify_folder(out).differences
    assert (item.file, item.place, item.found) == (f"tables/{name}.csv", place, "40.4")


def test_row_taken_out_of_an_exact_table(out: Path) -> None:
    _with_only(out, "map.html")
    path = out / "tables" / "zones.csv"
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), "utf-8-sig")
    (item,) = _told(verify_folder(out))
    assert (item["expected"], item["found"]) == ("a row", "none")


def test_province_that_is_no_longer_the_sum_of_its_communes(out: Path) -> None:
    _with_only(out, "map.html")
    _replace(
        out / "tables" / "printed" / "forest_cover.csv",
        "06529,Lộc Bình,110.0",
        "06529,Lộc Bình,120.0",
    )
    places = _places(verify_folder(out))
    assert ("tables/printed/forest_cover.csv", "natural_area_ha, last row") in places


def test_page_of_another_run_is_told_by_its_digest(out: Path, tmp_path: Path) -> None:
    digest = verify_folder(out).digest
    page = (out / "map.html").read_text("utf-8")
    (out / "map.html").write_text(page.replace(digest, "0" * 16), "utf-8")
    atlas = (out / "atlas.pdf").read_bytes()
    assert digest.encode() in atlas
    (out / "atlas.pdf").write_bytes(atlas.replace(digest.encode(), b"1" * 16))
    _replace_inside(out / "annex.docx", "docProps/core.xml", digest, "2" * 16)
    _replace_inside(out / "annex.xlsx", "docProps/custom.xml", digest, "3" * 16)
    result = verify_folder(out)
    assert {(item.file, item.found) for item in result.differences} == {
        ("map.html", "0" * 16),
        ("atlas.pdf", "1" * 16),
        ("annex.docx", "2" * 16),
        ("annex.xlsx", "3" * 16),
    }


def test_files_that_are_gone_are_noticed(out: Path) -> None:
    gone = ("annex.docx", "atlas.pdf", "map.html", "tables/zones.csv")
    for name in gone:
        (out / name).unlink()
    result = verify_folder(out)
    assert _places(result) == [(name, "file") for name in gone]
    assert {item["found"] for item in _told(result)} == {"gone"}
    assert "annex.xlsx" in result.compared
    assert "map.html" not in result.compared


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="is not there: expected an output folder"):
        verify_folder(tmp_path / "không có")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "annex.xlsx").write_bytes(b"x")
    with pytest.raises(MissingFileError, match="is not there: expected an output folder"):
        verify_folder(tmp_path)


def _faults(out: Path, name: str) -> list[str]:
    """What is said of a file, with all pages but the workbook left out."""
    _with_only(out, "annex.xlsx")
    told = _told(verify_folder(out))
    return [item["found"] for item in told if item["file"] == name]


def test_folder_without_printed_figures_says_so_and_checks_the_rest(out: Path) -> None:
    (out / "tables" / "printed" / "zones.csv").unlink()
    _replace(out / "allocation.md", "2030", "2031")
    result = verify_folder(out)
    places = _places(result)
    assert ("tables/printed/", "file") in places
    assert ("tables/printed/zones.csv", "file") in places
    assert ("allocation.md", "file") in places
    shutil.rmtree(out / "tables" / "printed")
    every = _told(verify_folder(out))
    told = [item["found"] for item in every if item["file"] == "tables/printed/"]
    assert "annex.json is not there" in told[0]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", "expected JSON as a run writes it"),
        ("[]", "expected JSON as a run writes it"),
        ("{}", "a fault at digest"),
        ('{"digest": 1}', "a fault at digest"),
    ],
)
def test_damaged_words_are_told(out: Path, text: str, match: str) -> None:
    (out / "tables" / "printed" / "annex.json").write_text(text, "utf-8")
    (told,) = _faults(out, "tables/printed/")
    assert match in told


def test_printed_figure_that_is_no_number_is_told(out: Path) -> None:
    _replace(out / "tables" / "printed" / "zones.csv", ",10.4,", ",mười,")
    (told,) = _faults(out, "tables/printed/")
    assert "1 figure of column 'present_ha' is no number" in told


def _zones_text(out: Path) -> str:
    return (out / "tables" / "zones.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda text: text.encode("cp1258", "replace"), "expected UTF-8 text"),
        (lambda text: b"", "the file is empty"),
        (lambda text: b"\xff\xfe\x00", "found other bytes"),
        (lambda text: b"PK\x03\x04\x00\x00", "no text"),
        (lambda text: text.replace("present_ha", "diện tích").encode(), "expected columns"),
        (
            lambda text: text.replace("\n", ",9\n", 3).encode(),
            "rows? ha(s|ve) not the|stands? over|changed, or",
        ),
        (lambda text: text[: len(text) // 2].encode(), "rows? ha(s|ve) not the"),
    ],
)
def test_a_damaged_table_is_a_finding(out: Path, change: Any, match: str) -> None:
    (out / "tables" / "zones.csv").write_bytes(change(_zones_text(out)))
    told = _faults(out, "tables/zones.csv")
    assert told
    assert re.search(match, " ".join(told))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_table_saved_another_way_is_told_by_its_bytes(out: Path, encoding: str) -> None:
    text = _zones_text(out).replace(",", ";")
    (out / "tables" / "zones.csv").write_bytes(text.encode(encoding))
    _with_only(out, "annex.xlsx")
    (item,) = verify_folder(out).differences
    assert (item.file, item.told("en")["place"]) == ("tables/zones.csv", "file")


def test_a_word_in_place_of_a_figure_is_named_with_its_place(out: Path) -> None:
    _replace(out / "tables" / "zones.csv", ",10.4,", ",mười,")
    _with_only(out, "annex.xlsx")
    every = _told(verify_folder(out))
    found = {(item["place"], item["expected"], item["found"]) for item in every}
    assert ("pine, 06148, present_ha", "a figure", "mười") in found


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("annex.xlsx", "damaged or locked"),
        ("annex.docx", "damaged or locked"),
        ("atlas.pdf", "not a PDF that can be read"),
        ("map.html", "carries no map data"),
    ],
)
def test_a_damaged_page_is_a_finding(out: Path, name: str, match: str) -> None:
    path = _with_only(out, name)
    whole = path.read_bytes()
    for data in (b"damaged", b"", whole[: len(whole) // 2]):
        path.write_bytes(data)
        every = _told(verify_folder(out))
        told = [item["found"] for item in every if item["file"] == name]
        assert told
        assert match in told[0] or data.startswith(whole[:9])


def test_command_says_what_it_found(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["verify", str(out)]) == 0
    agreed = capsys.readouterr().out
    assert "All files compared say the same" in agreed
    assert "headings" not in agreed
    _replace_inside(out / "annex.docx", "word/document.xml", ">30,4<", ">30,5<")
    assert command(["verify", str(out)]) == 1
    told = capsys.readouterr().out
    assert "annex.docx, Bảng 3, Xã Đồng Đăng, Hiện trạng: expected 30,4, found 30,5" in told
    assert "Differences: 1." in told
    assert command(["verify", str(out / "không có")]) == 2


def test_command_answers_in_json(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["verify", str(out), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["agrees"] is True
    assert answer["differences"] == []
    assert answer["compared"]["annex.docx"] > 100


@pytest.mark.parametrize(("name", "digits"), [("decimals", -1), ("percent_decimals", 10**9)])
def test_digits_that_no_page_prints_are_a_finding(out: Path, name: str, digits: int) -> None:
    about = out / "tables" / "printed" / "annex.json"
    text, changed = re.subn(f'"{name}": \\d+', f'"{name}": {digits}', about.read_text("utf-8"))
    assert changed == 1
    about.write_text(text, "utf-8")
    (told,) = _faults(out, "tables/printed/")
    assert f"a fault at {name}" in told


def test_a_word_that_is_no_kind_of_commune_is_a_finding(out: Path) -> None:
    about = out / "tables" / "printed" / "annex.json"
    text, changed = re.subn('"(phường|xã)"(?=,?\n)', '"31/12/2025"', about.read_text("utf-8"))
    assert changed
    about.write_text(text, "utf-8")
    (told,) = _faults(out, "tables/printed/")
    assert "a fault at kinds.06148 (Input should be" in told
