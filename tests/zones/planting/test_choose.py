"""Choosing plots: whole ones first, one split at the end, every hectare accounted for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.errors import ClosureError
from zones.planting.choose import SLIVER_HA, Demand, Piece, choose_pieces, split_shape


def piece(place: int, area_ha: float, year: int | None = None) -> Piece:
    side = area_ha * 10_000
    return Piece(place, area_ha, shapely.box(place * 1e5, 0, place * 1e5 + side, 1), year)


def test_whole_plots_come_first_and_the_smallest_that_is_left_is_split() -> None:
    chosen, left, _ = choose_pieces(
        [Demand(0, 12.0)], [piece(0, 30), piece(1, 5), piece(2, 4), piece(3, 9)]
    )
    assert [(one.piece, one.area_ha, one.whole) for one in chosen] == [
        (1, 5.0, True),
        (2, 4.0, True),
        (3, 3.0, False),
    ]
    assert left == {}
    assert chosen[2].shape.area == pytest.approx(30_000)


def test_the_rest_of_a_split_plot_serves_the_next_demand() -> None:
    chosen, left, free = choose_pieces([Demand(0, 4.0), Demand(1, 7.0)], [piece(0, 10.0)])
    assert sum(one.area_ha for one in free) == pytest.approx(0.0)
    assert [(one.demand, one.piece, one.area_ha, one.whole) for one in chosen] == [
        (0, 0, 4.0, False),
        (1, 0, 6.0, False),
    ]
    assert left == {1: pytest.approx(1.0)}
    assert not chosen[0].shape.intersection(chosen[1].shape).area > 1e-6
    assert sum(one.shape.area for one in chosen) == pytest.approx(100_000)


def test_a_stand_serves_only_in_the_years_it_is_of_age() -> None:
    pieces = [piece(0, 5, 2018), piece(1, 5, 2022), piece(2, 5, None)]
    chosen, left, _ = choose_pieces([Demand(0, 8.0, (2020, 2023))], pieces)
    assert [(one.piece, one.area_ha) for one in chosen] == [(1, 5.0)]
    assert left == {0: 3.0}


def test_nothing_to_choose_from_leaves_the_hectares() -> None:
    assert choose_pieces([Demand(4, 2.5)], []) == ([], {4: 2.5}, [])


def test_a_shape_with_a_hole_is_cut_by_its_area() -> None:
    ring = shapely.box(0, 0, 100, 40).difference(shapely.box(40, 10, 60, 30))
    part, rest = split_shape(ring, 0.37)
    assert part.area == pytest.approx(0.37 * ring.area, rel=1e-9)
    assert part.area + rest.area == pytest.approx(ring.area, rel=1e-12)
    assert part.intersection(rest).area == pytest.approx(0, abs=1e-6)


def test_a_plot_is_split_at_its_share_though_an_edge_leads_to_a_corner_of_the_cut() -> None:
    plot = shapely.Polygon([(30, 0), (0, 0), (10, 10), (0, 20), (40, 20)])
    part, rest = split_shape(plot, 0.25)
    assert part.area == pytest.approx(150)
    assert rest.area == pytest.approx(450)
    assert part.intersection(rest).area == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("ccw", [True, False])
@pytest.mark.parametrize("hole_ccw", [True, False])
def test_a_plot_with_a_hole_is_cut_where_the_hectares_are(*, ccw: bool, hole_ccw: bool) -> None:
    """However its rings are turned: 41 ha, of which 9 ha of a hole are taken off."""
    outer, hole = (
        shapely.box(0, 0, 1000, 500, ccw=ccw),
        shapely.box(100, 100, 400, 400, ccw=hole_ccw),
    )
    plot = shapely.Polygon(outer.exterior, [hole.exterior])
    ((taken,), left, (free,)) = choose_pieces([Demand(0, 10.25)], [Piece(0, 41.0, plot)])
    assert (left, taken.area_ha, free.area_ha) == ({}, 10.25, 30.75)
    assert taken.shape.area == pytest.approx(102_500)
    assert free.shape.area == pytest.approx(307_500)


def test_a_cut_of_other_hectares_than_it_says_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is drawn 0.02 ha too large; 0.002 ha are the roundings of a drawing."""

    def cut_at(share: float) -> None:
        monkeypatch.setattr(
            "zones.planting.choose.split_shape", lambda shape, _: split_shape(shape, share)
        )

    cut_at(0.4002)
    assert choose_pieces([Demand(0, 4.0)], [piece(0, 10.0)]).left == {}
    cut_at(0.402)
    with pytest.raises(ClosureError, match=r"0\.02"):
        choose_pieces([Demand(0, 4.0)], [piece(0, 10.0)])


def star(reach: list[float], tall: float, *, size: float, east: float = 0.0) -> shapely.Polygon:
    """Star about a point far from the origin, as plots in a CRS are."""
    turn = np.linspace(0, 2 * np.pi, len(reach), endpoint=False)
    corners = np.array([np.cos(turn), tall * np.sin(turn)]).T * np.array(reach)[:, None]
    return shapely.Polygon(corners * size + [500_000 + east, 2_400_000])


_REACH = st.lists(st.floats(0.2, 1.0), min_size=3, max_size=40)


@settings(max_examples=150, deadline=None)
@given(
    _REACH,
    st.lists(_REACH, max_size=3),
    st.sampled_from([-1, 0, 1]),
    st.floats(1e-4, 1 - 1e-4),
    st.floats(0.3, 3.0),
)
def test_any_shape_is_cut_by_its_area(
    reach: list[float], others: list[list[float]], turned: int, share: float, tall: float
) -> None:
    """Stars of random reach with a star as a hole, alone or several; rings turned either way."""
    plot = shapely.union_all(
        [
            star(one, tall, size=300, east=700 * number)
            - star(one[::-1], tall, size=100, east=700 * number)
            for number, one in enumerate([reach, *others])
        ]
    )
    if turned:
        plot = shapely.orient_polygons(plot, exterior_cw=turned < 0)
    part, rest = split_shape(plot, share)
    assert part.area == pytest.approx(share * plot.area, rel=1e-8, abs=1e-4)
    assert part.area + rest.area == pytest.approx(plot.area, rel=1e-9)


@settings(max_examples=80)
@given(
    st.lists(st.floats(0.01, 60), max_size=6),
    st.lists(st.floats(0.01, 40), max_size=8),
)
def test_every_hectare_is_served_or_left(asked: list[float], areas: list[float]) -> None:
    pieces = [piece(place, area) for place, area in enumerate(areas)]
    demands = [Demand(place, area) for place, area in enumerate(asked)]
    chosen, left, free = choose_pieces(demands, pieces)
    both = sum(one.area_ha for one in [*chosen, *free])
    assert both == pytest.approx(sum(areas), abs=1e-8)
    for demand in demands:
        served = sum(one.area_ha for one in chosen if one.demand == demand.place)
        assert served + left.get(demand.place, 0.0) == pytest.approx(demand.area_ha, abs=1e-8)
    for one in pieces:
        used = [item for item in chosen if item.piece == one.place]
        assert sum(item.area_ha for item in used) <= one.area_ha + 1e-8
        assert (
            all(item.whole for item in used)
            == (len(used) == 1 and used[0].area_ha >= one.area_ha - 1e-8)
            or not used
        )
    # Hectares are left only where no plot is.
    if left:
        assert sum(one.area_ha for one in chosen) == pytest.approx(sum(areas), abs=1e-6)


def test_no_part_is_a_sliver_and_sums_close() -> None:
    """0.004 ha are left after the whole plots: the smallest of them goes back, and one is cut."""
    chosen, left, free = choose_pieces([Demand(0, 9.004)], [piece(0, 30), piece(1, 5), piece(2, 4)])
    assert left == {}
    assert sorted((one.piece, round(one.area_ha, 6)) for one in chosen) == [(0, 4.004), (1, 5.0)]
    assert sorted((one.place, round(one.area_ha, 6)) for one in free) == [(0, 25.996), (2, 4)]


def test_what_is_taken_first_is_not_given_back() -> None:
    """0.004 ha are left after both plots: the larger one goes back, the decided one does not."""
    asked = replace(piece(1, 4), first=True)
    chosen, left, free = choose_pieces([Demand(0, 9.004)], [asked, piece(2, 5), piece(0, 30)])
    assert left == {}
    assert sorted((one.piece, round(one.area_ha, 6)) for one in chosen) == [(0, 5.004), (1, 4.0)]
    assert sorted(one.place for one in free) == [0, 2]


def test_a_sliver_that_nothing_can_hold_is_left_to_the_demand() -> None:
    # No other plot: 0.004 ha of 3.004 stay without one.
    chosen, left, _ = choose_pieces([Demand(0, 3.004)], [piece(0, 3.0)])
    assert [one.area_ha for one in chosen] == [3.0]
    assert left == {0: pytest.approx(0.004)}
    # What would be left of the plot is a sliver: so much is not cut.
    chosen, left, free = choose_pieces([Demand(0, 2.995)], [piece(0, 3.0)])
    assert [round(one.area_ha, 6) for one in chosen] == [2.99]
    assert left == {0: pytest.approx(0.005)}
    assert [round(one.area_ha, 6) for one in free] == [0.01]
    # A piece that is a sliver serves nobody, and stays free.
    chosen, left, free = choose_pieces([Demand(0, 1.0)], [piece(0, 0.006)])
    assert (chosen, left) == ([], {0: 1.0})
    assert [one.place for one in free] == [0]


@given(
    st.lists(st.floats(0.001, 9), min_size=1, max_size=8),
    st.lists(st.floats(0.1, 12).map(lambda area: round(area, 1)), min_size=1, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_no_part_is_a_sliver(areas: list[float], asked: list[float]) -> None:
    demands = [Demand(place, area) for place, area in enumerate(asked)]
    chosen, left, free = choose_pieces(demands, [piece(i, area) for i, area in enumerate(areas)])
    for place, area in enumerate(asked):
        served = sum(one.area_ha for one in chosen if one.demand == place)
        assert served + left.get(place, 0.0) == pytest.approx(area)
    whole = sum(one.area_ha for one in chosen) + sum(one.area_ha for one in free)
    assert whole == pytest.approx(sum(areas))
    assert all(one.area_ha >= SLIVER_HA - 1e-9 for one in chosen)
    small = [one for one in free if one.area_ha < SLIVER_HA - 1e-9]
    assert all(one.area_ha == areas[one.place] for one in small)
