"""What a figure is about: the words round it, the crop and the indicator they name."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache

from layers.base.resources import data_path
from layers.communes.similarity import letters, slips
from zones.plan.extract.quantity import Quantity, find_quantities
from zones.plan.extract.sentences import CAPITAL, NAME_LIST
from zones.plan.extract.units import unit_dimension

#: Units that one raised figure turns into another, and the dimension that was then meant.
_MISPRINTED = {"m2": "volume", "m3": "area"}
_FAR = 2_000
_MOST_WORDS_BEFORE = 30
_MOST_WORDS_BEHIND = 14
#: Ends the words behind a figure.
_STOP_BEHIND = re.compile(
    r"[;.:,()]|(?:^|\s)(?:trong đó|với diện tích|nhằm|phục vụ|để|tại|ở|thuộc|trên địa bàn)\s"
)
#: Words that carry no thing of their own; what is left without them is what a figure is about.
_EMPTY = re.compile(
    r"(?<!\w)(?:với|có|đạt|được|là|từ|và|trong đó|bình quân|trung bình|mỗi|hàng|hằng|năm|khoảng|"
    r"trên|dưới|ít nhất|tối thiểu|không quá|diện tích|quy mô|phấn đấu|dự kiến|đến|còn|thêm|các|"
    r"những|của|tăng|giảm|xây dựng|toàn tỉnh|tổng|số|chiếm|lên|đó|này|duy trì|phát triển|ổn định|"
    r"giữ|giữ vững|hết|vào|tối đa|đặc sản|tập trung|\d+)"
    r"(?!\w)|[^\w\s]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """What can be counted (``data/indicators.csv``)."""

    indicator: str  # id used in plan files
    name_vi: str
    name_en: str
    dimension: str  # dimension its units must have
    words: tuple[tuple[str, ...], ...]  # alternatives; all words of one must occur


@dataclass(frozen=True, slots=True)
class Subject:
    """What a figure is about."""

    about: str  # words before the figure, and those behind its unit
    crop: str  # crop id; empty for none
    indicator: str  # id used in plan files  # indicator id; empty where no known one is named
    #: What grows, as written, where it is no single crop of the table: "vải thiều", "keo, quế".
    thing: str = ""


@lru_cache(maxsize=1)
def known_indicators() -> dict[str, Indicator]:
    """All indicators by id."""
    with data_path("indicators.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["indicator"]: Indicator(
                indicator=row["indicator"],
                name_vi=row["name_vi"],
                name_en=row["name_en"],
                dimension=row["dimension"],
                words=tuple(
                    tuple(choice.lower().split("&")) for choice in row["words"].split("|") if choice
                ),
            )
            for row in csv.DictReader(lines)
        }


@lru_cache(maxsize=2)
def _crop_words(*, known: bool = True) -> tuple[re.Pattern[str], dict[str, str]]:
    """Words for crops that have an id, or for those that have none."""
    with data_path("crop_words.csv").open(encoding="utf-8", newline="") as lines:
        crops = {
            word: row["crop"]
            for row in csv.DictReader(lines)
            for word in row["written"].split("|")
            if bool(row["crop"]) == known
        }
    longest = sorted(crops, key=lambda word: (-len(word), word))
    options = "|".join(re.escape(word) for word in longest)
    return re.compile(rf"(?<![\w-])({options})(?![\w-])", re.IGNORECASE), crops


#: A name behind "vùng" or "rừng"; only one with a capital may be a misspelt crop ("vùng quê").
_NAMED_THING = re.compile(
    r"(?:(?:[Vv]ùng|[Rr]ừng|[Cc]ây)(?:\s+(?:trồng|sản xuất))?|[Tt]rồng)\s+(\w+(?:\s\w+)?)"
)


def _misspelt_crop(text: str) -> str:
    _, crops = _crop_words()
    for match in reversed(list(_NAMED_THING.finditer(text))):
        for name in (match[1], match[1].split()[0]):
            if len(name) > 2 and name[0].isupper():
                near = [c for word, c in crops.items() if slips(letters(name), letters(word)) <= 1]
                if len(set(near)) == 1:
                    return near[0]
    return ""


def find_crop(text: str) -> tuple[str, bool]:
    """Crop that a text names last."""
    pattern, crops = _crop_words()
    found = pattern.findall(text)
    if found:
        return crops[found[-1].lower()], False
    near = _misspelt_crop(text)
    return near, bool(near)


def _several_crops(before: str) -> str:
    """Crops that share one figure: "keo, bạch đàn", "hồi và quế"."""
    pattern, crops = _crop_words()
    found = list(pattern.finditer(before))
    for place in range(len(found) - 1, 0, -1):
        if not re.fullmatch(
            r"\s*(?:,|và|/|\+)\s*", before[found[place - 1].end() : found[place].start()]
        ):
            found = found[place:]
            break
    if len({crops[one[0].lower()] for one in found}) < 2 or _content(before[found[-1].end() :]):
        return ""
    return before[found[0].start() : found[-1].end()]


def _other_crop(before: str, behind: str) -> str:
    """Crop without an id that stands right before a figure, or right behind its unit."""
    pattern, _ = _crop_words(known=False)
    found = list(pattern.finditer(before))
    if found and not _content(re.sub(r"\([^()]*\)", " ", before[found[-1].end() :])):
        return found[-1][0]
    first = pattern.match(behind)
    return first[0] if first else ""


def _content(text: str) -> str:
    return " ".join(_EMPTY.sub(" ", text).split())


_CLOSED_ASIDE = re.compile(r"\([^()]*\)")
_HARD_STOP = re.compile(rf"[;:(]\s*|[.…]\s+(?={CAPITAL})")


def _words_before(text: str, quantity: Quantity, previous: Quantity | None) -> str:
    """Words from the last hard stop, or from the figure before, up to the figure."""
    floor = 0
    if previous is not None:
        between = text[previous.end : quantity.start]
        if quantity.aside and not previous.aside and not _content(between):
            return _words_before(text, previous, None)  # 8.000 ha (bình quân mỗi năm 1.600 ha)
        if re.fullmatch(r"\s*(?:,|và)\s*", between):
            return _words_before(text, previous, None)  # lần lượt là 60%, 28%, 12%
        # "30 mã số … với diện tích 150 ha": the unit before belongs to what the figure is about.
        ends = bool(re.match(r"\s*[,;.)]", between)) or not _content(between)
        floor = previous.end if ends else previous.start
    floor = max(floor, quantity.start - _FAR)
    before = NAME_LIST.sub(" ", _CLOSED_ASIDE.sub(" ", text[floor : quantity.start]))
    stops = [found.end() for found in _HARD_STOP.finditer(before)]
    # What stands behind the last stop may be empty ("bình quân mỗi năm"): then go further back.
    stop = next((stop for stop in reversed(stops) if _content(before[stop:])), 0)
    return " ".join(before[stop:].split()[-_MOST_WORDS_BEFORE:]).strip(" ,")


def _words_behind(text: str, quantity: Quantity, following: Quantity | None) -> str:
    behind = text[quantity.end : following.start if following else quantity.end + _FAR]
    stop = _STOP_BEHIND.search(behind)
    return " ".join(behind[: stop.start() if stop else None].split()[:_MOST_WORDS_BEHIND])


def _named(about: str, choices: list[Indicator]) -> str:
    """Find the indicator whose longest words occur; of equal ones the first of the table."""
    lowered = about.lower()
    best, best_length = "", 0
    for indicator in choices:
        for words in indicator.words:
            length = sum(len(word) for word in words)
            if length > best_length and all(
                re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lowered) for word in words
            ):
                best, best_length = indicator.indicator, length
    return best


def last_mention(indicator: str, text: str) -> int:
    """Where a text names an indicator last."""
    known = known_indicators().get(indicator)
    single = [words[0] for words in known.words if len(words) == 1] if known else []
    found = [
        match.start()
        for word in single
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text.lower())
    ]
    return max(found, default=-1)


def _indicator_of(phrases: list[str], unit: str, crop: str) -> str:
    dimension = unit_dimension(unit)
    fitting = [i for i in known_indicators().values() if i.dimension == dimension]
    for phrase in phrases:
        if found := _named(phrase, fitting):
            return found
    if crop and dimension == "area":
        return "area"
    if unit not in _MISPRINTED:
        return ""
    # Timber in m²: the thing is known, the unit is not its own; the lint will say so.
    meant = [i for i in known_indicators().values() if i.dimension == _MISPRINTED[unit]]
    return _named(" ".join(phrases), meant)


def find_subject(
    text: str,
    quantity: Quantity,
    *,
    previous: Quantity | None = None,
    following: Quantity | None = None,
    headings: tuple[str, ...] = (),
) -> Subject:
    """Find what a figure is about."""
    before = _words_before(text, quantity, previous)
    behind = _words_behind(text, quantity, following)
    unit_words = text[quantity.start : quantity.end].lstrip("0123456789.,-– ")
    about = " ".join(part for part in (before, unit_words, behind) if part)
    # What is counted follows its number ("11 xã đạt chuẩn …"), what is measured goes before it.
    phrases = [before, f"{unit_words} {behind}"]
    if unit_dimension(quantity.unit) in ("count", "rate"):
        phrases.reverse()
    area = quantity.unit.removesuffix("/year") == "ha"
    indicator = _indicator_of(phrases, quantity.unit, "")
    crop, _ = find_crop(before)
    if not crop and area:
        crop, _ = find_crop(behind)
    if area and not indicator and (several := _several_crops(before)):
        return Subject(about, "", "", several)
    if not crop and area and not indicator and (other := _other_crop(before, behind)):
        return Subject(about, "", "", other)
    if not crop:
        plain = [heading for heading in headings if not find_quantities(heading)]
        crop = next((c for heading in reversed(plain) if (c := find_crop(heading)[0])), "")
    return Subject(about, crop, _indicator_of(phrases, quantity.unit, crop))
