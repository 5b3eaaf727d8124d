"""Present hectares of the plans' zones by commune, as comparison and reports take them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from zones.measure.present import BEARING, present_by_crop, without_earlier_surveys
from zones.plan.frames import zones_frame
from zones.plan.model import Plan
from zones.project.model import Project, forest_layers, newest_forest_layer


def zones_of_plans(plans: Sequence[Plan]) -> pd.DataFrame:
    """Zones of several plans, each once: the first plan that has it leads."""
    return pd.concat([zones_frame(plan) for plan in plans]).drop_duplicates("zone")


def zones_on_forest(project: Project, zones: pd.DataFrame, forest: pd.DataFrame) -> dict[str, str]:
    """Crop of each zone whose present hectares are ground of the newest forest layer.

    ``forest`` are the measured rows of that layer. The hectares of the other zones come from other
    layers or reports, and lie on ground that this layer counts as something else.
    """
    newest = newest_forest_layer(project)
    bearing = set(forest.loc[forest["land"].isin(BEARING), "crop"]) - {""}
    return {
        str(zone): str(crop)
        for zone, crop in zip(zones["zone"], zones["crop"], strict=True)
        if crop in bearing and project.present.get(str(crop), newest) == newest
    }


def present_by_zone(
    project: Project, plans: Sequence[Plan], measured: pd.DataFrame
) -> pd.DataFrame:
    """Present hectares by zone, commune and layer, from the one layer that tells of each crop."""
    earlier = set(forest_layers(project)[:-1]) - set(project.present.values())
    today = without_earlier_surveys(measured, earlier)
    present = present_by_crop(today, project.present)
    every = zones_of_plans(plans)
    return present.merge(every.loc[every["crop"] != "", ["zone", "crop"]], on="crop")
