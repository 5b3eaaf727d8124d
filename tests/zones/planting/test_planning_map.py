"""The planning layer of a run: plots by measure, sums that close, the same plots every time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.base.errors import ClosureError, InputError
from layers.kinds.plots import LAND_CLASSES, PlotLayer
from tests.factories import square, write_project
from zones.planting.decisions import load_decisions
from zones.planting.kept import forest_ground, kept_ground, measure_table
from zones.planting.measures import load_measures
from zones.planting.planning_map import PlanningMap, Wishes, planning_map
from zones.planting.rules import load_planning_rules
from zones.planting.slivers import without_slivers
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.run.steps.planning import measure_findings, plot_findings
from zones.tables import ALLOCATION, ALLOCATION_HARVEST, PLANNING_FINDINGS, PLANNING_MEASURES

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


def mapped(*asked: Any, **wishes: Any) -> PlanningMap:
    """Planning map of the five tables, with what bears on the choice beside them."""
    return planning_map(*asked, Wishes(**wishes))


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


def test_a_plot_cut_at_a_border_of_communes_is_a_part(forest: PlotLayer) -> None:
    """The border lies 10 m inside lot 1/1/10 (60 m wide, 6 ha): 1 ha on this side, 5 beyond."""
    both = gpd.GeoDataFrame(
        {"commune_code": ["06001", "06002"]},
        geometry=[square(-100, -10, 110, 2_000), square(10, -10, 99_990, 2_000)],
        crs=CRS,
    )
    asked = pd.concat(
        [
            plan(("pine", "bare_production", 2026, 1.0)),
            plan(("pine", "bare_production", 2026, 9.0)).assign(commune_code="06002"),
        ],
        ignore_index=True,
    )
    made = mapped(asked, ZONES, RULES, {"forest": ("forest_status", forest)}, both)
    rows = made.table.set_index(["commune_code", "plot"])[["part", "area_ha"]]
    assert {key: tuple(row) for key, row in zip(rows.index, rows.to_numpy(), strict=True)} == {
        ("06001", "1/1/10"): ("part", pytest.approx(1.0)),
        ("06002", "1/1/2"): ("whole", pytest.approx(4.0)),
        ("06002", "1/1/10"): ("part", pytest.approx(5.0)),
    }


def test_plots_are_those_of_the_land_source_and_age(
    communes: gpd.GeoDataFrame, forest: PlotLayer
) -> None:
    asked = plan(
        ("pine", "bare_production", 2026, 5.0),
        ("acacia", "young_acacia", 2026, 6.0),
        ("pine", "bare_production", 2027, 8.0),
    )
    made = mapped(asked, ZONES, RULES, {"forest": ("forest_status", forest)}, communes)
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
    assert kept == {"1/1/3": "", "1/2/2": "KGL", "1/3/1": "BV", "1/3/2": "KN"}


def test_excluded_and_locked_plots(communes: gpd.GeoDataFrame, forest: PlotLayer) -> None:
    layers = {"forest": ("forest_status", forest)}
    asked = plan(("pine", "bare_production", 2026, 4.0))
    made = mapped(
        asked, ZONES, RULES, layers, communes, decisions=decided(("1/1/2", "exclude", ""))
    )
    assert made.table["plot"].tolist() == ["1/1/10"]
    locked = plan(
        ("pine", "bare_production", 2026, 4.0), ("na", "bare_production#1/1/2", 2027, 4.0)
    )
    made = mapped(locked, ZONES, RULES, layers, communes)
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
        mapped(*asked, decisions=decided(("1/1/1", "exclude", "")))
    made = mapped(*asked, decisions=decided(("06004/1/1/1", "exclude", "")))
    # One of the two is taken out; the other serves its commune.
    rows = made.table.sort_values(["commune_code", "plot"], ascending=[True, False])
    assert rows[["commune_code", "plot", "area_ha"]].to_numpy().tolist() == [
        ["06001", "1/1/1", 6.0],
        ["06004", "1/1/2", 5.0],
        ["06004", "", 1.0],
    ]
    # A lock takes its own plot alone.
    locked = both.assign(land=["bare_production", "bare_production#06004/1/1/1"])
    made = mapped(locked, *asked[1:])
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
        mapped(*asked, layers, communes, decisions=decided(("06001/1/1/1", "exclude", "")))
    made = mapped(*asked, layers, communes, decisions=decided(("forest:0", "exclude", "")))
    assert made.table["area_ha"].tolist() == [4.0, 2.0]


def test_a_plot_that_no_layer_has_is_refused(communes: gpd.GeoDataFrame, forest: PlotLayer) -> None:
    asked = (plan(("pine", "bare_production", 2026, 1.0)), ZONES, RULES)
    layers = {"forest": ("forest_status", forest)}
    with pytest.raises(InputError, match="planning names 1 plot that no layer has, first 9/9/9"):
        mapped(*asked, layers, communes, decisions=decided(("9/9/9", "exclude", "")))
    # Natural forest is never taken: to name it is no fault.
    assert (
        len(mapped(*asked, layers, communes, decisions=decided(("1/3/1", "exclude", ""))).table)
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
    made = mapped(asked, ZONES, RULES, layers, communes, part_of=part_of)
    rows = made.table.sort_values(["zone", "plot"], ascending=[True, False])
    assert rows[["zone", "plot", "area_ha"]].to_numpy().tolist() == [
        ["na", "1/1/2", 4.0],
        ["na", "", 1.0],
        ["pine", "1/1/10", 5.0],
    ]


def test_the_nearest_to_a_road_comes_first(communes: gpd.GeoDataFrame, forest: PlotLayer) -> None:
    roads = gpd.GeoDataFrame(geometry=[square(0, 0, 1, 1).boundary], crs=CRS)
    made = mapped(
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
    made = mapped(
        plan(("pine", "bare_production", 2026, 6.0)),
        *(ZONES, RULES, {"forest": ("forest_status", twice)}, communes),
    )
    assert made.table["plot"].tolist() == ["1/1/1"]
    assert made.kept[["measure", "ledger_ha"]].to_numpy().tolist() == [["BV", 7.0]]
    assert set(made.measures["area_ha"]) == {6.0, 7.0}


def test_no_plots_at_all(communes: gpd.GeoDataFrame) -> None:
    made = mapped(plan(("pine", "bare_production", 2026, 6.0)), ZONES, RULES, {}, communes)
    assert made.table[["plot", "area_ha"]].to_numpy().tolist() == [["", 6.0]]
    assert len(made.plots) == len(made.kept) == 0


def test_decided_plots_are_left_out_first_or_under_another_measure(
    communes: gpd.GeoDataFrame, forest: PlotLayer
) -> None:
    asked = plan(("pine", "bare_production", 2026, 4.0), ("pine", "bare_production", 2027, 2.0))
    layers = {"forest": ("forest_status", forest)}

    def made(*rows: tuple[str, str, str]) -> PlanningMap:
        return mapped(asked, ZONES, RULES, layers, communes, decisions=decided(*rows))

    plain = made()
    assert plain.table["plot"].tolist() == ["1/1/2", "1/1/10"]
    ruled = plain.kept[plain.kept["measure"].ne("")]
    assert dict(zip(ruled["plot"], ruled["measure"], strict=True)) == {
        "1/2/1": "KGN", "1/2/2": "KGL", "1/3/1": "BV", "1/3/2": "KN"
    }  # fmt: skip
    assert set(ruled["period"]) == {"2026–2027"}
    # Taken first: the whole year 2026 comes from it.
    assert made(("1/1/10", "first", "")).table["plot"].tolist()[0] == "1/1/10"
    out = made(("1/1/2", "exclude", "")).table
    assert "1/1/2" not in set(out["plot"])
    assert out["area_ha"].sum() == pytest.approx(6.0)
    other = made(("1/2/1", "ND", "2028"), ("1/3/2", "XT", ""), ("1/1/2", "LG", ""))
    kept = other.kept.set_index("plot")
    assert kept["measure"].to_dict() == {
        "1/1/2": "LG", "1/1/3": "", "1/2/1": "ND", "1/2/2": "KGL", "1/3/1": "BV", "1/3/2": "XT"
    }  # fmt: skip
    assert kept["basis"].to_dict() == {
        "1/1/2": "decision", "1/1/3": "", "1/2/1": "decision", "1/2/2": "rule", "1/3/1": "rule",
        "1/3/2": "decision",
    }  # fmt: skip
    assert kept.loc[["1/2/1", "1/3/2"], "period"].tolist() == ["2028", "2026–2027"]
    assert "1/1/2" not in set(other.table["plot"])
    # One layer with all measures; the attributes of the status layer are kept.
    whole = other.layer()
    assert set(whole["measure"]) == {"TR1", "LG", "ND", "BV", "XT", "KGL", ""}
    assert whole["three_forest"].notna().all()
    assert whole.loc[whole["measure"].eq("TR1"), "period"].tolist() == ["2026", "2027"]


def test_the_rest_of_a_split_plot_keeps_its_own_measure(communes: gpd.GeoDataFrame) -> None:
    """One plot of 10 ha, of which 4 are planted: 6 ha are left to regenerate, none twice."""
    forest = layer(("1/1/1", "regenerating", "production", None, 10.0, {}))
    asked = (plan(("pine", "bare_production", 2026, 4.0)), ZONES, RULES)
    made = mapped(*asked, {"forest": ("forest_status", forest)}, communes)
    assert made.measures[["land_class", "measure", "basis", "area_ha"]].to_numpy().tolist() == [
        ["regenerating", "KN", "rule", pytest.approx(6.0)],
        ["regenerating", "TR1", "plan", pytest.approx(4.0)],
    ]
    (rest,) = made.kept.itertuples()
    assert (rest.measure, rest.part, rest.area_ha) == ("KN", "part", pytest.approx(6.0))
    planted = made.plots.geometry.iloc[0]
    assert rest.geometry.geom_type == "Polygon"
    assert rest.geometry.area == pytest.approx(6e4)
    assert rest.geometry.intersection(planted).area == pytest.approx(0.0, abs=1e-6)


def test_ground_under_a_mixed_stand_counts_whole(communes: gpd.GeoDataFrame) -> None:
    """Seven tenths of 10 ha are acacia: 7 ha of it are converted on the 10 ha of the plot."""
    forest = layer(("1/1/1", "planted_forest", "production", 2022, 10.0, {"acacia": 0.7}))
    asked = (plan(("acacia", "young_acacia", 2026, 7.0)), ZONES, RULES)
    made = mapped(*asked, {"forest": ("forest_status", forest)}, communes)
    assert made.table[["plot", "area_ha"]].to_numpy().tolist() == [["1/1/1", 7.0]]
    assert made.measures[["measure", "area_ha"]].to_numpy().tolist() == [["GL", 10.0]]
    assert made.kept.empty


def test_measures_add_up_to_the_layer_class_by_class(
    communes: gpd.GeoDataFrame, forest: PlotLayer
) -> None:
    asked = plan(("pine", "bare_production", 2026, 5.0), ("acacia", "young_acacia", 2026, 6.0))
    made = mapped(asked, ZONES, RULES, {"forest": ("forest_status", forest)}, communes)
    sums = made.measures.groupby("land_class")["area_ha"].sum()
    assert sums.to_dict() == pytest.approx(
        {"bare": 19.0, "planted_forest": 10.0, "natural_forest": 7.0, "regenerating": 3.0}
    )
    without = made.measures[made.measures["basis"].eq("")]
    # 1 ha left of lot 10 after 5 of its 6 ha, and 9 ha of protection land.
    assert without[["land_class", "plots", "area_ha"]].to_numpy().tolist() == [
        ["bare", 2, pytest.approx(14.0)]
    ]
    planned = made.measures[made.measures["basis"].eq("plan")].set_index("measure")["area_ha"]
    assert planned.to_dict() == pytest.approx({"TR1": 5.0, "GL": 5.0})


def test_ground_counted_twice_is_refused(forest: PlotLayer, communes: gpd.GeoDataFrame) -> None:
    ground = forest_ground({"forest": ("forest_status", forest)}, communes)
    twice = ground.iloc[[0]].assign(measure="TR1", basis="plan", ground_ha=8.0)
    kept = kept_ground(ground, twice, decided(), load_planning_rules(), years=(2026, 2030))
    with pytest.raises(ClosureError, match=r"land class 2\.000000 ha"):
        measure_table(ground, twice, kept)


@pytest.mark.parametrize(
    ("land", "kind", "crop", "year", "measure"),
    [
        ("natural_forest", "production", "", None, "BV"),
        ("planted_forest", "protection", "pine", 2010, "BV"),
        ("not_yet_forest", "special_use", "pine", 2024, "BV"),
        ("regenerating", "production", "", None, "KN"),
        ("planted_forest", "production", "acacia", 2019, "KGN"),
        ("planted_forest", "production", "acacia", 2018, "KGL"),
        # No fact says what becomes of these; a stand of unknown age fits no rule about ages.
        ("planted_forest", "production", "acacia", None, ""),
        ("planted_forest", "production", "pine", 2010, ""),
        ("planted_forest", "outside", "acacia", 2019, ""),
        ("bare", "protection", "", None, ""),
        ("farmland", "outside", "", None, ""),
    ],
)
def test_each_rule_of_the_embedded_table(
    communes: gpd.GeoDataFrame, land: str, kind: str, crop: str, year: int | None, measure: str
) -> None:
    forest = layer(("1/1/1", land, kind, year, 5.0, {crop: 1.0} if crop else {}))
    nothing = plan(("pine", "bare_production", 2026, 0.0))
    made = mapped(nothing, ZONES, RULES, {"forest": ("forest_status", forest)}, communes)
    assert made.kept["measure"].tolist() == [measure]
    assert made.kept["period"].tolist() == ["2026–2026" if measure else ""]


@pytest.mark.parametrize(
    ("row", "told", "vi"),
    [
        ("TR1,bare,,,,", r"column measure .* 1 unknown word, first 'TR1' \(2\)", "cột measure"),
        ("ND,rừng,,,,", r"column land .* 'rừng' \(2\)", "cột land"),
        ("ND,,,,,", r"land: 1 missing", "land"),
        ("ND,bare,sản xuất,,,", r"column three_forest .* 'sản xuất' \(2\)", "cột three_forest"),
        ("ND,bare,production,keoo,,", r"column crop .* 'keoo' \(2\)", "cột crop"),
        ("ND,bare,production,,mười,", "age_low", "age_low"),
    ],
)
def test_a_table_of_rules_is_read_strictly(tmp_path: Path, row: str, told: str, vi: str) -> None:
    path = tmp_path / "quy tắc.csv"
    path.write_text(f"measure,land,three_forest,crop,age_low,age_high\n{row}\n", "utf-8")
    with pytest.raises(InputError, match=told) as caught:
        load_planning_rules(path)
    assert vi in caught.value.phrase.vi


def test_a_project_has_rules_of_its_own(tmp_path: Path) -> None:
    path = write_project(tmp_path / "Dự án")
    (path.parent / "quy tắc.csv").write_text(
        "measure,land,crop\nLG,bare,\nND,planted_forest|not_yet_forest,pine\n", "utf-8"
    )
    more = "\nplanning: {make: true, rules: quy tắc.csv}\n"
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    result = run_project(load_project(path), options=RunOptions(only=("planning",), write=False))
    found = result[PLANNING_MEASURES]
    by_rule = found[found["basis"].eq("rule")].set_index(["land_class", "measure"])["area_ha"]
    assert by_rule["planted_forest", "ND"] == pytest.approx(60.8)
    told = result[PLANNING_FINDINGS].set_index("kind")
    ruled = float(found.loc[found["basis"].eq("rule"), "area_ha"].sum())
    assert told.loc["measure-by-rule", "area_ha"] == pytest.approx(ruled)
    assert "ND Tending" in told.loc["measure-by-rule", "message_en"]
    assert "ND Nuôi dưỡng rừng" in told.loc["measure-by-rule", "message_vi"]
    without = float(found.loc[found["basis"].eq(""), "area_ha"].sum())
    assert told.loc["plots-without-measure", "area_ha"] == pytest.approx(without)
    # The natural forest: the project's rules stand in for the embedded ones.
    assert without == pytest.approx(50.0)
    assert "rừng tự nhiên 50,0 ha" in told.loc["plots-without-measure", "message_vi"]


def cut(*rows: tuple[str, str, int, float, float | None]) -> pd.DataFrame:
    """Harvest of commune 06001: species, class, year, hectares, age of harvest."""
    names = ["crop", "three_forest", "year", "cut_ha", "rotation"]
    frame = pd.DataFrame(rows, columns=names).assign(commune_code="06001")
    return ALLOCATION_HARVEST.validate(frame)


STANDS = (
    ("1/1/1", "planted_forest", "production", 2012, 10.0, {"acacia": 1.0}),
    ("1/1/2", "planted_forest", "production", 2015, 4.0, {"acacia": 1.0}),
    ("1/1/3", "planted_forest", "production", 2022, 6.0, {"acacia": 1.0}),
    ("1/1/4", "planted_forest", "protection", 2005, 8.0, {"acacia": 1.0}),
    ("1/1/5", "planted_forest", "production", 2000, 9.0, {"pine": 1.0}),
)


def test_the_oldest_stands_are_cut_and_planted_again(communes: gpd.GeoDataFrame) -> None:
    """10 ha are cut in 2026 and 4 in 2027; 9 of them are planted again, none before it is cut."""
    asked = plan(
        ("pine", "cut_over", 2026, 3.0),
        ("pine", "cut_over", 2027, 6.0),
        ("pine", "cut_over", 2028, 6.0),
    )
    made = mapped(
        asked,
        *(ZONES, RULES, {"forest": ("forest_status", layer(*STANDS))}, communes),
        harvest=cut(
            ("acacia", "production", 2026, 10.0, 7), ("acacia", "production", 2027, 3.0, 7)
        ),
    )
    rows = made.table[["year", "measure", "plot", "part", "area_ha"]].to_numpy().tolist()
    assert sorted(rows) == [
        # What is cut in 2026 is free from 2027 on.
        [2026, "TR2", "", "", 3.0],
        [2027, "TR2", "1/1/1", "part", 6.0],
        [2028, "TR2", "1/1/1", "part", pytest.approx(4.0)],
        [2028, "TR2", "1/1/2", "part", pytest.approx(2.0)],
    ]
    again = made.plots.groupby("plot")["cut_year"].unique().map(list).to_dict()
    assert again == {"1/1/1": [2026], "1/1/2": [2027]}
    # One hectare of the second is cut and not planted, one stands.
    rest = made.kept.set_index(["plot", "measure"])[["basis", "period", "area_ha"]]
    assert rest.loc[("1/1/2", "KTRT")].tolist() == ["harvest", "2027", pytest.approx(1.0)]
    assert rest.loc[("1/1/2", "KGL"), "area_ha"] == pytest.approx(1.0)
    # Neither the young, the protected nor another species is cut.
    assert set(made.kept["plot"]) == {"1/1/3", "1/1/4", "1/1/5"} | {"1/1/2"}
    assert made.unplaced_harvest_ha == 0
    sums = made.measures.groupby(["measure", "basis"])["area_ha"].sum().to_dict()
    assert sums == pytest.approx(
        {
            ("TR2", "plan"): 12.0, ("KTRT", "harvest"): 1.0, ("KGL", "rule"): 1.0,
            ("KGN", "rule"): 6.0, ("BV", "rule"): 8.0, ("", ""): 9.0,
        }
    )  # fmt: skip
    ground = pd.concat([made.plots, made.kept])
    assert ground.union_all().area / 1e4 == pytest.approx(37.0)
    assert ground.geometry.area.sum() / 1e4 == pytest.approx(37.0)


def test_a_harvest_without_stands_is_told_and_cuts_nothing(communes: gpd.GeoDataFrame) -> None:
    made = mapped(
        plan(("pine", "cut_over", 2028, 5.0)),
        *(ZONES, RULES, {"forest": ("forest_status", layer(*STANDS))}, communes),
        # Only 8 ha of acacia stand in protection forest; eucalyptus does not stand at all.
        harvest=cut(
            ("acacia", "protection", 2026, 11.0, 7), ("eucalyptus", "production", 2026, 2.0, 7)
        ),
    )
    assert made.unplaced_harvest_ha == pytest.approx(5.0)
    assert made.table[["plot", "area_ha"]].to_numpy().tolist() == [["1/1/4", 5.0]]
    assert made.kept.set_index("measure").loc["KTRT", "area_ha"] == pytest.approx(3.0)


def test_the_harvest_of_ones_own_table_takes_any_class(communes: gpd.GeoDataFrame) -> None:
    made = mapped(
        plan(("pine", "cut_over", 2027, 9.0)),
        *(ZONES, RULES, {"forest": ("forest_status", layer(*STANDS))}, communes),
        harvest=cut(("pine", "", 2026, 9.0, None)),
        decisions=decided(("1/1/1", "exclude", "")),
    )
    assert made.table[["plot", "part", "area_ha"]].to_numpy().tolist() == [["1/1/5", "whole", 9.0]]


def test_a_stand_of_unknown_age_is_not_cut(communes: gpd.GeoDataFrame) -> None:
    unknown = ("1/1/6", "planted_forest", "production", None, 7.0, {"acacia": 1.0})
    made = mapped(
        plan(("pine", "cut_over", 2027, 20.0)),
        *(ZONES, RULES, {"forest": ("forest_status", layer(*STANDS, unknown))}, communes),
        harvest=cut(("acacia", "production", 2026, 20.0, 7)),
    )
    # 10 and 4 ha are ripe in 2026; the other 6 ha find no stand.
    assert made.unplaced_harvest_ha == pytest.approx(6.0)
    assert made.table["plot"].tolist() == ["1/1/1", "1/1/2", ""]
    kept = made.kept.set_index("plot")
    assert kept.loc["1/1/6", ["measure", "area_ha"]].tolist() == ["", 7.0]


def test_a_plan_without_years_gives_no_measure_by_age(communes: gpd.GeoDataFrame) -> None:
    """Nothing is left to plant: in which year a stand has which age, nobody said."""
    made = mapped(
        plan().astype({"planned_ha": "float64"}),
        *(ZONES, RULES, {"forest": ("forest_status", layer(*STANDS))}, communes),
    )
    measures = made.kept.set_index("plot")["measure"].to_dict()
    assert measures == {"1/1/1": "", "1/1/2": "", "1/1/3": "", "1/1/4": "BV", "1/1/5": ""}
    assert set(made.kept["period"]) == {""}


def test_ground_without_a_measure_is_told_for_every_class(communes: gpd.GeoDataFrame) -> None:
    """Also plots whose code says no class: they are in the layer, and no rule may take them."""
    lands = [land for land in LAND_CLASSES if land != "overlap"]
    rows = [(f"1/1/{at}", land, "outside", None, 5.0, {}) for at, land in enumerate(lands)]
    made = mapped(
        plan(("pine", "bare_production", 2026, 0.0)),
        *(ZONES, RULES, {"forest": ("forest_status", layer(*rows))}, communes),
        rules=load_planning_rules().iloc[:0],
    )
    (told,) = measure_findings(made.measures)
    assert (told.kind, told.count, told.area_ha) == ("plots-without-measure", 9, 45.0)
    assert "chưa rõ loại đất 5,0 ha" in told.message.vi
    assert "without a valid type 5.0 ha" in told.message.en


def test_communes_of_one_name_are_told_apart() -> None:
    communes = gpd.GeoDataFrame(
        {"commune_code": ["06001", "06002"]},
        geometry=[square(at, 0, 1000, 1000) for at in (0, 5000)],
        crs=CRS,
    )
    asked = plan(("pine", "bare_production", 2026, 3.0), ("pine", "bare_production", 2026, 2.0))
    asked = asked.assign(commune_code=["06001", "06002"])
    (told,) = plot_findings(mapped(asked, ZONES, RULES, {}, communes))
    assert told.message.en.endswith("with their communes: A 3.0 ha, A 2.0 ha")


def test_a_class_that_is_lost_is_refused(forest: PlotLayer, communes: gpd.GeoDataFrame) -> None:
    ground = forest_ground({"forest": ("forest_status", forest)}, communes)
    nothing = ground.iloc[:0].assign(measure="", basis="")
    rules = load_planning_rules()
    kept = kept_ground(ground, nothing, decided(), rules, years=(2026, 2030))
    lost = kept[kept["land_class"].ne("natural_forest")]
    with pytest.raises(ClosureError, match=r"land class 7\.000000 ha"):
        measure_table(ground, nothing, lost)


def test_a_plot_that_an_office_keeps_is_not_cut(communes: gpd.GeoDataFrame) -> None:
    made = mapped(
        plan(("pine", "cut_over", 2027, 4.0)),
        *(ZONES, RULES, {"forest": ("forest_status", layer(*STANDS))}, communes),
        harvest=cut(("acacia", "production", 2026, 4.0, 7)),
        decisions=decided(("1/1/1", "ND", "2026")),
    )
    assert made.table["plot"].tolist() == ["1/1/2"]
    assert made.kept.set_index("plot").loc["1/1/1", ["measure", "basis"]].tolist() == [
        "ND", "decision"
    ]  # fmt: skip


def test_without_plots_to_choose_from_hectares_stay_with_their_commune(tmp_path: Path) -> None:
    """The one bare plot, 10 ha of Lộc Bình, is excluded: its 10 ha stay, and the run says where."""
    path = write_project(tmp_path / "Dự án")
    more = "\nplanning: {make: true, exclude: [1/1/5]}\n"
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    result = run_project(load_project(path), options=RunOptions(only=("planning",), write=False))
    made, planned = result[PlanningMap], result[ALLOCATION]
    asked = planned[planned["land"].ne("")].groupby("commune_code")["planned_ha"].sum()
    assert asked[asked > 0].to_dict() == pytest.approx({"06529": 10.0})
    assert set(made.table["plot"]) == {""}
    assert made.table.groupby("commune_code")["area_ha"].sum().to_dict() == pytest.approx(
        {"06529": 10.0}
    )
    told = result[PLANNING_FINDINGS].set_index("kind").loc["planned-without-plot"]
    assert told["area_ha"] == pytest.approx(10.0)
    assert "10.0 ha of 10.0 ha found no plot" in told["message_en"]
    assert told["message_en"].endswith("they stay with their communes: Lộc Bình 10.0 ha")
    assert told["message_vi"].endswith("vẫn giữ ở xã: Lộc Bình 10,0 ha")


def test_a_run_cuts_the_harvest_of_its_forecast(tmp_path: Path) -> None:
    path = write_project(tmp_path / "Dự án")
    more = (
        "\ntrajectory: {rotation: {pine: 10}, harvest_share: 0.2, planting_ha: 0, draws: 20}\n"
        "allocation: {harvest: forecast}\nplanning: {make: true}\n"
    )
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    result = run_project(load_project(path), options=RunOptions(only=("planning",), write=False))
    made, harvest = result[PlanningMap], result[ALLOCATION_HARVEST]
    cut_ha = float(harvest["cut_ha"].sum())
    assert cut_ha > 5
    again = made.plots[made.plots["cut_year"].notna()]
    assert (again["measure"] == "TR2").all()
    assert again["cut_year"].lt(again["year"]).all()
    bare = made.kept[made.kept["basis"].eq("harvest")]
    placed = float(again["area_ha"].sum() + bare["area_ha"].sum())
    assert placed > 0
    assert placed + made.unplaced_harvest_ha == pytest.approx(cut_ha)


def test_a_decision_on_no_plot_is_refused(communes: gpd.GeoDataFrame, forest: PlotLayer) -> None:
    with pytest.raises(InputError, match=r"planning names 1 plot.*9/9/9"):
        mapped(
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
        ("1/1/2,ND\n1/1/2,exclude\n", r"1 plot has more than one row", "1 lô có hơn một dòng"),
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
    styled = dict(pyogrio.list_layers(out / "qgis" / "project.gpkg").tolist())
    assert {"lo_20_rungqh", "lo_20_rungqh_giu"} <= set(styled)
    with closing(sqlite3.connect(out / "planning_map.gpkg")) as base:
        rows = base.execute("SELECT f_table_name, useAsDefault, styleQML FROM layer_styles")
        ((table, default, style),) = rows.fetchall()
        (told,) = base.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = 'lo_20_rungqh'"
        ).fetchone()
    assert (table, default) == ("lo_20_rungqh", 1)
    assert told.startswith("Lớp quy hoạch: lô chọn cho kế hoạch")
    names = {item.get("field"): item.get("name") for item in ET.fromstring(style).iter("alias")}  # noqa: S314
    assert names["measure"] == "Biện pháp"
    assert (names["land"], names["land_class"]) == ("Nguồn đất của kế hoạch", "Loại đất, loại rừng")
    assert names["area_ha"] == "Diện tích kế hoạch hoặc giữ lại (ha)"
    assert names["dtich"] == "Diện tích theo hồ sơ, ha"
    # Every field of the file is there, under its own name, beside the measure.
    source = gpd.read_file(path.parent / "forest.gpkg")
    whole = pyogrio.read_dataframe(out / "planning_map.gpkg", layer="lo_20_rungqh")
    assert set(source.columns) <= set(whole.columns)
    merged = whole.merge(source.reset_index(names="row"), on="row", suffixes=("", "_source"))
    assert len(merged) == len(whole)
    for name in set(source.columns) - {"geometry"}:
        here, there = merged[name], merged[f"{name}_source"]
        assert ((here == there) | (here.isna() & there.isna())).all(), name


def test_what_cuts_leave_of_a_plot_joins_its_other_part(
    communes: gpd.GeoDataFrame, forest: PlotLayer
) -> None:
    """Parts of 0.004 ha: one goes to what is kept of its plot, one to the plan if that is all.

    The plan's hectares stay those of the allocation; the plot that it has alone is whole.
    """
    shapes = [square(place, 0, 1, 1) for place in range(5)]
    parts = gpd.GeoDataFrame(
        {
            "layer": "forest",
            "row": [1, 1, 1, 2, 2],
            "basis": ["plan", "rule", "rule", "plan", "rule"],
            "part": "part",
            "ground_ha": [2.0, 0.004, 1.0, 3.0, 0.004],
            "area_ha": [1.0, 0.004, 1.0, 3.0, 0.004],
        },
        geometry=shapes,
        crs=communes.crs,
    )
    planned, kept = without_slivers(
        [parts[parts["basis"].eq("plan")], parts[parts["basis"].ne("plan")]], "plan"
    )
    assert planned["ground_ha"].tolist() == [2.0, pytest.approx(3.004)]
    assert planned["area_ha"].tolist() == [1.0, 3.0]
    assert planned["part"].tolist() == ["part", "whole"]
    assert kept["ground_ha"].tolist() == [pytest.approx(1.004)]
    assert kept["part"].tolist() == ["part"]
    both = pd.concat([planned, kept])
    assert both["ground_ha"].sum() == pytest.approx(parts["ground_ha"].sum())
    assert both.geometry.area.sum() == pytest.approx(parts.geometry.area.sum())
    # Of a plot that is a sliver as a whole nothing is lost.
    small = parts.iloc[[1]].assign(part="whole")
    (same,) = without_slivers([small], "plan")
    assert same["ground_ha"].tolist() == [0.004]


def test_a_planned_sliver_by_a_hair_stays_in_the_layer(communes: gpd.GeoDataFrame) -> None:
    """5.01 ha of plots of 5 and 8 ha: in floating point 5.01 - 5 is less than 0.01."""
    forest = layer(
        ("1/1/1", "bare", "production", None, 5.0, {}),
        ("1/1/2", "bare", "production", None, 8.0, {}),
    )
    asked = (plan(("pine", "bare_production", 2026, 5.01)), ZONES, RULES)
    made = mapped(*asked, {"forest": ("forest_status", forest)}, communes)
    told = ["plot", "part", "area_ha"]
    rows = [["1/1/1", "whole", 5.0], ["1/1/2", "part", pytest.approx(0.01)]]
    assert made.table[told].to_numpy().tolist() == rows
    assert made.plots[told].to_numpy().tolist() == rows
    assert made.kept[told].to_numpy().tolist() == [["1/1/2", "part", pytest.approx(7.99)]]


def test_ground_beside_the_communes_joins_the_plan_without_hectares(
    communes: gpd.GeoDataFrame,
) -> None:
    """40 m² of a plot of 5 ha lie beyond the border: too few to be kept, and nobody plans them."""
    forest = layer(("1/1/1", "bare", "production", None, 5.0, {}))
    border = communes.set_geometry([square(0.04, -10, 100_000, 2_000)], crs=CRS)
    asked = (plan(("pine", "bare_production", 2026, 7.0)), ZONES, RULES)
    made = mapped(*asked, {"forest": ("forest_status", forest)}, border)
    assert made.kept.empty
    found = made.table[made.table["plot"].ne("")]
    assert found[["part", "area_ha"]].to_numpy().tolist() == [["whole", pytest.approx(4.996)]]
    assert made.plots["area_ha"].tolist() == found["area_ha"].tolist()
    assert made.plots.geometry.area.tolist() == [pytest.approx(50_000)]
    assert made.measures["area_ha"].sum() == pytest.approx(5.0)


def test_polygons_that_cuts_leave_join_their_neighbour(communes: gpd.GeoDataFrame) -> None:
    """A hook at the side of a plot of 10 ha: 0.4 m² of it lie before the cut. 0.3 m² lie apart.

    The border of communes cuts off 0.2 m² of another, which has a large part beyond it.
    """
    forest = layer(
        ("1/1/1", "bare", "production", None, 10.0, {}),
        ("1/1/2", "bare", "production", None, 5.0, {}),
    )
    hook = square(100, 401, 3, 1), square(102.6, 399, 0.4, 2)
    plot = shapely.union_all([square(0, 0, 100, 1000), *hook, square(60, -5, 0.3, 1)])
    notch = [square(1000, 0, 50, 500), square(1050, 0, 0.2, 1), square(1060, 0, 50, 500)]
    notch = shapely.union_all(notch)
    forest.plots["geometry"] = gpd.GeoSeries([plot, notch], crs=CRS)
    both = gpd.GeoDataFrame(
        {"commune_code": ["06001", "06002"]},
        geometry=[square(-10, -10, 1_060, 2_000), square(1_050, -10, 9_000, 2_000)],
        crs=CRS,
    )
    asked = plan(("pine", "bare_production", 2026, 6.5))
    layers = {"forest": ("forest_status", forest)}
    made = mapped(asked, ZONES, RULES, layers, both)
    whole = made.layer()
    polygons = whole.explode()
    assert polygons.loc[polygons.area < 1, "plot"].tolist() == ["1/1/1"]
    assert polygons.area.min() == pytest.approx(0.3)
    for label, shape in zip(("1/1/1", "1/1/2"), (plot, notch), strict=True):
        parts = whole.loc[whole["plot"].eq(label), "geometry"]
        assert shapely.union_all(parts).symmetric_difference(shape).area < 1e-6
        assert parts.area.sum() == pytest.approx(shape.area, abs=1e-6)
    assert made.table["area_ha"].sum() == pytest.approx(6.5, abs=1e-9)
    assert made.measures["area_ha"].sum() == pytest.approx(15.0, abs=1e-9)


def test_a_planned_row_that_the_layer_loses_is_refused(
    communes: gpd.GeoDataFrame, forest: PlotLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(frames: Sequence[gpd.GeoDataFrame], planned: str) -> list[gpd.GeoDataFrame]:
        first, *others = without_slivers(frames, planned)
        return [first.iloc[1:], *others]

    monkeypatch.setattr("zones.planting.planning_map.without_slivers", losing)
    with pytest.raises(ClosureError, match=r"largest difference 4\.000000 ha"):
        mapped(
            plan(("pine", "bare_production", 2026, 5.0)),
            *(ZONES, RULES, {"forest": ("forest_status", forest)}, communes),
        )
