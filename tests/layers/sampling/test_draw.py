"""Points drawn in polygons: inside, as many as asked, uniform, the same for a seed."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import chisquare
from shapely import box

from layers import CrsError, InputError
from layers.sampling.draw import agreement, draw_points


def strata() -> gpd.GeoDataFrame:
    shapes = [box(0, 0, 100, 100), box(300, 0, 310, 1000), shapely.Point(800, 800).buffer(100)]
    return gpd.GeoDataFrame({"stratum": ["a", "a", "b"]}, geometry=shapes, crs=9215)


def test_points_lie_in_their_strata_and_repeat_with_the_seed() -> None:
    wanted = {"a": 120, "b": 30}
    found = draw_points(strata(), wanted, seed=7)
    assert found["stratum"].value_counts().to_dict() == wanted
    assert found["point"].is_unique
    for name in wanted:
        whole = strata().loc[strata()["stratum"] == name].union_all()
        assert found.loc[found["stratum"] == name].within(whole).all()
    again = draw_points(strata(), wanted, seed=7)
    assert found.geometry.equals(again.geometry)
    other = draw_points(strata(), wanted, seed=8)
    assert not found.geometry.geom_equals(other.geometry).all()
    # The order does not give the stratum away.
    assert set(found["stratum"].head(40)) == {"a", "b"}


def test_every_hectare_has_the_same_chance() -> None:
    """Two polygons of 0.5 ha each: a thin one, and a diamond in a box twice its size."""
    diamond = shapely.Polygon([(0, 50), (50, 0), (100, 50), (50, 100)])
    shapes = [diamond, box(300, 0, 301, 5000)]
    frame = gpd.GeoDataFrame({"stratum": ["s", "s"]}, geometry=shapes, crs=9215)
    found = draw_points(frame, {"s": 4000}, seed=1)
    east = (found.geometry.x > 200).sum()
    assert chisquare([east, 4000 - east]).pvalue > 0.001
    upper = found.geometry.y[found.geometry.x > 200] > 2500
    assert abs(upper.mean() - 0.5) < 0.05


def test_a_stratum_avoids_others() -> None:
    frame = gpd.GeoDataFrame({"stratum": ["rest"]}, geometry=[box(0, 0, 100, 100)], crs=9215)
    taken = gpd.GeoSeries([box(0, 0, 50, 100)], crs=9215)
    found = draw_points(frame, {"rest": 50}, seed=3, avoid={"rest": taken})
    assert (found.geometry.x > 50).all()


def test_share_of_agreement() -> None:
    first = pd.Series(["a", "a", None, "b"])
    second = pd.Series(["a", "b", "b", "b"])
    assert agreement(first, second) == pytest.approx(2 / 3)
    assert np.isnan(agreement(first, pd.Series([None] * 4)))


def test_faults() -> None:
    with pytest.raises(InputError, match="stratum 'c' has no room"):
        draw_points(strata(), {"c": 1}, seed=0)
    everywhere = gpd.GeoSeries([box(-10, -10, 2000, 2000)], crs=9215)
    with pytest.raises(InputError, match="stratum 'b' has no room"):
        draw_points(strata(), {"b": 1}, seed=0, avoid={"b": everywhere})
    with pytest.raises(CrsError, match="projected CRS in metres"):
        draw_points(strata().to_crs(4326), {"a": 1}, seed=0)
