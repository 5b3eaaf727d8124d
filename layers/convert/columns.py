"""Which columns of an office table are figures that add up, and which are not.

Hectares and heads add; years, ordinal numbers, codes of districts, rates and yields do not. What a
column is taken for is told in the report, and every guess can be overruled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.base.errors import InputError
from layers.communes.spelling import without_marks
from layers.io.values import Decimal, as_integer, parse_numbers

if TYPE_CHECKING:
    import pandas as pd

_YEAR = re.compile(r"(nam|year|namtr|ky|giai_?doan)(_?\d+)?")
_LEFT_OUT = re.compile(
    r"(stt|tt|id|fid|gid|objectid|ogc_fid|ma(_?(tinh|huyen|xa|h|so))?|ten_?(tinh|huyen|xa)"
    r"|(commune_?)?code|tinh|huyen|district|quan_?huyen|xa|commune|phuong_?xa|xa_?phuong|shape_(length|area|leng))"
)
_RATE = re.compile(
    r".*(%|percent|ratio|rate|ty_?le|ti_?le|mat_?do|binh_?quan|nang_?suat|don_?gia|do_?che_?phu"
    r"|tlcp|density|yield|average|mean|trung_?binh|ty_?trong|ti_?trong|co_?cau|he_?so|do_?cao|do_?doc"
    r"|tan_?che|gia_?(ban|ca|mua|thanh)|price|altitude|elevation|slope).*"
    # "tuoi" is an age alone, and watered land in dien_tich_tuoi
    r"|(.*_)?tb(_.*)?|tuoi(_?(bq|cay|rung))?|age"
)


@dataclass(frozen=True, slots=True)
class RateColumn:
    """A rate that is computed again from its parts.

    Parameters
    ----------
    numerator, denominator : str
        Columns that add.
    factor : float
        100 for a percentage.
    """

    numerator: str
    denominator: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """What the columns of a table are.

    Parameters
    ----------
    sums : tuple of str or None
        Columns that add; None to take every column of numbers whose name does not speak against it.
    keys : tuple of str or None
        Columns that tell rows of one commune apart (crop, year); None to take columns of text and
        of years.
    rates : mapping of str to RateColumn
        Columns to compute again after adding.
    decimal : {".", ","} or None
        Decimal mark where figures stand as text.
    """

    sums: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None
    rates: Mapping[str, RateColumn] = field(default_factory=dict)
    decimal: Decimal | None = None


def parse_rate(text: str) -> tuple[str, RateColumn]:
    """Read a rate as the command line takes it."""
    found = re.fullmatch(r"\s*([^=]+?)\s*=\s*([^/]+?)\s*/\s*([^*]+?)\s*(?:\*\s*([\d.]+))?\s*", text)
    if not found:
        raise InputError("layers.convert.not_a_rate", text=text)
    return found[1], RateColumn(found[2], found[3], float(found[4] or 1))


def _word(column: str) -> str:
    return re.sub(r"[\s.\-]+", "_", without_marks(column).casefold().strip())


@dataclass(frozen=True, slots=True)
class SortedColumns:
    """A table whose columns are told apart."""

    # A new frame in which the columns that add are float64, and years whole numbers
    table: pd.DataFrame
    columns: ColumnRoles  # With ``sums`` and ``keys`` settled
    left_out: dict[str, str]  # Column that is left out → why: ``rate``, ``number`` or ``name``
    dashes: int  # Cells of a lone dash, which statistics print for none: read as 0


def sort_columns(
    frame: pd.DataFrame, given: ColumnRoles, *, others: Iterable[str], source: str
) -> SortedColumns:
    """Settle what each column is, and read the figures that stand as text."""
    import pandas as pd

    taken = {*others, *given.rates}
    free = [str(name) for name in frame.columns if name not in taken and name != "geometry"]
    parts = [name for rate in given.rates.values() for name in (rate.numerator, rate.denominator)]
    _require(frame, [*(given.sums or ()), *(given.keys or ()), *parts], source)
    result = frame.copy()
    left_out: dict[str, str] = {}
    sums, keys = list(dict.fromkeys([*(given.sums or ()), *parts])), list(given.keys or ())
    for name in free:
        if name in sums or name in keys:
            continue
        is_number = _is_number(frame[name], given.decimal) and not _has_codes(frame[name])
        what = _what(_word(name), is_number=is_number)
        if what == "sum" and given.sums is None:
            sums.append(name)
        elif what == "key" and given.keys is None:
            keys.append(name)
        else:
            left_out[name] = "number" if what in ("sum", "key") and is_number else what
    dashes = 0
    for name in sums:
        if not pd.api.types.is_numeric_dtype(result[name]):
            text, found = _without_signs(result[name])
            dashes += found
            result[name] = parse_numbers(text, source=f"{source}, {name}", decimal=given.decimal)
        result[name] = result[name].astype("float64")
    for name in keys:
        result[name] = _years(result[name]) if _YEAR.fullmatch(_word(name)) else result[name]
    if not sums:
        raise InputError("layers.convert.no_column_adds", source=source)
    columns = ColumnRoles(tuple(sums), tuple(keys), given.rates, given.decimal)
    return SortedColumns(result, columns, left_out, dashes)


def _years(values: pd.Series) -> pd.Series:
    """Years as whole numbers; the cells as they are where one is none."""
    years, odd = as_integer(values)
    return values if odd.any() else years


#: Signs of statistical tables: a dash says there was none, dots that nobody knows.
_NONE = ("-", "–", "—")
_UNKNOWN = ("…", "...", "..")


def _without_signs(values: pd.Series[str]) -> tuple[pd.Series[str], int]:
    """Cells with dashes as 0 and dots as missing, and how many dashes there were."""
    cells = values.astype("object")
    text = cells.map(lambda cell: cell.strip() if isinstance(cell, str) else "")
    dash = text.isin(_NONE)
    return cells.mask(dash, 0).mask(text.isin(_UNKNOWN)), int(dash.sum())


def _what(word: str, *, is_number: bool) -> str:
    if _LEFT_OUT.fullmatch(word):
        return "name"
    if _YEAR.fullmatch(word):
        return "key"
    if is_number:
        return "rate" if _RATE.fullmatch(word) else "sum"
    return "key"


def _require(frame: pd.DataFrame, names: Iterable[str], source: str) -> None:
    missing = [name for name in dict.fromkeys(names) if name not in frame.columns]
    if missing:
        raise InputError(
            "layers.convert.columns_missing",
            source=source,
            missing=missing,
            columns=[str(name) for name in frame.columns],
        )


def _has_codes(values: pd.Series[str]) -> bool:
    """Whether cells of a column are codes: no figure has a zero in front of another digit."""
    return bool(values.astype("object").astype("str").str.fullmatch(r"\s*0\d+\s*").any())


def _is_number(values: pd.Series[str], decimal: str | None) -> bool:
    """Whether every cell of a column reads as a number, in either way of writing one."""
    import pandas as pd

    if pd.api.types.is_bool_dtype(values):
        return False
    if pd.api.types.is_numeric_dtype(values):
        return True
    cells = _without_signs(values)[0].dropna().astype("str")
    present = cells.str.replace(r"\s", "", regex=True)
    grouped = decimal is not None or bool(present.str.contains(",").any())
    pattern = r"[-+]?[\d.,]*\d" if grouped else r"[-+]?\d+(\.\d+)?"
    return bool(len(present)) and bool(present.str.fullmatch(pattern).all())
