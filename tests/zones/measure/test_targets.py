"""Targets against measurement: numbers that can be checked in the head."""

import math
from typing import Any

import pandas as pd
import pytest

from layers import SchemaError
from zones.measure.targets import (
    ToleratedBounds,
    compare_targets,
    join_plan_targets,
    leading_targets,
    measured_figures,
    share_zones,
    with_reported_zones,
    yearly_unit,
)
from zones.tables import REPORTED


def plan_target(**change: object) -> dict[str, object]:
    row: dict[str, object] = {
        "plan": "p", "target": "pine-area", "zone": "pine", "clause": "II.2", "bound": "range",
        "unit": "ha", "year": 2030, "low": 100.0, "high": 120.0, "scope": "province",
        "commune_code": "", "measure": "layer", "indicator": "area", "period": "by_year",
    }  # fmt: skip
    return row | change


def compared(present: float | None, **change: object) -> dict[str, object]:
    target = plan_target(**change)
    rows = [] if present is None else [(target["zone"], "area", "", target["unit"], present)]
    measured = pd.DataFrame(rows, columns=["zone", "indicator", "commune_code", "unit", "present"])
    frame = compare_targets(pd.DataFrame([target]), measured, tolerated=ToleratedBounds())
    return dict(frame.iloc[0])


@pytest.mark.parametrize(
    ("present", "status", "held", "shortfall", "surplus"),
    [
        (50.0, "below", 0.5, 50.0, 0.0),
        (100.0, "within", 1.0, 0.0, 0.0),
        (120.0, "within", 1.2, 0.0, 0.0),
        (150.0, "above", 1.5, 0.0, 30.0),
        (0.0, "below", 0.0, 100.0, 0.0),
    ],
)
def test_a_range(
    present: float, status: str, held: float, shortfall: float, surplus: float
) -> None:
    row = compared(present)
    found = (row["status"], row["held_ratio"], row["shortfall"], row["surplus"])
    assert found == (status, held, shortfall, surplus)


def test_a_part_is_not_held_against_the_whole() -> None:
    # "Tea 18,500 ha, of which Shan tea 6,200 ha": 15,579 ha of tea are no surplus of Shan tea.
    part = {"is_part": True, "measure": "report", "bound": "exact", "low": 62.0, "high": 62.0}
    assert compared(155.79, **(part | {"is_part": False}))["surplus"] == pytest.approx(93.79)
    row = compared(155.79, **part)
    assert (row["status"], row["told_by"]) == ("not_measured", "")
    assert all(math.isnan(float(str(row[key]))) for key in ("present", "shortfall", "surplus"))
    told = pd.DataFrame([plan_target(**part)])
    reported = REPORTED.empty().reindex([0]).assign(
        zone="pine", indicator="area", commune_code="", unit="ha", value=155.79, total=155.79,
        year=2025, reporters=1, expected=1,
    )  # fmt: skip
    nothing = pd.DataFrame(columns=["zone", "indicator", "commune_code", "unit", "present"])
    frame = compare_targets(told, nothing, tolerated=ToleratedBounds(), reported=reported)
    assert frame["status"].tolist() == ["not_measured"]


@pytest.mark.parametrize("bound", ["exact", "about", "maintain"])
@pytest.mark.parametrize(
    ("present", "status", "shortfall", "surplus"),
    [(1880, "below", 120, 0), (1999.99, "below", 0.01, 0), (2000, "within", 0, 0),
     (2100, "above", 0, 100)],
)  # fmt: skip
def test_a_single_figure_is_held_to_that_figure(
    bound: str, present: float, status: str, shortfall: float, surplus: float
) -> None:
    row = compared(present, bound=bound, low=2000.0, high=2000.0)
    assert (row["low"], row["high"], row["figure_low"], row["figure_high"]) == (2000.0,) * 4
    assert (row["status"], row["shortfall"], row["surplus"]) == (
        status, pytest.approx(shortfall), pytest.approx(surplus),
    )  # fmt: skip
    assert math.isnan(float(str(row["tolerance_percent"])))


@pytest.mark.parametrize(
    ("bound", "present", "status"),
    [
        ("about", 1899.9, "below"),
        ("about", 1900.0, "within"),
        ("maintain", 2100.0, "within"),
        ("about", 2100.1, "above"),
        ("exact", 1999.0, "below"),
        ("exact", 2001.0, "above"),
    ],
)
def test_a_stated_tolerance_changes_the_status_alone(
    bound: str, present: float, status: str
) -> None:
    """Five percent of 2,000 is 100; what is short of 2,000 is short all the same."""
    target = plan_target(bound=bound, low=2000.0, high=2000.0)
    measured = pd.DataFrame(
        [("pine", "area", "", "ha", present)],
        columns=["zone", "indicator", "commune_code", "unit", "present"],
    )
    tolerated = ToleratedBounds(tolerance_percent=5.0)
    row = compare_targets(pd.DataFrame([target]), measured, tolerated=tolerated).iloc[0]
    assert row["status"] == status
    assert row["shortfall"] == pytest.approx(max(2000 - present, 0))
    assert row["surplus"] == pytest.approx(max(present - 2000, 0))
    assert (row["low"], row["high"]) == (2000.0, 2000.0)
    told = row["tolerance_percent"]
    assert math.isnan(told) if bound == "exact" else told == 5.0


@pytest.mark.parametrize(("unit", "figure"), [("km2", 1.2), ("m2", 1_200_000.0), ("ha", 120.0)])
def test_areas_in_other_units_are_converted(unit: str, figure: float) -> None:
    row = compared(None, unit=unit, bound="at_least", low=figure, high=math.nan)
    assert (row["unit"], row["status"]) == ("ha", "not_measured")
    target = plan_target(unit=unit, bound="at_least", low=figure, high=math.nan)
    measured = pd.DataFrame(
        [("pine", "area", "", "ha", 100.0)],
        columns=["zone", "indicator", "commune_code", "unit", "present"],
    )
    row = compare_targets(pd.DataFrame([target]), measured, tolerated=ToleratedBounds()).iloc[0]
    assert row["figure_low"] == pytest.approx(120.0)
    assert (row["status"], row["shortfall"]) == ("below", pytest.approx(20.0))


@pytest.mark.parametrize(
    ("unit", "read"), [("km2/year", "ha/year"), ("t/ha", "t/ha"), ("m3", "m3"), ("%", "%")]
)
def test_only_areas_are_converted(unit: str, read: str) -> None:
    row = compared(None, unit=unit, low=2.0, high=3.0)
    assert row["unit"] == read
    assert row["figure_low"] == (200.0 if unit == "km2/year" else 2.0)


def test_a_floor_has_no_surplus_and_a_ceiling_no_shortfall() -> None:
    floor = compared(150.0, bound="at_least", high=math.nan)
    assert (floor["status"], floor["held_ratio"], floor["shortfall"]) == ("within", 1.5, 0.0)
    assert math.isnan(float(str(floor["surplus"])))
    ceiling = compared(150.0, bound="at_most", low=math.nan, high=100.0)
    assert (ceiling["status"], ceiling["held_ratio"], ceiling["surplus"]) == ("above", 1.5, 50.0)
    assert math.isnan(float(str(ceiling["shortfall"])))


def test_a_rate_is_held_to_its_figure() -> None:
    rate = {"unit": "%", "bound": "exact", "low": 67.0, "high": 67.0}
    row = compared(64.5, **rate)
    assert (row["status"], row["shortfall"]) == ("below", 2.5)


def test_what_nothing_measures_says_so() -> None:
    row = compared(None)
    assert row["status"] == "not_measured"
    assert math.isnan(float(str(row["held_ratio"])))
    assert math.isnan(float(str(row["shortfall"])))


@pytest.mark.parametrize(
    ("present", "status", "shortfall", "surplus"),
    [
        (61.9, "below", 1.1, 0.0),
        (62.5, "within", 0.5, 0.0),
        (63.5, "within", 0.0, 0.5),
        (63.6, "above", 0.0, 0.6),
    ],
)
def test_a_rate_may_have_its_own_tolerance_in_points(
    present: float, status: str, shortfall: float, surplus: float
) -> None:
    """Half a point on either side, whatever the percentage allowed round hectares."""
    target = plan_target(unit="%", bound="about", low=63.0, high=63.0)
    measured = pd.DataFrame(
        [("pine", "area", "", "%", present)],
        columns=["zone", "indicator", "commune_code", "unit", "present"],
    )
    tolerated = ToleratedBounds(tolerance_percent=5.0, rate_tolerance_points=0.5)
    row = compare_targets(pd.DataFrame([target]), measured, tolerated=tolerated).iloc[0]
    assert (row["low"], row["high"], row["status"]) == (63.0, 63.0, status)
    assert (row["shortfall"], row["surplus"]) == (
        pytest.approx(shortfall), pytest.approx(surplus),
    )  # fmt: skip
    assert math.isnan(row["tolerance_percent"])
    ranged = pd.DataFrame([target | {"bound": "range", "low": 62.0, "high": 64.0}])
    row = compare_targets(ranged, measured, tolerated=tolerated).iloc[0]
    assert (row["low"], row["high"]) == (62.0, 64.0)


def test_nothing_is_tolerated_that_was_not_stated() -> None:
    """A tolerance for rates alone leaves hectares to their figure: 99.5 ha of about 100 lack."""
    target = plan_target(bound="about", low=100.0, high=100.0)
    measured = pd.DataFrame(
        [("pine", "area", "", "ha", 99.5)],
        columns=["zone", "indicator", "commune_code", "unit", "present"],
    )
    tolerated = ToleratedBounds(rate_tolerance_points=0.5)
    row = compare_targets(pd.DataFrame([target]), measured, tolerated=tolerated).iloc[0]
    assert (row["status"], row["shortfall"]) == ("below", pytest.approx(0.5))


@pytest.mark.parametrize(
    ("period", "status"),
    [
        ("by_year", "above"),
        ("in_year", "above"),
        ("per_year", "not_measured"),
        ("", "not_measured"),
    ],
)
def test_a_layer_is_held_against_states_alone(period: str, status: str) -> None:
    row = compared(500.0, period=period)
    assert row["status"] == status
    assert math.isnan(float(str(row["present"]))) is (status == "not_measured")


def test_what_was_measured_goes_to_its_commune_and_unit() -> None:
    targets = pd.DataFrame(
        [
            plan_target(target="a", commune_code="06001", low=5.0, high=9.0),
            plan_target(target="b", commune_code=None),
            plan_target(target="c", unit="con"),
        ]
    )
    measured = pd.DataFrame(
        [("pine", "area", "06001", "ha", 4.0), ("pine", "area", "", "ha", 110.0)],
        columns=["zone", "indicator", "commune_code", "unit", "present"],
    )
    found = compare_targets(targets, measured, tolerated=ToleratedBounds())
    assert found["present"].fillna(-1).tolist() == [4.0, 110.0, -1.0]
    assert found["shortfall"].fillna(-1).tolist() == [1.0, 0.0, -1.0]
    twice = pd.concat([measured, measured])
    with pytest.raises(pd.errors.MergeError):
        compare_targets(targets, twice, tolerated=ToleratedBounds())


def test_other_plans_fill_only_what_the_first_lacks() -> None:
    first = pd.DataFrame([plan_target()])
    second = pd.DataFrame(
        [
            plan_target(plan="q", target="pine", low=1.0, high=1.0),
            plan_target(plan="q", target="cover", zone="", indicator="forest_cover_rate"),
            plan_target(plan="q", target="pine-area", zone="", indicator="planting"),
        ]
    )
    joined = join_plan_targets([first, second])
    assert joined["target"].tolist() == ["pine-area", "cover", "q:pine-area"]
    assert joined["low"].tolist() == [100.0, 100.0, 100.0]
    assert joined.index.tolist() == [0, 1, 2]
    with pytest.raises(SchemaError, match="Plan p: target ids stand twice"):
        join_plan_targets([pd.concat([first, first])])


def test_another_year_is_another_target() -> None:
    """A plan of the year 2026 beside that to 2030, and an older one that says no year."""
    first = pd.DataFrame(
        [plan_target(year=2030), plan_target(target="tea-area", zone="tea", year=None)]
    )
    second = pd.DataFrame(
        [
            plan_target(plan="q", target="pine-2026", year=2026),
            plan_target(plan="q", target="pine-2030", year=2030),
            plan_target(plan="q", target="tea-2026", zone="tea", year=2026),
        ]
    )
    third = pd.DataFrame([plan_target(plan="r", target="pine-any", year=None)])
    joined = join_plan_targets([first, second, third])
    assert joined["target"].tolist() == ["pine-area", "tea-area", "pine-2026"]
    assert leading_targets(joined)["target"].tolist() == ["pine-area", "tea-area"]


def test_a_third_plan_fills_only_what_the_first_two_lack() -> None:
    first = pd.DataFrame([plan_target()])
    second = pd.DataFrame([plan_target(plan="q", target="cover", zone="", indicator="rate")])
    third = pd.DataFrame(
        [
            plan_target(plan="r", target="pine-old", low=1.0),
            plan_target(plan="r", target="cover-old", zone="", indicator="rate", low=2.0),
            plan_target(plan="r", target="cover", zone="tea", low=3.0),
        ]
    )
    joined = join_plan_targets([first, second, third])
    assert joined["target"].tolist() == ["pine-area", "cover", "r:cover"]
    assert joined["low"].tolist() == [100.0, 100.0, 3.0]


def test_a_commune_that_nobody_measured_has_no_area_and_no_share() -> None:
    communes = pd.DataFrame({"commune_code": ["1", "2", "3"], "commune": ["A", "B", "C"]})
    listed = pd.DataFrame([("pine", "3")], columns=["zone", "commune_code"])
    present = pd.DataFrame(
        [("pine", "1", 30.0), ("pine", "2", 0.0)], columns=["zone", "commune_code", "present_ha"]
    )
    frame = share_zones(present, listed, communes=communes)
    assert frame["present_ha"].fillna(-1).tolist() == [30.0, 0.0, -1.0]
    assert frame["share_ratio"].fillna(-1).tolist() == [1.0, 0.0, -1.0]
    # Listed with little is said only of what is known to be little.
    assert frame["remark"].tolist() == ["unlisted_but_much", "", ""]


def test_shares_of_zones_and_the_two_lists() -> None:
    communes = pd.DataFrame({"commune_code": ["1", "2", "3"], "commune": ["A", "B", "C"]})
    listed = pd.DataFrame(
        [("pine", "1"), ("pine", "2"), ("tea", "3")], columns=["zone", "commune_code"]
    )
    present = pd.DataFrame(
        [("pine", "1", 89.5), ("pine", "2", 0.5), ("pine", "3", 6.0), ("pine", "3", 4.0)],
        columns=["zone", "commune_code", "present_ha"],
    )
    frame = share_zones(present, listed, communes=communes)
    assert frame["zone"].tolist() == ["pine"] * 3 + ["tea"] * 3
    pine, tea = frame[:3], frame[3:]
    assert pine["present_ha"].tolist() == [89.5, 0.5, 10.0]
    assert pine["share_ratio"].tolist() == [0.895, 0.005, 0.1]
    assert pine["listed"].tolist() == [True, True, False]
    assert pine["remark"].tolist() == ["", "listed_but_little", "unlisted_but_much"]
    assert tea["present_ha"].isna().all()
    assert tea["remark"].tolist() == ["", "", ""]
    assert tea["listed"].tolist() == [False, False, True]


def test_a_zone_measured_as_nothing_is_zero_without_shares() -> None:
    communes = pd.DataFrame({"commune_code": ["1"], "commune": ["A"]})
    listed = pd.DataFrame([("tea", "1")], columns=["zone", "commune_code"])
    present = pd.DataFrame([("tea", "1", 0.0)], columns=["zone", "commune_code", "present_ha"])
    frame = share_zones(present, listed, communes=communes)
    assert frame["present_ha"].tolist() == [0.0]
    assert frame["share_ratio"].isna().all()


def test_limits_of_the_two_lists_are_the_users() -> None:
    communes = pd.DataFrame({"commune_code": ["2", "1"], "commune": ["B", "A"]})
    listed = pd.DataFrame([("pine", "1")], columns=["zone", "commune_code"])
    present = pd.DataFrame(
        [("pine", "1", 8.0), ("pine", "2", 92.0)], columns=["zone", "commune_code", "present_ha"]
    )

    def remarks(**limits: float) -> list[str]:
        found = share_zones(present, listed, communes=communes, **limits)
        assert found["commune_code"].tolist() == ["1", "2"]
        assert found.index.tolist() == [0, 1]
        return list(found["remark"])

    assert remarks() == ["", "unlisted_but_much"]
    assert remarks(unlisted_max_percent=91.9) == ["", "unlisted_but_much"]
    assert remarks(listed_min_percent=8.1) == ["listed_but_little", "unlisted_but_much"]
    assert remarks(listed_min_percent=8.0, unlisted_max_percent=92.0) == ["", ""]


@pytest.mark.parametrize(("present", "status"), [(99.9999, "below"), (120.0001, "above")])
def test_what_is_more_than_dust_decides(present: float, status: str) -> None:
    """A square metre in a hundred hectares."""
    assert compared(present)["status"] == status


def test_binary_dust_decides_nothing() -> None:
    floor = compared(0.7 + 0.1, bound="at_least", low=0.8, high=math.nan)
    assert (floor["status"], floor["shortfall"]) == ("within", 0.0)
    ceiling = compared(sum([4.35] * 100), bound="at_most", low=math.nan, high=435.0)
    assert (ceiling["status"], ceiling["surplus"]) == ("within", 0.0)


def reported_figure(**change: object) -> pd.DataFrame:
    row: dict[str, object] = dict.fromkeys(REPORTED.names, None) | {
        "zone": "pine", "indicator": "area", "commune_code": "", "unit": "ha", "year": 2026,
        "value": 90.0, "total": 250.0, "reporters": 65, "expected": 65,
    }  # fmt: skip
    return pd.DataFrame([row | change])


def told(reported: pd.DataFrame, present: float | None = None, **change: object) -> tuple[Any, ...]:
    target = plan_target(**change)
    rows = [] if present is None else [("pine", "area", "", "ha", present)]
    measured = pd.DataFrame(rows, columns=["zone", "indicator", "commune_code", "unit", "present"])
    frame = compare_targets(
        pd.DataFrame([target]), measured, tolerated=ToleratedBounds(), reported=reported
    )
    row = frame.iloc[0]
    return row["present"], row["told_by"], row["status"]


def test_a_report_tells_where_no_layer_does() -> None:
    assert told(reported_figure()) == (90.0, "report", "below")
    assert told(reported_figure(), present=110.0) == (110.0, "layer", "within")
    assert told(reported_figure(zone="acacia"))[1:] == ("", "not_measured")


def test_a_sum_that_some_have_not_answered_is_no_figure() -> None:
    assert told(reported_figure(reporters=64))[1:] == ("", "not_measured")
    assert told(reported_figure(reporters=66))[0] == 90.0  # more answers than were asked for


@pytest.mark.parametrize(
    ("period", "year", "present"),
    [
        ("in_year", 2026, 90.0),
        ("in_year", 2030, None),  # the figure is another year's
        ("by_year", 2030, 90.0),  # the state so far
        ("per_year", 2030, 90.0),
        ("cumulative", 2030, 250.0),  # of all years together
    ],
)
def test_a_reported_figure_is_that_of_the_targets_period(
    period: str, year: int, present: float | None
) -> None:
    found, by, _ = told(reported_figure(), period=period, year=year)
    assert (None if pd.isna(found) else found) == present
    assert by == ("" if present is None else "report")


def test_hectares_of_a_year_are_reported_as_hectares() -> None:
    assert told(reported_figure(), period="per_year", unit="ha/year")[0] == 90.0
    assert [yearly_unit(unit) for unit in ("ha/year", "%/year", "t/ha/year", "ha")] == [
        "ha", "%/year", "t/ha/year", "ha",
    ]  # fmt: skip


def test_hectares_of_zones_stand_over_communes_and_the_newest_rate_beside_them() -> None:
    by_zone = pd.DataFrame(
        [("pine", "a", 1.0), ("pine", "b", 2.0), ("tea", "a", 4.0)],
        columns=["zone", "commune_code", "present_ha"],
    ).assign(told_by=["layer", "layer", "report"])
    areas = measured_figures(by_zone, pd.DataFrame())
    assert set(areas["indicator"]) == {"area"}
    held = areas.set_index(["zone", "commune_code"])["present"].to_dict()
    assert held == {
        ("pine", ""): 3.0, ("pine", "a"): 1.0, ("pine", "b"): 2.0,
        ("tea", ""): 4.0, ("tea", "a"): 4.0,
    }  # fmt: skip
    assert areas.set_index("zone")["told_by"].to_dict() == {"pine": "layer", "tea": "report"}
    rates = measured_figures(by_zone, pd.DataFrame({"cover_percent": [60.0, 64.5]}))
    rate = rates[rates["indicator"] == "forest_cover_rate"]
    assert rate[["zone", "commune_code", "unit", "present"]].to_numpy().tolist() == [
        ["", "", "%", 64.5]
    ]


def test_reported_hectares_of_communes_fill_a_zone_and_the_sum_of_the_province_does_not() -> None:
    by_zone = pd.DataFrame(
        [("pine", "a", "forest", 99.0)], columns=["zone", "commune_code", "layer", "present_ha"]
    )
    rows = [("tea", "", 7.0), ("tea", "a", 3.0), ("tea", "b", 4.0), ("pine", "a", 1.0)]
    reported = pd.concat(
        [reported_figure(zone=zone, commune_code=code, value=ha) for zone, code, ha in rows],
        ignore_index=True,
    )
    found = with_reported_zones(by_zone, reported)
    assert found.set_index(["zone", "commune_code"])["present_ha"].to_dict() == {
        ("pine", "a"): 99.0, ("tea", "a"): 3.0, ("tea", "b"): 4.0,
    }  # fmt: skip


def test_a_target_below_one_hectare_is_held_like_any_other() -> None:
    row = compared(0.25, bound="exact", low=0.5, high=0.5)
    assert (row["status"], row["held_ratio"], row["shortfall"]) == ("below", 0.5, 0.25)


@pytest.mark.parametrize(("share", "remark"), [(0.995, "listed_but_little"), (1.0, "")])
def test_the_limit_of_a_share_is_in_percent(share: float, remark: str) -> None:
    present = pd.DataFrame(
        [("pine", "a", share), ("pine", "b", 100.0 - share)],
        columns=["zone", "commune_code", "present_ha"],
    )
    listed = pd.DataFrame([("pine", "a"), ("pine", "b")], columns=["zone", "commune_code"])
    communes = pd.DataFrame({"commune_code": ["a", "b"], "commune": ["A", "B"]})
    found = share_zones(present, listed, communes=communes)
    assert found["remark"].tolist() == [remark, ""]
