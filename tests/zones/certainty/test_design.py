"""How many points a survey of crops needs: precision where it can be had, rare crops told."""

import pytest

from zones.certainty.design import LEAST_FOREST, LEAST_OTHER, plan_size

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
