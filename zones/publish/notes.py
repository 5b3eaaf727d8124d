"""Sentences below printed tables: tolerances, and roundings that had to give way."""

from __future__ import annotations

import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import joined, message
from maps import TableNote
from zones.certainty.sentences import cover_sentences, verdict_sentences, zone_verdicts
from zones.project.model import CIRCULATED, Project


def table_notes(targets: pd.DataFrame, told: pd.DataFrame) -> tuple[TableNote, ...]:
    """Sentences for below the tables: tolerances, roundings of the allocation."""
    found = [TableNote("targets", text) for text in _tolerances(targets)]
    for row in told.to_dict("records"):
        text = Phrase(en=row["message_en"], vi=row["message_vi"])
        found += [TableNote(table, text) for table in ("allocation", "zone")]
    return tuple(found)


def verdict_notes(
    targets: pd.DataFrame,
    zone_names: pd.DataFrame,
    *,
    level_percent: float,
    decimals: tuple[int, int],
) -> tuple[TableNote, ...]:
    """Sentences on intervals and verdicts, below targets, zones and forest cover."""
    below_targets = verdict_sentences(
        targets, zone_names, level_percent=level_percent, decimals=decimals
    )
    cover = cover_sentences(targets, level_percent=level_percent, rate_decimals=decimals[1])
    of_zones = zone_verdicts(targets, zone_names, level_percent=level_percent, decimals=decimals)
    return (
        *(TableNote("targets", text, zone) for zone, text in below_targets),
        *(TableNote("cover", text) for text in cover),
        *(TableNote("zone", text, zone) for zone, text in of_zones),
    )


def area_notes(project: Project) -> tuple[TableNote, ...]:
    """Sentence below forest cover where its denominators are those that lists circulate."""
    if project.communes.natural_areas.area_column != CIRCULATED:
        return ()
    return (TableNote("cover", message("zones.publish.circulated_areas")),)


def _tolerances(targets: pd.DataFrame) -> list[Phrase]:
    widths = sorted(set(targets["tolerance_percent"].dropna()) - {0.0})
    if not widths:
        return []
    either = [message("zones.publish.either_way", percent=round(width, 2)) for width in widths]
    return [
        message("zones.publish.about_so_much", percents=joined(either, between=", ")),
        message("zones.publish.aims_at_own_figure"),
    ]
