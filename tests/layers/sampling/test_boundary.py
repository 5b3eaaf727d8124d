"""Areas of drawn polygons: by hand, by jittered digitisations, and where boundaries are shared."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from layers import CrsError, InputError, drawn_area_error


def drawn(*shapes: shapely.Polygon, **columns: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=9215)


def blob(vertices: int, radius: float = 100.0, seed: int = 3) -> shapely.Polygon:
    """Ragged plot with so many vertices."""
    random = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    reach = radius * (1 + 0.25 * random.random(vertices))
    return shapely.Polygon(np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]))


def jittered(shape: shapely.Polygon, error: float, correlation: float, times: int) -> np.ndarray:
    """Areas (ha) of digitisations whose vertices err together along the boundary."""
    xy = shapely.get_coordinates(shape)[:-1]
    edge = np.hypot(*(np.roll(xy, -1, axis=0) - xy).T)
    at, whole = np.concatenate([[0], np.cumsum(edge)[:-1]]), edge.sum()
    gap = np.abs(at[:, None] - at[None, :])
    gap = np.minimum(gap, whole - gap)
    covariance = np.exp(-gap / correlation) if correlation else np.eye(len(xy))
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(xy)))
    random = np.random.default_rng(11)
    x, y = (
        xy[:, axis] + error * (random.standard_normal((times, len(xy))) @ root.T) for axis in (0, 1)
    )
    twice = x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y
    return twice.sum(axis=1) / 2 / 10_000


@pytest.mark.parametrize("correlation", [0.0, 15.0, 60.0, 300.0])
@pytest.mark.parametrize("vertices", [4, 40, 160])
def test_ten_thousand_digitisations(vertices: int, correlation: float) -> None:
    shape = blob(vertices)
    found = float(drawn_area_error(drawn(shape), error_m=4, correlation_m=correlation).iloc[0])
    seen = float(jittered(shape, 4, correlation, 10_000).std())
    assert found**2 == pytest.approx(seen**2, rel=0.10)


def test_square_by_hand() -> None:
    """Slopes are half the diagonals: σ² · 4 · (141.4 / 2)² = 5² · 20,000 m⁴, and 2 σ⁴."""
    found = drawn_area_error(drawn(box(0, 0, 100, 100)), error_m=5)
    assert found.to_dict() == {"": pytest.approx(np.sqrt(25 * 20_000 + 2 * 625) / 10_000)}


def test_long_boundary_is_length_times_error_times_correlation() -> None:
    """2 σ² L P, where the correlation is short beside the sides and vertices are dense."""
    shape = shapely.segmentize(box(0, 0, 4000, 4000), 2)
    found = float(drawn_area_error(drawn(shape), error_m=3, correlation_m=20).iloc[0])
    assert (found * 10_000) ** 2 == pytest.approx(2 * 9 * 20 * 16_000, rel=0.02)


def test_shared_boundary_cancels_within_a_group() -> None:
    left, right = (shapely.segmentize(box(x, 0, x + 100, 100), 10) for x in (0, 100))
    both = drawn_area_error(drawn(left, right), error_m=5, correlation_m=10)
    whole = shapely.union(left, right)
    assert both.iloc[0] == pytest.approx(
        drawn_area_error(drawn(whole), error_m=5, correlation_m=10).iloc[0]
    )
    parted = drawn_area_error(
        drawn(left, right, crop=["pine", "acacia"]), error_m=5, correlation_m=10, by="crop"
    )
    assert parted["pine"] == pytest.approx(parted["acacia"])
    assert both.iloc[0] < np.hypot(parted["pine"], parted["acacia"])


def test_cutting_a_plot_in_two_changes_nothing() -> None:
    shape = blob(60)
    halves = [shapely.intersection(shape, box(-500, y, 500, y + 500)) for y in (-500, 0)]
    one = float(drawn_area_error(drawn(shape), error_m=5, correlation_m=40).iloc[0])
    two = float(drawn_area_error(drawn(*halves), error_m=5, correlation_m=40).iloc[0])
    # The cut leaves two more vertices on the outline.
    assert two == pytest.approx(one, rel=0.05)


def test_error_that_all_vertices_share_moves_a_plot_and_leaves_its_area() -> None:
    found = drawn_area_error(drawn(blob(80)), error_m=5, correlation_m=1e6)
    assert float(found.iloc[0]) < 0.01


def test_holes_count_and_order_does_not() -> None:
    ring = box(0, 0, 300, 300).difference(box(100, 100, 200, 200))
    outer, inner = box(0, 0, 300, 300), box(100, 100, 200, 200)
    found = [float(drawn_area_error(drawn(s), error_m=2).iloc[0]) for s in (ring, outer, inner)]
    assert found[0] == pytest.approx(np.hypot(found[1], found[2]))
    turned = drawn_area_error(drawn(shapely.reverse(ring)), error_m=2)
    assert float(turned.iloc[0]) == pytest.approx(found[0])


def test_faults() -> None:
    square = drawn(box(0, 0, 1, 1))
    with pytest.raises(InputError, match="error_m: expected metres of 0 or more, found -1"):
        drawn_area_error(square, error_m=-1)
    with pytest.raises(InputError, match="correlation_m: expected metres"):
        drawn_area_error(square, error_m=1, correlation_m=float("nan"))
    with pytest.raises(CrsError, match="projected CRS in metres"):
        drawn_area_error(square.to_crs(4326), error_m=1)
    assert drawn_area_error(square.iloc[:0], error_m=1).empty
