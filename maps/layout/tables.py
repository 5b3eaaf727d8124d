"""The tables of an annex, in the order in which they are printed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from layers.base.language import Language, format_number
from maps.layout.content import AnnexContent, source_rows, zones_without_figures
from maps.layout.forest_tables import ages_table, cover_table, form_table, years_table
from maps.layout.group_tables import group_tables
from maps.layout.page_table import PageColumn, PageTable, percent_of, rank_column, ranked
from maps.layout.progress_table import progress_tables
from maps.layout.words import Say, phrase, speaker, word
from maps.layout.zone_tables import (
    allocates_nothing,
    allocation_tables,
    left_out_note,
    listed_zones_table,
    matrix_tables,
    zone_table,
)


def build_tables(content: AnnexContent) -> tuple[PageTable, ...]:
    """Lay out every table of an annex with the number that all pages give it."""
    say = speaker(content.language)
    tables, unmeasured = _targets_tables(content, say)
    if tables and content.allocation is not None and allocates_nothing(content.allocation):
        none = (say("allocation.none"), *left_out_note(content, say))
        told = (*none, *content.notes_on("allocation"))
        tables[0] = replace(tables[0], notes=(*tables[0].notes, *told))
    silent = zones_without_figures(content)
    tables += [
        zone_table(content, zone, say) for zone in _zones_drawn(content) if zone not in silent
    ]
    tables += listed_zones_table(content, say)
    tables += matrix_tables(content, say)
    tables += group_tables(content, say)
    # A project without a forest status layer has no cover to print.
    forms = {form.role: form_table(content, form, say) for form in content.forest_forms}
    tables += [forms["purposes"]] if "purposes" in forms else []
    if len(content.forest_cover):
        tables.append(cover_table(content, say))
    tables += [forms["causes"]] if "causes" in forms else []
    if content.species_ages is not None:
        tables.append(ages_table(content, content.species_ages, say))
    if content.allocation is not None:
        tables += allocation_tables(content, content.allocation, say)
    if content.cover_years is not None:
        territory = content.heading.territory or content.heading.province
        tables.append(years_table(content.cover_years, territory, say))
    tables += progress_tables(content, say)
    tables += unmeasured
    tables += [_tasks_table(content.tasks, say)] if content.tasks is not None else []
    tables.append(_sources_table(content, say))
    return tuple(
        replace(
            _finished(content, table, say),
            name=f"{number} {table.name}",
            title=say("table.numbered", number=str(number), title=table.title),
        )
        for number, table in enumerate(tables, start=1)
    )


def zone_tables(content: AnnexContent) -> dict[str, PageTable]:
    """Lay out the table of every zone, those without a figure as well, by zone."""
    say = speaker(content.language)
    return {
        zone: _finished(content, zone_table(content, zone, say), say)
        for zone in _zones_drawn(content)
    }


def _zones_drawn(content: AnnexContent) -> list[str]:
    there = set(content.zones["zone"])
    return [zone for zone in content.zone_names["zone"] if zone in there]


def _finished(content: AnnexContent, table: PageTable, say: Say) -> PageTable:
    """Table with the sentences handed over for it, and the language and digits of the pages."""
    return replace(
        table,
        total_label=table.total_label or say("total"),
        notes=(*table.notes, *_notes_on(content, table)),
        language=content.language,
        decimals=(content.decimals, content.percent_decimals),
    )


def _notes_on(content: AnnexContent, table: PageTable) -> tuple[str, ...]:
    """Sentences handed over; targets without a figure have their own."""
    if table.role == "targets" and "present" not in {column.key for column in table.columns}:
        return content.notes_on("unmeasured", *table.rows["zone"])
    if table.role == "targets":
        return content.notes_on(table.role, *table.rows["zone"])
    if table.role == "groups":  # They stand below the first of these tables
        return ()
    return content.notes_on(table.role, table.zone)


def _targets_tables(content: AnnexContent, say: Say) -> tuple[list[PageTable], list[PageTable]]:
    """Targets with a figure, and those without: of the leading plan, then of each other plan."""
    frame = content.targets
    plans = frame["plan"] if "plan" in frame.columns else pd.Series("", index=frame.index)
    measured = frame["present"].notna()
    tables, unmeasured = [], []
    for place, plan in enumerate(plans.unique()):
        other = _plan_title(content, plan, say) if place else ""
        rows = frame[measured & (plans == plan)]
        table = _targets_table(content, rows, say)
        if other:
            table = replace(table, name=say("targets.other_name"), title=other)
        if len(rows) or not place:
            tables.append(table)
        rows = frame[~measured & (plans == plan)]
        if len(rows):
            unmeasured.append(_unmeasured_table(content, rows, other, say))
    return tables, unmeasured


def _plan_title(content: AnnexContent, plan: str, say: Say) -> str:
    """Title of the targets of a plan that is not the leading one."""
    name = content.plan_names.get(plan)
    return say("targets.other", plan=name.text(content.language) if name else plan)


def _unmeasured_table(content: AnnexContent, rows: pd.DataFrame, other: str, say: Say) -> PageTable:
    """Targets of one plan that no figure is there for; ``other`` names a plan that is not ours."""
    told = _targets_table(content, rows, say)
    unneeded = (
        *("present", "held_percent", "shortfall", "surplus", "status"),
        *("interval", "verdict"),
    )
    title = say("targets.unmeasured")
    return replace(
        told,
        name=say("targets.unmeasured_name"),
        title=say("targets.unmeasured_other", title=title, other=other) if other else title,
        columns=tuple(column for column in told.columns if column.key not in unneeded),
    )


def _units(targets: pd.DataFrame) -> list[str]:
    """Units of targets; what is asked for in each year is so much a year."""
    if "period" not in targets.columns:
        return targets["unit"].tolist()
    yearly = targets["period"].eq("per_year") & ~targets["unit"].str.endswith("/year")
    return targets["unit"].mask(yearly, targets["unit"] + "/year").tolist()


def _targets_table(content: AnnexContent, frame: pd.DataFrame, say: Say) -> PageTable:
    language = content.language
    rows = ranked(frame)
    # What the plan says, where it is handed over: low and high hold the tolerance as well.
    ends = {
        end: rows[f"figure_{end}"] if f"figure_{end}" in rows.columns else rows[end]
        for end in ("low", "high")
    }
    rows = rows.assign(
        **ends,
        subject=[_subject(content, row) for _, row in rows.iterrows()],
        **{key: [word(key, item, language) for item in rows[key]] for key in ("bound", "status")},
        unit=[word("unit", unit, language) for unit in _units(rows)],
        held_percent=percent_of(rows["held_ratio"]),
        **verdict_words(
            rows,
            language=language,
            decimals=content.decimals,
            rate_decimals=content.percent_decimals,
        ),
    )
    target = say("targets.group")
    # A floor has no surplus and a ceiling no shortfall: such a cell stays empty.
    columns: tuple[PageColumn, ...] = (
        rank_column(say),
        PageColumn("subject", say("targets.subject"), "text", 32),
        PageColumn("clause", say("targets.clause"), "text", 10),
        PageColumn("unit", say("targets.unit"), "text", 13),
        PageColumn("year", say("targets.year"), "year", 8, missing=""),
        PageColumn("bound", say("targets.bound"), "text", 15),
        PageColumn("low", say("targets.low"), "figure", 12, target, missing=""),
        PageColumn("high", say("targets.high"), "figure", 12, target, missing=""),
        PageColumn("present", say("column.present"), "measured", 13),
        PageColumn("held_percent", say("targets.held"), "percent", 9),
        PageColumn("shortfall", say("targets.shortfall"), "measured", 12, missing=""),
        PageColumn("surplus", say("targets.surplus"), "measured", 12, missing=""),
        PageColumn("status", say("targets.status"), "text", 14),
    )
    if "interval" in rows.columns:
        columns += (
            PageColumn("interval", say("targets.interval"), "text", 20),
            PageColumn("verdict", say("targets.verdict"), "text", 16),
        )
    return PageTable(say("targets.name"), say("targets.title"), "targets", columns, rows)


def verdict_words(
    rows: pd.DataFrame, *, language: Language, decimals: int, rate_decimals: int
) -> dict[str, list[str]]:
    """Interval and verdict of each target in words, where any was judged.

    An interval by reference points that the figure of the map lies outside of says so.
    """
    if "verdict" not in rows.columns or rows.get("low_interval", pd.Series()).isna().all():
        return {}
    low, high, present = (rows[name] for name in ("low_interval", "high_interval", "present"))
    beside = low.notna() & present.notna() & ~present.between(low, high)
    if "interval_from" in rows.columns:
        beside &= rows["interval_from"].ne("boundaries")
    digits = rows["unit"].map({"%": rate_decimals}).fillna(decimals).astype("int64")
    told = [
        ""
        if pd.isna(ends[0])
        else "–".join(format_number(end, language, decimals=n) for end in ends)
        for *ends, n in zip(low, high, digits, strict=True)
    ]
    return {
        "interval": [
            phrase("targets.by_points", ends=text).text(language) if out else text
            for text, out in zip(told, beside, strict=True)
        ],
        "verdict": [
            "" if pd.isna(item) or not item else word("verdict", item, language)
            for item in rows["verdict"].mask(_is_exceeded(rows), "exceeded")
        ],
    }


def _is_exceeded(rows: pd.DataFrame) -> pd.Series[bool]:
    """Targets that are not met because there is too much: not met alone sounds like too little."""
    most = rows["figure_high" if "figure_high" in rows.columns else "high"]
    return rows["verdict"].eq("not_met") & rows["low_interval"].gt(most)


def _subject(content: AnnexContent, row: pd.Series) -> str:
    given, indicator = row.get(f"name_{content.language}"), row.get("indicator")
    parts = [content.zone_name(row["zone"])] if row["zone"] else []
    if isinstance(indicator, str) and indicator:
        parts.append(word("indicator", indicator, content.language))
    known = isinstance(given, str) and given
    named = str(given) if known else ": ".join(parts) or str(row["target"])
    rows = content.zones[content.zones["commune_code"] == row.get("commune_code")]
    return f"{named} – {content.commune_names(rows.iloc[:1])[0]}" if len(rows) else named


def _tasks_table(tasks: pd.DataFrame, say: Say) -> PageTable:
    columns = (
        rank_column(say),
        PageColumn("name", say("tasks.task"), "text", 60),
        PageColumn("clause", say("targets.clause"), "text", 10),
        PageColumn("responsible", say("tasks.responsible"), "text", 28),
        PageColumn("deadline", say("tasks.deadline"), "text", 16),
    )
    return PageTable(say("tasks.name"), say("tasks.title"), "tasks", columns, ranked(tasks))


def _sources_table(content: AnnexContent, say: Say) -> PageTable:
    columns = (
        rank_column(say),
        PageColumn("layer", say("sources.layer"), "text", 40),
        PageColumn("date", say("sources.date"), "text", 16),
        PageColumn("source", say("sources.source"), "text", 60),
    )
    return PageTable(
        name=say("sources.title"),
        title=say("sources.title"),
        role="sources",
        columns=columns,
        rows=ranked(source_rows(content)),
        notes=(say("digest", digest=content.digest),) if content.digest else (),
    )
