"""Sentences below printed tables: tolerances, and roundings that had to give way."""

from __future__ import annotations

import pandas as pd

from layers.base.language import Phrase, format_number
from maps import TableNote


def table_notes(targets: pd.DataFrame, told: pd.DataFrame) -> tuple[TableNote, ...]:
    """Sentences for below the tables: tolerances, and what the allocation's rounding tells."""
    found = [TableNote("targets", text) for text in _tolerances(targets)]
    for row in told.to_dict("records"):
        text = Phrase(en=row["message_en"], vi=row["message_vi"])
        found += [TableNote(table, text) for table in ("allocation", "zone")]
    return tuple(found)


def _tolerances(targets: pd.DataFrame) -> list[Phrase]:
    widths = sorted(set(targets["tolerance_percent"].dropna()) - {0.0})
    if not widths:
        return []
    en, vi = (
        ", ".join(f"±{format_number(width, code, decimals=_digits(width))}" for width in widths)
        for code in ("en", "vi")
    )
    return [
        Phrase(
            en=f"A figure that the plan gives as about so much counts as held within {en} % of it; "
            "held, shortfall and surplus count from the figure itself.",
            vi=f"Con số kế hoạch ghi là khoảng được coi là đạt nếu lệch không quá {vi} %; mức đạt, "
            "còn thiếu và vượt tính từ chính con số đó.",
        ),
        Phrase(
            en="The allocation aims at the plan's own figure.",
            vi="Phân bổ hướng tới chính con số của kế hoạch.",
        ),
    ]


def _digits(figure: float) -> int:
    return len(f"{figure:.2f}".rstrip("0").partition(".")[2])
