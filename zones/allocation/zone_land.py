"""Land that a zone could take in each commune, and what the commune still lacks of its part.

Both come from the allocation: it knows which land suits which zone, and it gives every commune its
part of the zone's target. Without an allocation neither is known, and neither is 0.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.base.schema import Column, Schema
from zones.allocation.allocate import Allocation
from zones.allocation.land_years import usable_land
from zones.rounding.rounding import round_to_total

__all__ = ["ZONE_LAND", "join_zone_land", "zone_land"]

_PAIR = ["zone", "commune_code"]

ZONE_LAND = Schema(
    "zone land",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column(
            "available_ha",
            "number",
            "land that suits the zone, beside its present area; missing where no rule tells",
            "ha",
            nullable=True,
            minimum=0,
        ),
        Column("binding", "text", "what keeps the commune from taking more"),
    ),
)


def zone_land(allocation: Allocation) -> pd.DataFrame:
    """Hectares that each zone could take in each commune, whatever the plan does with them."""
    inputs = allocation.inputs
    land = usable_land(inputs, allocation.settings)
    suits = inputs.suitability[inputs.suitability["suitability"] > 0]
    found = suits.merge(land, on=["commune_code", "source"]).groupby(_PAIR)["usable_ha"].sum()
    table = allocation.limits[[*_PAIR, "binding"]].reset_index(drop=True)
    wanted = pd.MultiIndex.from_frame(table[_PAIR])
    hectares = found.reindex(wanted).fillna(0.0).to_numpy()
    told = table["zone"].isin(inputs.suitability["zone"]).to_numpy()
    return ZONE_LAND.validate(table.assign(available_ha=np.where(told, hectares, np.nan)))


def join_zone_land(
    zones: pd.DataFrame,
    land: pd.DataFrame,
    *,
    allocation: pd.DataFrame,
    losses: pd.DataFrame,
    decimals: int,
) -> pd.DataFrame:
    """Add printed ``available_ha`` and ``gap_ha`` to printed zones."""
    step = 10.0**-decimals
    parts = []
    for _, rows in land.groupby("zone", sort=False):
        known = rows["available_ha"].notna().all()
        rounded = round_to_total(rows["available_ha"].to_numpy(), step=step) if known else np.nan
        parts.append(rows.assign(available_ha=rounded))
    printed = pd.concat([land.iloc[:0], *parts])[[*_PAIR, "available_ha"]]
    pairs = pd.MultiIndex.from_frame(printed[_PAIR])
    added = allocation.groupby(_PAIR)["planned_ha"].sum().reindex(pairs).fillna(0.0)
    lost = losses.groupby(_PAIR)["loss_ha"].sum().reindex(pairs).fillna(0.0)
    gap = (added.to_numpy() - lost.to_numpy()).round(decimals) + 0.0
    joined = zones.merge(printed.assign(gap_ha=gap), on=_PAIR, how="left", validate="1:1")
    return joined.set_axis(zones.index)
