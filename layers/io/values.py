"""Values of a forest status record made comparable: numbers that came as text, codes, labels."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

__all__ = ["as_code", "as_commune_code", "as_integer", "as_number", "as_text", "plot_labels"]


# A terminal obeys control characters; a label needs none.
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")


def as_text(values: pd.Series) -> pd.Series[str]:
    """Text in NFC without outer spaces; empty text is missing.

    Parameters
    ----------
    values : pandas.Series
        Text, or numbers where the file stores a label as a number (12.0 becomes "12").

    Returns
    -------
    pandas.Series of str
        Index of ``values``.
    """
    codes, unique = pd.factorize(values)
    table = np.array([*(_clean(value) for value in unique), None], dtype=object)
    return pd.Series(table[codes], index=values.index, dtype=pd.StringDtype(na_value=np.nan))


def _clean(value: object) -> str | None:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    text = str(value)
    if text.isascii() and text.isalnum():
        return text
    text = " ".join(unicodedata.normalize("NFC", text).translate(_CONTROLS).split())
    return text or None


def as_number(values: pd.Series) -> tuple[pd.Series[float], pd.Series[bool]]:
    """Numbers, and which values were there but are none.

    Parameters
    ----------
    values : pandas.Series
        Numbers, or text such as ``"1,25"`` (the decimal comma of an office).

    Returns
    -------
    tuple of pandas.Series
        Numbers (NaN where missing or unreadable) and a mask of the unreadable ones.
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.astype("float64")
        unreadable: pd.Series[bool] = numbers.isin([np.inf, -np.inf])
        return numbers.mask(unreadable), unreadable
    text = as_text(values)
    single = text.str.count(r"[.,]") <= 1
    numbers = pd.to_numeric(text.str.replace(",", "."), errors="coerce").where(single)
    numbers = numbers.replace([np.inf, -np.inf], np.nan).astype("float64")
    return numbers, (text.notna() & numbers.isna()).astype(bool)


def as_integer(values: pd.Series) -> tuple[pd.Series[int], pd.Series[bool]]:
    """Whole numbers (Int64), and which values were there but are none.

    Parameters
    ----------
    values : pandas.Series
        Numbers or text.

    Returns
    -------
    tuple of pandas.Series
        Whole numbers (missing where there is none) and a mask of the unreadable ones.
    """
    numbers, unreadable = as_number(values)
    broken = numbers.notna() & (numbers != numbers.round())
    return numbers.mask(broken).astype("Int64"), unreadable | broken


def as_code(values: pd.Series) -> pd.Series[str]:
    """Letters of a type as the code tables write them: capitals without spaces.

    Parameters
    ----------
    values : pandas.Series
        Text.

    Returns
    -------
    pandas.Series of str
        Index of ``values``.
    """
    return as_text(values).str.upper().str.replace(" ", "", regex=False)


def as_commune_code(values: pd.Series) -> pd.Series[str]:
    """Commune codes as five digits; the layer stores them as numbers and drops the zero.

    Parameters
    ----------
    values : pandas.Series
        Numbers or text.

    Returns
    -------
    pandas.Series of str
        ``"06148"``; missing for empty and 0.
    """
    text = as_text(values)
    text = text.str.replace(r"^(\d+)\.0+$", r"\1", regex=True).str.zfill(5)
    return text.mask(text.eq("00000").fillna(value=False).astype(bool))


def plot_labels(frame: pd.DataFrame) -> pd.Series[str]:
    """Labels a forester finds a plot by: ``tk/khoanh/lo``, or the record number.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any of ``tk``, ``khoanh``, ``lo`` as text, and ``row``.

    Returns
    -------
    pandas.Series of str
        Index of ``frame``; a missing part shows as ``?``, a record without any as ``#row``.
    """
    number = "#" + frame["row"].astype(str)
    parts = [frame[name] for name in ("tk", "khoanh", "lo") if name in frame.columns]
    if not parts:
        return number.astype(pd.StringDtype(na_value=np.nan))
    blank = pd.concat([part.isna() for part in parts], axis=1).all(axis=1)
    label = parts[0].fillna("?")
    for part in parts[1:]:
        label = label + "/" + part.fillna("?")
    return label.mask(blank, number).astype(pd.StringDtype(na_value=np.nan))
