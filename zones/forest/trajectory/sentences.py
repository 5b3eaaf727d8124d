"""The answer in words: every figure comes from the tables of the forecast."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from layers.base.findings import SEVERITY_WORDS
from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.base.schema import Schema
from layers.kinds.crops import load_crops
from zones.forest.trajectory.backtest import errors_of
from zones.forest.trajectory.levers import NEAR_HA, printed_least
from zones.tables import (
    BACKTEST,
    LEVERS,
    TRAJECTORY,
    TRAJECTORY_CAUSES,
    TRAJECTORY_SEASONS,
    TRAJECTORY_TARGETS,
)

Tables = Mapping[Schema, pd.DataFrame]

#: Communes that are named, of one lever alone and of each of two.
_FIRST, _FIRST_OF_TWO = 5, 3
#: Hectares below which nothing is told.
_CRUMB_HA = 0.005
#: Points by which errors must differ to be called better or worse.
_TIE_POINTS = 0.005
#: A 90 % band that holds fewer of the published rates is called too narrow.
_HONEST_PERCENT = 85.0


def answer(tables: Tables, *, harvest_offered: bool = False) -> list[Phrase]:
    """Say whether each target is reached, when, what still counts, and what happens on the way.

    ``harvest_offered`` tells whether the allocation plants on harvested land already.
    """
    return [
        *_path(tables[TRAJECTORY]),
        *_targets(tables[TRAJECTORY_TARGETS]),
        *_asked(tables),
        *_seasons(tables[TRAJECTORY_SEASONS]),
        *_causes(tables[TRAJECTORY_CAUSES]),
        *_harvest(tables, offered=harvest_offered),
        *_closing(tables),
        *_steps(tables[LEVERS]),
        *_past(tables[BACKTEST]),
    ]


def _asked(tables: Tables) -> Iterator[Phrase]:
    """Levers of the settings that ask for more than there is."""
    rows, targets = tables[LEVERS], tables[TRAJECTORY_TARGETS]
    for row in _rows(rows[rows["kind"] == "asked"]):
        if row["area_ha"] > row["most_ha"] + NEAR_HA:
            due = targets[targets["year"] == row["year"]]
            before = (due["target_percent"] - due["forecast_percent"]).max() + row["most_points"]
            yield message(
                f"zones.forest.trajectory.asked_{row['lever']}", **_values(tables, row, before)
            )


def _closing(tables: Tables) -> Iterator[Phrase]:
    """What closes the gap to each target: each lever alone, then both."""
    levers = tables[LEVERS]
    for target in _rows(tables[TRAJECTORY_TARGETS]):
        gap = target["target_percent"] - target["forecast_percent"]
        same = levers["target"].eq(target["target"]) & levers["year"].eq(target["year"])
        mine, rate = levers[same], {"rate": _rate(target)}
        for row in _rows(mine[mine["kind"].eq("least") & mine["commune_code"].eq("")]):
            yield _least(mine, row, rate | _values(tables, row, gap))
        both = _rows(mine[mine["kind"].eq("mix") & mine["commune_code"].eq("")])
        if both:
            yield _mixed(tables, mine, both, rate | {"gap": gap})


def _least(levers: pd.DataFrame, row: dict[Hashable, Any], values: dict[str, Any]) -> Phrase:
    """What one lever alone does for a target, and the communes with most of it."""
    lever = row["lever"]
    if row["most_ha"] <= NEAR_HA:
        return message(f"zones.forest.trajectory.none_{lever}", **values)
    if pd.isna(row["area_ha"]):
        return message(f"zones.forest.trajectory.short_{lever}", **values)
    return message(
        f"zones.forest.trajectory.least_{lever}", **_places(levers, row, _FIRST), **values
    )


def _places(levers: pd.DataFrame, row: dict[Hashable, Any], first: int) -> dict[str, Any]:
    """How many communes a lever's row of the province lies in, and the first with most of it."""
    own = levers["kind"].eq(row["kind"]) & levers["lever"].eq(row["lever"])
    mine = levers[own & levers["commune_code"].ne("")]
    mine = mine.sort_values("area_ha", ascending=False, kind="stable")
    places = [
        message(
            "zones.forest.trajectory.say_commune",
            commune=str(place["commune"]),
            area_ha=float(place["area_ha"]),
        )
        for place in _rows(mine.head(first))
    ]
    return {"count": len(mine), "places": joined(places)}


def _mixed(
    tables: Tables, levers: pd.DataFrame, rows: list[dict[Hashable, Any]], asked: dict[str, Any]
) -> Phrase:
    """Both levers together: all of one with the least of the other."""
    year, rate, gap = rows[0]["year"], asked["rate"], asked["gap"]
    if any(pd.isna(row["area_ha"]) for row in rows):
        points = sum(row["most_points"] for row in rows)
        return message(
            "zones.forest.trajectory.say_mix_short",
            year=year,
            points=points,
            of=_of(gap, points),
            rate=rate,
        )
    parts = [
        message(
            f"zones.forest.trajectory.mix_{row['lever']}",
            **_values(tables, row, gap),
            **_places(levers, row, _FIRST_OF_TWO),
        )
        for row in rows
        if row["area_ha"] > _CRUMB_HA
    ]
    return message("zones.forest.trajectory.say_mix", year=year, parts=joined(parts), rate=rate)


def _values(tables: Tables, row: dict[Hashable, Any], gap: float) -> dict[str, Any]:
    """Figures of a lever's row, for its sentence; ``gap`` are the points that lack."""
    area = row["area_ha"]
    if row["kind"] != "asked" and not pd.isna(area):
        area = printed_least(area, row["most_ha"])
    values = {
        "year": row["year"],
        "area_ha": area,
        "most_ha": row["most_ha"],
        "points": row["most_points"],
        "of": _of(gap, row["most_points"]),
        "bare_ha": float(_province(tables[TRAJECTORY], "counts")["bare_ha"].iloc[0]),
    }
    if pd.isna(row["first_year"]):
        return values
    first, last = int(row["first_year"]), int(row["last_year"])
    a_year, planted = area / (last - first + 1), row["planted_a_year_ha"]
    return values | {
        "first": first,
        "last": last,
        "a_year_ha": a_year,
        "new_ha": row["new_a_year_ha"],
        "planted_ha": planted,
        "recent_ha": row["recent_a_year_ha"],
        "times": _times(planted, a_year),
    }


def _times(planted: float, more: float) -> Phrase:
    """How many times as much is planted; nothing where nothing was (ha a year)."""
    if planted <= _CRUMB_HA:
        return Phrase(en="", vi="")
    return message("zones.forest.trajectory.times_as_much", times=(planted + more) / planted)


def _of(gap: float, points: float) -> Phrase:
    """Points that lack; nothing where a lever's points do, or print as if they did."""
    if not gap > 0 or gap - points < _TIE_POINTS:
        return Phrase(en="", vi="")
    return message("zones.forest.trajectory.of_gap", gap=gap)


def _steps(table: pd.DataFrame) -> Iterator[Phrase]:
    """Steps of the inputs, the greatest first."""
    rows = table[table["kind"] == "step"]
    named = [
        message(
            f"zones.forest.trajectory.step_{row['lever']}",
            step=printed_step(row),
            more=row["more_points"],
        )
        for row in _rows(rows)
    ]
    if named:
        year = int(rows["year"].iloc[0])
        yield message("zones.forest.trajectory.say_steps", year=year, steps=joined(named))


def printed_step(row: Mapping[Hashable, Any]) -> float:
    """Step of a lever as it is printed: a share in percent."""
    return float(row["step"]) * (100.0 if row["unit"] == "share" else 1.0)


def _harvest(tables: Tables, *, offered: bool) -> Iterator[Phrase]:
    """Harvest by year and what it takes off the rate; what of it lies cut; where it is set."""
    causes = tables[TRAJECTORY_CAUSES]
    cut = causes[causes["cause"].eq("harvest") & causes["change_ha"].lt(-_CRUMB_HA)]
    if cut.empty:
        return
    area, points = -float(cut["change_ha"].sum()), -float(cut["change_points"].sum())
    yield message(
        "zones.forest.trajectory.say_harvest",
        years=_by_year(cut["year"], -cut["change_ha"]),
        area_ha=area,
        points=points,
    )
    rows = _province(tables[TRAJECTORY], "counts").iloc[1:]
    lying = float(rows["harvested_ha"].iloc[-1])
    yield message(
        "zones.forest.trajectory.say_lying",
        years=_by_year(rows["year"], rows["harvested_ha"]),
        last=int(rows["year"].iloc[-1]),
        points=points / area * lying,
    )
    if lying > _CRUMB_HA and not offered:
        yield message("zones.forest.trajectory.say_offer_harvest")


def _by_year(years: pd.Series[Any], hectares: pd.Series[Any]) -> Phrase:
    return joined(
        message("zones.forest.trajectory.say_year_ha", year=int(year), area_ha=float(area))
        for year, area in zip(years, hectares, strict=True)
    )


def _past(table: pd.DataFrame) -> Iterator[Phrase]:
    """How wrong the model was, beside the last trend; where it was worse, that it was."""
    for cutoff, rows in table.groupby("cutoff"):
        errors = errors_of(rows)
        worse = [
            str(name)
            for name, own in rows.groupby("territory", sort=False)
            if errors_of(own)["model_points"] > errors_of(own)["naive_points"] + _TIE_POINTS
        ]
        yield message(
            "zones.forest.trajectory.say_past",
            cutoff=int(str(cutoff)),
            territories=rows["territory"].nunique(),
            **errors,
        )
        if worse:
            yield message("zones.forest.trajectory.say_worse", cutoff=int(str(cutoff)), names=worse)
    if len(table):
        if errors_of(table)["inside_percent"] < _HONEST_PERCENT:
            yield message("zones.forest.trajectory.say_narrow")
        else:
            yield message("zones.forest.trajectory.say_width")


def told_findings(findings: pd.DataFrame) -> list[Phrase]:
    """Findings of a forecast as sentences, with how bad they are."""
    return [
        Phrase(
            en=f"{SEVERITY_WORDS[row['severity']].en}: {row['message_en']}",
            vi=f"{SEVERITY_WORDS[row['severity']].vi}: {row['message_vi']}",
        )
        for row in _rows(findings)
    ]


def _rows(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return table.to_dict("records")


def species_names(crops: list[str]) -> list[Phrase]:
    """Names of species; what has none goes by its own."""
    table = load_crops().set_index("crop")
    none = message("zones.forest.trajectory.no_species")
    return [
        Phrase(en=str(table.loc[crop, "name_en"]), vi=str(table.loc[crop, "name_vi"]))
        if crop in table.index
        else (Phrase(en=crop, vi=crop) if crop else none)
        for crop in crops
    ]


def _province(table: pd.DataFrame, ledger: str) -> pd.DataFrame:
    """Rows of the province, a row per year."""
    whole = table["commune_code"] == table["commune_code"].iloc[-1]
    rows: pd.DataFrame = table[whole & (table["ledger"] == ledger)]
    return rows


def _path(table: pd.DataFrame) -> Iterator[Phrase]:
    counts, other = _province(table, "counts"), _province(table, "with_forest")
    first, last = counts.iloc[0], counts.iloc[-1]
    years = int(last["year"]) - int(first["year"])
    yield message(
        "zones.forest.trajectory.say_path",
        first=int(first["year"]),
        first_percent=float(first["cover_percent"]),
        last=int(last["year"]),
        last_percent=float(last["cover_percent"]),
        low=float(last["low_percent"]),
        high=float(last["high_percent"]),
        points=(float(last["cover_percent"]) - float(first["cover_percent"])) / years,
    )
    yield message(
        "zones.forest.trajectory.say_ledgers",
        last=int(last["year"]),
        with_forest=float(other["cover_percent"].iloc[-1]),
        young_ha=float(last["not_yet_forest_ha"]),
    )


def _targets(table: pd.DataFrame) -> Iterator[Phrase]:
    """Whether each rate is reached in the year it is asked for, and else when."""
    for row in _rows(table):
        values = {str(name): value for name, value in row.items() if not pd.isna(value)}
        gap = float(row["gap_ha"])
        reached = "say_just_reached" if abs(gap) <= NEAR_HA else "say_reached"
        kind = reached if gap <= NEAR_HA else "say_missed"
        told = {**values, "gap_ha": abs(gap), "rate": _rate(row)}
        yield message(f"zones.forest.trajectory.{kind}", **told)
    for row in _rows(table.drop_duplicates("target", keep="last")):
        if row["gap_ha"] > NEAR_HA:
            values = {str(name): value for name, value in row.items() if not pd.isna(value)}
            late = "say_reached_later" if "reached_year" in values else "say_never_reached"
            yield message(f"zones.forest.trajectory.{late}", **values)


def _rate(row: dict[Hashable, Any]) -> Phrase:
    """Rate of a target; with the year that the plan sets it for, where another is asked for."""
    percent = row["target_percent"]
    if row["year"] == row["due_year"]:
        return message("zones.forest.trajectory.say_rate", target_percent=percent)
    return message(
        "zones.forest.trajectory.say_rate_of_other_year",
        target_percent=percent,
        due_year=int(row["due_year"]),
    )


def _seasons(table: pd.DataFrame) -> Iterator[Phrase]:
    """Last season that counts in each year asked for, whatever the species and by species."""
    every = table[table["last_season"].notna()]
    for year, known in every.groupby("year"):
        yield message(
            "zones.forest.trajectory.say_last_season",
            last=int(known["last_season"].max()),
            year=int(str(year)),
            article=str(known["article"].iloc[0]),
        )
        parts = []
        for season, rows in sorted(known.groupby("last_season"), reverse=True):
            names = species_names(rows["crop"].astype("str").tolist())
            parts.append(
                message("zones.forest.trajectory.say_season", season=int(str(season)), names=names)
            )
        yield message(
            "zones.forest.trajectory.say_seasons", year=int(str(year)), seasons=joined(parts)
        )


def _causes(table: pd.DataFrame) -> Iterator[Phrase]:
    sums = table.groupby("cause", sort=False)["change_ha"].sum()
    named = [
        message(f"zones.forest.trajectory.cause_{cause}", area_ha=float(area))
        for cause, area in sums.items()
        if cause != "total" and abs(float(area)) >= 0.05
    ]
    if named:
        yield message(
            "zones.forest.trajectory.say_causes",
            first=int(table["year"].min()),
            last=int(table["year"].max()),
            causes=joined(named),
            total_ha=float(sums["total"]),
        )
