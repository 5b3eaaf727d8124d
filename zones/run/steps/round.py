"""Step ``round``: the one rounding of everything that was measured."""

from __future__ import annotations

from dataclasses import replace

from layers.base.language import Phrase
from zones.inputs.present import present_of_no_zone, zones_on_forest
from zones.plan.frames import zones_frame
from zones.project.model import Project, forest_layers, newest_forest_layer
from zones.publish.forest_forms import round_forms
from zones.publish.rounded_figures import RoundedMeasures, round_measures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.run.store import Key
from zones.tables import (
    FOREST_CAUSES,
    FOREST_CLASSES,
    FOREST_COVER,
    FOREST_FORM_CAUSES,
    FOREST_FORM_PURPOSES,
    MEASURED,
    PLANTED_SPECIES,
    TARGETS,
    ZONE_NAMES,
    ZONES,
)


def work(context: Context) -> Made:
    """Round targets, zones, forest cover, species and land so that every sum is met."""
    project = context.project
    measured, newest = context[MEASURED], newest_forest_layer(project)
    land = measured[measured["layer"] == newest]
    rounded = round_measures(
        targets=context[TARGETS],
        zones=context[ZONES],
        zone_names=context[ZONE_NAMES],
        forest_cover=context[FOREST_COVER],
        planted_species=context[PLANTED_SPECIES],
        land=land,
        forest_zones=zones_on_forest(project, zones_frame(context.plans()[0]), land),
        decimals=(project.decimals, project.rate_decimals),
    )
    classes = context[FOREST_CLASSES]
    forms = round_forms(
        classes[classes["layer"].eq(newest or "")],
        context[FOREST_CAUSES] if _causes(project) else FOREST_CAUSES.empty(),
        rounded.forest_cover,
        decimals=project.decimals,
    )
    rounded = replace(rounded, off_ha={**rounded.off_ha, **forms.off_ha})
    if project.plans:
        rounded = replace(rounded, outside=present_of_no_zone(project, context.plans(), measured))
    return {
        RoundedMeasures: rounded,
        FOREST_FORM_PURPOSES: forms.purposes,
        FOREST_FORM_CAUSES: forms.causes,
    }


def _causes(project: Project) -> tuple[Key, ...]:
    return (FOREST_CAUSES,) if len(forest_layers(project)) > 1 else ()


STEP = Step(
    label=Phrase("Round the figures", "Làm tròn số liệu"),
    work=work,
    reads=(MEASURED, FOREST_CLASSES, FOREST_COVER, PLANTED_SPECIES, TARGETS, ZONES, ZONE_NAMES),
    also_reads=_causes,
    writes=(RoundedMeasures, FOREST_FORM_PURPOSES, FOREST_FORM_CAUSES),
    settings=("plans", "layers", "present", "reports", "decimals", "rate_decimals"),
)
