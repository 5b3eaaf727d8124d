"""Sentences of a paragraph, and lists of names in them."""

from __future__ import annotations

import re

__all__ = ["CAPITAL", "NAME_LIST", "sentence_bounds"]

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
    """Where the sentence round a place of a text begins and ends.

    Parameters
    ----------
    text : str
        A paragraph.
    place : int
        Index into it.

    Returns
    -------
    (int, int)
        Bounds as for slicing.

    Examples
    --------
    >>> sentence_bounds("Một câu. Hai câu.", 10)
    (9, 17)
    """
    begin, end = 0, len(text)
    for found in _SENTENCE_END.finditer(text):
        if text[found.end() : found.end() + 1].islower():
            continue
        if found.end() <= place:
            begin = found.end()
        elif found.start() >= place:
            return begin, found.end()
    return begin, end
