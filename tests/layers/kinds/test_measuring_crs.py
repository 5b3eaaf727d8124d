"""Drawn hectares of a layer's own plots: the same ground in every CRS that a file may have."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from layers.crs.crs import plane_area_ha
from layers.kinds.polygons import measuring_crs

#: A square of 0.02 degrees on WGS 84 at 21.3° N (ha), by the formula of the zone between parallels.
GROUND = 459.5111


@pytest.mark.parametrize(
    ("epsg", "name"),
    [
        (9215, "VN-2000, 106°15', its own zone"),
        (9216, "VN-2000, the next zone"),
        (32648, "UTM 48N"),
        (32649, "UTM 49N, 0.5 % too much in its plane"),
        (3405, "VN-2000, six degrees"),
        (4756, "VN-2000, degrees"),
        (3857, "Web Mercator, 15 % too much in its plane"),
    ],
)
def test_a_plot_has_the_same_hectares_in_every_crs(epsg: int, name: str) -> None:
    square = gpd.GeoDataFrame(geometry=[shapely.box(106.5, 21.3, 106.52, 21.32)], crs=4326)
    drawn = square.to_crs(epsg)
    area = plane_area_ha(drawn, measuring_crs(drawn.crs)).iloc[0]
    assert area == pytest.approx(GROUND, rel=2e-4), name
    assert (measuring_crs(drawn.crs).to_epsg() == epsg) == (epsg in (9215, 9216))
