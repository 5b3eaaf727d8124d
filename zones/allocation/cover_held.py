"""What the hectares of a plan do for the forest cover targets, by the linear form of its inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.schema import read_schema
from zones.allocation.inputs import AllocationInputs

Floats = npt.NDArray[np.float64]

COVER_HELD = read_schema("zones.allocation", "cover held")

_FORM = ["target", "form"]
#: Hectares below which nothing lacks.
_CRUMB_HA = 1e-3


def cover_held(inputs: AllocationInputs, plan: pd.DataFrame) -> pd.DataFrame:
    """Columns of ``COVER_HELD``: each target of forest cover with what a plan makes of it.

    Of several linear forms of a target the one that gives least holds.
    """
    return COVER_HELD.validate(_holding(inputs, plan)[COVER_HELD.names])


def _holding(inputs: AllocationInputs, plan: pd.DataFrame) -> pd.DataFrame:
    """The form of each target that gives least, with what the plan has by it."""
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
    return (
        frame.sort_values("promised_percent", kind="stable").drop_duplicates("target").sort_index()
    )


def added_ha(inputs: AllocationInputs, plan: pd.DataFrame) -> Floats:
    """Forest that the hectares of a plan add by each form of each target (ha)."""
    sums = _cells(inputs, plan).groupby(_FORM)["counted_ha"].sum()
    asked = pd.MultiIndex.from_frame(inputs.cover_asked[_FORM])
    return sums.reindex(asked).fillna(0.0).to_numpy(dtype="float64")


def counted_cells(inputs: AllocationInputs, plan: pd.DataFrame) -> pd.DataFrame:
    """Cells of a plan with the hectares of each that count, by target."""
    return _cells(inputs, plan).merge(_holding(inputs, plan)[_FORM], on=_FORM)


def _cells(inputs: AllocationInputs, plan: pd.DataFrame) -> pd.DataFrame:
    rows = plan.merge(inputs.counted, on=["zone", "source", "year"])
    return rows.assign(counted_ha=rows["planned_ha"] * rows["counted_ratio"])
