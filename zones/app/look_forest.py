"""A forest status layer looked at: its fields under names of their own, and its table of types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.api.types import is_string_dtype

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.resources import data_table
from layers.io.values import as_code, as_integer, as_number
from layers.kinds.forest_codes import (
    CODE_TABLES,
    choose_code_table,
    code_tables_left,
    fits_code_table,
)
from layers.kinds.forest_fields import (
    PLOT_NAME,
    TELLING,
    forest_fields,
    likely_fields,
    match_fields,
)
from zones.app.desk import words
from zones.app.suggest import known_columns

#: So many of the 51 fields are in no other layer.
_KNOWN_FIELDS = 8
#: Share of the values of a column that are types of a table, from which on it holds types.
_SURE = 0.6
#: Letters of a type that mean little else (RTG, but not NN), and values that are looked at.
_TELLING_LETTERS, _SAMPLE = 3, 500
#: So many of the fields that decide hectares, the number of the type among them.
_FEW_FIELDS = 3


def is_forest(table: pd.DataFrame) -> bool:
    """Whether the columns of a layer are those of a forest status layer, by names or by values."""
    if len(_known(table.columns)) >= _KNOWN_FIELDS or _column_of_letters(table):
        return True
    # Small numbers are types only in a column of that name, and beside others of the layer.
    likely = _likely(table)
    if likely.get("maldlr") not in table or len(likely) < _FEW_FIELDS:
        return False
    numbers = _codes(table, {"maldlr": likely["maldlr"]}).dropna()
    return any(share >= _SURE for share in _fitting(numbers).values())


def _column_of_letters(table: pd.DataFrame) -> str:
    """First column that holds letters of forest types (TXG1, RTG, DT1), whatever its name."""
    for name in table.columns:
        if not is_string_dtype(table[name]):
            continue
        letters = pd.DataFrame({"ldlr": as_code(table[name].dropna().head(_SAMPLE))})
        told = letters["ldlr"].str.len().ge(_TELLING_LETTERS).any()
        if told and any(share >= _SURE for share in _fitting(letters).values()):
            return str(name)
    return ""


def _likely(table: pd.DataFrame) -> dict[str, str]:
    """Columns that names of fields point to, and the one that holds the letters of types."""
    found = _known(table.columns) or likely_fields(map(str, table.columns))
    letters = "" if "ldlr" in found else _column_of_letters(table)
    return {field: it for field, it in found.items() if it != letters} | (
        {"ldlr": letters} if letters else {}
    )


def _known(columns: pd.Index) -> dict[str, str]:
    """Fields of the layer that are known by their names; none where a needed one is not."""
    try:
        return match_fields(map(str, columns)).columns
    except InputError:
        return {}


def forest_columns(table: pd.DataFrame, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """Fields that decide hectares and classes or name a plot, with the likeliest column of each.

    None if all are known.

    ``chosen`` are columns that a person or the project named, "" where there is none; they lead.
    """
    if _known(table.columns) and not chosen:
        return []
    likely, found = _found(table, chosen)
    about = forest_fields().set_index("field")
    meaning = {code: about[f"meaning_{code}"].to_dict() for code in ("vi", "en")}
    by_letters = bool(found.get("ldlr")) or not found.get("maldlr")
    return [
        {
            "field": field,
            "label": {code: f"{said[field]} ({field})" for code, said in meaning.items()},
            # The type, by letters or by number, is what nothing else can tell.
            "needed": field == ("ldlr" if by_letters else "maldlr"),
            "column": found.get(field),
            "reason": words(message("zones.app.by_name"))
            if found.get(field) and found[field] == likely.get(field)
            else None,
        }
        for field in (*TELLING, *PLOT_NAME)
    ]


def _found(table: pd.DataFrame, chosen: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Columns that the names of fields point to, and those that hold once ``chosen`` leads."""
    told = known_columns(table, chosen)
    likely = _likely(table)
    left = {field: name for field, name in likely.items() if name not in told.values()}
    return likely, left | told


def code_tables(table: pd.DataFrame, chosen: Mapping[str, str]) -> dict[str, Any] | None:
    """Tables of types and the plots that fit each; the one found, else why one must be chosen."""
    codes = _codes(table, _found(table, chosen)[1])
    if not {"ldlr", "maldlr"} & set(codes.columns) or codes.empty:
        return None
    share = _fitting(codes)
    about = data_table("forest_code_tables.csv", dtype=str).set_index("table")
    choices = [
        {
            "table": name,
            "name": {code: str(about.loc[name, f"document_{code}"]) for code in ("vi", "en")},
            "fits": round(share[name] * len(codes)),
        }
        for name in CODE_TABLES
    ]
    answer: dict[str, Any] = {"choices": choices, "plots": len(codes), "detected": None}
    try:
        answer["detected"] = choose_code_table(codes).table
    except InputError:
        return answer | {"open": words(_undecided(codes, share))}
    return answer | {"open": None}


def _undecided(codes: pd.DataFrame, share: Mapping[str, float]) -> Phrase:
    """Why a person must say which table it is."""
    if not any(share.values()):
        return message("zones.app.code_tables_none", tables=CODE_TABLES)
    left, what = code_tables_left(codes)
    return message("zones.app.code_tables_left", tables=left, what=what)


def _codes(table: pd.DataFrame, found: Mapping[str, str]) -> pd.DataFrame:
    """Types of the plots and their hectares, as far as columns are known for them."""
    codes = pd.DataFrame(index=table.index)
    if found.get("maldlr") in table:
        codes["maldlr"] = as_integer(table[found["maldlr"]])[0]
    if found.get("ldlr") in table:
        codes["ldlr"] = as_code(table[found["ldlr"]])
    if found.get("dtich") in table:
        codes["area_ha"] = as_number(table[found["dtich"]])[0]
    return codes


def _fitting(codes: pd.DataFrame) -> dict[str, float]:
    """Share of the plots whose types stand in each table."""
    return {name: float(fits_code_table(codes, name).mean()) for name in CODE_TABLES}
