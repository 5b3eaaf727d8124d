"""Step ``tables``: every result table in one workbook, every finding in another."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.pages.tables import save_findings, save_tables
from zones.plan.frames import plan_names
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import RESULT_TABLES


def work(context: Context) -> Made:
    """Write ``tables.xlsx`` and ``findings.xlsx`` from the tables that the run has made."""
    made = {table: context.get(table) for table in RESULT_TABLES}
    tables = {table: frame for table, frame in made.items() if frame is not None}
    found = {table: frame for table, frame in tables.items() if table.name.endswith("findings")}
    language = context.project.annex.language
    save_tables(
        tables,
        context[PublishedFigures],
        plan_names(context.plans()),
        context.stage / "tables.xlsx",
        language=language,
    )
    save_findings(found, context.stage / "findings.xlsx", language=language)
    return {}


STEP = Step(
    label=Phrase("Write the tables for people", "Ghi bảng kết quả"),
    work=work,
    reads=(PublishedFigures, *RESULT_TABLES),
    files=("tables.xlsx", "findings.xlsx"),
    settings=("annex.language", "plans"),
)
