"""Words of the annex: what identifiers are called on paper (``data/annex_words.csv``).

A word that the table does not know is printed as its identifier: a plan may count anything.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from layers.datafiles import data_path
from layers.wording import Language

__all__ = ["word"]


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, str], tuple[str, str]]:
    table = pd.read_csv(data_path("annex_words.csv"), dtype="str", keep_default_na=False)
    keys = zip(table["kind"], table["id"], strict=True)
    return dict(zip(keys, zip(table["vi"], table["en"], strict=True), strict=True))


def word(kind: str, identifier: str, language: Language) -> str:
    """Word for an identifier.

    Parameters
    ----------
    kind : str
        What is named: ``bound``, ``status``, ``remark``, ``unit``, ``indicator`` or ``land``.
    identifier : str
        The identifier.
    language : {"vi", "en"}
        Language of the page.

    Returns
    -------
    str
        The word; the identifier where there is none.

    Examples
    --------
    >>> word("status", "within", "vi")
    'Đạt'
    """
    vi, en = _words().get((kind, identifier), (identifier, identifier))
    return vi if language == "vi" else en
