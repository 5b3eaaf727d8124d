"""Where the embedded default lies: the files of ``data/``, in a wheel and in a checkout alike.

A wheel carries them as ``layers/_data``; a checkout (or an editable install) has them as ``data``
beside ``layers``. Nothing else in the project may guess that path.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from layers.base.errors import MissingFileError

if TYPE_CHECKING:
    import pandas as pd


def data_path(*parts: str) -> Path:
    """Path of one file or folder of the embedded default.

    Parameters
    ----------
    *parts : str
        Path below ``data/``, for instance ``"crops.csv"`` or ``"plans", "x.yaml"``.

    Returns
    -------
    pathlib.Path
        An existing path.

    Raises
    ------
    MissingFileError
        The installation has no such file.

    Examples
    --------
    >>> data_path("crops.csv").name
    'crops.csv'
    """
    package = Path(__file__).resolve().parents[1]
    for root in (package / "_data", package.parent / "data"):
        found = root.joinpath(*parts)
        if found.exists():
            return found
    name = "/".join(parts)
    raise MissingFileError("layers.base.no_data_file", name=name)


def data_table(*parts: str, dtype: Mapping[str, type | str] | type | None = None) -> pd.DataFrame:
    """Embedded table in which only an empty cell is missing: "NA" may be a code or a crop."""
    import pandas as pd  # the command line asks for paths long before it needs tables

    kinds = dict(dtype) if isinstance(dtype, Mapping) else dtype
    return pd.read_csv(data_path(*parts), dtype=kinds, keep_default_na=False, na_values="")
