"""Where a forecast starts: hectares by commune, species, three-forest class and age.

A cell is one species of one three-forest class in one commune. Its hectares stand by age at the
end of the layer's year: forest that counts, and planted land that is not yet forest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import InputError
from zones.measure.closure import ClosureLog
from zones.measure.measure import NO_CLASS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CELL = ["crop", "commune_code", "three_forest"]

#: Ages kept apart, in years, where no rotation asks for more; what is older stands with the oldest.
AGES = 60

_PLANTED = ("planted_forest", "not_yet_forest")


@dataclass(frozen=True, slots=True)
class Start:
    """Land at the end of the layer's year, in hectares of the ledger."""

    year: int  # Year of the layer
    # ``commune_code, commune, natural_area_ha``; one row per commune whose forest is known
    communes: pd.DataFrame
    cells: pd.DataFrame  # ``crop, commune_code, three_forest`` and ``commune``, its row; by crop
    forest_ha: Floats  # Cells × ages, planted and forest
    young_ha: Floats  # Cells × ages, planted and not yet forest
    unknown_ha: Floats  # Cells, planted and forest of unknown age
    young_unknown_ha: Floats  # Cells, not yet forest of unknown age; it is in ``young_ha`` at 0
    natural_ha: Floats  # Communes, natural forest
    bare_ha: Floats  # Communes, bare and regenerating land
    other_ha: Floats  # Communes, all other land of the layer

    @property
    def crops(self) -> list[str]:
        """Species, in the order of the cells."""
        return self.cells["crop"].drop_duplicates().astype("str").tolist()

    @property
    def land_ha(self) -> Floats:
        """All land of each commune (ha), which no year changes."""
        planted = np.zeros(len(self.communes))
        whole = self.forest_ha.sum(axis=1) + self.young_ha.sum(axis=1) + self.unknown_ha
        np.add.at(planted, self.cells["commune"].to_numpy(), whole)
        return np.asarray(planted + self.natural_ha + self.bare_ha + self.other_ha)


def start_of(
    measured: pd.DataFrame,
    cover: pd.DataFrame,
    *,
    year: int,
    also: Iterable[tuple[str, str, str]] = (),
    ages: int = AGES,
    log: ClosureLog | None = None,
) -> Start:
    """Cohorts of a measured forest status layer.

    ``measured`` are the rows of one layer (``MEASURED``), ``cover`` the table of forest cover
    made from them, whose last row is the province. ``also`` names cells that later planting needs.
    Communes without a single plot are left out, as they are from the rate of the province.
    """
    known = cover.iloc[:-1].dropna(subset="natural_forest_ha")
    names = ["commune_code", "commune", "natural_area_ha"]
    communes = known[names].reset_index(drop=True)
    rows = measured[
        measured["commune_code"].isin(communes["commune_code"]) & ~measured["land"].isin(NO_CLASS)
    ]
    rows = rows.assign(crop=rows["crop"].fillna(""))
    _refuse_future(rows, year)
    planted = rows[rows["land"].isin(_PLANTED)]
    cells = _cells(planted, communes, also)
    young = planted[planted["land"] == "not_yet_forest"]
    forest = planted[planted["land"] == "planted_forest"]
    ageless = _by_cell(young[young["planting_year"].isna()], cells)
    young_ha = _by_age(young, cells, year, ages)
    young_ha[:, 0] += ageless
    start = Start(
        year,
        communes,
        cells,
        _by_age(forest, cells, year, ages),
        young_ha,
        _by_cell(forest[forest["planting_year"].isna()], cells),
        ageless,
        _by_commune(rows[rows["land"] == "natural_forest"], communes),
        _by_commune(rows[rows["land"].isin(["bare", "regenerating"])], communes),
        _by_commune(
            rows[~rows["land"].isin([*_PLANTED, "natural_forest", "bare", "regenerating"])],
            communes,
        ),
    )
    (log or ClosureLog()).check(
        "trajectory: cohorts to the area with forest",
        parts=float(start.forest_ha.sum() + start.young_ha.sum() + start.unknown_ha.sum())
        + float(start.natural_ha.sum()),
        whole=float(known["area_with_forest_ha"].sum()),
    )
    return start


def _refuse_future(rows: pd.DataFrame, year: int) -> None:
    late = rows[rows["planting_year"].gt(year).fillna(value=False).to_numpy(dtype=bool)]
    if len(late):
        raise InputError(
            "zones.forest.trajectory.future_planting",
            count=len(late),
            area_ha=float(late["ledger_ha"].sum()),
            year=year,
            years=sorted({int(item) for item in late["planting_year"]}),
        )


def _cells(
    planted: pd.DataFrame, communes: pd.DataFrame, also: Iterable[tuple[str, str, str]]
) -> pd.DataFrame:
    extra = pd.DataFrame(list(also), columns=CELL, dtype="str")
    both = pd.concat([planted[CELL], extra], ignore_index=True).drop_duplicates()
    place = pd.Series(np.arange(len(communes)), index=communes["commune_code"])
    both = both[both["commune_code"].isin(place.index)].sort_values(CELL, ignore_index=True)
    return both.assign(commune=both["commune_code"].map(place).astype("int64"))


def _places(rows: pd.DataFrame, cells: pd.DataFrame) -> Integers:
    index = pd.MultiIndex.from_frame(cells[CELL])
    return np.asarray(index.get_indexer(pd.MultiIndex.from_frame(rows[CELL])), dtype="int64")


def _by_age(rows: pd.DataFrame, cells: pd.DataFrame, year: int, ages: int) -> Floats:
    """Hectares of cells by age in years; rows without a planting year are left out."""
    known = rows[rows["planting_year"].notna()]
    age = (year - known["planting_year"].astype("int64")).clip(upper=ages - 1)
    table = np.zeros((len(cells), ages))
    np.add.at(table, (_places(known, cells), age.to_numpy()), known["ledger_ha"].to_numpy())
    return table


def _by_cell(rows: pd.DataFrame, cells: pd.DataFrame) -> Floats:
    table = np.zeros(len(cells))
    np.add.at(table, _places(rows, cells), rows["ledger_ha"].to_numpy(dtype="float64"))
    return table


def _by_commune(rows: pd.DataFrame, communes: pd.DataFrame) -> Floats:
    sums = rows.groupby("commune_code")["ledger_ha"].sum()
    return sums.reindex(communes["commune_code"], fill_value=0.0).to_numpy(dtype="float64")
