"""Quantities in prose: figure, kind of bound and unit, as planning documents write them.

A quantity is a numeral with a unit of ``data/units.csv``. Years, dates, document numbers, clause
numbers and grades ("4 sao") are none, because no such unit follows them.

Numerals stand as Vietnamese offices write them, and now and then the English way. A point between
groups of three digits parts thousands (``155.000``), a comma begins the decimals (``5,5``;
``424207,000``). Where both signs stand, the last one begins the decimals (``1.509,0``,
``1,188,801.11``). A sign that returns parts thousands. One point before anything but three digits
begins decimals (``64.6``); one comma before three digits is decimal, as the norm has it, but could
be English thousands: such a numeral is ``doubtful``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from layers.base.errors import InputError
from zones.plan.extract.bound_words import (
    BoundWords,
    is_of_bounds,
    is_per_year,
    keeps_level,
    read_bound_words,
)
from zones.plan.extract.units import match_unit
from zones.plan.model import Bound

_SCALES = {"nghìn": 1e3, "ngàn": 1e3, "vạn": 1e4, "triệu": 1e6, "tỷ": 1e9, "tỉ": 1e9}
_SCALE = re.compile(r"\s*(nghìn|ngàn|vạn|triệu|tỷ|tỉ)(?!\w)", re.IGNORECASE)
#: One numeral: groups parted by spaces, or digits with points and commas inside.
_NUMERAL = re.compile(r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?(?![\d.,]*\d)|\d+(?:[.,]\d+)*)")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+\Z")
_DIGIT = re.compile(r"\d")
_GAP = re.compile(r"\s*")
#: How far from a figure its words of bound, and its sentence, may begin: no text is read over and
#: over from its start, however long it is.
_NEAR, _FAR = 120, 2_000
# Not inside a word, a longer numeral, a power (10^3), a date (20/11) or behind a per-sign (tiêu
# chí/01 xã).
_INSIDE = re.compile(r"(?:[\w/.,^]|\d['’*]|[^\W\d_][-–])$")
#: A few digits and a mark before a gap: "50. 500 ha", "5, 5 ha" may be one figure or two.
_TORN = re.compile(r"(?<![\d/])\d{1,3}(?:[.,]\d{3})*\s*([.,])\s*$")
#: No rest of a figure behind a comma: it has thousands, or decimals, of its own.
_WHOLE = re.compile(r"\d{1,3}(?:[. \u00a0\u202f]\d{3})+(?:,\d+)?|\d+,(?:\d\d?|\d{4,})")
#: Places that have numbers and, unlike "vùng 5,5 ha", no figure right behind their name.
_NUMBERED = re.compile(
    r"(?<!\d )(?<!các )(?<!những )(?<!mỗi )(?<!\w)(?:thôn|ấp|xóm|tổ|tiểu khu|khoảnh)\s+\d+\s*,\s*$",
    re.IGNORECASE,
)
#: The number of an item, with which a text begins.
_ITEM = re.compile(r"\s*(?:(?:[IVX]+|\d{1,2})\.)*(?:0?[1-9]|1\d)\.\s+$")
#: Three digits of which the first is 0 are the rest of a numeral, never a figure: "000 ha".
_REST = re.compile(r"0\d\d")
_CONNECTOR = re.compile(
    r"\s*(?:[-–—−÷~]|đến|tới)\s*(?:(?:khoảng|dưới|gần|không quá|tối đa|mức)\s+)?", re.IGNORECASE
)
#: Between the floor and the ceiling of one thing: "3.000 ha trở lên, nhưng không quá 3.600 ha".
_BOTH_ENDS = re.compile(
    r"\s*(?:trở\s+(?:lên|xuống))?\s*,?\s*(?:(?:và|nhưng|song|đến|tới)\s+)?", re.IGNORECASE
)
_COUNTED = re.compile(
    r"(?<!mỗi )(?<!hàng )(?<!hằng )(?<!một )(?<!\w)"
    r"(?:ngày|tháng|quý|điều|khoản|mục|điểm|thứ|khóa|khoá|dự án|chuyên đề)\s+$",
    re.IGNORECASE,
)
_YEARLY = re.compile(r"(?:năm|giai đoạn|nhiệm kỳ|niên vụ|đến|từ|[-–])\s*$", re.IGNORECASE)


#: No article, day or project has this number.
_FEWEST_NOT_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that a text states."""

    bound: Bound  # exact, range, at_least, at_most, about or maintain
    # low, high: Ends in ``unit``; a single figure has both alike, a floor only ``low``, a ceiling
    # only ``high``. A range is kept as written, even when it is reversed
    low: float | None
    high: float | None
    unit: str  # Id of the unit; scale words (nghìn, triệu) are multiplied in, except those of money
    words: tuple[str, ...] = ()  # Words of bound as written, in order: ``("khoảng", "trên")``
    per_year: bool = False  # The figure is for each year
    doubtful: bool = False  # A numeral could be read in another way (``3,000``)
    aside: bool = False  # The quantity stands in parentheses
    # start, end: Where the figure with its unit stands in the text
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    scale: float | None
    doubtful: bool
    end: int

    def scaled(self, scale: float | None) -> float:
        factor = self.scale or scale or 1.0
        # Decimal figures times a power of ten must not leave 2222999.9999999998.
        return round(self.value * factor, 6) if factor > 1 else self.value


#: Signs of the longest numeral that is a figure; a million times a million has 13 digits.
_LONGEST = 30


def _grouped(text: str) -> bool:
    """Whether all signs of a text part groups of three digits."""
    return bool(_GROUPED.match(text)) and not text.startswith("0")


def _with_both(text: str) -> tuple[float, bool] | None:
    mark = max(text.rfind("."), text.rfind(","))
    whole, decimals = text[:mark], text[mark + 1 :]
    if text[mark] in whole:
        return None
    if not _grouped(whole):
        return None
    return float(re.sub(r"[.,]", "", whole) + "." + decimals), False


def read_numeral(text: str) -> tuple[float, bool] | None:
    """Read a numeral: its value, and whether it could be read in another way."""
    text = re.sub(r"[ \u00a0\u202f]", "", text)
    if len(text) > _LONGEST:
        return None
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return _with_both(text)
    if points + commas == 0:
        return float(text), False
    if points + commas > 1:
        return (float(re.sub(r"[.,]", "", text)), False) if _grouped(text) else None
    if points == 1 and _grouped(text):
        return float(text.replace(".", "")), False
    return float(text.replace(",", ".")), commas == 1 and _grouped(text)


#: A numeral of which a group of three zeros was torn off: no figure begins with it.
_TORN_OFF = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})*(?:\s*\.\s*000)+(?![\d])")
_SUPERSCRIPT = re.compile(r"<sup\b[^>]{0,200}>([^<]{0,40})</sup>", re.IGNORECASE)
_RAISING = re.compile(r"</?su[pb]\b[^>]{0,200}>", re.IGNORECASE)
#: Raised figures as signs of their own.
RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = str.maketrans("0123456789()[]", f"{RAISED_DIGITS}⁽⁾⁽⁾", "*")
_LOWERED = str.maketrans(f"{RAISED_DIGITS}⁽⁾", "0123456789()")
_SMALL = f"[{RAISED_DIGITS}⁽⁾]"
_LENGTH = r"(?<![^\W\d_])(?:da|[kcdhm])?m"
_EXPONENT = re.compile(
    rf"({_LENGTH})\s?<sup\b[^>]{{0,200}}>\s*([23])(?!\d{{3}})[\d\s,;()*]{{0,9}}</sup>",
    re.IGNORECASE,
)
#: Raised figures: those of a unit (m²), of a power (10⁶, 5.10³) and between two figures stay.
_RAISED_FIGURE = re.compile(
    rf"{_LENGTH}[²³]|(?<!\d)10{_SMALL}+|(?<=\d)\s*{_SMALL}+(?=\s*[.,]?\d)"
    rf"|(?P<other>{_SMALL}+(?:\s?[.,;]\s?{_SMALL}+)*)",
    re.IGNORECASE,
)
_ONE_MARK = rf"⁽?[{RAISED_DIGITS}]{{0,2}}⁾?"
_MARKS = re.compile(rf"{_ONE_MARK}(?:\s?[,;]\s?{_ONE_MARK})*")
#: What a mark of a note is glued to, and where it would rather be a decimal.
_MARKED = re.compile(r"[\w)\]%”’»][\"'.,;!?…]{0,3}$")
_DECIMAL = re.compile(r"\d[.,]$")
_GLUING = re.compile(r"\w$")
_NEW_SENTENCE = re.compile(r"\s+[^\W\d_]")
_PLAIN = {
    **dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
    **dict.fromkeys((*range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " "),
    0x2212: "-",
}


def _without_mark(found: re.Match[str]) -> str:
    """What stands for a raised figure: nothing for the mark of a note.

    A mark has one or two digits and is glued to what it belongs to. What may be a part of a figure
    stays raised, so that no figure is read there; what is a whole one becomes a plain figure.
    """
    raised = found["other"]
    if raised is None:
        return found[0]
    text, end = found.string, found.end()
    before = text[max(0, found.start() - 5) : found.start()]
    has_unit = _unit(text, end) is not None
    is_decimal = _DECIMAL.search(before) is not None
    if _MARKS.fullmatch(raised):
        behind = _NEW_SENTENCE.match(text, end)
        if is_decimal and before[-1] == "." and behind and behind[0][-1].isupper():
            is_decimal = has_unit
        return "" if _MARKED.search(before) and not is_decimal else raised
    is_whole = not (is_decimal or _GLUING.search(before)) and (before != "" or has_unit)
    return raised.translate(_LOWERED) if is_whole else raised


def clean_text(text: str) -> str:
    """Text in NFC, without marks of notes and with plain signs; length may change."""
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN)
    plain = _EXPONENT.sub(r"\1\2", re.sub(r"</sup>\s*<sup>", "", plain))
    plain = _SUPERSCRIPT.sub(lambda found: found[1].translate(_RAISED), plain)
    plain = _RAISED_FIGURE.sub(_without_mark, plain)
    plain = _RAISING.sub("", plain)
    return _TORN_OFF.sub(lambda found: re.sub(r"\s", "", found[0]), plain)


def _number(text: str, start: int) -> _Number | None:
    found = _NUMERAL.match(text, start)
    read = read_numeral(found.group()) if found else None
    if found is None or read is None:
        return None
    scale = _SCALE.match(text, found.end())
    # "triệu đồng" is a unit of its own, "nghìn tấn" a scale and a unit.
    if scale is None or _unit(text, found.end()) is not None:
        return _Number(read[0], None, read[1], found.end())
    return _Number(read[0], _SCALES[scale[1].lower()], read[1], scale.end())


def _unit(text: str, start: int) -> tuple[str, int] | None:
    gap = _GAP.match(text, start)
    return match_unit(text, gap.end() if gap else start)


def _is_torn(text: str, start: int, before: str) -> bool:
    """Whether a numeral may be the rest of another one, behind a mark and a gap."""
    found = _TORN.search(before)
    if found is None or (start <= _NEAR and _ITEM.fullmatch(before)):
        return False
    if found[1] == ".":
        return bool(re.match(r"\d{3}(?!\d)", text[start : start + 4]))
    numeral = _NUMERAL.match(text, start)
    is_whole = numeral is not None and _WHOLE.fullmatch(numeral[0])
    return not is_whole and _NUMBERED.search(before) is None


def _is_date_or_number(text: str, start: int, number: _Number) -> bool:
    before = text[max(0, start - _NEAR) : start]
    if _INSIDE.search(before) or _REST.match(text, start) or _is_torn(text, start, before):
        return True
    # "Điều 5", "dự án 1"; but "điều 180.000 ha" are cashews.
    if number.value < _FEWEST_NOT_COUNTED and _COUNTED.search(before):
        return True
    is_year = number.value in range(1900, 2101) and number.end - start == 4
    return is_year and bool(_YEARLY.search(before))


def _core(text: str, start: int) -> tuple[list[_Number], str | None, int]:
    """Numerals, unit and end of what begins at a place; no unit where it is no quantity."""
    first = _number(text, start)
    if first is None:
        found = _NUMERAL.match(text, start)
        return [], None, found.end() if found else start + 1
    if _is_date_or_number(text, start, first):
        return [], None, first.end
    unit = _unit(text, first.end)
    connector = _CONNECTOR.match(text, unit[1] if unit else first.end)
    second = _number(text, connector.end()) if connector else None
    if second is not None:
        shared = _unit(text, second.end)
        if shared is not None and unit is not None and shared[0].startswith(unit[0] + "/"):
            unit = (shared[0], unit[1])  # 10% - 12%/năm
        if shared is not None and (unit is None or unit[0] == shared[0]):
            return [first, second], shared[0], shared[1]
    if unit is None:
        return [first], None, first.end
    return [first], unit[0], unit[1]


def _bounded(numbers: list[_Number], words: BoundWords, *, keeps: bool) -> Quantity:
    doubtful = any(number.doubtful for number in numbers)
    if len(numbers) == 2:
        first, second = numbers
        ends = (first.scaled(second.scale), second.scaled(None))
        return Quantity("range", *ends, unit="", words=words.words, doubtful=doubtful)
    figure = numbers[0].scaled(None)
    bound: Bound = "maintain" if keeps else "exact"
    if words.about:
        bound = "about"
    if words.ceiling:
        bound = "at_most"
    if words.floor:
        bound = "at_least"
    return Quantity(
        bound,
        None if bound == "at_most" else figure,
        None if bound == "at_least" else figure,
        unit="",
        words=words.words,
        doubtful=doubtful,
    )


def _scan(text: str) -> Iterator[Quantity]:
    place = 0
    while found := _DIGIT.search(text, place):
        start = found.start()
        numbers, unit, end = _core(text, start)
        place = max(end, start + 1)
        if unit is None:
            continue
        before = text[max(0, start - _FAR) : start]
        words = read_bound_words(before[-_NEAR:], text[end : end + _NEAR])
        quantity = _bounded(numbers, words, keeps=keeps_level(before))
        opened = before.count("(") - before.count(")")
        yield replace(
            quantity,
            unit=unit,
            per_year=unit.endswith("/year") or is_per_year(before),
            aside=opened > 0,
            start=start,
            end=end,
        )


def count_quantities(text: str, most: int) -> int:
    """Quantities of a text, of which it is enough to know that there are ``most``."""
    return sum(1 for _ in islice(_scan(text), most))


def find_quantities(text: str) -> list[Quantity]:
    """Find all quantities of a text."""
    found: list[Quantity] = []
    for quantity in _scan(text):
        if found and _are_ends(text, found[-1], quantity):
            found[-1] = _between_ends(found[-1], quantity)
            continue
        joined = found and _shares_bound(text, found[-1], quantity)
        found.append(_bound_like(quantity, found[-1]) if joined else quantity)
    return found


def _are_ends(text: str, first: Quantity, second: Quantity) -> bool:
    """Whether two figures are the floor and the ceiling of one thing, with nothing between."""
    if {first.bound, second.bound} != {"at_least", "at_most"} or first.unit != second.unit:
        return False
    between = text[first.end : second.start]
    ends = _BOTH_ENDS.match(between)
    rest = between[ends.end() if ends else 0 :]
    low, high = first.low or second.low or 0.0, first.high or second.high or 0.0
    return is_of_bounds(rest) and low <= high


def _between_ends(first: Quantity, second: Quantity) -> Quantity:
    low = first.low if first.bound == "at_least" else second.low
    high = first.high if first.bound == "at_most" else second.high
    return replace(
        first,
        bound="range",
        low=low,
        high=high,
        words=(*first.words, *second.words),
        doubtful=first.doubtful or second.doubtful,
        end=second.end,
    )


def _shares_bound(text: str, first: Quantity, second: Quantity) -> bool:
    """Whether one word binds two figures: "ít nhất 20 sản phẩm 4 sao và 1 sản phẩm 5 sao"."""
    between = text[first.end : second.start]
    return (
        first.bound in ("at_least", "at_most")
        and second.bound == "exact"
        and first.unit == second.unit
        and bool(re.search(r"\svà\s+$", between))
        and not re.search(r"[,;.:(]", between)
    )


def _bound_like(quantity: Quantity, other: Quantity) -> Quantity:
    low, high = quantity.low, quantity.high
    if other.bound == "at_least":
        return replace(quantity, bound="at_least", high=None, low=low, words=other.words)
    return replace(quantity, bound="at_most", low=None, high=high, words=other.words)


def parse_quantity(text: str) -> Quantity:
    """Read the one quantity of a short text; what stands in parentheses is left aside.

    Parameters
    ----------
    text : str
        For instance ``"trên 3.000ha"`` or ``"6.000 - 8.000 ha (bình quân mỗi năm 1.200 ha)"``.

    Returns
    -------
    Quantity
        The quantity.

    Raises
    ------
    InputError
        The text states none, or several.

    Examples
    --------
    >>> quantity = parse_quantity("khoảng 55.000 - 56.000 ha")
    >>> quantity.bound, quantity.low, quantity.high, quantity.words
    ('range', 55000.0, 56000.0, ('khoảng',))
    """
    found = find_quantities(clean_text(text))
    outside = [quantity for quantity in found if not quantity.aside] or found
    if len(outside) != 1:
        raise InputError("zones.plan.extract.one_quantity_expected", count=len(outside), text=text)
    return outside[0]
