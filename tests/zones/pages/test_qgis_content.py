"""The QGIS project of a run: its figures are the published ones, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pyogrio
import pytest

from layers.base.resources import data_table
from layers.kinds.forest_codes import load_code_table
from tests.factories import write_project
from tests.maps.qgis.program import tell_in_qgis
from tests.zones.borders.border_ground import write_own
from zones.borders.commune_pairs import measure_borders
from zones.borders.side import read_sides
from zones.cli.main import run as command
from zones.inputs.read import read_inputs
from zones.pages.forest_standard import standard_colours
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import BORDERS


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_project(tmp_path_factory.mktemp("Dự án") / "vùng trồng")
    shutil.copy(path.parent / "forest.gpkg", path.parent / "before.gpkg")
    before = "layers:\n  before: {kind: forest_status, path: before.gpkg, date: 2020-12-31}\n"
    text = path.read_text("utf-8").replace("layers:\n", before, 1) + "\nqgis: {make: true}\n"
    path.write_text(text, "utf-8")
    return run_project(load_project(path), options=RunOptions()).out


def test_it_is_made_where_the_project_asks_for_it(out: Path) -> None:
    assert sorted(item.name for item in (out / "qgis").iterdir()) == ["project.gpkg", "project.qgz"]


def test_figures_are_those_of_the_tables(out: Path) -> None:
    figures = pyogrio.read_dataframe(out / "qgis" / "project.gpkg", layer="zone_figures")
    figures = figures.set_index(["zone", "commune_code"])
    codes = {"commune_code": "str"}
    plan = pd.read_csv(out / "tables" / "allocation.csv", dtype=codes).dropna(subset=["planned_ha"])
    by_year = plan.groupby(["zone", "commune_code", "year"])["planned_ha"].sum()
    assert len(by_year)
    for (zone, code, year), hectares in by_year.items():
        assert figures.loc[(zone, code), f"planned_{year}_ha"] == pytest.approx(hectares)
    allocated = figures[figures["planned_ha"].notna()]
    assert allocated["planned_ha"].sum() == pytest.approx(plan["planned_ha"].sum())
    # A zone without an allocation has no plan: missing, not zero.
    rest = figures[~figures.index.get_level_values("zone").isin(plan["zone"])]
    assert rest["planned_ha"].isna().all()


def test_an_earlier_forest_layer_does_not_show_through(out: Path) -> None:
    """Where the newest layer has no plot, the ground is open: as in the atlas."""
    data = out / "qgis" / "project.gpkg"
    names = [name for name, _ in pyogrio.list_layers(data) if name.startswith("plots_")]
    tables = [pyogrio.read_dataframe(data, layer=name) for name in names]
    assert sum("maldlr" in table for table in tables) == 1
    with closing(sqlite3.connect(data)) as base:
        told = {str(row[0]) for row in base.execute("SELECT identifier FROM gpkg_contents")}
    assert "plots_1: Lớp hiện trạng rừng" in told


def test_every_plot_that_was_read_is_there(out: Path) -> None:
    layers = [name for name, _ in pyogrio.list_layers(out / "qgis" / "project.gpkg")]
    plots = pyogrio.read_dataframe(out / "qgis" / "project.gpkg", layer="plots_1")
    areas = pd.read_csv(out / "tables" / "areas.csv")
    forest = areas[areas["layer"].eq("forest") & ~areas["land"].isin(["unclassified", "overlap"])]
    assert plots["dtich"].sum() == pytest.approx(forest["ledger_ha"].sum())
    assert "communes" in layers


def test_the_forest_layer_has_the_colours_and_labels_of_the_standard(out: Path) -> None:
    with closing(sqlite3.connect(out / "qgis" / "project.gpkg")) as base:
        rows = base.execute(
            "SELECT useAsDefault, styleQML FROM layer_styles WHERE f_table_name = 'plots_1' "
            "AND styleName = 'TCVN 11565:2016'"
        ).fetchall()
    ((default, text),) = rows
    assert default == 0
    style = ET.fromstring(text)  # noqa: S314 - our own file
    plots = pyogrio.read_dataframe(out / "qgis" / "project.gpkg", layer="plots_1")
    table = data_table("forest_colours_tcvn11565.csv").set_index("ldlr")
    named = {item.get("value"): item.get("symbol") for item in style.iter("category")}
    # No plot is left out, whatever its letters.
    assert set(named) == set(plots["ldlr"])
    for code, number in named.items():
        if code not in table.index:
            continue
        symbol = next(item for item in style.iter("symbol") if item.get("name") == number)
        colour = next(o.get("value") for o in symbol.iter("Option") if o.get("name") == "color")
        red, green, blue = table.loc[code, ["red", "green", "blue"]]
        assert colour == f"{red},{green},{blue},255"
    label = next(style.iter("text-style"))
    assert label.get("isExpression") == "1"
    assert '"ldlr"' in str(label.get("fieldName"))


def project_of(out: Path) -> ET.Element:
    with zipfile.ZipFile(out / "qgis" / "project.qgz") as archive:
        return ET.fromstring(archive.read("project.qgs"))  # noqa: S314 - our own file


def test_a_sheet_greys_the_communes_around_and_its_legend_leaves_them_out(out: Path) -> None:
    sheets = pyogrio.read_dataframe(out / "qgis" / "project.gpkg", layer="map_sheets")
    communes = pyogrio.read_dataframe(out / "qgis" / "project.gpkg", layer="communes")
    assert set(sheets["maxa"]) == set(communes["commune_code"])
    project = project_of(out)
    layers = {str(item.findtext("datasource")): item for item in project.iter("maplayer")}
    ground = next(item for name, item in layers.items() if name.endswith("=communes"))
    rules = [item for item in ground.iter("rule") if item.get("filter") != "ELSE"]
    own = "coalesce(try(attribute(@atlas_feature, 'maxa')), \"commune_code\")"
    assert [item.get("filter") for item in rules] == [f'"commune_code" <> {own}']
    theme = next(
        item for item in project.iter("visibility-preset") if "TCVN" in str(item.get("name"))
    )
    shown = {item.get("id"): item.get("style") for item in theme.iter("layer")}
    assert shown[ground.findtext("id")] == "TCVN 11565:2016"
    legends = [item for item in project.iter("LayoutItem") if item.get("type") == "65642"]
    assert legends
    for legend in legends:
        told = {
            str(node.get("id")): {o.get("name"): o.get("value") for o in node.iter("Option")}
            for node in legend.iter("layer-tree-layer")
        }
        assert set(told) == set(shown)
        plots = next(words for name, words in told.items() if name.startswith("plots_1_"))
        assert plots["legend/expressionFilter"] == f'"commune_code" = {own}'
        assert plots["legend/expressionFilterEnabled"] == "true"


def test_no_id_of_ours_stands_in_a_legend_or_a_field(out: Path) -> None:
    project = project_of(out)
    named = [(item.get("value"), item.get("label")) for item in project.iter("category")]
    assert ("crop", "crop") not in named
    assert [value for value, name in named if value == name and str(value).islower()] == []
    with closing(sqlite3.connect(out / "qgis" / "project.gpkg")) as base:
        for layer in project.iter("maplayer"):
            table = str(layer.findtext("datasource")).partition("layername=")[2]
            words = {
                str(field.get("name")): {option.get("value") for option in field.iter("Option")}
                for field in layer.iter("field")
                if field.find("editWidget[@type='ValueMap']") is not None
            }
            for name in ("land", "land_class", "symbol", "zone", "three_forest", "severity"):
                fields = [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
                if name in fields:
                    rows = base.execute(f"SELECT DISTINCT {name} FROM {table}")  # noqa: S608
                    assert {row[0] for row in rows} - {None, ""} <= words[name], (table, name)


def test_letters_have_the_colour_of_their_own_table() -> None:
    colours = data_table("forest_colours_tcvn11565.csv").set_index("ldlr")

    def standard(code: str) -> str:
        return "#" + "".join(
            f"{value:02x}" for value in colours.loc[code, ["red", "green", "blue"]]
        )

    # NN is farmland in the 93, natural forest of wet land in the 98, whose farmland is DNN.
    assert standard_colours(["NN"], "93") == {"NN": standard("NN")}
    found = standard_colours(["NN", "DNN", "TXB", "NRLG"], "98")
    assert found["NN"] == standard("RNN") != standard("NN")
    assert found["DNN"] == standard("NN")
    assert found["TXB"] == standard("TXB")
    # The standard has no half-deciduous forest: grey, and not left out.
    assert found["NRLG"] == "#d9d9d9"
    assert standard_colours(["TG"], "55") == {"TG": standard("RTG")}


def test_every_letter_that_is_likened_stands_in_its_table() -> None:
    other = data_table("forest_colour_letters.csv", dtype={"table": "str"})
    colours = set(data_table("forest_colours_tcvn11565.csv")["ldlr"])
    assert set(other["like"]) <= colours
    for name, rows in other.groupby("table"):
        assert set(rows["ldlr"]) <= set(load_code_table(str(name))["ldlr"])
        land = load_code_table(str(name)).set_index("ldlr")["land"]
        standard = load_code_table("93").set_index("ldlr")["land"]
        for row in rows.itertuples(index=False):
            assert land[row.ldlr] == standard[row.like], row


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of the small project with two communes of another province along its east."""
    path = write_own(tmp_path_factory.mktemp("Giáp ranh") / "vùng trồng")
    path.write_text(path.read_text("utf-8") + "qgis: {make: true}\n", "utf-8")
    return run_project(load_project(path), options=RunOptions(only=("qgis",))).out


def test_borders_are_a_layer_where_communes_beyond_them_are_known(beside: Path) -> None:
    data = beside / "qgis" / "project.gpkg"
    borders = pyogrio.read_dataframe(data, layer="borders")
    assert borders[
        ["commune_code", "neighbour_code", "neighbour_province"]
    ].to_numpy().tolist() == [
        ["06184", "07282", "24"],
        ["06529", "07294", "24"],
    ]
    inputs = read_inputs(load_project(beside.parent / "project.yaml"))
    sides = read_sides(inputs.project, inputs)
    assert sides is not None
    measured = measure_borders(inputs.project, sides)
    figures = measured.tables[BORDERS]
    pd.testing.assert_frame_equal(
        pd.DataFrame(borders.drop(columns="geometry")), figures, check_dtype=False, check_exact=True
    )
    # Squares of 1 km: the border is their eastern side.
    assert borders.geometry.length.tolist() == pytest.approx([1000.0, 1000.0])
    assert borders["length_m"].tolist() == pytest.approx([1000.0, 1000.0], abs=0.2)
    # No plots are known across: missing, not zero.
    assert borders["neighbour_forest_m"].isna().all()
    with closing(sqlite3.connect(data)) as base:
        ((default, text),) = base.execute(
            "SELECT useAsDefault, styleQML FROM layer_styles WHERE f_table_name = 'borders'"
        ).fetchall()
    assert default == 1
    style = ET.fromstring(text)  # noqa: S314 - our own file
    aliases = {item.get("field"): item.get("name") for item in style.iter("alias")}
    assert aliases["length_m"] == "Chiều dài (m)"
    assert all(name for field, name in aliases.items() if field != "fid")


def test_without_neighbours_there_are_no_borders(out: Path) -> None:
    tables = [name for name, _ in pyogrio.list_layers(out / "qgis" / "project.gpkg")]
    assert "communes" in tables
    assert "borders" not in tables
    with zipfile.ZipFile(out / "qgis" / "project.qgz") as archive:
        assert "Giáp ranh tỉnh" not in archive.read("project.qgs").decode("utf-8")


def test_a_layer_of_neighbours_without_any_makes_no_borders(tmp_path: Path) -> None:
    path = write_own(tmp_path / "dự án")
    own = pyogrio.read_dataframe(path.parent / "communes.gpkg")
    own.to_file(path.parent / "around.gpkg", layer="around")
    inputs = read_inputs(load_project(path))
    assert read_sides(inputs.project, inputs) is None


def test_borders_open_in_qgis(beside: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(beside / "qgis", tmp_path / "qgis")
    project, sheet = folder / "project.qgz", tmp_path / "sheet.pdf"
    told = tell_in_qgis("in_qgis.py", str(project), str(sheet), home=tmp_path)
    layer = told["layers"]["Ranh giới với xã tỉnh giáp ranh"]
    assert (layer["valid"], layer["rows"], layer["labels"]) == (True, 2, True)
    assert (layer["renderer"], layer["default"]) == ("singleSymbol", "singleSymbol")
    assert "Chiều dài (m)" in layer["aliases"]
    assert "Giáp ranh tỉnh" in told["themes"]
    assert all(layer["valid"] for layer in told["layers"].values())


def test_what_comes_back_is_held_for_hectares_alone(
    beside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Borders and the communes around are drawn, and stand for no hectares."""
    project, data = beside.parent / "project.yaml", beside / "qgis" / "project.gpkg"
    assert command(["qgis", str(project), "--changes", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"changes": []}
