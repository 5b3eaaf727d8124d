"""The planning layer of a run: plots by measure, sums that close, the same plots every time."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from layers.kinds.plots import PlotLayer
from tests.factories import square, write_project
from zones.planting.planning_map import load_measures, planning_map
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project

CRS = "EPSG:9215"


def layer(*rows: tuple[str, str, str, int | None, float, dict[str, float]]) -> PlotLayer:
    """Plots one after another: label, land, class, planting year, hectares, crops."""
    frame = gpd.GeoDataFrame(
        {
            "row": range(len(rows)),
            "plot": [row[0] for row in rows],
            "commune_code": "06001",
            "commune": "A",
            "land": [row[1] for row in rows],
            "three_forest": [row[2] for row in rows],
            "planting_year": pd.array([row[3] for row in rows], dtype="Int64"),
            "ledger_ha": [row[4] for row in rows],
        },
        geometry=[square(1000 * at, 0, row[4] * 10, 1000) for at, row in enumerate(rows)],
        crs=CRS,
    )
    weights = [(at, crop, share) for at, row in enumerate(rows) for crop, share in row[5].items()]
    return PlotLayer(frame, pd.DataFrame(weights, columns=["row", "crop", "weight"]))


RULES = pd.DataFrame(
    [
        ("bare_production", "no", "bare|regenerating", "production", "", None, None),
        ("young_acacia", "yes", "planted_forest", "production", "acacia", 3, 6),
        ("under_canopy", "yes", "planted_forest|natural_forest", "production", "", None, None),
    ],
    columns=["source", "shares", "land", "three_forest", "crop", "age_low", "age_high"],
).assign(layer_kind="forest_status")
ZONES = pd.DataFrame(
    {"zone": ["pine", "acacia", "na"], "land_kind": ["forest", "forest", "orchard"]}
)


def plan(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["zone", "land", "year", "planned_ha"])
    return frame.assign(commune_code="06001", commune="A")


@pytest.fixture
def communes() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"commune_code": ["06001"]}, geometry=[square(-10, -10, 100_000, 2_000)], crs=CRS
    )


@pytest.fixture
def forest() -> PlotLayer:
    return layer(
        ("1/1/10", "bare", "production", None, 6.0, {}),
        ("1/1/2", "bare", "production", None, 4.0, {}),
        ("1/1/3", "bare", "protection", None, 9.0, {}),
        ("1/2/1", "planted_forest", "production", 2022, 5.0, {"acacia": 1.0}),
        ("1/2/2", "planted_forest", "production", 2015, 5.0, {"acacia": 1.0}),
        ("1/3/1", "natural_forest", "protection", None, 7.0, {}),
        ("1/3/2", "regenerating", "protection", None, 3.0, {}),
    )


def test_plots_are_those_of_the_land_source_and_age(
    communes: gpd.GeoDataFrame, forest: PlotLayer
) -> None:
    asked = plan(
        ("pine", "bare_production", 2026, 5.0),
        ("acacia", "young_acacia", 2026, 6.0),
        ("pine", "bare_production", 2027, 8.0),
    )
    made = planning_map(asked, ZONES, RULES, {"forest": ("forest_status", forest)}, communes)
    rows = made.table.set_index(["zone", "year", "plot"])[["measure", "part", "area_ha"]]
    assert {key: tuple(row) for key, row in zip(rows.index, rows.to_numpy(), strict=True)} == {
        # Lot 2 before lot 10; lot 10 is split, and its rest serves the next year.
        ("pine", 2026, "1/1/2"): ("TR1", "whole", 4.0),
        ("pine", 2026, "1/1/10"): ("TR1", "part", 1.0),
        ("pine", 2027, "1/1/10"): ("TR1", "part", 5.0),
        # Nothing of protection forest is taken: 3 ha find no plot and stay.
        ("pine", 2027, ""): ("TR1", "", 3.0),
        # Acacia of 2022 is four years old in 2026, that of 2015 eleven.
        ("acacia", 2026, "1/2/1"): ("GL", "whole", 5.0),
        ("acacia", 2026, ""): ("GL", "", 1.0),
    }
    assert made.table["area_ha"].sum() == pytest.approx(asked["planned_ha"].sum(), abs=1e-9)
    assert made.plots.geometry.area.sum() / 1e4 == pytest.approx(15.0)
    kept = made.kept.set_index("plot")["measure"].to_dict()
    assert kept == {"1/3/1": "BV", "1/3/2": "KN"}


def test_excluded_and_locked_plots(communes: gpd.GeoDataFrame, forest: PlotLayer) -> None:
    layers = {"forest": ("forest_status", forest)}
    asked = plan(("pine", "bare_production", 2026, 4.0))
    made = planning_map(asked, ZONES, RULES, layers, communes, excluded=["1/1/2"])
    assert made.table["plot"].tolist() == ["1/1/10"]
    locked = plan(
        ("pine", "bare_production", 2026, 4.0), ("na", "bare_production#1/1/2", 2027, 4.0)
    )
    made = planning_map(locked, ZONES, RULES, layers, communes)
    found = made.table.set_index("zone")[["plot", "measure"]]
    assert found.loc["na"].tolist() == ["1/1/2", "TK"]
    assert found.loc["pine"].tolist() == ["1/1/10", "TR1"]


def test_the_nearest_to_a_road_comes_first(communes: gpd.GeoDataFrame, forest: PlotLayer) -> None:
    roads = gpd.GeoDataFrame(geometry=[square(0, 0, 1, 1).boundary], crs=CRS)
    made = planning_map(
        plan(("pine", "bare_production", 2026, 6.0)),
        *(ZONES, RULES, {"forest": ("forest_status", forest)}, communes),
        roads=roads,
    )
    assert made.table["plot"].tolist() == ["1/1/10"]


def test_a_plot_is_kept_although_another_of_its_label_was_taken(
    communes: gpd.GeoDataFrame,
) -> None:
    twice = layer(
        ("1/1/1", "bare", "production", None, 6.0, {}),
        ("1/1/1", "natural_forest", "protection", None, 7.0, {}),
    )
    made = planning_map(
        plan(("pine", "bare_production", 2026, 6.0)),
        *(ZONES, RULES, {"forest": ("forest_status", twice)}, communes),
    )
    assert made.table["plot"].tolist() == ["1/1/1"]
    assert made.kept[["measure", "ledger_ha"]].to_numpy().tolist() == [["BV", 7.0]]


def test_no_plots_at_all(communes: gpd.GeoDataFrame) -> None:
    made = planning_map(plan(("pine", "bare_production", 2026, 6.0)), ZONES, RULES, {}, communes)
    assert made.table[["plot", "area_ha"]].to_numpy().tolist() == [["", 6.0]]
    assert len(made.plots) == len(made.kept) == 0


def test_colours_are_those_of_the_standard() -> None:
    colours = load_measures().set_index("measure")["colour"].to_dict()
    assert colours["KN"] == "#cdff80"
    assert colours["BV"] == "#00b43c"
    assert colours["TR1"] == colours["TR2"] == "#ffd8b0"


def test_a_run_writes_the_layer_and_it_closes(tmp_path: Path) -> None:
    path = write_project(tmp_path / "Dự án")
    text = path.read_text("utf-8") + "\nplanning: {make: true}\nqgis: {make: true}\n"
    path.write_text(text, "utf-8")
    out = run_project(load_project(path), options=RunOptions()).out
    table = pd.read_csv(out / "tables" / "planning_plots.csv", keep_default_na=False)
    allocation = pd.read_csv(out / "tables" / "allocation.csv", keep_default_na=False)
    planned = allocation[allocation["land"].ne("")].assign(
        planned_ha=lambda rows: pd.to_numeric(rows["planned_ha"])
    )
    keys = ["zone", "commune_code", "year"]
    sums = table.groupby(keys)["area_ha"].sum()
    asked = planned.groupby(keys)["planned_ha"].sum()
    pd.testing.assert_series_equal(sums, asked[asked > 0], check_names=False)
    layers = dict(pyogrio.list_layers(out / "planning_map.gpkg").tolist())
    assert "lo_20_rungqh" in layers
    styled = dict(pyogrio.list_layers(out / "qgis" / "project.gpkg").tolist())
    assert {"rungqh", "rungqh_kept"} <= set(styled)
