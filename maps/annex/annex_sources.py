"""What an annex rests on: inputs by name, dates as offices write them."""

from __future__ import annotations

import re

import pandas as pd

from layers.base.language import Language
from maps.annex.content import AnnexContent

__all__ = ["page_day", "source_rows"]

_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?\Z")


def page_day(text: str, language: Language) -> str:
    """Write a date as the page's reader does.

    Parameters
    ----------
    text : str
        A date, month or year by ISO 8601; anything else is printed as it is.
    language : {"vi", "en"}
        Language of the page.

    Returns
    -------
    str
        In Vietnamese day, month, year; in English as given.

    Examples
    --------
    >>> page_day("2025-12-31", "vi"), page_day("2026", "vi")
    ('31/12/2025', '2026')
    """
    found = _ISO.match(text)
    if language == "en" or not found:
        return text
    return "/".join(part for part in reversed(found.groups()) if part)


def source_rows(content: AnnexContent) -> pd.DataFrame:
    """Say what an annex rests on, in the words of its language.

    Parameters
    ----------
    content : AnnexContent
        ``sources`` may carry ``layer_vi`` and ``layer_en``, names by language.

    Returns
    -------
    pandas.DataFrame
        ``layer, date, source`` as text; empty where nothing is known.
    """
    language = content.language
    rows = content.sources.fillna("")
    names = rows.get(f"layer_{language}", rows["layer"])
    days = [page_day(day, language) for day in rows["date"]]
    return rows[["layer", "date", "source"]].assign(layer=names, date=days).astype("str")
