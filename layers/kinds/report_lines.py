"""Lines of a report that are no records: its grand total, and text such as who signed it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.printed_sums import SAME_HA, is_printed_sum
from layers.io.table import refuse_other_units
from layers.io.values import as_integer, as_number, as_text
from layers.kinds.crops import crop_named

_TOTAL = re.compile(r"(tổng|cộng|total|sum)\b", re.IGNORECASE)
_CROP_COLUMNS = 2
_HEADER_ROWS = 3
_FIRST_YEAR = 1900
#: A cell of a row that numbers the columns.
NUMBERING = re.compile(r"\(?(?:[A-ZĐa-z]|\d{1,2})(?:\s*=.*)?\)?")


def refuse_columns_of_crops(raw: pd.DataFrame, crop_column: str, *, source: str) -> None:
    """Refuse a table with one column per crop, saying how its rows should stand."""
    if crop_column in raw.columns:
        return
    rows = [raw.columns, *(raw.iloc[at] for at in range(min(_HEADER_ROWS, len(raw))))]
    cells = dict.fromkeys(str(cell).strip() for row in rows for cell in row if pd.notna(cell))
    crops = [cell for cell in cells if crop_named(cell)[0]]
    if len(crops) >= _CROP_COLUMNS:
        raise InputError(
            "layers.kinds.columns_of_crops", source=source, count=len(crops), crops=crops
        )


def records_only(
    raw: pd.DataFrame, told: Mapping[str, str], *, source: str, findings: Findings
) -> pd.DataFrame:
    """Rows of a report without what stands below its records: the grand total (ha), and text.

    Nor its headings again on each page of a printout, and the row that numbers its columns.
    """
    again = _repeats_heading(raw, told)
    if again.any():
        _tell_text(again, source, findings)
        raw = raw.loc[~again]
    years, bad_year = as_integer(raw[told["year"]])
    crop, figures = as_text(raw[told["crop"]]), as_number(raw[told["area_ha"]])[0]
    dated = years.notna() & ~bad_year
    named = crop.notna() & as_text(raw[told["area_ha"]]).notna() & as_text(raw[told["year"]]).isna()
    below = ~(dated | named)[::-1].cummax()[::-1]
    crops = crop.map(lambda name: bool(crop_named(name)[0]), na_action="ignore").eq(other=True)
    text = below & figures.isna() & ~crops  # a crop without a figure is a record with a hole
    total = below & figures.notna() & crop.isna() & _speaks_of_total(raw)
    beside = raw.loc[figures.isna() & years.isna()]
    lines = (cell for _, cells in beside.items() for cell in as_text(cells).dropna())
    refuse_other_units(lines, told["area_ha"], source=source, notes=True)
    if text.any():
        _tell_text(text, source, findings)
    if total.any():
        _tell_totals(figures[total], figures[~below].dropna(), source, findings)
    return raw.loc[~(text | total)]


def _repeats_heading(raw: pd.DataFrame, told: Mapping[str, str]) -> pd.Series[bool]:
    """Rows that are the headings once more, or number the columns: "(1)", "A", "4=5+6"."""
    used = [name for name in dict.fromkeys(told.values()) if raw[name].notna().any()]
    cells = raw[used].apply(as_text)
    names = [" ".join(name.casefold().split()) for name in used]
    heading = (cells.apply(lambda one: one.str.casefold()) == names).all(axis=1)
    years = as_integer(raw[told["year"]])[0]
    suspect = ~heading & (years.isna() | (years < _FIRST_YEAR)) & raw[told["crop"]].notna()
    texts = raw[suspect].apply(as_text)
    numbers = texts.apply(lambda cells: cells.str.fullmatch(NUMBERING)).astype("boolean")
    numbered = numbers.fillna(value=True).all(axis=1)
    again: pd.Series[bool] = heading | numbered.reindex(raw.index, fill_value=False).astype(bool)
    return again


def _speaks_of_total(raw: pd.DataFrame) -> pd.Series[bool]:
    said = pd.Series(data=False, index=raw.index)
    for name in raw.columns:
        said |= as_text(raw[name]).str.match(_TOTAL).fillna(value=False).astype(bool)
    return said


def _tell_text(text: pd.Series[bool], source: str, findings: Findings) -> None:
    rows = [int(at) for at in text.index[text]]
    told = message("layers.kinds.lines_of_text", count=len(rows), rows=[row + 2 for row in rows])
    findings.add(Finding("note", "lines-of-text", source, told, len(rows), rows=tuple(rows)))


def _tell_totals(
    totals: pd.Series[float], parts: pd.Series[float], source: str, findings: Findings
) -> None:
    """Tell grand totals that were left out."""
    records = float(parts.sum())
    for at, total in totals.items():
        row = int(str(at))
        values = {"row": row + 2, "total": float(total), "records": records}
        if not is_printed_sum(float(total), parts.tolist()):
            differs = message("layers.kinds.total_differs", **values)
            findings.add(Finding("problem", "total-differs", source, differs, 1, rows=(row,)))
        elif abs(float(total) - records) > SAME_HA:
            one = [message("layers.kinds.total_and_parts", **values)]
            rounded = message("layers.kinds.totals_rounded", count=1, totals=one)
            findings.add(Finding("note", "total-rounded", source, rounded, 1, rows=(row,)))
        else:
            equals = message("layers.kinds.total_left_out", **values)
            findings.add(Finding("note", "totals-left-out", source, equals, 1, rows=(row,)))
