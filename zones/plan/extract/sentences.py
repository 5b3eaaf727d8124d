"""Sentences of a paragraph, lists of names in them, and words that say nothing of their own."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from layers.communes.spelling import CAPITAL

_NAME = rf"{CAPITAL}\w*(?:\s\w+){{0,3}}"
#: Three names and more, one behind the other: a list of places, not a thing.
NAME_LIST = re.compile(rf"(?:{_NAME}\s*,\s*){{2,}}{_NAME}")

_SENTENCE_END = re.compile(r"(?:\.{3}|…|[.!?])(?:\s+(?=[^\W\d_]|[-–(\"“])|$)")


def sentence_bounds(text: str, place: int) -> tuple[int, int]:
    """Where the sentence round a place of a text begins and ends."""
    ends = _ends(text)
    index = bisect_right(ends, place, key=lambda pair: pair[1])
    begin = ends[index - 1][1] if index else 0
    # A place inside the signs that end a sentence belongs to that sentence.
    following = (end for start, end in ends[index:] if start >= place)
    return begin, next(following, len(text))


@lru_cache(maxsize=256)
def _ends(text: str) -> tuple[tuple[int, int], ...]:
    """Where the signs that end a sentence begin and end."""
    return tuple(
        found.span()
        for found in _SENTENCE_END.finditer(text)
        if not text[found.end() : found.end() + 1].islower()
    )


#: Words that carry no thing of their own.
_EMPTY = re.compile(
    r"(?<!\w)(?:với|có|đạt|được|là|từ|và|trong đó|bình quân|trung bình|mỗi|hàng|hằng|năm|khoảng|"
    r"trên|dưới|ít nhất|tối thiểu|không quá|diện tích|quy mô|phấn đấu|dự kiến|đến|còn|thêm|các|"
    r"những|của|tăng|giảm|xây dựng|toàn tỉnh|tổng|số|chiếm|lên|đó|này|duy trì|phát triển|ổn định|"
    r"xuống|giữ|giữ vững|hết|vào|tối đa|đặc sản|tập trung|\d+)"
    r"(?!\w)|[^\w\s]",
    re.IGNORECASE,
)
#: What a figure measures without saying of what: it is that of the figure before.
_GENERIC = re.compile(
    r"(?<!\w)(?:sản lượng|năng suất|cả năm|cả giai đoạn|lũy kế|luỹ kế|thực hiện|hoàn thành|ước|"
    r"riêng|vụ|mùa|đông|xuân|hè thu|chiêm|tháng|cuối|đầu|cộng|tương ứng|gồm|cụ thể|nâng|đưa|tính|"
    r"trồng|lần lượt|kế hoạch|mục tiêu|giao|thu hoạch|cho|kinh doanh|giai đoạn|20\d\d)(?!\w)",
    re.IGNORECASE,
)


def content(text: str) -> str:
    """What a phrase says of its own."""
    return " ".join(_EMPTY.sub(" ", text).split())


def names_nothing(text: str) -> bool:
    """Whether a phrase leaves open what it measures: "sản lượng cả năm đạt"."""
    return not content(_GENERIC.sub(" ", text))
