"""The one way to write a table: text is never a formula, in cells and headers alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from layers.base.clock import midnight

_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_QUOTED = re.compile(r"'(?=[=+\-@\t\r\n])")

#: Text of a file is never a formula, a link or a number.
WORKBOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": True,
}


def formula_text(value: object) -> object:
    """Text that a spreadsheet would take for a formula, with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def plain_text(text: str) -> str:
    """Text without the apostrophe of ``formula_text``."""
    return _QUOTED.sub("", text, count=1) if text.startswith("'") else text


def save_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV (UTF-8 with BOM, for Excel; Unix line ends)."""
    columns = [
        values
        if pd.api.types.is_numeric_dtype(values.dtype)
        else values.map(formula_text, na_action="ignore")
        for _, values in frame.items()
    ]
    safe = pd.concat(columns, axis="columns") if columns else frame
    safe.columns = [formula_text(name) for name in frame.columns]
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def save_workbook(
    sheets: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    headings: Mapping[str, str] | None = None,
    frozen_columns: int = 0,
) -> None:
    """Write tables as sheets of a workbook; a missing cell stays empty, a code keeps its zero."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        book.set_properties({"created": midnight()})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        hectares = book.add_format({"num_format": "#,##0.00##"})
        taken: set[str] = set()
        for wanted, table in sheets.items():
            name = sheet_name(wanted, taken)
            taken.add(name.casefold())
            sheet = book.add_worksheet(name)
            for place, column in enumerate(map(str, table.columns)):
                sheet.write_string(0, place, (headings or {}).get(column, column), bold)
                style = hectares if column.endswith("_ha") else None
                for line, value in enumerate(table.iloc[:, place].tolist(), start=1):
                    if pd.isna(value):
                        continue
                    if isinstance(value, int | float):
                        sheet.write_number(line, place, value, style)
                    else:
                        sheet.write_string(line, place, str(value))
            sheet.freeze_panes(1, frozen_columns)
            sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
            sheet.autofit(420)


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """Name that Excel takes for a sheet: 31 letters, no reserved mark, none of those taken."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted).strip().strip("'") or "-"
    name, used, number = clean[:31], set(taken), 2
    while name.casefold() in used:
        suffix = f" ({number})"
        name, number = clean[: 31 - len(suffix)] + suffix, number + 1
    return name
