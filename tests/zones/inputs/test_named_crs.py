"""The CRS that a project names for a layer leads, for every kind of polygon layer."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from pyproj import CRS
from rasterio.transform import from_origin
from shapely import Polygon

from layers import overlay_area
from layers.base.resources import data_path
from layers.communes.gazetteer import list_communes
from layers.crs.transform import to_crs
from tests.factories import communes, square, write_project, write_raster
from zones.demo.boundaries import load_boundaries
from zones.inputs.read import read_inputs
from zones.pages.context_layers import load_neighbours, load_outlines
from zones.project.model import load_project

LAYERS = """\
  trees: {kind: crop_plots, path: trees.gpkg, date: 2025-12-31, crs: EPSG:9215,
          columns: {crop: crop}}
  land: {kind: land_use, path: land.gpkg, date: 2025-12-31, crs: EPSG:9215, columns: {code: code}}
"""


def test_named_crs_leads_over_that_of_the_file(tmp_path: Path) -> None:
    path = write_project(tmp_path / "dự án")
    square_ha = gpd.GeoDataFrame(
        {"crop": ["persimmon"], "code": ["CLN"]}, geometry=[square(100, 100, 100, 100)], crs=3857
    )
    for name in ("trees", "land"):
        square_ha.to_file(path.parent / f"{name}.gpkg")
    text = path.read_text("utf-8").replace("layers:\n", "layers:\n" + LAYERS)
    path.write_text(text + "present: {persimmon: trees}\n", "utf-8")
    inputs = read_inputs(load_project(path))
    for name in ("trees", "land"):
        plots = inputs.plots[name].plots
        assert plots.crs is not None
        assert plots.crs.to_epsg() == 9215
        assert plots.geometry.area.sum() == pytest.approx(10_000)


LOST = pyproj.CRS("+proj=tmerc +lon_0=107.25 +k=0.9999 +x_0=500000 +y_0=0 +datum=WGS84 +units=m")
DRAWN = """\
map:
  neighbours: {path: around.gpkg}
  outlines: trees
"""


def test_a_lost_datum_is_put_right_in_every_layer(tmp_path: Path) -> None:
    """A plot of 50 ha that lies half in one commune, half in the next, whatever lost its datum."""
    path = write_project(tmp_path / "dự án")
    plot = gpd.GeoDataFrame(
        {"crop": ["persimmon"], "code": ["CLN"], "name": ["Ngoài"]},
        geometry=[square(500, 100, 1000, 500)],
        crs=9215,
    )
    lost = plot.set_crs(LOST, allow_override=True)
    for name in ("trees", "land", "around"):
        lost.to_file(path.parent / f"{name}.gpkg")
    communes().set_crs(LOST, allow_override=True).to_file(
        path.parent / "communes.gpkg", layer="communes"
    )
    text = path.read_text("utf-8").replace("layers:\n", "layers:\n" + LAYERS)
    text = text.replace(", crs: EPSG:9215", "").replace("          crs: EPSG:9215,\n", "")
    path.write_text(text + "present: {persimmon: trees}\n" + DRAWN, "utf-8")
    project = load_project(path)
    inputs = read_inputs(project)
    told = [item.source for item in inputs.findings.items if item.kind == "crs-taken-as-vn2000"]
    assert sorted(told) == ["communes", "land", "trees"]
    for name in ("trees", "land"):
        held = overlay_area(
            inputs.communes, to_crs(inputs.plots[name].plots, inputs.crs), id_column="commune_code"
        )
        assert held.set_index("commune_code")["area_ha"].round(6).to_dict() == {
            "06148": 25.0,
            "06184": 25.0,
        }
    around = project.map_neighbours
    assert around is not None
    drawn = load_neighbours(project, around, inputs.crs, name="neighbours")
    for shape in (drawn.geometry.iloc[0], load_outlines(project, "trees", inputs.crs).geometry[0]):
        assert shape.symmetric_difference(plot.geometry[0]).area < 1e-3


def test_boundaries_without_crs_say_what_to_write(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    communes().to_file(tmp_path / "communes.shp")
    (tmp_path / "communes.prj").unlink()
    text = path.read_text("utf-8").replace("communes.gpkg", "communes.shp")
    path.write_text(text, "utf-8")
    (told,) = read_inputs(load_project(path)).findings.of("error")
    assert re.search(r"in EPSG:9215 .*middle lies at .*'crs: EPSG:9215'", told.message.en)
    path.write_text(text.replace("  path: communes", "  crs: EPSG:9215\n  path: communes"), "utf-8")
    assert read_inputs(load_project(path)).communes.geometry.area.sum() == pytest.approx(4e6)


def test_crop_plots_are_held_against_the_communes_they_name(tmp_path: Path) -> None:
    """Names alone, or names and codes: a plot in another commune than it names is told."""
    path = write_project(tmp_path)
    plots = gpd.GeoDataFrame(
        {"crop": ["persimmon"] * 3, "xa": ["Thụy Hùng", "Đồng Đăng", "Cao Lộc"]},
        geometry=[square(x, 100, 100, 100) for x in (100, 1100, 300)],
        crs=9215,
    )
    plots.assign(maxa=["06148", "06184", "06211"]).to_file(tmp_path / "trees.gpkg")
    for columns in ("commune: xa", "commune: xa, commune_code: maxa"):
        layer = (
            "layers:\n  trees: {kind: crop_plots, path: trees.gpkg, date: 2025-12-31, "
            f"columns: {{crop: crop, {columns}}}}}\n"
        )
        write_project(tmp_path)
        path.write_text(path.read_text("utf-8").replace("layers:\n", layer), "utf-8")
        inputs = read_inputs(load_project(path))
        (told,) = [one for one in inputs.findings.items if one.kind == "commune-disagrees"]
        assert (told.source, told.rows, told.area_ha) == ("trees", (2,), 1.0)
    away = plots.set_geometry([square(x, 100, 100, 100) for x in (100, 1100, -200)])
    away.assign(maxa=["06148", "06184", "06211"]).to_file(tmp_path / "trees.gpkg")
    inputs = read_inputs(load_project(path))
    (told,) = [one for one in inputs.findings.items if one.kind == "commune-disagrees"]
    assert told.examples == ("#2 (06211 → –)",)


def test_a_layer_off_the_province_is_an_error(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    away = gpd.GeoDataFrame(
        {"crop": ["persimmon"]}, geometry=[square(90_000, 100, 100, 100)], crs=9215
    )
    away.to_file(tmp_path / "trees.gpkg")
    layer = (
        "layers:\n  trees: {kind: crop_plots, path: trees.gpkg, date: 2025-12-31, "
        "columns: {crop: crop}}\n"
    )
    path.write_text(path.read_text("utf-8").replace("layers:\n", layer), "utf-8")
    found = read_inputs(load_project(path)).findings.of("error")
    assert [(item.source, item.kind) for item in found] == [("trees", "layer-elsewhere")]


def test_a_vertex_that_lies_nowhere_stops_no_page(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    shapes = [square(100, 100, 100, 100), Polygon([(0, 0), (1e30, 0), (1, 1)]), None]
    frame = gpd.GeoDataFrame(
        {"crop": ["Na"] * 3, "name": ["Léc B×nh"] * 3}, geometry=shapes, crs=9215
    )
    frame.to_file(tmp_path / "trees.gpkg")
    layer = (
        "layers:\n  trees: {kind: crop_plots, path: trees.gpkg, date: 2025-12-31, "
        "columns: {crop: crop}}\n"
    )
    text = path.read_text("utf-8").replace("layers:\n", layer)
    path.write_text(text + "map: {neighbours: {path: trees.gpkg}, outlines: trees}\n", "utf-8")
    project = load_project(path)
    assert len(load_outlines(project, "trees", CRS.from_epsg(4326))) == 1
    around = project.map_neighbours
    assert around is not None
    drawn = load_neighbours(project, around, CRS.from_epsg(4326), name="around")
    assert drawn["commune"].tolist() == ["Lộc Bình"]


def _exchanged(path: Path, layer: str | None, crs: str) -> None:
    frame = gpd.read_file(path, layer=layer).to_crs(crs)
    frame["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    path.unlink()
    frame.to_file(path, layer=layer)


SWAPPED = {"EPSG:9215": r"x 24\d{5}\.00–.* y 4\d{5}\.00–", "EPSG:4756": r"x 21\.70–.* y 106\.77–"}


@pytest.mark.parametrize("crs", SWAPPED)
@pytest.mark.parametrize("name", ["communes", "forest", "trees", "land"])
def test_northing_before_easting_is_said_of_every_layer(
    name: str, crs: str, tmp_path: Path
) -> None:
    path = write_project(tmp_path)
    plots = {"crop": ["persimmon"], "code": ["CLN"], "geometry": [square(100, 100, 100, 100)]}
    for layer in ("trees", "land"):
        gpd.GeoDataFrame(plots, crs=9215).to_file(tmp_path / f"{layer}.gpkg")
    text = path.read_text("utf-8").replace("layers:\n", "layers:\n" + LAYERS)
    path.write_text(text.replace(" crs: EPSG:9215,", "") + "present: {persimmon: trees}\n", "utf-8")
    layers = {"communes": "communes", "forest": "lop_dien_bien"}
    _exchanged(tmp_path / f"{name}.gpkg", layers.get(name), crs)
    # The layer, both boxes, and what is the matter.
    said = rf"{name}: its axes look swapped: it lies at {SWAPPED[crs]}"
    there = r".* exchanged at 106\.77–106\.7[789]° E, 21\.70–21\.7[01]° N"
    assert [re.match(said + there, one) is not None for one in _errors(path)] == [True]


def _errors(path: Path) -> list[str]:
    found = read_inputs(load_project(path)).findings.of("error")
    return [error.message.en for error in found]


def test_a_raster_with_exchanged_axes_is_told(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    with rasterio.open(
        tmp_path / "cover.tif", "w", driver="GTiff", width=200, height=200, count=1, dtype="uint8",
        crs="EPSG:9215", transform=from_origin(2_400_000, 452_000, 10, 10),
    ) as raster:  # fmt: skip
        raster.write(np.ones((1, 200, 200), "uint8"))
    (error,) = read_inputs(load_project(path)).findings.of("error")
    assert "cover: its axes look swapped" in error.message.en
    assert "có lẽ hai trục tọa độ bị đảo" in error.message.vi


def test_a_layer_far_away_is_told_by_both_boxes(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    file = tmp_path / "forest.gpkg"
    frame = gpd.read_file(file, layer="lop_dien_bien")
    frame["geometry"] = frame.translate(1_000_000, 0)  # where the projection stretches areas
    frame.to_file(file, layer="lop_dien_bien")
    (error,) = read_inputs(load_project(path)).findings.of("error")
    assert (error.source, error.kind) == ("forest", "layer-elsewhere")
    assert "reaches over 116.3" in error.message.en
    assert "they over 106.77–106.79° E" in error.message.en


def test_one_stray_plot_where_areas_cannot_be_measured_names_its_layer(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    file = tmp_path / "forest.gpkg"
    frame = gpd.read_file(file, layer="lop_dien_bien")
    frame.loc[4, "geometry"] = square(1_500_000, 0, 100, 100)
    frame.to_file(file, layer="lop_dien_bien")
    errors = read_inputs(load_project(path)).findings.of("error")
    assert [error.source for error in errors] == ["forest"]


MISPLACED = """\
version: 1
title: Thử
province: "20"
communes: {vintage: 2025-07-01, path: communes.gpkg, natural_areas: {path: areas.csv}}
layers:
  forest: {kind: crop_plots, path: plots.gpkg, date: 2025-12-31,
           columns: {crop: crop, commune_code: code, plot: plot}}
  bare: {kind: crop_plots, path: bare.shp, date: 2025-12-31,
         columns: {crop: crop, commune_code: code, plot: plot}}
  cover: {kind: raster, path: cover.tif, date: 2025-12-31, classes: {1: trees, 2: crops}}
"""


def test_a_layer_is_not_held_against_boundaries_of_another_crs(tmp_path: Path) -> None:
    """Boundaries that wrongly say EPSG:9208 make a layer in EPSG:9215 look as if in 9208."""
    path = tmp_path / "project.yaml"
    path.write_text(MISPLACED, "utf-8")
    shutil.copy(data_path("communes-20.csv"), tmp_path / "areas.csv")
    ground = load_boundaries(list_communes("20")[["code", "name"]].reset_index(drop=True))
    write_raster(tmp_path / "cover.tif")
    plots = ground.assign(
        geometry=ground.representative_point().buffer(50), crop="Hồi", plot=ground["code"]
    )
    plots.to_file(tmp_path / "plots.gpkg")
    plots.to_file(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    for wrong, expected in ((9215, ["bare"]), (9208, ["communes", "bare"])):
        ground.set_crs(wrong, allow_override=True).to_file(tmp_path / "communes.gpkg")
        found = read_inputs(load_project(path)).findings.of("error")
        assert [error.source for error in found] == expected
        told = {error.source: error.message.en for error in found}
        if wrong == 9208:
            assert "write crs: EPSG:9215 under communes:" in told["communes"]
            assert "9208" not in told["bare"]
