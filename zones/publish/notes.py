"""Sentences below printed tables: tolerances, and roundings that had to give way."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import joined, message
from maps import TableNote


def table_notes(
    targets: pd.DataFrame, told: pd.DataFrame, verdicts: Iterable[Phrase] = ()
) -> tuple[TableNote, ...]:
    """Sentences for below the tables: tolerances, verdicts, roundings of the allocation."""
    found = [TableNote("targets", text) for text in (*_tolerances(targets), *verdicts)]
    for row in told.to_dict("records"):
        text = Phrase(en=row["message_en"], vi=row["message_vi"])
        found += [TableNote(table, text) for table in ("allocation", "zone")]
    return tuple(found)


def _tolerances(targets: pd.DataFrame) -> list[Phrase]:
    widths = sorted(set(targets["tolerance_percent"].dropna()) - {0.0})
    if not widths:
        return []
    either = [message("zones.publish.either_way", percent=round(width, 2)) for width in widths]
    return [
        message("zones.publish.about_so_much", percents=joined(either, between=", ")),
        message("zones.publish.aims_at_own_figure"),
    ]
