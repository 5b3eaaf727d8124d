"""Text in Vietnamese font encodings (TCVN3 and VNI) → Unicode NFC.

Before Unicode, offices wrote Vietnamese with 8-bit fonts whose codes no standard codec knows:
read as Latin-1, "Bắc Giang" is "B¾c Giang" in TCVN3 (fonts .Vn…) and "Baéc Giang" in VNI (fonts
VNI-…). Which one a column holds is told by which reading gives Vietnamese syllables. No Python
library was found that does this, and the charts are small; they are written out here from the
published tables of TCVN 5712:1993 (VN3) and VNI-Win.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from layers.base.findings import Finding
from layers.base.messages import message
from layers.base.resources import data_table, kept

TextEncoding = Literal["unicode", "tcvn3", "vni"]

ENCODINGS: tuple[TextEncoding, ...] = ("unicode", "tcvn3", "vni")
_NAMES = {"unicode": "Unicode", "tcvn3": "TCVN3 (ABC)", "vni": "VNI"}

# Pairs of chart order: bytes A1 to FE of TCVN3 that carry a letter, and the letters.
_TCVN3 = {
    ord(code): letter
    for code, letter in zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
}

# VNI writes the bare vowel, then its mark as a letter of its own.
_VNI_MARKS = {
    "a": ("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ"),
    "e": ("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    "o": ("ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    "u": ("ùøûõï", "úùủũụ"),
    "y": ("ùøûõ", "ýỳỷỹ"),
    "ô": ("ùøûõï", "ớờởỡợ"),
    "ö": ("ùøûõï", "ứừửữự"),
}
_VNI_SINGLE = {
    "ô": "ơ",
    "ö": "ư",
    "ñ": "đ",
    "í": "í",
    "ì": "ì",
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "î": "ỵ",
}


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_SINGLE)
    for base, (marks, letters) in _VNI_MARKS.items():
        table |= {base + mark: letter for mark, letter in zip(marks, letters, strict=True)}
    # Capitals carry capital marks; some writers leave the mark small.
    table |= {code.upper(): letter.upper() for code, letter in table.items()}
    table |= {
        base.upper() + mark: letter.upper()
        for base, (marks, letters) in _VNI_MARKS.items()
        for mark, letter in zip(marks, letters, strict=True)
    }
    return table


_VNI = _vni_table()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
# Abbreviations and foreign names now and then make a syllable in the wrong encoding.
_MAJORITY = 0.95

_TOKEN = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """How the text of one column is encoded, and why."""

    # The verdict; plain ASCII counts as Unicode
    encoding: Literal["unicode", "tcvn3", "vni", "mixed"]
    # Distinct values that make Vietnamese in one encoding only, by encoding
    fits_only: dict[str, int] = field(default_factory=dict)
    # The first of them, as stored
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)


def decode_legacy(text: str, encoding: TextEncoding) -> str:
    """Text of a font encoding, read as Latin-1, as Unicode NFC."""
    if encoding == "tcvn3":
        text = _capitals(text, text.translate(_TCVN3))
    elif encoding == "vni":
        text = _VNI_PATTERN.sub(lambda match: _VNI[match.group()], text)
    return unicodedata.normalize("NFC", text)


def _capitals(stored: str, decoded: str) -> str:
    """Capitals of TCVN3 headlines: its capital fonts draw the small letters' codes large."""
    plain = [letter for letter in stored if letter.isascii() and letter.isalpha()]
    shouted = not any(letter.islower() for letter in plain)
    several = any(sum(c.isascii() and c.isupper() for c in word) > 1 for word in stored.split())
    return decoded.upper() if shouted and several else decoded


def detect_encoding(values: Iterable[str]) -> TextVerdict:
    """Tell how the text of a column is encoded."""
    only: dict[TextEncoding, list[str]] = {encoding: [] for encoding in ENCODINGS}
    open_values = []
    for value in dict.fromkeys(values):
        if value.isascii():
            continue
        fitting = [encoding for encoding in ENCODINGS if _fits(value, encoding)]
        if len(fitting) == 1:
            only[fitting[0]].append(value)
        elif fitting:
            open_values.append(value)
    found = [encoding for encoding in ENCODINGS if only[encoding]]
    counts: dict[str, int] = {encoding: len(only[encoding]) for encoding in found}
    examples: dict[str, tuple[str, ...]] = {
        encoding: tuple(only[encoding][:5]) for encoding in found
    }
    if not found:
        return TextVerdict(_by_words(open_values))
    leading = max(found, key=lambda encoding: counts[encoding])
    certain = any(_beyond_latin(value) for value in only["unicode"])
    clear = counts[leading] >= _MAJORITY * sum(counts.values())
    if len(found) > 1 and (certain or not clear):
        return TextVerdict("mixed", counts, examples)
    return TextVerdict(leading, counts, examples)


def _beyond_latin(value: str) -> bool:
    """Whether a value holds letters no byte of a font can stand for."""
    return any(ord(letter) > 0xFF for letter in value)


def _fits(value: str, encoding: TextEncoding) -> bool:
    """Whether every accented word of a value is a Vietnamese syllable in an encoding."""
    if encoding == "unicode" or _beyond_latin(value):
        return encoding == "unicode" and (_beyond_latin(value) or _makes_words(value))
    return _makes_words(decode_legacy(value, encoding))


def _makes_words(text: str) -> bool:
    text = unicodedata.normalize("NFC", text)
    odd = [letter for letter in text if not letter.isascii() and not letter.isalpha()]
    words = [word for word in _TOKEN.findall(text) if not word.isascii()]
    return not odd and all(is_syllable(word) for word in words)


def _by_words(values: list[str]) -> TextEncoding:
    known = _known_words()
    scores = {
        encoding: sum(
            word.casefold() in known
            for value in values
            for word in _TOKEN.findall(decode_legacy(value, encoding))
            if not word.isascii()
        )
        for encoding in ENCODINGS
    }
    return max(ENCODINGS, key=lambda encoding: scores[encoding])


@kept
def _known_words() -> frozenset[str]:
    """Words of commune and species names: what the text columns of a layer speak of."""
    communes = data_table("communes-34.csv", dtype=str)["name"]
    species = data_table("species_aliases.csv", dtype=str)["alias"]
    text = unicodedata.normalize("NFC", " ".join([*communes, *species]).casefold())
    return frozenset(_TOKEN.findall(text))


def decode_texts(
    frame: pd.DataFrame, *, encoding: str | None = None, source: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Convert every text column of a layer to Unicode NFC: the one door for text."""
    result, findings = frame.copy(), []
    for name in frame.columns:
        # Of columns that share a name none is read by it.
        values = frame[name]
        if isinstance(values, pd.Series) and pd.api.types.is_string_dtype(values.dtype):
            result[name], found = convert_text(
                values, encoding=encoding or "auto", column=str(name), source=source
            )
            findings += found
    return result, findings


#: What JSON has words for, as a value and as a key.
_JSON = (str, int, float, type(None))


def _as_text(value: object) -> object:
    """Objects, lists and bytes of a GeoJSON or Parquet file as text that a line can show."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, dict | list | tuple | set | np.ndarray):
        return json.dumps(_part(value), ensure_ascii=False)
    return value


def _part(value: object) -> object:
    """A part of a list or an object in the words that JSON has."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {
            key if isinstance(key, _JSON) else str(_as_text(key)): _part(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set):
        return [_part(item) for item in value]
    return value if isinstance(value, _JSON) else str(_as_text(value))


def convert_text(
    values: pd.Series[str], *, encoding: str = "auto", column: str, source: str
) -> tuple[pd.Series[str], list[Finding]]:
    """Convert one text column to Unicode NFC where a font encoding is recognised."""
    values = values.map(_as_text, na_action="ignore")
    codes, unique = pd.factorize(values)
    texts = [str(value) for value in unique]
    if all(text.isascii() for text in texts):
        return values, []
    told = encoding in ENCODINGS
    verdict = TextVerdict(encoding) if told else detect_encoding(texts)  # type: ignore[arg-type]
    if verdict.encoding == "mixed":
        return values, [_mixed(verdict, column, source)]
    decoded = [decode_legacy(text, verdict.encoding) for text in texts]
    result = pd.Series(
        [decoded[code] if code >= 0 else None for code in codes],
        index=values.index,
        dtype=values.dtype if pd.api.types.is_string_dtype(values.dtype) else object,
    )
    if verdict.encoding == "unicode" or decoded == texts:
        return result, []
    return result, [_converted(verdict, texts, decoded, column, source, told=told)]


def _mixed(verdict: TextVerdict, column: str, source: str) -> Finding:
    parts = [
        f"{_NAMES[name]}: {count} ({', '.join(verdict.examples[name])})"
        for name, count in verdict.fits_only.items()
    ]
    return Finding(
        "error",
        "text-mixed",
        source,
        message("layers.io.mixed_encodings", column=column, parts="; ".join(parts)),
        count=sum(verdict.fits_only.values()),
    )


def _converted(
    verdict: TextVerdict,
    texts: list[str],
    decoded: list[str],
    column: str,
    source: str,
    *,
    told: bool,
) -> Finding:
    pairs = [(old, new) for old, new in zip(texts, decoded, strict=True) if old != new]
    shown = ", ".join(f"{old} → {new}" for old, new in pairs[:3])
    name = _NAMES[verdict.encoding]
    count = verdict.fits_only.get(verdict.encoding, 0)
    why = message("layers.io.as_told") if told else message("layers.io.readable_so", count=count)
    return Finding(
        "note",
        "text-converted",
        source,
        message("layers.io.text_converted", column=column, name=name, why=why, shown=shown),
        count=len(pairs),
        examples=tuple(new for _, new in pairs[:5]),
    )


_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOPPED_TONES = (
    "\u0301\u0323"  # a syllable that ends in p, t, c, ch rises sharply or falls heavily
)

_INITIAL = "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?"
_OPEN = (
    "uyê|uya|uyu|uây|uôi|ươi|ươu|oai|oay|oao|oeo|uai|uay|uao|uêu|iêu|yêu|"
    "ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi|ua|uâ|uă|uê|ui|uơ|uô|uy|ưa|ưi|ươ|ưu|"
    "yê|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y"
)
_SYLLABLE = re.compile(f"{_INITIAL}(?:{_OPEN})(ch|ng|nh|[ckmnpt])?")


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Tell whether a word has the form of a Vietnamese syllable."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    spread = unicodedata.normalize("NFD", word.casefold())
    tones = [letter for letter in spread if letter in _TONES]
    bare = unicodedata.normalize("NFC", "".join(c for c in spread if c not in _TONES))
    match = _SYLLABLE.fullmatch(bare)
    if match is None or len(tones) > 1:
        return False
    stopped = match.group(1) in ("c", "ch", "k", "p", "t")
    return not stopped or (bool(tones) and tones[0] in _STOPPED_TONES)
