"""Step ``trajectory``: the forest cover rate year by year, with its band, to the plan's end."""

from __future__ import annotations

import pandas as pd

from layers.base.language import Phrase
from zones.forest.trajectory.forecast import Promise
from zones.forest.trajectory.promise import placed_planting, promise_of
from zones.forest.trajectory.result_tables import ForecastInputs, forecast_tables
from zones.measure.targets import leading_targets
from zones.project.model import Project, forest_layers, offers_harvest, wants_trajectory
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.run.store import Key
from zones.tables import (
    ALLOCATION,
    ALLOCATION_SOURCES,
    BACKTEST,
    COVER_CHANGE,
    FINDINGS,
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
        leading_targets(context[TARGETS]),
        _promise(context, year),
        _wrong_years(context[FINDINGS], name),
        offers_harvest(project),
    )
    tables = forecast_tables(inputs, project.trajectory, log=context.closures)
    made: Made = {ForecastInputs: inputs}
    return made | dict(tables)


def _wrong_years(findings: pd.DataFrame, layer: str) -> tuple[int, float]:
    """Plots of a layer, and their hectares, whose planting year cannot be."""
    mine = findings["source"].eq(layer) & findings["kind"].eq("planting-year-implausible")
    return int(findings.loc[mine, "count"].sum()), float(findings.loc[mine, "area_ha"].sum())


def _promise(context: Context, year: int) -> Promise:
    """Planting of the plan: what the allocation places, what the plan promises in all."""
    sources, names = context[ALLOCATION_SOURCES], context[ZONE_NAMES]
    placed = placed_planting(
        context[ALLOCATION].rename(columns={"land": "source"}),
        set(sources.loc[sources["shares"], "source"]),
        names.set_index("zone")["crop"],
    )
    return promise_of(
        placed, leading_targets(context[TARGETS]), context.get(COVER_CHANGE), year=year
    )


def _change(project: Project) -> tuple[Key, ...]:
    return (COVER_CHANGE,) if len(forest_layers(project)) > 1 else ()


STEP = Step(
    label=Phrase("Forecast the forest cover", "Dự báo che phủ rừng"),
    work=work,
    reads=(
        *(FINDINGS, MEASURED, FOREST_COVER, TARGETS),
        *(ALLOCATION, ALLOCATION_SOURCES, ZONE_NAMES),
    ),
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
    settings=("trajectory", "allocation"),
    wanted=wants_trajectory,
)
