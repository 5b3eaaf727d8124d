"""Sentences below printed tables: tolerances, and roundings that had to give way."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.base.remembered import remembered
from layers.communes.gazetteer import CIRCULATED
from layers.kinds.crops import crop_phrase
from maps import TableNote
from zones.allocation.job import CHANGED
from zones.allocation.targets import POINTS_TELL, conversion_names
from zones.certainty.sentences import (
    cover_sentences,
    figure_phrase,
    verdict_sentences,
    zone_verdicts,
)
from zones.project.model import Project


def table_notes(targets: pd.DataFrame, told: pd.DataFrame) -> tuple[TableNote, ...]:
    """Sentences for below the tables: tolerances, roundings of the allocation."""
    found = [TableNote("targets", text) for text in _tolerances(targets)]
    for row in told.to_dict("records"):
        text = Phrase(en=row["message_en"], vi=row["message_vi"])
        # Below a zone's table stands what points tell of it, in more words.
        tables = ("allocation",) if row["kind"] == POINTS_TELL else ("allocation", "zone")
        found += [TableNote(table, text) for table in tables]
        if row["kind"] == CHANGED:  # Targets are printed as the plan has them
            told_of = message("zones.publish.targets_of_plan", changed=text)
            found.append(TableNote("targets", told_of))
    return tuple(found)


@remembered()
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
        *(TableNote("verdict", text, zone) for zone, text in of_zones),
    )


def not_yet_notes(
    species: pd.DataFrame, zone_names: pd.DataFrame, totals: pd.Series[float], *, decimals: int
) -> tuple[TableNote, ...]:
    """Sentences on what a zone of a species holds that is not yet forest (ha).

    ``species`` are the printed rows of ``PLANTED_SPECIES``, ``totals`` printed hectares by zone: a
    zone that holds more or less than its species in the forest layer is not told.
    """
    names = zone_names.set_index("zone")
    rows = species[species["not_yet_ha"] > 0].set_index("crop")
    found: list[TableNote] = []
    for zone in [zone for zone in names.index if zone in rows.index and zone in totals.index]:
        if round(totals[zone] - rows.loc[zone, "planted_ha"], decimals):
            continue
        text = message(
            "zones.publish.not_yet_forest",
            name=Phrase(en=str(names.loc[zone, "name_en"]), vi=str(names.loc[zone, "name_vi"])),
            not_yet=figure_phrase(float(rows.loc[zone, "not_yet_ha"]), decimals),
        )
        found += [TableNote(table, text, str(zone)) for table in ("targets", "zone")]
    return tuple(found)


def rounding_notes(off_ha: Mapping[str, float], *, decimals: int) -> tuple[TableNote, ...]:
    """Sentences below tables of which a figure lies more than half a unit from its exact one."""
    half = 0.5 * 10.0**-decimals
    return tuple(
        TableNote(
            table,
            message(
                "zones.publish.figures_off",
                off=figure_phrase(off, decimals + 1),
                half=figure_phrase(half, decimals + 1),
            ),
        )
        for table, off in off_ha.items()
        if round(off - half, decimals + 6) > 0
    )


def outside_notes(hectares: pd.Series[float], *, decimals: int) -> tuple[TableNote, ...]:
    """Sentence below the targets on hectares by crop that are of no zone, and so in no table."""
    listed = [
        message(
            "zones.publish.crop_of_no_zone",
            name=crop_phrase(str(crop)),
            area=figure_phrase(area, decimals),
        )
        for crop, area in hectares.items()
    ]
    if not listed:
        return ()
    return (TableNote("targets", message("zones.publish.crops_of_no_zone", listed=listed)),)


def shortfall_notes(
    held: pd.DataFrame, zones: pd.DataFrame, zone_names: pd.DataFrame, *, decimals: int
) -> tuple[TableNote, ...]:
    """Sentence below the allocation on targets that it leaves short (``ALLOCATION_TARGETS``)."""
    short = held[held["status"].eq("short") & held["shortfall_ha"].round(decimals).gt(0)]
    names = conversion_names() | {
        str(row["zone"]): Phrase(en=str(row["name_en"]), vi=str(row["name_vi"]))
        for row in zone_names.to_dict("records")
    }
    communes = zones.drop_duplicates("commune_code").set_index("commune_code")["commune"].to_dict()
    listed = []
    for row in short.to_dict("records"):
        name, commune = names[str(row["zone"])], communes.get(row["commune_code"])
        if commune:
            name = Phrase(en=f"{name.en}, {commune}", vi=f"{name.vi}, {commune}")
        figures = {
            key: figure_phrase(float(row[column]), decimals)
            for key, column in (("short", "shortfall_ha"), ("low", "low_ha"))
        }
        said = message("zones.publish.shortfall_left", name=name, year=str(row["year"]), **figures)
        listed.append(said)
    if not listed:
        return ()
    return (TableNote("allocation", message("zones.publish.shortfalls_left", listed=listed)),)


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
