"""What binds: for each zone in each commune, the limit that keeps it from one more hectare."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.remembered import remembered
from zones.allocation.land_years import lay_on_windows
from zones.allocation.model import Model
from zones.allocation.solve import Staged

#: Closed vocabulary of ``binding``, in the order in which a reason is looked for.
BINDING = (
    "no_land",  # no suitable land of any source
    "list",  # suitable land, but the commune is not on the zone's closed list
    "lock",  # suitable land, but a lock bars it
    "ceiling",  # the upper end of a target is reached
    "land",  # all suitable land is planted
    "pace",  # the commune's pace for this zone is used up in every year
    "commune_pace",  # the commune's pace for all zones is used up in every year
    "zone_pace",  # the plan's yearly figure for the zone is used up in every year
    "province_pace",  # the yearly figure for everything together is used up
    "target",  # nothing binds: no more is asked for
)

#: In tables, of zones that the allocation leaves aside: not measured, or nothing is asked for.
NOT_ALLOCATED = "not_allocated"

Floats = npt.NDArray[np.float64]

_TOLERANCE_HA = 1e-4
_KEYS = ["zone", "commune_code"]


def binding_limits(model: Model, staged: Staged, *, moved: bool = False) -> pd.DataFrame:
    """Binding limit of each zone in each commune.

    With ``moved`` of a hectare that leaves another commune: it meets no limit of the whole zone
    or of all zones, whose sums it leaves as they are.
    """
    inputs = model.inputs
    zones = np.sort(inputs.targets["zone"].unique())
    codes = inputs.communes["commune_code"].sort_values()
    grid = pd.MultiIndex.from_product([zones, codes], names=_KEYS).to_frame(index=False)
    inside = _inside(model, staged, moved)
    outside = _outside(model.land, inputs.suitability, inputs.locks)
    frame = grid.merge(inside, on=_KEYS, how="left").merge(outside, on=_KEYS, how="left")
    frame["binding"] = frame["inside"].fillna(frame["outside"]).fillna("no_land")
    return frame[[*_KEYS, "binding"]]


def _inside(model: Model, staged: Staged, moved: bool) -> pd.DataFrame:
    """Pairs that have columns: count per kind how many of them a full row stops."""
    blocked = _blocked(model, staged, moved)
    columns = model.columns[_KEYS].assign(**blocked, all=1)
    columns["target"] = ~np.any(list(blocked.values()), axis=0)
    counts = columns.groupby(_KEYS).sum()
    kinds = list(blocked)
    # A free column means nothing binds. Else the first kind that stops all, else that stops most.
    whole = counts[kinds].eq(counts["all"], axis=0)
    most = counts[kinds].to_numpy().argmax(axis=1)
    first = whole.to_numpy().argmax(axis=1)
    picked = np.where(whole.any(axis=1).to_numpy(), first, most)
    names = np.array([*kinds, "target"], dtype=object)
    picked = np.where(counts["target"].to_numpy() > 0, len(kinds), picked)
    return counts.index.to_frame(index=False).assign(inside=names[picked])


def _blocked(model: Model, staged: Staged, moved: bool) -> dict[str, npt.NDArray[np.bool_]]:
    rows = model.rows
    width = len(model.columns)
    matrix = model.matrix[:, :width]
    full = matrix @ staged.hectares >= rows["upper"].to_numpy() - _TOLERANCE_HA
    of_zone, of_commune = rows["zone"] != "", rows["commune_code"] != ""
    if moved:
        full &= of_commune.to_numpy()
    pace = rows["kind"] == "pace"
    kinds = {
        "ceiling": rows["kind"] == "target_high",
        "land": rows["kind"] == "land",
        "pace": pace & of_zone & of_commune,
        "commune_pace": pace & ~of_zone & of_commune,
        "zone_pace": pace & of_zone & ~of_commune,
        "province_pace": pace & ~of_zone & ~of_commune,
    }
    counts = {
        name: matrix.T @ (full & mask.to_numpy()).astype("float64") for name, mask in kinds.items()
    }
    blocked = {name: count > 0 for name, count in counts.items()}
    return blocked | {"land": blocked["land"] | _without_room(model, staged.hectares)}


def _without_room(model: Model, hectares: Floats) -> npt.NDArray[np.bool_]:
    """Columns on pieces of land with years of their own where no hectare more has room."""
    keys = ["commune_code", "source", "year"]
    laid = lay_on_windows(model.columns[keys].assign(planned_ha=hectares), model.pieces)
    shut = pd.MultiIndex.from_frame(laid.loc[~laid["open"].astype(bool), keys])
    return np.asarray(pd.MultiIndex.from_frame(model.columns[keys]).isin(shut))


@remembered()
def _outside(land: pd.DataFrame, suitability: pd.DataFrame, locks: pd.DataFrame) -> pd.DataFrame:
    """Pairs without columns although suitable land is there: a lock or a closed list."""
    there = land[["commune_code", "source"]].drop_duplicates()
    suits = suitability[suitability["suitability"] > 0]
    pairs = suits.merge(there)[_KEYS].drop_duplicates()
    bars = locks.loc[locks["lock"] == "must_not", _KEYS].drop_duplicates()
    pairs = pairs.merge(bars.assign(outside="lock"), on=_KEYS, how="left")
    return pairs.fillna({"outside": "list"})
