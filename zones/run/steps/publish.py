"""Step ``publish``: the figures that all pages print, checked against each other."""

from __future__ import annotations

from collections.abc import Sequence

from layers.base.language import Phrase
from layers.base.schema import Schema
from maps import TableNote
from zones.certainty.survey import sample_sentences
from zones.inputs.read import plans_of_a_part
from zones.plan.model import Plan
from zones.project.model import CertaintySettings, Project
from zones.project.sources import sources_table
from zones.publish.notes import outside_notes
from zones.publish.publish import AllocationTables, PublishedFigures, publish
from zones.publish.rounded_figures import RoundedMeasures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import (
    ALLOCATION,
    ALLOCATION_LAND,
    ALLOCATION_LOSSES,
    ALLOCATION_NOTES,
    ALLOCATION_SOURCES,
    ALLOCATION_TARGETS,
    FOREST_FORM_CAUSES,
    FOREST_FORM_PURPOSES,
    GROUP_COVER,
    GROUP_ZONES,
    PROGRESS,
    REPORTED,
    ZONE_NAMES,
)

_OTHERS = (FOREST_FORM_PURPOSES, FOREST_FORM_CAUSES, PROGRESS, REPORTED)


def work(context: Context) -> Made:
    """Join what was measured and what was allocated; refuse figures that do not agree."""
    project = context.project
    plans = context.plans() if project.plans else ()
    figures = publish(
        context[RoundedMeasures],
        AllocationTables(
            allocation=context[ALLOCATION],
            targets=context[ALLOCATION_TARGETS],
            losses=context[ALLOCATION_LOSSES],
            land=context[ALLOCATION_LAND],
            notes=context[ALLOCATION_NOTES],
            sources=context[ALLOCATION_SOURCES],
        ),
        {schema.name: context[schema] for schema in (*_OTHERS, *_groups(project))},
        zone_names=context[ZONE_NAMES],
        sources=sources_table(
            project,
            [(Phrase(en=plan.name.en, vi=plan.name.vi), plan.date, plan.issuer) for plan in plans],
        ),
        decimals=(project.decimals, project.rate_decimals),
        level_percent=(project.certainty or CertaintySettings()).level_percent,
        notes=_notes_on_plans(project, plans, context[RoundedMeasures]),
    )
    return {PublishedFigures: figures}


def _notes_on_plans(
    project: Project, plans: Sequence[Plan], rounded: RoundedMeasures
) -> tuple[TableNote, ...]:
    """Sentences below the targets: crops of no zone, plans of a part of the province, samples."""
    samples = sample_sentences(project)
    return (
        *(TableNote("targets", text) for _, text in samples),
        *(TableNote("cover", text) for key, text in samples if key == "cover_sample"),
        *outside_notes(rounded.outside, decimals=project.decimals),
        *(TableNote("targets", it.message) for it in plans_of_a_part(plans, project.province)),
    )


def _groups(project: Project) -> tuple[Schema, ...]:
    return () if project.groups is None else (GROUP_ZONES, GROUP_COVER)


STEP = Step(
    label=Phrase("Publish the figures", "Chốt số liệu in"),
    work=work,
    reads=(
        RoundedMeasures,
        *_OTHERS,
        ZONE_NAMES,
        ALLOCATION,
        ALLOCATION_TARGETS,
        ALLOCATION_LOSSES,
        ALLOCATION_LAND,
        ALLOCATION_NOTES,
        ALLOCATION_SOURCES,
    ),
    also_reads=_groups,
    writes=(PublishedFigures,),
    settings=(
        *("plans", "communes", "layers", "annex.language"),
        *("decimals", "rate_decimals", "certainty"),
    ),
)
