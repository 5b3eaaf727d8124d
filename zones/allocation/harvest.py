"""Harvest of the plan's years, as the forecast of forest cover has it: land to plant again.

Stands of the newest forest layer are cut by the forecast's own recursion, rotations and shares.
What is cut in one year has left its zone, and is land of the source ``cut_over`` from the next on.
What is cut after the layer and before the plan leaves in the first year, as land of all its years.
One pass will do: what a plan plants is not ripe within its own years unless a rotation is shorter
than they are, and such a second cut is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.messages import message
from zones.allocation.cover_target import CoverLand
from zones.allocation.inputs import AVAILABLE, LOSSES, AllocationSettings
from zones.forest.trajectory.cohorts import CELL
from zones.forest.trajectory.draws import draw_rates
from zones.forest.trajectory.model import standing_harvest
from zones.forest.trajectory.planting import PLACED, lay_out_planting
from zones.forest.trajectory.sentences import species_names
from zones.measure.closure import ClosureLog
from zones.tables import ALLOCATION_HARVEST

#: Land source that harvested land joins, and the origin of its hectares.
SOURCE, ORIGIN = "cut_over", "harvest"
_PAIR = ["crop", "commune_code"]
_LOST = ["zone", "commune_code", "year"]
_FIGURES = ["year", "cut_ha", "cut_ratio", "rotation"]


@dataclass(frozen=True, slots=True)
class Harvest:
    """What is cut in the years of a plan, as its allocation takes it."""

    losses: pd.DataFrame  # ``LOSSES``: hectares that leave the zones of their species
    land: pd.DataFrame  # ``AVAILABLE``: the same hectares and those of other species, to plant
    cut: pd.DataFrame  # ``crop, commune_code, three_forest, year, cut_ha, cut_ratio, rotation``
    findings: tuple[Finding, ...] = ()


def no_harvest() -> Harvest:
    """Nothing is cut: what stands today stands to the end of the plan."""
    nothing = pd.DataFrame(columns=[*CELL, *_FIGURES])
    return Harvest(LOSSES.empty(), AVAILABLE.empty(), nothing)


def planned_harvest(
    forecast: CoverLand,
    settings: AllocationSettings,
    *,
    crops: Mapping[str, str],
    left_out: Collection[str],
) -> Harvest:
    """Harvest of the years of a plan.

    ``crops`` are the crops of the allocated zones, by zone; of the crops ``left_out`` another layer
    or the project's own losses tell what stands, so nothing of them is cut here.
    """
    every = standing_cut(forecast, settings)
    cut = every[~every["crop"].isin(list(left_out))].reset_index(drop=True)
    zones = pd.DataFrame({"zone": list(crops), "crop": list(crops.values())}, dtype="str")
    first, planned = settings.first_year, cut.merge(zones, on="crop")
    lost = planned.assign(year=planned["year"].clip(lower=first)).groupby(_LOST)["cut_ha"].sum()
    losses = lost.rename("loss_ha").reset_index().assign(source="")
    # Land of the last year would be free only after the plan.
    free = cut[cut["year"] < settings.last_year]
    free = free.assign(from_year=(free["year"] + 1).clip(lower=first))
    freed = free.groupby(["commune_code", "from_year"])["cut_ha"].sum().rename("area_ha")
    land = freed.reset_index().assign(source=SOURCE, origin=ORIGIN, until_year=np.nan)
    told = _told(cut, every, settings)
    return Harvest(LOSSES.validate(losses), AVAILABLE.validate(land[AVAILABLE.names]), cut, told)


def harvest_table(harvest: Harvest, lost: pd.DataFrame, crops: pd.DataFrame) -> pd.DataFrame:
    """Hectares cut by species, commune, class and year: of the forecast, and the project's own.

    ``crops`` are those of the zones (``zone, crop``).
    """
    crop_of = dict(zip(crops["zone"], crops["crop"], strict=True))
    own = lost[lost["source"].eq(SOURCE) & lost["loss_ha"].gt(0)]
    own = own.assign(crop=own["zone"].map(crop_of), cut_ha=own["loss_ha"], three_forest="")
    own = own[own["crop"].notna() & own["crop"].ne("")].assign(rotation=np.nan)
    names = ALLOCATION_HARVEST.names
    frames = [rows[names] for rows in (harvest.cut, own) if len(rows)]
    both = pd.concat(frames, ignore_index=True) if frames else ALLOCATION_HARVEST.empty()
    return ALLOCATION_HARVEST.validate(both)


def standing_cut(forecast: CoverLand, settings: AllocationSettings) -> pd.DataFrame:
    """Hectares cut of each species, commune and class from the layer to the end of a plan.

    ``cut_ratio`` is the part of what is ripe that is cut in the year.
    """
    setup = forecast.setup
    start, years = setup.start, range(setup.start.year + 1, settings.last_year + 1)
    nothing = lay_out_planting(
        start,
        PLACED.empty(),
        years=years,
        total_ha=pd.Series(dtype="float64"),
        usual=setup.usual_ha,
    )
    causes = setup.until(settings.last_year)[1]
    causes = replace(causes, extra_bare_ha=np.zeros_like(causes.extra_bare_ha))
    rates = draw_rates(setup.unknowns, draws=0, seed=setup.section.seed)
    cut, share = standing_harvest(start, nothing, rates, causes)
    rotations = pd.Series(causes.rotation, index=start.crops)
    cells = start.cells[CELL].assign(rotation=start.cells["crop"].map(rotations))
    parts = [
        cells.assign(year=year, cut_ha=cut[:, place], cut_ratio=share[:, place])
        for place, year in enumerate(years)
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["cut_ha"] > 0][[*CELL, *_FIGURES]].reset_index(drop=True)
    ClosureLog().check("allocation: harvest", parts=table["cut_ha"].sum(), whole=cut.sum())
    return table


def less_cut(available: pd.DataFrame, rules: pd.DataFrame, harvest: Harvest) -> pd.DataFrame:
    """Take off stands to convert what is cut of them in the plan's years: none is both."""
    area = available["area_ha"].astype("float64")
    for rule in rules[rules["shares"].eq("yes") & rules["age_high"].notna()].to_dict("records"):
        mine = available["source"].eq(rule["source"]) & available["until_year"].notna()
        for place in available.index[mine]:
            kept = _kept(harvest.cut, rule, available.loc[place])
            area.loc[place] = area.loc[place] * kept
    return available.assign(area_ha=area)


def _kept(cut: pd.DataFrame, rule: Mapping[Hashable, Any], piece: pd.Series[Any]) -> float:
    """Part of the stands of one age that no year of the plan cuts."""
    planted = int(piece["until_year"]) - int(rule["age_high"])
    mine = cut[cut["crop"].isin(str(rule["crop"]).split("|"))]
    mine = mine[mine["commune_code"].eq(piece["commune_code"])]
    ripe = mine[mine["year"] >= planted + mine["rotation"]]
    # Of several classes the one that is cut most: rather too little to convert than too much.
    most = ripe.groupby("year")["cut_ratio"].max().to_numpy(dtype="float64")
    return float(np.prod(1.0 - most))


def _told(
    cut: pd.DataFrame,
    every: pd.DataFrame,
    settings: AllocationSettings,
) -> tuple[Finding, ...]:
    """Findings: what is cut, what is left as it stands, what would be ripe a second time."""
    first, last = settings.first_year, settings.last_year
    early = cut[cut["year"] < first]
    since = int(early["year"].min()) if len(early) else first
    rest = every[~every["crop"].isin(cut["crop"])]
    short = cut[cut["rotation"] < last - first + 1]
    taken = message(
        "zones.allocation.harvest_taken",
        **_figures(cut),
        free=float(cut.loc[cut["year"] < last, "cut_ha"].sum()),
        first=since,
        last=last,
    )
    before = message(
        "zones.allocation.harvest_before_plan",
        **_figures(early),
        shown=since,
        until=first - 1,
        first=first,
    )
    left = message("zones.allocation.harvest_left_out", **_figures(rest))
    once = message("zones.allocation.harvest_once", **_figures(short))
    found = (
        (cut, "harvest-taken", taken),
        (early, "harvest-before-plan", before),
        (rest, "harvest-left-out", left),
        (short, "harvest-once", once),
    )
    return tuple(
        Finding(
            "note",
            kind,
            "allocation",
            what,
            count=rows["commune_code"].nunique(),
            area_ha=float(rows["cut_ha"].sum()),
            examples=tuple(sorted(set(rows["commune_code"]))[:5]),
        )
        for rows, kind, what in found
        if len(rows)
    )


def _figures(cut: pd.DataFrame) -> dict[str, object]:
    """Hectares (ha), communes, and the hectares of each species by its name."""
    sums = cut.groupby("crop")["cut_ha"].sum()
    species = species_names(sums.index.tolist())
    return {
        "area": float(cut["cut_ha"].sum()),
        "count": cut["commune_code"].nunique(),
        "species": [
            message("zones.allocation.harvest_of_species", name=name, area=float(area))
            for name, area in zip(species, sums, strict=True)
        ],
    }


def check_source(sources: pd.DataFrame) -> None:
    """Refuse a harvest whose land joins no source of the project."""
    if SOURCE not in set(sources["source"]):
        raise InputError("zones.allocation.no_source_for_harvest", source=SOURCE)
