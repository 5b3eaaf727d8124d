"""The answer in words: every figure comes from the tables of the forecast."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.base.schema import Schema
from layers.kinds.crops import load_crops
from zones.forest.trajectory.backtest import errors_of
from zones.tables import (
    BACKTEST,
    LEVERS,
    TRAJECTORY,
    TRAJECTORY_CAUSES,
    TRAJECTORY_SEASONS,
    TRAJECTORY_TARGETS,
)

Tables = Mapping[Schema, pd.DataFrame]

#: Communes that are named.
_FIRST = 5
#: Points by which errors must differ to be called better or worse.
_TIE_POINTS = 0.005
#: A 90 % band that holds fewer of the published rates is called too narrow.
_HONEST_PERCENT = 85.0


def answer(tables: Tables) -> list[Phrase]:
    """Say whether each target is reached, when, what still counts, and what happens on the way."""
    return [
        *_path(tables[TRAJECTORY]),
        *(phrase for row in _rows(tables[TRAJECTORY_TARGETS]) for phrase in _target(row)),
        *_seasons(tables[TRAJECTORY_SEASONS]),
        *_causes(tables[TRAJECTORY_CAUSES]),
        *_least(tables[LEVERS], _communes(tables[TRAJECTORY])),
        *_steps(tables[LEVERS]),
        *_past(tables[BACKTEST]),
    ]


def _communes(table: pd.DataFrame) -> dict[str, str]:
    return dict(zip(table["commune_code"].astype("str"), table["commune"], strict=True))


def _least(table: pd.DataFrame, communes: Mapping[str, str]) -> Iterator[Phrase]:
    """What alone closes the gap to each target, and the communes with most of it."""
    rows = table[table["kind"] == "least"]
    for row in _rows(rows[rows["commune_code"] == ""]):
        lever = row["lever"]
        if pd.isna(row["area_ha"]):
            yield message(
                f"zones.forest.trajectory.short_{lever}",
                year=row["year"],
                most_ha=row["most_ha"],
                points=row["most_points"],
            )
            continue
        mine = rows[
            (rows["target"] == row["target"])
            & (rows["lever"] == lever)
            & rows["commune_code"].ne("")
        ]
        first = mine.sort_values("area_ha", ascending=False, kind="stable").head(_FIRST)
        places = [
            message(
                "zones.forest.trajectory.say_commune",
                commune=communes[str(code)],
                area_ha=float(area),
            )
            for code, area in zip(first["commune_code"], first["area_ha"], strict=True)
        ]
        yield message(
            f"zones.forest.trajectory.least_{lever}",
            year=row["year"],
            area_ha=row["area_ha"],
            count=len(mine),
            places=joined(places),
        )


def _steps(table: pd.DataFrame) -> Iterator[Phrase]:
    """Steps of the inputs, the greatest first."""
    named = [
        message(
            f"zones.forest.trajectory.step_{row['lever']}",
            step=row["step"],
            more=row["more_points"],
        )
        for row in _rows(table[table["kind"] == "step"])
    ]
    if named:
        yield message("zones.forest.trajectory.say_steps", steps=joined(named))


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


def _path(table: pd.DataFrame) -> Iterator[Phrase]:
    province = table[table["commune_code"] == table["commune_code"].iloc[-1]]
    counts = province[province["ledger"] == "counts"]
    other = province[province["ledger"] == "with_forest"]
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


def _target(row: dict[Hashable, Any]) -> Iterator[Phrase]:
    values = {str(name): value for name, value in row.items() if not pd.isna(value)}
    gap = float(row["gap_ha"])
    kind = "say_reached" if gap <= 0 else "say_missed"
    yield message(f"zones.forest.trajectory.{kind}", **{**values, "gap_ha": abs(gap)})
    if gap > 0:
        late = "say_reached_later" if "reached_year" in values else "say_never_reached"
        yield message(f"zones.forest.trajectory.{late}", **values)


def _seasons(table: pd.DataFrame) -> Iterator[Phrase]:
    known = table[table["last_season"].notna()]
    if known.empty:
        return
    year = int(known["year"].iloc[0])
    last = int(known["last_season"].max())
    yield message(
        "zones.forest.trajectory.say_last_season",
        last=last,
        year=year,
        article=str(known["article"].iloc[0]),
    )
    parts = []
    for season, rows in sorted(known.groupby("last_season"), reverse=True):
        names = species_names(rows["crop"].astype("str").tolist())
        parts.append(
            message("zones.forest.trajectory.say_season", season=int(str(season)), names=names)
        )
    yield message("zones.forest.trajectory.say_seasons", year=year, seasons=joined(parts))


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
