"""Sentences of a paragraph, and lists of names in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

#: Capital letters of the Latin script; a range such as À-Ỹ would take small ones in as well.
_CAPITALS = "".join(
    sign for sign in map(chr, [*range(0x41, 0x250), *range(0x1E00, 0x1F00)]) if sign.isupper()
)
CAPITAL = f"[{_CAPITALS}]"
_NAME = rf"{CAPITAL}\w*(?:\s\w+){{0,3}}"
#: Three names and more, one behind the other: a list of places, not a thing.
NAME_LIST = re.compile(rf"(?:{_NAME}\s*,\s*){{2,}}{_NAME}")

_SENTENCE_END = re.compile(r"(?:\.{3}|…|[.!?])(?:\s+(?=[^\W\d_]|[-–(\"“])|$)")


def sentence_bounds(text: str, place: int) -> tuple[int, int]:
    """Where the sentence round a place of a text begins and ends."""
    ends = _ends(text)
    index = bisect_right(ends, place, key=lambda pair: pair[1])
    begin = ends[index - 1][1] if index else 0
    # A place inside the signs that end a sentence belongs to that sentence.
    following = (end for start, end in ends[index:] if start >= place)
    return begin, next(following, len(text))


@lru_cache(maxsize=256)
def _ends(text: str) -> tuple[tuple[int, int], ...]:
    """Where the signs that end a sentence begin and end."""
    return tuple(
        found.span()
        for found in _SENTENCE_END.finditer(text)
        if not text[found.end() : found.end() + 1].islower()
    )
