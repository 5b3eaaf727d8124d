"""Step ``round``: the one rounding of everything that was measured."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.plan.frames import zones_frame
from zones.project.model import newest_forest_layer
from zones.publish.figures import RoundedMeasures, round_measures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import FOREST_COVER, MEASURED, PLANTED_SPECIES, TARGETS, ZONE_NAMES, ZONES


def work(context: Context) -> Made:
    """Round targets, zones, forest cover, species and land so that every sum is met."""
    project = context.project
    crops = set(zones_frame(context.plans()[0])["crop"]) - {""}
    measured = context[MEASURED]
    rounded = round_measures(
        targets=context[TARGETS],
        zones=context[ZONES],
        zone_names=context[ZONE_NAMES],
        forest_cover=context[FOREST_COVER],
        planted_species=context[PLANTED_SPECIES],
        land=measured[measured["layer"] == newest_forest_layer(project)],
        zone_crops=crops,
        decimals=(project.decimals, project.rate_decimals),
    )
    return {RoundedMeasures: rounded}


STEP = Step(
    label=Phrase("Round the figures", "Làm tròn số liệu"),
    work=work,
    reads=(MEASURED, FOREST_COVER, PLANTED_SPECIES, TARGETS, ZONES, ZONE_NAMES),
    writes=(RoundedMeasures,),
    settings=("plans", "decimals", "rate_decimals"),
)
