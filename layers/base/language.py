"""Two languages: phrases in Vietnamese and English, and figures as each prints them."""

from __future__ import annotations

import decimal
import math
import os
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text in both languages of the project."""

    en: str  # English
    vi: str  # Vietnamese, NFC

    def text(self, language: Language) -> str:
        """Text in one language."""
        return self.vi if language == "vi" else self.en


def said_by_environment() -> str:
    """Tell what the environment says: ``VUNGTRONG_LANG``, else its locale, else nothing."""
    names = ("VUNGTRONG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


def language_for_python() -> Language:
    """Language of what an error or a finding says at a prompt of Python, or in a notebook."""
    return "vi" if said_by_environment().lower().startswith("vi") else "en"


def format_number(value: float, language: Language, *, decimals: int = 0) -> str:
    """Figure as a page prints it: ``155.000,5`` in Vietnamese, ``155,000.5`` in English."""
    return written_number(value, f",.{decimals}f", language)


def written_number(value: Any, spec: str, language: Language) -> str:
    """Number with a format of Python's; comma and point change places in Vietnamese."""
    if not isinstance(value, int) and math.isnan(value):
        return "–"
    if spec[-1:] in ("f", "%", ",") and _SHORT_FROM <= abs(value) < math.inf:
        told = decimal.Decimal(value if isinstance(value, int) else repr(float(value)))
        text = f"{told * 100:.3g}%" if spec[-1:] == "%" else f"{told:.3g}"
    elif spec[-1:] in ("f", "%") and isinstance(value, float) and math.isfinite(value):
        # As a spreadsheet rounds: the half of a figure that a person reads goes up.
        with decimal.localcontext(rounding=decimal.ROUND_HALF_UP):
            text = format(decimal.Decimal(repr(float(value))), spec)
    else:
        text = format(value, spec)
    if not text.strip("-0.,%"):
        text = text.lstrip("-")
    return text.translate(_EXCHANGED) if language == "vi" else text


_EXCHANGED = str.maketrans(",.", ".,")
#: No hectares of any country: such a figure is a slip, and 300 digits of it hide the sentence.
_SHORT_FROM = 1e15
