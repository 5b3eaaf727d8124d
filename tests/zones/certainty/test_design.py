"""How many points a survey of crops needs: precision where it can be had, rare crops told."""

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely

from layers.kinds.plots import PlotLayer
from zones.certainty.design import (
    LEAST_FOREST,
    LEAST_OTHER,
    build_strata,
    crop_strata,
    place_points,
    plan_size,
)
from zones.measure.closure import ClosureLog
from zones.measure.measure import Ground, plot_pieces

AREAS = {"pine": 150_000.0, "chestnut": 250.0, "tea": 600.0, "other": 680_000.0}
FOREST = {"pine", "chestnut"}


def test_a_rare_crop_gets_the_fewest_points_and_does_not_ask_for_thousands() -> None:
    size = plan_size(AREAS, FOREST, precision_percent=10.0, points=None)
    assert size.points["chestnut"] == LEAST_FOREST
    assert size.points["tea"] == LEAST_OTHER
    assert size.points.sum() < 1_500
    pine = size.precision.set_index("class").loc["pine"]
    assert pine["expected_ha"] <= pine["wanted_ha"] == pytest.approx(15_000)


def test_twice_the_precision_needs_about_four_times_the_points() -> None:
    coarse, fine = (
        plan_size(AREAS, FOREST, precision_percent=percent, points=None).points.sum()
        for percent in (4.0, 2.0)
    )
    assert 3 < fine / coarse < 4.5


def test_a_given_number_adds_up() -> None:
    assert plan_size(AREAS, FOREST, precision_percent=10.0, points=777).points.sum() == 777


def hectares(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Rectangle in hectometres: a square of side 1 is a hectare."""
    corner = (450_000 + 100 * west, 2_400_000 + 100 * south)
    return shapely.box(*corner, 450_000 + 100 * east, 2_400_000 + 100 * north)


@pytest.mark.parametrize("farm", [False, True])
def test_edges_are_of_no_stratum_in_a_commune_of_which_the_layer_tells_nothing(farm: bool) -> None:
    """Plots of the first of two communes reach 90 cm over; the second may have a farm plot."""
    communes = gpd.GeoDataFrame(
        {"commune_code": ["06001", "06004"], "commune": ["A", "B"]},
        geometry=[hectares(0, 0, 10, 10), hectares(10, 0, 20, 10)],
        crs="EPSG:9215",
    )
    plots = gpd.GeoDataFrame(
        {"row": [0, 1], "land": ["planted_forest", "farmland"], "ledger_ha": float("nan")},
        geometry=[hectares(0, 0, 10.009, 10), hectares(15, 5, 15.1, 5.1)],
        crs="EPSG:9215",
    )
    weights = pd.DataFrame([(0, "pine", 1.0)], columns=["row", "crop", "weight"])
    layer = PlotLayer(plots.iloc[: 1 + farm], weights)
    ground = Ground(communes, pyproj.CRS("EPSG:9215"), ClosureLog())
    pieces, _ = plot_pieces("rừng", layer, ground, covers_all=True)
    strata, areas = build_strata(crop_strata(layer, {"pine"}), pieces, communes)
    own = 0.09 if farm else 0.0
    assert areas["pine"].to_dict() == pytest.approx({"06001": 100.0, "06004": own})
    assert areas["other"].to_dict() == pytest.approx({"06001": 0.0, "06004": 100 - own})
    # Points are drawn on the ground that the strata are told to have.
    assert strata.area.sum() / 1e4 == pytest.approx(100 + own)
    points = place_points(strata, communes, {"pine": 30, "other": 20}, seed=1)
    assert points["stratum"].value_counts().to_dict() == {"pine": 30, "other": 20}
