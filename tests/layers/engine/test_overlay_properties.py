"""What holds for any plots on any communes: shares close, order and cuts do not matter."""

from __future__ import annotations

import pickle
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import layers.engine.overlay_tasks
from layers import overlay_area, overlay_pieces
from layers.base.findings import Findings
from layers.engine.overlay_tasks import plot_shares, share_pieces, take_communes
from tests.layers.engine.engine_ground import EAST, NORTH, shapes_in

few = settings(max_examples=50, suppress_health_check=list(HealthCheck))
SIDE = 12.0


def placed(shapes: Any, **columns: Any) -> gpd.GeoDataFrame:
    ground = shapely.transform(np.array(shapes, object), lambda xy: xy * 100 + [EAST, NORTH])
    return gpd.GeoDataFrame(columns, geometry=ground, crs="EPSG:9215")


@pytest.fixture(scope="module")
def communes() -> gpd.GeoDataFrame:
    """Nine cells of a Voronoi diagram: a clean coverage of a square of 12 hm."""
    seeds = np.random.default_rng(5).uniform(0, SIDE, (9, 2))
    frame = shapely.box(0, 0, SIDE, SIDE)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=frame))
    return placed(shapely.intersection(cells, frame), commune_code=[f"{i:05}" for i in range(9)])


@few
@given(st.lists(shapes_in(SIDE), min_size=1, max_size=4))
def test_pieces_agree_with_geos(communes: Any, shapes: list[shapely.Geometry]) -> None:
    plots = placed(shapes, land=["x"] * len(shapes))
    pieces = overlay_pieces(communes, plots)
    shared = shapely.intersection(
        np.asarray(plots.geometry)[:, None], np.asarray(communes.geometry)[None, :]
    )
    expected = shapely.area(shared) / 1e4
    found = np.zeros_like(expected)
    inside = pieces.dropna(subset=["commune_code"])
    found[inside["plot"], inside["commune_code"].astype(int)] = inside["area_ha"]
    assert found == pytest.approx(expected, abs=1e-8)
    outside = pieces[pieces["commune_code"].isna()].set_index("plot")["area_ha"]
    lacking = plots.area / 1e4 - expected.sum(axis=1)
    assert outside.reindex(plots.index).fillna(0).tolist() == pytest.approx(
        lacking.tolist(), abs=1e-8
    )


@few
@given(st.lists(shapes_in(SIDE), min_size=1, max_size=5), st.floats(0.01, 500))
def test_shares_and_ledger_close_on_each_plot(
    communes: Any, shapes: list[shapely.Geometry], ledger: float
) -> None:
    plots = placed(shapes, dtich=ledger * np.arange(1, len(shapes) + 1))
    pieces = overlay_pieces(communes, plots, ledger_column="dtich")
    sums = pieces.drop(columns="commune_code").groupby("plot").sum()
    assert sums["share_ratio"].tolist() == pytest.approx([1.0] * len(plots), abs=1e-12)
    assert sums["area_ha"].tolist() == pytest.approx((plots.area / 1e4).tolist(), rel=1e-12)
    assert sums["ledger_ha"].tolist() == pytest.approx(plots["dtich"].tolist(), rel=1e-12)


@few
@given(st.lists(shapes_in(SIDE), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    communes: Any, shapes: list[shapely.Geometry], random: Any
) -> None:
    plots = placed(shapes, land=[f"class {i % 2}" for i in range(len(shapes))])
    first = overlay_area(communes, plots)
    order = list(range(len(plots)))
    random.shuffle(order)
    second = overlay_area(communes.iloc[::-1], plots.iloc[order])
    pd.testing.assert_frame_equal(first, second, rtol=1e-12)


@few
@given(shapes_in(SIDE), st.floats(0.5, SIDE - 0.5), st.booleans())
def test_cutting_a_plot_in_two_changes_no_total(
    communes: Any, shape: shapely.Geometry, at: float, across: bool
) -> None:
    knife = shapely.box(-99, -99, 99, at) if across else shapely.box(-99, -99, at, 99)
    halves = [shapely.intersection(shape, knife), shapely.difference(shape, knife)]
    areas = shapely.area(halves)
    whole = placed([shape], land=["x"], dtich=[10.0])
    cut = placed(halves, land=["x", "x"], dtich=10 * areas / areas.sum())
    first, second = (
        overlay_area(communes, plots, ledger_column="dtich").set_index(["commune_code", "land"])
        for plots in (whole, cut)
    )
    columns = ["area_ha", "ledger_ha"]
    second, first = second[columns].align(first[columns], fill_value=0.0)
    assert second.to_numpy() == pytest.approx(first.to_numpy(), abs=1e-6)


@few
@given(shapes_in(SIDE), shapes_in(SIDE))
def test_communes_of_any_shape(shape: shapely.Geometry, plot: shapely.Geometry) -> None:
    other = shapely.difference(shapely.box(-9, -9, 20, 20), shape)
    communes = placed([shape, other], commune_code=["a", "b"])
    plots = placed([plot])
    pieces = overlay_pieces(communes, plots).set_index("commune_code")["area_ha"]
    expected = shapely.area(shapely.intersection([shape, other], plot))
    assert [pieces.get(code, 0.0) for code in "ab"] == pytest.approx(expected.tolist(), abs=1e-8)


grid_boxes = st.lists(
    st.tuples(*[st.integers(0, 11)] * 2, *[st.integers(1, 6)] * 2).map(
        lambda b: shapely.box(b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    min_size=1,
    max_size=4,
)


@few
@given(grid_boxes, grid_boxes)
def test_edges_on_a_grid_meet_in_every_way(
    communes_boxes: list[shapely.Geometry], plot_boxes: list[shapely.Geometry]
) -> None:
    # Vertical edges, shared edges and shared corners, several parts and holes.
    first = shapely.union_all(communes_boxes)
    second = shapely.difference(shapely.box(0, 0, 18, 9), first)
    zones = [first] if second.is_empty else [first, second]
    plots = [shapely.union_all(plot_boxes), *plot_boxes]
    pieces = overlay_pieces(placed(zones, commune_code=list("ab"[: len(zones)])), placed(plots))
    for number, plot in enumerate(plots):
        expected = {code: z.intersection(plot).area for code, z in zip("ab", zones, strict=False)}
        mine = pieces[(pieces["plot"] == number) & pieces["commune_code"].notna()]
        found = dict(zip(mine["commune_code"], mine["area_ha"], strict=True))
        assert found == pytest.approx({k: v for k, v in expected.items() if v}, abs=1e-9)


def test_tasks_and_workers_do_not_change_a_digit(
    communes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(7)
    corners = random.uniform(-1, SIDE, (300, 2))
    plots = placed(
        shapely.box(*corners.T, *(corners + random.uniform(0.1, 1, (300, 2))).T),
        land=random.choice(["x", "y"], 300),
        dtich=random.uniform(1, 2, 300),
    )
    expected = overlay_area(communes, plots, ledger_column="dtich")
    for size, few, workers in [(7, 256, 1), (7, 256, 3), (100, 256, 2), (100, 1, 1), (7, 1, 2)]:
        monkeypatch.setattr(layers.engine.overlay_tasks, "TASK_PLOTS", size)
        monkeypatch.setattr(layers.engine.overlay_tasks, "FEW_COMMUNES", few)
        found = overlay_area(communes, plots, ledger_column="dtich", workers=workers)
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_a_task_takes_the_communes_around_its_plots_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """400 squares, 900 plots in no order: nine tasks, each of a ninth of the ground."""
    monkeypatch.setattr(layers.engine.overlay_tasks, "TASK_PLOTS", 100)
    west, south = (side.ravel() for side in np.meshgrid(np.arange(20.0), np.arange(20.0)))
    squares = placed(
        shapely.box(west, south, west + 1, south + 1), commune_code=[f"{i:03}" for i in range(400)]
    )
    corners = np.random.default_rng(3).uniform(0, 19.9, (900, 2))
    plots = placed(shapely.box(*corners.T, *(corners + 0.1).T))
    ground = take_communes(squares, "commune_code", repair="never", findings=Findings())
    pieces = list(share_pieces(plots.geometry.to_numpy(), ground.edges(), ground.unit_m2))
    assert sorted(np.concatenate([piece.rows for piece in pieces])) == list(range(900))
    assert len(pieces) == 9
    for piece in pieces:
        sent = pickle.loads(pickle.dumps(piece))  # noqa: S301
        assert len(sent.numbers) <= 81  # 7 × 7, and what lies across an edge
        here, there = plot_shares(piece), plot_shares(sent)
        for name in ("row", "commune", "share", "area_m2"):
            np.testing.assert_array_equal(getattr(here, name), getattr(there, name))
