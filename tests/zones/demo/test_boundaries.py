"""Made-up boundaries: a coverage with official areas around true centres."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers import data_path
from zones.demo.boundaries import load_boundaries
from zones.demo.geometry import borders, jittered, mesh, polygons
from zones.demo.noise import Grid, bent, drifting, fractal

BOX = (0.0, 0.0, 10_000.0, 10_000.0)


@pytest.fixture(scope="module")
def communes() -> pd.DataFrame:
    return pd.read_csv(data_path("communes-20.csv"), dtype={"code": str})


@pytest.fixture(scope="module")
def made(communes: pd.DataFrame) -> gpd.GeoDataFrame:
    return load_boundaries(communes)


def test_each_commune_has_its_area_and_holds_its_centre(
    communes: pd.DataFrame, made: gpd.GeoDataFrame
) -> None:
    assert made["code"].tolist() == communes["code"].tolist()
    assert made.crs.to_epsg() == 9215
    assert (made.area / 1e4 / made["official_area_ha"] - 1).abs().max() < 1e-3
    assert made.area.sum() / 1e4 == pytest.approx(830_967, abs=0.01)
    centres = gpd.points_from_xy(communes["centre_lon"], communes["centre_lat"], crs=4326)
    assert made.contains(gpd.GeoSeries(centres).to_crs(9215)).all()


def test_they_are_one_coverage_without_gap_or_overlap(made: gpd.GeoDataFrame) -> None:
    shapes = made.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.coverage_union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-12)


def test_they_look_like_communes_rather_than_cells(made: gpd.GeoDataFrame) -> None:
    hull_ratio = made.area / made.convex_hull.area
    assert hull_ratio.median() < 0.93
    assert hull_ratio.min() > 0.5
    assert shapely.get_num_coordinates(made.geometry.to_numpy()).min() > 100


def test_regions_of_a_mesh_close_even_with_a_hole() -> None:
    points = jittered(BOX, 500.0, np.random.default_rng(1))
    inner = ((points > 1_500) & (points < 8_500)).all(axis=1)
    core = np.hypot(*(points - 5_000).T) < 1_500
    regions = np.select([core, inner & (points[:, 0] > 5_000), inner], [2, 1, 0], -1)
    regions[core & (points[:, 0] > 5_000)] = 1
    island = np.hypot(points[:, 0] - 7_200, points[:, 1] - 5_000) < 700
    regions[island] = 3
    lines = borders(mesh(points), regions)
    shapes = polygons(lines.subdivided(3).smoothed(1), 4)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.get_num_interior_rings(shapes).tolist() == [0, 1, 0, 0]
    for region, shape in enumerate(polygons(lines, 4)):
        assert shapely.contains_xy(shape, points[regions == region]).all()


def test_noise_is_standard_and_bending_does_not_fold() -> None:
    grid = Grid.over(BOX, 100.0)
    noise = fractal(grid, np.random.default_rng(0), longest=3_000, shortest=400)
    assert noise.heights.mean() == pytest.approx(0, abs=1e-9)
    assert noise.heights.std() == pytest.approx(1)
    assert noise.at(grid.nodes()).reshape(noise.heights.shape) == pytest.approx(noise.heights)
    circle = shapely.Point(5_000, 5_000).buffer(1_500, quad_segs=200)
    drift = drifting(grid, np.random.default_rng(2), longest=3_000, shortest=800)
    moved = shapely.transform(circle, lambda points: bent(points, drift, 300.0))
    assert moved.is_valid
    assert moved.symmetric_difference(circle).area > 0.1 * circle.area
