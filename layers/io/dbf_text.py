"""Text of a .dbf: bytes without a promise, decoded column by column.

A .dbf says nothing reliable about its encoding; ``.cpg`` files are lost in copying or lie. UTF-8 is
recognised by its own grammar, which no single-byte text of any length fulfils by chance.
"""

from __future__ import annotations

import codecs

import geopandas as gpd
import numpy as np
import pandas as pd

# Code pages whose letters differ from Latin-1 where Vietnamese text lives.
_PAGES = {"1258": "cp1258", "CP1258": "cp1258", "WINDOWS-1258": "cp1258", "ANSI 1258": "cp1258"}


def decode_columns(
    frame: gpd.GeoDataFrame, declared: str | None, *, told: str | None = None
) -> gpd.GeoDataFrame:
    """Decode the text columns of a Shapefile that was read as Latin-1."""
    result = frame.copy()
    for name in frame.columns:
        values = frame[name]
        if name != "geometry" and pd.api.types.is_string_dtype(values.dtype):
            result[name] = _decode(values, declared, told)
    return result


def decode_name(name: str) -> str:
    """Name of a field that was read as Latin-1."""
    decoded = _as_utf8([name.encode("latin-1")])
    return name if decoded is None else decoded[0]


def _decode(values: pd.Series[str], declared: str | None, told: str | None) -> pd.Series[str]:
    codes, unique = pd.factorize(values)
    raw = [str(value).encode("latin-1") for value in unique]
    if all(text.isascii() for text in raw):
        return values
    decoded = _as_utf8(raw) if told is None else [text.decode(told, "replace") for text in raw]
    if decoded is None:
        page = _PAGES.get((declared or "").upper())
        if page is None:
            return values
        decoded = [text.decode(page, "replace") for text in raw]
    table = np.array([*decoded, None], dtype=object)
    return pd.Series(table[codes], index=values.index, dtype=values.dtype)


def _as_utf8(raw: list[bytes]) -> list[str] | None:
    """Decode as UTF-8, forgiving a last letter cut by the field's width; None if it is not."""
    decoded = []
    for text in raw:
        reader = codecs.getincrementaldecoder("utf-8")()
        try:
            decoded.append(reader.decode(text.rstrip(b" ")))
        except UnicodeDecodeError:
            return None
    return decoded
