"""Targets as a table and back: the same plan, every change told, bad cells named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from layers import InputError
from zones.cli.main import application
from zones.plan.exchange.read import import_targets
from zones.plan.exchange.write import export_targets, targets_table
from zones.plan.files import embedded_plans, load_plan, plan_text, save_plan
from zones.plan.model import Plan
from zones.project.yaml import dump_document

PLAN = "lang-son-2026-2030"


@pytest.fixture
def plan() -> Plan:
    return load_plan(PLAN)


def edited(plan: Plan, tmp_path: Path, *cells: tuple[str, str, Any]) -> Path:
    """Workbook of a plan with some cells changed: target, column, value."""
    path = tmp_path / "chỉ tiêu.xlsx"
    export_targets(plan, path, overwrite=True)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = list(targets_table(plan, "vi").columns)
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    for target, column, value in cells:
        line = rows.get(target) or sheet.max_row + 1
        rows[target] = line
        sheet.cell(line, 1, target)
        sheet.cell(line, columns.index(column) + 1).value = value
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "language"), [(PLAN, "en"), *((name, "vi") for name in embedded_plans())]
)
def test_the_round_trip_gives_the_same_plan(name: str, language: Any, tmp_path: Path) -> None:
    plan = load_plan(name)
    export_targets(plan, tmp_path / "t.xlsx", language=language)
    back = import_targets(plan, tmp_path / "t.xlsx")
    assert back.edits == ()
    assert back.plan == plan
    save_plan(back.plan, tmp_path / "p.yaml")
    assert (tmp_path / "p.yaml").read_text("utf-8") == dump_document(plan.remembered)


def test_cells_change_what_they_say_and_nothing_else(plan: Plan, tmp_path: Path) -> None:
    target = next(t for z, t in plan.all_targets() if t.bound == "at_least" and z)
    path = edited(
        plan,
        tmp_path,
        (target.target, "low", target.low + 1),  # type: ignore[operator]
        (target.target, "year", "2029"),
        ("moi", "zone", plan.zones[0].name.vi),
        ("moi", "indicator", "area"),
        ("moi", "bound", "từ – đến"),
        ("moi", "low", "1.200,5"),
        ("moi", "high", 1300),
        ("moi", "unit", "ha"),
        ("moi", "name_vi", "Na mới"),
        ("moi", "crop", "Na"),
    )
    found = import_targets(plan, path)
    assert [(e.change, e.target.target, e.column, e.old, e.new) for e in found.edits] == [
        ("changed", target.target, "low", target.low, target.low + 1),  # type: ignore[operator]
        ("changed", target.target, "year", target.year, 2029),
        ("added", "moi", "", None, None),
    ]
    new = next(t for z, t in found.plan.all_targets() if t.target == "moi")
    assert new in found.plan.zones[0].targets
    assert (new.low, new.high, new.crop) == (1200.5, 1300, "custard_apple")
    others = {t.target: t for _, t in plan.all_targets() if t.target != target.target}
    assert {t.target: t for _, t in found.plan.all_targets() if t.target in others} == others


def test_a_text_that_looks_like_a_formula_stays_text(plan: Plan, tmp_path: Path) -> None:
    name = {"vi": '=HYPERLINK("http://x")', "en": "+1"}
    zone = plan.zones[0]
    target = zone.targets[0].model_copy(update={"name": type(zone.name)(**name)})
    named = plan.model_copy(
        update={"zones": [zone.model_copy(update={"targets": [target]}), *plan.zones[1:]]}
    )
    export_targets(named, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    cell = next(c for row in sheet.iter_rows() for c in row if c.value == name["vi"])
    assert cell.data_type == "s"
    assert import_targets(named, tmp_path / "t.xlsx").edits == ()


def test_a_rate_that_a_workbook_keeps_as_a_percent_is_refused(plan: Plan, tmp_path: Path) -> None:
    """14% stands in the file as 0.14: a target of 0.14 % would long have been reached."""
    path = edited(plan, tmp_path, ("agriculture-share-2030", "high", 0.14))
    book = openpyxl.load_workbook(path)
    (cell,) = (it for row in book.worksheets[0].iter_rows() for it in row if it.value == 0.14)
    cell.number_format = "0%"
    book.save(path)
    with pytest.raises(InputError, match=rf"shown as percents \({cell.coordinate}\)"):
        import_targets(plan, path)


def test_a_formula_that_was_never_calculated_is_no_name(plan: Plan, tmp_path: Path) -> None:
    path = edited(plan, tmp_path, ("agriculture-share-2030", "name_vi", "=A1"))
    with pytest.raises(InputError, match="formula"):
        import_targets(plan, path)


def test_a_target_that_is_no_longer_listed_is_told_as_dropped(plan: Plan, tmp_path: Path) -> None:
    table = targets_table(plan, "vi")
    linked = {t.part_of for _, t in plan.all_targets()} | {t.within for _, t in plan.all_targets()}
    gone = next(t.target for _, t in plan.all_targets() if t.target not in linked)
    table[table["target"] != gone].to_csv(tmp_path / "t.csv", index=False, sep=";")
    found = import_targets(plan, tmp_path / "t.csv", decimal=".")
    assert [(e.change, e.target.target) for e in found.edits] == [("dropped", gone)]
    assert gone not in {t.target for _, t in found.plan.all_targets()}
    assert [z.communes for z in found.plan.zones] == [z.communes for z in plan.zones]


def test_columns_that_are_left_out_change_nothing(plan: Plan, tmp_path: Path) -> None:
    targets_table(plan, "en")[["target", "unit"]].to_csv(tmp_path / "t.csv", index=False)
    assert import_targets(plan, tmp_path / "t.csv").plan == plan


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("figure", "5.000", "cột “con số”: .*hai cách.*5000 hoặc 5"),
        ("figure", "năm nghìn", "cột “con số”: .*năm nghìn"),
        ("zone", "Vùng lạ", "cột “vùng”: không có “vùng” nào là 'Vùng lạ'"),
        ("crop", "Na dai", "cột “cây trồng”: .*'Na dai'"),
        ("unit", "bồ", "cột “đơn vị”: .*'bồ'"),
        ("unit", None, "cột “đơn vị”: ô trống"),
        ("bound", "gần bằng", "cột “loại mức”"),
        ("bound", "từ – đến", "loại mức này cần từ .*, đến .*con số"),
        ("year", 2030.5, "cột “năm”: cần một năm"),
        ("year", 1066, "cột “năm”"),
        ("commune", "Xã lạ", "cột “xã”"),
        ("part_of", "nothing", "bảng không có chỉ tiêu 'nothing'"),
        ("within", "itself", "chính là chỉ tiêu này"),
        ("period", "hôm qua", "cột “thời kỳ”"),
    ],
)
def test_a_bad_cell_is_named(
    plan: Plan, tmp_path: Path, column: str, value: Any, told: str
) -> None:
    exact = next(t for _, t in plan.all_targets() if t.bound in ("exact", "about"))
    table, path = targets_table(plan, "vi"), tmp_path / "chỉ tiêu.csv"
    value = exact.target if value == "itself" else value
    table.loc[table["target"] == exact.target, column] = value
    table.to_csv(path, index=False)
    with pytest.raises(InputError) as caught:
        import_targets(plan, path)
    text = caught.value.text("vi")
    assert "\n" not in text
    assert "chỉ tiêu.csv, dòng " in text
    assert re.search(told, text), text


def test_bad_columns_are_told_with_those_that_are_known(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("target,low,màu\nx,1,đỏ\n", "utf-8")
    with pytest.raises(InputError, match=r"unknown columns: màu.*Columns expected: target id"):
        import_targets(plan, tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("low,year\n1,2030\n", "utf-8")
    with pytest.raises(InputError, match="column of target ids is missing"):
        import_targets(plan, tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("target,low,từ (ít nhất)\nx,1,2\n", "utf-8")
    with pytest.raises(InputError, match="two columns are the same: low"):
        import_targets(plan, tmp_path / "t.csv")
    name = plan.all_targets()[0][1].target
    (tmp_path / "t.csv").write_text(f"target\n{name}\n{name}\n", "utf-8")
    with pytest.raises(InputError, match=r"row 3.*stands in row 2 already"):
        import_targets(plan, tmp_path / "t.csv")


def test_a_new_row_needs_a_whole_target(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("target,low\nmoi,1\n", "utf-8")
    with pytest.raises(InputError, match="row 2"):
        import_targets(plan, tmp_path / "t.csv")


def zones(*arguments: str) -> Any:
    return CliRunner().invoke(application, ["plan", *arguments])


def test_copy_export_import_on_the_command_line(tmp_path: Path) -> None:
    own, table = tmp_path / "ke-hoach.yaml", tmp_path / "t.xlsx"
    assert zones("copy", PLAN, str(own)).exit_code == 0
    copied = load_plan(own)
    assert copied.plan == "ke-hoach"
    assert copied.model_dump() == {**load_plan(PLAN).model_dump(), "plan": "ke-hoach"}
    assert isinstance(zones("copy", PLAN, str(own)).exception, Exception)  # it exists
    assert zones("export", str(own), str(table)).exit_code == 0
    before = own.read_bytes()
    target = copied.all_targets()[0][1]
    path = edited(copied, tmp_path, (target.target, "year", 2029))
    shown = zones("import", str(own), str(path))
    assert "2030 → 2029" in shown.output
    assert own.read_bytes() == before  # told, not written
    written = zones("import", str(own), str(path), "--overwrite")
    assert "2030 → 2029" in written.output
    assert load_plan(own).all_targets()[0][1].year == 2029
    lines = zip(before.split(b"\n"), own.read_bytes().split(b"\n"), strict=True)
    assert sum(old != new for old, new in lines) == 1


def test_an_embedded_plan_is_never_written_over(tmp_path: Path) -> None:
    table = tmp_path / "t.xlsx"
    zones("export", PLAN, str(table))
    refused = zones("import", PLAN, str(table), "--overwrite")
    assert isinstance(refused.exception, InputError)
    assert "plan copy" in str(refused.exception)
    with pytest.raises(InputError):
        raise zones("copy", PLAN, str(tmp_path / f"{PLAN}.yaml")).exception  # type: ignore[misc]


def test_the_printed_yaml_is_a_plan(tmp_path: Path) -> None:
    shown = zones("show", PLAN, "--yaml")
    path = tmp_path / "p.yaml"
    path.write_text(shown.output, "utf-8")
    assert load_plan(path).model_dump() == load_plan(PLAN).model_dump()
    assert "plan: " in plan_text(load_plan(path))
