"""Which words round a figure are its own, and which belong to the figure before or behind.

Between two figures stand the words behind the first and those before the second. Where a sign
parts them (comma, semicolon, parenthesis, "và", "trong đó") it decides: in "3 tấn thịt bò; 9 tấn
thịt lợn" the beef is the first figure's. Where no sign parts them, both may claim them, and the
figure's owner is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from layers.communes.spelling import CAPITAL
from zones.plan.extract.quantity import Quantity
from zones.plan.extract.sentences import NAME_LIST, content

_FAR = 2_000
_MOST_WORDS_BEFORE = 30
_MOST_WORDS_BEHIND = 14
#: Ends the words behind a figure.
_STOP_BEHIND = re.compile(
    r"[;.:,()]|(?:^|\s)(?:trong đó|với diện tích|nhằm|phục vụ|để|tại|ở|thuộc|trên địa bàn|"
    r"cho thu hoạch|so với|theo)\s"
)
_CLOSED_ASIDE = re.compile(r"\([^()]*\)")
_HARD_STOP = re.compile(rf"[;:(]\s*|[.…]\s+(?={CAPITAL})")
#: Signs that part two figures' words, the strongest first.
_PARTS = (
    re.compile(rf"[;:()]|[.…]\s+(?={CAPITAL})"),
    re.compile(
        r"(?:,\s*)?(?<!\w)(?:trong đó|bao gồm|gồm|riêng|cụ thể)(?!\w)[\s:,]*", re.IGNORECASE
    ),
    re.compile(r",\s"),
    re.compile(r"\svà\s"),
)
_STRONG = re.compile(rf";|[.…]\s+(?={CAPITAL})")
_OPENS = re.compile(r"\s*(?:[,;:.…()]|và\s|trong đó|riêng)", re.IGNORECASE)
_CLOSES = re.compile(r"(?:[,;:(]|\svà|trong đó:?|gồm:?|cụ thể:?|riêng)\s*$", re.IGNORECASE)
_SHARED = re.compile(r"\s*(?:,|và|;)\s*(?:và\s*)?")
_RESPECTIVELY = re.compile(r"lần lượt", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Words round a figure."""

    before: str  # its own, before it
    behind: str  # its own, behind its unit
    contested: bool  # no sign parts them from those of a neighbour
    wider: str  # from the last stop, or the figure before, up to it


def _last_words(text: str) -> str:
    return " ".join(text.split()[-_MOST_WORDS_BEFORE:]).strip(" ,")


def _between(text: str) -> tuple[str, str, bool]:
    """Words between two figures: those of the first, those of the second, and whether in doubt."""
    if not content(text):
        return "", "", False
    sentences = _STRONG.split(text)
    if len(sentences) > 1:
        return sentences[0], sentences[-1], False
    if _OPENS.match(text) and not (_CLOSES.search(text) and content(text[1:-1]) and _inner(text)):
        return "", text, False
    if _CLOSES.search(text):
        return text, "", False
    for sign in _PARTS:
        found = sign.search(text)
        if found:
            return text[: found.start()], text[found.end() :], False
    return text, text, True


def _inner(text: str) -> bool:
    """Whether a text that opens and closes with signs holds another between them."""
    trimmed = _CLOSES.sub("", _OPENS.sub("", text, count=1), count=1)
    return any(sign.search(trimmed) for sign in _PARTS)


def wider_words(text: str, quantity: Quantity, previous: Quantity | None) -> str:
    """Words from the last hard stop, or from the figure before, up to the figure."""
    floor = 0
    if previous is not None:
        between = text[previous.end : quantity.start]
        if quantity.aside and not previous.aside and not content(between):
            return wider_words(text, previous, None)  # 8.000 ha (bình quân mỗi năm 1.600 ha)
        if _SHARED.fullmatch(between):
            return wider_words(text, previous, None)  # lần lượt là 60%, 28%, 12%
        # "30 mã số … với diện tích 150 ha": the unit before belongs to what the figure is about.
        ends = bool(re.match(r"\s*[,;.)]", between)) or not content(between)
        floor = previous.end if ends else previous.start
    floor = max(floor, quantity.start - _FAR)
    before = NAME_LIST.sub(" ", _CLOSED_ASIDE.sub(" ", text[floor : quantity.start]))
    stops = [found.end() for found in _HARD_STOP.finditer(before)]
    # What stands behind the last stop may be empty ("bình quân mỗi năm"): then go further back.
    stop = next((stop for stop in reversed(stops) if content(before[stop:])), 0)
    return _last_words(before[stop:])


def _behind(text: str) -> str:
    stop = _STOP_BEHIND.search(text)
    return " ".join(text[: stop.start() if stop else None].split()[:_MOST_WORDS_BEHIND])


def own_words(text: str, figures: Sequence[Quantity], place: int) -> OwnWords:
    """Words of the figure at a place among those of a paragraph."""
    quantity = figures[place]
    previous = figures[place - 1] if place else None
    following = figures[place + 1] if place + 1 < len(figures) else None
    wider, contested = wider_words(text, quantity, previous), False
    before = wider
    if previous is not None and quantity.start - previous.end < _FAR:
        between = _CLOSED_ASIDE.sub(" ", text[previous.end : quantity.start])
        _, own, contested = _between(between)
        stops = [found.end() for found in _HARD_STOP.finditer(own)]
        before = "" if not content(own) else _last_words(own[stops[-1] if stops else 0 :] or own)
    behind = text[quantity.end : following.start if following else quantity.end + _FAR]
    if following is not None:
        behind, _, doubt = _between(behind)
        contested = contested or doubt
    return OwnWords(before, _behind(behind.lstrip()), contested, wider)


def shares_in_turn(
    text: str, figures: Sequence[Quantity], place: int
) -> tuple[str, int, int] | None:
    """Words that name what "lần lượt" figures are of, in turn: words, place in turn, how many."""
    first, last = place, place
    while first and _SHARED.fullmatch(text[figures[first - 1].end : figures[first].start]):
        first -= 1
    while last + 1 < len(figures) and _SHARED.fullmatch(
        text[figures[last].end : figures[last + 1].start]
    ):
        last += 1
    if first == last:
        return None
    floor = figures[first - 1].end if first else 0
    before = text[max(floor, figures[first].start - _FAR) : figures[first].start]
    turn = _RESPECTIVELY.search(before)
    if turn is None:
        return None
    said = _HARD_STOP.split(before[: turn.start()])[-1]
    return said, place - first, last - first + 1
