"""Step ``allocate``: each target shared out to communes and years, and rounded as a whole."""

from __future__ import annotations

from layers.base.language import Phrase
from layers.base.schema import Schema
from zones.allocation.job import (
    AllocatedPlan,
    allocate_project,
    allocation_tables,
    change_plan,
)
from zones.allocation.prepare import Prepared, needs_plots, prepare_allocation
from zones.inputs.read import Inputs
from zones.measure.targets import leading_targets
from zones.output.findings_table import findings_table
from zones.plan.frames import plan_names
from zones.project.model import Project, forest_layers
from zones.publish.rounded_figures import RoundedMeasures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.run.store import Key
from zones.tables import (
    ALLOCATION,
    ALLOCATION_FINDINGS,
    ALLOCATION_HARVEST,
    ALLOCATION_LAND,
    ALLOCATION_LOSSES,
    ALLOCATION_NOTES,
    ALLOCATION_SOURCES,
    ALLOCATION_TARGETS,
    COVER_CHANGE,
    CROPS_ON_LAND,
    FOREST_COVER,
    MEASURED,
    PLANTED_SPECIES,
    TARGETS,
    ZONE_NAMES,
    ZONES,
)

_READS = (MEASURED, CROPS_ON_LAND, TARGETS, ZONES, ZONE_NAMES, FOREST_COVER, PLANTED_SPECIES)


def prepare(context: Context) -> Prepared:
    """Put together what is allocated: the targets of the leading plan, the land, the settings."""
    project = context.project
    communes, _ = context.communes()
    return prepare_allocation(
        project,
        context.plans()[0],
        {schema.name: context[schema] for schema in (*_READS, *_change(project))}
        | {TARGETS.name: leading_targets(context[TARGETS])},
        communes,
        layers=context[Inputs].plots if needs_plots(project) else None,
        plan_names=plan_names(context.plans()),
    )


def allocate(context: Context, prepared: Prepared) -> AllocatedPlan:
    """Share the targets out, without the changes that the project file makes to them."""
    step = 10.0**-context.project.decimals
    present, progress = context[RoundedMeasures].zones, context.teller.part
    return allocate_project(prepared, step=step, present=present, progress=progress)


def work(context: Context) -> Made:
    """Allocate the targets of the leading plan; the tables close with the plan."""
    changes, present = context.project.allocation.changes, context[RoundedMeasures].zones
    plan = change_plan(allocate(context, prepare(context)), changes, present=present)
    made: Made = {
        AllocatedPlan: plan,
        ALLOCATION_FINDINGS: findings_table(plan.prepared.findings),
    }
    return made | dict(allocation_tables(plan, log=context.closures))


def _change(project: Project) -> tuple[Schema, ...]:
    return (COVER_CHANGE,) if len(forest_layers(project)) > 1 else ()


def _also(project: Project) -> tuple[Key, ...]:
    plots: tuple[Key, ...] = (Inputs,) if needs_plots(project) else ()
    return (*plots, *_change(project))


STEP = Step(
    label=Phrase("Allocate the targets", "Phân bổ chỉ tiêu"),
    work=work,
    reads=(*_READS, RoundedMeasures),
    also_reads=_also,
    writes=(
        AllocatedPlan,
        ALLOCATION,
        ALLOCATION_TARGETS,
        ALLOCATION_LOSSES,
        ALLOCATION_NOTES,
        ALLOCATION_HARVEST,
        ALLOCATION_LAND,
        ALLOCATION_SOURCES,
        ALLOCATION_FINDINGS,
    ),
    settings=("allocation", "decimals", "trajectory"),
)
