"""Numerals as Vietnamese offices write them, and now and then the English way.

A point between groups of three digits parts thousands (``155.000``), a comma begins the decimals
(``5,5``; ``424207,000``). Where both signs stand, the last one begins the decimals
(``1.509,0``, ``1,188,801.11``). A sign that returns parts thousands. One point before anything but
three digits begins decimals (``64.6``); one comma before three digits is decimal, as the norm has
it, but could be English thousands: such a numeral is ``doubtful``.
"""

from __future__ import annotations

import re

__all__ = ["NUMERAL", "read_numeral"]

#: One numeral: groups parted by spaces, or digits with points and commas inside.
NUMERAL = r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?(?![\d.,]*\d)|\d+(?:[.,]\d+)*)"

_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+\Z")


def _grouped(text: str) -> bool:
    """Whether all signs of a text part groups of three digits."""
    return bool(_GROUPED.match(text)) and not text.startswith("0")


def _with_both(text: str) -> tuple[float, bool] | None:
    mark = max(text.rfind("."), text.rfind(","))
    whole, decimals = text[:mark], text[mark + 1 :]
    if text[mark] in whole:
        return None
    if not _grouped(whole):
        return None
    return float(re.sub(r"[.,]", "", whole) + "." + decimals), False


def read_numeral(text: str) -> tuple[float, bool] | None:
    """Read a numeral."""
    text = re.sub(r"[ \u00a0\u202f]", "", text)
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return _with_both(text)
    if points + commas == 0:
        return float(text), False
    if points + commas > 1:
        return (float(re.sub(r"[.,]", "", text)), False) if _grouped(text) else None
    if points == 1 and _grouped(text):
        return float(text.replace(".", "")), False
    return float(text.replace(",", ".")), commas == 1 and _grouped(text)
