"""Crop plots and land-use parcels: layers whose columns the project names."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import GeometryCollection, LineString, Polygon, box

from layers import (
    CrsError,
    InputError,
    MissingFileError,
    PlotLayer,
    SchemaError,
    load_crop_plots,
    load_land_use,
    load_land_use_codes,
)
from layers.io.vector import VectorFile
from layers.kinds.plots import PLOTS

COLUMNS = {"crop": "cay", "planting_year": "nam", "ledger_ha": "dt", "commune_code": "ma"}


def squares(**change: Any) -> gpd.GeoDataFrame:
    columns: dict[str, Any] = {
        "cay": ["Mắc ca", "Mắc ca + Keo", "sấu"],
        "nam": [2020, 2021, 2022],
        "dt": [1.0, 1.2, 0.8],
        "ma": [6148, 6148, 6529],
        "geometry": [box(100 * i, 0, 100 * i + 100, 100) for i in range(3)],
    }
    return gpd.GeoDataFrame(columns | change, crs=9215)


def saved(folder: Path, frame: gpd.GeoDataFrame, name: str = "vườn cây.gpkg") -> Path:
    frame.to_file(folder / name)
    return folder / name


def kinds(layer: PlotLayer, severity: Any = "problem") -> list[str]:
    return [item.kind for item in layer.findings.of(severity)]


def test_plots_become_canonical_and_mixtures_share(folder: Path) -> None:
    path = saved(folder, squares())
    layer = load_crop_plots(path, columns=COLUMNS, crops={"sấu": "coconut"})
    PLOTS.validate(layer.plots)
    assert layer.plots["land"].tolist() == ["crop"] * 3
    assert layer.plots["commune_code"].tolist() == ["06148", "06148", "06529"]
    assert layer.plots["ledger_ha"].tolist() == [1.0, 1.2, 0.8]
    assert layer.plots["geometry_ha"].tolist() == [1.0, 1.0, 1.0]
    assert layer.crop_weights.to_numpy().tolist() == [
        [0, "macadamia", 1.0],
        [1, "macadamia", 0.5],
        [1, "acacia", 0.5],
        [2, "coconut", 1.0],
    ]
    assert layer.findings.items == []


def test_an_unknown_crop_keeps_its_name_and_is_a_problem(folder: Path) -> None:
    layer = load_crop_plots(saved(folder, squares(cay=["Mắc ca", None, "sấu"])), columns=COLUMNS)
    assert kinds(layer) == ["crop-missing", "crop-unknown"]
    assert layer.crop_weights["crop"].tolist() == ["macadamia", "sấu"]
    assert len(layer.plots) == 3
    assert layer.findings.of("problem")[1].area_ha == 0.8


@pytest.mark.parametrize(
    ("dt", "kind"),
    [([1.0, -2.0, 0.8], "ledger-implausible"), (["1", "2,5 ha", "0.8"], "ledger-implausible")],
)
def test_an_impossible_ledger_area_gives_way_to_the_polygon(
    folder: Path, dt: list[Any], kind: str
) -> None:
    layer = load_crop_plots(
        saved(folder, squares(dt=dt)), columns=COLUMNS, crops={"sấu": "coconut"}
    )
    assert kinds(layer) == [kind]
    assert kinds(layer, "note") == ["ledger-missing"]
    assert layer.plots["ledger_ha"].tolist() == [1.0, 1.0, 0.8]
    assert layer.plots["ledger_source"].tolist() == ["ledger", "geometry", "ledger"]


def test_a_ledger_far_from_its_polygon_is_a_problem_and_leads(folder: Path) -> None:
    layer = load_crop_plots(
        saved(folder, squares(dt=[1.2, 1.3, 0.5])), columns=COLUMNS, crops={"sấu": "coconut"}
    )
    (problem,) = layer.findings.of("problem")
    assert (problem.kind, problem.rows) == ("ledger-differs", (1, 2))
    assert layer.plots["ledger_ha"].tolist() == [1.2, 1.3, 0.5]


def test_without_a_ledger_column_there_is_no_ledger(folder: Path) -> None:
    layer = load_crop_plots(
        saved(folder, squares()), columns={"crop": "cay"}, crops={"sấu": "coconut"}
    )
    assert layer.plots["ledger_ha"].isna().all()
    assert layer.plots["planting_year"].isna().all()
    assert layer.findings.items == []


def test_implausible_years_are_unknown(folder: Path) -> None:
    layer = load_crop_plots(
        saved(folder, squares(nam=[2020, 0, 2203])), columns=COLUMNS, crops={"sấu": "coconut"}
    )
    assert kinds(layer) == ["planting-year-implausible"]
    columns = {"crop": "cay", "planting_year": "nam"}  # no ledger: hectares are those of the map
    drawn = load_crop_plots(
        saved(folder, squares(nam=[2020, 0, 2203])), columns=columns, crops={"sấu": "coconut"}
    )
    assert drawn.findings.items[0].area_ha == pytest.approx(2.0, abs=0.1)
    assert layer.plots["planting_year"].isna().tolist() == [False, True, True]


def test_the_same_plot_twice_counts_once(folder: Path) -> None:
    frame = squares()
    double = gpd.GeoDataFrame(
        {name: [*frame[name], *frame[name][:2]] for name in frame.columns}, crs=frame.crs
    )
    double.loc[4, "cay"] = "Keo"
    layer = load_crop_plots(saved(folder, double), columns=COLUMNS, crops={"sấu": "coconut"})
    assert kinds(layer) == ["plot-twice", "geometry-twice"]
    assert layer.plots["row"].tolist() == [0, 1, 2, 4]
    assert set(layer.crop_weights["row"]) == {0, 1, 2, 4}


def test_a_copy_of_a_plot_without_a_name_counts_once(folder: Path) -> None:
    frame = squares(thua=["1", None, None])
    double = gpd.GeoDataFrame(pd.concat([frame, frame], ignore_index=True), crs=frame.crs)
    double["chu"] = ["A", "B", "C", "A", "B", "D"]
    columns = COLUMNS | {"plot": "thua"}
    layer = load_crop_plots(saved(folder, double), columns=columns, crops={"sấu": "coconut"})
    assert layer.plots["row"].tolist() == [0, 1, 2, 5]
    told = {item.kind: item for item in layer.findings.of("problem")}
    assert told["plot-twice"].rows == (3, 4)
    assert "columns that differ: chu)" in told["geometry-twice"].message.en


def test_a_self_crossing_plot_is_repaired_or_refused(folder: Path) -> None:
    bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    path = saved(folder, squares(geometry=[bow, box(100, 0, 200, 100), box(200, 0, 300, 100)]))
    layer = load_crop_plots(path, columns=COLUMNS, crops={"sấu": "coconut"})
    assert kinds(layer) == ["geometry-repaired", "ledger-differs"]
    assert layer.plots["geometry_ha"].tolist() == [0.5, 1.0, 1.0]
    with pytest.raises(InputError, match=r"invalid polygons .*: 1 plot"):
        load_crop_plots(VectorFile(path, repair="never"), columns=COLUMNS)


def test_bad_files_are_refused(folder: Path) -> None:
    path = saved(folder, squares())
    with pytest.raises(SchemaError, match=r"expected columns loai \(crop\); found cay, nam, dt"):
        load_crop_plots(path, columns={"crop": "loai"})
    with pytest.raises(InputError, match=r"unknown columns 'kind'; known are crop, plot"):
        load_crop_plots(path, columns={"crop": "cay", "kind": "x"})
    with pytest.raises(InputError, match="name the column that holds the crop"):
        load_crop_plots(path, columns={"ledger_ha": "dt"})
    with pytest.raises(InputError, match=r"names lead to 'kumquat'"):
        load_crop_plots(path, columns=COLUMNS, crops={"sấu": "kumquat"})
    with pytest.raises(MissingFileError):
        load_crop_plots(folder / "no.gpkg", columns=COLUMNS)
    with pytest.raises(InputError, match="expected polygons, found an empty layer"):
        load_crop_plots(saved(folder, squares()[:0], "empty.gpkg"), columns=COLUMNS)


def test_a_layer_without_crs_needs_one_told(folder: Path) -> None:
    frame = squares().set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        frame.to_file(folder / "bare.shp", encoding="utf-8")
    with pytest.raises(CrsError, match="expected a coordinate reference system"):
        load_crop_plots(folder / "bare.shp", columns=COLUMNS)
    layer = load_crop_plots(VectorFile(folder / "bare.shp", crs="EPSG:9215"), columns=COLUMNS)
    assert layer.plots.crs.to_epsg() == 9215


def test_land_use_keeps_its_own_codes(folder: Path) -> None:
    frame = squares(cay=["luc", "XYZ", None])
    layer = load_land_use(saved(folder, frame), columns={"code": "cay", "ledger_ha": "dt"})
    assert layer.plots["land"].tolist() == ["LUC", "XYZ", "unclassified"]
    assert layer.crop_weights.empty
    assert kinds(layer) == ["land-use-missing", "land-use-unknown"]
    assert "XYZ" in layer.findings.of("problem")[1].message.vi


def test_land_use_codes_are_unique() -> None:
    codes = load_land_use_codes()
    assert codes["code"].is_unique
    rice_to_rock = {"LUC", "LUK", "HNK", "CLN", "RSX", "RPH", "RDD", "NTS", "ONT", "ODT"}
    assert rice_to_rock | {"SON", "MNC", "BCS", "DCS", "NCS"} <= set(codes["code"])


@pytest.mark.parametrize("factor", [10_000.0, 0.01])
def test_a_ledger_in_another_unit_is_refused(folder: Path, factor: float) -> None:
    path = saved(folder, squares(dt=[one * factor for one in (1.0, 1.2, 0.8)]))
    with pytest.raises(InputError, match=r"expected ledger areas in hectares, found areas .* m²"):
        load_crop_plots(path, columns=COLUMNS, crops={"sấu": "coconut"})
    named = saved(folder, squares().rename(columns={"dt": "dt_m2"}), "b.gpkg")
    with pytest.raises(InputError, match=r"expected hectares, but column 'dt_m2' names m2"):
        load_crop_plots(named, columns=COLUMNS | {"ledger_ha": "dt_m2"})


def test_the_outline_of_one_plot_with_the_record_of_another_is_no_repeat(folder: Path) -> None:
    frame = squares()
    mixed = frame.iloc[[1]].assign(geometry=[frame.geometry[0]])
    both = gpd.GeoDataFrame(pd.concat([frame, mixed], ignore_index=True), crs=frame.crs)
    layer = load_crop_plots(saved(folder, both), columns=COLUMNS, crops={"sấu": "coconut"})
    assert layer.plots["row"].tolist() == [0, 1, 2, 3]
    assert kinds(layer) == ["geometry-twice"]


@pytest.mark.parametrize("suffix", ["shp", "gpkg"])
def test_text_in_an_old_font_is_read(folder: Path, suffix: str) -> None:
    """TCVN3, as its bytes in a Shapefile or as Latin letters in a GeoPackage."""
    frame = squares(cay=["Th¹ch ®en", "Th¹ch ®en", "Quýt"])
    if suffix == "shp":
        frame = frame.assign(cay=["Th¹ch ®en"] * 3)
    path = folder / f"cũ.{suffix}"
    latin = {"encoding": "ISO-8859-1"} if suffix == "shp" else {}
    pyogrio.write_dataframe(frame, path, layer=None if suffix == "shp" else "a", **latin)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    layer = load_crop_plots(VectorFile(path, encoding="tcvn3"), columns={"crop": "cay"})
    assert layer.crop_weights["crop"].tolist()[:2] == ["grass_jelly"] * 2
    if suffix == "shp":
        found = load_crop_plots(path, columns={"crop": "cay"})
        assert set(found.crop_weights["crop"]) == {"grass_jelly"}
        assert [item.kind for item in found.findings.of("note")] == ["text-converted"]


def test_the_polygons_of_a_mixed_record_are_read(folder: Path) -> None:
    """100 ha and a line in one record; a collection in a collection; a line alone."""
    square, line = box(0, 0, 1000, 1000), LineString([(0, 0), (500, 500)])
    nested = GeometryCollection([GeometryCollection([box(2000, 0, 2100, 100), line]), line])
    frame = squares(geometry=[GeometryCollection([square, line]), nested, line], dt=[100, 1, 1])
    layer = load_crop_plots(saved(folder, frame), columns={"crop": "cay"}, crops={"sấu": "coconut"})
    assert layer.plots["geometry_ha"].tolist() == [100.0, 1.0]
    assert layer.plots.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    mixed, lines = layer.findings.of("problem")
    assert (mixed.kind, mixed.rows) == ("geometry-mixed", (0, 1))
    assert (lines.kind, lines.rows) == ("geometry-not-polygon", (2,))


@pytest.mark.parametrize("far", [1e308, 1e30, math.inf, -math.inf, 1e9])
def test_a_vertex_that_lies_nowhere_sets_its_plot_aside(folder: Path, far: float) -> None:
    stray = Polygon([(0, 0), (far, 0), (100, 100)])
    frame = squares(geometry=[stray, box(100, 0, 200, 100), box(200, 0, 300, 100)])
    layer = load_crop_plots(saved(folder, frame), columns={"crop": "cay"}, crops={"sấu": "coconut"})
    assert layer.plots["row"].tolist() == [1, 2]
    (problem,) = layer.findings.of("problem")
    assert (problem.kind, problem.rows) == ("geometry-not-numbers", (0,))


def test_metres_declared_as_degrees_are_refused(folder: Path) -> None:
    moved = squares().translate(450_000, 2_400_000).to_numpy()
    path = saved(folder, squares(geometry=moved).set_crs(4326, allow_override=True))
    with pytest.raises(CrsError, match=r"3 of 3 .*no place in WGS 84 .*x 450000–450300"):
        load_crop_plots(path, columns={"crop": "cay"}, crops={"sấu": "coconut"})
