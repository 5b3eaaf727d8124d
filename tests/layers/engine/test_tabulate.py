"""Cells and hectares by class: numbers that can be checked in the head."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from shapely import MultiPolygon, Polygon, box

import layers.engine.tabulate
import layers.engine.tabulate_tasks
from layers import tabulate_area
from layers.base.errors import ClosureError, CrsError, InputError, MissingFileError
from layers.base.findings import Findings
from tests.layers.engine.engine_ground import EAST, NORTH, polygons, raster_file, squares, sums


def test_whole_and_cut_cells_of_a_square() -> None:
    with raster_file([[1, 2], [3, 4]]).open() as raster:
        table = tabulate_area(polygons(box(0, 0, 1.5, 1.5)), raster)
    assert list(table.columns) == ["commune_code", "class", "cells", "area_ha"]
    assert str(table["class"].dtype) == "Int64"
    assert sums(table) == {1: 1.0, 2: 0.5, 3: 0.5, 4: 0.25, None: 0.0}
    assert sums(table, "area_ha") == {1: 1.0, 2: 0.5, 3: 0.5, 4: 0.25, None: 0.0}


def test_a_triangle_halves_the_cells_on_its_edge() -> None:
    triangle = Polygon([(0, 0), (3, 3), (0, 3)])
    with raster_file([[1, 9, 9], [2, 3, 9], [2, 2, 3]]).open() as raster:
        table = tabulate_area(polygons(triangle), raster)
    assert sums(table) == pytest.approx({1: 0.5, 2: 3.0, 3: 1.0, None: 0.0})


def test_a_polygon_smaller_than_a_cell_and_a_sliver() -> None:
    with raster_file([[7, 7], [7, 8]]).open() as raster:
        table = tabulate_area(
            polygons(box(0.25, 0.25, 0.5, 0.75), box(0.5, 1.999, 1.5, 2.0)), raster
        )
    assert sums(table, code="a") == pytest.approx({7: 0.125, None: 0.0})
    assert sums(table, code="b") == pytest.approx({7: 0.0005, 8: 0.0005, None: 0.0})


def test_holes_and_parts() -> None:
    ring = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2.5, 3).exterior])
    shape = MultiPolygon([ring, box(1.5, 1.5, 2, 2)])
    with raster_file(np.ones((4, 4))).open() as raster:
        table = tabulate_area(polygons(shape), raster)
    assert sums(table) == pytest.approx({1: 13.25, None: 0.0})


@pytest.mark.parametrize("turned", [False, True])
def test_repeated_vertices_and_either_direction(turned: bool) -> None:
    shell = [(0, 0), (2, 0), (2, 0), (2, 0), (2, 1), (0.5, 1), (0.5, 1), (0, 1), (0, 0), (0, 0)]
    hole = [(1, 0.25), (1.5, 0.25), (1.5, 0.25), (1.5, 0.75), (1, 0.75)]
    shape = Polygon(shell[::-1] if turned else shell, [hole])
    with raster_file([[1, 2]]).open() as raster:
        assert sums(tabulate_area(polygons(shape), raster)) == pytest.approx(
            {1: 1.0, 2: 0.75, None: 0.0}
        )


def test_nodata_and_the_part_outside_stand_under_no_class() -> None:
    found = Findings()
    with raster_file([[1, 255]], nodata=255).open() as raster:
        table = tabulate_area(polygons(box(-1, 0, 2, 1)), raster, findings=found)
    assert sums(table) == {1: 1.0, None: 2.0}
    assert [(item.kind, item.area_ha) for item in found.items] == [("beyond-raster", 1.0)]
    assert table.attrs["findings"][0]["kind"] == "beyond-raster"


@pytest.mark.parametrize(
    "bounds", [(10, 10, 12, 11), (-5, 0, -3, 1), (0, -9, 2, -8), (0.5, 3, 2.5, 4)]
)
def test_a_polygon_outside_the_raster_keeps_its_row(bounds: tuple[float, ...]) -> None:
    with raster_file([[1, 1]]).open() as raster:
        table = tabulate_area(polygons(box(*bounds)), raster)
    assert sums(table) == {None: 2.0}
    assert sums(table, "area_ha") == {None: 2.0}


def test_polygons_that_overlap_get_their_full_count() -> None:
    with raster_file([[1, 2]]).open() as raster:
        table = tabulate_area(polygons(box(0, 0, 2, 1), box(0, 0, 1, 1)), raster)
    assert sums(table, code="a") == {1: 1.0, 2: 1.0, None: 0.0}
    assert sums(table, code="b") == {1: 1.0, None: 0.0}


def test_a_mask_says_where_there_is_data() -> None:
    with raster_file([[1, 0], [3, 255]], mask=[[1, 0], [1, 1]]).open() as raster:
        assert sums(tabulate_area(polygons(box(0, 0, 2, 2)), raster)) == {
            1: 1.0,
            3: 1.0,
            255: 1.0,
            None: 1.0,
        }


def test_an_alpha_band_says_where_there_is_data() -> None:
    with raster_file([[1, 2]], second=[[0, 255]], alpha="yes").open() as raster:
        assert sums(tabulate_area(polygons(box(0, 0, 2, 1)), raster)) == {2: 1.0, None: 1.0}


@pytest.mark.parametrize(
    ("dtype", "classes", "nodata"),
    [
        ("uint8", [0, 255, 7], 9),
        ("int8", [-128, 126, 7], -1),
        ("uint16", [0, 65_535, 300], 9),
        ("int16", [-32_768, 32_767, 7], 0),
        ("uint32", [0, 4_294_967_295, 7], 9),
        ("int32", [-2_147_483_648, 2_147_483_647, 7], 0),
        ("int64", [-(2**63), 2**63 - 1, 7], None),
        ("uint64", [0, 2**63 - 1, 7], None),
        ("int16", [100, 101, 102], -32_768),
        ("uint16", [1_000, 1_254, 1_001], 65_535),
        ("uint16", [1_000, 1_255, 1_001], 65_535),
    ],
)
def test_integers_of_any_type(dtype: str, classes: list[int], nodata: int | None) -> None:
    rows = [[*classes, classes[0] if nodata is None else nodata]]
    with raster_file(rows, dtype=dtype, nodata=nodata).open() as raster:
        found = sums(tabulate_area(polygons(box(0.5, 0, 4, 1)), raster))
    expected: dict[int | None, float] = {classes[0]: 0.5, classes[1]: 1.0, classes[2]: 1.0}
    if nodata is None:
        expected |= {classes[0]: 1.5, None: 0.0}
    else:
        expected[None] = 1.0
    assert found == expected


def test_more_classes_than_fit_into_a_byte() -> None:
    values = np.arange(400).reshape(20, 20)
    with raster_file(values, dtype="uint16", nodata=399).open() as raster:
        table = tabulate_area(polygons(box(0, 0, 20, 20), box(0, 0, 0.5, 2)), raster)
    assert sums(table, code="a") == {**dict.fromkeys(range(399), 1.0), None: 1.0}
    assert sums(table, code="b") == {0: 0.5, 20: 0.5, None: 0.0}


@pytest.mark.parametrize(
    "transform",
    [
        Affine(100, 0, EAST, 0, -100, NORTH),
        Affine(100, 0, EAST, 0, 100, NORTH - 200),
        Affine(-100, 0, EAST + 200, 0, -100, NORTH),
    ],
    ids=["north-up", "south-up", "east-left"],
)
def test_either_side_up(transform: Affine) -> None:
    rows = np.array([[1, 2], [3, 4]])
    rows = rows[::-1] if transform.e > 0 else rows
    rows = rows[:, ::-1] if transform.a < 0 else rows
    with raster_file(rows, transform=transform).open() as raster:
        found = sums(tabulate_area(polygons(box(0, 0, 1, 1.5)), raster))
    assert found == {1: 1.0, 3: 0.5, None: 0.0}


def test_another_band() -> None:
    with raster_file([[1]], second=[[5]]).open() as raster:
        assert sums(tabulate_area(polygons(box(0, 0, 1, 1)), raster, band=2)) == {5: 1.0, None: 0}


def test_a_path_with_spaces_and_vietnamese_letters(tmp_path: Path) -> None:
    folder = tmp_path / "lớp phủ đất"
    folder.mkdir()
    path = folder / "ảnh 2025.tif"
    path.write_bytes(raster_file([[1]]).read())
    square = polygons(box(0, 0, 1, 1))
    assert sums(tabulate_area(square, path)) == {1: 1.0, None: 0.0}
    assert sums(tabulate_area(square, str(path), workers=2)) == {1: 1.0, None: 0.0}


def test_rows_with_one_id_are_added_up_and_reported() -> None:
    found = Findings()
    frame = polygons(box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 0, 1, 1), codes=["a", "a", "b"])
    with raster_file([[1, 1]]).open() as raster:
        table = tabulate_area(frame, raster, findings=found)
    assert sums(table) == {1: 2.0, None: 0.0}
    assert sums(table, code="b") == {1: 1.0, None: 0.0}
    assert [(item.kind, item.count, item.rows) for item in found.items] == [
        ("duplicate-id", 2, (0, 1))
    ]


def test_polygons_without_geometry_are_reported() -> None:
    found = Findings()
    frame = polygons(None, Polygon(), box(0, 0, 1, 1))
    with raster_file([[1]]).open() as raster:
        table = tabulate_area(frame, raster, findings=found)
    assert np.isnan(sums(table, code="a")[None])
    assert sums(table, code="b") == {None: 0.0}
    assert sums(table, code="c") == {1: 1.0, None: 0.0}
    assert [(item.kind, item.examples) for item in found.items] == [("no-geometry", ("a", "b"))]


def test_an_id_of_which_only_some_rows_are_drawn_has_their_figures() -> None:
    found = Findings()
    frame = polygons(box(0, 0, 1, 1), None, None, None, Polygon(), codes=["a", "a", "b", "b", "c"])
    with raster_file([[1]]).open() as raster:
        table = tabulate_area(frame, raster, findings=found)
    assert sums(table, code="a") == {1: 1.0, None: 0.0}
    assert np.isnan(sums(table, code="b")[None])
    assert np.isnan(sums(table, "area_ha", code="b")[None])
    assert sums(table, code="c") == {None: 0.0}
    assert [(item.kind, item.rows) for item in found.items] == [
        ("duplicate-id", (0, 1, 2, 3)),
        ("no-geometry", (1, 2, 3, 4)),
    ]


def test_a_coordinate_that_is_no_number_leaves_no_figures() -> None:
    corners = np.array([(0, 0), (100, np.nan), (100, 100), (0, 0)]) + np.array([EAST, NORTH])
    broken = shapely.set_coordinates(Polygon([(0, 0), (0, 1), (1, 1)]), corners)
    frame = polygons(box(0, 0, 1, 1), box(0, 0, 1, 1))
    frame.loc[0, "geometry"] = broken
    found = Findings()
    with raster_file([[1]]).open() as raster:
        table = tabulate_area(frame, raster, findings=found)
    assert np.isnan(sums(table, code="a")[None])
    assert sums(table, code="b") == {1: 1.0, None: 0.0}
    assert [(item.kind, item.rows) for item in found.items] == [
        ("invalid-geometry", (0,)),
        ("no-geometry", (0,)),
    ]
    assert shapely.get_coordinates(frame.geometry.iloc[0]).shape == (4, 2), "left alone"


def test_no_polygons_give_no_rows() -> None:
    with raster_file([[1]]).open() as raster:
        table = tabulate_area(polygons(), raster)
    assert table.empty
    assert list(table.columns) == ["commune_code", "class", "cells", "area_ha"]


def test_no_polygons_give_no_rows_of_cells_that_differ() -> None:
    transform = Affine(0.1, 0, 106, 0, -0.1, 22)
    with raster_file([[1]], crs="EPSG:4326", transform=transform).open() as raster:
        assert tabulate_area(polygons().to_crs(4326), raster).empty


def test_what_is_found_on_the_raster_is_told_by_path_and_open(tmp_path: Path) -> None:
    """A coordinate system without its datum is VN-2000's again, and the table says so."""
    lost = "VN_2000_Lang_Son", "+proj=tmerc +lon_0=107.25 +k=0.9999 +x_0=500000 +datum=WGS84"
    crs = CRS.from_proj4(lost[1]).to_wkt(version="WKT1_GDAL").replace("unknown", lost[0], 1)
    path = tmp_path / "a.tif"
    with (
        raster_file([[1]]).open() as whole,
        rasterio.open(path, "w", **(whole.profile | {"crs": crs})) as dataset,
    ):
        dataset.write(whole.read())
    with rasterio.open(path) as dataset:
        for raster in (path, dataset):
            found = Findings()
            table = tabulate_area(polygons(box(0, 0, 1, 1)), raster, findings=found)
            assert [item.kind for item in found.items] == ["crs-taken-as-vn2000"]
            assert [item["kind"] for item in table.attrs["findings"]] == ["crs-taken-as-vn2000"]


def test_an_invalid_polygon_is_repaired_and_reported() -> None:
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    found = Findings()
    with raster_file([[1, 1], [1, 1]]).open() as raster:
        table = tabulate_area(polygons(bow), raster, findings=found)
        with pytest.raises(InputError, match=r"1 invalid polygon, rows 0 \(Self-inters"):
            tabulate_area(polygons(bow), raster, repair="never")
    assert sums(table) == pytest.approx({1: 2.0, None: 0.0})
    assert [(item.kind, item.area_ha) for item in found.items] == [("invalid-geometry", 2.0)]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2263", "EPSG:3857"])
def test_repairs_are_told_in_hectares_whatever_the_crs_of_the_polygons(crs: str) -> None:
    # A bow tie of two triangles of 1 km² each, far too small for its edges to bend.
    place = (-74.0, 40.7) if crs == "EPSG:2263" else (107.2, 21.7)
    grid = "EPSG:32618" if crs == "EPSG:2263" else "EPSG:9215"
    middle = gpd.GeoSeries([shapely.Point(place)], crs=4326).to_crs(grid)[0]
    bow = Polygon([(-1e3, -1e3), (1e3, 1e3), (1e3, -1e3), (-1e3, 1e3)])
    bow = shapely.transform(bow, lambda xy: xy + np.array([middle.x, middle.y]))
    frame = gpd.GeoDataFrame({"commune_code": ["a"]}, geometry=[bow], crs=grid).to_crs(crs)
    west, north = middle.x - 2e3, middle.y + 2e3
    found = Findings()
    with raster_file(
        np.ones((40, 40)), crs=grid, transform=Affine(100, 0, west, 0, -100, north)
    ).open() as raster:
        table = tabulate_area(frame, raster, findings=found)
    assert table["area_ha"].sum() == pytest.approx(200.0, rel=1e-6)
    assert found.items[0].area_ha == pytest.approx(200.0, rel=2.5e-3)


def test_order_of_rows_is_that_of_the_polygons() -> None:
    frame = polygons(box(0, 0, 1, 1), box(1, 0, 2, 1), codes=["z", "a"])
    with raster_file([[3, 1]]).open() as raster:
        table = tabulate_area(frame, raster)
    assert table["commune_code"].tolist() == ["z", "z", "a", "a"]
    assert table["class"].fillna(-1).tolist() == [3, -1, 1, -1]


@pytest.mark.parametrize("codes", [[6001, 6004], np.array([6001, 6004], "int32")])
def test_ids_may_be_numbers(codes: Any) -> None:
    with raster_file([[3, 1]]).open() as raster:
        table = tabulate_area(polygons(box(0, 0, 1, 1), box(1, 0, 2, 1), codes=codes), raster)
    assert sums(table, code=6004) == {1: 1.0, None: 0.0}


def test_findings_survive_parquet(tmp_path: Path) -> None:
    with raster_file([[1]]).open() as raster:
        table = tabulate_area(polygons(box(-1, 0, 1, 1), None), raster)
    table.to_parquet(tmp_path / "table.parquet")
    kinds = [item["kind"] for item in table.attrs["findings"]]
    assert kinds == ["no-geometry", "beyond-raster"]
    assert table.attrs["findings"][0]["message"]["vi"].startswith("1 bản ghi không có hình")


def test_a_float_raster_is_refused() -> None:
    with (
        raster_file([[1.5]], dtype="float32").open() as raster,
        pytest.raises(InputError, match=r"integers.*float32.*classify"),
    ):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster)


def test_a_rotated_raster_is_refused() -> None:
    with (
        raster_file([[1]], transform=Affine(100, 5, EAST, 5, -100, NORTH)).open() as raster,
        pytest.raises(InputError, match=r"rotated.*gdalwarp"),
    ):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster)


@pytest.mark.parametrize(("scale", "offset"), [(10.0, 0.0), (1.0, 100.0)])
def test_cells_that_stand_for_other_values_are_refused(scale: float, offset: float) -> None:
    # The cell holds 3; a reader that honours the file shows class 30, or 103.
    file = raster_file([[3]])
    with file.open(driver="GTiff") as dataset:
        path = dataset.name
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (scale,), (offset,)
    with (
        rasterio.open(path) as raster,
        pytest.raises(InputError, match=r"scale of \d+ and an offset of \d+.*-unscale"),
    ):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster)
    file.close()


def test_a_raster_without_crs_is_refused() -> None:
    with (
        raster_file([[1]], crs=None).open() as raster,
        pytest.raises(CrsError, match=r"no CRS.*gdal_edit"),
    ):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster)


def test_a_raster_in_a_local_crs_is_refused() -> None:
    local = 'LOCAL_CS["mine site",UNIT["metre",1]]'
    with (
        raster_file([[1]], crs=local).open() as raster,
        pytest.raises(CrsError, match=r"found 'mine site', which has no place on Earth"),
    ):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster)


@pytest.mark.parametrize("band", [0, 2])
def test_a_band_that_is_not_there(band: int) -> None:
    with (
        raster_file([[1]]).open() as raster,
        pytest.raises(InputError, match=rf"band {band} asked for.*bands 1 to 1"),
    ):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster, band=band)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"No file .*nowhere\.tif"):
        tabulate_area(polygons(box(0, 0, 1, 1)), tmp_path / "nowhere.tif")


def test_a_file_that_is_no_raster(tmp_path: Path) -> None:
    path = tmp_path / "text.tif"
    path.write_text("no raster", "utf-8")
    with pytest.raises(InputError, match=r"text\.tif: could not be read as a raster"):
        tabulate_area(polygons(box(0, 0, 1, 1)), path)


def test_classes_beyond_64_bits_are_refused() -> None:
    with (
        raster_file([[2**63]], dtype="uint64").open() as raster,
        pytest.raises(InputError, match="Class 9223372036854775808 is too large"),
    ):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster)


def test_polygons_must_have_ids_and_a_crs() -> None:
    frame = polygons(box(0, 0, 1, 1), box(1, 0, 2, 1), codes=["a", None])
    with raster_file([[1]]).open() as raster:
        with pytest.raises(InputError, match=r"columns 'xa', found 'commune_code', 'geometry'"):
            tabulate_area(frame, raster, id_column="xa")
        with pytest.raises(InputError, match=r"1 row without id, rows 1"):
            tabulate_area(frame, raster)
        with pytest.raises(CrsError, match="polygons: no CRS"):
            tabulate_area(frame.set_crs(None, allow_override=True), raster)


def test_ids_cannot_have_a_name_of_the_result() -> None:
    frame = polygons(box(0, 0, 1, 1)).rename(columns={"commune_code": "class"})
    with (
        raster_file([[1]]).open() as raster,
        pytest.raises(InputError, match=r"columns 'class' would stand twice"),
    ):
        tabulate_area(frame, raster, id_column="class")


@pytest.mark.parametrize("raster", [None, 7, np.ones((2, 2))])
def test_what_is_no_raster_is_refused(raster: Any) -> None:
    with pytest.raises(InputError, match="raster: expected a path or a rasterio dataset"):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster)


def test_a_closed_dataset_is_refused() -> None:
    raster = raster_file([[1]]).open()
    raster.close()
    with pytest.raises(InputError, match="open for reading, found <closed DatasetReader"):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster)


def test_points_are_refused() -> None:
    frame = polygons(shapely.Point(0, 0), box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)]))
    with (
        raster_file([[1]]).open() as raster,
        pytest.raises(InputError, match=r"Polygons are needed, found 2 other.*rows 0, 2"),
    ):
        tabulate_area(frame, raster)


@pytest.mark.parametrize("workers", [0, -1, True, "two", 1.5, None])
def test_workers_are_counted_or_a_client(workers: Any) -> None:
    with (
        raster_file([[1]]).open() as raster,
        pytest.raises(InputError, match="workers: expected a number from 1 or a dask"),
    ):
        tabulate_area(polygons(box(0, 0, 1, 1)), raster, workers=workers)


def test_web_mercator_is_refused() -> None:
    square = squares((0, 0, 10, 10), commune_code=["a"])
    with (
        raster_file([[1]], crs="EPSG:3857").open() as raster,
        pytest.raises(CrsError, match=r"\+16\.\d\d%.*at most 0\.20%.*equal-area"),
    ):
        tabulate_area(square, raster)


def test_cells_of_a_lon_lat_raster_have_their_area_on_the_ellipsoid() -> None:
    second = 1 / 3600
    transform = Affine(second, 0, 106.7, 0, -second, 21.85)
    with raster_file([[1, 2], [1, 2]], crs="EPSG:4326", transform=transform).open() as raster:
        square = box(106.7, 21.85 - 2 * second, 106.7 + 2 * second, 21.85 + second)
        frame = gpd.GeoDataFrame({"commune_code": ["a"]}, geometry=[square], crs="EPSG:4326")
        table = tabulate_area(frame, raster)
    assert sums(table) == pytest.approx({1: 2.0, 2: 2.0, None: 2.0})
    areas = sums(table, "area_ha")
    geod = frame.crs.get_geod()
    exact = abs(geod.geometry_area_perimeter(square)[0]) / 1e4
    # One cell here has 0.0883 ha; a sphere of the equatorial radius would say 0.49 % more.
    assert areas[1] == pytest.approx(2 * 0.08832, abs=2e-5)
    assert sum(areas.values()) == pytest.approx(exact, rel=1e-9)


def lossy(monkeypatch: pytest.MonkeyPatch, **factors: float) -> None:
    """Let the engine lose a share of what it found."""
    whole = layers.engine.tabulate.tabulate_block

    def some(piece: Any) -> Any:
        found = whole(piece)
        changed = {name: getattr(found, name) * factor for name, factor in factors.items()}
        return replace(found, **changed)

    monkeypatch.setattr(layers.engine.tabulate, "tabulate_block", some)


@pytest.mark.parametrize("factor", [1 - 1e-8, 1 + 1e-8])
@pytest.mark.parametrize(
    ("column", "unit"), [("cells", "cells"), ("area_m2", "m²")], ids=["cells", "areas"]
)
def test_what_does_not_close_is_refused(
    monkeypatch: pytest.MonkeyPatch, column: str, unit: str, factor: float
) -> None:
    lossy(monkeypatch, **{column: factor})
    with (
        raster_file(np.ones((20, 20))).open() as raster,
        pytest.raises(ClosureError, match=rf"1 polygon \(a\): .* {unit} are left over"),
    ):
        tabulate_area(polygons(box(0.5, 0.5, 19.5, 19.5)), raster)


def test_what_gets_lost_is_not_taken_for_ground_beyond_the_raster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = polygons(box(0.5, 0.5, 25.5, 19.5))
    with raster_file(np.ones((20, 20))).open() as raster:
        assert sums(tabulate_area(frame, raster)) == pytest.approx({1: 370.5, None: 104.5})
        lossy(monkeypatch, cells=0.5, area_m2=0.5)
        with pytest.raises(ClosureError, match=r"1 polygon \(a\): 185 cells are left over"):
            tabulate_area(frame, raster)


def test_a_polygon_inside_does_not_vouch_for_one_that_reaches_beyond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = polygons(box(0.5, 0.5, 25.5, 19.5), box(1, 1, 2, 2))
    whole = layers.engine.tabulate.tabulate_block

    def lossy_of_the_first(piece: Any) -> Any:
        found = whole(piece)
        kept = np.where(found.owner == 0, 0.5, 1.0)
        return replace(found, cells=found.cells * kept, area_m2=found.area_m2 * kept)

    with raster_file(np.ones((20, 20))).open() as raster:
        tabulate_area(frame, raster)
        monkeypatch.setattr(layers.engine.tabulate, "tabulate_block", lossy_of_the_first)
        with pytest.raises(ClosureError, match=r"1 polygon \(a\): 185 cells are left over"):
            tabulate_area(frame, raster)


def test_less_than_a_square_metre_beyond_the_raster_is_not_made_one() -> None:
    with raster_file(np.ones((2, 2))).open() as raster:
        table = tabulate_area(polygons(box(1, 0, 2.00005, 1)), raster)
    assert sums(table, "area_ha")[None] == pytest.approx(5e-5, rel=1e-6)


def test_a_raster_in_grads_has_the_area_of_its_degrees() -> None:
    """A grad is 0.9 degrees: NTF, counted in grads from Paris and in degrees from Greenwich."""
    areas = []
    for crs, unit in [("EPSG:4275", 1.0), ("EPSG:4807", 10 / 9)]:
        transform = Affine(0.9 * unit, 0, 3.6 * unit, 0, -0.9 * unit, 45 * unit)
        with raster_file([[1], [2]], crs=crs, transform=transform).open() as raster:
            shape = box(3.6 * unit, 43.2 * unit, 4.5 * unit, 45 * unit)
            frame = gpd.GeoDataFrame({"commune_code": ["a"]}, geometry=[shape], crs=raster.crs)
            areas.append(sums(tabulate_area(frame, raster), "area_ha"))
    assert areas[1] == pytest.approx(areas[0], rel=1e-9)
    assert areas[0][1] == pytest.approx(0.81 * 111.2**2 * 0.711 * 100, rel=0.01)


def test_polygons_in_cells_have_the_area_they_were_given(monkeypatch: pytest.MonkeyPatch) -> None:
    read = layers.engine.tabulate_tasks.rings_of

    def shrunk(shapes: Any) -> Any:
        rings = read(shapes)
        return rings.moved(EAST + (rings.x - EAST) * 0.9, rings.y)

    monkeypatch.setattr(layers.engine.tabulate_tasks, "rings_of", shrunk)
    with (
        raster_file(np.ones((20, 20))).open() as raster,
        pytest.raises(ClosureError, match=r"1 polygon \(a\): .* m² are left over"),
    ):
        tabulate_area(polygons(box(0, 0, 10, 10)), raster)


def test_a_raster_in_feet_gives_hectares() -> None:
    transform = Affine(1000, 0, 1_000_000, 0, -1000, 300_000)
    with raster_file([[1]], crs="EPSG:2263", transform=transform).open() as raster:
        frame = gpd.GeoDataFrame(
            {"commune_code": ["a"]},
            geometry=[box(1_000_000, 299_000, 1_001_000, 300_000)],
            crs=2263,
        )
        table = tabulate_area(frame, raster)
    assert sums(table, "area_ha")[1] == pytest.approx(1000**2 * (1200 / 3937) ** 2 / 1e4, rel=1e-12)


def test_the_same_raster_by_path_and_open(tmp_path: Path) -> None:
    path = tmp_path / "classes.tif"
    path.write_bytes(raster_file([[1, 2], [3, 4]]).read())
    frame = polygons(box(0.2, 0.3, 1.7, 1.9))
    with rasterio.open(path) as dataset:
        by_dataset = tabulate_area(frame, dataset)
        by_threads = tabulate_area(frame, dataset, workers=2)
        assert not dataset.closed
    assert by_dataset.equals(tabulate_area(frame, path))
    assert by_dataset.equals(by_threads)


def test_an_open_overview_is_the_raster_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "classes.tif"
    path.write_bytes(raster_file(np.arange(1, 65).reshape(8, 8)).read())
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2], Resampling.nearest)
    with rasterio.open(path, overview_level=0) as dataset:
        tables = [tabulate_area(polygons(box(0, 0, 4, 2)), dataset, workers=n) for n in (1, 2)]
    assert tables[0].equals(tables[1])
    assert tables[0]["cells"].sum() == 2.0
    assert tables[0]["area_ha"].sum() == 8.0
