"""Forest forms on the pages: numbers by date, names, two layers from file to annex."""

from __future__ import annotations

from pathlib import Path

import docx
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from layers.base.errors import InputError
from tests.factories import write_project
from zones.project.model import load_project
from zones.publish.folder import PUBLISHED_FOLDER
from zones.publish.forest_form_pages import form_numbers
from zones.publish.verify import verify_folder
from zones.run.context import RunOptions
from zones.run.run import run_project


def numbers(folder: Path, day: str, told: str = "") -> dict[str, str]:
    path = write_project(folder)
    text = path.read_text("utf-8").replace("date: 2025-12-31", f"date: {day}")
    path.write_text(text + (f"annex: {{forest_forms: {told}}}\n" if told else ""), "utf-8")
    return form_numbers(load_project(path))


def test_the_numbering_in_force_at_the_layers_date_is_taken(tmp_path: Path) -> None:
    assert numbers(tmp_path / "new", "2023-12-31")["cover"] == "04"
    older = numbers(tmp_path / "old", "2022-12-31")
    assert (older["cover"], older["purposes"], older["ages"]) == ("3", "", "6")
    inventory = numbers(tmp_path / "inventory", "2025-12-31", "inventory")
    assert (inventory["cover"], inventory["ages"]) == ("07", "08")


def test_a_circular_later_than_the_layer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"in force from 2023-12-15, and layer 'forest'"):
        numbers(tmp_path / "old", "2022-12-31", "monitoring")
    with pytest.raises(InputError) as told:
        numbers(tmp_path / "older", "2022-12-31", "monitoring")
    assert "2023-12-15" in told.value.phrase.vi or "15/12/2023" in told.value.phrase.vi


@pytest.fixture(scope="module")
def two_layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a project whose earlier layer had one planted plot (watershed) less."""
    folder = tmp_path_factory.mktemp("Hai kỳ")
    path = write_project(folder)
    forest = gpd.read_file(folder / "forest.gpkg")
    planted = forest.index[forest["ldlr"].str.startswith("RT")][0]
    forest.loc[planted, ["malr3", "mamdsd"]] = 1
    forest.to_file(folder / "forest.gpkg", layer="lop_dien_bien")
    names = {name: name for name in forest.columns}
    forest.loc[planted, names["thanhrung"]] = 2
    forest.to_file(folder / "forest_2022.gpkg")
    text = path.read_text("utf-8").replace(
        "layers:\n",
        "layers:\n  earlier: {kind: forest_status, path: forest_2022.gpkg, date: 2022-12-31,"
        " code_table: 98}\n",
        1,
    )
    path.write_text(text, "utf-8")
    run_project(load_project(path), options=RunOptions(only=("annex",)))
    return folder / "out"


def test_two_layers_fill_forms_02_and_05_of_the_annex(two_layers: Path) -> None:
    book = openpyxl.load_workbook(two_layers / "annex.xlsx", data_only=True)
    sheets = {sheet.title.partition(" ")[2]: sheet for sheet in book}
    head = "Phân loại rừng\n(2)"
    rows = {}
    for name in ("Biểu 02 Mục đích sử dụng", "Biểu 05 Nguyên nhân"):
        values = list(sheets[name].iter_rows(values_only=True))
        assert any(head in row for row in values)
        rows[name[5:7]] = {row[2]: row[3:] for row in values if row[2]}
    cover = pd.read_csv(two_layers / PUBLISHED_FOLDER / "forest_cover.csv").iloc[-1]
    # Columns 4, 5, 6: start, change, end.
    start, change, end = rows["02"]["1120"][:3]
    assert end == pytest.approx(cover["planted_forest_ha"])
    assert change > 0
    assert start == pytest.approx(end - change)
    assert rows["02"]["2010"][1] == pytest.approx(-change)
    assert rows["02"]["0000"][1] == 0
    # Column 6 of Form 05: planted forest that meets the criteria.
    assert rows["05"]["1120"][:3] == (change, 0, change)
    assert rows["05"]["2010"][2] == pytest.approx(-change)
    assert rows["05"]["1120"][5] == "…"


def test_columns_that_the_layer_has_no_number_for_are_left_blank(two_layers: Path) -> None:
    book = openpyxl.load_workbook(two_layers / "annex.xlsx", data_only=True)
    sheet = next(sheet for sheet in book if "Biểu 02" in sheet.title)
    values = list(sheet.iter_rows(values_only=True))
    # Number in the form's order: column 4 stands fourth.
    figures = [[None, *row] for row in values if row[2] and str(row[2]).isdigit()]
    watershed = [row for row in figures if row[13]]
    assert watershed
    assert all(row[15] in (None, "") and row[16] in (None, "") for row in watershed)
    assert all(row[14] == row[13] for row in watershed)
    assert "…" not in [cell for row in figures for cell in row[10:11] + row[15:17]]
    assert any(str(row[0]).startswith("Cột 10, 15 và 16 để trống") for row in values)


def test_forms_come_back_as_they_were_printed(two_layers: Path) -> None:
    assert verify_folder(two_layers).agrees
    path = two_layers / PUBLISHED_FOLDER / "forest_form_causes.csv"
    text = path.read_text("utf-8-sig")
    path.write_text("\ufeff" + text.replace("1120,", "1120,9", 1), "utf-8")
    assert not verify_folder(two_layers).agrees
    path.write_text("\ufeff" + text, "utf-8")


def test_each_form_says_of_whom_of_when_and_by_which_circular(two_layers: Path) -> None:
    """The pages are laid beside the circular: a form without unit and period is not signed."""
    of_whom = "Đơn vị: một phần tỉnh Lạng Sơn. "
    by = "Biểu theo Thông tư 16/2023/TT-BNNPTNT, Phụ lục IV."
    period = f"{of_whom}Kỳ: từ ngày 31/12/2022 đến ngày 31/12/2025. {by}"
    state = f"{of_whom}Số liệu đến ngày 31/12/2025. {by}"
    wanted = {"02": period, "04": state, "05": period, "06": state}
    book = openpyxl.load_workbook(two_layers / "annex.xlsx", data_only=True)
    found = {}
    for sheet in book:
        if (number := sheet.title.partition("Biểu ")[2][:2]) in wanted:
            top = [row[0] for row in sheet.iter_rows(max_row=8, max_col=1, values_only=True)]
            found[number] = next((text for text in top if text in wanted.values()), None)
    assert found == wanted
    lines = [item.text for item in docx.Document(str(two_layers / "annex.docx")).paragraphs]
    for number, line in wanted.items():
        places = [i for i, text in enumerate(lines) if f"Biểu {number}. " in text]
        assert line in [lines[place + 1] for place in places]
