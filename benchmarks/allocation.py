"""Allocation: stages, rounding and reasons in seconds, and the same matrices solved by GLOP."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zones.allocation_inputs import AllocationInputs, AllocationSettings

__all__ = ["made_case"]


def made_case(
    communes: int, zones: int, sources: int, years: int, *, seed: int = 0
) -> tuple[AllocationInputs, AllocationSettings]:
    """Make a province of that size whose targets cannot all be met.

    Parameters
    ----------
    communes, zones, sources, years : int
        Size.
    seed : int
        Seed of the generator.

    Returns
    -------
    tuple of AllocationInputs and AllocationSettings
        Inputs and settings.
    """
    generator = np.random.default_rng(seed)
    codes = [f"{number:05d}" for number in range(1, communes + 1)]
    zone_ids = [f"zone{number:02d}" for number in range(zones)]
    source_ids = [f"source{number}" for number in range(sources)]
    settings = AllocationSettings(2026, 2025 + years)
    land = pd.DataFrame(
        [(c, s) for c in codes for s in source_ids], columns=["commune_code", "source"]
    )
    land["area_ha"] = generator.gamma(0.7, 400 / sources, len(land)).round(2)
    suits = pd.DataFrame(
        [(z, s, c) for z in zone_ids for s in source_ids for c in codes],
        columns=["zone", "source", "commune_code"],
    )
    suits["suitability"] = generator.choice([0.25, 0.5, 0.75, 1.0], len(suits))
    present = pd.DataFrame(
        [(z, c) for z in zone_ids for c in codes], columns=["zone", "commune_code"]
    )
    present["present_ha"] = generator.gamma(0.5, 300, len(present)).round(2)
    held = present.groupby("zone")["present_ha"].sum()
    room = land["area_ha"].sum() * generator.dirichlet(np.ones(zones)) * 0.9
    targets = pd.DataFrame(
        {
            "target": [f"{z}-area" for z in zone_ids],
            "zone": zone_ids,
            "commune_code": "",
            "year": settings.last_year,
            "low_ha": (held.to_numpy() + room).round(),
            "importance": 1.0,
            "clause": "",
        }
    )
    targets["high_ha"] = targets["low_ha"] + 500
    listed = present[generator.random(len(present)) < 0.3][["zone", "commune_code"]]
    kinds = dict(zip(zone_ids, generator.choice(["open", "closed"], zones), strict=True))
    pace = pd.DataFrame({"zone": "", "commune_code": codes, "year": np.nan, "low_ha": np.nan})
    pace["high_ha"] = generator.gamma(2, 60, communes).round(1) + 5
    by_zone = present[["zone", "commune_code"]].assign(year=np.nan, low_ha=np.nan)
    by_zone["high_ha"] = generator.gamma(2, 15, len(by_zone)).round(1) + 1
    return (
        AllocationInputs(
            communes=pd.DataFrame({"commune_code": codes, "commune": codes}),
            present=present,
            sources=pd.DataFrame(
                {
                    "source": source_ids,
                    "name_vi": source_ids,
                    "name_en": source_ids,
                    "shares": [False] * (sources - 1) + [sources > 1],
                    "limit_ratio": 1.0,
                }
            ),
            available=land.assign(origin="made", from_year=np.nan),
            suitability=suits,
            targets=targets,
            listed=listed.assign(list=listed["zone"].map(kinds)),
            pace=pd.concat([pace, by_zone], ignore_index=True),
        ),
        settings,
    )
