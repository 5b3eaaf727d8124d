"""The QGIS project of a run: its figures are the published ones, and nothing is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pyogrio
import pytest

from layers.base.resources import data_table
from layers.kinds.forest_codes import load_code_table
from tests.factories import write_project
from zones.pages.qgis import standard_colours
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_project(tmp_path_factory.mktemp("Dự án") / "vùng trồng")
    text = path.read_text("utf-8") + "\nqgis: {make: true}\n"
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


def test_every_plot_that_was_read_is_there(out: Path) -> None:
    layers = [name for name, _ in pyogrio.list_layers(out / "qgis" / "project.gpkg")]
    plots = pyogrio.read_dataframe(out / "qgis" / "project.gpkg", layer="plots_1")
    areas = pd.read_csv(out / "tables" / "areas.csv")
    forest = areas[areas["layer"].eq("forest") & ~areas["land"].isin(["unclassified", "overlap"])]
    assert plots["ledger_ha"].sum() == pytest.approx(forest["ledger_ha"].sum())
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
    assert set(named) == set(plots["type_code"])
    for code, number in named.items():
        if code not in table.index:
            continue
        symbol = next(item for item in style.iter("symbol") if item.get("name") == number)
        colour = next(o.get("value") for o in symbol.iter("Option") if o.get("name") == "color")
        red, green, blue = table.loc[code, ["red", "green", "blue"]]
        assert colour == f"{red},{green},{blue},255"
    label = next(style.iter("text-style"))
    assert label.get("isExpression") == "1"
    assert '"type_code"' in str(label.get("fieldName"))


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
