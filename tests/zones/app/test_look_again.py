"""A file looked at again: what the project says of it leads, and writing keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers.crs.source import crs_candidates
from layers.kinds.forest_status import load_forest_status
from tests.factories import communes, forest_plots
from zones.app.suggest import crs_choices
from zones.project.model import load_project
from zones.project.yaml import read_document

#: Names that only resemble those of the fields.
OWN = {"ldlr": "LDLR_KK", "maldlr": "MALDLR_KK", "dtich": "DT_HA", "sldlr": "SLDLR_KK"}


def _entry(project: Path, name: str, text: str) -> str:
    """Write an entry in place of the one of this name; the text of the whole file."""
    lines = project.read_text("utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"  {name}:"))
    lines[at] = text
    made = "\n".join(lines) + "\n"
    project.write_text(made, "utf-8")
    return made


def _said(project: Path, name: str) -> dict[str, Any]:
    return dict(read_document(project)["layers"][name])


@pytest.fixture
def own_names(project: Path) -> Path:
    """The forest layer under names of its own, as the project's file."""
    path = project.parent / "forest.gpkg"
    path.unlink()
    forest_plots()[[*OWN, "geometry"]].rename(columns=OWN).to_file(path)
    return path


def _columns(seen: dict[str, Any]) -> dict[str, str | None]:
    return {item["field"]: item["column"] for item in seen["fields"]}


@pytest.mark.parametrize("field", ["ldlr", "maldlr", "dtich", "sldlr"])
def test_a_field_of_a_forest_layer_that_a_person_empties_stays_empty(
    field: str, sit: Any, project: Path, own_names: Path
) -> None:
    desk = sit(project)
    seen = desk.ask("files", "look", path=str(own_names))
    proposed = {name: column for name, column in _columns(seen).items() if column}
    assert proposed == OWN
    chosen = {**OWN, field: ""}
    again = desk.ask("files", "look", path=str(own_names), columns=chosen)
    assert _columns(again) == _columns(seen) | {field: ""}
    assert again["tables"]["plots"] == len(forest_plots())
    asked = {"path": str(own_names), "kind": "forest_status", "name": "forest"}
    desk.ask("files", "put", **asked, columns=chosen)
    written = _said(project, "forest")["columns"]
    assert "" not in written.values()
    assert written == {**OWN, field: None, "malr3": None}
    seen = desk.ask("files", "look", path=str(own_names), name="forest")
    assert _columns(seen) == _columns(again) | {"malr3": ""}


def test_the_table_of_types_is_that_of_the_columns_that_hold() -> None:
    from zones.app.look_forest import code_tables

    plots = pd.DataFrame({"LDLR": ["TXG1"], "MALDLR": [1], "LDLR_CU": ["NMB"], "DTICH": [1.0]})
    plots["MALR3"] = 3
    found = code_tables(plots, {})
    assert found is not None
    assert found["detected"] is None
    found = code_tables(plots, {"ldlr": "LDLR_CU", "maldlr": ""})  # all its own names are known
    assert found is not None
    assert found["detected"] == "98"


FOREST = """\
  forest:  # rừng
    kind: forest_status
    path: ./forest.gpkg
    date: 2025-12-31  # kiểm kê
    source: Chi cục
    layer: lop_dien_bien
    crs: EPSG:5897
    code_table: 98
    encoding: utf-8
    columns: {maxa: maxa, malr3: null}  # cột
    species: {Thông: pine}"""
FRUIT = """\
  fruit:
    kind: report
    path: fruit.csv
    date: 2025-12-31
    decimal: "."
    columns: {crop: crop, area_ha: area_ha}
    crops:
      citrus: pomelo  # bưởi
      quýt: citrus
    communes: {Cao Loc: "06211"}"""
COVER = """\
  cover:
    kind: raster
    path: cover.tif
    date: 2025-12-31
    band: 1
    crs: EPSG:9215
    classes: {1: trees, 2: crops}"""


SHEET = FRUIT.replace("fruit.csv", "so.xlsx").replace(
    "    decimal:", "    sheet: '2024'  # sổ\n    decimal:"
)
TABLE = pd.DataFrame({"commune_code": ["06148"], "crop": "citrus", "year": 2025, "area_ha": 1.5})


def _plots(path: Path, *layers: str) -> None:
    path.unlink(missing_ok=True)
    for layer in layers:
        forest_plots().to_file(path, layer=layer)


def _book(path: Path, *sheets: str, hidden: str = "") -> None:
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for sheet in sheets:
            TABLE.to_excel(book, sheet_name=sheet, index=False)
        if hidden:
            book.book[hidden].sheet_state = "hidden"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [("forest", FOREST, "forest_status"), ("fruit", FRUIT, "report"), ("cover", COVER, "raster")],
)
def test_what_a_form_says_nothing_of_stays_with_the_same_file(
    name: str, text: str, kind: str, sit: Any, project: Path
) -> None:
    before = _entry(project, name, text)
    _plots(project.parent / "forest.gpkg", "lop_dien_bien")
    desk = sit(project)
    path = str(project.parent / _said(project, name)["path"])
    asked = {"path": path, "kind": kind, "name": name}
    desk.ask("files", "put", **asked)
    assert project.read_text("utf-8") == before
    desk.ask("files", "put", **asked, date="2024-12-31")
    assert project.read_text("utf-8") == before.replace(
        text, text.replace("date: 2025-12-31", "date: 2024-12-31")
    )


@pytest.mark.parametrize(
    ("name", "text", "old", "write"),
    [
        ("forest", FOREST, "lop_dien_bien", _plots),
        ("fruit", SHEET, "'2024'", _book),
    ],
)
def test_the_only_layer_or_sheet_takes_the_place_of_one_that_is_gone(
    name: str, text: str, old: str, write: Any, sit: Any, project: Path
) -> None:
    before = _entry(project, name, text)
    path = (project.parent / _said(project, name)["path"]).resolve()
    write(path, "2025")
    desk = sit(project)
    for asked in ({}, {"name": name}):
        assert desk.ask("files", "look", path=str(path), **asked)["entry"] == name
    asked = {"path": str(path), "kind": _said(project, name)["kind"], "name": name}
    assert desk.ask("files", "put", **asked)["fault"] is None
    assert project.read_text("utf-8") == before.replace(text, text.replace(old, "'2025'"))
    write(path, "moi", "cu")  # which one is meant is not known: the run stops and says so
    desk.ask("files", "put", **asked)
    assert _said(project, name)["layer" if name == "forest" else "sheet"] == "2025"


def test_a_report_is_read_from_the_only_sheet_once_its_own_is_gone(sit: Any, project: Path) -> None:
    _entry(project, "fruit", "  fruit: {kind: report, path: so.xlsx, date: 2025-12-31, sheet: cu}")
    path = project.parent / "so.xlsx"
    _book(path, "moi")
    desk = sit(project)
    desk.ask("files", "put", path=str(path), kind="report", name="fruit")
    table = desk.desk.inputs().reports["fruit"].table
    assert table["area_ha"].sum() == pytest.approx(1.5)


def test_a_sheet_that_another_entry_names_takes_nobodys_place(sit: Any, project: Path) -> None:
    """The hectares of one sheet would count twice; the run stops at the name instead."""
    entry = "{kind: report, path: so.xlsx, date: 2025-12-31, sheet: %s}"
    _entry(project, "fruit", f"  mot: {entry % 'cu'}\n  hai: {entry % 'moi'}")
    path = project.parent / "so.xlsx"
    _book(path, "moi")
    sit(project).ask("files", "put", path=str(path), kind="report", name="mot")
    assert [_said(project, name)["sheet"] for name in ("mot", "hai")] == ["cu", "moi"]


def test_boundaries_take_the_only_layer_once_their_own_is_gone(sit: Any, project: Path) -> None:
    path = project.parent / "communes.gpkg"
    text = project.read_text("utf-8").replace(
        "  path: communes.gpkg\n", "  path: communes.gpkg\n  layer: cu\n  code_column: code\n"
    )
    project.write_text(text, "utf-8")
    path.unlink()
    communes().to_file(path, layer="moi")
    desk = sit(project)
    assert desk.ask("files", "look", path=str(path))["entry"] == "communes"
    desk.ask("files", "put", path=str(path), kind="communes")
    assert project.read_text("utf-8") == text.replace("layer: cu", "layer: moi")
    assert not desk.desk.inputs().findings.of("error")


def test_a_hidden_sheet_that_the_project_names_is_not_gone(sit: Any, project: Path) -> None:
    before = _entry(project, "fruit", SHEET)
    path = project.parent / "so.xlsx"
    _book(path, "2024", "2025", hidden="2024")
    desk = sit(project)
    seen = desk.ask("files", "look", path=str(path), name="fruit")
    assert (seen["entry"], seen["sheet"], seen["sheets"]) == ("fruit", "2024", ["2024", "2025"])
    assert desk.ask("files", "look", path=str(path))["form"] == "sheets"
    desk.ask("files", "put", path=str(path), kind="report", name="fruit")
    assert project.read_text("utf-8") == before


def test_columns_and_crops_are_merged_and_an_empty_one_is_taken_out(
    sit: Any, project: Path
) -> None:
    _entry(project, "fruit", FRUIT)
    _entry(project, "forest", FOREST)
    desk = sit(project)
    fruit = {"path": str(project.parent / "fruit.csv"), "kind": "report", "name": "fruit"}
    columns = {"area_ha": "", "year": "year", "commune": ""}
    desk.ask("files", "put", **fruit, columns=columns, crops={"citrus": "", "Na": "custard_apple"})
    said = _said(project, "fruit")
    assert said["columns"] == {"crop": "crop", "year": "year"}
    assert said["crops"] == {"quýt": "citrus", "Na": "custard_apple"}
    assert said["decimal"] == "."
    desk.ask("files", "put", **fruit, columns={"crop": "", "year": ""}, decimal=None)
    assert not {"columns", "decimal"} & set(_said(project, "fruit"))
    forest = {"path": str(project.parent / "forest.gpkg"), "kind": "forest_status"}
    desk.ask("files", "put", **forest, name="forest", columns={"malr3": "", "ldlr": "ldlr"})
    said = _said(project, "forest")["columns"]
    assert said == {"maxa": "maxa", "malr3": None, "ldlr": "ldlr", "maldlr": None, "dtich": None}


def test_what_was_said_of_one_file_is_not_said_of_the_next(sit: Any, project: Path) -> None:
    _entry(project, "forest", FOREST)
    text = project.read_text("utf-8").replace(
        "  path: communes.gpkg\n", "  path: communes.gpkg  # ranh\n  crs: EPSG:5897\n"
        "  code_column: ma\n  name_column: name\n"
    )  # fmt: skip
    project.write_text(text, "utf-8")
    forest_plots().to_file(project.parent / "moi.gpkg", layer="a")
    forest_plots().to_file(project.parent / "moi.gpkg", layer="b")
    communes().to_file(project.parent / "xa.gpkg")
    desk = sit(project)
    asked = {"path": str(project.parent / "moi.gpkg"), "kind": "forest_status", "name": "forest"}
    desk.ask("files", "put", **asked, date="2025-12-31", layer="a", columns={})
    assert set(_said(project, "forest")) == {"kind", "path", "date", "source", "layer", "species"}
    desk.ask("files", "put", **asked, date="2025-12-31", layer="a", code_table="98")
    desk.ask("files", "put", **asked, date="2025-12-31", layer="b")  # other plots
    assert _said(project, "forest")["layer"] == "b"
    assert "code_table" not in _said(project, "forest")
    desk.ask("files", "put", path=str(project.parent / "communes.gpkg"), kind="communes")
    assert dict(read_document(project)["communes"])["crs"] == "EPSG:5897"
    xa = {"path": str(project.parent / "xa.gpkg"), "kind": "communes"}
    answer = desk.ask("files", "put", **xa, columns={"code": "code", "name": ""})
    assert answer["fault"] is None
    said = read_document(project)["communes"]
    assert set(said) == {"vintage", "path", "part_of_province", "natural_areas", "code_column"}
    assert (said["path"], said["code_column"]) == ("xa.gpkg", "code")


def test_the_columns_of_the_project_lead_and_before_them_those_that_are_chosen(
    sit: Any, project: Path
) -> None:
    frame = pd.DataFrame({"Mã xã": ["06148"], "Cây": ["Na"], "Giống": ["Hồi"], "Năm": [2025]})
    frame.assign(**{"Diện tích": ["1.5"], "DT cũ": ["1.234"]}).to_csv(
        project.parent / "fruit.csv", index=False
    )
    text = "  fruit: {kind: report, path: fruit.csv, date: 2025-12-31,"
    _entry(project, "fruit", text + " columns: {crop: Giống, area_ha: DT cũ, commune: Tên}}")
    desk = sit(project)
    path = str(project.parent / "fruit.csv")
    seen = desk.ask("files", "look", path=path)
    named = {"crop": "Giống", "area_ha": "DT cũ", "year": "Năm", "commune_code": "Mã xã"}
    assert {field: name for field, name in _columns(seen).items() if name} == named
    assert seen["entry"] == "fruit"
    assert [row["text"] for row in seen["crops"]] == ["Hồi"]
    assert seen["two_readings"] == ["1.234", 1234.0, 1.234]
    chosen = named | {"crop": "Cây", "area_ha": "Diện tích", "year": ""}
    again = desk.ask("files", "look", path=path, columns=chosen)
    assert _columns(again) == chosen | {"commune": None}
    assert [row["text"] for row in again["crops"]] == ["Na"]
    assert again["two_readings"] is None
    assert desk.ask("files", "look", path=path, columns=named | {"crop": ""})["crops"] == []


def test_an_entry_is_found_by_its_layer_and_sheet_and_by_its_name(sit: Any, project: Path) -> None:
    both = project.parent / "rung.gpkg"
    for layer in ("moi", "cu"):
        forest_plots().to_file(both, layer=layer)
    entry = "{kind: forest_status, path: rung.gpkg, layer: %s, date: %s-12-31, code_table: 98}"
    _entry(project, "forest", f"  moi: {entry % ('moi', 2025)}\n  cu: {entry % ('cu', 2024)}")
    book = project.parent / "so.xlsx"
    table = pd.DataFrame({"commune_code": ["06148"], "crop": "Na", "year": 2025, "area_ha": 1.0})
    with pd.ExcelWriter(book) as sheets:
        for sheet in ("Một", "Hai"):
            table.to_excel(sheets, sheet_name=sheet, index=False)
    report = "{kind: report, path: so.xlsx, date: 2025-12-31, sheet: %s}"
    _entry(project, "fruit", f"  mot: {report % 'Một'}\n  hai: {report % 'Hai'}")
    desk = sit(project)
    parts = {part["name"]: part for part in desk.ask("files", "state")["parts"]}
    assert (parts["cu"]["layer"], parts["hai"]["sheet"]) == ("cu", "Hai")
    assert desk.ask("files", "look", path=str(both))["form"] == "layers"
    assert desk.ask("files", "look", path=str(both), layer="cu")["entry"] == "cu"
    for name in ("moi", "cu"):
        seen = desk.ask("files", "look", path=str(both), name=name)
        assert (seen["entry"], seen["layer"]) == (name, name)
    assert desk.ask("files", "look", path=str(book))["form"] == "sheets"
    seen = desk.ask("files", "look", path=str(book), name="hai")
    assert (seen["entry"], seen["sheet"]) == ("hai", "Hai")
    assert desk.ask("files", "look", path=str(book), sheet="Một")["entry"] == "mot"
    other = desk.ask("files", "look", path=str(both), layer="cu", kind="land_use")
    assert other["entry"] == ""


def test_the_crs_of_the_project_is_the_one_that_is_shown(sit: Any, project: Path) -> None:
    bare = project.parent / "rung.shp"
    forest_plots().to_file(bare)
    bare.with_suffix(".prj").unlink()
    entry = "  forest: {kind: forest_status, path: %s, date: 2025-12-31, crs: %s}"
    desk = sit(project)
    for crs in ("EPSG:9215", "epsg:9215", "EPSG:32648"):
        _entry(project, "forest", entry % ("rung.shp", crs))
        seen = desk.ask("files", "look", path=str(bare), name="forest")
        assert (seen["named_crs"], seen["lacking"]) == (crs, True)
        assert crs in [one["crs"] for one in seen["choices"]]
        assert seen["place"] is None  # until it is tried
        assert desk.ask("files", "look", path=str(bare), crs=crs)["place"]
    # a file with a CRS of its own, which the project says is wrong
    path = str(project.parent / "forest.gpkg")
    own = desk.ask("files", "look", path=path)["place"]
    assert own
    _entry(project, "forest", entry % ("forest.gpkg", "EPSG:5897"))
    seen = desk.ask("files", "look", path=path)
    assert (seen["named_crs"], seen["lacking"], seen["place"]) == ("EPSG:5897", False, None)
    assert desk.ask("files", "look", path=path, crs="")["place"] == own
    there = desk.ask("files", "look", path=path, crs="EPSG:5897")["place"]
    moved = abs(there[0][0][1] - own[0][0][1])
    assert moved == pytest.approx(2.25, abs=0.01)  # degrees between the two meridians


def test_a_file_may_be_in_each_crs_that_its_readers_try() -> None:
    offered = [one["crs"] for one in crs_choices("20")]
    assert offered[: len(crs_candidates("20"))] == [f"EPSG:{it}" for it in crs_candidates("20")]
    assert {"EPSG:3405", "EPSG:3406", "EPSG:32648", "EPSG:32649"} <= set(offered)
    assert len(set(offered)) == len(offered)


def test_a_layer_with_columns_of_its_own_is_the_same_once_it_was_looked_at_again(
    sit: Any, project: Path, own_names: Path
) -> None:
    """Looked at and written as it stands: no hectare moves."""
    desk = sit(project)
    path = str(own_names)
    desk.ask(
        "files", "put", path=path, kind="forest_status", name="forest", columns=OWN, code_table="98"
    )
    before = project.read_text("utf-8")
    seen = desk.ask("files", "look", path=path, name="forest")
    told = {field: name for field, name in _columns(seen).items() if name is not None}
    desk.ask("files", "put", path=path, kind="forest_status", name="forest", columns=told)
    assert project.read_text("utf-8") == before
    layer = load_project(project).layers["forest"]
    read = load_forest_status(path, columns=layer.columns, code_table="98")  # type: ignore[union-attr]
    assert read.plots["ledger_ha"].sum() == pytest.approx(forest_plots()["dtich"].sum())


def test_reconciled_figures_are_looked_at_again(sit: Any, project: Path) -> None:
    pd.read_csv(project.parent / "fruit.csv", dtype=str).to_csv(
        project.parent / "reconciled.csv", index=False
    )
    entry = "  fruit: {kind: reconciled, path: reconciled.csv, date: 2025-12-31}"
    text = _entry(project, "fruit", entry)
    desk = sit(project)
    (part,) = (it for it in desk.ask("files", "state")["parts"] if it["name"] == "fruit")
    asked = {"path": part["at"], "name": part["name"], "kind": part["kind"]}
    seen = desk.ask("files", "look", **asked)
    assert (seen["form"], seen["kind"], seen["entry"]) == ("table", "reconciled", "fruit")
    assert _columns(seen)["area_ha"] == "area_ha"
    put = {"path": part["at"], "name": "fruit", "kind": "reconciled", "date": "2025-12-31"}
    desk.ask("files", "put", **put)
    assert project.read_text("utf-8") == text  # as it stands
    desk.ask("files", "put", **{**put, "source": "Sở"})
    assert _said(project, "fruit")["kind"] == "reconciled"
    assert load_project(project).layers["fruit"].source == "Sở"


def test_what_changes_nothing_is_no_step_to_take_back(sit: Any, project: Path) -> None:
    desk, before = sit(project), project.read_text("utf-8")
    put = {"path": str(project.parent / "fruit.csv"), "kind": "report", "name": "fruit"}
    assert not desk.ask("files", "put", **put, date="2025-12-31")["undo"]
    assert project.read_text("utf-8") == before
    assert desk.ask("files", "put", **put, date="2025-12-31", source="Sở")["undo"]
    assert desk.ask("files", "put", **put, date="2025-12-31", source="Sở")["undo"]
    assert not desk.ask("files", "undo")["undo"]  # one step, not two
    assert project.read_text("utf-8") == before
