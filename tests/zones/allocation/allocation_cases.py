"""Small allocations for tests, given in a few words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from zones.allocation.inputs import (
    LISTED,
    LOCKS,
    LOSSES,
    PACE,
    AllocationInputs,
    AllocationSettings,
)

__all__ = ["YEARS", "inputs_of"]

YEARS = AllocationSettings(2026, 2030)


def inputs_of(
    *,
    land: dict[tuple[str, str], float],
    targets: dict[str, tuple[float, float]],
    present: dict[tuple[str, str], float] | None = None,
    suitability: dict[tuple[str, str, str], float] | None = None,
    **tables: list[dict[str, Any]],
) -> AllocationInputs:
    """Inputs from ``land[commune, source]`` and ``targets[zone] = low, high``; suits everywhere."""
    communes = sorted({commune for commune, _ in land})
    sources = sorted({source for _, source in land})
    zones = list(targets)
    present = present or {}
    suits = suitability or {(z, s, c): 1.0 for z in zones for s in sources for c in communes}
    rows = [(z, c, present.get((z, c), 0.0)) for z in zones for c in communes]
    return AllocationInputs(
        communes=pd.DataFrame({"commune_code": communes, "commune": communes}),
        present=pd.DataFrame(rows, columns=["zone", "commune_code", "present_ha"]),
        sources=pd.DataFrame(
            {
                "source": sources,
                "name_vi": sources,
                "name_en": sources,
                "shares": [source == "canopy" for source in sources],
                "limit_ratio": [0.5 if source == "canopy" else 1.0 for source in sources],
            }
        ),
        available=pd.DataFrame(
            [(c, s, area, "made", np.nan) for (c, s), area in land.items()],
            columns=["commune_code", "source", "area_ha", "origin", "from_year"],
        ),
        suitability=pd.DataFrame(
            [(*key, value) for key, value in suits.items()],
            columns=["zone", "source", "commune_code", "suitability"],
        ),
        targets=pd.DataFrame(
            [(f"{z}-area", z, "", 2030, *ends, 1.0, "1.1") for z, ends in targets.items()],
            columns=[
                "target",
                "zone",
                "commune_code",
                "year",
                "low_ha",
                "high_ha",
                "importance",
                "clause",
            ],
        ),
        listed=_table(LISTED, tables.get("listed", [])),
        pace=_table(PACE, tables.get("pace", [])),
        locks=_table(LOCKS, tables.get("locks", [])),
        losses=_table(LOSSES, tables.get("losses", [])),
    )


def _table(schema: Any, rows: list[dict[str, Any]]) -> pd.DataFrame:
    filled = {"zone": "", "commune_code": "", "source": "", "year": np.nan}
    filled |= {"low_ha": np.nan, "high_ha": np.nan, "area_ha": np.nan}
    known = {name: filled.get(name) for name in schema.names}
    return pd.DataFrame([{**known, **row} for row in rows], columns=schema.names)
