"""What each stage of an allocation makes least, as costs, columns and rows of a programme."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.base.remembered import remembered
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
    width = model.matrix.shape[1]
    parts = _shares(model.columns, model.land, model.inputs.sources)
    # Hectares that each zone asks for; one of which nothing is asked counts for one.
    wishes = model.rows.iloc[model.elastic].groupby(["zone", "kind"])["lower"].sum()
    wanted = wishes.groupby("zone").max().clip(lower=1.0).to_dict()
    weights = [part.weights(wanted, len(model.settings.years)) for part in parts]
    blocks = [
        sparse.csr_matrix(
            (np.ones(len(part.group)), (part.group, np.arange(len(part.group)))),
            (len(part.land), width),
        )
        for part in parts
    ]
    goals = [np.zeros(len(weight)) for weight in weights]
    if near is not None:
        goals = [np.bincount(part.group, near).astype("float64") for part in parts]
    asked = model.rows["lower"].to_numpy()[model.elastic]
    wishes = sparse.identity(width, format="csr")[model.shortfalls]
    return Squares(
        sparse.vstack([*blocks, wishes], format="csr"),
        np.concatenate([*goals, np.zeros(len(asked))]),
        np.concatenate([*weights, _SHORTFALL / np.maximum(asked, 1.0)]),
    )


@dataclass(frozen=True, slots=True)
class _Shares:
    """Groups of columns that share a whole out by their land: what does not turn on the targets."""

    weight: float
    by_year: bool  # Whether the whole is that of one year
    group: Integers  # Of each column
    land: Floats  # Hectares of land of each group
    whole: Integers  # Of each group
    all_land: Floats  # Hectares of land of each whole
    zones: tuple[tuple[int, str], ...]  # Each whole with each of its zones

    def weights(self, wanted: Mapping[Hashable, float], years: int) -> Floats:
        """Weight over the fair share of each group, of what the zones want."""
        asked = np.zeros(len(self.all_land))
        for whole, zone in self.zones:
            asked[whole] += wanted.get(zone, 1.0)
        density = asked / (years if self.by_year else 1) / self.all_land
        share = self.land * density[self.whole]
        return np.asarray(self.weight / np.maximum(share, _LEAST_SHARE_HA), dtype="float64")


@remembered()
def _shares(columns: pd.DataFrame, land: pd.DataFrame, sources: pd.DataFrame) -> list[_Shares]:
    """What is shared out: of each kind of land, of a zone, of its year, down to the cell."""
    frame = _with_land(columns, land, sources)
    return [
        _shared(frame, ["kind", "commune_code"], ["kind"], _COMMUNE),
        _shared(frame, ["zone", "commune_code"], ["zone"], _ZONE),
        _shared(frame, ["zone", "commune_code", "year"], ["zone", "year"], _YEAR),
        _shared(frame, CELL, ["zone", "year"], _CELL),
    ]


def _with_land(columns: pd.DataFrame, land: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Columns of hectares with kind of land, and land of all years.

    New planting is one kind; every source that shares its ground with trees is a kind of its own,
    for their hectares are never added to planting or to one another.
    """
    places = ["commune_code", "source"]
    usable = land.groupby(places)["usable_ha"].sum().reset_index()
    shares = columns["source"].map(sources.set_index("source")["shares"]).astype(bool)
    base = columns["source"].str.split("[:#]", regex=True).str[0]
    # As categories, for they are grouped by again and again.
    cells = columns[CELL].assign(kind=base.where(shares, ""))
    cells = cells.astype(dict.fromkeys(_TEXTS, "category"))
    found = columns[places].merge(usable, on=places, how="left")["usable_ha"]
    return cells.assign(land=found.to_numpy())


def _shared(frame: pd.DataFrame, keys: list[str], whole: list[str], weight: float) -> _Shares:
    """Share ``whole`` out among the groups of ``keys`` that agree in it."""
    places = ["commune_code", "source"]
    frame = frame.assign(
        group=frame.groupby(keys, sort=True).ngroup(), whole=frame.groupby(whole).ngroup()
    )
    land = frame.drop_duplicates(["group", *places]).groupby("group")
    all_land = frame.drop_duplicates(["whole", *places]).groupby("whole")["land"].sum()
    zones = frame.drop_duplicates(["whole", "zone"])
    return _Shares(
        weight,
        "year" in whole,
        frame["group"].to_numpy("int64"),
        land["land"].sum().to_numpy("float64"),
        land["whole"].first().to_numpy("int64"),
        all_land.to_numpy("float64"),
        tuple(zip(zones["whole"].tolist(), zones["zone"].tolist(), strict=True)),
    )
