"""Every result table in one workbook, and every finding in another, for people.

Where a figure is printed the workbook shows the printed one; tables that no page prints are shown
as they were computed. Codes are said in words, headings in the language of the pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from layers.base.language import Language, Phrase
from layers.base.messages import message
from layers.base.resources import data_table
from layers.base.schema import Column, Schema
from layers.io.table_output import save_workbook, sheet_name, without_dust
from layers.kinds.crops import load_crops
from maps.layout.words import word
from zones.output.table_words import code_words, column_title, table_words
from zones.publish.form_rounding import form_table
from zones.publish.publish import PublishedFigures, zone_names
from zones.tables import (
    FINDINGS,
    FOREST_FORM_CAUSES,
    FOREST_FORM_PURPOSES,
    RESULT_TABLES,
    ZONES,
)

#: More rows than this nobody reads in a workbook: the table is named, and lies in ``tables/``.
MOST_ROWS = 50_000
_WORDS = ("bound", "status", "unit", "remark", "indicator", "land", "verdict", "unsure")
_FORMATS = {"ha": "#,##0.0###", "%": "0.00##", "m": "#,##0.0#", "": "#,##0.0###"}
_RATIO, _COUNT, _YEAR = "0.000", "#,##0", "0"
#: Columns of the printed zones that the allocation adds.
_JOINED = (
    Column("held_ratio", "number", "present area ÷ target of the zone"),
    Column("available_ha", "number", "land available", "ha"),
    Column("gap_ha", "number", "change by the allocation: planned − lost", "ha"),
)


def save_tables(
    tables: Mapping[Schema, pd.DataFrame],
    figures: PublishedFigures,
    plan_names: Mapping[str, Phrase],
    path: Path,
    *,
    language: Language,
) -> None:
    """Write ``tables.xlsx``: a sheet that says what is what, then a sheet for each table."""
    printed, known = figures.frames(), {schema.name: schema for schema in RESULT_TABLES}
    names = _Names(zone_names(figures), plan_names, language)
    sheets: dict[str, pd.DataFrame] = {}
    contents: list[tuple[str, str, int, str]] = []
    formats: dict[str, str] = {}
    for name in (name for name in table_words() if name in known and known[name] in tables):
        frame = printed.get(name, tables[known[name]])
        if frame.empty:
            continue
        words, fits = table_words()[name], len(frame) <= MOST_ROWS
        sheet = sheet_name(words.title.text(language), sheets)
        told = words.about if fits else message("zones.pages.table_too_long", name=name)
        contents.append((sheet, told.text(language), len(frame), f"tables/{name}.csv"))
        if fits:
            columns = _columns(known[name], frame)
            sheets[sheet] = names.table(name, columns, frame)
            formats |= {column_title(name, c.name, language): _format(c) for c in columns}
    first = message("zones.pages.what_is_what").text(language)
    heads = [message(f"zones.pages.contents_{key}").text(language) for key in _CONTENTS]
    about = pd.DataFrame(contents, columns=heads)
    formats[heads[2]] = _COUNT
    save_workbook({first: about, **sheets}, path, number_formats=formats, digest=figures.digest)


_CONTENTS = ("sheet", "about", "rows", "file")


def _columns(schema: Schema, frame: pd.DataFrame) -> list[Column]:
    """Columns of a table in its schema's order, and those that the printed figures add.

    A column in which nothing stands (intervals without a sample) is left out: it is in ``tables/``.
    Forest forms keep all columns of the circular.
    """
    joined = _JOINED if schema is ZONES else ()
    there = [column for column in (*schema.columns, *joined) if column.name in frame.columns]
    if schema in (FOREST_FORM_PURPOSES, FOREST_FORM_CAUSES):
        return there
    return [c for c in there if (frame[c.name].notna() & frame[c.name].ne("")).any()]


def _format(column: Column) -> str:
    if column.kind == "integer":
        return _YEAR if column.name.endswith(("year", "season", "until", "cutoff")) else _COUNT
    if column.name.endswith("_ratio"):
        return _RATIO
    return _FORMATS.get(column.unit, _FORMATS[""])


class _Names:
    """Says zones, plans, crops and codes in words."""

    def __init__(
        self, zones: pd.DataFrame, plans: Mapping[str, Phrase], language: Language
    ) -> None:
        self._language: Language = language
        key = f"name_{language}"
        land = data_table("legends", "land.csv")
        crops = load_crops()
        crop_names = dict(zip(crops["crop"], crops[key], strict=True))
        self._names: dict[str, dict[str, str]] = {
            "zone": dict(zip(zones["zone"], zones[key], strict=True)),
            "crop": crop_names,
            "subject": crop_names,
            "land": dict(zip(land["symbol"], land[key], strict=True)),
            "plan": {plan: name.text(language) for plan, name in plans.items()},
            "row": {
                row.row: f"{row.row} {getattr(row.name, language)}"
                for row in form_table("02").fixed
            },
        }

    def table(self, name: str, columns: Sequence[Column], frame: pd.DataFrame) -> pd.DataFrame:
        """Table with words for codes and headings for names."""
        other = "_en" if self._language == "vi" else "_vi"
        kept = [c for c in columns if not (c.kind == "text" and c.name.endswith(other))]
        cells = {
            self._title(name, c.name): frame[c.name].map(lambda value: "x" if value else "")
            if c.kind == "boolean"
            else self._said(c.name, frame[c.name])
            if c.kind == "text"
            else frame[c.name]
            for c in kept
        }
        return without_dust(pd.DataFrame(cells))

    def _title(self, table: str, column: str) -> str:
        # Of a name in two languages one is shown, under the heading of the Vietnamese one.
        shown = column.replace("_en", "_vi") if column in _BILINGUAL else column
        return column_title(table, shown, self._language)

    def _said(self, column: str, values: pd.Series) -> pd.Series:
        return values.map(lambda code: self._word(column, code), na_action="ignore")

    def _word(self, column: str, code: str) -> str:
        own = self._names.get(column, {}).get(code)
        if own:
            return own
        if column == "needed" and code:
            return needed_words(code).text(self._language)
        codes = code_words(column)
        if code in codes:
            return codes[code].text(self._language)
        return word(column, code, self._language) if column in _WORDS and code else code


_BILINGUAL = ("name_en", "message_en")


def needed_words(code: str) -> Phrase:
    """Say what would decide a verdict, from its code: ``points:320:pine``, ``error_m:0.8``."""
    kind, *rest = code.split(":")
    if kind == "points" and int(rest[0]):
        return message("zones.pages.needed_points", count=int(rest[0]))
    if kind == "own_points":
        return message("zones.pages.needed_own_points")
    if kind == "points":
        return message("zones.pages.needed_more_points")
    if kind == "error_m":
        return message("zones.pages.needed_error", metres=float(rest[0]))
    if kind == "at_the_end":
        return message("zones.pages.needed_nothing")
    return message("zones.pages.needed_accuracy")


def save_findings(
    findings: Mapping[Schema, pd.DataFrame], path: Path, *, language: Language
) -> None:
    """Write ``findings.xlsx``: what every step found, the gravest first."""
    frames = [frame for frame in findings.values() if len(frame)]
    table = pd.concat(frames, ignore_index=True) if frames else FINDINGS.empty()
    order = {"error": 0, "problem": 1, "note": 2}
    table = table.sort_values("severity", key=lambda column: column.map(order), kind="stable")
    keys = ("severity", "source", f"message_{language}", "count", "area_ha", "examples", "kind")
    columns = {column.name: column for column in FINDINGS.columns}
    wanted = [columns[key] for key in keys]
    names = _Names(pd.DataFrame(columns=["zone", "name_vi", "name_en"]), {}, language)
    sheet = message("zones.pages.findings_sheet").text(language)
    formats = {column_title("findings", c.name, language): _format(c) for c in wanted}
    save_workbook({sheet: names.table("findings", wanted, table)}, path, number_formats=formats)
