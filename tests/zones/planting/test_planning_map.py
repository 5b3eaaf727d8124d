"""The planning layer of a run: plots by measure, sums that close, the same plots every time."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from layers.base.errors import InputError
from layers.kinds.plots import PlotLayer
from tests.factories import square, write_project
from zones.planting.decisions import load_decisions
from zones.planting.measures import load_measures
from zones.planting.planning_map import PlanningMap, planning_map
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


def decided(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["plot", "decision", "period"], dtype="str")


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
    made = planning_map(
        asked, ZONES, RULES, layers, communes, decisions=decided(("1/1/2", "exclude", ""))
    )
    assert made.table["plot"].tolist() == ["1/1/10"]
    locked = plan(
        ("pine", "bare_production", 2026, 4.0), ("na", "bare_production#1/1/2", 2027, 4.0)
    )
    made = planning_map(locked, ZONES, RULES, layers, communes)
    found = made.table.set_index("zone")[["plot", "measure"]]
    assert found.loc["na"].tolist() == ["1/1/2", "TK"]
    assert found.loc["pine"].tolist() == ["1/1/10", "TR1"]


def test_a_label_that_stands_twice_is_told_with_the_choices() -> None:
    twice = layer(
        ("1/1/1", "bare", "production", None, 6.0, {}),
        ("1/1/1", "bare", "production", None, 4.0, {}),
        ("1/1/2", "bare", "production", None, 5.0, {}),
    )
    communes = gpd.GeoDataFrame(
        {"commune_code": ["06001", "06004"]},
        geometry=[square(-10, -10, 1_000, 2_000), square(990, -10, 90_000, 2_000)],
        crs=CRS,
    )
    both = plan(("pine", "bare_production", 2026, 6.0))
    both = pd.concat([both, both.assign(commune_code="06004")], ignore_index=True)
    asked = (both, ZONES, RULES, {"forest": ("forest_status", twice)}, communes)
    with pytest.raises(InputError, match=r"1/1/1: 06001/1/1/1 or 06004/1/1/1"):
        planning_map(*asked, decisions=decided(("1/1/1", "exclude", "")))
    made = planning_map(*asked, decisions=decided(("06004/1/1/1", "exclude", "")))
    # One of the two is taken out; the other serves its commune.
    rows = made.table.sort_values(["commune_code", "plot"], ascending=[True, False])
    assert rows[["commune_code", "plot", "area_ha"]].to_numpy().tolist() == [
        ["06001", "1/1/1", 6.0],
        ["06004", "1/1/2", 5.0],
        ["06004", "", 1.0],
    ]
    # A lock takes its own plot alone.
    locked = both.assign(land=["bare_production", "bare_production#06004/1/1/1"])
    made = planning_map(locked, *asked[1:])
    rows = made.table.sort_values(["commune_code", "plot"], ascending=[True, False])
    assert rows[["commune_code", "plot", "area_ha"]].to_numpy().tolist() == [
        ["06001", "1/1/1", 6.0],
        ["06004", "1/1/1", 4.0],
        ["06004", "", 2.0],
    ]


def test_labels_twice_in_one_commune_go_by_record(
    communes: gpd.GeoDataFrame,
) -> None:
    twice = layer(
        ("1/1/1", "bare", "production", None, 6.0, {}),
        ("1/1/1", "bare", "production", None, 4.0, {}),
    )
    asked = (plan(("pine", "bare_production", 2026, 6.0)), ZONES, RULES)
    layers = {"forest": ("forest_status", twice)}
    with pytest.raises(InputError, match=r"forest:0 or forest:1"):
        planning_map(*asked, layers, communes, decisions=decided(("06001/1/1/1", "exclude", "")))
    made = planning_map(*asked, layers, communes, decisions=decided(("forest:0", "exclude", "")))
    assert made.table["area_ha"].tolist() == [4.0, 2.0]


def test_a_plot_that_no_layer_has_is_refused(communes: gpd.GeoDataFrame, forest: PlotLayer) -> None:
    asked = (plan(("pine", "bare_production", 2026, 1.0)), ZONES, RULES)
    layers = {"forest": ("forest_status", forest)}
    with pytest.raises(InputError, match="planning names 1 plots that no layer has, first 9/9/9"):
        planning_map(*asked, layers, communes, decisions=decided(("9/9/9", "exclude", "")))
    # Natural forest is never taken: to name it is no fault.
    assert (
        len(
            planning_map(
                *asked, layers, communes, decisions=decided(("1/3/1", "exclude", ""))
            ).table
        )
        == 1
    )


def test_plots_are_chosen_within_the_altitude_of_the_allocation(
    communes: gpd.GeoDataFrame, forest: PlotLayer
) -> None:
    asked = plan(
        ("pine", "bare_production:200-700m:0-30°", 2026, 5.0),
        ("na", "bare_production:-200m:0-30°", 2026, 5.0),
    )

    def part_of(pieces: gpd.GeoDataFrame) -> pd.Series:
        high = pieces["plot"].eq("1/1/10")
        low = pieces["source"] + ":-200m:0-30°"
        return low.mask(high, pieces["source"] + ":200-700m:0-30°")

    layers = {"forest": ("forest_status", forest)}
    made = planning_map(asked, ZONES, RULES, layers, communes, part_of=part_of)
    rows = made.table.sort_values(["zone", "plot"], ascending=[True, False])
    assert rows[["zone", "plot", "area_ha"]].to_numpy().tolist() == [
        ["na", "1/1/2", 4.0],
        ["na", "", 1.0],
        ["pine", "1/1/10", 5.0],
    ]


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


def test_decided_plots_are_left_out_first_or_under_another_measure(
    communes: gpd.GeoDataFrame, forest: PlotLayer
) -> None:
    asked = plan(("pine", "bare_production", 2026, 4.0), ("pine", "bare_production", 2027, 2.0))
    layers = {"forest": ("forest_status", forest)}

    def made(*rows: tuple[str, str, str]) -> PlanningMap:
        return planning_map(asked, ZONES, RULES, layers, communes, decisions=decided(*rows))

    plain = made()
    assert plain.table["plot"].tolist() == ["1/1/2", "1/1/10"]
    assert plain.kept["measure"].tolist() == ["BV", "KN"]
    assert set(plain.kept["period"]) == {"2026–2027"}
    # Taken first: the whole year 2026 comes from it.
    assert made(("1/1/10", "first", "")).table["plot"].tolist()[0] == "1/1/10"
    out = made(("1/1/2", "exclude", "")).table
    assert "1/1/2" not in set(out["plot"])
    assert out["area_ha"].sum() == pytest.approx(6.0)
    other = made(("1/2/1", "ND", "2028"), ("1/3/2", "XT", ""), ("1/1/2", "LG", ""))
    kept = other.kept.set_index("plot")
    assert kept["measure"].to_dict() == {
        "1/1/2": "LG", "1/2/1": "ND", "1/3/1": "BV", "1/3/2": "XT"
    }  # fmt: skip
    assert kept.loc[["1/2/1", "1/3/2"], "period"].tolist() == ["2028", "2026–2027"]
    assert "1/1/2" not in set(other.table["plot"])
    # One layer with all measures; the attributes of the status layer are kept.
    whole = other.layer()
    assert set(whole["measure"]) == {"TR1", "LG", "ND", "BV", "XT"}
    assert whole["three_forest"].notna().all()
    assert whole.loc[whole["measure"].eq("TR1"), "period"].tolist() == ["2026", "2027"]


def test_a_decision_on_no_plot_is_refused(communes: gpd.GeoDataFrame, forest: PlotLayer) -> None:
    with pytest.raises(InputError, match=r"planning names 1 plots.*9/9/9"):
        planning_map(
            plan(("pine", "bare_production", 2026, 4.0)),
            *(ZONES, RULES, {"forest": ("forest_status", forest)}, communes),
            decisions=decided(("9/9/9", "ND", "")),
        )


@pytest.mark.parametrize(
    ("rows", "told", "vi"),
    [
        (
            "1/1/2,TR1\n1/1/3,nuôi\n",
            r"2 decisions are not known, first 'TR1' \(2\)",
            "2 quyết định",
        ),
        ("1/1/2,ND\n1/1/2,exclude\n", r"1 plots have more than one row", "1 lô có hơn một dòng"),
    ],
)
def test_a_table_of_decisions_is_read_strictly(
    tmp_path: Path, rows: str, told: str, vi: str
) -> None:
    path = tmp_path / "quyết định.csv"
    path.write_text("plot,decision\n" + rows, "utf-8")
    with pytest.raises(InputError, match=told) as caught:
        load_decisions(path)
    assert vi in caught.value.phrase.vi
    path.write_text("plot,decision,period\n1/1/2,ND,2026–2030\n1/1/3,first,\n", "utf-8")
    assert load_decisions(path).to_numpy().tolist() == [
        ["1/1/2", "ND", "2026–2030"],
        ["1/1/3", "first", ""],
    ]


def test_every_measure_of_the_standard_has_its_colour() -> None:
    names = load_measures().set_index("name_en")["colour"].to_dict()
    for name, red, green, blue in (
        ("Natural regeneration", 205, 255, 128), ("Protection", 0, 180, 60),
        ("Tending", 112, 255, 112), ("Enrichment", 255, 176, 96),
        ("Planting on new land", 255, 216, 176), ("Replanting after harvest", 255, 216, 176),
        ("Harvest of natural forest", 255, 176, 255), ("Harvest of planted forest", 255, 176, 255),
        ("Assisted regeneration", 208, 208, 255), ("Management for large timber", 96, 192, 96),
        ("Management for small timber", 255, 192, 128),
    ):  # fmt: skip
        assert names[name] == f"#{red:02x}{green:02x}{blue:02x}"


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
