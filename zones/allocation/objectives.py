"""What each stage of an allocation makes least, as costs, columns and rows of a programme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from zones.allocation.model import Model
from zones.solver.linear_programme import Programme, scattered

__all__ = ["AIMS", "aim_near", "preference_costs"]

Floats = npt.NDArray[np.float64]

#: So many finer bands stand in each band of the stage before.
_FINER = 10
#: Multiples of a commune's part of a zone above which a hectare more of that zone costs one more.
_SPREAD_BANDS = (0.5, 1.0, 2.0)


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


def _prepare_preference(model: Model, programme: Programme, _: Floats) -> Programme:
    return replace(programme, cost=preference_costs(model))


def _prepare_effort(model: Model, programme: Programme, columns: Floats) -> Programme:
    """No commune far above its fair share of the land it has, band by band.

    Hectares above a band cost one more than those below it.
    """
    share, group = _fair_shares(model, columns)
    bands = model.settings.fair_bands
    widths = [share * width for width in np.diff(bands)]
    members = np.arange(len(group))
    return _banded(programme, (members, group), share * bands[0], widths)


def _prepare_finer_effort(
    model: Model, programme: Programme, columns: Floats, *, parts: int
) -> Programme:
    """Bands a part as wide as the fair bands, around where each commune stands.

    Inside a band the stage before does not care, so that of two equal communes one may end at its
    upper and one at its lower edge; with each finer stage they draw nearer.
    """
    share, group = _fair_shares(model, columns)
    effort = np.bincount(group, weights=columns[: len(group)], minlength=len(share))
    level = np.divide(effort, share, out=np.zeros(len(share)), where=share > 0)
    edges = np.array([0.0, *model.settings.fair_bands])
    place = np.clip(np.searchsorted(edges, level, side="right") - 1, 0, len(edges) - 2)
    wide = np.diff(edges)[place] / (parts / _FINER)
    low = edges[place] + np.floor((level - edges[place]) / wide + 1e-9) * wide
    members = np.arange(len(group))
    widths = [share * wide / _FINER] * _FINER
    return _banded(programme, (members, group), share * low, widths)


def _fair_shares(model: Model, columns: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Fair share of each commune, and the commune of each column.

    The fair share is the commune's part of all land that some zone may take, times all hectares
    added.
    """
    frame = model.columns
    codes, group = np.unique(frame["commune_code"].to_numpy(dtype=object), return_inverse=True)
    usable = frame[["commune_code", "source"]].drop_duplicates()
    areas = (
        usable.merge(_land_of_sources(model)).groupby("commune_code")["upper"].sum().reindex(codes)
    )
    share = areas.to_numpy(dtype="float64")
    added = float(columns[: len(frame)].sum())
    return share * (added / max(float(share.sum()), 1e-12)), group


def _land_of_sources(model: Model) -> pd.DataFrame:
    """Hectares of each source of each commune that may be used in all years together."""
    land = model.rows[model.rows["kind"] == "land"]
    return land.groupby(["commune_code", "source"])["upper"].max().reset_index()


def _prepare_spread(model: Model, programme: Programme, columns: Floats) -> Programme:
    """Within each zone no commune far above its part of the land that the zone may still take.

    The effort of a commune says nothing of what it consists of: without this stage one of ten
    listed communes may get all of a small zone, and the others all of the next.
    """
    frame, keys = model.columns, ["zone", "commune_code"]
    live = programme.upper[: len(frame)] > programme.lower[: len(frame)]
    places = frame.loc[live, [*keys, "source"]].drop_duplicates().merge(_land_of_sources(model))
    pairs = places.groupby(keys, as_index=False)["upper"].sum()
    added = pd.Series(columns[: len(frame)]).groupby(frame["zone"].to_numpy()).sum()
    whole = pairs.groupby("zone")["upper"].transform("sum")
    pairs["share"] = pairs["upper"] / whole * pairs["zone"].map(added).astype("float64")
    pairs = pairs[pairs["share"] > 0].reset_index(drop=True).reset_index(names="pair")
    inside = frame[keys].assign(column=np.arange(len(frame)))[live].merge(pairs, on=keys)
    share = pairs["share"].to_numpy(dtype="float64")
    return _banded(
        programme,
        (inside["column"].to_numpy(), inside["pair"].to_numpy()),
        share * _SPREAD_BANDS[0],
        [share * width for width in np.diff(_SPREAD_BANDS)],
    )


def _banded(
    programme: Programme,
    grouped: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    first: Floats,
    widths: list[Floats],
) -> Programme:
    """Price the hectares of each group above ``first``, one more from band to band.

    ``grouped`` gives columns and the number of their group.
    """
    members, group = grouped
    count = len(first)
    block = sparse.csc_matrix(
        (np.ones(len(members)), (group, members)), shape=(count, programme.matrix.shape[1])
    )
    bands = len(widths) + 1
    excess = sparse.hstack([-sparse.identity(count)] * bands, format="csc")
    return _extended(
        programme,
        (block, excess),
        row_upper=first,
        cost=np.repeat(np.arange(1.0, bands + 1), count),
        upper=np.concatenate([*widths, np.full(count, np.inf)]),
    )


def _prepare_years(model: Model, programme: Programme, columns: Floats) -> Programme:
    """Each zone in each commune with the lowest possible peak, so as even as the limits let it.

    One column per pair is at least the hectares of each of its years; their sum is least.
    """
    del columns
    frame = model.columns
    live = programme.upper[: len(frame)] > programme.lower[: len(frame)]
    pair = frame.groupby(["zone", "commune_code"], sort=True).ngroup().to_numpy()
    inside = np.flatnonzero(live)
    slots, row = np.unique(
        np.column_stack([pair[inside], frame["year"].to_numpy()[inside]]),
        axis=0,
        return_inverse=True,
    )
    pairs, peak = np.unique(slots[:, 0], return_inverse=True)
    block = sparse.csc_matrix(
        (np.ones(len(inside)), (row, inside)), shape=(len(slots), programme.matrix.shape[1])
    )
    peaks = sparse.csc_matrix(
        (np.full(len(slots), -1.0), (np.arange(len(slots)), peak)), shape=(len(slots), len(pairs))
    )
    return _extended(
        programme,
        (block, peaks),
        row_upper=np.zeros(len(slots)),
        cost=np.ones(len(pairs)),
        upper=np.full(len(pairs), np.inf),
    )


def aim_near(model: Model, programme: Programme, near: pd.DataFrame) -> Programme:
    """Stay near another plan: least sum of changes over zones and communes."""
    keys = ["zone", "commune_code"]
    frame = model.columns[keys]
    pair = frame.groupby(keys, sort=True).ngroup().to_numpy()
    pairs = frame.drop_duplicates().sort_values(keys)
    planned = near.groupby(keys)["planned_ha"].sum().reset_index()
    goal = pairs.merge(planned, on=keys, how="left")["planned_ha"].fillna(0.0).to_numpy()
    count, width = len(pairs), len(frame)
    # Added − more + less = planned there, as two inequalities: one excess for each side.
    block = sparse.csc_matrix(
        (np.ones(width), (pair, np.arange(width))), shape=(count, programme.matrix.shape[1])
    )
    sides = sparse.vstack([block, -block], format="csc")
    return _extended(
        programme,
        (sides, -sparse.identity(2 * count, format="csc")),
        row_upper=np.concatenate([goal, -goal]),
        cost=np.ones(2 * count),
        upper=np.full(2 * count, np.inf),
    )


def _prepare_tie(model: Model, programme: Programme, columns: Floats) -> Programme:
    """Different costs for all columns, so that one plan is left and not only its value."""
    del columns
    cost = np.zeros(len(programme.cost))
    width = model.matrix.shape[1]
    cost[:width] = 1.0 + scattered(width)
    return replace(programme, cost=cost)


def _extended(
    programme: Programme,
    blocks: tuple[sparse.csc_matrix, sparse.csc_matrix],
    *,
    row_upper: Floats,
    cost: Floats,
    upper: Floats,
) -> Programme:
    """Add rows (old columns, new columns) ≤ ``row_upper``; only the new columns cost anything."""
    old, new = blocks
    row_lower = np.full(len(row_upper), -np.inf)
    return Programme(
        np.concatenate([np.zeros(len(programme.cost)), cost]),
        np.concatenate([programme.lower, np.zeros(len(cost))]),
        np.concatenate([programme.upper, upper]),
        sparse.bmat([[programme.matrix, None], [old, new]], format="csc"),
        np.concatenate([programme.row_lower, row_lower]),
        np.concatenate([programme.row_upper, row_upper]),
    )


#: Aim of each stage: model, optimal face of the stages before, and its solution → programme.
AIMS: dict[str, Callable[[Model, Programme, Floats], Programme]] = {
    "preference": _prepare_preference,
    "effort": _prepare_effort,
    "effort/10": partial(_prepare_finer_effort, parts=10),
    "effort/100": partial(_prepare_finer_effort, parts=100),
    "spread": _prepare_spread,
    "years": _prepare_years,
    "tie": _prepare_tie,
}
