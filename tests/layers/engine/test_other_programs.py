"""The engine against other programs on data made here: PROJ's geodesics, rasterio's masks, GEOS."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio.features
import shapely
from affine import Affine
from rasterio.io import MemoryFile
from shapely.geometry import box

from layers import check_overlaps, overlay_pieces, tabulate_area
from layers.engine.cell_area import row_cell_areas
from tests.layers.engine.engine_ground import EAST, NORTH, polygons, raster_file, squares, sums

#: Degrees of a cell, and the upper left corner: cells are so tall that rows differ by permille.
CELL, WEST, TOP = 0.05, 106.0, 22.5
ROWS, COLUMNS = 9, 6
GEOD = pyproj.Geod(ellps="WGS84")


def parallels_ha(south: float, north: float, width: float) -> float:
    """Ground between two parallels by PROJ: geodesics between points a hundredth as far apart."""
    lon = np.linspace(0.0, width, 101)
    ring = [*zip(lon, [south] * 101, strict=True), *zip(lon[::-1], [north] * 101, strict=True)]
    area, _ = GEOD.polygon_area_perimeter(*zip(*ring, strict=True))
    return float(abs(area)) / 1e4


def lon_lat_raster(values: Any, *, south_up: bool, **profile: Any) -> MemoryFile:
    """Raster in longitude and latitude; rows of ``values`` from north to south either way."""
    north_up = Affine(CELL, 0, WEST, 0, -CELL, TOP)
    other = Affine(CELL, 0, WEST, 0, CELL, TOP - CELL * len(values))
    rows = values[::-1] if south_up else values
    settings = {"crs": "EPSG:4326", "transform": other if south_up else north_up}
    return raster_file(rows, **(settings | profile))


@pytest.mark.parametrize("south_up", [False, True])
@pytest.mark.parametrize("first_row", [0, 3])
def test_each_row_of_a_lon_lat_raster_has_the_area_proj_gives(
    south_up: bool, first_row: int
) -> None:
    """A shift of the rows' areas by one changes each by two permille: it must be seen."""
    classes = np.repeat(np.arange(1, ROWS + 1)[:, None], COLUMNS, axis=1)
    north = TOP - CELL * first_row
    whole = box(WEST + CELL, TOP - CELL * ROWS, WEST + CELL * COLUMNS, north)
    frame = gpd.GeoDataFrame({"commune_code": ["a"]}, geometry=[whole], crs="EPSG:4326")
    with lon_lat_raster(classes, south_up=south_up).open() as raster:
        found = sums(tabulate_area(frame, raster), "area_ha")
    width = CELL * (COLUMNS - 1)
    for row in range(first_row, ROWS):
        upper = TOP - CELL * row
        assert found[row + 1] == pytest.approx(parallels_ha(upper - CELL, upper, width), rel=1e-7)
    assert set(found) == {None, *range(first_row + 1, ROWS + 1)}


@pytest.mark.parametrize("dtype", ["uint8", "int16"])
def test_windows_of_a_lon_lat_raster_take_their_own_rows(
    dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.engine.raster.WINDOW_BYTES", 64)
    base = 1 if dtype == "uint8" else 1000
    classes = np.repeat(base + 40 * np.arange(ROWS * 4)[:, None] % 250, 20, axis=1)
    frame = gpd.GeoDataFrame(
        {"commune_code": ["a"]},
        geometry=[box(WEST + 0.02, TOP - CELL * 30.5, WEST + 0.97, TOP - CELL * 2.25)],
        crs="EPSG:4326",
    )
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16, "dtype": dtype}
    with lon_lat_raster(classes, south_up=False, **tiles).open() as raster:
        found = sums(tabulate_area(frame, raster), "area_ha")
    expected: dict[int, float] = {}
    for row in range(2, 31):
        north, south = max(TOP - CELL * row, 0), TOP - CELL * (row + 1)
        north, south = min(north, TOP - CELL * 2.25), max(south, TOP - CELL * 30.5)
        # Within a cell shares are plane: half a cell is half of its area.
        share = (north - south) / CELL
        whole = parallels_ha(TOP - CELL * (row + 1), TOP - CELL * row, 0.95)
        key = int(classes[row, 0])
        expected[key] = expected.get(key, 0.0) + share * whole
    found.pop(None)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4756", "EPSG:4035"])
def test_cells_between_parallels_have_the_area_of_their_ellipsoid(crs: str) -> None:
    """The last is a sphere: its belts are ``2 pi R h``."""
    figure = pyproj.CRS(crs)
    edges = np.array([-60.0, -10.0, 0.0, 5.0, 20.0, 20.5, 89.0, 90.0])
    found = row_cell_areas(figure, edges, 2.0)
    geod = figure.get_geod()
    assert geod is not None
    for row, (south, north) in enumerate(pairwise(edges)):
        lon = np.linspace(0, 2, 2001)
        ring = np.concatenate(
            [np.column_stack([lon, lon * 0 + south]), np.column_stack([lon[::-1], lon * 0 + north])]
        )
        area, _ = geod.polygon_area_perimeter(ring[:, 0], ring[:, 1])
        assert found[row] == pytest.approx(abs(area), rel=1e-6)


@pytest.mark.parametrize(
    ("crs", "cell_m"),
    [("ESRI:54009", 20_000.0), ("ESRI:54052", 20_000.0)],
    ids=["Mollweide", "interrupted Goode homolosine"],
)
def test_equal_area_projections_of_a_sphere_by_row(
    crs: str, cell_m: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their square metres are those of a sphere: the ground under each row comes from PROJ."""
    monkeypatch.setattr("layers.engine.raster.WINDOW_BYTES", 8)
    figure = pyproj.CRS(crs)
    there = pyproj.Transformer.from_crs("EPSG:4326", figure, always_xy=True)
    left, top = there.transform(106.2, 22.6)
    classes = np.repeat(np.arange(1, 13)[:, None], 4, axis=1)
    transform = Affine(cell_m, 0, left, 0, -cell_m, top)
    x0, x1 = left + 0.5 * cell_m, left + 2.25 * cell_m
    frame = gpd.GeoDataFrame(
        {"commune_code": ["a"]},
        geometry=[box(x0, top - 11.5 * cell_m, x1, top - 1.25 * cell_m)],
        crs=figure,
    )
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    with raster_file(classes, crs=crs, transform=transform, **tiles).open() as raster:
        found = sums(tabulate_area(frame, raster), "area_ha")
    back = pyproj.Transformer.from_crs(figure, figure.geodetic_crs, always_xy=True)
    for row in range(1, 12):
        y1, y0 = (
            min(top - row * cell_m, top - 1.25 * cell_m),
            max(top - (row + 1) * cell_m, top - 11.5 * cell_m),
        )
        ring = shapely.segmentize(box(x0, y0, x1, y1), 100.0)
        lon, lat = back.transform(*shapely.get_coordinates(ring).T)
        area, _ = GEOD.polygon_area_perimeter(lon, lat)
        assert found[row + 1] == pytest.approx(abs(area) / 1e4, rel=3e-5)


def test_shares_agree_with_masks_on_cells_cut_into_ten() -> None:
    """On edges along tenths of cells the count of finer cells is exact; on others nearly."""
    fine = 10
    classes = np.random.default_rng(3).integers(1, 6, (7, 9))
    steps = shapely.Polygon(
        [(0.3, 0.2), (8.7, 0.2), (8.7, 3.1), (5.5, 3.1), (5.5, 6.9), (0.3, 6.9)]
    )
    hole = box(2.2, 1.4, 3.9, 2.8)
    blob = shapely.Point(4.4, 3.6).buffer(3.17, quad_segs=40) - box(4, 3, 5, 4)
    with raster_file(classes).open() as raster:
        table = tabulate_area(polygons(steps - hole, blob), raster)
    small = np.kron(classes, np.ones((fine, fine), int))
    for code, shape, off in (("a", steps - hole, 1e-9), ("b", blob, 0.15)):
        inside = rasterio.features.geometry_mask(
            [shape], small.shape, Affine.scale(1 / fine), invert=True
        )
        counted = np.bincount(small[inside], minlength=6) / fine**2
        found = sums(table, code=code)
        assert [found.get(k, 0.0) for k in range(1, 6)] == pytest.approx(counted[1:], abs=off)


@pytest.fixture(scope="module")
def mesh() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Communes as Voronoi cells, plots turned and scattered over them and beyond."""
    rng = np.random.default_rng(11)
    points = shapely.multipoints(rng.uniform(0, 5000, (40, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box(0, 0, 5000, 5000)))
    cells = shapely.intersection(cells, box(0, 0, 5000, 5000))
    plots = [
        shapely.Polygon(middle + size * np.column_stack([np.cos(turn), np.sin(turn)]))
        for middle, size, turn in zip(
            rng.uniform(-300, 5300, (300, 2)),
            rng.uniform(5, 700, 300),
            np.sort(rng.uniform(0, 2 * np.pi, (300, 7)), axis=1),
            strict=True,
        )
    ]

    def place(shapes: Any) -> Any:
        return shapely.transform(np.array(shapes, object), lambda xy: xy + np.array([EAST, NORTH]))

    codes = [f"{n:05}" for n in range(len(cells))]
    return (
        gpd.GeoDataFrame({"commune_code": codes}, geometry=place(cells), crs="EPSG:9215"),
        gpd.GeoDataFrame({"dtich": 1.0}, index=range(300), geometry=place(plots), crs="EPSG:9215"),
    )


def test_pieces_agree_with_intersections_by_geos(
    mesh: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    communes, plots = mesh
    pieces = overlay_pieces(communes, plots, ledger_column="dtich")
    shapes = np.asarray(communes.geometry)
    for plot, shape in enumerate(plots.geometry):
        areas = shapely.area(shapely.intersection(shapes, shape)) / 1e4
        expected = {
            code: area
            for code, area in zip(communes["commune_code"], areas, strict=True)
            if area > 1e-9
        }
        outside = shape.area / 1e4 - sum(expected.values())
        mine = pieces[pieces["plot"] == plot]
        held = mine[mine["commune_code"].notna()]
        found = dict(zip(held["commune_code"], held["area_ha"], strict=True))
        assert found == pytest.approx(expected, abs=1e-9, rel=1e-9)
        beyond = mine.loc[mine["commune_code"].isna(), "area_ha"].sum()
        assert beyond == pytest.approx(outside if outside > 1e-9 else 0.0, abs=1e-8)
        assert mine["ledger_ha"].sum() == pytest.approx(1.0, abs=1e-12)


def test_ledger_hectares_of_pieces_sum_to_the_last_digit(
    mesh: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    communes, plots = mesh
    plots = plots.assign(dtich=np.round(np.random.default_rng(2).uniform(0.01, 90, 300), 2))
    pieces = overlay_pieces(communes, plots, ledger_column="dtich")
    sums_ha = np.bincount(pieces["plot"], pieces["ledger_ha"])
    ledger = plots["dtich"].to_numpy()
    shared = np.bincount(pieces["plot"], pieces["share_ratio"] * ledger[pieces["plot"]])
    assert (sums_ha == plots["dtich"]).sum() > (shared == plots["dtich"]).sum() + 10
    assert sums_ha == pytest.approx(plots["dtich"].to_numpy(), rel=1e-15)


def test_overlaps_agree_with_intersections_by_geos(
    mesh: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    plots = mesh[1].iloc[:120]
    shapes = np.asarray(plots.geometry)
    first, second = np.triu_indices(len(shapes), 1)
    areas = shapely.area(shapely.intersection(shapes[first], shapes[second])) / 1e4
    expected = {
        (int(a), int(b)): area
        for a, b, area in zip(first, second, areas, strict=True)
        if area > 1e-9
    }
    table = check_overlaps(plots)
    found = {
        (a, b): area
        for a, b, area in zip(table["plot"], table["other"], table["area_ha"], strict=True)
    }
    assert found == pytest.approx(expected, abs=1e-9, rel=1e-9)
    smaller = [min(shapes[a].area, shapes[b].area) / 1e4 for a, b in found]
    assert table["share_ratio"].tolist() == pytest.approx(
        [area / least for area, least in zip(found.values(), smaller, strict=True)]
    )


def test_exactextract_on_cells_that_differ_by_row() -> None:
    exactextract = pytest.importorskip("exactextract", reason="exactextract is in the extra bench")
    classes = np.random.default_rng(5).integers(1, 4, (ROWS, COLUMNS))
    shape = shapely.Polygon([(106.03, 22.47), (106.29, 22.41), (106.22, 22.07), (106.01, 22.2)])
    frame = gpd.GeoDataFrame({"commune_code": ["a"]}, geometry=[shape], crs="EPSG:4326")
    with lon_lat_raster(classes, south_up=False).open() as raster:
        found = sums(tabulate_area(frame, raster), "area_ha")
        cells = exactextract.exact_extract(
            raster, frame, ["cell_id", "coverage", "values"], output="pandas"
        )
    expected = dict.fromkeys((1, 2, 3), 0.0)
    for number, share, value in zip(
        cells["cell_id"][0], cells["coverage"][0], cells["values"][0], strict=True
    ):
        upper = TOP - CELL * (int(number) // COLUMNS)
        expected[int(value)] += share * parallels_ha(upper - CELL, upper, CELL)
    assert found.pop(None) == pytest.approx(0.0, abs=1e-9)
    assert found == pytest.approx(expected, rel=1e-6)


def test_slivers_are_measured_as_geos_measures_them() -> None:
    """Pieces below the limit go to the largest piece; the plot keeps its area to the last digit."""
    communes = squares(
        (0, 0, 10, 10), (10, 0, 20, 10), (0, 10, 20, 20), commune_code=["a", "b", "c"]
    )
    plot = shapely.transform(
        shapely.Polygon([(9.95, 5), (14, 5), (14, 10.02), (9.95, 10.02)]),
        lambda xy: xy * 100 + [EAST, NORTH],
    )
    plots = gpd.GeoDataFrame(geometry=[plot], crs="EPSG:9215")
    areas = shapely.area(shapely.intersection(np.asarray(communes.geometry), plot))
    assert areas.tolist() == pytest.approx([2500.0, 200000.0, 810.0])
    for limit, kept in ((810.0 - 1e-3, [True] * 3), (811.0, [True, True, False])):
        pieces = overlay_pieces(communes, plots, sliver_m2=limit)
        expected = areas[kept]
        expected[1] += areas[~np.array(kept)].sum()
        assert pieces["area_ha"].tolist() == pytest.approx((expected / 1e4).tolist())
