"""Plots that lie on one another."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Polygon

from layers import check_overlaps
from layers.base.errors import CrsError, InputError
from layers.base.findings import Findings
from layers.engine.overlaps import settle_claims
from tests.layers.engine.engine_ground import polygons, squares


def test_overlapping_plots_are_found() -> None:
    table = check_overlaps(squares((0, 0, 2, 1), (1, 0, 4, 1), (4, 0, 5, 1)))
    assert list(table.columns) == ["plot", "other", "area_ha", "share_ratio"]
    assert table.to_numpy().tolist() == [[0, 1, 1.0, 0.5]]


def test_neighbours_that_touch_do_not_overlap() -> None:
    assert check_overlaps(squares((0, 0, 1, 1), (1, 0, 2, 1), (0, 1, 2, 2))).empty


def test_a_plot_drawn_twice_and_one_inside_another() -> None:
    plots = squares((0, 0, 3, 3), (0, 0, 3, 3), (1, 1, 2, 2))
    plots.index = ["a", "b", "c"]
    table = check_overlaps(plots.iloc[::-1])
    assert table.to_numpy().tolist() == [
        ["b", "a", 9.0, 1.0],
        ["c", "b", 1.0, 1.0],
        ["c", "a", 1.0, 1.0],
    ]
    table = check_overlaps(plots)
    assert table.index.tolist() == [0, 1, 2]
    larger_last = check_overlaps(squares((0, 0, 2, 1), (1.5, 0, 4, 1), (3, 0, 5, 1)))
    assert larger_last["area_ha"].tolist() == [1.0, 0.5]
    assert larger_last.index.tolist() == [0, 1]
    assert table.to_numpy().tolist() == [
        ["a", "b", 9.0, 1.0],
        ["a", "c", 1.0, 1.0],
        ["b", "c", 1.0, 1.0],
    ]


def test_holes_are_not_ground() -> None:
    ring = shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 3, 3)
    table = check_overlaps(polygons(ring, shapely.box(1.5, 1.5, 2.5, 2.5), shapely.box(2, 2, 4, 4)))
    assert table[["plot", "other", "area_ha"]].to_numpy().tolist() == [
        pytest.approx([0, 2, 3.0]),
        pytest.approx([1, 2, 0.25]),
    ]


def test_small_overlaps_may_be_left_out() -> None:
    plots = squares((0, 0, 1, 1), (0.999, 0, 2, 1), (1.9, 0, 3, 1))
    assert len(check_overlaps(plots)) == 2
    assert check_overlaps(plots, minimum_m2=11)["plot"].tolist() == [1]


def test_invalid_and_missing_geometry() -> None:
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    table = check_overlaps(polygons(bow, None, shapely.box(0, 0, 1, 2), Polygon()))
    assert table["area_ha"].tolist() == pytest.approx([1.0])


def test_what_was_found_on_the_way_is_told() -> None:
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    found = Findings()
    table = check_overlaps(polygons(bow, None, shapely.box(0, 0, 1, 2)), findings=found)
    assert [(item.kind, item.rows) for item in found.items] == [
        ("invalid-geometry", (0,)),
        ("no-geometry", (1,)),
    ]
    assert [item["kind"] for item in table.attrs["findings"]] == ["invalid-geometry", "no-geometry"]


def test_overlaps_in_feet_are_told_in_hectares() -> None:
    shapes = [
        shapely.box(1e6, 2e5, 1_000_200, 200_100),
        shapely.box(1_000_100, 2e5, 1_000_300, 200_100),
    ]
    table = check_overlaps(gpd.GeoDataFrame(geometry=shapes, crs=2263), minimum_m2=929)
    assert table["area_ha"].tolist() == pytest.approx([(1200 / 3937) ** 2])
    assert check_overlaps(gpd.GeoDataFrame(geometry=shapes, crs=2263), minimum_m2=930).empty


def test_none_or_one_plot() -> None:
    assert check_overlaps(squares((0, 0, 1, 1))).empty
    assert check_overlaps(squares((0, 0, 1, 1)).iloc[:0]).empty


def test_random_plots_agree_with_geos() -> None:
    random = np.random.default_rng(11)
    middle = random.uniform(0, 10, (60, 1, 2))
    angles = np.arange(9) * 2 * np.pi / 9
    reach = random.uniform(0.3, 1.5, (60, 9, 1))
    shapes = shapely.polygons(middle + reach * np.stack([np.cos(angles), np.sin(angles)], -1))
    plots = polygons(*shapes, codes=range(60))
    ground = np.asarray(plots.geometry)
    first, second = np.triu_indices(60, 1)
    expected = shapely.area(shapely.intersection(ground[first], ground[second]))
    table = check_overlaps(plots)
    assert len(table) == (expected > 1e-3).sum()
    assert table["area_ha"].to_numpy() * 1e4 == pytest.approx(
        np.sort(expected[expected > 1e-3])[::-1], abs=1e-4
    )
    assert table["area_ha"].is_monotonic_decreasing


def test_equal_overlaps_stand_in_the_order_of_the_plots() -> None:
    pairs = [
        bounds
        for k in range(60)
        for bounds in ((3 * k, 0, 3 * k + 2, 1), (3 * k + 1, 0, 3 * k + 3, 1))
    ]
    table = check_overlaps(squares(*pairs))
    assert table["area_ha"].tolist() == [1.0] * 60
    assert table["plot"].tolist() == list(range(0, 120, 2))


def test_equal_overlaps_of_one_plot_stand_in_the_order_of_the_others() -> None:
    random = np.random.default_rng(8)
    place, size = random.permutation(90), random.integers(1, 4, 90) / 4
    small = [(x, 0, x + w, 1) for x, w in zip(place, size, strict=True)]
    table = check_overlaps(squares((0, 0, 90, 1), *small))
    expected = sorted(range(1, 91), key=lambda row: (-size[row - 1], row))
    assert table["plot"].tolist() == [0] * 90
    assert table["other"].tolist() == expected


def test_inputs_are_checked() -> None:
    plots = squares((0, 0, 1, 1))
    with pytest.raises(CrsError, match="projected CRS in metres is needed"):
        check_overlaps(plots.to_crs(4326))
    with pytest.raises(InputError, match="Polygons are needed"):
        check_overlaps(plots.set_geometry(plots.centroid))


def test_a_double_claim_beside_a_neighbour_is_given_away_once() -> None:
    """The second gives 1 ha to the first; the third only touches. Told where a unit is 2 m."""
    shapes = squares((0, 0, 2, 1), (1, 0, 3, 1), (3, 0, 4, 1)).geometry.to_numpy()
    found = Findings()
    labels = pd.Index(["a", "b", "c"])
    result = settle_claims(shapes, labels, unit_m2=4.0, source="communes", findings=found)
    assert (shapely.area(result) / 1e4).tolist() == pytest.approx([2.0, 1.0, 1.0])
    (told,) = found.items
    assert (told.count, told.examples, told.area_ha) == (1, ("a/b",), pytest.approx(4.0))


def test_ground_given_away_is_what_both_claim_though_an_edge_passes_a_corner() -> None:
    """The winner's edge from (140, 120) leads on through a corner of what is looked at."""
    outline = "120 240, 120 180, 140 120, 180 160, 220 80, 160 80, 140 60, 0 0, 60 80, 40 80"
    winner = shapely.from_wkt(f"POLYGON (({outline}, 92 184, 92 219, 109.5 219, 120 240))")
    loser = Polygon([(120, 80), (120, 100), (140, 120)])
    shapes = np.array([winner, loser], dtype=object)
    result = settle_claims(
        shapes, pd.Index(["a", "b"]), unit_m2=1.0, source="communes", findings=Findings()
    )
    assert loser.difference(winner).area == 0, "the loser lies in the winner"
    assert result[1].area == pytest.approx(0, abs=1e-9)
