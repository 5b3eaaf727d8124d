"""Step ``groups``: zones and forest cover summed by the project's groups of communes."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.inputs.groups import commune_groups, told_of_groups
from zones.project.model import Project
from zones.publish.groups import group_cover, group_zones
from zones.publish.rounded_figures import RoundedMeasures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import (
    ALLOCATION,
    ALLOCATION_LOSSES,
    FOREST_COVER,
    GROUP_COVER,
    GROUP_ZONES,
)


def work(context: Context) -> Made:
    """Sum the printed figures by group."""
    project, rounded = context.project, context[RoundedMeasures]
    groups = commune_groups(project, context.communes()[0])
    for told in told_of_groups(groups):
        context.teller.note(told)
    zones = group_zones(
        rounded.zones,
        context[ALLOCATION],
        context[ALLOCATION_LOSSES],
        groups.of,
        context.closures,
    )
    cover = group_cover(
        rounded.forest_cover,
        context[FOREST_COVER],
        groups.of,
        context.closures,
        rate_decimals=project.rate_decimals,
    )
    return {GROUP_ZONES: zones, GROUP_COVER: cover}


def _is_asked_for(project: Project) -> bool:
    return project.groups is not None


STEP = Step(
    label=Phrase("Sum by groups of communes", "Cộng theo nhóm xã"),
    work=work,
    reads=(RoundedMeasures, ALLOCATION, ALLOCATION_LOSSES, FOREST_COVER),
    writes=(GROUP_ZONES, GROUP_COVER),
    settings=("groups", "communes", "province", "rate_decimals"),
    wanted=_is_asked_for,
)
