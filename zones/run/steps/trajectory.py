"""Step ``trajectory``: the forest cover rate year by year, with its band, to the plan's end."""

from __future__ import annotations

import pandas as pd

from layers.base.language import Phrase
from layers.kinds.crops import load_crops
from zones.forest.trajectory.forecast import Promise
from zones.forest.trajectory.planting import PLACED
from zones.forest.trajectory.result_tables import ForecastInputs, forecast_tables
from zones.project.model import Project, forest_layers, wants_trajectory
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.run.store import Key
from zones.tables import (
    ALLOCATION,
    ALLOCATION_SOURCES,
    BACKTEST,
    COVER_CHANGE,
    FOREST_COVER,
    LEVERS,
    MEASURED,
    TARGETS,
    TRAJECTORY,
    TRAJECTORY_ASSUMPTIONS,
    TRAJECTORY_CAUSES,
    TRAJECTORY_FINDINGS,
    TRAJECTORY_SEASONS,
    TRAJECTORY_TARGETS,
    ZONE_NAMES,
)

#: What each land source of an allocation is to the cohorts; any other is other land.
_LAND = {"bare_production": "bare", "cut_over": "harvested"}


def work(context: Context) -> Made:
    """Forecast the forest cover rate from the newest forest status layer and the allocation."""
    project = context.project
    name = forest_layers(project)[-1]
    year, measured = project.layers[name].date.year, context[MEASURED]
    inputs = ForecastInputs(
        name,
        year,
        measured[measured["layer"] == name],
        context[FOREST_COVER],
        context[TARGETS],
        _promise(context, year),
    )
    tables = forecast_tables(inputs, project.trajectory, log=context.closures)
    made: Made = {ForecastInputs: inputs}
    return made | dict(tables)


def _promise(context: Context, year: int) -> Promise:
    """Planting of the plan: what the allocation places, what the plan promises in all."""
    seen = context.get(COVER_CHANGE)
    areas = {} if seen is None else seen.set_index("cause")["area_ha"].to_dict()
    return Promise(
        _placed(context[ALLOCATION], context[ALLOCATION_SOURCES], context[ZONE_NAMES]),
        _promised(context[TARGETS], year),
        areas.get("newly_planted"),
        areas.get("replanted"),
    )


def _placed(
    allocation: pd.DataFrame, sources: pd.DataFrame, zone_names: pd.DataFrame
) -> pd.DataFrame:
    """Hectares that the allocation plants on ground of its own, by the crop that counts."""
    crops = load_crops().set_index("crop")["counts_for_cover"]
    shares = set(sources.loc[sources["shares"], "source"])
    base = allocation["land"].str.split("[:#]", regex=True).str[0]
    own = allocation["land"].ne("") & ~allocation["land"].isin(shares) & ~base.isin(shares)
    rows = allocation[own & allocation["planned_ha"].gt(0)]
    land = base[rows.index].map(_LAND).fillna("other")
    crop = rows["zone"].map(zone_names.set_index("zone")["crop"]).fillna("")
    counts = crop.map(crops)
    counting = counts.eq("yes") | (counts.eq("by land") & land.ne("other"))
    frame = rows[["commune_code", "year", "planned_ha"]].assign(
        crop=crop.where(counting, ""), on=land
    )
    keys = ["commune_code", "crop", "year", "on"]
    sums = frame.groupby(keys)["planned_ha"].sum()
    return PLACED.validate(sums.reset_index())


def _promised(targets: pd.DataFrame, year: int) -> pd.Series[float]:
    """Planting of the whole province that the plan promises for each year, the lower end."""
    rows = targets[
        (targets["indicator"] == "planting_per_year")
        & targets["commune_code"].eq("")
        & targets["figure_low"].notna()
        & targets["year"].notna()
    ]
    rows = rows[rows["year"] > year].drop_duplicates("year")
    return pd.Series(rows["figure_low"].to_numpy("float64"), rows["year"].to_numpy("int64"))


def _change(project: Project) -> tuple[Key, ...]:
    return (COVER_CHANGE,) if len(forest_layers(project)) > 1 else ()


STEP = Step(
    label=Phrase("Forecast the forest cover", "Dự báo che phủ rừng"),
    work=work,
    reads=(MEASURED, FOREST_COVER, TARGETS, ALLOCATION, ALLOCATION_SOURCES, ZONE_NAMES),
    also_reads=_change,
    writes=(
        ForecastInputs,
        TRAJECTORY,
        TRAJECTORY_TARGETS,
        TRAJECTORY_SEASONS,
        TRAJECTORY_CAUSES,
        TRAJECTORY_ASSUMPTIONS,
        LEVERS,
        BACKTEST,
        TRAJECTORY_FINDINGS,
    ),
    settings=("trajectory",),
    wanted=wants_trajectory,
)
