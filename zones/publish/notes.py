"""Sentences below printed tables: tolerances, and roundings that had to give way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.language import Language, Phrase, format_number

if TYPE_CHECKING:
    from maps import TableNote

__all__ = ["allocation_notes", "print_notes"]


def allocation_notes(notes: tuple[Phrase, ...], names: Mapping[str, Phrase]) -> pd.DataFrame:
    """Put the notes of a printed allocation into a table of the run."""
    rows = [(_named(note, names, "en"), _named(note, names, "vi")) for note in notes]
    return pd.DataFrame(rows, columns=["message_en", "message_vi"]).astype("str")


def _named(note: Phrase, names: Mapping[str, Phrase], language: Language) -> str:
    """Put names for the ids that a sentence lists after its colon.

    An id may be a syllable of the sentence ("na") or begin another id, so whole ids only, all at
    once: a name that was put in is not looked at again.
    """
    head, colon, listed = note.text(language).partition(": ")
    ids = "|".join(re.escape(item) for item in sorted(names, key=len, reverse=True))
    if not ids:
        return head + colon + listed
    whole = rf"(?<![\w-])(?:{ids})(?![\w-])"
    return head + colon + re.sub(whole, lambda found: names[found[0]].text(language), listed)


def print_notes(tables: Mapping[str, pd.DataFrame], targets: pd.DataFrame) -> tuple[TableNote, ...]:
    """Sentences for below the printed tables."""
    from maps import TableNote

    found = [TableNote("targets", text) for text in _tolerances(targets, "allocation" in tables)]
    told = tables.get("allocation_notes")
    if told is not None:
        for row in told.to_dict("records"):
            text = Phrase(en=row["message_en"], vi=row["message_vi"])
            found += [TableNote(table, text) for table in ("allocation", "zone")]
    return tuple(found)


def _tolerances(targets: pd.DataFrame, allocated: bool) -> list[Phrase]:
    widths = sorted(set(targets["tolerance_percent"].dropna()) - {0.0})
    if not widths:
        return []
    en, vi = (
        ", ".join(f"±{format_number(width, code, decimals=_digits(width))}" for width in widths)
        for code in ("en", "vi")
    )
    texts = [
        Phrase(
            en=f"A target that is a single figure is held as a range of {en} % around it; held, "
            "shortfall, surplus and status count from the ends of that range.",
            vi=f"Chỉ tiêu chỉ có một con số được coi là khoảng {vi} % quanh con số đó; mức đạt, "
            "còn thiếu, vượt và đánh giá tính từ hai đầu của khoảng.",
        )
    ]
    if allocated:
        texts.append(
            Phrase(
                en="The allocation aims at the plan's own figure.",
                vi="Phân bổ hướng tới chính con số của kế hoạch.",
            )
        )
    return texts


def _digits(figure: float) -> int:
    return len(f"{figure:.2f}".rstrip("0").partition(".")[2])
