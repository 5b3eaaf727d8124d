"""The engine on real data, against figures that other programs gave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine

from layers import overlay_pieces, tabulate_area
from layers.base.findings import Findings
from layers.crs.crs import geodesic_area_ha
from layers.engine.overlaps import settle_claims
from tests.layers.engine.engine_ground import raster_file

# Cells whose centre lies in the zone, as published with the data.
ZION = {2: 4_205, 3: 98_285, 4: 298_299, 5: 203_701, 6: 235, 7: 62, 8: 679}
PROVINCE_HA = {"EPSG:9215": 830_707.68, "ellipsoid": 830_771.70}
DISPUTED_HA = 1.00


@pytest.fixture
def communes(shared: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(shared / "data" / "lang_son_communes.gpkg", layer="communes")
    return frame.rename(columns={"code": "commune_code"})


def test_land_cover_of_zion(shared: Path) -> None:
    path = shared / "data" / "zion" / "nlcd.tif"
    zone = gpd.read_file(shared / "data" / "zion" / "zion.gpkg")
    with rasterio.open(path) as raster:
        values, transform, crs = raster.read(1), raster.transform, raster.crs
    outline = zone.to_crs(crs)
    table = tabulate_area(outline, path, id_column="UNIT_CODE")
    assert table["area_ha"].sum() == pytest.approx(outline.area.sum() / 1e4, rel=1e-9)
    cells = table.dropna(subset=["class"]).set_index("class")["cells"]
    crossed = _cells_crossed(outline.geometry.iloc[0], values, transform)
    assert set(cells.index) == set(ZION)
    for number, published in ZION.items():
        # A cell on the boundary counts by its share here, and wholly or not at all there.
        assert abs(cells[number] - published) <= crossed[number]
    assert cells.sum() == pytest.approx(sum(ZION.values()), abs=100)
    # The zone as it was received, in a CRS of its own, gives the same.
    as_received = tabulate_area(zone, path, id_column="UNIT_CODE")
    assert as_received["cells"].tolist() == pytest.approx(table["cells"].tolist(), abs=0.01)


def _cells_crossed(zone: shapely.Geometry, values: Any, transform: Affine) -> Any:
    """Cells of each class that the boundary crosses."""
    line = shapely.transform(zone.boundary, lambda xy: np.column_stack(~transform @ tuple(xy.T)))
    col, row = np.floor(shapely.get_coordinates(shapely.segmentize(line, 0.05))).astype(int).T
    cells = np.unique(np.column_stack([row, col]), axis=0)
    return np.bincount(values[cells[:, 0], cells[:, 1]], minlength=256)


def test_areas_of_the_communes(communes: gpd.GeoDataFrame) -> None:
    assert geodesic_area_ha(communes).sum() == pytest.approx(PROVINCE_HA["ellipsoid"], abs=0.01)
    plane = communes.to_crs(9215)
    west, south, east, north = plane.total_bounds
    transform = Affine(250, 0, west - 500, 0, -250, north + 500)
    rows, cols = (int((b - a) / 250) + 5 for a, b in ((south, north), (west, east)))
    with raster_file(np.ones((rows, cols)), transform=transform).open() as raster:
        table = tabulate_area(plane, raster)
        bent = tabulate_area(communes, raster)
    classes = table[table["class"] == 1].set_index("commune_code")["area_ha"]
    assert classes.sum() == pytest.approx(PROVINCE_HA["EPSG:9215"], abs=0.01)
    expected = plane.set_index("commune_code").area / 1e4
    assert classes.to_numpy() == pytest.approx(expected[classes.index].to_numpy(), rel=1e-9)
    assert table[table["class"].isna()]["area_ha"].tolist() == [0.0] * 65
    # Reprojected by the engine: edges are short here, so that bending them changes nothing.
    assert bent["area_ha"].to_numpy() == pytest.approx(table["area_ha"].to_numpy(), rel=1e-7)


def test_areas_of_the_communes_on_a_lon_lat_raster(communes: gpd.GeoDataFrame) -> None:
    minute = 1 / 60
    transform = Affine(minute, 0, 106.0, 0, -minute, 22.5)
    with raster_file(np.ones((80, 90)), crs="EPSG:4326", transform=transform).open() as raster:
        table = tabulate_area(communes, raster)
    assert table["area_ha"].sum() == pytest.approx(PROVINCE_HA["ellipsoid"], rel=1e-6)


def test_soil_in_an_interrupted_projection(shared: Path, communes: gpd.GeoDataFrame) -> None:
    path = shared / "data" / "soilgrids" / "phh2o_0-5cm_mean.tif"
    part = communes.iloc[:8]
    table = tabulate_area(part, path)
    areas = table.groupby("commune_code")["area_ha"].sum()
    expected = geodesic_area_ha(part).set_axis(part["commune_code"])
    # Plane areas would be 0.49 % too large: the projection is equal-area, but on a sphere.
    assert areas.to_numpy() == pytest.approx(expected[areas.index].to_numpy(), rel=1e-4)
    with rasterio.open(path) as raster:
        values = set(np.unique(raster.read(1)).tolist())
    assert set(table["class"].dropna()) <= values - {0}


def test_real_communes_and_plots_agree_with_geos(communes: gpd.GeoDataFrame) -> None:
    zones = communes.to_crs(9215).sort_values("commune_code", ignore_index=True)
    random = np.random.default_rng(17)
    west, south, east, north = zones.total_bounds
    middle = random.uniform((west, south), (east, north), (800, 1, 2))
    angles = np.arange(35) * 2 * np.pi / 35
    reach = random.uniform(100, 900, (800, 35, 1))
    shapes = shapely.polygons(middle + reach * np.stack([np.cos(angles), np.sin(angles)], -1))
    plots = gpd.GeoDataFrame({"dtich": shapely.area(shapes) / 1e4}, geometry=shapes, crs=9215)
    found = Findings()
    pieces = overlay_pieces(zones, plots, ledger_column="dtich", findings=found)
    claim = next(item for item in found.items if item.kind == "double-claim")
    assert claim.area_ha == pytest.approx(DISPUTED_HA, abs=0.005)
    assert claim.count == 9
    pairs = shapely.STRtree(zones.geometry).query(shapes, predicate="intersects")
    expected = pd.DataFrame(
        {
            "plot": pairs[0],
            "commune_code": zones["commune_code"].to_numpy()[pairs[1]],
            "ha": shapely.area(
                shapely.intersection(shapes[pairs[0]], np.asarray(zones.geometry)[pairs[1]])
            )
            / 1e4,
        }
    )
    both = pieces.dropna(subset=["commune_code"]).merge(
        expected, how="outer", on=["plot", "commune_code"]
    )
    differences = (both["area_ha"].fillna(0) - both["ha"]).abs()
    disputed = differences > 1e-9
    assert differences[disputed].max() <= DISPUTED_HA
    assert disputed.sum() < 20
    sums = pieces.groupby("plot")[["share_ratio", "ledger_ha"]].sum()
    assert sums["share_ratio"].to_numpy() == pytest.approx(1.0, abs=1e-12)
    assert sums["ledger_ha"].to_numpy() == pytest.approx(plots["dtich"].to_numpy(), rel=1e-12)


def test_the_triple_claim_of_the_national_boundaries_is_given_once(shared: Path) -> None:
    """02647, 02683 and 02746 each have the same 3.48 km²: three pairs, counted once in the sums."""
    country = gpd.read_parquet(shared / "data" / "vietnam_communes_simplified.parquet")
    three = country[country["code"].isin(["02647", "02683", "02746"])].sort_values("code")
    shapes = three.to_crs(6933).geometry.to_numpy()
    found = Findings()
    settled = settle_claims(
        shapes, pd.Index(three["code"]), unit_m2=1.0, source="communes", findings=found
    )
    (claim,) = found.items
    assert (claim.severity, claim.count) == ("problem", 3)
    assert set(claim.examples) == {"02647/02683", "02647/02746", "02683/02746"}
    union = shapely.area(shapely.union_all(shapes))
    assert shapely.area(settled).sum() == pytest.approx(union, rel=1e-9)
    assert claim.area_ha == pytest.approx((shapely.area(shapes).sum() - union) / 1e4, rel=1e-9)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        shared_ha = shapely.area(shapely.intersection(shapes[first], shapes[second])) / 1e4
        assert shared_ha == pytest.approx(348.4, abs=0.2)
