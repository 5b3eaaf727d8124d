"""What the hectares of a plan do for the forest cover targets, by the linear form of its inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.schema import read_schema
from zones.allocation.inputs import AllocationInputs

Floats = npt.NDArray[np.float64]

COVER_HELD = read_schema("zones.allocation", "cover held")

#: Hectares below which nothing lacks.
_CRUMB_HA = 1e-3


def cover_held(inputs: AllocationInputs, plan: pd.DataFrame) -> pd.DataFrame:
    """Columns of ``COVER_HELD``: each target of forest cover with what a plan makes of it."""
    asked = inputs.cover_asked
    added = added_ha(inputs, plan)
    promised = added + asked["without_ha"].to_numpy(dtype="float64")
    area = asked["natural_area_ha"].to_numpy(dtype="float64")
    lacking = asked["asked_percent"].to_numpy(dtype="float64") / 100 * area - promised
    frame = asked.assign(
        promised_percent=promised / area * 100,
        added_ha=added,
        shortfall_ha=np.where(lacking > _CRUMB_HA, lacking, 0.0),
    )
    return COVER_HELD.validate(frame[COVER_HELD.names])


def added_ha(inputs: AllocationInputs, plan: pd.DataFrame) -> Floats:
    """Forest that the hectares of a plan add by the year of each target (ha)."""
    rows = counted_cells(inputs, plan)
    sums = rows.groupby("target")["counted_ha"].sum()
    return sums.reindex(inputs.cover_asked["target"]).fillna(0.0).to_numpy(dtype="float64")


def counted_cells(inputs: AllocationInputs, plan: pd.DataFrame) -> pd.DataFrame:
    """Cells of a plan with the hectares of each that count, by target."""
    rows = plan.merge(inputs.counted, on=["zone", "source", "year"])
    return rows.assign(counted_ha=rows["planned_ha"] * rows["counted_ratio"])
