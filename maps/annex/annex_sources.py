"""What an annex rests on: inputs by name, dates as offices write them."""

from __future__ import annotations

import re

import pandas as pd

from layers.base.language import Language
from maps.annex.content import AnnexContent

__all__ = ["page_day", "source_rows"]

_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?\Z")


def page_day(text: str, language: Language) -> str:
    """Write a date as the page's reader does."""
    found = _ISO.match(text)
    if language == "en" or not found:
        return text
    return "/".join(part for part in reversed(found.groups()) if part)


def source_rows(content: AnnexContent) -> pd.DataFrame:
    """Say what an annex rests on, in the words of its language."""
    language = content.language
    rows = content.sources.fillna("")
    names = rows.get(f"layer_{language}", rows["layer"])
    days = [page_day(day, language) for day in rows["date"]]
    return rows[["layer", "date", "source"]].assign(layer=names, date=days).astype("str")
