"""Step ``planning``: plots for the hectares of the plan, as the planning layer of a forest map."""

from __future__ import annotations

from functools import partial

import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import message
from layers.io.geopackage import save_geopackage
from zones.allocation.land_plots import leading_parts
from zones.allocation.prepare import land_rules
from zones.inputs.read import Inputs
from zones.output.findings_table import findings_table
from zones.pages.context_layers import load_drawn_layer
from zones.plan.frames import zones_frame
from zones.planting.decisions import decisions_with
from zones.planting.planning_map import PlanningMap, planning_map
from zones.project.model import Project, land_layers
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import ALLOCATION_SOURCES, PLANNING_FINDINGS, PLANNING_PLOTS


def work(context: Context) -> Made:
    """Choose the plots, write ``planning_map.gpkg``; the sums close with the allocation."""
    project, inputs = context.project, context[Inputs]
    source = project.atlas.roads
    roads = (
        None
        if source is None
        else load_drawn_layer(project, source, inputs.crs, name="atlas: roads")
    )
    allocation = context[PublishedFigures].allocation
    elevation, decided = project.allocation.elevation, project.planning.decisions
    made = planning_map(
        allocation,
        zones_frame(inputs.plans[0]),
        land_rules(project),
        {name: (kind, inputs.plots[name]) for name, kind in land_layers(project).items()},
        inputs.communes,
        decisions=decisions_with(
            project.planning.exclude, None if decided is None else project.resolve(decided)
        ),
        roads=roads,
        part_of=None
        if elevation is None
        else partial(
            leading_parts,
            sources=context[ALLOCATION_SOURCES]["source"],
            elevation=project.resolve(elevation),
            folders=(project.file.parent,),
        ),
    )
    context.closures.check(
        "planning_plots: hectares planned",
        parts=made.table["area_ha"].sum(),
        whole=allocation.loc[allocation["land"].ne(""), "planned_ha"].sum(),
    )
    name = f"lo_{project.province}_rungqh"
    save_geopackage({name: made.layer()}, context.stage / "planning_map.gpkg")
    return {
        PlanningMap: made,
        PLANNING_PLOTS: made.table,
        PLANNING_FINDINGS: findings_table(_findings(made.table)),
    }


def _findings(table: pd.DataFrame) -> list[Finding]:
    """Say how many hectares found no plot."""
    left = table[table["plot"].eq("")]
    if left.empty:
        return []
    area = float(left["area_ha"].sum())
    said = message("zones.planting.without_plot", area=area, planned=float(table["area_ha"].sum()))
    return [Finding("note", "planned-without-plot", "allocation", said, len(left), area)]


def _is_asked_for(project: Project) -> bool:
    return project.planning.make


STEP = Step(
    label=Phrase("Choose plots for the plan", "Chọn lô cho kế hoạch"),
    work=work,
    reads=(PublishedFigures, Inputs, ALLOCATION_SOURCES),
    writes=(PlanningMap, PLANNING_PLOTS, PLANNING_FINDINGS),
    files=("planning_map.gpkg",),
    settings=("planning", "allocation", "atlas"),
    wanted=_is_asked_for,
)
