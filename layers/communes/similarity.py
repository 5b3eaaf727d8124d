"""How far a text is from a name, counted in the slips that typing and scanning make.

A letter lost or doubled, a wrong quality mark (đ/d, ă/â/a, ô/ơ/o, ư/u), i for y and a wrong tone
are one slip each; a letter lost takes its tone along, and a tone moved to the next syllable is one
and a half, not two. A strange letter is worse than a slip. Plain edit distance on decomposed text
counts a lost "ồ" three times and so confuses more names than it finds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from layers.communes.spelling import (
    TONE_MARKS,
    exact_key,
    plain_key,
    spelling_key,
    split_kind,
    without_marks,
)

#: Cost of each kind of difference; everything that is one slip costs 1.
_LOST = _DOUBLED = _QUALITY = 1.0
_TONE = 0.75
_STRANGE = 1.5
_CHANGED = 2.0


@dataclass(frozen=True, slots=True)
class Letters:
    """A name taken apart for measuring."""

    base: str  # Letters without marks, y as i, without spaces
    # For each letter its base, the letter with its quality mark, and its tone
    marked: tuple[tuple[str, str, str], ...]
    digits: str  # Digits of the name: they are never close, they are equal or not


#: oa, oe and uy at the end of a syllable: the tone stands on either letter (Hoà, Hòa).
_OPEN_PAIR = re.compile(r"(oà|oả|oã|oá|oạ|oè|oẻ|oẽ|oé|oẹ|uỳ|uỷ|uỹ|uý|uỵ)(?![^\W\d_])")


def _tone_first(pair: re.Match[str]) -> str:
    marks = unicodedata.normalize("NFD", pair[0])
    return unicodedata.normalize("NFC", marks[0] + marks[2] + marks[1])


@lru_cache(maxsize=65536)
def letters(text: str) -> Letters:
    """Take a name apart for measuring."""
    found = []
    for char in _OPEN_PAIR.sub(_tone_first, exact_key(text)):
        if not char.isalnum():
            continue
        marks = unicodedata.normalize("NFD", char)
        tone = "".join(c for c in marks if c in TONE_MARKS)
        quality = unicodedata.normalize("NFC", "".join(c for c in marks if c not in TONE_MARKS))
        found.append((without_marks(quality).replace("y", "i"), quality, tone))
    base = "".join(letter for letter, _, _ in found)
    return Letters(base, tuple(found), "".join(c for c in base if c.isdigit()))


def slips(text: Letters, name: Letters) -> float:
    """Least cost of slips that make a text of a name."""
    written = text.marked
    above = [_LOST * count for count in range(len(name.marked) + 1)]
    for i, (base, quality, tone) in enumerate(written):
        doubled = base in {written[k][0] for k in (i - 1, i + 1) if 0 <= k < len(written)}
        added = _DOUBLED if doubled else _STRANGE + (_TONE if tone else 0.0)
        row = [above[0] + added]
        for j, (name_base, name_quality, name_tone) in enumerate(name.marked):
            if base != name_base:
                cost = _CHANGED
            else:
                cost = (_QUALITY if quality != name_quality else 0.0) + (
                    _TONE if tone != name_tone else 0.0
                )
            row.append(min(above[j + 1] + added, row[j] + _LOST, above[j] + cost))
        above = row
    return above[-1]


def likeness(text: Letters, name: Letters) -> float:
    """Score of a text and a name between 0 and 1."""
    return max(0.0, 1.0 - slips(text, name) / max(len(text.base), len(name.base), 1))


def nearest(
    readings: Iterable[Letters], names: Sequence[Letters], *, most: float, count: int
) -> list[tuple[float, int]]:
    """Names by their slips from the nearer reading of a text."""
    bases = [name.base for name in names]
    close = [
        (edits, position, text)
        for text in readings
        for _, edits, position in process.extract(
            text.base, bases, scorer=Levenshtein.distance, score_cutoff=int(most), limit=None
        )
        if text.digits == names[position].digits
    ]
    costs: dict[int, float] = {}
    for edits, position, text in sorted(close, key=lambda one: one[:2]):
        # No slip changes more than one bare letter: their edits bound the slips from below.
        if len(costs) >= count and edits > sorted(costs.values())[count - 1]:
            break
        cost = slips(text, names[position])
        costs[position] = min(cost, costs.get(position, cost))
    ranked = sorted((cost, position) for position, cost in costs.items() if cost <= most)
    return ranked[:count]


def is_named(text: str, name: str) -> bool:
    """Whether a text is an accepted spelling of a name, with or without a kind word."""
    readings = [reading for _, reading in split_kind(text)]
    return any(
        spelling_key(reading) == spelling_key(name)
        or (reading.isascii() and plain_key(reading) == plain_key(name))
        for reading in readings
    )


def is_nearly_named(text: str, name: str) -> bool:
    """Whether a text is a name or one slip from it; enough beside a code that says the same."""
    readings = [letters(reading) for _, reading in split_kind(text)]
    return is_named(text, name) or any(slips(one, letters(name)) <= 1 for one in readings)
