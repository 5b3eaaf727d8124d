"""Tables of the forest: Form 3 (cover by commune) and Form 6 (planted forest by age)."""

from __future__ import annotations

import pandas as pd

from maps.layout.content import AnnexContent
from maps.layout.page_table import (
    PageColumn,
    PageTable,
    rank_column,
    ranked,
    summed,
    unknown_note,
)
from maps.layout.words import Say

_ORIGINS = ("natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha")
_FUNCTIONS = ("special_use_ha", "protection_ha", "production_ha", "outside_ha")


def cover_table(content: AnnexContent, say: Say) -> PageTable:
    """Form 3: forest and forest cover rate by commune, the province as total row."""
    frame = content.forest_cover
    # A part that is not known leaves the sum unknown: it is not zero.
    whole = frame[list(_ORIGINS)].sum(axis=1, min_count=len(_ORIGINS)).round(content.decimals)
    frame = frame.assign(with_forest_ha=whole)
    communes = frame.iloc[:-1]
    rows = ranked(communes).assign(commune=content.commune_names(communes))
    columns = _cover_columns(frame, say)
    province = content.heading.territory or content.heading.province
    return PageTable(
        name=say("cover.name"),
        title=say("cover.title"),
        role="cover",
        columns=columns,
        rows=rows,
        total=frame.iloc[-1][[column.key for column in columns if column.key != "rank"]],
        total_label=province[:1].upper() + province[1:],
        unit=say("unit.ha_percent"),
        notes=(
            say("cover.note_with_forest"),
            say("cover.note_rate"),
            *unknown_note(rows, ["natural_area_ha", *_ORIGINS], "commune", say),
        ),
    )


def _cover_columns(frame: pd.DataFrame, say: Say) -> tuple[PageColumn, ...]:
    def hectares(key: str, group: str = "") -> PageColumn:
        return PageColumn(key, say(f"cover.{key}"), "hectares", 13, group, totalled=True)

    return (
        rank_column(say),
        PageColumn("commune", say("cover.commune"), "text", 24),
        hectares("natural_area_ha"),
        PageColumn(
            *("with_forest_ha", say("cover.with_forest_ha"), "hectares", 15),
            adds=_ORIGINS,
            totalled=True,
        ),
        *(hectares(key, say("cover.by_origin")) for key in _ORIGINS),
        *(hectares(key, say("cover.by_function")) for key in _FUNCTIONS if key in frame.columns),
        PageColumn("cover_percent", say("cover.cover_percent"), "percent", 11),
    )


def cover_lines(content: AnnexContent, code: str, say: Say) -> PageTable | None:
    """Forest and forest cover rate of one commune."""
    rows = content.forest_cover[content.forest_cover["commune_code"] == code]
    if rows.empty:
        return None
    keys = ("natural_area_ha", *_ORIGINS)
    columns = (
        *(PageColumn(key, say(f"cover.{key}"), "hectares") for key in keys),
        PageColumn("cover_percent", say("cover.cover_percent"), "percent"),
    )
    return PageTable(
        name=code,
        title=say("cover.lines_title"),
        role="commune",
        columns=columns,
        rows=rows.reset_index(drop=True),
        language=content.language,
        decimals=(content.decimals, content.percent_decimals),
    )


def ages_table(content: AnnexContent, frame: pd.DataFrame, say: Say) -> PageTable:
    """Form 6: planted forest by species and age class."""
    classes = list(dict.fromkeys(frame["age_class"]))
    wide = frame.pivot_table(
        index="species", columns="age_class", values="area_ha", aggfunc="first", dropna=False
    ).reindex(columns=classes)
    rows = wide.reindex(list(dict.fromkeys(frame["species"]))).reset_index()
    keys = {name: f"age_{place}" for place, name in enumerate(classes)}
    rows = ranked(rows.rename(columns=keys))
    # A species without a plot of an age class has none of it.
    rows = rows.assign(**{key: rows[key].fillna(0.0) for key in keys.values()})
    rows = rows.assign(sum_ha=rows[list(keys.values())].sum(axis=1).round(content.decimals))
    group = say("ages.group")
    columns = (
        rank_column(say),
        PageColumn("species", say("ages.species"), "text", 28),
        PageColumn(
            *("sum_ha", say("column.sum"), "hectares", 13),
            adds=tuple(keys.values()),
            totalled=True,
        ),
        *(
            PageColumn(key, name, "hectares", 12, group, totalled=True)
            for name, key in keys.items()
        ),
    )
    return PageTable(
        name=say("ages.name"),
        title=say("ages.title"),
        role="ages",
        columns=columns,
        rows=rows,
        total=summed(rows, columns, content.decimals),
        unit=say("unit.ha"),
    )
