"""Planned hectares of a zone by commune and year, as zone and commune tables print them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maps.annex.content import AnnexContent

__all__ = ["planned_by_year", "unallocated_zones"]


def planned_by_year(content: AnnexContent, zone: str, codes: pd.Index) -> pd.DataFrame:
    """Hectares added to a zone, by commune and year."""
    years = content.planned_years
    unknown = pd.DataFrame(np.nan, index=codes, columns=years)
    if content.allocation is None:
        return unknown
    rows = content.allocation[content.allocation["zone"] == zone]
    if not rows["planned_ha"].notna().any():
        return unknown
    sums = rows.pivot_table(
        index="commune_code", columns="year", values="planned_ha", aggfunc="sum"
    )
    planned = sums.reindex(index=codes, columns=years)
    known = rows.groupby("commune_code")["planned_ha"].count().reindex(codes)
    return planned.fillna(0.0).where(known.ne(0), axis=0).round(content.decimals)


def unallocated_zones(content: AnnexContent) -> list[str]:
    """Zones with communes that the allocation left out."""
    if content.allocation is None:
        return []
    known = content.allocation.loc[content.allocation["planned_ha"].notna(), "zone"]
    drawn = set(content.zones["zone"]) - set(known)
    return [zone for zone in content.zone_names["zone"] if zone in drawn]
