"""Values of tables and records made comparable: numbers that came as text, codes, labels.

A figure such as ``12.345`` means twelve and a bit to a computer and twelve thousand to an office in
Việt Nam. There is one rule: thousands stand in groups of three with one mark between all of them,
before the decimal mark; an exponent is one as programs write it. What reads one way under it is
read; what reads two ways is refused until someone says which.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Literal

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.messages import message

Decimal = Literal[".", ","]

_Readings = dict[Decimal, list[float | None]]

_MARKS: tuple[Decimal, ...] = (",", ".")
_OTHER: dict[Decimal, Decimal] = {",": ".", ".": ","}
_WHOLE = r"(?:[0-9]+|[1-9][0-9]{{0,2}}([{thousands}\s])[0-9]{{3}}(?:\1[0-9]{{3}})*)"
#: An exponent as programs write it (1.5e+06); 1e3 and 2E5 are lots and typing errors as well.
_POWER = "[eE][-+][0-9]{2,3}"
_WRITTEN: dict[Decimal, re.Pattern[str]] = {
    mark: re.compile(
        rf"[-+]?(?:{_WHOLE.format(thousands=other)}(?:[{mark}][0-9]+)?"
        rf"|[0-9](?:[{mark}][0-9]+)?{_POWER})"
    )
    for mark, other in _OTHER.items()
}
#: How the table reader writes a formula that was never calculated, with its cell.
_FORMULA = re.compile(r"[A-Z]{1,3}[0-9]+: =")


def parse_number(text: str, *, decimal: Decimal | None = None) -> float:
    """Read a number as a person typed it, with either decimal mark, where one reading fits."""
    return float(parse_numbers(pd.Series([text], dtype=object), source="", decimal=decimal).iloc[0])


def parse_numbers(
    cells: pd.Series, *, source: str, decimal: Decimal | None = None
) -> pd.Series[float]:
    """Numbers of a column whose index counts rows from 0; ``decimal`` concerns text cells only."""
    codes, unique = pd.factorize(cells)
    values, marks = list(unique), _MARKS if decimal is None else (decimal,)
    readings = {mark: [read_number(value, mark) for value in values] for mark in marks}
    fitting = [mark for mark in marks if None not in readings[mark]]
    if len(fitting) == 2:
        _refuse_two_readings(values, readings, source)
    if not fitting:
        raise _no_numbers(cells, values, readings, source)
    table = np.array([*readings[fitting[0]], np.nan], dtype="float64")
    return pd.Series(table[codes], index=cells.index, name=cells.name, dtype="float64")


def read_number(value: object, decimal: Decimal) -> float | None:
    """Read a cell as a finite number; None where text is none with this decimal mark."""
    if isinstance(value, str):
        text = value.strip()
        if not _WRITTEN[decimal].fullmatch(text):
            return None
        plain = re.sub(r"\s", "", text).replace(_OTHER[decimal], "").replace(",", ".")
        number = float(plain)
    elif isinstance(value, int | float | np.number) and not isinstance(value, bool):
        number = float(value)
    else:
        return None
    return number if math.isfinite(number) else None


def _refuse_two_readings(values: list[object], readings: _Readings, source: str) -> None:
    """Refuse a column in which the two marks read some value differently."""
    two = _first_apart(values, readings)
    if two is None:
        return
    text, comma, point = two
    said = f"{source}: {text!r}" if source else repr(text)
    with_comma, with_point = _plain(comma), _plain(point)
    how = message("layers.io.say_decimal")
    if not source:
        how = message("layers.io.write_either", comma=with_comma, point=with_point)
    raise InputError(
        "layers.io.two_readings", said=said, comma=with_comma, point=with_point, how=how
    )


def _first_apart(
    values: list[object], readings: _Readings
) -> tuple[str, float | None, float | None] | None:
    """First value that the marks read differently, with a decimal comma and with a point."""
    pairs = zip(values, readings[","], readings["."], strict=True)
    return next(((str(value), c, p) for value, c, p in pairs if c != p), None)


def two_readings(cells: pd.Series) -> tuple[str, float | None, float | None] | None:
    """Value that either mark reads, in another way, where both read the whole column."""
    values = list(pd.unique(cells.dropna()))
    readings = {mark: [read_number(value, mark) for value in values] for mark in _MARKS}
    if any(None in read for read in readings.values()):
        return None
    return _first_apart(values, readings)


def _plain(number: float | None) -> str:
    """Figure written so that it reads one way: 1.2340, not 1.234."""
    text = f"{number:.15g}"
    return f"{text}0" if re.search(r"\.[0-9]{3}\Z", text) else text


def _no_numbers(
    cells: pd.Series, values: list[object], readings: _Readings, source: str
) -> InputError:
    """Error for cells that no mark reads, or of which some need a comma and others a point."""
    place = f"{source}: " if source else ""
    every = list(zip(values, *readings.values(), strict=True))
    bad = [value for value, *read in every if read.count(None) == len(read)]
    if not bad:
        comma = next(str(value) for value, _, point in every if point is None)
        point = next(str(value) for value, comma, _ in every if comma is None)
        return InputError("layers.io.mixed_decimals", place=place, comma=comma, point=point)
    at = cells[cells.isin(bad)]
    refuse_formulas(at, source=source)
    if not source:
        return InputError("layers.io.not_a_number", bad=bad[0])
    rows = [
        message("layers.io.row_holds", row=row + 2, value=value)
        for row, value in zip(at.index.tolist(), at, strict=True)
    ]
    return InputError("layers.io.numbers_needed", place=place, count=len(at), rows=rows)


def refuse_formulas(cells: pd.Series, *, source: str) -> None:
    """Refuse a column of figures, names or crops in which formulas were never calculated."""
    formulas = [text for text in cells if isinstance(text, str) and _FORMULA.match(text)]
    if formulas:
        raise InputError(
            "layers.io.formulas_not_calculated",
            place=f"{source}: " if source else "",
            count=len(formulas),
            cells=formulas,
        )


# A terminal obeys control characters; a label needs none.
# The Icelandic eth and the African D look like Đ and stand for it in many files.
_SIGNS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ") | str.maketrans("ÐðƉɖ", "ĐđĐđ")


def as_text(values: pd.Series) -> pd.Series[str]:
    """Text in NFC without outer spaces; empty text is missing."""
    codes, unique = pd.factorize(values)
    table = np.array([*(_clean(value) for value in unique), None], dtype=object)
    return pd.Series(table[codes], index=values.index, dtype=pd.StringDtype(na_value=np.nan))


def _clean(value: object) -> str | None:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    text = str(value)
    if text.isascii() and text.isalnum():
        return text
    text = " ".join(unicodedata.normalize("NFC", text).translate(_SIGNS).split())
    return text or None


def as_number(values: pd.Series) -> tuple[pd.Series[float], pd.Series[bool]]:
    """Numbers, and which values were there but are none."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.astype("float64")
        unreadable: pd.Series[bool] = numbers.isin([np.inf, -np.inf])
        return numbers.mask(unreadable), unreadable
    codes, unique = pd.factorize(values)
    pairs = [(read_number(value, ","), read_number(value, ".")) for value in unique]
    read = [pair for pair in pairs if pair != (None, None)]
    # A figure that reads two ways is none until another one of the column settles the mark.
    marks = [one for one in (0, 1) if all(pair[one] is not None for pair in read)]
    if len(marks) == 1:
        found = [pair[marks[0]] for pair in pairs]
    else:
        found = [(c if p is None else p) if None in (c, p) or c == p else None for c, p in pairs]
    table = np.array([np.nan if one is None else one for one in found] + [np.nan], dtype="float64")
    numbers = pd.Series(table[codes], index=values.index, name=values.name, dtype="float64")
    blank = np.array([_clean(value) is None for value in unique] + [True], dtype=bool)
    return numbers, pd.Series(~blank[codes] & np.isnan(table[codes]), index=values.index)


def as_integer(values: pd.Series) -> tuple[pd.Series[int], pd.Series[bool]]:
    """Whole numbers (Int64), and which values were there but are none."""
    numbers, unreadable = as_number(values)
    exact = (numbers == numbers.round()) & (numbers.abs() < 2**53)
    broken = numbers.notna() & ~exact
    return numbers.mask(broken).astype("Int64"), unreadable | broken


def as_code(values: pd.Series) -> pd.Series[str]:
    """Letters of a type as the code tables write them: capitals without spaces."""
    return as_text(values).str.upper().str.replace(" ", "", regex=False)


def as_commune_code(values: pd.Series) -> pd.Series[str]:
    """Commune codes as five digits; the layer stores them as numbers and drops the zero."""
    text = as_text(values)
    text = text.str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
    # Names among codes stay names: "Bảo" is no code that lost its zeros.
    text = text.mask(text.str.isdecimal().fillna(value=False).astype(bool), text.str.zfill(5))
    return text.mask(text.eq("00000").fillna(value=False).astype(bool))


def plot_labels(frame: pd.DataFrame) -> pd.Series[str]:
    """Labels a forester finds a plot by: ``tk/khoanh/lo``, or the record number."""
    number = "#" + frame["row"].astype(str)
    parts = [frame[name] for name in ("tk", "khoanh", "lo") if name in frame.columns]
    if not parts:
        return number.astype(pd.StringDtype(na_value=np.nan))
    blank = pd.concat([part.isna() for part in parts], axis=1).all(axis=1)
    label = parts[0].fillna("?")
    for part in parts[1:]:
        label = label + "/" + part.fillna("?")
    return label.mask(blank, number).astype(pd.StringDtype(na_value=np.nan))
