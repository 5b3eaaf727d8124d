"""Table of the zones over the years: what was measured and what was reported, side by side."""

from __future__ import annotations

import pandas as pd

from maps.layout.content import AnnexContent
from maps.layout.page_table import PageColumn, PageTable, rank_column, ranked
from maps.layout.words import Say

_TELLERS = ("layer", "report", "reconciled")


def progress_tables(content: AnnexContent, say: Say) -> list[PageTable]:
    """Hectares of each zone by year and who tells them; none where no zone has two figures."""
    if content.progress is None:
        return []
    whole = content.progress[content.progress["commune_code"] == ""]
    several = whole.groupby("zone")["year"].transform("size") > 1
    frame = whole[several]
    if frame.empty:
        return []
    named = frame.assign(series=frame["told_by"] + "_" + frame["year"].astype("str"))
    wide = named.pivot_table(index="zone", columns="series", values="area_ha")
    by_year = named.drop_duplicates("series").assign(
        place=lambda rows: rows["told_by"].map(_TELLERS.index)
    )
    by_year = by_year.sort_values(["year", "place"])[["series", "year", "told_by"]]
    zones = [zone for zone in content.zone_names["zone"] if zone in wide.index]
    rows = wide.loc[zones].reset_index()
    rows = rows.assign(zone=[content.zone_name(zone) for zone in zones])
    columns = (
        rank_column(say),
        PageColumn("zone", say("groups.zone"), "text", 24),
        *(
            PageColumn(series, say(f"progress.{teller}"), "hectares", 13, str(year))
            for series, year, teller in by_year.itertuples(index=False, name=None)
        ),
    )
    return [
        PageTable(
            name=say("progress.name"),
            title=say("progress.title"),
            role="progress",
            columns=columns,
            rows=ranked(rows),
            unit=say("unit.ha"),
            notes=(say("progress.note"), *_parts(content, frame, say)),
        )
    ]


def _parts(content: AnnexContent, frame: pd.DataFrame, say: Say) -> tuple[str, ...]:
    """Which figures are sums of some communes only."""
    some = frame[frame["communes"] < frame["expected"]].sort_values(["year", "told_by"])
    told = [
        say(
            "progress.part",
            zone=content.zone_name(zone),
            year=str(year),
            teller=say(f"progress.{teller}").lower(),
            count=str(count),
            expected=str(expected),
        )
        for zone, year, teller, count, expected in some[
            ["zone", "year", "told_by", "communes", "expected"]
        ].itertuples(index=False, name=None)
    ]
    return (say("progress.parts", listed="; ".join(told)),) if told else ()
