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
