"""Forms 02 and 05 as they are printed: classes rounded to the cover table, every identity checked.

The classes of the forms (by origin, site and stand) are rounded once and together; every row is
their sum, so the sums of the form close whatever it adds up. Natural, planted and not yet forest
and the three forest classes are those of the forest cover table (Form 04).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import ClosureError
from zones.project.form_schema import FormTable
from zones.publish.form_rounding import (
    PARTS,
    form_table,
    in_column,
    rounded_causes,
    rounded_classes,
    row_members,
)
from zones.publish.rounded_figures import furthest
from zones.rounding.to_totals import whole_steps
from zones.tables import FOREST_FORM_CAUSES, FOREST_FORM_PURPOSES

_NEAR = 1e-6
#: Step of figures that are not rounded, only free of binary dust.
_EXACT = 1e-9
#: Columns that the numbers of the layer's purposes do not know.
_UNKNOWN_PURPOSES = ("c10", "c15", "c16")
#: Columns of Form 05 that two layers prove; the others are known to the office alone.
_PROVED_CAUSES = ("c5", "c6", "c7", "c8", "c14", "c15")
#: Rows of planted forest whose origin is told.
_PLANTED_ROWS = ("1121", "1122", "1123")
_PLANTED_UNTOLD = "1120"


class RoundedForms(NamedTuple):
    """Forms 02 and 05 of the province (ha), and how far their figures lie from the exact ones."""

    purposes: pd.DataFrame
    causes: pd.DataFrame
    off_ha: dict[str, float]  # By the role of the form's table


def round_forms(
    classes: pd.DataFrame, causes: pd.DataFrame, cover: pd.DataFrame, *, decimals: int
) -> RoundedForms:
    """Forms 02 and 05 of the province (ha), from classes, changes and the rounded cover table.

    ``classes`` are those of the layer of the cover table; ``causes`` is empty where there is no
    earlier layer: then start and change of Form 02 are missing, and there is no Form 05.
    """
    if classes.empty or cover.empty:
        return RoundedForms(FOREST_FORM_PURPOSES.empty(), FOREST_FORM_CAUSES.empty(), {})
    step = 10.0**-decimals
    end = rounded_classes(classes, cover.iloc[-1], step=step)
    change = rounded_causes(causes, end, step=step)
    printed = _forms(end, change, step=step)
    exact = _forms(
        end.assign(ledger_ha=end["exact_ha"]),
        change.assign(change_ha=change["exact_ha"]),
        step=_EXACT,
    )
    for number, form in zip(("02", "05"), printed, strict=True):
        check_form(form_table(number), form)
    off = [furthest(form, true, "row") for form, true in zip(printed, exact, strict=True)]
    return RoundedForms(*printed, dict(zip(("purposes", "causes"), off, strict=True)))


def _forms(
    end: pd.DataFrame, change: pd.DataFrame, *, step: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both forms from classes and changes, rounded or not."""
    purposes = _purposes_form(end, change, step=step)
    if change.empty:
        return purposes, FOREST_FORM_CAUSES.empty()
    return purposes, _causes_form(change, purposes, step=step)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the forms as sums of classes."""

    classes: pd.DataFrame
    codes: list[str]
    members: npt.NDArray[np.float64]  # 1 where a class is part of a row

    def sum(self, values: pd.Series[float], *, step: float) -> pd.Series[float]:
        """One column of a form (ha), missing where the layer does not tell its rows."""
        sums = whole_steps(self.members @ values.to_numpy(dtype="float64"), step=step)
        result = pd.Series(sums, index=self.codes)
        untold = self.classes["form_origin"].eq(_PLANTED_UNTOLD)
        if values[untold].ne(0).any():
            result[list(_PLANTED_ROWS)] = np.nan
        return result


def _rows(classes: pd.DataFrame) -> _Rows:
    codes = [item.row for item in form_table("02").fixed]
    return _Rows(classes, codes, row_members(classes))


def _purposes_form(end: pd.DataFrame, change: pd.DataFrame, *, step: float) -> pd.DataFrame:
    rows, held = _rows(end), end["ledger_ha"]
    form = {"c6": rows.sum(held, step=step)}
    form["c5"] = form["c6"] * np.nan
    if len(change):
        form["c5"] = _rows(change).sum(change["change_ha"], step=step)
    form["c4"] = form["c6"] - form["c5"]
    for column in [column.column for column in form_table("02").columns][3:]:
        form[column] = rows.sum(held.where(in_column(end, column), 0.0), step=step)
    for whole, parts in PARTS.items():
        untold = rows.sum(held.where(end["form_purpose"].eq(whole), 0.0), step=step)
        for part in parts:
            hidden = untold.ne(0) | (form[whole].ne(0) & (part in _UNKNOWN_PURPOSES))
            form[part] = form[part].mask(hidden)
    return _as_table(form, FOREST_FORM_PURPOSES.names, step=step)


def _causes_form(change: pd.DataFrame, purposes: pd.DataFrame, *, step: float) -> pd.DataFrame:
    rows, changed = _rows(change), change["change_ha"]
    form = {"c4": purposes.set_index("row")["c5"]}
    untold = form["c4"].isna()
    for column in [column.column for column in form_table("05").columns][1:]:
        mine = change["form_column"].eq(column)
        figures = rows.sum(changed.where(mine, 0.0), step=step)
        form[column] = figures.mask(untold | (column not in _PROVED_CAUSES))
    return _as_table(form, FOREST_FORM_CAUSES.names, step=step)


def _as_table(
    form: Mapping[str, pd.Series[float]], names: list[str], *, step: float
) -> pd.DataFrame:
    frame = pd.DataFrame(form)
    clean: dict[str, npt.NDArray[np.float64]] = {}
    for name in frame.columns:
        known = frame[name].notna().to_numpy()
        values = frame[name].to_numpy(dtype="float64")
        clean[str(name)] = np.where(known, whole_steps(np.nan_to_num(values), step=step), np.nan)
    table = pd.DataFrame(clean, index=frame.index).rename_axis("row").reset_index()
    return table[names]


def check_form(form: FormTable, figures: pd.DataFrame) -> None:
    """Refuse a form of which an identity does not hold; what is not known holds nothing up."""
    if figures.empty:
        return
    faults = []
    for rule in form.identities:
        # A part that the layers do not tell (no column of its own) stands in another, or in none.
        whole = figures[list(rule.plus)].sum(axis=1, min_count=1)
        whole -= figures[list(rule.minus)].sum(axis=1)
        apart = (whole - figures[rule.subject]).abs() > _NEAR
        faults += [f"{rule.name.vi}, {row}" for row in figures.loc[apart, "row"]]
    rows = figures.set_index("row")
    for item in form.row_sums:
        parts = rows.loc[list(item.parts)]
        gaps = (parts.sum(skipna=False) - rows.loc[[item.row]].sum(skipna=False)).abs()
        over = gaps.index[gaps.astype("float64") > _NEAR]
        faults += [f"{item.row} = {' + '.join(item.parts)}, {name}" for name in over]
    if faults:
        raise ClosureError("zones.publish.form_not_closed", form=form.name.vi, faults=faults)
