"""Hectares as the forest forms of circular 16/2023 ask for them: by class (02), by cause (05).

A class is a row by origin, one by site and, of natural forest, one by stand; every other row of the
forms is a sum of these. A layer shows states, so a cause is what the change between two layers
proves; which column of the form it is, ``data/forest_form_causes.csv`` says.
"""

from __future__ import annotations

import pandas as pd

from layers.base.resources import data_table
from zones.measure.closure import ClosureLog
from zones.tables import FOREST_CAUSES, FOREST_CLASSES

#: What makes a class of forest or land.
CLASS_KEYS = ["form_origin", "form_site", "form_stand"]
#: Row of what is planted and not yet forest, and the column in which it becomes forest.
_NOT_YET, _MEETS_CRITERIA = "2010", "c6"
#: Row of land that regenerates.
_REGENERATING = "2020"


def forest_classes(pieces: pd.DataFrame) -> pd.DataFrame:
    """Ledger hectares of one forest layer inside the communes, by commune, class and purpose."""
    inside = pieces[pieces["commune_code"].ne("")]
    keys = ["commune_code", "layer", *CLASS_KEYS, "form_purpose"]
    return FOREST_CLASSES.validate(inside.groupby(keys)["ledger_ha"].sum().reset_index())


def forest_causes(
    pieces: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    classes_before: pd.DataFrame,
    classes_after: pd.DataFrame,
    *,
    log: ClosureLog | None = None,
) -> pd.DataFrame:
    """Change of every class by cause (ha, losses negative), from the pieces of two layers.

    It closes, class by class, with the hectares of both layers.
    """
    rows = _with_classes(pieces, before, after)
    moves = pd.concat([_within(rows), *_between(rows)], ignore_index=True)
    table = moves.groupby([*CLASS_KEYS, "form_column"])["change_ha"].sum().reset_index()
    end, start, change = (
        frame.groupby(CLASS_KEYS)[column].sum()
        for frame, column in (
            (classes_after, "ledger_ha"),
            (classes_before, "ledger_ha"),
            (table, "change_ha"),
        )
    )
    expected = end.sub(start, fill_value=0.0)
    worst = change.sub(expected, fill_value=0.0).abs()
    if len(worst):
        key = worst.idxmax()
        (log or ClosureLog()).check(
            f"forest forms: causes to the change of each class (worst: {key})",
            parts=float(change.get(key, 0.0)) + float(start.get(key, 0.0)),
            whole=float(end.get(key, 0.0)),
        )
    return FOREST_CAUSES.validate(table)


def _with_classes(pieces: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Pieces with the class at either date (empty where the date has none) and form columns."""
    rows = pieces.reset_index(drop=True)
    for side, plots in (("before", before), ("after", after)):
        known = plots.set_index("row")[CLASS_KEYS]
        found = known.reindex(rows[f"{side}_row"]).fillna("").add_prefix(f"{side}_")
        rows = rows.assign(**{str(name): found[name].to_numpy() for name in found.columns})
    grown = rows["before_form_origin"].eq(_REGENERATING) & rows["cause"].eq("natural_gained")
    columns = data_table("forest_form_causes.csv").set_index("cause")
    columns = columns.reindex(rows["cause"].mask(grown, "regenerated"))
    same = pd.Series(data=True, index=rows.index)
    for key in CLASS_KEYS:
        same &= rows[f"before_{key}"].eq(rows[f"after_{key}"])
    return rows.assign(loss=columns["loss"].to_numpy(), gain=columns["gain"].to_numpy(), same=same)


def _within(rows: pd.DataFrame) -> pd.DataFrame:
    """Change of ground that stayed in its class without being cut: its ledger was changed."""
    same = rows[rows["same"] & rows["cause"].ne("replanted")]
    change = same["after_ha"] - same["before_ha"]
    column = same["gain"].where(change > 0, same["loss"])
    return _moves(same, "after", column, change)


def _between(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Losses of the class before, gains of that after; what was planted stood as not yet forest."""
    moved = rows[~rows["same"] | rows["cause"].eq("replanted")]
    lost = moved[moved["before_row"].notna()]
    gained = moved[moved["after_row"].notna()]
    planted = gained["gain"].eq("c5") & gained["after_form_origin"].str.startswith("112")
    column = gained["gain"].mask(planted, _MEETS_CRITERIA)
    # Natural forest that was cleared and planted is lost, and planted.
    young = gained["after_form_origin"].eq(_NOT_YET) & gained["cause"].eq("natural_lost")
    column = column.mask(young, "c5")
    through = gained[planted].assign(
        after_form_origin=_NOT_YET, after_form_site="", after_form_stand=""
    )
    return [
        _moves(lost, "before", lost["loss"], -lost["before_ha"]),
        _moves(gained, "after", column, gained["after_ha"]),
        _moves(through, "after", "c5", through["after_ha"]),
        _moves(through, "after", _MEETS_CRITERIA, -through["after_ha"]),
    ]


def _moves(
    rows: pd.DataFrame, side: str, column: pd.Series[str] | str, change: pd.Series[float]
) -> pd.DataFrame:
    classes = {key: rows[f"{side}_{key}"] for key in CLASS_KEYS}
    return pd.DataFrame({**classes, "form_column": column, "change_ha": change})
