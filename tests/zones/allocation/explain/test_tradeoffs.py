"""Exchange rates against the same programmes, each solved alone and from nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.allocation import made_case
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.explain.tradeoffs import exchange_rates
from zones.allocation.model import build_model
from zones.solver.linear_programme import solve_programme


def _alone(allocation: Allocation, zone: str, payer: str) -> float | None:
    """Least shortfall of one payer when a zone ends with a hectare more; None: it cannot pay."""
    held = allocation.held
    whole = held[(held["commune_code"] == "") & (held["year"] == allocation.settings.last_year)]
    whole = whole.drop_duplicates("zone").set_index("target")
    targets = allocation.inputs.targets.set_index("target")
    standing = whole["present_ha"].fillna(0.0) - whole["loss_ha"]
    low = whole["end_ha"].clip(lower=standing + 1e-6) + (whole["zone"] == zone)
    inputs = replace(
        allocation.inputs,
        targets=targets.assign(low_ha=low.reindex(targets.index), high_ha=np.nan).reset_index(),
    )
    model = build_model(inputs, allocation.settings)
    programme = model.programme()
    width = len(model.columns)
    for order, row in enumerate(model.elastic.tolist()):
        if model.rows.loc[row, "zone"] != payer:
            programme.upper[width + order] = 0.0
    solution = solve_programme(programme)
    return float(solution.columns[width:].sum()) if solution.status == "optimal" else None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_rate_is_that_of_its_own_programme(seed: int) -> None:
    inputs, settings = made_case(10, 6, 2, 2, seed=seed)
    allocation = allocate(inputs, settings=settings)
    rates = exchange_rates(allocation)
    paid = rates[~rates["other"].isin(["", "*"])]
    assert len(paid) >= 3
    for zone, payer, rate in paid[["zone", "other", "rate_ratio"]].itertuples(index=False):
        assert rate == pytest.approx(_alone(allocation, zone, payer), abs=1e-5), (zone, payer)
    # Where nothing is paid, any one payer is enough; where nobody can, none is.
    for zone in rates.loc[rates["other"] == "*", "zone"]:
        others = set(rates["zone"]) - {zone}
        assert all(_alone(allocation, zone, other) is None for other in others)
