"""Spellings of Vietnamese names: what is one name written twice, and how far two names are apart.

Three things vary without meaning another name: the letters' encoding (NFC, NFD), the place of the
tone mark (Hoà, Hòa) and i for y where only one sound is possible (Quý, Quí). Scanning and typing do
the rest: marks lost or changed, a letter lost or doubled; those are distances, never equality.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Tone marks by their combining character; the order is that of Vietnamese dictionaries.
TONE_MARKS = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}

#: How the kind of a unit is written, longest first; without marks, in lower case.
KIND_WORDS = {
    "thi tran": "thị trấn",
    "phuong": "phường",
    "dac khu": "đặc khu",
    "xa": "xã",
    "tt": "thị trấn",
    "dk": "đặc khu",
    "p": "phường",
    "x": "xã",
    "f": "phường",
}

_KIND = re.compile(r"(thị trấn|thi tran|đặc khu|dac khu|[^\W\d_]+)([\s.:]+)(?=\S)", re.IGNORECASE)

#: Who reports for a commune: "UBND xã Bắc Sơn".
_OFFICE = re.compile(
    r"(?:ubnd|[uủ][yỷ] ban(?: nh[aâ]n d[aâ]n)?)\s+"
    r"(?=(?:thị trấn|thi tran|đặc khu|dac khu|xã|xa|phường|phuong)\s)",
    re.IGNORECASE,
)

#: Capital letters of the Latin script; a range such as À-Ỹ would take small ones in as well.
_CAPITALS = "".join(
    sign for sign in map(chr, [*range(0x41, 0x250), *range(0x1E00, 0x1F00)]) if sign.isupper()
)
CAPITAL = f"[{_CAPITALS}]"

_SIGNS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "ʼ": "'",
        "–": "-",
        "—": "-",
        "−": "-",
        # The Icelandic eth and the African D look like Đ and stand for it in many files.
        "Ð": "Đ",
        "ð": "đ",
        "Ɖ": "Đ",
        "ɖ": "đ",
        "\u00a0": " ",
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\ufeff": None,
        "\u00ad": None,
    }
)


#: The number of a row before a name: "1. Thụy Hùng", "(2) Cao Lộc".
_NUMBERED = re.compile(r"^\(?\d{1,3}[.)]\s*(?=[^\W\d_])")


@lru_cache(maxsize=1024)  # Most texts are no names and come once: a country's are not kept
def tidy(text: str) -> str:
    """Text in NFC, with plain spaces and signs and one Đ, without number or signs around it."""
    plain = unicodedata.normalize("NFC", text).translate(_SIGNS)
    bare = re.sub(r"\s+", " ", plain).strip(' \t.,;:-+*•"“”…')
    return _NUMBERED.sub("", bare)


@lru_cache(maxsize=65536)
def exact_key(text: str) -> str:
    """Key under which encodings, case, spaces and dots of one name are equal."""
    lowered = re.sub(r"[.\s_]+", " ", tidy(text).casefold()).strip()
    return unicodedata.normalize("NFC", re.sub(r"\s*-\s*", "-", lowered))


def without_marks(text: str) -> str:
    """Letters without any mark, đ as d."""
    plain = text.translate(_SIGNS).replace("đ", "d").replace("Đ", "D")
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def plain_key(text: str) -> str:
    """Key without any mark: what is left of a name in capitals without accents."""
    return re.sub(r"[\W_]+", "", without_marks(exact_key(text)))


def _syllables(text: str) -> list[tuple[str, str]]:
    """Letters (with their quality: â ă ê ô ơ ư đ) and tone of each syllable."""
    found = []
    for syllable in re.split(r"[\s'-]+", exact_key(text)):
        marks = unicodedata.normalize("NFD", syllable)
        tone = "".join(sorted(TONE_MARKS[c] for c in marks if c in TONE_MARKS))
        body = unicodedata.normalize("NFC", "".join(c for c in marks if c not in TONE_MARKS))
        if body:
            found.append((body, tone))
    return found


def _one_vowel(body: str) -> str:
    """Write y as i where the sound is the same: alone after a consonant (kỳ), or before ê (yên)."""
    body = re.sub(r"^([bcdđghklmnpqrstvx]*(?:qu)?)y$", r"\1i", body)
    return re.sub(r"^y(?=ê)", "i", body)


@lru_cache(maxsize=65536)
def name_order(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Key that sorts names as Vietnamese dictionaries do: đ after d, ă and â after a, then tones.

    Syllable by syllable; numbers by their value.
    """
    return tuple(_syllable_order(part) for part in re.findall(r"\d+|[^\W\d_]+", tidy(text).lower()))


#: Letters of a name by their place; those with marks follow their plain ones.
_LETTERS = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", 1)}


def _syllable_order(part: str) -> tuple[tuple[int, ...], int]:
    if part.isdigit():
        return (0, int(part)), 0
    parts = unicodedata.normalize("NFD", part)
    tone = next((int(TONE_MARKS[sign]) for sign in parts if sign in TONE_MARKS), 0)
    plain = "".join(sign for sign in parts if sign not in TONE_MARKS)
    letters = unicodedata.normalize("NFC", plain)
    return tuple(_LETTERS.get(letter, len(_LETTERS) + ord(letter)) for letter in letters), tone


@lru_cache(maxsize=65536)
def spelling_key(text: str) -> str:
    """Key under which the accepted spellings of one name are equal."""
    return "".join(_one_vowel(body) + (tone or "0") for body, tone in _syllables(text))


def split_kind(text: str) -> list[tuple[str, str]]:
    """Read a text as kind and name."""
    clean = tidy(text)
    readings = [("", clean)]
    found = _KIND.match(clean, office.end() if (office := _OFFICE.match(clean)) else 0)
    if found:
        kind = KIND_WORDS.get(without_marks(found.group(1).casefold()))
        if kind:
            readings.insert(0, (kind, tidy(clean[found.end() :])))
    return readings
