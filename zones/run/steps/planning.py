"""Step ``planning``: plots for the hectares of the plan, as the planning layer of a forest map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import message
from maps.qgis.geopackage import build_geopackage
from zones.allocation.land_plots import leading_parts
from zones.allocation.prepare import land_rules
from zones.inputs.read import Inputs
from zones.measure.crops_on_land import standing_crops
from zones.output.findings_table import findings_table
from zones.pages.context_layers import load_drawn_layer
from zones.pages.qgis_planning import planning_map_layer
from zones.plan.frames import zones_frame
from zones.planting.choose import SLIVER_HA
from zones.planting.decisions import decisions_with
from zones.planting.kept import RULE
from zones.planting.measures import load_measures
from zones.planting.planning_map import PlanningMap, Wishes, planning_map
from zones.planting.rules import load_planning_rules
from zones.project.model import Project, crop_layers, land_layers
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import (
    ALLOCATION_HARVEST,
    ALLOCATION_SOURCES,
    PLANNING_FINDINGS,
    PLANNING_MEASURES,
    PLANNING_PLOTS,
)

#: Least hectares of a harvest without a stand that are told: they print with one decimal.
_TOLD_HA = 0.05


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
        Wishes(
            harvest=context[ALLOCATION_HARVEST],
            decisions=decisions_with(
                project.planning.exclude, None if decided is None else project.resolve(decided)
            ),
            rules=_rules(project, inputs),
            crops=standing_crops(
                {name: inputs.plots[name] for name in crop_layers(project)},
                project.present,
                inputs.crs,
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
        ),
    )
    context.closures.check(
        "planning_plots: hectares planned",
        parts=made.table["area_ha"].sum(),
        whole=allocation.loc[allocation["land"].ne(""), "planned_ha"].sum(),
    )
    if context.options.write:
        layer = planning_map_layer(made, context[PublishedFigures], inputs)
        build_geopackage([layer], context.stage / "planning_map.gpkg")
    return {
        PlanningMap: made,
        PLANNING_PLOTS: made.table,
        PLANNING_MEASURES: made.measures,
        PLANNING_FINDINGS: findings_table([*plot_findings(made), *measure_findings(made.measures)]),
    }


def _rules(project: Project, inputs: Inputs) -> pd.DataFrame:
    """Rules of measures: the project's table, else the embedded one."""
    own = project.planning.rules
    crops = {crop for layer in inputs.plots.values() for crop in layer.crop_weights["crop"]}
    return load_planning_rules(None if own is None else project.resolve(own), crops=crops)


def plot_findings(made: PlanningMap) -> Iterable[Finding]:
    """Say how many hectares found no plot, and how many of the harvest no stand."""
    # A sliver that no plot is cut for stands in the table alone.
    lacking = made.table["plot"].eq("") & made.table["area_ha"].ge(SLIVER_HA)
    left, unplaced = made.table[lacking], made.unplaced_harvest_ha
    if len(left):
        area, planned = float(left["area_ha"].sum()), float(made.table["area_ha"].sum())
        # By code: a commune and a ward of one province may have one name.
        sums = left.groupby(["commune_code", "commune"])["area_ha"].sum()
        sums = sums.sort_values(ascending=False, kind="stable")
        communes = [
            message("zones.planting.measure_area", name=name, area=float(part))
            for name, part in zip(sums.index.get_level_values("commune"), sums, strict=True)
        ]
        said = message("zones.planting.without_plot", area=area, planned=planned, communes=communes)
        yield Finding("note", "planned-without-plot", "allocation", said, len(left), area)
    if unplaced >= _TOLD_HA:
        said = message("zones.planting.harvest_without_stand", area=unplaced)
        yield Finding("note", "harvest-without-stand", "allocation", said, area_ha=unplaced)


def measure_findings(measures: pd.DataFrame) -> Iterable[Finding]:
    """Say which hectares of the forest layer have a measure by rule, and which have none."""
    names = {
        str(row["measure"]): Phrase(
            en=f"{row['measure']} {row['name_en']}", vi=f"{row['measure']} {row['name_vi']}"
        )
        for row in load_measures().to_dict("records")
    }
    ruled, without = (measures[measures["basis"].eq(basis)] for basis in (RULE, ""))
    if len(ruled):
        listed = _areas(ruled, "measure", names)
        area = float(ruled["area_ha"].sum())
        said = message("zones.planting.by_rule", area=area, measures=listed)
        yield Finding("note", "measure-by-rule", "planning", said, int(ruled["plots"].sum()), area)
    if len(without):
        lands = sorted(set(without["land_class"]))
        classes = {str(land): message(f"zones.pages.type_{land}") for land in lands}
        listed = _areas(without, "land_class", classes)
        area = float(without["area_ha"].sum())
        said = message("zones.planting.without_measure", area=area, classes=listed)
        count = int(without["plots"].sum())
        yield Finding("note", "plots-without-measure", "planning", said, count, area)


def _areas(rows: pd.DataFrame, by: str, names: Mapping[str, Phrase]) -> list[Phrase]:
    """Hectares of each value of a column, the largest first."""
    sums = rows.groupby(by)["area_ha"].sum().sort_values(ascending=False, kind="stable")
    return [
        message("zones.planting.measure_area", name=names[str(key)], area=float(area))
        for key, area in sums.items()
    ]


def _is_asked_for(project: Project) -> bool:
    return project.planning.make


STEP = Step(
    label=Phrase("Choose plots for the plan", "Chọn lô cho kế hoạch"),
    work=work,
    reads=(PublishedFigures, Inputs, ALLOCATION_SOURCES, ALLOCATION_HARVEST),
    writes=(PlanningMap, PLANNING_PLOTS, PLANNING_MEASURES, PLANNING_FINDINGS),
    files=("planning_map.gpkg",),
    settings=("planning", "allocation", "atlas"),
    wanted=_is_asked_for,
)
