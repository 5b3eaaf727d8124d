"""Tables of the year's round: every figure that came back, and what a year's figures add up to."""

from __future__ import annotations

from layers.base.schema import Column, Schema

#: What becomes of a figure: counted, counted with a remark, or asked back and not counted.
VERDICTS = ("accepted", "remarked", "asked")

FIGURES = Schema(
    "reported_figures",
    (
        Column("reporter", "text", "commune code, or the id of a department"),
        Column("form", "text", "id of the form"),
        Column("year", "integer", "year of the report"),
        Column("table", "text", "table of the form"),
        Column("row", "text", "row of the table: a zone, an indicator, a class of the form"),
        Column("column", "text", "column of the table"),
        Column("crop", "text", "crop id of the row; empty where it has none"),
        Column("unit", "text", "unit of the figure"),
        Column("value", "number", "the figure, in the unit; missing: asked back", nullable=True),
        Column("verdict", "text", "accepted, remarked or asked"),
        Column("written", "text", "the cell as it was written"),
        Column("file", "text", "file it came in"),
        Column("sheet", "text", "its sheet"),
        Column("cell", "text", "its cell, as B7"),
        Column("submission", "integer", "number in the ledger; none before", nullable=True),
    ),
)

HISTORY = Schema(
    "report_history",
    (
        Column("submission", "integer", "number of the submission"),
        Column("received", "text", "day and time it was taken in, ISO"),
        Column("year", "integer", "year of the report"),
        Column("reporter", "text", "commune code, or department"),
        Column("form", "text", "id of the form"),
        Column("version", "integer", "version of the form"),
        Column("file", "text", "file it came in"),
        Column("sha256", "text", "digest of the file"),
        Column("modified", "text", "when the file was last saved, ISO"),
        Column("verdict", "text", "accepted, remarked or asked: the worst of its figures"),
        Column("older", "boolean", "saved before one that was there already: does not count"),
        Column("replaced", "integer", "submission that it takes the place of", nullable=True),
        Column("accepted", "integer", "figures accepted", nullable=True),
        Column("remarked", "integer", "figures accepted with a remark", nullable=True),
        Column("asked", "integer", "figures asked back", nullable=True),
    ),
)

STATUS = Schema(
    "report_status",
    (
        Column("reporter", "text", "commune code, or department"),
        Column("name", "text", "its name"),
        Column("form", "text", "id of the form"),
        Column("year", "integer", "year of the report"),
        Column("due", "text", "last day on time, ISO"),
        Column("received", "text", "day the first submission was taken in, ISO", nullable=True),
        Column("late", "boolean", "received after the last day"),
        Column("state", "text", "on_time, late, asked (figures asked back), missing or expected"),
        Column("questions", "integer", "figures asked back and not yet answered"),
        Column("submissions", "integer", "how often it was sent"),
    ),
)

RETURNED = Schema(
    "returned_files",
    (
        Column("file", "text", "file, below the folder"),
        Column("sha256", "text", "its digest"),
        Column("modified", "text", "when it was last saved, ISO"),
        Column("verdict", "text", "accepted, remarked, asked, known (in the ledger) or refused"),
        Column("reporters", "text", "who reports in it, codes"),
        Column("rows", "integer", "rows that hold something"),
        Column("rows_counted", "integer", "rows whose figures were all accepted"),
        Column("rows_listed", "integer", "rows that are listed: headings, totals, notes, asked"),
        Column("message_vi", "text", "why it was refused, or what to know of it, in Vietnamese"),
        Column("message_en", "text", "the same in English"),
    ),
)

RETURNED_ROWS = Schema(
    "returned_rows",
    (
        Column("file", "text", "file"),
        Column("sheet", "text", "sheet"),
        Column("row", "integer", "row of the sheet"),
        Column("kind", "text", "counted, heading, blank (of a form), total, note or asked"),
    ),
)

REPORT_FINDINGS = Schema(
    "report_findings",
    (
        Column("reporter", "text", "commune code, department, or empty where none is known"),
        Column("kind", "text", "stable identifier of the rule"),
        Column("severity", "text", "problem (asked back) or note (a remark)"),
        Column("file", "text", "file"),
        Column("sheet", "text", "sheet; empty for the file as a whole"),
        Column("cell", "text", "cell; empty for the sheet as a whole"),
        Column("expected", "text", "what was expected, in Vietnamese"),
        Column("found", "text", "what was found"),
        Column("message_vi", "text", "what is wrong and what to do, in Vietnamese"),
        Column("message_en", "text", "the same in English"),
        Column("article", "text", "article of the rule, where it has one"),
    ),
)

REPORTED_CROPS = Schema(
    "reported_crops",
    (
        Column("commune_code", "text", "commune"),
        Column("crop", "text", "crop id"),
        Column("year", "integer", "year of the report"),
        Column("standing_ha", "number", "standing at the end of the year", "ha", nullable=True),
        Column("last_ha", "number", "standing a year before, as printed", "ha", nullable=True),
        Column("planted_ha", "number", "newly planted in the year", "ha", nullable=True),
        Column("replanted_ha", "number", "replanted after harvest", "ha", nullable=True),
        Column("lost_ha", "number", "lost in the year", "ha", nullable=True),
        Column("certified_ha", "number", "certified", "ha", nullable=True),
        Column("coded_ha", "number", "with a growing-area code", "ha", nullable=True),
    ),
)
