"""What a hundred hectares more of each zone do to the forest cover rate, by year and season.

The direct effect is that of the hectares themselves: which part of them counts by the target's
year. The indirect effect is what moves elsewhere: in the forecast, planting that the plan promises
in all and has no place for gives way, or its land is taken; and what other zones give up.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.base.schema import read_schema
from layers.kinds.crops import load_crops
from zones.allocation.allocate import Allocation
from zones.allocation.cover_target import CoverTargets, more_forest_ha
from zones.allocation.explain.sentences import Sentence, Voice
from zones.forest.trajectory.forecast import planting_shares
from zones.forest.trajectory.promise import land_of_sources
from zones.project.trajectory import TrajectorySection

Floats = npt.NDArray[np.float64]

EFFECTS = read_schema("zones.allocation.explain", "cover effects")

#: Points below which an effect prints as nothing.
_NOISE = 5e-5
#: Hectares more that are spoken of.
_MORE_HA = 100.0
_POINTS = ("direct_points", "later_points", "after_points", "indirect_points")
_HECTARES = ("direct_ha", "later_ha", "after_ha", "indirect_ha")
#: Ages for which the table of species says what counts.
_AGES = 100


@dataclass(frozen=True, slots=True)
class _Growth:
    """When plantings of each crop count; of crops without a lag nothing is known."""

    after: dict[str, int | None]  # Years until most of a planting counts
    share: dict[str, Floats]  # Part of a planting that counts, by age


def cover_effects(
    allocation: Allocation, crops: Mapping[str, str], cover: CoverTargets | None
) -> pd.DataFrame:
    """Columns of ``EFFECTS``: every zone in the year of every target of forest cover.

    ``crops`` are those of the zones. Without a forecast the table of species says when plantings
    count, in the last year of the plan, and no indirect effect is known.
    """
    inputs, settings = allocation.inputs, allocation.settings
    if not np.isfinite(inputs.natural_area_ha):
        return EFFECTS.empty()
    years = [settings.last_year] if cover is None else [int(y) for y in cover.targets["year"]]
    growth, more = _growth_of_table(), None
    if cover is not None:
        growth = _growth_of(cover)
        more = more_forest_ha(cover, inputs, settings, allocation.plan, more_ha=_MORE_HA)
        more = more.set_index(["crop", "on", "year"])
    rows: list[dict[str, Any]] = []
    for zone in inputs.targets["zone"].unique():
        status, source, crop = _status(allocation, str(zone), crops.get(str(zone), ""), growth)
        told = {"zone": zone, "status": status, "source": source}
        for place, year in enumerate(years):
            first = settings.zone_first_year.get(str(zone), settings.first_year)
            for season in _seasons(first, year, status, growth.after.get(crop)):
                grown = status == "forest" and season <= year
                direct = growth.share[crop][year - season] if grown else 0.0
                row = told | _timing(growth, crop, season, year, status)
                row["direct_ha"] = _MORE_HA * float(direct)
                row["indirect_ha"] = _aside(more, crop, source, season, place, float(direct))
                rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=[*EFFECTS.names, *_HECTARES])
    for points, hectares in zip(_POINTS, _HECTARES, strict=True):
        table[points] = table[hectares].astype("float64") / inputs.natural_area_ha * 100
    return EFFECTS.validate(table[EFFECTS.names])


def _growth_of(cover: CoverTargets) -> _Growth:
    setup = cover.setup
    legal = setup.section.legal_lag.years
    after = {lag.crop: lag.counts_after(legal) for lag in setup.lags}
    return _Growth(after, planting_shares(setup))


def _growth_of_table() -> _Growth:
    """Table of species, the legal minimum and the likely survival of a project without settings."""
    section = TrajectorySection()
    lags = load_crops().set_index("crop")["cover_lag_years"].dropna().astype("int64")
    after: dict[str, int | None] = {
        str(crop): max(int(years), section.legal_lag.years) for crop, years in lags.items()
    }
    ages = np.arange(_AGES)
    share = {
        crop: np.where(ages >= years, section.survival.likely, 0.0)
        for crop, years in after.items()
        if years is not None
    }
    return _Growth(after, share)


def _status(allocation: Allocation, zone: str, crop: str, growth: _Growth) -> tuple[str, str, str]:
    """What the hectares of a zone are to forest cover, the land they take, and their crop."""
    inputs, plan = allocation.inputs, allocation.plan
    planned = plan[plan["zone"] == zone].groupby("source")["planned_ha"].sum()
    suited = inputs.suitability.loc[inputs.suitability["zone"] == zone, "source"].unique()
    ratios = inputs.cover[inputs.cover["zone"] == zone].set_index("source")["cover_change_ratio"]
    if planned.sum() > 0:
        source = str(planned.idxmax())
    else:
        known = sorted(suited, key=lambda item: -float(ratios.get(item, -1.0)))
        source = str(known[0]) if known else ""
    if source not in ratios.index:
        return ("trees" if source else "nowhere"), source, crop
    if ratios[source] > 0:
        return ("forest" if growth.after.get(crop) is not None else "no_lag"), source, crop
    return ("other_land" if (ratios > 0).any() else "never"), source, crop


def _seasons(first: int, year: int, status: str, after: int | None) -> list[int]:
    """Seasons from the zone's first on of which most counts by a year; else the first alone."""
    if status != "forest" or after is None:
        return [first]
    return list(range(first, year - after + 1)) or [first]


def _timing(growth: _Growth, crop: str, season: int, year: int, status: str) -> dict[str, Any]:
    row: dict[str, Any] = {"year": year, "season": season}
    after = growth.after.get(crop)
    if status != "forest" or after is None:
        return row
    return row | {
        "last_season": year - after,
        "counts_from": season + after,
        "later_ha": _MORE_HA * float(growth.share[crop][after]),
        "after_ha": _MORE_HA * float(growth.share[crop][after - 1]),
    }


def _aside(
    more: pd.DataFrame | None, crop: str, source: str, season: int, place: int, direct: float
) -> float:
    """Forest (ha) that a hundred hectares push aside in the forecast; below 0: less of it."""
    if more is None:
        return np.nan
    on = land_of_sources(pd.Series([source]), set()).iloc[0]
    for key in ((crop, on, season), ("", on, season)):
        if key in more.index:
            return float(str(more.loc[key, str(place)])) - _MORE_HA * direct
    return 0.0


def say_cover_effects(effects: pd.DataFrame, rates: pd.DataFrame, voice: Voice) -> list[Sentence]:
    """Direct effects of every zone, then the indirect ones; ``rates`` are exchange rates."""
    said: list[Sentence] = []
    for _, mine in effects.groupby(["year", "zone"], sort=False):
        if mine["status"].iloc[0] != "never":
            said.append(_say_direct(mine.to_dict("records"), voice))
    never = effects.loc[effects["status"] == "never", "zone"].astype("str").unique().tolist()
    if never:
        said.append(voice.say("cover_never", zones=voice.list_of(never)))
    return [*said, *_say_indirect(effects, voice), *_say_given_up(effects, rates, voice)]


def _say_direct(rows: list[dict[Hashable, Any]], voice: Voice) -> Sentence:
    row = rows[0]
    status, zone, year = str(row["status"]), str(row["zone"]), int(row["year"])
    if status != "forest":
        source = voice.name(str(row["source"]))
        return voice.say(f"cover_{status}", about=zone, source=source)
    last = str(int(row["last_season"]))
    if int(row["season"]) > int(row["last_season"]):
        return voice.say(
            "cover_late",
            about=zone,
            year=year,
            points=signed(row["direct_points"]),
            season=str(row["season"]),
            last=last,
            after=int(row["counts_from"]) - int(row["season"]),
            counts=str(int(row["counts_from"])),
            later=signed(row["later_points"]),
        )
    seasons = joined(
        message(
            "zones.allocation.explain.season_points",
            season=int(item["season"]),
            points=float(item["direct_points"]),
        )
        for item in rows
    )
    late = "most" if abs(row["after_points"]) >= _NOISE else "all"
    after = message(f"zones.allocation.explain.late_{late}", season=int(row["last_season"]))
    return voice.say("cover_direct", about=zone, year=year, seasons=seasons, after=after)


def _say_indirect(effects: pd.DataFrame, voice: Voice) -> Iterator[Sentence]:
    """What moves elsewhere in the forecast, of the first season, by zones that move as much."""
    told = effects.drop_duplicates(["year", "zone"])
    told = told[told["indirect_points"].abs() >= _NOISE]
    for (year, points), same in told.groupby(["year", told["indirect_points"].round(4)]):
        yield voice.say(
            "cover_aside",
            year=int(str(year)),
            points=signed(float(str(points))),
            zones=voice.list_of(same["zone"].astype("str").tolist()),
            season=str(same["season"].iloc[0]),
        )


def _say_given_up(effects: pd.DataFrame, rates: pd.DataFrame, voice: Voice) -> Iterator[Sentence]:
    """What the hectares do that other zones give up, in the year of the last target."""
    if effects.empty:
        return
    year = int(effects["year"].iloc[-1])
    last = effects[effects["year"] == year].drop_duplicates("zone")
    points = last.set_index("zone")["direct_points"]
    payers = rates[rates["other"].isin(points.index)]
    moved = -payers["rate_ratio"] * payers["other"].map(points).astype("float64")
    kept = moved[moved.abs() >= _NOISE]
    payers = payers.loc[kept.index]
    for (zone, lost), same in payers.groupby(["zone", kept.round(4)], sort=False):
        names = [voice.name(str(other)) for other in same["other"]]
        payer = message("zones.allocation.explain.any_of", names=names)
        yield voice.say(
            "elsewhere", about=str(zone), year=year, points=signed(float(str(lost))), payers=payer
        )


def signed(points: float) -> Phrase:
    """Points with their sign; nothing is 0."""
    if abs(points) < _NOISE:
        return Phrase(en="0", vi="0")
    return message("zones.allocation.explain.signed_points", points=float(points))
