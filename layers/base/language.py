"""Two languages: phrases in Vietnamese and English, and figures as each prints them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text in both languages of the project."""

    en: str  # English
    vi: str  # Vietnamese, NFC

    def text(self, language: Language) -> str:
        """Text in one language."""
        return self.vi if language == "vi" else self.en


def format_number(value: float, language: Language, *, decimals: int = 0) -> str:
    """Figure as a page prints it: ``155.000,5`` in Vietnamese, ``155,000.5`` in English."""
    if math.isnan(value):
        return "–"
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    if language == "vi":
        text = text.translate(str.maketrans(",.", ".,"))
    return text
