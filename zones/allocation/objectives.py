"""What each stage of an allocation makes least, as costs, columns and rows of a programme."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from zones.allocation.model import Model
from zones.solver.convex_programme import Squares
from zones.solver.linear_programme import Programme

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Keys of a column of hectares.
CELL = ["zone", "commune_code", "source", "year"]

_TEXTS = ("zone", "commune_code", "source", "kind")

#: Weight of a shortfall in its part of what is asked, and of sums in their fair shares.
_SHORTFALL = 10.0
_COMMUNE = 1.0
_ZONE = 0.2
_YEAR = 0.1
_CELL = 0.05
#: Fair shares below this, in ha, are taken for this: what is shared there is next to nothing.
_LEAST_SHARE_HA = 0.01


def preference_costs(model: Model) -> Floats:
    """Cost of a hectare in the second stage.

    Every hectare costs 1, so that no more is planted than the targets ask; what it lacks in
    suitability is added, and ``unlisted_cost`` outside the plan's list.
    """
    cost = np.zeros(model.matrix.shape[1])
    columns = model.columns
    unlisted = (~columns["preferred"].to_numpy(dtype=bool)) * model.settings.unlisted_cost
    cost[: len(columns)] = 2.0 - columns["suitability"].to_numpy() + unlisted
    return cost


def planned_cells(model: Model, plan: pd.DataFrame) -> Floats:
    """Hectares that a plan has in each column of hectares of a model."""
    cells = plan.set_index(CELL)["planned_ha"]
    return cells.reindex(pd.MultiIndex.from_frame(model.columns[CELL]), fill_value=0.0).to_numpy()


def changes(model: Model, columns: Floats, near: Floats) -> Floats:
    """Hectares by which each zone in each commune, in order, differs from another plan's cells."""
    cells = columns[: len(model.columns)] - near
    return np.bincount(model.pair, weights=cells).astype("float64")


def change_programme(model: Model, programme: Programme, near: Floats) -> Programme:
    """Stay near the cells of another plan: least sum of changes over zones and communes."""
    goal = -changes(model, np.zeros(len(model.columns)), near)
    count, width = len(goal), len(model.columns)
    # Added − more ≤ planned there and planned − less ≤ added: one excess for each side.
    block = sparse.csc_matrix(
        (np.ones(width), (model.pair, np.arange(width))), shape=(count, programme.matrix.shape[1])
    )
    sides = sparse.vstack([block, -block], format="csc")
    excess = -sparse.identity(2 * count, format="csc")
    return Programme(
        np.concatenate([np.zeros(len(programme.cost)), np.ones(2 * count)]),
        np.concatenate([programme.lower, np.zeros(2 * count)]),
        np.concatenate([programme.upper, np.full(2 * count, np.inf)]),
        sparse.bmat([[programme.matrix, None], [sides, excess]], format="csc"),
        np.concatenate([programme.row_lower, np.full(2 * count, -np.inf)]),
        np.concatenate([programme.row_upper, goal, -goal]),
    )


def evenness(model: Model, near: Floats | None = None) -> Squares:
    """Squares of hectares over fair shares, of shortfalls over what is asked.

    A fair share is the part of the land, times the hectares asked for: of a commune among all, for
    each kind of land; of a commune in a zone; of a year of that. Beside the cells of another plan
    the squares are those of the changes. Their sum has one least plan: every cell has a square of
    its own.
    """
    frame = _with_land(model)
    width = model.matrix.shape[1]
    terms = [
        _shared(frame, ["kind", "commune_code"], ["kind"], _COMMUNE),
        _shared(frame, ["zone", "commune_code"], ["zone"], _ZONE),
        _shared(frame, ["zone", "commune_code", "year"], ["zone", "year"], _YEAR),
        _shared(frame, CELL, ["zone", "year"], _CELL),
    ]
    blocks = [
        sparse.csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))), (count, width))
        for group, count in ((group, len(weight)) for group, weight in terms)
    ]
    goals = [np.zeros(len(weight)) for _, weight in terms]
    if near is not None:
        goals = [np.bincount(group, near).astype("float64") for group, _ in terms]
    asked = model.rows["lower"].to_numpy()[model.elastic]
    wishes = sparse.identity(width, format="csr")[model.shortfalls]
    return Squares(
        sparse.vstack([*blocks, wishes], format="csr"),
        np.concatenate([*goals, np.zeros(len(asked))]),
        np.concatenate([*(weight for _, weight in terms), _SHORTFALL / np.maximum(asked, 1.0)]),
    )


def _with_land(model: Model) -> pd.DataFrame:
    """Columns of hectares with kind of land, land of all years, and what their zone asks for.

    New planting is one kind; every source that shares its ground with trees is a kind of its own,
    for their hectares are never added to planting or to one another.
    """
    frame, inputs = model.columns, model.inputs
    land = model.land.groupby(["commune_code", "source"])["usable_ha"].sum()
    shares = frame["source"].map(inputs.sources.set_index("source")["shares"]).astype(bool)
    base = frame["source"].str.split("[:#]", regex=True).str[0]
    wishes = model.rows.iloc[model.elastic].groupby(["zone", "kind"])["lower"].sum()
    asked = wishes.groupby("zone").max()
    # As categories, for they are grouped by again and again.
    cells = (
        frame[CELL].assign(kind=base.where(shares, "")).astype(dict.fromkeys(_TEXTS, "category"))
    )
    return cells.assign(
        land=frame[["commune_code", "source"]]
        .merge(land.reset_index(), on=["commune_code", "source"], how="left")["usable_ha"]
        .to_numpy(),
        asked=frame["zone"].map(asked).astype("float64").fillna(1.0).clip(lower=1.0),
        years=len(model.settings.years),
    )


def _shared(
    frame: pd.DataFrame, keys: list[str], whole: list[str], weight: float
) -> tuple[Integers, Floats]:
    """Group of each column, and weight over fair share of each group.

    ``whole`` names what is shared out among the groups that agree in it.
    """
    places = ["commune_code", "source"]
    group = frame.groupby(keys, sort=True).ngroup()
    land = frame.assign(group=group).drop_duplicates(["group", *places])
    land = land.groupby("group").agg({"land": "sum", **dict.fromkeys(whole, "first")})
    all_land = frame.drop_duplicates([*whole, *places]).groupby(whole)["land"].sum()
    asked = frame.drop_duplicates([*whole, "zone"]).groupby(whole)
    asked_ha = asked["asked"].sum() / (asked["years"].first() if "year" in whole else 1)
    density = (asked_ha / all_land).rename("density").reset_index()
    share = land["land"] * land.merge(density, on=whole, how="left")["density"].to_numpy()
    least = np.maximum(share.to_numpy(dtype="float64"), _LEAST_SHARE_HA)
    return np.asarray(group, dtype="int64"), weight / least
