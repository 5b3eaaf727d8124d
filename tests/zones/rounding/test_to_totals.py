"""Rounded tables: every figure within one step, every sum exact."""

from __future__ import annotations

import itertools
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.errors import ClosureError, InputError
from zones.rounding.programme import Controls, Outcome, _checked
from zones.rounding.to_totals import RoundedTable, clean_steps, round_table, round_to_total

# Balinski and Young, Fair Representation (1982): apportionment populations of 1790 and the 120
# seats by Hamilton's method, the bill that Washington vetoed.
STATES_1790 = {
    "Virginia": (630_560, 21),
    "Massachusetts": (475_327, 16),
    "Pennsylvania": (432_879, 14),
    "North Carolina": (353_523, 12),
    "New York": (331_589, 11),
    "Maryland": (278_514, 9),
    "Connecticut": (236_841, 8),
    "South Carolina": (206_236, 7),
    "New Jersey": (179_570, 6),
    "New Hampshire": (141_822, 5),
    "Vermont": (85_533, 3),
    "Georgia": (70_835, 2),
    "Kentucky": (68_705, 2),
    "Rhode Island": (68_446, 2),
    "Delaware": (55_540, 2),
}

# Every line of this 3 × 3 × 3 table holds no or two halves, so one of the two must go up; the
# halves form an odd ring, so no choice serves all lines.
NO_ROUNDING = (
    "000 002 011 012 020 021 110 112 120 122 200 202 210 211 221 222".split()  # noqa: SIM905
)


def frame(array: np.ndarray) -> pd.DataFrame:
    names = ["commune", "zone", "year"][: array.ndim]
    rows = [(*map(str, place), float(value)) for place, value in np.ndenumerate(array)]
    return pd.DataFrame(rows, columns=[*names, "ha"])


def assert_controlled(rounded: RoundedTable, exact: pd.DataFrame, step: float) -> None:
    for size in range(len(rounded.by) + 1):
        for keys in combinations(rounded.by, size):
            if keys in rounded.relaxed:
                continue
            printed = rounded.totals(*keys)["ha"].to_numpy()
            if keys:
                sums = exact.groupby(list(keys), sort=True)["ha"].sum().to_numpy()
            else:
                sums = np.array([exact["ha"].sum()])
            whole = np.isclose(sums / step, np.rint(sums / step), atol=1e-7, rtol=0)
            assert np.allclose(printed[whole], sums[whole], atol=1e-6)
            assert (np.abs(printed - sums) < step * (1 + 1e-6)).all()


def test_published_apportionment_of_1790() -> None:
    people = np.array([row[0] for row in STATES_1790.values()], dtype=float)
    seats = round_to_total(people / people.sum() * 120, total=120)
    assert seats.tolist() == [row[1] for row in STATES_1790.values()]


def test_alabama_paradox_is_hamiltons() -> None:
    people = np.array([6.0, 6.0, 2.0])
    assert round_to_total(people / 14 * 10, total=10).tolist() == [4, 4, 2]
    assert round_to_total(people / 14 * 11, total=11).tolist() == [5, 5, 1]


def test_ties_go_to_the_greater_then_to_the_earlier() -> None:
    assert round_to_total([1.5, 2.5]).tolist() == [1, 3]
    assert round_to_total([1.5, 1.5]).tolist() == [2, 1]


def test_zero_stays_zero_and_floor_holds() -> None:
    assert round_to_total([0, 0.5, 0.5, 0], total=1).tolist() == [0, 1, 0, 0]
    assert round_to_total([2.9, 2.9, 0.2], floors=[0, 0, 1]).tolist() == [3, 2, 1]


def test_tenths_are_free_of_binary_dust() -> None:
    assert clean_steps(np.array([3, 7]), step=0.1).tolist() == [0.3, 0.7]
    assert round_to_total([0.1 + 0.2, 1.0], step=0.1).tolist() == [0.3, 1.0]


@given(
    st.lists(st.floats(0, 1e4), min_size=1, max_size=30),
    st.sampled_from([1.0, 0.1, 0.5, 10.0]),
)
def test_list_closes_within_one_step(values: list[float], step: float) -> None:
    rounded = round_to_total(values, step=step)
    assert abs(rounded.sum() - sum(values)) <= step / 2 * (1 + 1e-4)
    assert (np.abs(rounded - values) < step * (1 + 1e-5)).all()
    assert np.allclose(rounded / step, np.rint(rounded / step), atol=1e-9)
    assert rounded[np.array(values) == 0].sum() == 0


@given(st.permutations([0.2, 1.4, 2.4, 3.9, 7.1, 0.0]))
def test_list_does_not_depend_on_order(values: list[float]) -> None:
    rounded = dict(zip(values, round_to_total(values), strict=True))
    assert rounded == dict(
        zip(
            [0.2, 1.4, 2.4, 3.9, 7.1, 0.0],
            round_to_total([0.2, 1.4, 2.4, 3.9, 7.1, 0.0]),
            strict=True,
        )
    )


tables = st.integers(1, 5).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.one_of(st.just(0.0), st.floats(0, 50), st.integers(0, 9).map(float)),
            min_size=rows * columns,
            max_size=rows * columns,
        ).map(lambda values: np.array(values).reshape(rows, columns))
    )
)


@settings(max_examples=60)
@given(tables, st.sampled_from([1.0, 0.1]))
def test_two_way_table_closes_everywhere(array: np.ndarray, step: float) -> None:
    exact = frame(array)
    rounded = round_table(exact, by=["commune", "zone"], value="ha", step=step)
    assert rounded.note is None
    assert_controlled(rounded, exact, step)
    assert (rounded.cells.loc[exact["ha"] == 0, "ha"] == 0).all()
    assert (np.abs(rounded.cells["ha"] - exact["ha"]) < step * (1 + 1e-6)).all()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_three_way_table_closes_everywhere(seed: int) -> None:
    generator = np.random.default_rng(seed)
    array = generator.random((3, 3, 3)).round(1) * 4 * (generator.random((3, 3, 3)) < 0.7)
    exact = frame(array)
    rounded = round_table(exact, by=["commune", "zone", "year"], value="ha")
    assert_controlled(rounded, exact, 1.0)
    assert (rounded.note is None) == (not rounded.relaxed)


def test_two_way_is_the_nearest_by_brute_force() -> None:
    array = np.array([[0.3, 0.6, 0.2], [0.7, 0.9, 0.1]])
    rounded = round_table(frame(array), by=["commune", "zone"], value="ha")
    found = rounded.cells["ha"].to_numpy().reshape(2, 3)

    def cost(up: np.ndarray) -> float | None:
        total = 0.0
        for weight, sums, exact in (
            (1, up, array),
            (8, up.sum(0), array.sum(0)),
            (8, up.sum(1), array.sum(1)),
            (16, up.sum(), array.sum()),
        ):
            distance = np.abs(sums - exact)
            if (distance > 1 - 1e-9).any():
                return None
            total += weight * distance.sum()
        return total

    costs = {
        bits: value
        for bits in itertools.product([0, 1], repeat=6)
        if (value := cost(np.array(bits).reshape(2, 3))) is not None
    }
    assert tuple(found.ravel().astype(int)) == min(costs, key=lambda bits: costs[bits])


def test_rows_may_come_in_any_order_and_keep_their_other_columns() -> None:
    exact = frame(np.random.default_rng(3).random((6, 5)) * 9).assign(note="x")
    shuffled = exact.sample(frac=1, random_state=1)
    one = round_table(exact, by=["commune", "zone"], value="ha").cells
    two = round_table(shuffled, by=["commune", "zone"], value="ha").cells
    pd.testing.assert_frame_equal(two.sort_index(), one)
    assert two["note"].eq("x").all()
    assert exact["ha"].iloc[0] != one["ha"].iloc[0]


def test_totals_asked_for_are_met() -> None:
    exact = frame(np.full((4, 3), 0.5))
    wanted = pd.Series({"0": 2.0, "1": 2.0, "2": 2.0})
    rounded = round_table(exact, by=["commune", "zone"], value="ha", totals={"zone": wanted})
    assert rounded.totals("zone")["ha"].tolist() == [2, 2, 2]
    exact = frame(np.full((4, 3), 0.4))
    wanted = pd.Series({"0": 2.0, "1": 2.0})
    rounded = round_table(exact, by=["commune", "zone"], value="ha", totals={"zone": wanted})
    assert rounded.totals("zone")["ha"].iloc[:2].tolist() == [2, 2]
    assert abs(rounded.totals()["ha"].iloc[0] - 5.6) < 1


def test_three_way_without_solution_keeps_commune_and_zone() -> None:
    array = np.zeros((3, 3, 3))
    for place in NO_ROUNDING:
        array[tuple(map(int, place))] = 0.5
    exact = frame(array)
    rounded = round_table(exact, by=["commune", "zone", "year"], value="ha")
    assert rounded.relaxed
    assert all("year" in margin for margin in rounded.relaxed)
    assert rounded.note is not None
    assert "commune × year" in rounded.note.en or "zone × year" in rounded.note.en
    assert_controlled(rounded, exact, 1.0)


def test_note_names_the_same_margin_in_both_languages() -> None:
    array = np.zeros((3, 3, 3))
    for place in NO_ROUNDING:
        array[tuple(map(int, place))] = 0.05
    note = round_table(frame(array), by=["commune", "zone", "year"], value="ha", step=0.1).note
    assert note is not None
    assert "0.1" in note.en
    assert "0,1" in note.vi


def test_empty_table_stays_empty() -> None:
    rounded = round_table(frame(np.zeros((0, 2))), by=["commune", "zone"], value="ha")
    assert rounded.cells.empty
    assert rounded.totals()["ha"].tolist() == [0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [1.0, np.nan]}, "1 are missing, infinite or negative, first at positions 1;"),
        ({"values": [1.0, -2.0]}, "missing is not zero"),
        ({"values": [1.0], "step": 0}, "step must be above 0"),
        ({"values": [1.2, 1.2], "total": 5}, "adds up to 5: possible is 2 to 4"),
        ({"values": [1.2, 1.2], "total": 2.5}, r"multiples of the step 1, found 2.5"),
        ({"values": [1.2, 1.2], "total": 2, "floors": [2, 2]}, "lower the floors"),
    ],
)
def test_list_refuses(arguments: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        round_to_total(**arguments)


def test_table_refuses_bad_keys_and_totals() -> None:
    exact = frame(np.full((2, 2), 0.5))
    by = ["commune", "zone"]
    with pytest.raises(InputError, match="two or three different key columns"):
        round_table(exact, by=["commune"], value="ha")
    with pytest.raises(InputError, match="1 are repeated"):
        round_table(pd.concat([exact, exact.iloc[:1]]), by=by, value="ha")
    bare = exact.assign(zone=[None, None, None, *exact["zone"][3:]])
    with pytest.raises(InputError, match="3 lack a key"):
        round_table(bare, by=by, value="ha")
    with pytest.raises(InputError, match="given for key columns"):
        round_table(exact, by=by, value="ha", totals={"year": pd.Series({"0": 1.0})})
    with pytest.raises(InputError, match="1 key without a cell"):
        round_table(exact, by=by, value="ha", totals={"zone": pd.Series({"7": 1.0})})
    with pytest.raises(InputError, match="more than one step"):
        round_table(exact, by=by, value="ha", totals={"zone": pd.Series({"0": 3.0})})
    with pytest.raises(InputError, match="cannot all be met"):
        round_table(
            frame(np.array([[0.5, 0.5]])),
            by=by,
            value="ha",
            totals={"zone": pd.Series({"0": 1.0, "1": 1.0}), "commune": pd.Series({"0": 1.0})},
        )


@given(
    st.lists(st.floats(0, 4).map(lambda value: round(value, 2)), min_size=6, max_size=6),
    st.lists(st.sampled_from([-1, 0, 1]), min_size=2, max_size=2),
)
@settings(max_examples=150)
def test_totals_to_meet_leave_all_else_as_near_as_can_be(
    exact: list[float], moves: list[int]
) -> None:
    """Against every way to round a small table: no other total is driven to an end of its range."""
    table = pd.DataFrame({"zone": list("aaabbb"), "commune": list("xyzxyz"), "ha": exact})
    sums = table.groupby("zone")["ha"].sum()
    wanted = (np.floor(sums + 0.5) + moves).clip(lower=0)
    try:
        rounded = round_table(table, by=["commune", "zone"], value="ha", totals={"zone": wanted})
    except InputError:
        return  # more than one step away, or not to be had
    aims = table["ha"] * table["zone"].map(wanted / sums.where(sums > 1e-6, 1.0)).where(
        table["zone"].map(sums) > 1e-6, 1.0
    )

    def distance(cells: pd.Series) -> float:
        frame = pd.DataFrame({"commune": table["commune"], "cell": cells, "aim": aims})
        frame["exact"] = table["ha"]
        by = frame.groupby("commune")[["cell", "aim", "exact"]].sum()
        whole = frame[["cell", "aim", "exact"]].sum()
        total = 8 * _off(by).sum() + 16 * _off(whole.to_frame().T).sum()
        return float(total + (frame["cell"] - frame["exact"]).abs().sum())

    def _off(sums: pd.DataFrame) -> pd.Series:
        low = np.floor(sums[["aim", "exact"]].min(axis=1) + 1e-6)
        high = np.ceil(sums[["aim", "exact"]].max(axis=1) - 1e-6)
        far = (sums["cell"] < low) | (sums["cell"] > high)
        return (sums["cell"] - sums["aim"]).abs().where(~far, np.inf)

    ways = [
        pd.Series(way) for way in itertools.product(*[{np.floor(v), np.ceil(v)} for v in exact])
    ]
    zones = [way.groupby(table["zone"]).sum() for way in ways]
    best = min(
        distance(way) for way, zone in zip(ways, zones, strict=True) if (zone == wanted).all()
    )
    assert distance(rounded.cells["ha"]) == pytest.approx(best, abs=1e-3)


def three_way(seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product([range(6), range(14), range(5)], names=["z", "c", "y"])
    return pd.DataFrame({"ha": generator.gamma(0.5, 1.3, len(keys))}, index=keys).reset_index()


def test_a_three_way_table_is_rounded_alike_however_slow_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No clock ends the search: the solver is given nodes and solutions, never seconds."""
    from zones.rounding import programme

    asked = []
    solve = programme.solve_programme

    def watched(programme: object, **given: object) -> object:
        asked.append(given)
        return solve(programme, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(programme, "solve_programme", watched)
    first, second = (round_table(three_way(3), by=["z", "c", "y"], value="ha") for _ in "ab")
    pd.testing.assert_frame_equal(first.cells, second.cells)
    assert asked
    assert not any("time_limit_s" in given for given in asked)
    assert all("time_limit" not in (given.get("options") or {}) for given in asked)
    assert asked[0]["options"]["mip_max_nodes"] == 500  # type: ignore[index]


def test_a_search_that_ends_at_its_limit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace as changed

    from zones.rounding import programme

    solve = programme.solve_programme

    def unproved(programme: object, **given: object) -> object:
        found = solve(programme, **given)  # type: ignore[arg-type]
        return changed(found, status="feasible", dual_bound=found.objective - 5.0)

    monkeypatch.setattr(programme, "solve_programme", unproved)
    rounded = round_table(three_way(3), by=["z", "c", "y"], value="ha", nodes=7)
    assert rounded.note is not None
    assert "ended after 7 nodes" in rounded.note.en
    assert "dừng sau 7 nút" in rounded.note.vi
    assert "Every sum in this table is exact" in rounded.note.en


def test_nested_totals_are_a_network() -> None:
    """Cells of places of sources: every place and source stays within a step of its figure."""
    generator = np.random.default_rng(5)
    rows = pd.DataFrame(
        [
            (cell, place, place % 3)
            for cell in range(40)
            for place in range(6)
            if cell % 2 == place % 2
        ],
        columns=["cell", "place", "source"],
    )
    rows["ha"] = generator.gamma(0.4, 1.0, len(rows))
    totals = rows.groupby("cell")["ha"].sum().round().clip(lower=0)
    rounded = round_table(
        rows,
        by=["cell", "place", "source"],
        value="ha",
        totals={"cell": totals},
        margins=["cell", "place", "source"],
    )
    assert rounded.note is None
    assert rounded.totals("cell")["ha"].tolist() == totals.tolist()
    moved = float(totals.sum() - rows["ha"].sum())
    for key in ("place", "source"):
        off = rounded.totals(key).set_index(key)["ha"] - rows.groupby(key)["ha"].sum()
        assert off.abs().max() <= 1 + abs(moved)
    assert (rounded.cells["ha"] - rows["ha"]).abs().max() < 1


def test_floors_raise_the_sum_where_they_must() -> None:
    assert round_to_total([2717.54], step=0.1, floors=[2717.6]).tolist() == [2717.6]
    assert round_to_total([2717.54], step=0.1, floors=[2717.5]).tolist() == [2717.5]
    assert round_to_total([0.4, 0.4], floors=[1, 1]).tolist() == [1.0, 1.0]


def test_a_total_out_of_reach_is_refused_in_hectares() -> None:
    """The message counts in hectares, not in steps: 0.2 + 0.2 to 0.3 + 0.3."""
    with pytest.raises(InputError, match=r"adds up to 9: possible is 0\.4 to 0\.6\."):
        round_to_total([0.26, 0.24], total=9.0, step=0.1)


def without_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the search over three keys end without any answer; networks are solved as ever."""
    from zones.rounding import programme

    solve = programme._solve

    def lost(controls: programme.Controls, *given: object, **more: object) -> object:
        return (None, True) if controls.integer else solve(controls, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(programme, "_solve", lost)


@pytest.mark.parametrize("seed", range(5))
def test_a_search_without_an_answer_keeps_all_totals_without_the_third_key(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = three_way(seed)
    without_search(monkeypatch)
    rounded = round_table(exact, by=["z", "c", "y"], value="ha")
    assert_controlled(rounded, exact, 1.0)
    assert all("y" in margin for margin in rounded.relaxed)
    pairs = exact.groupby(["z", "c"], as_index=False)["ha"].sum()
    alone = round_table(pairs, by=["z", "c"], value="ha").cells
    assert rounded.totals("z", "c")["ha"].tolist() == alone["ha"].tolist()
    # Totals of one commune by year are rounded as well, wherever its zones allow it.
    of_years = exact.groupby(["c", "y"])["ha"].sum().to_numpy()
    assert (np.abs(rounded.totals("c", "y")["ha"].to_numpy() - of_years) < 1 + 1e-6).all()


def test_totals_asked_for_are_met_without_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = three_way(2)
    without_search(monkeypatch)
    sums = np.ceil(exact.groupby("c")["ha"].sum())
    rounded = round_table(exact, by=["z", "c", "y"], value="ha", totals={"c": sums})
    assert rounded.totals("c")["ha"].tolist() == sums.tolist()


def test_half_a_step_goes_up() -> None:
    assert round_to_total([0.25, 0.25]).tolist() == [1.0, 0.0]
    assert round_to_total([0.1, 0.1, 0.3]).tolist() == [0.0, 0.0, 1.0]  # 0.5 but for binary dust


def test_five_missing_figures_are_named() -> None:
    with pytest.raises(InputError, match=r"6 .*0, 1, 2, 3, 4(?!, 5)"):
        round_to_total([float("nan")] * 6)


@pytest.mark.parametrize("steps", [[0, 1], [3, 1], [1, 1]])
def test_a_cell_that_left_its_two_steps_is_refused(steps: list[int]) -> None:
    codes = (np.array([0, 1]), np.array([0, 0]))
    controls = Controls(codes, np.array([1.5, 1.0]), np.array([1, 1]), np.array([2, 1]), {})
    outcome = Outcome(np.array(steps))
    if steps == [1, 1]:
        assert _checked(controls, outcome, []) is outcome
    else:
        with pytest.raises(ClosureError, match="1"):
            _checked(controls, outcome, [])
