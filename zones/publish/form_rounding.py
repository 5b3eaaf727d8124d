"""Classes and changes of Forms 02 and 05, rounded so that every printed sum of them is near.

What the forms print are sums: rows by origin, site and stand, columns by purpose or cause. All of
them are rounded at once, to the forest cover table (Form 04) where that has the same figure.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.kinds.forest_form_rows import WHOLE_PURPOSES
from zones.forest.forms import CLASS_KEYS
from zones.project.form_schema import FormTable, load_form
from zones.publish.rounded_figures import FUNCTIONS, WITH_FOREST
from zones.rounding.to_sums import PrintedSums, round_to_sums
from zones.rounding.to_totals import clean_steps

Floats = npt.NDArray[np.float64]
#: Columns of Form 02 that are of one three-forest class.
PARTS = {
    "c7": ["c8", "c9", "c10", "c11", "c12"],
    "c13": ["c14", "c15", "c16", "c17", "c18"],
}
#: Rows of Form 02 that the cover table has, in the order of ``WITH_FOREST``.
_STATES = dict(zip(("1110", "1120", "2010"), WITH_FOREST, strict=True))


def form_table(number: str) -> FormTable:
    """Table of a forest form (``02``): its rows, columns and identities."""
    return load_form(f"forest-{number}").tables[0]


def row_members(classes: pd.DataFrame) -> Floats:
    """Rows of the forms × classes: 1 where a row adds up a class."""
    rows = [_members(classes, item.row).to_numpy() for item in form_table("02").fixed]
    return np.array(rows, dtype="float64")


def _members(classes: pd.DataFrame, row: str) -> pd.Series[bool]:
    origin = classes["form_origin"]
    forest = origin.str.startswith("11")
    if row in ("0000", "1100", "1200"):
        return forest | (origin.eq("2010") if row == "0000" else False)
    if row in ("1110", "1300"):
        return origin.str.startswith("111")
    if row in ("1120", "2000"):
        return origin.str.startswith("112" if row == "1120" else "20")
    column = {"12": "form_site", "13": "form_stand"}.get(row[:2], "form_origin")
    return classes[column].eq(row)


def rounded_classes(
    classes: pd.DataFrame, province: pd.Series[float], *, step: float
) -> pd.DataFrame:
    """Classes by purpose (``ledger_ha``, in truth ``exact_ha``), to the cover of the province."""
    cells = classes.groupby([*CLASS_KEYS, "form_purpose"])["ledger_ha"].sum().reset_index()
    cells = pd.concat([cells, _empty_cells(cells)], ignore_index=True)
    rows, codes = row_members(cells), [item.row for item in form_table("02").fixed]
    names = [column.column for column in form_table("02").columns][2:]
    members = np.vstack([rows * in_column(cells, name) for name in names])
    given = {(row, "c6"): province[state] for row, state in _STATES.items()}
    given |= {
        ("0000", WHOLE_PURPOSES[name.removesuffix("_ha")]): province[name] for name in FUNCTIONS
    }
    low = np.full(len(members), -np.inf)
    for (row, column), printed in given.items():
        low[names.index(column) * len(codes) + codes.index(row)] = np.rint(printed / step)
    exact = cells["ledger_ha"].to_numpy(dtype="float64") / step
    sums = PrintedSums(
        sparse.csr_matrix(members), members @ exact, low, np.where(np.isinf(low), np.inf, low)
    )
    return _rounded(cells, "ledger_ha", exact, sums, step)


def in_column(cells: pd.DataFrame, column: str) -> npt.NDArray[np.bool_]:
    """Cells that a column of Form 02 adds up: all of them in that of the end of the period."""
    if column == "c6":
        return np.ones(len(cells), dtype=bool)
    inside: npt.NDArray[np.bool_] = (
        cells["form_purpose"].isin([column, *PARTS.get(column, ())]).to_numpy()
    )
    return inside


def _empty_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """A cell of no hectares for every state and three-forest class that has none.

    Margins of the cover table that were rounded apart may leave a step to it.
    """
    found = []
    for row in _STATES:
        mine = cells[_members(cells, row)]
        for column in WHOLE_PURPOSES.values():
            of_class = cells[in_column(cells, column)]
            if mine.empty or of_class.empty or in_column(mine, column).any():
                continue
            largest = str(of_class.groupby("form_purpose")["ledger_ha"].sum().idxmax())
            found.append(mine.nlargest(1, "ledger_ha").assign(form_purpose=largest, ledger_ha=0.0))
    return pd.concat([cells.iloc[:0], *found])


def rounded_causes(causes: pd.DataFrame, end: pd.DataFrame, *, step: float) -> pd.DataFrame:
    """Changes by class and cause (``change_ha``, in truth ``exact_ha``); none begins below zero."""
    if causes.empty:
        return causes.assign(exact_ha=causes["change_ha"])
    cells = causes.reset_index(drop=True)
    exact = cells["change_ha"].to_numpy(dtype="float64") / step
    rows, columns = row_members(cells), sorted(set(cells["form_column"]))
    by_cause = [rows * cells["form_column"].eq(name).to_numpy() for name in columns]
    # The start of a period is its end less the change: that is to be near as well.
    held = row_members(end) @ end[["ledger_ha", "exact_ha"]].to_numpy() / step
    starts = rows @ exact + held[:, 0] - held[:, 1]
    keys = pd.MultiIndex.from_frame(cells[CLASS_KEYS])
    classes = keys.unique()
    of_class = np.array([keys == key for key in classes], dtype="float64")
    most = end.groupby(CLASS_KEYS)["ledger_ha"].sum().reindex(classes).fillna(0.0) / step
    members = np.vstack([*by_cause, rows, rows, of_class])
    near = np.concatenate(
        [*(one @ exact for one in by_cause), rows @ exact, starts, of_class @ exact]
    )
    free = np.full(len(members) - len(classes), np.inf)
    sums = PrintedSums(
        sparse.csr_matrix(members),
        near,
        np.full(len(members), -np.inf),
        np.concatenate([free, np.rint(most.to_numpy())]),
    )
    return _rounded(cells, "change_ha", exact, sums, step)


def _rounded(
    cells: pd.DataFrame, value: str, exact: Floats, sums: PrintedSums, step: float
) -> pd.DataFrame:
    rounded = clean_steps(round_to_sums(exact, sums), step=step)
    return cells.assign(exact_ha=cells[value], **{value: rounded})
