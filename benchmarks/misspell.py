"""Misspellings of a name, of the kinds that typing and scanning make."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

__all__ = ["SLIPS", "misspell"]

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_VOWELS = "aăâeêioôơuưy"
_FAMILIES = ("aăâ", "oôơ", "uư")
_SHORT = {"xã": ("X.", "X. ", "xa "), "phường": ("P.", "P. ", "F. "), "đặc khu": ("ĐK ", "ĐK. ")}


def _letters(text: str) -> list[tuple[str, str]]:
    """Each letter with its quality mark, and its tone."""
    found: list[tuple[str, str]] = []
    for char in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", char)
        tone = "".join(c for c in marks if c in _TONES)
        body = unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONES))
        found.append((body, tone))
    return found


def _join(parts: list[tuple[str, str]]) -> str:
    return unicodedata.normalize("NFC", "".join(body + tone for body, tone in parts))


def _tone_dropped(name: str, random_: random.Random) -> str:
    parts = _letters(name)
    toned = [i for i, (_, tone) in enumerate(parts) if tone]
    if toned:
        at = random_.choice(toned)
        parts[at] = (parts[at][0], "")
    return _join(parts)


def _tone_moved(name: str, random_: random.Random) -> str:
    parts = _letters(name)
    toned = [i for i, (_, tone) in enumerate(parts) if tone]
    free = [i for i, (b, tone) in enumerate(parts) if not tone and b.casefold() in _VOWELS]
    if toned and free:
        source, target = random_.choice(toned), random_.choice(free)
        parts[target] = (parts[target][0], parts[source][1])
        parts[source] = (parts[source][0], "")
    return _join(parts)


def _tone_changed(name: str, random_: random.Random) -> str:
    parts = _letters(name)
    vowels = [i for i, (_, tone) in enumerate(parts) if tone]
    if vowels:
        at = random_.choice(vowels)
        others = [tone for tone in _TONES if tone != parts[at][1]]
        parts[at] = (parts[at][0], random_.choice(others))
    return _join(parts)


def _swap(name: str, random_: random.Random, families: tuple[str, ...]) -> str:
    parts = _letters(name)
    places = [
        (i, family)
        for i, (body, _) in enumerate(parts)
        for family in families
        if body.casefold() in family
    ]
    if places:
        at, family = random_.choice(places)
        body, tone = parts[at]
        other = random_.choice([c for c in family if c != body.casefold()])
        parts[at] = (other.upper() if body.isupper() else other, tone)
    return _join(parts)


def _stroke(name: str, random_: random.Random) -> str:
    return _swap(name, random_, ("dđ",))


def _quality(name: str, random_: random.Random) -> str:
    return _swap(name, random_, _FAMILIES)


def _i_and_y(name: str, random_: random.Random) -> str:
    return _swap(name, random_, ("iy",))


def _lost(name: str, random_: random.Random) -> str:
    parts = _letters(name)
    places = [i for i, (body, _) in enumerate(parts) if body.isalpha()]
    if len(places) > 1:
        parts.pop(random_.choice(places))
    return _join(parts)


def _doubled(name: str, random_: random.Random) -> str:
    parts = _letters(name)
    at = random_.choice([i for i, (body, _) in enumerate(parts) if body.isalpha()])
    parts.insert(at, (parts[at][0], ""))
    return _join(parts)


def _case(name: str, random_: random.Random) -> str:
    return random_.choice([str.upper, str.lower, str.swapcase])(name)


def _decomposed(name: str, _: random.Random) -> str:
    return unicodedata.normalize("NFD", name)


def _spaces(name: str, _: random.Random) -> str:
    return name.replace(" ", "  ") if " " in name else f"  {name} "


SLIPS: dict[str, Callable[[str, random.Random], str]] = {
    "tone dropped": _tone_dropped,
    "tone moved": _tone_moved,
    "tone changed": _tone_changed,
    "d for đ": _stroke,
    "ă â a, ô ơ o, ư u": _quality,
    "i for y": _i_and_y,
    "letter lost": _lost,
    "letter doubled": _doubled,
    "case": _case,
    "NFD": _decomposed,
    "spaces": _spaces,
}


def misspell(name: str, kind: str, count: int, random_: random.Random) -> tuple[str, str]:
    """Misspell a name by ``count`` slips of different kinds, each of which changes the text.

    A slip may also shorten the kind word (``P. Kỳ Lừa``). Returns the text and the slips made.
    """
    text = name
    made: list[str] = []
    while len(made) < count:
        slip = random_.choice([*SLIPS, "kind word"])
        if slip in made:
            continue
        if slip == "kind word":
            made.append(slip)
            continue
        changed = SLIPS[slip](text, random_)
        if changed != text:
            text = changed
            made.append(slip)
    if "kind word" in made:
        text = random_.choice(_SHORT[kind]) + text
    return text, " + ".join(sorted(made))
