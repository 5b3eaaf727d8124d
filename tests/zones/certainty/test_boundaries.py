"""Standard errors of crops from the drawing of their plots, on squares of known ground."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from layers.kinds.plots import PlotLayer
from zones.certainty.boundaries import FOREST, Drawing, boundary_errors, known_drawings

CORNERS = Drawing(error_m=5.0, correlation_m=0.0)
#: Half the diagonals of a square of 100 m, and the second order (see the engine's own test), ha².
SQUARE = (25 * 20_000 + 2 * 625) / 1e8
LEDGER = 0.01**2 / 12


def communes() -> gpd.GeoDataFrame:
    codes = ["06148", "06184"]
    shapes = [box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)]
    return gpd.GeoDataFrame({"commune_code": codes}, geometry=shapes, crs=9215)


def layer(rows: list[tuple[str, str, float, float]]) -> PlotLayer:
    """Squares of 100 m: land, crop, its weight, east."""
    plots = gpd.GeoDataFrame(
        {
            "row": range(len(rows)),
            "land": [row[0] for row in rows],
            "ledger_ha": [1.0 + 0.01 * place for place in range(len(rows))],
        },
        geometry=[box(row[3], 0, row[3] + 100, 100) for row in rows],
        crs=9215,
    )
    weights = pd.DataFrame(
        [(place, row[1], row[2]) for place, row in enumerate(rows) if row[1]],
        columns=["row", "crop", "weight"],
    )
    return PlotLayer(plots, weights)


def errors(given: PlotLayer, **options: bool) -> pd.Series:
    table = boundary_errors(
        "forest", given, communes(), communes().crs, CORNERS, **{"covers_forest": True} | options
    )
    assert set(table["origin"]) == {"boundary"}
    return table.set_index(["subject", "commune_code"])["standard_error_ha"]


def test_plots_apart_add_their_variances_and_communes_have_their_own() -> None:
    rows = [("planted_forest", "pine", 1.0, x) for x in (0, 500, 1500)]
    found = errors(layer(rows))
    one = SQUARE + LEDGER
    assert found["pine", ""] == pytest.approx(np.sqrt(3 * one))
    assert found["pine", "06148"] == pytest.approx(np.sqrt(2 * one))
    assert found["pine", "06184"] == pytest.approx(np.sqrt(one))


def test_a_mixed_stand_counts_by_its_share() -> None:
    found = errors(layer([("planted_forest", "pine", 0.6, 0)]))
    assert found["pine", ""] == pytest.approx(0.6 * np.sqrt(SQUARE + LEDGER))


def test_cover_counts_forest_of_any_crop_and_nothing_else() -> None:
    rows = [
        ("natural_forest", "", 1.0, 0),
        ("planted_forest", "pine", 0.5, 300),
        ("not_yet_forest", "pine", 1.0, 600),
        ("bare", "", 1.0, 800),
    ]
    found = errors(layer(rows))
    assert found[FOREST, ""] == pytest.approx(np.sqrt(2 * (SQUARE + LEDGER)))
    assert FOREST not in errors(layer(rows), covers_forest=False).index.get_level_values(0)
    # A species that the record of bare land still names does not stand there.
    assert found["pine", ""] == pytest.approx(np.sqrt(1.25 * (SQUARE + LEDGER)))


def test_a_plot_outside_every_commune_has_no_say() -> None:
    found = errors(layer([("planted_forest", "pine", 1.0, x) for x in (0, 5000)]))
    assert found["pine", ""] == pytest.approx(np.sqrt(SQUARE + LEDGER))


def test_usual_drawings_are_data() -> None:
    usual = known_drawings()
    assert set(usual) == {"gps", "orthophoto", "map_10000"}
    assert usual["gps"] == Drawing(5.0, 50.0)


def test_ground_under_two_plots_or_named_twice_is_one_area() -> None:
    same = errors(layer([("planted_forest", "pine", 1.0, 0), ("planted_forest", "pine", 1.0, 0)]))
    assert same["pine", ""] == pytest.approx(np.sqrt(SQUARE + 2 * LEDGER))
    plots = layer([("planted_forest", "pine", 0.5, 0)]).plots
    twice = pd.DataFrame({"row": [0, 0], "crop": ["pine", "pine"], "weight": [0.5, 0.5]})
    found = errors(PlotLayer(plots, twice))
    assert found["pine", ""] == pytest.approx(np.sqrt(0.25 * SQUARE + 0.5 * LEDGER))


def test_neighbours_are_one_area_beside_plots_that_overlap() -> None:
    """The line between them gives to one what it takes from the other."""
    apart = [("planted_forest", "pine", 1.0, x) for x in (0, 100)]
    alone = errors(layer(apart))["pine", ""]
    assert alone < np.sqrt(2 * (SQUARE + LEDGER))
    overlapping = [("crop", "tea", 1.0, x) for x in (400, 450)]
    assert errors(layer([*apart, *overlapping]))["pine", ""] == pytest.approx(alone)
