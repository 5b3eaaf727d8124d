"""Where the embedded default lies: the files of ``data/``, in a wheel and in a checkout alike.

A wheel carries them as ``layers/_data``; a checkout (or an editable install) has them as ``data``
beside ``layers``. Nothing else in the project may guess that path. A project may add rows to a
table (crops and units of its own): they hold for every reader of the table, like a language that
is set, until another project is loaded.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from layers.base.errors import MissingFileError

if TYPE_CHECKING:
    import pandas as pd

_Takes = ParamSpec("_Takes")
_Gives = TypeVar("_Gives")

#: A row that is added to a table: its cells by column.
Row = Mapping[str, str]
#: Lines that the project in use adds, by table; replaced as a whole, so that no thread sees half.
_in_use: list[Mapping[str, tuple[str, ...]]] = [{}]


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
    text = io.StringIO("".join(_lines(*parts)))
    return pd.read_csv(text, dtype=kinds, keep_default_na=False, na_values="")


def data_rows(*parts: str) -> list[dict[str, str]]:
    """Rows of an embedded table as text, where pandas would be long to load."""
    return list(csv.DictReader(_lines(*parts)))


def _lines(*parts: str) -> list[str]:
    """Lines of an embedded table, the project's own rows behind them."""
    text = data_path(*parts).read_text(encoding="utf-8")
    return [*text.splitlines(keepends=True), *_in_use[0].get("/".join(parts), ())]


def add_rows(rows: Mapping[str, Iterable[Row]]) -> None:
    """Add a project's rows to embedded tables, in place of those of the project before it."""
    added = {table: tuple(_line(table, row) for row in more) for table, more in rows.items()}
    _in_use[0] = {table: lines for table, lines in added.items() if lines}


@contextlib.contextmanager
def rows_put_back() -> Iterator[None]:
    """Let a block look at another project: the rows of the project in use hold again behind it."""
    before = _in_use[0]
    try:
        yield
    finally:
        _in_use[0] = before


def _line(table: str, row: Row) -> str:
    with data_path(table).open(encoding="utf-8", newline="") as lines:
        columns = next(csv.reader(lines))
    line = io.StringIO()
    csv.DictWriter(line, columns, lineterminator="\n").writerow(row)
    return line.getvalue()


def kept(function: Callable[_Takes, _Gives]) -> Callable[_Takes, _Gives]:
    """Keep what a reader of embedded tables gave, apart for each project's added rows."""

    def read(_added: frozenset[Any], *args: Any, **kwargs: Any) -> _Gives:
        return function(*args, **kwargs)

    once: Callable[..., _Gives] = functools.lru_cache(maxsize=8)(read)

    @functools.wraps(function)
    def give(*args: _Takes.args, **kwargs: _Takes.kwargs) -> _Gives:
        return once(frozenset(_in_use[0].items()), *args, **kwargs)

    return give
