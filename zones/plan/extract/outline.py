"""The outline of a document: paragraphs with the number of the clause they belong to.

Levels are told by their marks (``II.``, ``2.``, ``1.1.``, ``a)``, ``-``) and by counting: a mark
opens a clause only where it continues its level, or begins a new one with I, 1 or a. So a line that
a page break leaves beginning with "1.500 …" is no clause.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from statistics import quantiles

from layers.communes.spelling import CAPITAL

_LETTERS = "abcdđeghiklmnopqrstuvxy"
#: Units above the numbered clauses, outermost first; one of them closes all below.
_UPPER = (
    ("annex", re.compile(r"PHỤ LỤC(?:\s+(?:SỐ\s+)?([IVXLC]+|\d+))?\b\.?:?\s*")),
    ("part", re.compile(r"(?:Phần|PHẦN)\s+(?:thứ\s+|THỨ\s+)?([IVX]+|\d+|\w+)\b\.?:?\s*")),
    ("chapter", re.compile(r"(?:Chương|CHƯƠNG)\s+([IVX]+|\d+)\b\.?:?\s*")),
    ("article", re.compile(r"Điều\s+(\d+)\s*[.:]\s*")),
)
_UPPER_NAMES = {"annex": "PL", "part": "P", "chapter": "C", "article": "Đ"}
_ORDINALS = ("nhất", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười")
_ROMAN = re.compile(r"([IVX]{1,6})[.)]\s*(?=\S)")
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})[.)]?\s+(?=\S)")
_ARABIC = re.compile(r"(\d{1,2})[.)]\s*(?=[^\W\d_]|[“\"(])")
_LETTER = re.compile(rf"([{_LETTERS}fjwz])\)\s*(?=\S)")
_DASH = re.compile(r"[-–•+*]\s*(?=\w|[“\"(])")
_RANGE_BEGUN = re.compile(r"\d\s*$")
_RANGE_ENDS = re.compile(r"[-–]\s*\d")
#: A line ends inside a numeral: "50." above "000 ha".
_TORN = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})*\.?$")
_TORN_OFF = re.compile(r"\.?000(?!\d)")
_FOOTNOTE = re.compile(r"[¹²³⁴⁵⁶⁷⁸⁹]")
_CLOSING = re.compile(r"Nơi nhận\s*:", re.IGNORECASE)
#: Opens the title of a document, whatever stands above it.
_KIND_OF_DOCUMENT = re.compile(r"(?:KẾ HOẠCH|QUYẾT ĐỊNH|NGHỊ QUYẾT|CHƯƠNG TRÌNH|ĐỀ ÁN)(?!\w)")
_FULL_STOP = re.compile(r"[.;:!?…\]/]\s*$")
#: A list whose names stand one below the other, each behind a dash.
_NAMES_FOLLOW = re.compile(
    r"(?:(?<!\w)(?:xã|phường|đặc khu|gồm|như|sau|sau đây|tại|ở|địa bàn)\s*:|[;,])\s*$",
    re.IGNORECASE,
)
_NAME_ALONE = re.compile(
    rf"(?:(?:[Xx]ã|[Pp]hường|[Đđ]ặc khu)\s+)?{CAPITAL}[\w']*(?:[\s-]+(?:{CAPITAL}[\w']*|\d)){{0,5}}"
    r"\s*(?:[;,.…]+|\bv\.v\.*)*"
)
#: How far a count may jump and still be the next of its level: documents skip numbers.
_SKIP = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a document and where it stands."""

    text: str  # its text on one line, without the mark
    #: Number of its clause (``"III.1.3"``, ``"II.2.a"``); None before the first and after the
    #: last.
    clause: str | None
    headings: tuple[str, ...]  # texts that opened the clause and those above it, outermost first
    opens: bool  # whether the paragraph is the one that opens its clause
    is_item: bool  # whether it begins with a dash
    #: For each line: where it begins in ``text``, and its number in the document.
    starts: tuple[tuple[int, int], ...]
    #: The paragraph stands behind the document's end, among recipients and signatures.
    ended: bool = False

    def line_at(self, place: int) -> int:
        """Line of the document in which a place of the text stands."""
        index = bisect_right(self.starts, place, key=lambda pair: pair[0]) - 1
        return self.starts[max(index, 0)][1]


@dataclass(frozen=True, slots=True)
class _Mark:
    style: str
    value: int
    end: int
    prefix: tuple[int, ...] = ()


@dataclass(slots=True)
class _Level:
    style: str
    value: int
    name: str
    prefix: tuple[int, ...] = ()
    heading: str = ""


def _roman_value(text: str) -> int:
    values = {"I": 1, "V": 5, "X": 10}
    total = 0
    for sign, following in zip(text, [*text[1:], "I"], strict=False):
        value = values[sign]
        total += -value if value < values[following] and following != sign else value
    return total


def _upper_value(text: str | None) -> int | None:
    if text is None:
        return 1
    if text.isdigit():
        return int(text)
    if set(text) <= set("IVX"):
        return _roman_value(text)
    return _ORDINALS.index(text.lower()) + 1 if text.lower() in _ORDINALS else None


def _marks(line: str) -> list[_Mark]:
    found: list[_Mark] = []
    for style, pattern in _UPPER:
        upper = pattern.match(line)
        value = _upper_value(upper[1]) if upper else None
        if upper and value is not None:
            found.append(_Mark(style, value, upper.end()))
    if match := _ROMAN.match(line):
        found.append(_Mark("roman", _roman_value(match[1]), match.end()))
    if match := _DECIMAL.match(line):
        *prefix, value = (int(part) for part in match[1].split("."))
        found.append(_Mark(f"decimal{len(prefix)}", value, match.end(), tuple(prefix)))
    if match := _ARABIC.match(line):
        found.append(_Mark("arabic", int(match[1]), match.end()))
    if match := _LETTER.match(line):
        found.append(_Mark("letter", _letter_value(match[1]), match.end()))
    return found


def _letter_value(letter: str) -> int:
    return (_LETTERS.index(letter) if letter in _LETTERS else ord(letter) - ord("a")) + 1


def _continues(value: int, last: int) -> bool:
    return last < value <= last + 1 + _SKIP


class _Outline:
    """Open clauses, outermost first."""

    def __init__(self) -> None:
        self.levels: list[_Level] = []

    def find(self, line: str) -> tuple[_Mark, int] | None:
        """Mark with which a line opens a clause, and how many levels stay open above it."""
        for mark in _marks(line):
            depth = self._depth(mark)
            if depth is not None:
                return mark, depth
        return None

    def open(self, mark: _Mark, depth: int, line: str) -> None:
        """Open a clause, and close those below its level."""
        del self.levels[depth:]
        self.levels.append(_Level(mark.style, mark.value, self._name(mark, line), mark.prefix))

    def _name(self, mark: _Mark, line: str) -> str:
        if mark.style in _UPPER_NAMES:
            return f"{_UPPER_NAMES[mark.style]}{mark.value}"
        if mark.style == "roman":
            return line[: line.index(next(s for s in ".)" if s in line[: mark.end]))]
        if mark.style == "letter":
            return line[0]
        return str(mark.value)

    def _depth(self, mark: _Mark) -> int | None:
        """How many levels stay open above a mark; None where it opens nothing."""
        if mark.prefix:
            return self._decimal_depth(mark)
        if mark.style in _UPPER_NAMES:
            ranks = [style for style, _ in _UPPER]
            above = ranks[: ranks.index(mark.style)]
            return sum(level.style in above for level in self.levels)
        for depth in reversed(range(len(self.levels))):
            level = self.levels[depth]
            if level.style == mark.style and _continues(mark.value, level.value):
                return depth
        if mark.style == "roman" and _continues(mark.value, 0):
            return sum(level.style in _UPPER_NAMES for level in self.levels)
        open_styles = {level.style for level in self.levels}
        # A level may begin past its first mark, which a scan lost, but not begin anew past it.
        if mark.value != 1 and (mark.style in open_styles or not _continues(mark.value, 0)):
            return None
        return len(self.levels)

    def _decimal_depth(self, mark: _Mark) -> int | None:
        """1.2 continues 1.1 or begins below 1; its first numbers must be those that are open."""
        above = "arabic" if len(mark.prefix) == 1 else f"decimal{len(mark.prefix) - 1}"
        for depth in reversed(range(len(self.levels))):
            level = self.levels[depth]
            if level.style == mark.style and level.prefix == mark.prefix:
                return depth if _continues(mark.value, level.value) else None
            if level.style in (above, "roman") and (*level.prefix, level.value) == mark.prefix:
                return depth + 1 if _continues(mark.value, 0) else None
        return None

    @property
    def clause(self) -> str | None:
        return ".".join(level.name for level in self.levels) or None

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(level.heading for level in self.levels)


def _typical_width(lines: tuple[str, ...]) -> float:
    """Width of a full line: in a text broken by hand nearly all lines are as long as the page."""
    lengths = [len(line) for line in lines if len(line) > 20]
    return quantiles(lengths, n=10)[-1] if len(lengths) > 10 else max(lengths, default=0.0)


def _goes_on(previous: str, line: str, width: float) -> bool:
    """Whether a line without a mark continues the one before."""
    first = line[0]
    if _KIND_OF_DOCUMENT.match(line):
        return False
    if first.islower() or (first.isdigit() and not _FULL_STOP.search(previous)):
        return True
    if width > 140:
        return False
    return len(previous) > 0.72 * width and not previous.endswith("./.")


class _Reader:
    """Collects lines into paragraphs."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.outline = _Outline()
        self.paragraphs: list[Paragraph] = []
        self.parts: list[tuple[str, int]] = []
        self.opens = False
        self.is_item = False
        self.closed = False

    def flush(self) -> None:
        if not self.parts:
            return
        starts, text = [], " ".join(part for part, _ in self.parts)
        begins = 0
        for part, number in self.parts:
            starts.append((begins, number))
            begins += len(part) + 1
        if self.opens and self.outline.levels:
            self.outline.levels[-1].heading = text
        self.paragraphs.append(
            Paragraph(
                text=text,
                clause=None if self.closed else self.outline.clause,
                headings=self.outline.headings,
                opens=self.opens,
                is_item=self.is_item,
                starts=tuple(starts),
                ended=self.closed,
            )
        )
        self.parts, self.opens, self.is_item = [], False, False

    def take(self, number: int, line: str) -> None:
        is_continued = bool(self.parts) and not self.closed
        previous = self.parts[-1][0] if self.parts else ""
        dash = _DASH.match(line)
        if is_continued and _RANGE_BEGUN.search(previous) and _RANGE_ENDS.match(line):
            self.parts.append((line, number))  # "từ 30" at the end of a line, "- 40 cơ sở" below
            return
        if is_continued and _TORN.search(previous) and _TORN_OFF.match(line):
            if "." in previous[-1] + line[0]:
                line = previous + line
                number = self.parts.pop()[1]
            self.parts.append((line, number))
            return
        if _CLOSING.match(line):
            self.flush()
            self.closed = True
        elif self.closed and _UPPER[0][1].match(line) and self._reopen(number, line):
            return
        elif dash:
            name = line[dash.end() :]
            if is_continued and _NAMES_FOLLOW.search(previous) and _NAME_ALONE.fullmatch(name):
                self.parts.append((name if name[-1] in ";,.…" else f"{name};", number))
                return
            self.flush()
            self.is_item = True
            self.parts = [(line[dash.end() :], number)]
            return
        elif not self.closed and self._open(number, line):
            return
        elif is_continued and _goes_on(previous, line, self.width) and not _FOOTNOTE.match(line):
            self.parts.append((line, number))
            return
        self.flush()
        self.parts = [(line, number)]

    def _reopen(self, number: int, line: str) -> bool:
        """Begin anew: an annex behind the signatures has an outline of its own."""
        self.flush()
        self.closed = False
        self.outline.levels.clear()
        return self._open(number, line)

    def _open(self, number: int, line: str) -> bool:
        found = self.outline.find(line)
        if found is None:
            return False
        self.flush()
        self.outline.open(*found, line)
        self.opens = True
        self.parts = [(line[found[0].end :], number)]
        return True


def read_outline(lines: tuple[str, ...]) -> list[Paragraph]:
    """Paragraphs of a document with their clauses."""
    reader = _Reader(_typical_width(lines))
    for number, line in enumerate(lines, start=1):
        if line:
            reader.take(number, line)
    reader.flush()
    return reader.paragraphs
