"""What is planted in each year: hectares of a plan by commune, and totals that a plan promises.

A hectare of a plan names its land: bare land (TR1), harvested land (TR2), or other land. Of a
total, what the plan does not place is split by a share: new on bare land and replanting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.schema import read_schema
from zones.forest.trajectory.cohorts import CELL, Start

Floats = npt.NDArray[np.float64]

#: Planting that a plan places.
PLACED = read_schema("zones.forest.trajectory", "placed planting")

#: Class that new plantings stand in.
PLANTED_CLASS = "production"
#: Planting years of the layer that its own pace is taken from, and the years of an average.
RECENT_YEARS = 5


@dataclass(frozen=True, slots=True)
class Planting:
    """Planting by forecast year, in hectares; a last axis tells draws apart where they differ."""

    years: range  # Forecast years
    bare_ha: Floats  # Cells × years, on bare land (TR1)
    harvested_ha: Floats  # Cells × years, after harvest (TR2)
    other_ha: Floats  # Cells × years, on other land such as fields
    lost_bare_ha: Floats  # Communes × years of bare land that crops take which never count
    promised_ha: Floats  # Years; what a total promises beyond what is placed
    mix: Floats  # Cells; share of each species in what is planted on a commune's bare land


def planted_crops(start_rows: pd.DataFrame, year: int) -> pd.Series[float]:
    """Mean hectares planted in a year by species, over the layer's last years."""
    recent = start_rows["planting_year"].between(year - RECENT_YEARS + 1, year).fillna(value=False)
    rows = start_rows[
        start_rows["land"].isin(["planted_forest", "not_yet_forest"])
        & recent.to_numpy(dtype=bool)
        & start_rows["commune_code"].ne("")
    ]
    sums = rows.assign(crop=rows["crop"].fillna("")).groupby("crop")["ledger_ha"].sum()
    return sums[sums.index != ""] / RECENT_YEARS


def cells_of_planting(
    communes: pd.Series[str], crops: pd.Index[str], placed: pd.DataFrame
) -> list[tuple[str, str, str]]:
    """Cells that planting needs: every usual species everywhere, and whatever is placed."""
    usual = [(str(crop), str(code), PLANTED_CLASS) for crop in crops for code in communes]
    own = placed.loc[placed["crop"] != "", ["crop", "commune_code"]].drop_duplicates()
    return usual + [(str(crop), str(code), PLANTED_CLASS) for crop, code in own.to_numpy()]


def lay_out_planting(
    start: Start,
    placed: pd.DataFrame,
    *,
    years: range,
    total_ha: pd.Series[float],
    usual: pd.Series[float],
) -> Planting:
    """Lay planting on the cells of a start.

    ``placed`` has the columns of ``PLACED``; ``total_ha`` is what is promised in all for each
    year, placed hectares of forest included; ``usual`` are hectares by species, for the mix of the
    rest.
    """
    rows = PLACED.validate(placed)
    rows = rows[rows["year"].isin(list(years))]
    on_cells = {
        land: _on_cells(start, rows[(rows["on"] == land) & (rows["crop"] != "")], years)
        for land in ("bare", "harvested", "other")
    }
    lost = np.zeros((len(start.communes), len(years)))
    codes = pd.Index(start.communes["commune_code"])
    taken = rows[(rows["on"] == "bare") & (rows["crop"] == "")]
    taken = taken[taken["commune_code"].isin(codes)]
    place = (codes.get_indexer(taken["commune_code"]), _year(taken, years))
    np.add.at(lost, place, taken["planned_ha"].to_numpy())
    # Crops that never count are no part of the forest that a plan promises to plant.
    by_year = (
        rows[rows["crop"] != ""]
        .groupby("year")["planned_ha"]
        .sum()
        .reindex(list(years), fill_value=0.0)
    )
    rest = total_ha.reindex(list(years)).fillna(0.0).to_numpy() - by_year.to_numpy()
    return Planting(
        years,
        on_cells["bare"],
        on_cells["harvested"],
        on_cells["other"],
        lost,
        np.maximum(rest, 0.0),
        _mix(start, usual),
    )


def _year(rows: pd.DataFrame, years: range) -> npt.NDArray[np.int64]:
    return rows["year"].to_numpy(dtype="int64") - years.start


def _on_cells(start: Start, rows: pd.DataFrame, years: range) -> Floats:
    table = np.zeros((len(start.cells), len(years)))
    index = pd.MultiIndex.from_frame(start.cells[CELL])
    keys = rows.assign(three_forest=PLANTED_CLASS)[CELL]
    cells = index.get_indexer(pd.MultiIndex.from_frame(keys))
    inside = cells >= 0
    np.add.at(
        table, (cells[inside], _year(rows, years)[inside]), rows["planned_ha"].to_numpy()[inside]
    )
    return table


def _mix(start: Start, usual: pd.Series[float]) -> Floats:
    """Share of each cell in what its commune plants; sums to 1 in every commune with cells."""
    cells = start.cells
    new = (cells["three_forest"] == PLANTED_CLASS).to_numpy()
    weight = np.where(new, cells["crop"].map(usual).fillna(0.0).to_numpy(dtype="float64"), 0.0)
    sums = np.zeros(len(start.communes))
    np.add.at(sums, cells["commune"].to_numpy(), weight)
    whole = sums[cells["commune"].to_numpy()]
    return np.asarray(np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0))
