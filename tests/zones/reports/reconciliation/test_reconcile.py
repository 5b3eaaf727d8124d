"""Reconciled figures: the published balance, sums that hold, suspects, faults."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from layers import InputError
from zones.reports.reconciliation.balance import balance
from zones.reports.reconciliation.reconcile import reconcile

ERRORS = {"map": 3.0, "register": 3.0, "report": 3.0}


def figures(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["commune_code", "crop", "witness", "area_ha"])


def test_published_balance_of_three_units() -> None:
    """9.22 = 4.83 + 3.22 with 3 % each: by hand, the gap of 1.17 is shared by variance."""
    measured = np.array([9.22, 4.83, 3.22])
    found = balance(measured, (0.03 * measured) ** 2, sparse.csr_matrix([[1.0, -1.0, -1.0]]))
    assert found.adjusted == pytest.approx([8.382131, 5.059937, 3.322194], abs=1e-6)
    assert found.statistic == pytest.approx(12.813201, abs=1e-6)
    assert found.freedom == 1


@pytest.mark.parametrize("at_once", [3, 500])
def test_balance_is_the_dense_formula(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("zones.reports.reconciliation.balance._AT_ONCE", at_once)
    random = np.random.default_rng(2)
    measured = random.uniform(1, 9, 12)
    variances = random.uniform(0.1, 2, 12)
    sums = random.integers(-1, 2, (4, 12)).astype(float)
    found = balance(measured, variances, sparse.csr_matrix(sums))
    spread = np.diag(variances)
    inverse = np.linalg.inv(sums @ spread @ sums.T)
    expected = measured - spread @ sums.T @ inverse @ sums @ measured
    after = spread - spread @ sums.T @ inverse @ sums @ spread
    assert found.adjusted == pytest.approx(expected, rel=1e-9)
    assert found.variances == pytest.approx(np.diag(after), rel=1e-9)
    assert np.abs(sums @ found.adjusted).max() < 1e-9


def test_witnesses_weigh_by_their_errors() -> None:
    table = figures(("06148", "pine", "map", 100.0), ("06148", "pine", "report", 110.0))
    found = reconcile(table, error_percent={"map": 1.0, "register": 1.0, "report": 10.0})
    row = found.figures.iloc[0]
    weights = np.array([1 / 1.0**2, 1 / 11.0**2])
    assert row["reconciled_ha"] == pytest.approx(weights @ [100, 110] / weights.sum())
    assert np.isnan(row["register_ha"])
    assert found.freedom == 1
    assert found.statistic == pytest.approx(10**2 / (1 + 121))


def test_communes_add_up_to_an_exact_total() -> None:
    table = figures(
        ("06148", "pine", "map", 100.0),
        ("06184", "pine", "map", 300.0),
        ("06148", "anise", "map", 50.0),
    )
    total = pd.DataFrame(
        {"commune_code": [""], "crop": ["pine"], "area_ha": [410.0], "error_percent": [0.0]}
    )
    found = reconcile(table, error_percent=ERRORS, totals=total).figures.set_index(
        ["commune_code", "crop"]
    )
    pine = found.xs("pine", level="crop")
    assert pine["reconciled_ha"].sum() == pytest.approx(410.0, abs=1e-9)
    # 3 % of 100 and of 300: variances as 1 to 9.
    assert pine["by_sums_ha"].tolist() == pytest.approx([1.0, 9.0])
    assert found.loc[("06148", "anise"), "reconciled_ha"] == 50.0


def test_totals_with_an_error_move_too() -> None:
    table = figures(("06148", "pine", "map", 100.0))
    total = pd.DataFrame(
        {"commune_code": ["06148"], "crop": [""], "area_ha": [110.0], "error_percent": [3.0]}
    )
    row = reconcile(table, error_percent=ERRORS, totals=total).figures.iloc[0]
    assert 100 < row["reconciled_ha"] < 110


def test_a_total_of_one_crop_in_one_commune_binds_that_figure_alone() -> None:
    places = ("06148", "06184", "06112")
    table = figures(*((code, crop, "map", 100.0) for code in places for crop in ("pine", "anise")))
    total = pd.DataFrame(
        {
            "commune_code": ["06184", ""],
            "crop": ["anise", ""],
            "area_ha": [90.0, 590.0],
            "error_percent": [0.0, 0.0],
        }
    )
    found = reconcile(table, error_percent=ERRORS, totals=total).figures.set_index(
        ["commune_code", "crop"]
    )
    assert found["reconciled_ha"].drop(("06184", "anise")).tolist() == pytest.approx([100.0] * 5)
    assert found.loc[("06184", "anise"), "reconciled_ha"] == pytest.approx(90.0)


def test_last_year_and_what_was_planted_and_lost_bind_what_is_standing() -> None:
    table = figures(("06148", "pine", "report", 130.0), ("06184", "pine", "report", 50.0))
    flows = pd.DataFrame(
        {
            "commune_code": ["06148", "06999"],
            "crop": ["pine", "pine"],
            "last_ha": [100.0, 1.0],
            "planted_ha": [20.0, 1.0],
            "lost_ha": [10.0, 1.0],
        }
    )
    found = reconcile(table, error_percent=ERRORS, flows=flows).figures.set_index("commune_code")
    # A gap of 20 ha, of which standing takes its share of the variances.
    spread = np.array([130.0, 100.0, 20.0, 10.0]) * 0.03
    taken = 20 * spread[0] ** 2 / (spread**2).sum()
    assert found.loc["06148", "reconciled_ha"] == pytest.approx(130 - taken)
    assert found.loc["06184", "reconciled_ha"] == 50.0


def test_the_witness_that_departs_is_the_suspect() -> None:
    table = figures(
        ("06148", "pine", "map", 100.0),
        ("06148", "pine", "register", 101.0),
        ("06148", "pine", "report", 1000.0),
        ("06184", "pine", "map", 200.0),
        ("06184", "pine", "register", 204.0),
        ("06184", "pine", "report", 198.0),
    )
    found = reconcile(table, error_percent=ERRORS)
    assert found.figures["suspect"].tolist() == ["report", ""]
    assert found.probability < 1e-6


def test_few_false_accusations_where_all_errors_are_as_stated() -> None:
    random = np.random.default_rng(8)
    truth = random.uniform(10, 1000, 2000)
    rows = [
        (f"{place:05d}", "pine", witness, area * (1 + 0.03 * random.standard_normal()))
        for place, area in enumerate(truth)
        for witness in ERRORS
    ]
    found = reconcile(figures(*rows), error_percent=ERRORS)
    assert (found.figures["suspect"] != "").mean() < 0.01
    assert found.probability > 0.001


def test_zero_beside_hectares_is_no_certainty() -> None:
    table = figures(("06148", "pine", "map", 0.0), ("06148", "pine", "report", 100.0))
    row = reconcile(table, error_percent=ERRORS).figures.iloc[0]
    assert row["suspect"] != ""
    assert row["standard_error_ha"] > 0.05


def test_faults() -> None:
    table = figures(("06148", "pine", "map", 1.0))
    with pytest.raises(InputError, match="none for 'report'"):
        reconcile(table, error_percent={"map": 1.0, "register": 1.0})
    with pytest.raises(InputError, match="found others 'guess'"):
        reconcile(table.assign(witness="guess"), error_percent=ERRORS)
    with pytest.raises(InputError, match="1 figure stands twice"):
        reconcile(pd.concat([table, table]), error_percent=ERRORS)
    total = {"commune_code": ["06148"], "crop": ["oak"], "area_ha": [9.0], "error_percent": [0.0]}
    with pytest.raises(InputError, match="has no figure to add up to it"):
        reconcile(table, error_percent=ERRORS, totals=pd.DataFrame(total))
    exact = np.array([1.0, 2.0])
    with pytest.raises(InputError, match=r"none may be moved, and stay open by up to 1\.00 ha"):
        balance(exact, np.zeros(2), sparse.csr_matrix([[1.0, -1.0]]))
    with pytest.raises(InputError, match="follow from others"):
        balance(exact, np.ones(2), sparse.csr_matrix([[1.0, -1.0], [1.0, -1.0]]))
