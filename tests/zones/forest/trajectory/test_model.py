"""The recursion: cases one can do on paper, and what holds of every land."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zones.forest.trajectory.cases import NAMES, YEAR, follow, likely, measured, placed, start
from zones.forest.trajectory import model


def test_one_cohort_counts_after_its_lag() -> None:
    path = follow(measured(("A", "not_yet_forest", "acacia", YEAR, 10)), lag=3, years=4)
    assert likely(path.forest_ha) == [0, 0, 10, 10]
    assert likely(path.young_ha) == [10, 10, 0, 0]


def test_the_law_holds_back_what_grows_faster() -> None:
    path = follow(measured(("A", "not_yet_forest", "acacia", YEAR, 10)), lag=1, years=4)
    assert likely(path.forest_ha) == [0, 0, 10, 10]


def test_replanting_leaves_cover_lower_for_three_years_then_back() -> None:
    rows = measured(("A", "planted_forest", "acacia", YEAR - 6, 10))
    plan = placed(("A", "acacia", YEAR + 1, "harvested", 10))
    path = follow(rows, plan, rotation=7, years=5)
    # Seven years old in 2026: cut and planted again, forest again on 31 December 2029.
    assert likely(path.cut_ha) == [10, 0, 0, 0, 0]
    assert likely(path.forest_ha) == [0, 0, 0, 10, 10]
    assert likely(path.young_ha) == [10, 10, 10, 0, 0]
    assert likely(path.harvested_ha) == [0, 0, 0, 0, 0]


def test_new_planting_adds_after_three_years() -> None:
    rows = measured(("A", "bare", "", None, 30), ("A", "planted_forest", "acacia", YEAR, 5))
    path = follow(rows, placed(("A", "acacia", YEAR + 1, "bare", 10)), years=5)
    assert likely(path.forest_ha) == [5, 5, 5, 15, 15]
    assert likely(path.bare_ha) == [20] * 5


def test_a_third_is_cut_and_what_fails_falls_bare() -> None:
    rows = measured(("A", "planted_forest", "acacia", YEAR - 9, 90))
    plan = placed(("A", "acacia", YEAR + 1, "harvested", 30))
    path = follow(rows, plan, rotation=7, share=1 / 3, survival=0.8, years=4)
    assert likely(path.cut_ha) == pytest.approx([30, 20, 40 / 3, 80 / 9])
    assert likely(path.bare_ha) == [0, 0, 0, 6]
    assert likely(path.harvested_ha) == pytest.approx([0, 20, 20 + 40 / 3, 20 + 40 / 3 + 80 / 9])
    assert likely(path.forest_ha)[3] == pytest.approx(90 - 30 - 20 - 40 / 3 - 80 / 9 + 24)


def test_nothing_is_planted_on_land_that_is_not_there() -> None:
    rows = measured(("A", "bare", "", None, 4), ("B", "bare", "", None, 50))
    path = follow(rows, placed(("A", "acacia", YEAR + 1, "bare", 10)), years=2)
    assert likely(path.new_ha) == [4, 0]
    assert path.short_bare_ha[:, 0].tolist() == [6, 0]
    assert path.bare_ha[1, :, 0].tolist() == [50, 50]


def test_a_fixed_harvest_is_limited_by_what_stands_mature() -> None:
    rows = measured(
        ("A", "planted_forest", "acacia", YEAR - 8, 30),
        ("B", "planted_forest", "acacia", YEAR - 8, 10),
        ("B", "planted_forest", "acacia", YEAR, 100),
    )
    path = follow(rows, rotation=7, harvest_ha=25, years=3)
    assert path.cut_ha[:, :, 0].tolist() == [[18.75, 11.25, 0], [6.25, 3.75, 0]]
    assert path.short_cut_ha[:, 0].tolist() == [0, 10, 25]


def test_protection_forest_is_not_cut() -> None:
    rows = measured(
        ("A", "planted_forest", "acacia", YEAR - 8, 30, "protection"),
        ("A", "planted_forest", "acacia", YEAR - 8, 30, "outside"),
    )
    assert likely(follow(rows, rotation=7, years=1).cut_ha) == [30]


def test_forest_of_unknown_age_is_cut_as_it_ripens() -> None:
    rows = measured(("A", "planted_forest", "acacia", None, 70))
    path = follow(rows, rotation=7, years=8)
    assert likely(path.cut_ha) == pytest.approx([10] * 7 + [0])


def test_losses_take_their_share_of_all_forest() -> None:
    rows = measured(
        ("A", "natural_forest", "", None, 100), ("A", "planted_forest", "pine", 2000, 100)
    )
    path = follow(rows, years=2, lost_to_bare=0.1, lost_to_other=0.05)
    assert likely(path.forest_ha) == pytest.approx([85, 72.25])
    assert likely(path.natural_ha) == pytest.approx([85, 72.25])
    assert likely(path.bare_ha) == pytest.approx([20, 37])
    assert likely(path.other_ha) == pytest.approx([10, 18.5])


def test_regeneration_takes_bare_land_and_a_resurvey_other_land() -> None:
    rows = measured(("A", "bare", "", None, 12), ("A", "farmland", "", None, 50))
    path = follow(rows, years=2, regeneration_ha=10.0, resurvey_ha=np.array([0.0, 5.0]))
    assert likely(path.natural_ha) == [10, 17]
    assert likely(path.bare_ha) == [2, 0]
    assert likely(path.other_ha) == [50, 45]


def test_promised_planting_lies_where_land_lies() -> None:
    rows = measured(
        ("A", "bare", "", None, 30),
        ("B", "bare", "", None, 10),
        ("A", "planted_forest", "acacia", YEAR - 9, 20),
        ("B", "not_yet_forest", "acacia", YEAR, 1),
    )
    path = follow(rows, rotation=7, promised_ha=20, bare_share=0.4, years=1)
    # 8 ha on bare land as it lies, 12 ha of the 20 that were cut.
    assert path.new_ha[:, 0, 0].tolist() == [6, 2]
    assert path.replanted_ha[:, 0, 0].tolist() == [12, 0]
    assert path.harvested_ha[:, 0, 0].tolist() == [8, 0]


def test_what_is_past_its_lag_and_not_forest_is_held_back() -> None:
    path = follow(measured(("A", "not_yet_forest", "acacia", YEAR - 9, 10)), years=3)
    assert likely(path.forest_ha) == [0, 0, 0]
    assert likely(path.young_ha) == [10, 10, 10]


def test_put_off_harvest_stands_until_the_end() -> None:
    rows = measured(("A", "planted_forest", "acacia", YEAR - 9, 90))
    path = follow(rows, rotation=7, share=0.5, years=3, delay_ha=np.array([[5.0, 0.0, 0.0]]))
    # 45 would be cut; 5 of them stand on and are offered to no later year.
    assert likely(path.cut_ha) == [40, 22.5, 11.25]
    assert likely(path.forest_ha) == [50, 27.5, 16.25]


def test_a_year_that_does_not_close_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(self: object, year: int) -> None:
        self.bare = self.bare + 0.5  # type: ignore[attr-defined]
        self._tell(regenerated=self.bare, resurveyed=self.bare)  # type: ignore[attr-defined]

    monkeypatch.setattr(model._State, "_move_natural", forgetful)
    with pytest.raises(model.ClosureError, match=r"2026 the land of Một differs by 0\.5"):
        follow(measured(("A", "bare", "", None, 12)))


AREAS = st.floats(0, 500).map(lambda value: round(value, 3))
COHORTS = st.lists(
    st.tuples(
        st.sampled_from(list(NAMES)),
        st.sampled_from(["planted_forest", "not_yet_forest"]),
        st.sampled_from(["acacia", "pine"]),
        st.one_of(st.none(), st.integers(YEAR - 40, YEAR)),
        AREAS,
        st.sampled_from(["production", "protection"]),
    ),
    min_size=1,
    max_size=6,
)
LAND = st.lists(
    st.tuples(
        st.sampled_from(list(NAMES)),
        st.sampled_from(["bare", "natural_forest", "farmland"]),
        st.just(""),
        st.none(),
        AREAS,
    ),
    max_size=4,
)
PLANS = st.lists(
    st.tuples(
        st.sampled_from(list(NAMES)),
        st.sampled_from(["acacia", "pine"]),
        st.integers(YEAR + 1, YEAR + 6),
        st.sampled_from(["bare", "harvested", "other"]),
        AREAS,
    ),
    max_size=4,
)
LAWS = st.fixed_dictionaries(
    {
        "lag": st.integers(1, 8),
        "rotation": st.integers(0, 12),
        "share": st.floats(0, 1),
        "survival": st.floats(0, 1),
        "promised_ha": st.floats(0, 300),
        "bare_share": st.floats(0, 1),
        "lost_to_bare": st.floats(0, 0.2),
        "lost_to_other": st.floats(0, 0.2),
        "regeneration_ha": st.floats(0, 50),
    }
)


@settings(max_examples=20)
@given(COHORTS, LAND, PLANS, LAWS)
def test_land_is_neither_made_nor_lost(cohorts: list, land: list, plan: list, laws: dict) -> None:
    rows = measured(*cohorts, *land)
    path = follow(rows, placed(*plan), **laws)
    states = [path.natural_ha, path.forest_ha, path.young_ha, path.bare_ha, path.harvested_ha]
    whole = np.sum([*states, path.other_ha], axis=0)[:, :, 0]
    assert np.abs(whole - start(rows, placed(*plan)).land_ha[:, None]).max() < 1e-6
    assert min(float(state.min()) for state in states) > -1e-9


@settings(max_examples=12)
@given(COHORTS, LAND, LAWS, st.floats(0, 200))
def test_more_on_bare_land_never_lowers_the_forest(
    cohorts: list, land: list, laws: dict, more: float
) -> None:
    # Without a total that is shared out: there what one takes is missing elsewhere.
    laws = laws | {"promised_ha": 0.0, "rotation": 0, "regeneration_ha": 0.0}
    rows = measured(*cohorts, *land)
    plan = placed(("A", "acacia", YEAR + 1, "bare", more))
    some, none = follow(rows, plan, **laws), follow(rows, **laws)
    assert (some.forest_ha.sum(axis=0) - none.forest_ha.sum(axis=0)).min() > -1e-9


@settings(max_examples=12)
@given(COHORTS, LAWS, st.floats(0, 1))
def test_a_smaller_harvest_never_lowers_the_forest_before_replanting_counts(
    cohorts: list, laws: dict, part: float
) -> None:
    laws = laws | {"lag": 8, "years": 7, "promised_ha": 0.0}
    rows = measured(*cohorts)
    less = follow(rows, **(laws | {"share": laws["share"] * part}))
    assert (less.forest_ha - follow(rows, **laws).forest_ha).min() > -1e-9
