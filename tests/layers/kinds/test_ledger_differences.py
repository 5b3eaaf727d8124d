"""Histogram of ledger against geometry."""

from __future__ import annotations

import pandas as pd

from layers.kinds.forest_checks import ledger_differences


def test_every_plot_is_in_one_bin():
    plots = pd.DataFrame(
        {
            "ledger_ha": [1.0, 1.01, 1.03, 0.5, 3.0, 1.0],
            "geometry_ha": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            "ledger_source": ["ledger"] * 5 + ["geometry"],
        }
    )
    table = ledger_differences(plots)
    assert table["plots"].tolist() == [1, 0, 0, 0, 2, 1, 0, 0, 1, 5]
    assert table["from_percent"].fillna(-99).tolist()[:2] == [-99, -20]
    assert table["ledger_ha"].iloc[-1] == table["ledger_ha"].iloc[:-1].sum() == 6.54
    assert table["geometry_ha"].iloc[-1] == 5.0
