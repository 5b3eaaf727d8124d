"""Two maps of land on squares: ground that both show as land counts in one source."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import GeometryCollection, LineString, Polygon, box

from layers.base.findings import Findings
from layers.engine.overlay import overlay_area
from layers.engine.repair import faces
from layers.kinds.plots import CROP_WEIGHTS, PLOTS, PlotLayer
from tests.factories import EAST, NORTH, square, write_project
from zones.allocation.land import available_land, load_land_sources
from zones.allocation.land_plots import plot_land, settled_land
from zones.allocation.land_shared import STANDING, take_shared, take_standing
from zones.cli.main import run
from zones.tables import MEASURED

KINDS = {"forest": "forest_status", "map": "land_use"}
NOTHING = pd.DataFrame({"commune_code": [], "crop": [], "present_ha": []})
RULES = load_land_sources()


def shape(west: float, east: float, low: float = 0, high: float = 1000) -> object:
    return box(EAST + west, NORTH + low, EAST + east, NORTH + high)


def layer(*plots: tuple[str, str, object], ledger: float | None = None) -> PlotLayer:
    """Plots as (land, three-forest class, shape); the ledger as a multiple of the true area."""
    frame = pd.DataFrame(
        {
            "row": range(len(plots)),
            "plot": [f"1/1/{number}" for number in range(len(plots))],
            "commune_code": "",
            "commune": "",
            "land": [land for land, _, _ in plots],
            "three_forest": [three for _, three, _ in plots],
            "planting_year": None,
            "ledger_ha": [ledger and ledger * it.area / 1e4 for _, _, it in plots],
        }
    )
    shapes = gpd.GeoDataFrame(
        PLOTS.validate(frame), geometry=[it for _, _, it in plots], crs="EPSG:9215"
    )
    return PlotLayer(shapes, CROP_WEIGHTS.empty())


#: Communes a and b of 100 ha, side by side.
COMMUNES = gpd.GeoDataFrame(
    {"commune_code": ["a", "b"]}, geometry=[shape(0, 1000), shape(1000, 2000)], crs="EPSG:9215"
)


def measured(layers: dict[str, PlotLayer]) -> pd.DataFrame:
    frames = []
    for name, plots in layers.items():
        by = ["land", "three_forest"]
        areas = overlay_area(COMMUNES, plots.plots, by=by, ledger_column="ledger_ha")
        frames.append(areas[areas["commune_code"].notna()].assign(layer=name))
    both = pd.concat(frames, ignore_index=True)
    known = both["ledger_ha"].fillna(both["area_ha"])
    return MEASURED.validate(both.assign(crop="", planting_year=None, ledger_ha=known))


def land_of(
    forest: PlotLayer, land_use: PlotLayer, rules: pd.DataFrame = RULES
) -> tuple[dict[tuple[str, str], float], Findings, gpd.GeoDataFrame]:
    """Hectares by commune and source, what was told, and the pieces that are left."""
    layers = {"forest": forest, "map": land_use}
    kinds = {name: (KINDS[name], it) for name, it in layers.items()}
    left, shared = settled_land(kinds, rules, COMMUNES)
    told = Findings()
    found = available_land(
        measured(layers), rules, layers=KINDS, present=NOTHING, first_year=2026,
        shared=shared, findings=told,
    )  # fmt: skip
    return found.groupby(["commune_code", "source"])["area_ha"].sum().to_dict(), told, left


def test_ground_that_both_maps_show_as_land_counts_once() -> None:
    """West half bare and annual crops at once, east half housing: 50 ha of land, not 100."""
    forest = layer(("bare", "production", shape(0, 500)))
    land_use = layer(("HNK", "", shape(0, 500)), ("ODT", "", shape(500, 1000)))
    found, told, left = land_of(forest, land_use)
    assert found == {
        ("a", "bare_production"): pytest.approx(50),
        ("a", "annual_crop"): pytest.approx(0, abs=1e-6),
    }
    (finding,) = told.items
    assert (finding.severity, finding.kind) == ("problem", "land-in-both-maps")
    assert finding.source == "forest, map"
    assert finding.area_ha == pytest.approx(50)
    assert finding.examples == ("a",)
    for text, words in (
        (finding.message.en, ["50.0 ha", "Bare land in production forest", "Annual-crop land"]),
        (finding.message.vi, ["50,0 ha", "Đất trống trong rừng sản xuất", "cây hằng năm"]),
    ):
        assert all(word in text for word in words)
    assert left["source"].tolist() == ["bare_production"]


def test_land_of_two_maps_side_by_side_stays_whole() -> None:
    forest = layer(("bare", "production", shape(0, 500)))
    land_use = layer(("ODT", "", shape(0, 500)), ("HNK", "", shape(500, 1000)))
    found, told, left = land_of(forest, land_use)
    assert found == {
        ("a", "bare_production"): pytest.approx(50),
        ("a", "annual_crop"): pytest.approx(50),
    }
    assert told.items == []
    assert left["area_ha"].sum() == pytest.approx(100)


def test_shared_ground_is_taken_by_commune_in_hectares_of_the_later_ledger() -> None:
    """Bare 900–1200 m of both communes; orchards 0–1100 m, whose ledger says a tenth less."""
    forest = layer(("bare", "production", shape(900, 1200)), ("bare", "protection", shape(0, 300)))
    land_use = layer(
        ("CLN", "", shape(0, 1100)),
        ("ODT", "", shape(1100, 2000)),
        ledger=0.9,
    )
    found, told, left = land_of(forest, land_use)
    assert found == {
        ("a", "bare_production"): pytest.approx(10),
        ("b", "bare_production"): pytest.approx(20),
        ("a", "perennial_crop"): pytest.approx(81),  # 90 of its ledger, less 9
        ("b", "perennial_crop"): pytest.approx(0, abs=1e-6),
    }
    (finding,) = [it for it in told.items if it.kind == "land-in-both-maps"]
    assert finding.area_ha == pytest.approx(18)
    assert finding.count == 2
    # What is left of the plots: the hectares of the sums, and shapes that meet nowhere.
    sums = left.groupby(["commune_code", "source"])["area_ha"].sum().to_dict()
    assert sums == {key: pytest.approx(ha) for key, ha in found.items() if ha > 1e-6}
    orchard = left.loc[left["source"] == "perennial_crop"].geometry.union_all()
    assert orchard.area / 1e4 == pytest.approx(90)
    assert orchard.intersection(shape(900, 1200)).area == pytest.approx(0, abs=1e-6)


def test_crop_land_on_which_forest_stands_is_no_land() -> None:
    """Forest on 0–500 m, crops on 300–700 m of a commune of 1,000 m: 20 ha are free, not 40."""
    forest = layer(
        ("planted_forest", "production", shape(0, 200)),
        ("natural_forest", "protection", shape(200, 400)),
        ("not_yet_forest", "", shape(400, 500)),
        ("planted_forest", "production", shape(300, 500)),
        ("bare", "protection", shape(500, 700)),
    )
    land_use = layer(("CLN", "", shape(300, 700)), ("ODT", "", shape(700, 1000)), ledger=0.9)
    found, told, left = land_of(forest, land_use)
    assert found["a", "perennial_crop"] == pytest.approx(0.9 * 20)
    (finding,) = [it for it in told.items if it.kind == "land-under-forest"]
    assert (finding.severity, finding.source, finding.count) == ("problem", "map", 1)
    assert finding.area_ha == pytest.approx(0.9 * 20)
    assert "18.0 ha" in finding.message.en
    assert left.loc[left["source"] == "perennial_crop", "area_ha"].sum() == pytest.approx(18)
    assert left.geometry.union_all().intersection(shape(0, 500)).area == pytest.approx(0, abs=1e-6)


def test_forest_whose_outline_crosses_itself_takes_what_it_covers() -> None:
    """Two triangles of 25 ha in a commune of crop land: 50 of 100 ha are free."""
    bow = Polygon(
        [(EAST, NORTH), (EAST + 1000, NORTH + 1000), (EAST + 1000, NORTH), (EAST, NORTH + 1000)]
    )
    pieces = plot_land({"map": ("land_use", layer(("CLN", "", shape(0, 1000))))}, RULES, COMMUNES)
    forest = gpd.GeoDataFrame({"layer": ["forest"]}, geometry=[bow], crs="EPSG:9215")
    left, taken = take_standing(pieces, forest)
    assert left["area_ha"].tolist() == [pytest.approx(50)]
    assert taken[["first", "area_ha"]].to_numpy().tolist() == [[STANDING, pytest.approx(50)]]


def test_forest_beside_the_crop_land_takes_nothing() -> None:
    stand = ("planted_forest", "production", shape(0, 300))
    forest = layer(stand, ("farmland", "", shape(300, 1000)))
    found, told, _ = land_of(forest, layer(("CLN", "", shape(300, 1000))))
    assert found["a", "perennial_crop"] == pytest.approx(70)
    assert told.items == []


def test_the_first_row_of_the_rules_has_the_ground() -> None:
    """With the rows turned round the crop land keeps the 50 ha and the bare land loses them."""
    forest = layer(("bare", "production", shape(0, 600)))
    land_use = layer(("HNK", "", shape(0, 500)), ("ODT", "", shape(500, 1000)))
    turned = pd.concat([RULES.iloc[1:], RULES.iloc[:1]], ignore_index=True)
    found, told, _ = land_of(forest, land_use, turned)
    assert found == {
        ("a", "annual_crop"): pytest.approx(50),
        ("a", "bare_production"): pytest.approx(10),
    }
    assert told.items[0].area_ha == pytest.approx(50)


def test_farmland_that_a_map_speaks_for_takes_nothing_of_it() -> None:
    """Farmland stands in for crop land only where no map reaches: it offers nothing in a."""
    forest = layer(
        ("farmland", "outside", shape(0, 500)), ("farmland", "outside", shape(1000, 2000))
    )
    land_use = layer(("HNK", "", shape(0, 1000)))
    farmland = RULES["source"] == "farmland"
    first = pd.concat([RULES[farmland], RULES[~farmland]], ignore_index=True)
    for rules in (RULES, first):
        found, told, _ = land_of(forest, land_use, rules)
        assert found == {
            ("a", "annual_crop"): pytest.approx(100),
            ("b", "farmland"): pytest.approx(100),
        }
        assert told.items == []


def test_a_plot_under_two_plots_of_the_other_map_is_taken_once() -> None:
    """The forest layer draws one bare plot twice; the crop land below loses its ground once."""
    forest = layer(("bare", "production", shape(0, 500)), ("bare", "production", shape(0, 500)))
    land_use = layer(("HNK", "", shape(0, 500)), ("HNK", "", shape(500, 600)))
    pieces = plot_land(
        {"forest": ("forest_status", forest), "map": ("land_use", land_use)}, RULES, COMMUNES
    )
    left, shared = take_shared(pieces, RULES)
    assert shared["area_ha"].tolist() == [pytest.approx(50)]
    assert left["area_ha"].tolist() == [pytest.approx(50), pytest.approx(50), pytest.approx(10)]


def test_one_map_shares_no_ground() -> None:
    forest = layer(("bare", "production", shape(0, 500)))
    pieces = plot_land({"forest": ("forest_status", forest)}, RULES, COMMUNES)
    left, shared = take_shared(pieces, RULES)
    assert left.equals(pieces)
    assert shared.empty


def test_lines_that_cutting_leaves_are_no_land() -> None:
    mixed = GeometryCollection([shape(0, 100), LineString([(0, 0), (1, 1)])])
    (face,) = faces(gpd.GeoSeries([mixed]).to_numpy())
    assert face.equals(shape(0, 100))


def test_the_command_takes_shared_ground_off_the_land_use_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """10 ha of 06529 are bare in the forest layer, within 50 ha of annual crops of the other."""
    path = write_project(tmp_path / "p")
    uses = [square(1000, 1000, 500, 1000), square(1500, 1000, 500, 1000)]
    frame = gpd.GeoDataFrame({"code": ["HNK", "ODT"]}, geometry=uses, crs=9215)
    frame.to_file(path.parent / "land.gpkg")
    text = path.read_text("utf-8")
    use = "  land: {kind: land_use, path: land.gpkg, date: 2025-12-31, columns: {code: code}}\n"
    path.write_text(text.replace("layers:\n", "layers:\n" + use, 1), "utf-8")
    assert run(["allocate", str(path), "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    report = (tmp_path / "out" / "allocation.md").read_text("utf-8")
    assert "10,0 ha ở 1 xã là đất có thể trồng trên cả hai bản đồ" in report
    assert "10.0 ha in 1 commune are land in both maps" not in report
