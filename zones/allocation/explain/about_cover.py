"""Forest cover among the targets of an allocation: what is reached, and whose hectares count."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from zones.allocation.allocate import Allocation
from zones.allocation.cover_held import counted_cells
from zones.allocation.explain.sentences import Figure, Sentence, Voice

_RATE_DECIMALS = 2
#: Hectares below which a zone is not named.
_CRUMB_HA = 0.005


def about_cover(allocation: Allocation, voice: Voice) -> Iterator[Sentence]:
    """Say of each target of forest cover whether it is reached, and which zones bring it."""
    cells = counted_cells(allocation.inputs, allocation.plan)
    for row in allocation.cover.to_dict("records"):
        target, year = str(row["target"]), int(row["year"])
        yield voice.say(
            "cover_short" if row["shortfall_ha"] > 0 else "cover_reached",
            target=target,
            year=year,
            asked=Figure(float(row["asked_percent"]), _RATE_DECIMALS),
            promised=Figure(float(row["promised_percent"]), _RATE_DECIMALS),
            added=float(row["added_ha"]),
            short=float(row["shortfall_ha"]),
        )
        yield _last_season(allocation, voice, target)
        yield from _parts(allocation, voice, cells[cells["target"] == target], year)


def _last_season(allocation: Allocation, voice: Voice, target: str) -> Sentence:
    """Last year of planting of which something counts, with the zones that make it."""
    counted = allocation.inputs.counted
    mine = counted[(counted["target"] == target) & (counted["counted_ratio"] > 0)]
    if mine.empty:
        return voice.say("cover_none", target=target)
    last = int(mine["year"].max())
    zones = sorted(set(mine.loc[mine["year"] == last, "zone"]))
    return voice.say("cover_last", target=target, last=str(last), zones=voice.list_of(zones))


def _parts(
    allocation: Allocation, voice: Voice, cells: pd.DataFrame, year: int
) -> Iterator[Sentence]:
    """Hectares of each zone that count, most first."""
    plan = allocation.plan
    planned = plan[plan["year"] <= year].groupby("zone")["planned_ha"].sum().to_dict()
    sums = cells.groupby("zone")["counted_ha"].sum()
    order = sums[sums.abs() >= _CRUMB_HA].sort_values(ascending=False, kind="stable")
    for zone, counted in order.items():
        yield voice.say(
            "cover_part" if counted > 0 else "cover_part_less",
            about=str(zone),
            target="",
            year=year,
            planned=float(planned[zone]),
            counted=abs(float(counted)),
        )
