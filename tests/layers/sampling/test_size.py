"""How many points: precision held, sums kept, minima kept, faults told."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from layers import InputError, sample_size

AREAS = {"pine": 20_000.0, "anise": 5_000.0, "other": 75_000.0}
EXPECTED = pd.DataFrame({"pine": [0.9, 0.05, 0.02], "anise": [0.02, 0.85, 0.01]}, index=list(AREAS))
WANTED = {"pine": 1_500.0, "anise": 800.0}
Z = 1.959963984540054


def half_width(points: pd.Series, name: str) -> float:
    p = EXPECTED[name]
    areas = pd.Series(AREAS)
    return Z * float(np.sqrt((areas**2 * p * (1 - p) / points).sum()))


@pytest.mark.parametrize("allocation", ["proportional", "equal", "neyman", "weakest"])
def test_every_target_is_held_and_one_point_less_is_too_few(allocation: str) -> None:
    size = sample_size(AREAS, EXPECTED, WANTED, allocation=allocation, minimum=2)
    for row in size.precision.itertuples():
        assert row.expected_ha == pytest.approx(half_width(size.points, row[1]))
        assert row.expected_ha <= row.wanted_ha * (1 + 1e-9)
    fewer = size.points - 1
    assert any(half_width(fewer, name) > wanted for name, wanted in WANTED.items())


def test_one_class_under_neyman_is_the_formula_of_the_standard() -> None:
    """n = (Σ W S)² / V, rounded up stratum by stratum (TCVN 13353:2021, appendix C)."""
    size = sample_size(AREAS, EXPECTED, {"pine": 1_500.0}, allocation="neyman", minimum=1)
    areas, p = pd.Series(AREAS), EXPECTED["pine"]
    spread = (areas * np.sqrt(p * (1 - p))).sum()
    exact = spread**2 / (1_500.0 / Z) ** 2
    assert exact <= size.points.sum() <= exact + len(AREAS)


def test_two_strata_of_cochran_1977() -> None:
    """Table 5.1: 16 and 48 cities, S² 53,843 and 5,581, 24 of them drawn.

    Proportional allocation takes 6 and 18, Neyman's 12.21 and 11.79 (eq. 5.26); the variance of
    the total without the finite correction is Σ N² S² / n (eq. 5.7): 3,101,931 and 2,220,203.
    """
    cities = {"large": 16.0, "small": 48.0}
    scale = 400_000.0
    spread = np.array([53_843.0, 5_581.0]) / scale
    share = (1 - np.sqrt(1 - 4 * spread)) / 2  # p (1 − p) is the spread
    expected = pd.DataFrame({"k": share}, index=list(cities))
    for allocation, drawn, variance in (
        ("proportional", [6, 18], 16**2 * 53_843 / 6 + 48**2 * 5_581 / 18),
        ("neyman", [12, 12], 16**2 * 53_843 / 12 + 48**2 * 5_581 / 12),
    ):
        size = sample_size(
            cities, expected, {"k": 1.0}, allocation=allocation, minimum=1, points=24
        )
        assert size.points.tolist() == drawn
        half = size.precision["expected_ha"].iloc[0]
        assert (half / Z) ** 2 * scale == pytest.approx(variance, rel=1e-9)


def test_641_points_of_olofsson_2014() -> None:
    """Section 5.1.1: user's accuracies guessed, standard error of the overall accuracy 0.01."""
    weights = {"deforestation": 0.02, "gain": 0.015, "forest": 0.32, "other": 0.645}
    expected = pd.DataFrame({"right": [0.70, 0.60, 0.90, 0.95]}, index=list(weights))
    size = sample_size(weights, expected, {"right": Z * 0.01}, allocation="neyman", minimum=1)
    # Each stratum is rounded up.
    assert 641 <= size.points.sum() <= 641 + len(weights)


def test_weakest_needs_no_more_than_a_general_optimiser() -> None:
    size = sample_size(AREAS, EXPECTED, WANTED, allocation="weakest", minimum=1)
    names = list(WANTED)

    def slack(points: np.ndarray) -> np.ndarray:
        series = pd.Series(np.exp(points), index=list(AREAS))
        return np.array([1 - half_width(series, name) / WANTED[name] for name in names])

    best = minimize(
        lambda points: float(np.exp(points).sum()),
        np.log(np.full(3, 500.0)),
        constraints={"type": "ineq", "fun": slack},
        options={"maxiter": 500},
    )
    assert size.points.sum() <= best.fun + len(AREAS)


def test_minima_by_stratum() -> None:
    least = {"pine": 30, "anise": 30, "other": 20}
    size = sample_size(AREAS, EXPECTED, {"pine": 50_000.0}, minimum=least)
    assert size.points.to_dict() == least


@pytest.mark.parametrize("points", [95, 100, 101, 997])
@pytest.mark.parametrize("allocation", ["proportional", "equal", "neyman", "weakest"])
def test_points_add_up(points: int, allocation: str) -> None:
    size = sample_size(AREAS, EXPECTED, WANTED, allocation=allocation, points=points)
    assert size.points.sum() == points
    assert size.points.min() >= 30


def test_faults() -> None:
    with pytest.raises(InputError, match="80 points for 3 strata that need 90"):
        sample_size(AREAS, EXPECTED, WANTED, points=80)
    with pytest.raises(InputError, match="no expected shares for 'other'"):
        sample_size(AREAS, EXPECTED.drop("other"), WANTED)
    with pytest.raises(InputError, match="no expected shares for 'oak'"):
        sample_size(AREAS, EXPECTED, {"oak": 1.0})
    with pytest.raises(InputError, match="above 0"):
        sample_size(AREAS, EXPECTED, {"pine": 0.0})
    with pytest.raises(InputError, match="sum to 1 at most"):
        sample_size(AREAS, EXPECTED * 2, WANTED)
    with pytest.raises(InputError, match="at least one point"):
        sample_size(AREAS, EXPECTED, WANTED, minimum={"pine": 3})
    with pytest.raises(InputError, match="even 10,000,000 points"):
        sample_size(AREAS, EXPECTED, {"pine": 0.01})
