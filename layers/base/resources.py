"""Where the embedded default lies: the files of ``data/``, in a wheel and in a checkout alike.

A wheel carries them as ``layers/_data``; a checkout (or an editable install) has them as ``data``
beside ``layers``. Nothing else in the project may guess that path.
"""

from __future__ import annotations

from pathlib import Path

from layers.base.errors import MissingFileError

__all__ = ["data_path"]


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
    raise MissingFileError(
        en=f"The installation lacks its data file {name!r}: install vungtrong again.",
        vi=f"Bản cài đặt thiếu tệp dữ liệu {name!r}: hãy cài lại vungtrong.",
    )
