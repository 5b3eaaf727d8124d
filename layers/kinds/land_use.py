"""Land-use maps (bản đồ hiện trạng sử dụng đất): parcels under their land-use codes.

The codes are those of the cadastre. "DKH" of a forest status layer means something else, so the
two sets of codes are never joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd

from layers.base.findings import Findings
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.resources import data_table
from layers.base.schema import read_schema
from layers.crs.source import as_vector_file
from layers.io.values import as_code
from layers.io.vector import VectorFile
from layers.kinds.named_columns import finish_plots, read_plain_plots
from layers.kinds.plots import CROP_WEIGHTS, PlotLayer
from layers.kinds.polygons import list_plots

LAND_USE_CODES = read_schema("layers.kinds", "land-use codes")


@lru_cache(maxsize=1)
def _table() -> pd.DataFrame:
    return LAND_USE_CODES.validate(data_table("land_use_codes.csv"))


@lru_cache(maxsize=1)
def land_use_codes() -> frozenset[str]:
    """Codes of land uses."""
    return frozenset(_table()["code"])


def load_land_use_codes() -> pd.DataFrame:
    """Table of land-use codes.

    Returns
    -------
    pandas.DataFrame
        Columns of ``LAND_USE_CODES``, one row per code.

    Examples
    --------
    >>> load_land_use_codes().set_index("code").loc["CLN", "group"]
    'perennial'
    """
    return _table().copy()


def load_land_use(
    file: VectorFile | str | Path,
    *,
    columns: Mapping[str, str],
) -> PlotLayer:
    """Read a land-use map; ``land`` is the land-use code of each parcel.

    Parameters
    ----------
    file : VectorFile, str or Path
        The layer, or a file that says everything rightly itself.
    columns : mapping of str to str
        ``code`` (needed), ``plot``, ``commune_code``, ``commune``, ``planting_year`` and
        ``ledger_ha`` (ha) → the file's column.

    Returns
    -------
    PlotLayer
        Parcels in the CRS of the file, without crops. Problems: a code that
        ``data/land_use_codes.csv`` does not have (kept under its own name), a parcel without code
        (``unclassified``), implausible areas, repaired and repeated polygons.

    Raises
    ------
    MissingFileError
        There is no such file or layer.
    CrsError
        The file has no CRS and none was told.
    SchemaError
        A named column does not exist; the message lists those that were found.
    InputError
        ``columns`` has an unknown key or lacks ``code``, the layer is empty or cannot be read, or
        polygons are invalid and ``repair`` is ``"never"``.
    """
    name = as_vector_file(file).source
    read = read_plain_plots(file, columns, value="code")
    frame = read.frame
    codes = as_code(frame["value"])
    strange = codes.notna() & ~codes.isin(_table()["code"])
    findings = Findings(list(read.findings.items))
    for mask, kind, what in (
        (codes.isna(), "land-use-missing", message("layers.kinds.land_use_missing")),
        (strange, "land-use-unknown", _unknown(codes[strange])),
    ):
        problem = list_plots("problem", kind, mask, what, frame=frame, source=name)
        findings.extend([problem] if problem else [])
    plots = finish_plots(frame, codes.fillna("unclassified"))
    return PlotLayer(plots, CROP_WEIGHTS.empty(), findings)


def _unknown(codes: pd.Series[str]) -> Phrase:
    names = ", ".join(codes.value_counts().index[:5])
    return message("layers.kinds.unknown_land_use_codes", names=names)
