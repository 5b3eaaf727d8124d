"""Words of a sentence that take communes out: "các xã trong tỉnh, trừ các xã A, B".

Words of exclusion are found whatever stands behind them: what is taken out is never a list, and a
form that is not known here is told, not followed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from layers.communes.gazetteer import communes_on
from layers.communes.spelling import CAPITAL

_KINDS = r"(?:(?<!thị )xã(?!\s+hội)|phường|thị trấn|đặc khu)"
_OLD_UNITS = r"(?:huyện|thị xã|thành phố|quận|TP\.?|TX\.?)"
_DONE = (
    r"(?:phát triển|trồng|mở rộng|mở mới|bố trí|quy hoạch|thực hiện|triển khai|sản xuất"
    r"|canh tác|nuôi|áp dụng)"
)
_FEW_WORDS = r"(?P<{}>(?:\s+[^\W\d_]+){{0,4}}?)\s+(?:tại|ở|trên|trong|đối với)"
_WORDS = re.compile(
    r"(?<!\w)(?:(?P<beyond>(?<!nước )(?<!bên )(?<!và )(?<!phía )ngoài)"
    r"|(?P<takes>(?:ngoại\s+|loại\s+)?(?<!diệt )(?<!phòng )(?<!khấu )(?<!giảm )(?<!bài )"
    r"(?<!miễn )(?<!bù )(?<!đối )trừ(?:\s+ra)?)"
    r"|(?P<counts>(?:không|chưa)\s+(?:bao\s+gồm|gồm|kể|tính)(?:\s+(?:đến|tới|cả|có|thêm))?)"
    r"|(?:không|(?<!không )(?:ngừng|dừng)|chấm dứt|cấm)\s+"
    r"(?:(?:được|tiếp tục|khuyến khích|nên|cho phép|đầu tư)\s+)*"
    rf"{_DONE}{_FEW_WORDS.format('what')}"
    rf"|(?P<leaves>(?:(?:không|chưa)\s+(?:thuộc|nằm\s+trong|có|chọn|đưa|lấy|xét|cần)"
    r"|(?:gạt|loại|bỏ|bớt|miễn|tránh|chừa|rút|để\s+lại)(?:\s+(?:bỏ|ra|đi|khỏi))?)"
    rf"(?=\s+(?:(?:các|những|hai|ba|\d+)\s+)?{_KINDS}\s*:?\s+(?-i:{CAPITAL})))"
    rf"|(?P<drops>loại\s+bỏ|x[oó][áa]\s+bỏ)(?:{_FEW_WORDS.format('dropped')})?"
    rf"|(?P<limit>(?:hạn chế\s+{_DONE}|thu hẹp|cắt giảm|giảm(?: dần| bớt)? (?:diện tích|quy mô))"
    rf"{_FEW_WORDS.format('limited')})"
    r")(?!\w)\s*:?\s*",
    re.IGNORECASE,
)
#: "riêng xã A không trồng": the place stands before the words.
_BEFOREHAND = re.compile(
    rf"(?<!\w)(?:riêng|còn|nhưng)\s+(?P<who>(?:(?!\d\s*ha)[^.;:()\n]){{1,200}}?)\s+(?:thì\s+)?(?:không|chưa)\s+"
    rf"(?:được\s+)?{_DONE}(?!\w)(?P<ends>\s*(?=[,;.)]|$))?",
    re.IGNORECASE,
)
#: Behind "trừ" and "ngoài", what is no place.
_NO_PLACE = re.compile(
    r"(?:(?:các|những|một số)\s+)*(?:trường hợp|khi|sâu|bệnh|cỏ|dịch|mối|chuột|chi phí|thuế|nợ"
    r"|ra|nước|tỉnh|trời|gỗ|quốc doanh|ngân sách|nhà nước|công lập|khơi|việc|đồng)(?!\w)",
    re.IGNORECASE,
)
#: A place right behind the words.
_PLACE = re.compile(
    r"(?:(?:các|những|một số|toàn bộ|địa bàn|phạm vi|hai|ba|bốn|năm|phần|diện tích|\d+)\s+)*"
    rf"(?:{_KINDS}|{_OLD_UNITS}|thôn|bản|vùng|khu vực|địa bàn|địa phương|nơi)(?!\w)",
    re.IGNORECASE,
)
#: A commune or a former unit with its name, and a place of any sort.
_NAMED = re.compile(
    rf"(?<!\w)(?i:{_KINDS}|{_OLD_UNITS})\s*:?\s*(?:(?:gồm|như|sau)\s*:?\s*)?(?={CAPITAL})"
)
#: Land and places smaller than a commune. A commune may be called Bản Hồ.
PART = re.compile(
    r"(?<!\w)(?<!xã )(?<!phường )(?:thôn|bản|khối|khóm|tổ|xóm|ấp|làng|buôn|khu|vùng|rừng"
    r"|diện tích|phần|tiểu khu|khoảnh|lô|đất|giáp|ven|hộ|đảo|núi|đồi|hồ|một nửa|nửa)(?!\w)"
)
UNIT = re.compile(rf"(?<!\w)(?i:{_KINDS}|{_OLD_UNITS}|đơn vị|nơi|địa phương)(?!\w)|{CAPITAL}")
_LAND = re.compile(
    rf"(?<!\w)(?i:{_KINDS}|{_OLD_UNITS}|thôn|bản|khu vực|vùng|rừng|đảo|đơn vị|địa phương|nơi)(?!\w)"
)
#: Ends what is taken out, before words that go on with something else ("…, tập trung tại xã C").
#: Words that are not known here belong to what is taken out.
_RESUMES = re.compile(
    r"[,;]\s*(?=(?:và\s+|đồng thời\s+|sẽ\s+)*(?:tập trung|phát triển|trồng|bố trí|mở rộng"
    r"|ưu tiên|chủ yếu|tại|ở|gồm|bao gồm|trong đó|đến|tới|năm|giai đoạn|quy mô|sản lượng"
    r"|năng suất|với|đạt|để|nhằm|phấn đấu|hình thành|xây dựng|khoảng|tổng|đồng thời|duy trì"
    r"|ổn định|thực hiện|nâng|đưa|sang|chuyển|diện tích(?:\s+[^\W\d_]+){0,3}\s+\d|giảm|cắt giảm"
    r"|thu hẹp|hạn chế|trừ|ngoại trừ|không|chưa|loại|ngừng|dừng|cấm|riêng|ngoài)(?!\w))"
    r"|\s(?=(?:mà|nhưng|thì|còn(?!\s+lại))\s)|\n\s*[-+•]|(?<!\b[PXHpxh])(?<!\bT[TPX])\.(?=\s|$)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[()]")
_LEVEL = re.compile(r"\s*(?:còn|xuống)\s+(?:[^\W\d_]+\s+){0,2}\d", re.IGNORECASE)
_UNITS = rf"(?:các\s+)?{_KINDS}"
_ALL = re.compile(
    rf"(?P<kinds>(?:(?:tất cả|toàn bộ|cả)\s+)?{_UNITS}(?:\s*(?:,|và)\s*(?:và\s+)?{_UNITS})*\s+)?"
    r"(?:(?:thuộc|của|trên|trong|ở)\s+)?(?:(?:phạm vi|địa bàn)\s+)?(?P<all>(?:toàn\s+|cả\s+)?tỉnh)"
    r"(?:\s+(?!trừ|ngoại|loại|không|chưa)[^\W\d_]+){0,3}[\s,;(:–-]*$",
    re.IGNORECASE,
)
_LONGEST_ALL = 160
#: Words that leave open how much of a province is meant.
_SOME = re.compile(
    rf"(?<!\w)(?:{_KINDS}|huyện|một số|nhiều|những|phần lớn|đa số|hầu hết|miền|vùng (?:cao|thấp|núi"
    r"|sâu|xa|biên|ven)|phía)(?!\w)",
    re.IGNORECASE,
)
_STATEMENT_ENDS = re.compile(r"[.;:\n]\s|\d\s*ha(?!\w)")
_SENTENCE_BEGINS = re.compile(r"(?:^|[.:;!?\n(+•–-])\s*$")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Words that take communes out of what is said before or behind them."""

    start: int  # where the words begin
    names: int  # where what is taken out begins
    names_end: int  # where it ends
    end: int  # where the passage ends
    aside: bool  # it stands in parentheses
    #: "limit" takes no commune out ("hạn chế mở rộng tại xã A"); "doubtful" may, or count it in
    #: ("ngoài các xã A, B"), or take out a crop alone ("không trồng keo tại xã A").
    kind: Literal["out", "doubtful", "limit"]


def find_exclusions(text: str) -> list[Exclusion]:
    """Passages that take places out, in the order of the text."""
    words = [*_WORDS.finditer(text), *_BEFOREHAND.finditer(text)]
    if not words:
        return []
    passages, found, past = _Passages(text), list[Exclusion](), 0
    for one in sorted(words, key=re.Match.start):
        if one.start() < past or _is_of_a_name(text, one):
            continue
        exclusion = passages.exclusion(one)
        if exclusion is not None:
            found.append(exclusion)
            past = exclusion.end
    return found


def _is_of_a_name(text: str, words: re.Match[str]) -> bool:
    """Whether words of exclusion are part of a name: Trừ Văn Thố, "Đăk Cấm trồng sâm"."""
    start = words.start()
    first = text[start : start + 20].split()[0]
    named = text[max(0, start - 30) : start + 30].casefold()
    if any(name in named and first.casefold() in name.split() for name in _names()):
        return True
    capital = first[0].isupper() and not first.isupper()
    return capital and not _SENTENCE_BEGINS.search(text[max(0, start - 5) : start])


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Names of communes that hold a word of exclusion."""
    words = {"trừ", "cấm", "ngoài", "ngoại", "không", "chưa", "loại", "dừng", "ngừng"}
    names = (unit.name.casefold() for unit in communes_on().values())
    return tuple(sorted({name for name in names if words & set(name.split())}))


class _Passages:
    """Where the passages of a text end that take something out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asides, alone = _parentheses(text)
        inside = _Inside(self.asides)
        stops = [one.start() for one in _RESUMES.finditer(text) if inside.last(one.start()) is None]
        self.stops = sorted([*stops, *alone])
        self.inside = inside
        self.named = [one.start() for one in _NAMED.finditer(text)]
        self.land = [one.start() for one in _LAND.finditer(text)]

    def _has(self, places: list[int], start: int, end: int) -> bool:
        at = bisect_left(places, start)
        return at < len(places) and places[at] < end

    def exclusion(self, words: re.Match[str]) -> Exclusion | None:
        """What words take out; None where they take out no place."""
        said = words.groupdict()
        start, names = words.start(), words.end()
        closes = self.inside.last(start)
        if closes is None:
            at = bisect_left(self.stops, names)
            end = self.stops[at] if at < len(self.stops) else len(self.text)
        else:
            end = max(closes, names)
        aside = closes is not None
        if "who" in said:
            if not _NAMED.search(said["who"]) and not UNIT.match(said["who"]):
                return None
            kind: Literal["out", "doubtful"] = "out" if said["ends"] is not None else "doubtful"
            return Exclusion(start, words.start("who"), words.end("who"), end, aside, kind)
        if not self._is_place(said, start, names, end):
            return None
        doubtful = said["beyond"] or said["what"] or said["dropped"]
        if said["limit"]:
            if _LEVEL.match(self.text, end):
                return None  # "giảm diện tích sắn tại các xã A, B còn 3.000 ha" says where it is
            return Exclusion(start, names, end, end, aside, "limit")
        return Exclusion(start, names, end, end, aside, "doubtful" if doubtful else "out")

    def _is_place(self, said: dict[str, str | None], start: int, names: int, end: int) -> bool:
        rest = self.text[names : names + 120]
        if said["takes"] or said["beyond"]:
            if _NO_PLACE.match(rest):
                return False
            if said["takes"]:
                return bool(rest.strip())
        if said["counts"]:
            return rest[:1].isupper() or self._has(self.land, names, end)
        # "Ngoài Bình Gia" may be anything, "các xã còn lại ngoài Bình Gia" not.
        of_rest = re.search(r"(?:còn lại|khác)\s$", self.text[max(0, start - 12) : start])
        named = rest[:1].isupper() and (not said["beyond"] or of_rest is not None)
        return named or bool(_PLACE.match(rest)) or self._has(self.named, names, end)


class _Inside:
    """Which parentheses a place stands in."""

    def __init__(self, asides: list[tuple[int, int]]) -> None:
        # The outermost close before the inner: a stack of them as the text goes on.
        self.events: list[tuple[int, int | None]] = []
        stack: list[int] = []
        closing = {close for _, close in asides}
        opening = dict(asides)
        for place in sorted([*opening, *closing]):
            if place in opening:
                stack.append(opening[place])
            else:
                stack.pop()
            self.events.append((place, stack[-1] if stack else None))

    def last(self, place: int) -> int | None:
        """Where the innermost parentheses round a place close."""
        at = bisect_left(self.events, place, key=lambda event: event[0])
        return self.events[at - 1][1] if at else None


def _parentheses(text: str) -> tuple[list[tuple[int, int]], list[int]]:
    """Parentheses with their ends, and those that close alone; what is never closed is none."""
    pairs, alone, stack = list[tuple[int, int]](), list[int](), list[int]()
    for sign in _SIGNS.finditer(text):
        if sign[0] == "(":
            stack.append(sign.start())
        elif stack:
            pairs.append((stack.pop(), sign.start()))
        else:
            alone.append(sign.start())
    return pairs, alone


def ends_with_province(text: str) -> bool:
    """Whether a text ends by naming all communes of the province, not some of them."""
    found = _ALL.search(text, max(0, len(text) - _LONGEST_ALL))
    if found is None:
        return False
    lead = text[: found.start()]
    stops = [stop.end() for stop in _STATEMENT_ENDS.finditer(lead)]
    return not _SOME.search(lead[stops[-1] if stops else 0 :])
