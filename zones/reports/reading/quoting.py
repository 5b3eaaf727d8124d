"""What of a cell may be repeated in a shared output: figures, units, words of the forms.

Whoever fills a form in may type a person's name, telephone or identity number into any cell. So a
text is repeated only as far as it is known; for all else stands a mark, and the cell is named.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from layers.base.units import is_unit, unit_of

#: What stands for words that are not repeated.
HIDDEN = "[…]"
#: Figures from here on are as long as telephone, identity and account numbers; none is reported.
_LONGEST = 1e8
_NUMBER = re.compile(
    r"(?<![\d.,])(?:\+?84|0)[\d .-]{8,14}\d(?!\d)|(?<!\d)\+?\d{9,}(?!\d)", re.IGNORECASE
)
_RUN = re.compile(r"\d{9,}")
#: Figures with their signs, dates, sums, references to cells and the errors of spreadsheets.
_FIGURE = re.compile(
    r"^(?:\d{4}-\d\d-\d\dT[\d:.]+|#[A-Z/0!?]+|"
    r"=?(?:SUM\(|\$?[A-Z]{1,3}\$?\d{1,7}:?|[-+–—\d.,:;()/%*=~≈<>…])+)$"
)
_WITH_LETTERS = re.compile(r"^([-+]?\d[\d.,]*)(\D+)$")
_ABOUT = ("khoảng", "chừng", "ước", "gần", "hơn", "trên", "about")
_LONGEST_UNIT = 4
#: Longest text that is repeated.
_SHOWN = 40


def is_personal(cell: str | float | None) -> bool:
    """Whether a cell holds a number as long as a telephone or identity number."""
    if isinstance(cell, str):
        return bool(_NUMBER.search(cell))
    return cell is not None and abs(cell) >= _LONGEST


def without_numbers(text: str) -> str:
    """Text in which nobody's telephone or identity number stands."""
    return _NUMBER.sub("…", text)


def without_runs(name: str, mark: str) -> str:
    """Name of a file or sheet with ``mark`` for what may be somebody's number."""
    return _RUN.sub(f"…{mark}", name)


def quoted(cell: str | float, words: Collection[str] = ()) -> str:
    """Cell as a shared output repeats it; ``words`` are those of the forms, in small letters."""
    if not isinstance(cell, str):
        return "…" if is_personal(cell) else f"{cell:.15g}"
    parts = without_numbers(" ".join(cell.split())).split()
    kept = list(_kept(parts))
    left = [part for part, is_kept in zip(parts, kept, strict=True) if not is_kept]
    # A word of the forms may be a person's name as well: one that is none hides them all.
    if all(word in words for part in left for word in letters(part)):
        text = " ".join(parts)
    else:
        text = " ".join(
            part if is_kept else HIDDEN for part, is_kept in zip(parts, kept, strict=True)
        )
        text = re.sub(rf"(?:{re.escape(HIDDEN)} ?)+", f"{HIDDEN} ", text).strip()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def shown(words: str) -> str:
    """Unit as a shared output repeats it."""
    parts = filter(None, re.split(r"[\s,;/&+-]+|\b(?:và|hoặc|hay)\b", words))
    known = is_unit(words) or all(map(is_unit, parts))
    return without_numbers(words) if known else quoted(words)


def found_in(cell: str | float) -> str | float:
    """Cell for a finding, which writes a figure in the language of its reader."""
    return quoted(cell) if isinstance(cell, str) else cell


def letters(text: str) -> Iterable[str]:
    """Words of a text in small letters."""
    return re.findall(r"[^\W\d_]+", text.casefold())


def _kept(parts: list[str]) -> Iterable[bool]:
    """For each part of a text, whether it is a figure, or a unit or "about" beside one."""
    unit = 0
    for at, part in enumerate(parts):
        figure = _is_figure(part)
        if figure:
            unit = _unit_length(parts[at + 1 :])
            yield True
        elif unit:
            unit -= 1
            yield True
        else:
            yield part.casefold() in _ABOUT and any(map(_is_figure, parts[at + 1 : at + 3]))


def _is_figure(part: str) -> bool:
    if _FIGURE.match(part):
        return True
    named = _WITH_LETTERS.match(part)
    return named is not None and unit_of(named.group(2)) is not None


def _unit_length(parts: list[str]) -> int:
    """How many of the words after a figure are its unit."""
    counts = range(min(len(parts), _LONGEST_UNIT), 0, -1)
    return next((n for n in counts if unit_of(" ".join(parts[:n])) is not None), 0)
