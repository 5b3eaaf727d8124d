"""Which plot a label means: labels (tk/khoanh/lo) repeat over communes and layers.

A plot is named by its label where one record alone bears it, else by commune and label
(``06148/12/3/4``), or by layer and record (``forest:17``, as findings and tables name it).
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from layers.base.errors import InputError
from layers.base.messages import joined, message

_RECORD = ["layer", "row"]


def named_plots(land: pd.DataFrame, names: Iterable[str], *, where: str) -> pd.Series[str]:
    """Name that each piece (``layer, row, commune_code, plot``) was asked by; empty elsewhere.

    A name that several plots bear is refused with the names that tell them apart; a name of no
    plot names no piece.
    """
    asked = sorted(set(names))
    found = pd.Series("", index=land.index, dtype="str")
    longer = land["commune_code"] + "/" + land["plot"]
    record = land["layer"] + ":" + land["row"].astype("str")
    ambiguous = []
    for name in asked:
        mine = land["plot"].eq(name) | longer.eq(name) | record.eq(name)
        if len(land.loc[mine, _RECORD].drop_duplicates()) > 1:
            first = longer[mine].groupby([land["layer"], land["row"]]).first()
            told = first.where(~first.duplicated(keep=False))
            records = first.index.map(lambda key: f"{key[0]}:{key[1]}")
            choices = told.set_axis(records).fillna(pd.Series(records, index=records)).tolist()
            ambiguous.append(message("zones.allocation.plot_choices", name=name, choices=choices))
        found = found.mask(mine & found.eq(""), name)
    if ambiguous:
        raise InputError(
            "zones.allocation.plots_ambiguous",
            where=where,
            count=len(ambiguous),
            choices=joined(ambiguous[:5]),
        )
    return found
