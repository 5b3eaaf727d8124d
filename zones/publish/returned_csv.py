"""Tables beside the pages that came back, held against the printed ones.

Unrounded tables may differ from print by less than a step; the allocation is printed as it stands,
so its tables must say the very same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.base.errors import VungTrongError
from layers.base.messages import message
from layers.io.table import require_columns
from layers.io.table_output import plain_text
from maps.tables import COVER_YEARS
from zones.output.folder import TABLES_FOLDER
from zones.output.result_csv import read_result_csv
from zones.publish.differences import Difference, refused
from zones.tables import FOREST_FORM_CAUSES, FOREST_FORM_PURPOSES

if TYPE_CHECKING:
    from maps import AnnexContent

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class _Twin:
    """A table beside the pages and its printed twin."""

    printed: str  # Name of the printed table
    keys: tuple[str, ...]  # Columns that name a row
    figures: tuple[str, ...]  # Figures that both have
    texts: tuple[str, ...] = ()  # Texts that both have
    same: bool = False  # Whether the figures are printed as they stand
    province: bool = False  # Whether the province's rows that count for the rate alone are printed


_TABLES = {
    **{
        table.name: _Twin(table.name, ("row",), tuple(table.names[1:]), same=True)
        for table in (FOREST_FORM_PURPOSES, FOREST_FORM_CAUSES)
    },
    "zones": _Twin("zones", ("zone", "commune_code"), ("present_ha",)),
    "targets": _Twin("targets", ("target",), ("present", "shortfall", "surplus")),
    "forest_cover": _Twin(
        "forest_cover",
        ("commune_code",),
        (
            *("natural_area_ha", "natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha"),
            "cover_percent",
        ),
    ),
    "allocation": _Twin(
        "allocation",
        ("zone", "commune_code", "land", "year"),
        ("planned_ha", "present_ha"),
        ("binding",),
        same=True,
    ),
    "progress": _Twin(
        "progress", ("zone", "told_by", "year", "commune_code"), ("area_ha",), same=True
    ),
    "allocation_losses": _Twin("losses", ("zone", "commune_code", "year"), ("loss_ha",), same=True),
    "trajectory": _Twin("cover_years", ("year",), tuple(COVER_YEARS.names[1:]), province=True),
    "planted_species": _Twin(
        "planted_species",
        ("crop",),
        (*(f"class_{number}_ha" for number in range(1, 6)), "age_unknown_ha", "not_yet_ha"),
    ),
}


def check_tables(
    folder: Path, content: AnnexContent, frames: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, int], list[Difference]]:
    """Hold the tables of an output folder against the printed ones."""
    compared: dict[str, int] = {}
    found: list[Difference] = []
    for name, twin in _TABLES.items():
        file = f"{TABLES_FOLDER}/{name}.csv"
        path = folder / file
        if twin.printed not in frames or not path.is_file():
            continue
        compared[file] = 0
        try:
            exact = read_result_csv(path, name)
            needed = [*twin.keys, *twin.figures, *twin.texts]
            needed += ["commune_code", "ledger"] if twin.province else []
            require_columns(exact, {column: column for column in needed}, source=file)
        except VungTrongError as error:
            found.append(refused(file, error))
            continue
        if twin.province:
            # The province stands behind the communes of every year.
            whole = exact["commune_code"] == exact["commune_code"].iloc[-1]
            exact = exact[whole & (exact["ledger"] == "counts")]
        exact, words = _with_figures(file, exact, twin)
        both = _joined(exact, twin, frames[twin.printed])
        compared[file] = len(both) * (len(twin.figures) + len(twin.texts))
        found += [*words, *_row_differences(file, both, twin)]
        shared = both[both["_merge"] == "both"]
        for column in twin.figures:
            found += _figure_differences(file, shared, column, twin, content)
        for column in twin.texts:
            found += _text_differences(file, shared, column, twin)
    return compared, found


def _with_figures(
    file: str, exact: pd.DataFrame, twin: _Twin
) -> tuple[pd.DataFrame, list[Difference]]:
    """Turn the figures of a table into numbers; name the cells that hold a word instead."""
    words: list[Difference] = []
    a_figure = message("zones.publish.a_figure")
    for column in twin.figures:
        text = exact[column]
        figures = pd.to_numeric(text.where(text != ""), errors="coerce").astype("float64")
        odd = (figures.isna() | np.isinf(figures)) & (text != "")
        words += [
            Difference(file, _place(row, twin, column), a_figure, str(row[column]))
            for row in exact[odd].to_dict("records")
        ]
        exact = exact.assign(**{column: figures.mask(np.isinf(figures))})
    for column in twin.texts:
        exact = exact.assign(**{column: exact[column].map(plain_text)})
    return exact, words


def _joined(exact: pd.DataFrame, twin: _Twin, printed: pd.DataFrame) -> pd.DataFrame:
    keys = list(twin.keys)
    exact, plain = (_keyed(frame, keys) for frame in (exact, printed))
    return plain.merge(exact, on=keys, how="outer", suffixes=("", "_exact"), indicator=True)


def _keyed(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Keys as plain text; as objects, because Arrow cannot join text columns without rows."""
    texts = {
        key: frame[key].astype("object").fillna("").map(str).str.removesuffix(".0").astype("object")
        if len(frame)
        else frame[key].astype("object")
        for key in keys
    }
    return frame.assign(**texts)


def _figure_differences(
    file: str, shared: pd.DataFrame, column: str, twin: _Twin, content: AnnexContent
) -> Iterator[Difference]:
    step = _exponents(content, column, shared).rpow(10.0)
    there, here = shared[f"{column}_exact"], shared[column]
    apart = (there - here).abs() > (_TOLERANCE if twin.same else step * (1 + _TOLERANCE))
    bad = shared.assign(step=step)[apart | (there.isna() != here.isna())]
    for row in bad.to_dict("records"):
        span = "" if twin.same else f" ± {row['step']:g}"
        expected, found = _figure(row[column]) + span, _figure(row[f"{column}_exact"])
        yield Difference(file, _place(row, twin, column), expected, found)


def _text_differences(
    file: str, shared: pd.DataFrame, column: str, twin: _Twin
) -> Iterator[Difference]:
    there, here = shared[f"{column}_exact"].fillna(""), shared[column].fillna("")
    for row in shared[there != here].to_dict("records"):
        pair = ("" if pd.isna(text) else text for text in (row[column], row[f"{column}_exact"]))
        yield Difference(file, _place(row, twin, column), *(str(text) or "–" for text in pair))


def _exponents(content: AnnexContent, column: str, rows: pd.DataFrame) -> pd.Series[float]:
    """Power of ten of the last printed digit, per row."""
    rates = pd.Series(column.endswith("_percent"), index=rows.index)
    if "unit" in rows.columns:
        rates = rows["unit"].eq("%")
    digits = pd.Series(-float(content.decimals), index=rows.index)
    return digits.mask(rates, -float(content.percent_decimals))


def _row_differences(file: str, both: pd.DataFrame, twin: _Twin) -> Iterator[Difference]:
    a_row, none = message("zones.publish.a_row"), message("zones.publish.none")
    for row in both[both["_merge"] != "both"].to_dict("records"):
        missing = row["_merge"] == "left_only"
        pair = (a_row, none) if missing else (message("zones.publish.no_row"), a_row)
        yield Difference(file, _place(row, twin), *pair)


def _place(row: Mapping[Any, Any], twin: _Twin, *column: str) -> str:
    return ", ".join([*(str(row[key]) for key in twin.keys), *column])


def _figure(value: Any) -> str:
    return "…" if pd.isna(value) else f"{float(value):.12g}"
