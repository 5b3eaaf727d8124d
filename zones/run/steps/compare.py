"""Step ``compare``: targets of the plans against what was measured; zones by commune."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.certainty.communes import with_commune_intervals
from zones.certainty.verdict import with_verdicts, zone_intervals
from zones.inputs.present import (
    cover_of_round,
    present_by_zone,
    with_tellers,
    zones_of_plans,
)
from zones.measure.targets import (
    ToleratedBounds,
    compare_targets,
    join_plan_targets,
    measured_figures,
    share_zones,
    with_reported_zones,
)
from zones.plan.frames import communes_frame, targets_frame, zones_frame
from zones.project.model import CertaintySettings, newest_forest_layer
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import (
    AREA_ERRORS,
    FOREST_COVER,
    MEASURED,
    REPORTED,
    TARGETS,
    ZONE_NAMES,
    ZONES,
)


def work(context: Context) -> Made:
    """Targets with present areas and status, and each zone's hectares by commune."""
    project, plans = context.project, context.plans()
    communes, _ = context.communes()
    names = zones_frame(plans[0])
    every = zones_of_plans(plans)
    measured = present_by_zone(project, plans, context[MEASURED])
    by_zone = with_reported_zones(measured, context[REPORTED])
    targets = join_plan_targets([targets_frame(plan).assign(plan=plan.plan) for plan in plans])
    limits = project.thresholds
    tolerated = ToleratedBounds(limits.tolerance_percent, limits.rate_tolerance_points)
    cover, cover_of = cover_of_round(project, context[FOREST_COVER])
    compared = compare_targets(
        targets,
        measured_figures(
            with_tellers(project, measured, context[MEASURED]), cover, cover_of=cover_of
        ),
        tolerated=tolerated,
        reported=context[REPORTED],
    )
    level = (project.certainty or CertaintySettings()).level_percent
    intervals = zone_intervals(
        context[AREA_ERRORS],
        measured,
        float(cover["natural_area_ha"].iloc[-1]) if len(cover) else None,
        newest_forest_layer(project),
    )
    if project.certainty is not None:
        compared = with_verdicts(compared, intervals, level_percent=level, tolerated=tolerated)
    leading = by_zone[by_zone["zone"].isin(names["zone"])]
    zones = share_zones(
        leading[["zone", "commune_code", "present_ha"]],
        communes_frame(plans[0])[["zone", "commune_code"]],
        communes=communes[["commune_code", "commune"]],
        listed_min_percent=limits.listed_min_percent,
        unlisted_max_percent=limits.unlisted_max_percent,
    )
    zones = with_commune_intervals(zones, intervals, compared, level_percent=level)
    context.closures.check(
        "zones: communes to province",
        parts=zones["present_ha"].sum(),
        whole=leading["present_ha"].sum(),
    )
    used = every["zone"].isin([*names["zone"], *targets["zone"]])
    return {TARGETS: compared, ZONES: zones, ZONE_NAMES: every[used].reset_index(drop=True)}


STEP = Step(
    label=Phrase("Compare with the plan", "So sánh với kế hoạch"),
    work=work,
    reads=(MEASURED, FOREST_COVER, REPORTED, AREA_ERRORS),
    writes=(TARGETS, ZONES, ZONE_NAMES),
    settings=("plans", "present", "thresholds", "certainty", "reports"),
)
