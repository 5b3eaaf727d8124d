"""How the shipped boundaries were made: areas met by weights and by the least movement."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from layers import ClosureError, data_path
from scripts import make_demo_boundaries
from scripts.make_demo_boundaries import (
    Ground,
    PowerDiagram,
    build_boundaries,
    region_areas,
    with_areas,
)
from zones.demo.geometry import Borders, polygons
from zones.demo.noise import Grid


@pytest.fixture(scope="module")
def communes() -> pd.DataFrame:
    return pd.read_csv(data_path("communes-20.csv"), dtype={"code": str})


def test_a_seed_gives_one_province(communes: pd.DataFrame) -> None:
    some = communes[communes["centre_lon"] > 107].reset_index(drop=True)
    first, again = (build_boundaries(some, seed=3) for _ in range(2))
    other = build_boundaries(some, seed=4)
    assert first.geometry.to_wkb().tolist() == again.geometry.to_wkb().tolist()
    assert first.geometry.to_wkb().tolist() != other.geometry.to_wkb().tolist()


def test_a_seed_without_a_valid_coverage_says_so(
    communes: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    crossed = np.array([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])] * 65)
    monkeypatch.setattr(make_demo_boundaries, "_coverage", lambda *_: crossed)
    with pytest.raises(ClosureError, match="No valid made-up boundaries were found for seed 5"):
        build_boundaries(communes, seed=5)


def test_vertices_move_until_areas_fit() -> None:
    corners = np.array([[0, 0], [1, 0], [2, 0], [2, 1], [1, 1], [0, 1]], dtype=float)
    start, end = np.array([0, 1, 2, 3, 4, 5, 1]), np.array([1, 2, 3, 4, 5, 0, 4])
    left, right = np.array([0, 1, 1, 1, 0, 0, 0]), np.array([-1, -1, -1, -1, -1, -1, 1])
    lines = Borders(corners, start, end, left, right)
    assert region_areas(lines, 2).tolist() == [1.0, 1.0]
    fitted = with_areas(lines, np.array([1.2, 0.9]))
    assert shapely.area(polygons(fitted, 2)) == pytest.approx([1.2, 0.9], abs=1e-12)
    assert np.hypot(*(fitted.vertices - corners).T).max() < 0.2


def test_weights_share_out_areas() -> None:
    grid = Grid.over((0.0, 0.0, 99.0, 99.0), 1.0)
    cells = np.arange(len(grid.nodes()))
    east = np.column_stack([cells, cells + 1])[cells % 100 < 99]
    ground = Ground(
        cells=cells,
        judged=grid.nodes(),
        places=grid.nodes(),
        links=east,
        lengths=np.ones(len(east)),
    )
    power = PowerDiagram(np.array([[25.0, 50.0], [75.0, 50.0]]), np.zeros(2))
    fitted = power.fitted(ground, np.array([2_000.0, 8_000.0]), turns=10)
    assert np.bincount(fitted.owner(ground.judged)).tolist() == [2_000, 8_000]
