"""Forms 02 and 05 as they are printed: classes rounded to the cover table, every identity checked.

The classes of the forms (by origin, site and stand) are rounded once; every other row is their sum,
so the sums of the form close whatever it adds up. Natural, planted and not yet forest and the three
forest classes are those of the forest cover table (Form 04).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import ClosureError
from layers.kinds.forest_form_rows import WHOLE_PURPOSES
from zones.forest.forms import CLASS_KEYS
from zones.project.form_schema import FormTable, load_form
from zones.publish.rounded_figures import FUNCTIONS, WITH_FOREST, scale_to
from zones.rounding.to_totals import round_table, round_to_total, whole_steps
from zones.tables import FOREST_FORM_CAUSES, FOREST_FORM_PURPOSES

_NEAR = 1e-6
#: What a cell that is empty in truth costs, against one that is not.
_EMPTY_COST = 1e3
#: Columns of Form 02 that are of one three-forest class.
_PARTS = {
    "c7": ["c8", "c9", "c10", "c11", "c12"],
    "c13": ["c14", "c15", "c16", "c17", "c18"],
}
#: Columns that the numbers of the layer's purposes do not know.
_UNKNOWN_PURPOSES = ("c10", "c15", "c16")
#: Columns of Form 05 that two layers prove; the others are known to the office alone.
_PROVED_CAUSES = ("c5", "c6", "c7", "c8", "c14", "c15")
#: Rows of planted forest whose origin is told.
_PLANTED_ROWS = ("1121", "1122", "1123")
_PLANTED_UNTOLD = "1120"


def form_table(number: str) -> FormTable:
    """Table of a forest form (``02``): its rows, columns and identities."""
    return load_form(f"forest-{number}").tables[0]


def round_forms(
    classes: pd.DataFrame, causes: pd.DataFrame, cover: pd.DataFrame, *, decimals: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forms 02 and 05 of the province (ha), from classes, changes and the rounded cover table.

    ``classes`` are those of the layer of the cover table; ``causes`` is empty where there is no
    earlier layer: then start and change of Form 02 are missing, and there is no Form 05.
    """
    if classes.empty or cover.empty:
        return FOREST_FORM_PURPOSES.empty(), FOREST_FORM_CAUSES.empty()
    step = 10.0**-decimals
    end = _rounded_classes(classes, cover.iloc[-1], step=step)
    change = _rounded_causes(causes, end, step=step)
    purposes = _purposes_form(end, change, step=step)
    by_cause = FOREST_FORM_CAUSES.empty()
    if len(change):
        by_cause = _causes_form(change, purposes, step=step)
    check_form(form_table("02"), purposes)
    check_form(form_table("05"), by_cause)
    return purposes, by_cause


def _purpose(column: pd.Series[str]) -> pd.Series[str]:
    """Three-forest class of a column of Form 02, as the cover table names it."""
    whole = {part: key for key, parts in _PARTS.items() for part in parts}
    names = {column: name for name, column in WHOLE_PURPOSES.items()}
    return column.replace(whole).map(names)


def _state(origin: pd.Series[str]) -> pd.Series[str]:
    """Column of the cover table that a class is part of; its own row where it is in none."""
    cover = {"111": "natural_forest_ha", "112": "planted_forest_ha", "201": "not_yet_forest_ha"}
    return origin.str[:3].map(cover).fillna(origin)


def _rounded_classes(
    classes: pd.DataFrame, province: pd.Series[float], *, step: float
) -> pd.DataFrame:
    """Classes by purpose, rounded: those of the forest add up to the cover table both ways."""
    cells = classes.groupby([*CLASS_KEYS, "form_purpose"])["ledger_ha"].sum().reset_index()
    cells = cells.assign(
        state=_state(cells["form_origin"]), purpose=_purpose(cells["form_purpose"])
    )
    printed = _joint(cells, province, step=step)
    parts = []
    for key, total in printed.items():
        mine = cells[cells["state"].eq(key[0]) & cells["purpose"].eq(key[1])]
        parts.append(_scaled(_or_largest(mine, cells, key), total, step=step))
    for _, mine in cells[~cells["state"].isin(WITH_FOREST)].groupby(["state", "purpose"]):
        parts.append(_scaled(mine, None, step=step))
    return pd.concat(parts, ignore_index=True)


def _scaled(cells: pd.DataFrame, total: float | None, *, step: float) -> pd.DataFrame:
    """Cells rounded to a printed total, or to their own."""
    exact = cells[["ledger_ha"]]
    if total is not None:
        exact = scale_to(exact, exact.sum(), [total])
    rounded = round_to_total(exact["ledger_ha"], total=total, step=step)
    return cells.assign(ledger_ha=rounded)


def _or_largest(mine: pd.DataFrame, cells: pd.DataFrame, key: tuple[str, str]) -> pd.DataFrame:
    """Cells of a state and purpose; the largest class of the state where there is none to hold it.

    Two margins that were rounded apart may leave a step to a cell that is empty.
    """
    if mine["ledger_ha"].sum() > 0:
        return mine
    state = cells[cells["state"].eq(key[0])].nlargest(1, "ledger_ha")
    return state.assign(form_purpose=WHOLE_PURPOSES[key[1]], purpose=key[1], ledger_ha=1.0)


def _joint(
    cells: pd.DataFrame, province: pd.Series[float], *, step: float
) -> Mapping[tuple[str, str], float]:
    """Hectares by state and purpose in whole steps, with both margins of the cover table.

    The nearest table with these sums: a transport problem, whose solutions are whole.
    """
    from scipy.optimize import linprog  # Slow to load, seldom needed

    purposes = [name.removesuffix("_ha") for name in FUNCTIONS]
    exact = (
        cells.pivot_table(index="state", columns="purpose", values="ledger_ha", aggfunc="sum")
        .reindex(index=WITH_FOREST, columns=purposes)
        .fillna(0.0)
        .to_numpy()
        / step
    )
    near = np.rint(exact).ravel()
    rows = np.rint(province[WITH_FOREST].to_numpy(dtype="float64") / step)
    columns = np.rint(province[FUNCTIONS].to_numpy(dtype="float64") / step)
    height, width = exact.shape
    sums = np.vstack(
        [np.kron(np.eye(height), np.ones(width)), np.kron(np.ones(height), np.eye(width))]
    )
    cost = np.where(exact.ravel() > 0, 1.0, _EMPTY_COST)
    size = len(near)
    solved = linprog(
        np.concatenate([cost, cost]),
        A_eq=np.hstack([sums, -sums]),
        b_eq=np.concatenate([rows, columns]) - sums @ near,
        bounds=[(0, None)] * size + [(0, most) for most in near],
    )
    if solved.x is None:
        raise ClosureError("zones.publish.forms_not_rounded")
    steps = whole_steps((near + solved.x[:size] - solved.x[size:]) * step, step=step)
    keys = [(state, purpose) for state in WITH_FOREST for purpose in purposes]
    return {key: float(value) for key, value in zip(keys, steps, strict=True) if value > 0}


def _rounded_causes(causes: pd.DataFrame, end: pd.DataFrame, *, step: float) -> pd.DataFrame:
    """Changes by class and cause, rounded; no class begins below zero."""
    if causes.empty:
        return causes
    named = causes.assign(name=causes[CLASS_KEYS].agg("/".join, axis=1))
    rounded = round_table(
        named[["name", "form_column", "change_ha"]],
        by=("name", "form_column"),
        value="change_ha",
        step=step,
    ).cells
    named = named.assign(change_ha=rounded["change_ha"].to_numpy())
    held = end.groupby(CLASS_KEYS)["ledger_ha"].sum()
    held.index = held.index.map("/".join)
    sums = named.groupby("name")["change_ha"].sum()
    below = (sums - held.reindex(sums.index).fillna(0.0)).round(9)
    for name in below.index[below > 0]:
        # The largest gain of the class is lessened.
        largest = named["change_ha"].where(named["name"].eq(str(name))).idxmax()
        less = named.index == largest
        named["change_ha"] = named["change_ha"].mask(less, named["change_ha"] - below[name])
    return named.drop(columns="name")


def _members(classes: pd.DataFrame, row: str) -> pd.Series[bool]:
    """Classes that a row of the forms adds up."""
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
    members = [_members(classes, row).to_numpy(dtype="float64") for row in codes]
    return _Rows(classes, codes, np.array(members))


def _purposes_form(end: pd.DataFrame, change: pd.DataFrame, *, step: float) -> pd.DataFrame:
    rows, held = _rows(end), end["ledger_ha"]
    form = {"c6": rows.sum(held, step=step)}
    form["c5"] = form["c6"] * np.nan
    if len(change):
        form["c5"] = _rows(change).sum(change["change_ha"], step=step)
    form["c4"] = form["c6"] - form["c5"]
    for column in [column.column for column in form_table("02").columns][3:]:
        mine = end["form_purpose"].isin([column, *_PARTS.get(column, ())])
        form[column] = rows.sum(held.where(mine, 0.0), step=step)
    for whole, parts in _PARTS.items():
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
