"""Words of a sentence that take communes out: "các xã trong tỉnh, trừ các xã A, B"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KINDS = r"(?:xã(?!\s+hội)|phường|thị trấn|đặc khu)"
_WORDS = re.compile(
    r"(?<!\w)(?:(?P<beyond>ngoài)|(?:ngoại\s+|loại\s+)?"
    r"(?<!diệt )(?<!phòng )(?<!khấu )(?<!giảm )(?<!bài )trừ(?:\s+ra)?"
    r"|(?:không|chưa)\s+(?:bao\s+gồm|gồm|kể|tính)(?:\s+(?:đến|tới|cả|có|thêm))?"
    r"|(?:không|(?<!không )(?:ngừng|dừng)|hạn chế|chấm dứt|cấm)\s+"
    r"(?:(?:được|tiếp tục|khuyến khích|nên|cho phép|đầu tư)\s+)*"
    r"(?:phát triển|trồng|mở rộng|mở mới|bố trí|quy hoạch|thực hiện|triển khai|sản xuất"
    r"|canh tác|nuôi)"
    r"(?:\s+[^\W\d_]+){0,4}?\s+(?:tại|ở|trên|trong)"
    r"|(?:loại bỏ|x[oó][áa] bỏ|thu hẹp|cắt giảm|giảm(?: dần| bớt)? (?:diện tích|quy mô))"
    r"(?:\s+[^\W\d_]+){0,4}?\s+(?:tại|ở|trên|trong))(?!\w)\s*:?\s*",
    re.IGNORECASE,
)
#: What is taken out is a place, not "diện tích trồng xen".
_PLACE = re.compile(
    rf"(?:(?:các|những|một số|toàn bộ|địa bàn|phạm vi)\s+)*(?:\d+\s+)?"
    rf"(?:{_KINDS}|huyện|thôn|bản|vùng|khu vực|địa bàn|địa phương|nơi)(?!\w)",
    re.IGNORECASE,
)
#: Ends what is taken out: a comma before words that name no place ("…, tập trung tại xã C").
_RESUMES = re.compile(
    rf"[,;]\s*(?=(?:và\s+|các\s+|\d+\s+)*(?!(?:và|các|thôn|bản|huyện|vùng|{_KINDS})(?!\w))(?P<next>[^\W\d_]))"
    r"|\s(?=(?:mà|nhưng)\s)|\n\s*[-+•]|(?<!\b[PXHpxh])(?<!\bTT)\.(?=\s|$)|[()]",
    re.IGNORECASE,
)
_UNITS = rf"(?:các\s+)?{_KINDS}"
_ALL = re.compile(
    rf"(?P<kinds>(?:(?:tất cả|toàn bộ|cả)\s+)?{_UNITS}(?:\s*(?:,|và)\s*(?:và\s+)?{_UNITS})*\s+)?"
    r"(?:(?:thuộc|của|trên|trong|ở)\s+)?(?:(?:phạm vi|địa bàn)\s+)?(?P<all>(?:toàn\s+|cả\s+)?tỉnh)"
    r"(?:\s+(?!trừ|ngoại|loại|không|chưa)[^\W\d_]+){0,3}[\s,;(:]*$",
    re.IGNORECASE,
)
#: Words that leave open how much of a province is meant.
_SOME = re.compile(
    rf"(?<!\w)(?:{_KINDS}|huyện|một số|nhiều|những|phần lớn|đa số|hầu hết|miền|vùng (?:cao|thấp|núi"
    r"|sâu|xa|biên|ven)|phía)(?!\w)",
    re.IGNORECASE,
)
_STATEMENT_ENDS = re.compile(r"[.;:\n]\s|\d\s*ha(?!\w)")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Words that take communes out of what is said before or behind them."""

    start: int  # where the words begin
    names: int  # where what is taken out begins
    end: int  # where it ends
    aside: bool  # it stands in parentheses of its own
    #: "Ngoài các xã A, B" takes A and B out or counts them in, as the writer has it.
    doubtful: bool


def find_exclusions(text: str) -> list[Exclusion]:
    """Passages that take places out, in the order of the text."""
    found: list[Exclusion] = []
    for words in _WORDS.finditer(text):
        rest = text[words.end() :]
        # "Ngoài Bình Gia" may be anything, "các xã còn lại ngoài Bình Gia" not.
        of_rest = re.search(r"(?:còn lại|khác)\s$", text[: words.start()])
        named = rest[:1].isupper() and (not words["beyond"] or of_rest is not None)
        if (found and words.start() < found[-1].end) or not (named or _PLACE.match(rest)):
            continue
        before = text[: words.start()]
        aside = before.rfind("(") > before.rfind(")")
        end = _end(text, words.end(), aside=aside)
        found.append(Exclusion(words.start(), words.end(), end, aside, bool(words["beyond"])))
    return found


def _end(text: str, start: int, *, aside: bool) -> int:
    if aside:
        closes = text.find(")", start)
        return closes if closes >= 0 else len(text)
    for stop in _RESUMES.finditer(text, start):
        # Another name goes on with what is taken out: "trừ các xã A, B".
        if stop["next"] and stop["next"].isupper():
            continue
        return stop.start()
    return len(text)


def ends_with_province(text: str) -> bool:
    """Whether a text ends by naming all communes of the province, not some of them."""
    found = _ALL.search(text)
    if found is None:
        return False
    lead = text[: found.start()]
    stops = [stop.end() for stop in _STATEMENT_ENDS.finditer(lead)]
    return not _SOME.search(lead[stops[-1] if stops else 0 :])
