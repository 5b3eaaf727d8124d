"""The one way to write a table: text is never a formula, in cells and headers alike."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.clock import midnight
from layers.base.remembered import remembered

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_QUOTED = re.compile(r"'(?=[=+\-@\t\r\n])")

_HECTARES = "#,##0.00##"
#: Excel's numbers of papers, and the most columns of a table that A4 has room for.
_A3, _A4, _A4_COLUMNS = 8, 9, 10
#: Lines that a heading may take, and room for the arrow of its filter, in pixels.
_HEADING_LINES, _ARROW_PX = 3, 20
#: Letters from which text goes on in a line below.
_LONG = 60
#: Widest column, height of a line, and the highest row that Excel takes, in pixels.
_WIDEST_PX, _LINE_PX, _HIGHEST_PX = 420, 20, 540

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


#: Digits after the mark that a figure keeps as text; a ratio becomes a percentage and keeps more.
_DIGITS, _RATIO_DIGITS = 6, 9


@remembered(most=24)
def without_dust(frame: pd.DataFrame) -> pd.DataFrame:
    """Figures without the dust of binary fractions: 94.040146 for 94.0401461027535, 0 for -3e-13.

    Hectares keep a hundredth of a square metre.
    """
    digits = {
        str(name): _RATIO_DIGITS if str(name).endswith("_ratio") else _DIGITS
        for name in frame.select_dtypes("float64").columns
    }
    # Adding 0.0 turns the -0.0 that rounding leaves into 0.0.
    clean = {name: frame[name].round(places) + 0.0 for name, places in digits.items()}
    return frame.assign(**clean)


def save_csv(frame: pd.DataFrame, path: Path, *, separator: str = ",", decimal: str = ".") -> None:
    """Write a table as CSV (UTF-8 with BOM, for Excel; Unix line ends)."""
    save_long_csv([frame], path, separator=separator, decimal=decimal)


def save_long_csv(
    pieces: Iterable[pd.DataFrame], path: Path, *, separator: str = ",", decimal: str = "."
) -> None:
    """Write a table that comes in pieces with the same columns, as ``save_csv`` does."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        for number, piece in enumerate(pieces):
            _safe(piece).to_csv(
                file,
                sep=separator,
                decimal=decimal,
                index=False,
                header=number == 0,
                lineterminator="\n",
            )


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Table in which no text is a formula."""
    columns = [
        values
        if pd.api.types.is_numeric_dtype(values.dtype)
        else values.map(formula_text, na_action="ignore")
        for _, values in frame.items()
    ]
    safe = pd.concat(columns, axis="columns") if columns else frame
    safe.columns = [formula_text(name) for name in frame.columns]
    return safe


def save_workbook(
    sheets: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    headings: Mapping[str, str] | None = None,
    number_formats: Mapping[str, str] | None = None,
    frozen_columns: int = 0,
    digest: str = "",
) -> None:
    """Write tables as sheets of a workbook; a missing cell stays empty, a code keeps its zero.

    ``number_formats`` names Excel's format of figures by column; hectares have one of their own.
    """
    import xlsxwriter

    # Not into the file: on a full disk the archive is left open, and Python complains of it
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, WORKBOOK_OPTIONS) as book:
        book.set_properties({"created": midnight()})
        bold = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EFE8", "border": 1}
        )
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        plain = book.add_format({"valign": "top"})
        if digest:
            book.set_custom_property("digest", digest)
        shapes = {
            shape: book.add_format({"num_format": shape, "valign": "top"})
            for shape in sorted({_HECTARES, *(number_formats or {}).values()})
        }
        taken: set[str] = set()
        for wanted, table in sheets.items():
            name = sheet_name(wanted, taken)
            taken.add(name.casefold())
            sheet = book.add_worksheet(name)
            for place, column in enumerate(map(str, table.columns)):
                sheet.write_string(0, place, (headings or {}).get(column, column), bold)
                own = _HECTARES if column.endswith("_ha") else ""
                style = shapes.get((number_formats or {}).get(column, own), plain)
                for line, value in enumerate(table.iloc[:, place].tolist(), start=1):
                    if pd.isna(value):
                        continue
                    if isinstance(value, int | float):
                        sheet.write_number(line, place, value, style)
                    else:
                        text = str(value)
                        sheet.write_string(
                            line, place, text, wrapped if len(text) > _LONG else plain
                        )
            for line, height in _heights(table):
                sheet.set_row_pixels(line, height)
            sheet.freeze_panes(1, frozen_columns)
            sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
            shown = [(headings or {}).get(str(column), str(column)) for column in table.columns]
            _set_widths(sheet, table, shown)
            _set_up_print(sheet, table, frozen_columns)
    path.write_bytes(stream.getbuffer())


def _set_up_print(sheet: Worksheet, table: pd.DataFrame, frozen_columns: int) -> None:
    """Print on landscape A4, a wide table on A3, as wide as the page, with its header on each."""
    sheet.set_landscape()
    sheet.set_paper(_A3 if len(table.columns) > _A4_COLUMNS else _A4)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(0)  # They are printed as well
    sheet.repeat_rows(0)
    if frozen_columns:
        sheet.repeat_columns(0, frozen_columns - 1)
    sheet.set_footer("&L&8&A&R&8&P/&N")


def _set_widths(sheet: Worksheet, table: pd.DataFrame, headings: list[str]) -> None:
    """Make columns as wide as what stands in them; a heading wider than that takes some lines."""
    from xlsxwriter.utility import cell_autofit_width

    lines = 1
    for place, heading in enumerate(headings):
        told = table.iloc[:, place].dropna()
        if pd.api.types.is_numeric_dtype(told.dtype):
            ends = (told.min(), told.max()) if len(told) else ()
            texts = [f"{value:,.2f}" for value in ends]
        else:
            texts = [str(value) for value in told.unique()]
        words = [cell_autofit_width(word) + _ARROW_PX for word in heading.split()]
        whole = cell_autofit_width(heading) * 1.1
        body = max((cell_autofit_width(text) for text in texts), default=0)
        width = min(max([body, whole / _HEADING_LINES, *words]), _WIDEST_PX)
        sheet.set_column_pixels(place, place, width)
        lines = max(lines, math.ceil(whole / (width - _ARROW_PX)))
    sheet.set_row_pixels(0, _LINE_PX * lines)


def _heights(table: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Rows with a text too long for one line, and the pixels that they need.

    Not every program gives a row the height of its text when it opens or prints a file.
    """
    from xlsxwriter.utility import cell_autofit_width

    for line, row in enumerate(table.itertuples(index=False), start=1):
        long = [text for text in row if isinstance(text, str) and len(text) > _LONG]
        # Words do not break, so a line is seldom full.
        lines = max(
            (math.ceil(cell_autofit_width(text) * 1.1 / _WIDEST_PX) for text in long), default=1
        )
        if lines > 1:
            yield line, min(lines * _LINE_PX, _HIGHEST_PX)


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """Name that Excel takes for a sheet: 31 letters, no reserved mark, none of those taken."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted).strip().strip("'") or "-"
    name, used, number = clean[:31], set(taken), 2
    while name.casefold() in used:
        suffix = f" ({number})"
        name, number = clean[: 31 - len(suffix)] + suffix, number + 1
    return name
