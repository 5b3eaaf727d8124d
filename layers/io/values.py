"""Values of a forest status record made comparable: numbers that came as text, codes, labels."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

__all__ = ["as_code", "as_commune_code", "as_integer", "as_number", "as_text", "plot_labels"]


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
    text = as_text(values)
    single = text.str.count(r"[.,]") <= 1
    numbers = pd.to_numeric(text.str.replace(",", "."), errors="coerce").where(single)
    numbers = numbers.replace([np.inf, -np.inf], np.nan).astype("float64")
    return numbers, (text.notna() & numbers.isna()).astype(bool)


def as_integer(values: pd.Series) -> tuple[pd.Series[int], pd.Series[bool]]:
    """Whole numbers (Int64), and which values were there but are none."""
    numbers, unreadable = as_number(values)
    broken = numbers.notna() & (numbers != numbers.round())
    return numbers.mask(broken).astype("Int64"), unreadable | broken


def as_code(values: pd.Series) -> pd.Series[str]:
    """Letters of a type as the code tables write them: capitals without spaces."""
    return as_text(values).str.upper().str.replace(" ", "", regex=False)


def as_commune_code(values: pd.Series) -> pd.Series[str]:
    """Commune codes as five digits; the layer stores them as numbers and drops the zero."""
    text = as_text(values)
    text = text.str.replace(r"^(\d+)\.0+$", r"\1", regex=True).str.zfill(5)
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
