"""Figures in another unit than the one asked for, told by what they should be near to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from layers.base.language import Phrase
from zones.plan.words import number_words

#: How many times too large a figure is in each wrong unit of area; the inverse of each as well.
AREA_FACTORS = {
    "× 10": 10.0,
    "× 100": 100.0,
    "× 1.000": 1000.0,
    "m²": 10_000.0,
    "sào (360 m²)": 10_000 / 360,
    "mẫu (3.600 m²)": 10_000 / 3600,
}
_PLAIN_FACTORS = {"× 10": 10.0, "× 100": 100.0, "× 1.000": 1000.0}
_INVERSE = {"× 10": "÷ 10", "× 100": "÷ 100", "× 1.000": "÷ 1.000"}
#: Nearness to a factor that tells a slip: where only last year's figure is known a crop may have
#: changed by some percent; where an identity is, hardly anything is left open.
_NEAR, _NEAR_SUM = 0.12, 0.01
#: Hectares that rounding leaves open in an identity.
_ROUNDED = 0.11
#: A figure within this ratio of what is known is no slip.
_PLAUSIBLE = 2.0
#: Hectares below which a wrong unit cannot be told from rounding.
_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong unit that makes a figure right: ``columns`` ("=" the sum, "*" all of the row)."""

    name: str
    factor: float
    columns: tuple[str, ...] = ()

    def told(self, value: float) -> Phrase:
        """Figure as it stands, and what it would be."""
        written, right = number_words(value), number_words(round(value / self.factor, 2))
        name = Phrase(en=_thousands_in_english(self.name), vi=self.name)
        return Phrase(
            en=f"{written.en} ({name.en} by mistake: it would be {right.en})",
            vi=f"{written.vi} (ghi nhầm {name.vi}: đúng ra {right.vi})",
        )


def _thousands_in_english(name: str) -> str:
    return re.sub(r"(?<=\d)\.(?=\d{3})", ",", name)


def _factors(unit: str) -> Iterator[tuple[str, float]]:
    named = AREA_FACTORS if unit == "ha" else _PLAIN_FACTORS
    for name, factor in named.items():
        yield name, factor
    for name, factor in _PLAIN_FACTORS.items():
        yield _INVERSE[name], 1 / factor


def slip_of(value: float, known: Sequence[float], unit: str) -> Slip | None:
    """Slip of a figure of which only last year's or the register's is known."""
    references = [one for one in known if one > _LEAST]
    if value <= 0 or not references:
        return None
    if any(max(value / one, one / value) < _PLAUSIBLE for one in references):
        return None
    best: tuple[float, Slip] | None = None
    for name, factor in _factors(unit):
        off = min(abs(math.log(value / factor / one)) for one in references)
        if off < math.log1p(_NEAR) and (best is None or off < best[0]):
            best = off, Slip(name, factor)
    return None if best is None else best[1]


def slip_of_sum(left: float, fixed: float, asked: Mapping[str, float], unit: str) -> Slip | None:
    """Slip of figures that an identity binds: ``left`` = ``fixed`` + sum of ``asked``.

    One figure may be in the wrong unit, or all that the reporter wrote; the fewest and nearest
    explanation is given, and none where the identity holds as it is.
    """
    right = fixed + sum(asked.values())
    gap = abs(left - right)
    if gap <= _LEAST:
        return None
    tried: list[tuple[float, int, float, Slip]] = []
    for name, factor in _factors(unit):
        tried.append((abs(left / factor - right), 0, left / factor, Slip(name, factor, ("=",))))
        for column, value in asked.items():
            if abs(value) > _LEAST:
                put_right = value / factor
                off = abs(left - (right - value + put_right))
                tried.append((off, 1, put_right, Slip(name, factor, (column,))))
        whole = fixed + sum(asked.values()) / factor
        tried.append((abs(left / factor - whole), 2, left / factor, Slip(name, factor, ("*",))))
    # What the other unit leaves open must be small beside what it explains and beside the figure
    # put right; one that vanishes explains nothing.
    allowed = max(_ROUNDED, _NEAR_SUM * min(gap, abs(right)))
    fitting = [
        (off, order, slip)
        for off, order, put_right, slip in tried
        if off <= min(allowed, max(_ROUNDED, _NEAR * abs(put_right))) and abs(put_right) > _ROUNDED
    ]
    return min(fitting, key=lambda one: (one[0] > _ROUNDED, one[1], one[0]))[2] if fitting else None
