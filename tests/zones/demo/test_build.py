"""The demo's folder: ordinary files that the readers take without complaint, calibrated."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely

from layers import (
    CrsError,
    ForestLayer,
    InputError,
    MissingFileError,
    OutputExistsError,
    ReportLayer,
    check_overlaps,
    describe_raster,
    load_communes,
    load_crop_plots,
    load_forest_status,
    load_report,
)
from layers.communes.boundaries import NaturalAreas
from layers.kinds.forest_fields import forest_fields
from zones.demo import build, build_demo, land
from zones.demo.layers import NOTICE
from zones.project.model import CropPlotsSource, RasterSource, ReportSource, load_project
from zones.run.context import SilentTeller
from zones.run.reconciliation import reconcile_project

OFFICIAL_HA = 830_967


@pytest.fixture(scope="module")
def project(demo: Path) -> Path:
    return demo / "project.yaml"


@pytest.fixture(scope="module")
def forest(project: Path) -> ForestLayer:
    return load_forest_status(project.parent / "forest_status.gpkg", year=2026)


@pytest.fixture(scope="module")
def communes(project: Path) -> gpd.GeoDataFrame:
    areas = NaturalAreas(project.parent / "natural_areas.csv")
    return load_communes(project.parent / "communes.gpkg", natural_areas=areas).communes


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large parcels and cells: the same job in a fraction of the time."""
    monkeypatch.setattr(build, "_SPACING", 900.0)
    monkeypatch.setattr(land, "_CELL", 120.0)


def crop_hectares(forest: ForestLayer) -> dict[str, float]:
    ledger = forest.plots.set_index("row")["ledger_ha"]
    weights = forest.crop_weights
    return (weights["weight"] * weights["row"].map(ledger)).groupby(weights["crop"]).sum().to_dict()


def test_the_project_names_what_was_written(project: Path, communes: gpd.GeoDataFrame) -> None:
    loaded = load_project(project)
    assert loaded.demo
    assert loaded.plans == ["lang-son-2026-2030", "lang-son-2023"]
    assert {layer.kind for layer in loaded.layers.values()} == {
        "forest_status",
        "crop_plots",
        "report",
        "raster",
    }
    assert set(loaded.present.values()) == {"forest", "orchards", "fruit"}
    assert len(communes) == 65
    assert communes["official_area_ha"].sum() == OFFICIAL_HA


def test_the_forest_layer_has_the_51_fields_and_no_fault(
    project: Path, forest: ForestLayer
) -> None:
    info = pyogrio.read_info(project.parent / "forest_status.gpkg")
    assert list(info["fields"]) == forest_fields()["field"].tolist()
    assert 55_000 < info["features"] < 65_000
    assert [item for item in forest.findings.items if item.severity != "note"] == []
    assert forest.codes.table == "98"
    assert forest.plots.crs.to_epsg() == 9215
    assert check_overlaps(forest.plots, minimum_m2=1.0).empty


def test_the_province_comes_out_near_the_published_cover_rate(forest: ForestLayer) -> None:
    held = forest.plots.groupby("land")["ledger_ha"].sum()
    cover = (held["natural_forest"] + held["planted_forest"]) / OFFICIAL_HA
    assert cover == pytest.approx(0.645, abs=0.003)
    assert 255_000 < held["natural_forest"] < 265_000
    assert 25_000 < held["not_yet_forest"] < 30_000
    assert OFFICIAL_HA - held.sum() > 20_000  # some land is in no layer


@pytest.mark.parametrize(
    ("crop", "low", "high"),
    [
        ("pine", 140_000, 152_000),
        ("anise", 43_000, 49_000),
        ("acacia", 48_000, 55_000),
        ("cinnamon", 8_000, 9_900),
        ("chestnut", 200, 490),
    ],
)
def test_crops_stand_a_little_short_of_the_plan(
    forest: ForestLayer, crop: str, low: float, high: float
) -> None:
    assert low < crop_hectares(forest)[crop] < high


def test_pine_stands_where_the_plan_puts_it(forest: ForestLayer) -> None:
    rows = forest.crop_weights.loc[forest.crop_weights["crop"] == "pine", "row"]
    pine = forest.plots.set_index("row").loc[rows].groupby("commune")["ledger_ha"].sum()
    listed = {"Kiên Mộc", "Châu Sơn", "Thái Bình", "Xuân Dương", "Thống Nhất", "Đình Lập"}
    assert set(pine.nlargest(4).index) <= listed


def test_some_plots_straddle_and_name_the_commune_that_holds_most(
    forest: ForestLayer, communes: gpd.GeoDataFrame
) -> None:
    shapes, borders = forest.plots.geometry.to_numpy(), communes.geometry.to_numpy()
    commune, plot = shapely.STRtree(shapes).query(borders, predicate="intersects")
    area = shapely.area(shapely.intersection(shapes[plot], borders[commune]))
    parts = pd.DataFrame({"plot": plot, "commune": commune, "area": area})
    straddling = (parts["area"] > 1_000).groupby(parts["plot"]).sum() > 1
    assert 0.01 < straddling.mean() < 0.1
    most = parts.sort_values("area").groupby("plot")["commune"].last()
    named = forest.plots["commune_code"].to_numpy()[most.index]
    assert (communes["commune_code"].to_numpy()[most] == named).all()
    assert parts["area"].sum() == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)


def test_young_plantings_are_young_and_forest_outside_the_plan_exists(forest: ForestLayer) -> None:
    plots = forest.plots
    age = 2025 - plots["planting_year"].astype("float64")
    young, grown = plots["land"] == "not_yet_forest", plots["land"] == "planted_forest"
    assert age[young].max() <= 9
    assert age[young].median() < 5 < age[grown].median()
    assert age[young | grown].min() >= 0
    assert plots.loc[plots["land"].isin(["farmland", "water"]), "planting_year"].isna().all()
    special = plots.loc[plots["three_forest"] == "special_use", "commune"]
    assert set(special) == {"Hữu Liên", "Mẫu Sơn"}
    outside = plots["three_forest"] == "outside"
    assert plots.loc[outside & plots["counts"], "ledger_ha"].sum() > 5_000
    mixed = plots["species"].str.contains("+", regex=False).fillna(value=False)
    assert 0.01 < mixed.mean() < 0.1


def test_orchards_are_plots_without_a_fault(project: Path) -> None:
    source = load_project(project).layers["orchards"]
    assert isinstance(source, CropPlotsSource)
    layer = load_crop_plots(
        project.parent / source.path, columns=source.columns, crops=source.crops
    )
    assert layer.findings.items == []
    ledger = layer.plots.set_index("row")["ledger_ha"]
    weights = layer.crop_weights.set_index("row")
    held = ledger.groupby(weights["crop"]).sum()
    assert 3_000 < held["macadamia"] < 5_000
    assert set(held.index) == {"macadamia", "tea"}
    assert check_overlaps(layer.plots, minimum_m2=1.0).empty
    assert (ledger / layer.plots["geometry_ha"].to_numpy() - 1).abs().median() < 0.02


def report_of(project: Path) -> ReportLayer:
    source = load_project(project).layers["fruit"]
    assert isinstance(source, ReportSource)
    return load_report(project.parent / source.path, columns=source.columns)


def test_reports_of_the_orchards_show_what_causes_differences(
    project: Path,
) -> None:
    found = reconcile_project(load_project(project), SilentTeller())
    table = found.table[found.table["crop"] == "macadamia"]
    shown = {
        "unit_slip", "exchanged", "report_missing", "rounding", "counted_twice", "other_date",
        "across_boundary", "unknown",
    }  # fmt: skip
    assert shown <= set(table["cause"])
    # Mistakes are few, as in real rounds: the other communes agree.
    assert (table["cause"] == "").sum() > 40


def test_the_report_has_no_fault_and_grows_by_the_year(project: Path) -> None:
    report = report_of(project)
    assert report.findings.items == []
    by_year = report.table.pivot_table(
        index="crop", columns="year", values="area_ha", aggfunc="sum"
    )
    assert (by_year[2025] > by_year[2023]).all()
    assert by_year[2025]["custard_apple"] == pytest.approx(4_230, abs=10)
    assert by_year[2025]["medicinal"] == pytest.approx(1_540, abs=10)
    table = report.table
    fruit = table[table["crop"].eq("custard_apple") & table["year"].eq(2025)]
    assert fruit.nlargest(1, "area_ha")["commune"].tolist() == ["Chi Lăng"]


def test_the_raster_agrees_with_the_plots(project: Path, forest: ForestLayer) -> None:
    source = load_project(project).layers["landcover"]
    assert isinstance(source, RasterSource)
    look = describe_raster(project.parent / source.path, source.classes)
    assert look.findings.items == []
    cells = look.classes.set_index("name")["cells"] * 0.09
    assert cells.sum() == pytest.approx(OFFICIAL_HA, rel=0.001)
    with rasterio.open(project.parent / source.path) as raster:
        points = shapely.point_on_surface(forest.plots.geometry.to_numpy()[::50])
        seen = np.array([value[0] for value in raster.sample(shapely.get_coordinates(points))])
        assert raster.tags()["TIFFTAG_IMAGEDESCRIPTION"] == NOTICE
    natural = (forest.plots["land"] == "natural_forest").to_numpy()[::50]
    assert (seen[natural] == 1).mean() > 0.9
    assert (seen[~natural] == 1).mean() < 0.02


def test_every_file_says_that_it_is_demo_data(project: Path) -> None:
    for name in ("communes.gpkg", "forest_status.gpkg"):
        info = pyogrio.read_info(project.parent / name)
        assert info["layer_metadata"]["DESCRIPTION"] == NOTICE
    orchards = gpd.read_file(project.parent / "orchards.fgb")
    assert set(orchards["nguon"]) == {NOTICE}
    assert set(pd.read_csv(project.parent / "fruit_report.csv")["source"]) == {NOTICE}
    loaded = load_project(project)
    assert {layer.source for layer in loaded.layers.values()} == {NOTICE}
    assert project.read_text("utf-8").startswith(f"# {NOTICE}\n")


@pytest.mark.usefixtures("coarse")
def test_a_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    first, again = (
        build_demo(tmp_path / name, seed=1, progress=lambda *told: heard.append(told)).parent
        for name in ("một", "hai")
    )
    parts = heard[: len(heard) // 2]
    assert parts == sorted(parts)
    assert parts[-1][0] == parts[-1][1]
    names = sorted(path.name for path in first.iterdir())
    same = [name for name in names if (first / name).read_bytes() == (again / name).read_bytes()]
    assert same == names
    assert len(names) == 8


def given(
    folder: Path, communes: gpd.GeoDataFrame, **change: object
) -> tuple[Path, gpd.GeoDataFrame]:
    """Boundaries as an office might have them: other names, degrees, a Shapefile."""
    made = communes.to_crs(4326)
    frame = gpd.GeoDataFrame(
        {"STT": range(65), "MA_XA": made["commune_code"].astype("int64"), "TEN_XA": made["commune"]}
        | change,
        geometry=made.geometry,
        crs=4326,
    )
    frame.to_file(folder / "ranh giới.shp", encoding="utf-8")
    return folder / "ranh giới.shp", frame


@pytest.mark.usefixtures("coarse")
def test_land_grows_on_given_boundaries(communes: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path, frame = given(tmp_path, communes)
    project = build_demo(tmp_path / "demo", communes_file=path)
    loaded = load_project(project)
    assert (loaded.communes.code_column, loaded.communes.name_column) == ("MA_XA", "TEN_XA")
    assert loaded.map_neighbours is None
    copied = gpd.read_file(project.parent / loaded.communes.path)
    assert copied.geometry.geom_equals(frame.geometry).all()
    forest = load_forest_status(project.parent / "forest_status.gpkg", year=2026)
    inside = frame.to_crs(9215).union_all().buffer(0.5)
    assert forest.plots.within(inside).all()
    counted = forest.plots.loc[forest.plots["counts"], "ledger_ha"].sum()
    assert counted / OFFICIAL_HA == pytest.approx(0.645, abs=0.006)


def test_boundaries_that_are_not_the_communes_are_refused(
    communes: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path, _ = given(tmp_path, communes, MA_XA=range(7_000, 7_065))
    with pytest.raises(InputError, match=r"the best layer 'ranh giới' has 0 of their codes"):
        build_demo(tmp_path / "demo", communes_file=path)
    with pytest.raises(MissingFileError):
        build_demo(tmp_path / "demo", communes_file=tmp_path / "không có.gpkg")
    path, _ = given(tmp_path, communes)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="expected a coordinate reference system"):
        build_demo(tmp_path / "demo", communes_file=path)
    assert not (tmp_path / "demo").exists()


def test_a_folder_that_holds_something_is_kept(
    communes: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = communes.assign(code="", name="", full_name="")
    monkeypatch.setattr(build, "load_boundaries", lambda *_, **__: made)
    (tmp_path / "ghi chú.txt").write_text("của tôi", "utf-8")
    (tmp_path / "project.yaml").write_text("cũ", "utf-8")
    with pytest.raises(OutputExistsError, match="exists and is not empty"):
        build_demo(tmp_path)
    monkeypatch.setattr(build, "_save_land", lambda *_: None)
    with pytest.raises(OutputExistsError, match="leaves it alone"):  # somebody's own project
        build_demo(tmp_path, overwrite=True)
    (tmp_path / "project.yaml").write_text(f"# {build.NOTICE}", "utf-8")
    build_demo(tmp_path, overwrite=True)
    assert (tmp_path / "ghi chú.txt").read_text("utf-8") == "của tôi"
    assert "demo: true" in (tmp_path / "project.yaml").read_text("utf-8")


@pytest.mark.usefixtures("coarse")
def test_the_land_grows_on_the_real_communes(shared: Path, tmp_path: Path) -> None:
    given_file = shared / "data" / "lang_son_communes.gpkg"
    project = build_demo(tmp_path / "demo", communes_file=given_file)
    assert (project.parent / "communes.gpkg").read_bytes() == given_file.read_bytes()
    around = load_project(project).map_neighbours
    assert around is not None
    assert (around.layer, around.name_column) == ("neighbour_communes", "name")
    forest = load_forest_status(project.parent / "forest_status.gpkg", year=2026)
    assert forest.findings.of("problem") == []
    counted = forest.plots.loc[forest.plots["counts"], "ledger_ha"].sum()
    assert counted / OFFICIAL_HA == pytest.approx(0.645, abs=0.006)
