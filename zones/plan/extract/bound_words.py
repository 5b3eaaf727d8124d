"""Words that say how a figure binds: trên, khoảng, không quá, trở lên, duy trì, mỗi năm."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FLOOR = (
    "không dưới",
    "không ít hơn",
    "không thấp hơn",
    "không nhỏ hơn",
    "không kém",
    "tối thiểu",
    "ít nhất",
    "thấp nhất",
    "trên",
    "hơn",
    ">=",
    "≥",
    ">",
)
_CEILING = (
    "không vượt quá",
    "không vượt",
    "không quá",
    "không cao hơn",
    "không lớn hơn",
    "không nhiều hơn",
    "tối đa",
    "nhiều nhất",
    "cao nhất",
    "chưa đến",
    "chưa tới",
    "dưới",
    "<=",
    "≤",
    "<",
)
_ABOUT = ("khoảng", "xấp xỉ", "ước tính", "ước đạt", "ước", "gần", "chừng", "~")
#: May stand between a word of bound and the figure: "tối thiểu đạt", "khoảng từ", "ít nhất là".
_BETWEEN = (
    "có",
    "đạt được",
    "đạt mức",
    "đạt",
    "là",
    "từ",
    "bình quân",
    "trung bình",
    "mỗi năm",
    "hàng năm",
    "hằng năm",
    "còn",
    "được",
    "mức",
    ":",
)


def _behind(words: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(words, key=len, reverse=True)
    options = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest)
    return re.compile(rf"(?<!\w)({options})\s*$", re.IGNORECASE)


_TOKENS = {
    "floor": _behind(_FLOOR),
    "ceiling": _behind(_CEILING),
    "about": _behind(_ABOUT),
    "between": _behind(_BETWEEN),
}
#: "cao hơn 5%" compares; it is no floor, unlike "không thấp hơn", which stands in the list above.
_COMPARISON = re.compile(r"(?:cao|nhiều|lớn|thấp|ít|nhỏ)\s+hơn\s*$", re.IGNORECASE)
_UPWARDS = re.compile(r"\s*trở\s+lên(?!\w)", re.IGNORECASE)
_DOWNWARDS = re.compile(r"\s*trở\s+xuống(?!\w)", re.IGNORECASE)

_SENTENCE = re.compile(r"[.!?…](?=\s)|\n")
_VERBS = re.compile(
    r"(?<!\w)(duy trì|giữ vững|giữ ổn định|(?<!phát triển )ổn định|phát triển|mở rộng|nâng|tăng|"
    r"giảm|trồng|xây dựng|cấp|chuyển|cải tạo|thu hút|thành lập|hỗ trợ|đào tạo)(?!\w)",
    re.IGNORECASE,
)
_KEEPING = ("duy trì", "giữ vững", "giữ ổn định", "ổn định")
_PER_YEAR = re.compile(
    r"(?<!\w)(?:mỗi|hàng|hằng|từng|bình quân|trung bình)\s+năm(?!\w)", re.IGNORECASE
)
#: A part of a sentence with a year to reach says itself whether its figure is for each year.
_UNTIL = re.compile(r"(?<!\w)đến\s+(?:hết\s+|cuối\s+)?năm\s+20\d\d(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BoundWords:
    """Words of bound around a figure."""

    floor: bool  # which kinds were said
    ceiling: bool  # which kinds were said
    about: bool  # which kinds were said
    words: tuple[str, ...]  # the words, in the order of the text


def bound_kinds(words: Iterable[str]) -> set[str]:
    """Kinds of bound that words stand for."""
    kinds = {"floor": (*_FLOOR, "trở lên"), "ceiling": (*_CEILING, "trở xuống"), "about": _ABOUT}
    return {kind for kind, known in kinds.items() for word in words if word in known}


def read_bound_words(before: str, after: str) -> BoundWords:
    """Words of bound next to a figure."""
    kinds: list[str] = []
    words: list[str] = []  # the words, in the order of the text
    rest = before
    while True:
        found = {kind: match for kind, token in _TOKENS.items() if (match := token.search(rest))}
        if not found or _COMPARISON.search(rest):
            # "không thấp hơn" ends like a comparison; the longer word decides.
            found = {k: m for k, m in found.items() if " " in m[1]} if found else {}
            if not found:
                break
        kind, match = max(found.items(), key=lambda pair: len(pair[1][1]))
        if kind != "between":
            kinds.append(kind)
            words.append(re.sub(r"\s+", " ", match[1].lower()))
        rest = rest[: match.start()]
    words.reverse()
    if _UPWARDS.match(after):
        kinds.append("floor")
        words.append("trở lên")
    if _DOWNWARDS.match(after):
        kinds.append("ceiling")
        words.append("trở xuống")
    return BoundWords("floor" in kinds, "ceiling" in kinds, "about" in kinds, tuple(words))


def is_of_bounds(words: str) -> bool:
    """Whether words are words of bound and no others: "không vượt quá", "tối đa là"."""
    rest = words
    while rest.strip():
        ends = [found.start() for token in _TOKENS.values() if (found := token.search(rest))]
        if not ends:
            return False
        rest = rest[: min(ends)]
    return True


def _governing(before: str) -> str:
    """Text that governs a figure: its own part of the sentence, and what leads in its list."""
    ends = [found.end() for found in _SENTENCE.finditer(before)]
    sentence = before[ends[-1] if ends else 0 :]
    lead, colon, rest = sentence.rpartition(":")
    return (lead + colon if colon else "") + " " + rest.rpartition(";")[2]


def keeps_level(before: str) -> bool:
    """Whether the verb that governs a figure is one of keeping (duy trì), not of growing."""
    verbs = _VERBS.findall(_governing(before))
    return bool(verbs) and verbs[-1].lower() in _KEEPING


def is_per_year(before: str) -> bool:
    """Whether the text before a figure says that it is for each year."""
    ends = [found.end() for found in _SENTENCE.finditer(before)]
    sentence = before[ends[-1] if ends else 0 :]
    if re.search(r"giai đoạn", re.split(r"[;(]", sentence)[-1], re.IGNORECASE):
        return bool(_PER_YEAR.search(re.split(r"[;(]|, |giai đoạn", sentence)[-1]))
    own = sentence.rpartition(";")[2]
    if _UNTIL.search(own):
        return bool(_PER_YEAR.search(own))
    opening = _PER_YEAR.search(sentence)
    if opening and len(sentence[: opening.start()].split()) <= 2:
        return True
    return bool(_PER_YEAR.search(re.split(r"[;(]|, ", sentence)[-1]))
