"""What a figure is in its sentence: a level to reach, a change, a comparison, a state, a base.

Only a level is a target. "Tăng 350 ha so với năm 2025" tells how far a level lies from another one,
"bằng 105% kế hoạch" compares, "hiện có 3.000 ha" is the present, "từ 3.000 ha" in "từ 3.000 ha lên
5.500 ha" is where the way begins.
"""

from __future__ import annotations

import re
from typing import Literal

Role = Literal["level", "change", "comparison", "present", "base"]

_FILL = (
    r"(?:\s+(?:thêm|kế hoạch|chỉ tiêu|mục tiêu|KH|giao|được giao|đề ra|khoảng|trên|hơn|gần|ít nhất|"
    r"tối thiểu|bình quân|trung bình|mỗi năm|hàng năm|hằng năm|ước|từ|so với [^,;():.]{1,40}))*"
)
_CHANGES = re.compile(
    r"(?<!\w)(?:(?<!không )(?:vượt|(?:cao|thấp|nhiều|ít|lớn|nhỏ) hơn)|tăng|giảm|mở rộng thêm|"
    rf"thu hẹp|hụt|(?:phá|chặt|xóa|xoá|loại|nhổ) bỏ|thanh lý)(?!\w){_FILL}\s*$",
    re.IGNORECASE,
)
#: "phấn đấu tăng đàn lợn thêm 3%": the verb and its "thêm" stand apart.
_GROWS_BY = re.compile(r"(?<!\w)(?:tăng|mở rộng|giảm)\s[^,;:.()]*\sthêm\s*$", re.IGNORECASE)
_SIGNED = re.compile(r"(?:\(|:|\s)\+\s*$")
_OF_PLAN = re.compile(
    r"\s*(?:so\s+(?:với\s+)?)?(?:KH|kế hoạch|chỉ tiêu|cùng kỳ|dự toán|năm trước|"
    r"năm\s+20\d\d)(?!\w)",
    re.IGNORECASE,
)
_COMPARES = re.compile(r"(?:^|[\s,(])(?:bằng|đạt|chiếm)\s+(?:khoảng\s+|trên\s+)?$", re.IGNORECASE)
_STATE = re.compile(
    r"(?<!\w)(?:hiện có|hiện nay|hiện tại|hiện trạng|thực trạng|hiện đã|đến nay|"
    r"thời điểm hiện)(?!\w)",
    re.IGNORECASE,
)
_AIMS = re.compile(
    r"(?<!\w)(?:phấn đấu|mục tiêu|duy trì|giữ|nâng|mở rộng|phát triển|bảo vệ|đến năm|tăng)(?!\w)",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?<!\w)(?:từ|mức)\s+(?:khoảng\s+|trên\s+|gần\s+|mức\s+|chỗ\s+)?$", re.IGNORECASE
)
_WHEN = (
    r"(?:\([^()]{0,40}\)|(?:(?:năm|vào năm|của năm|trong năm)\s+20\d\d|hiện nay|hiện có|hiện tại)"
    r"(?!\w))"
)
#: "lên"; "năm 2025 đến năm 2030 đạt": from one year to another, unlike the ends of a range.
_TO = re.compile(
    rf"\s*{_WHEN}?,?\s*(?:(?:tăng|nâng|mở rộng|giảm)\s+)?(?:lên|xuống|còn)(?!\w)"
    rf"|\s*{_WHEN},?\s*(?:đến|tới|đạt)(?!\w)"
    r"|\s*(?:đến|tới)\s+(?:hết\s+|cuối\s+)?năm\s+20\d\d,?\s+(?:đạt|có|là|lên|khoảng|\d)",
    re.IGNORECASE,
)
_PART = re.compile(r"[;.](?=\s)|\d\s*(?:ha|con|tấn|%|m3|cây)\s*,")


#: "Chuyển 1.500 ha đất lúa sang nuôi tôm": what one thing gives up to another.
_GIVES = re.compile(r"(?<!\w)chuyển(?: đổi)?(?:\s+(?:khoảng|trên|hơn|gần))?\s*$", re.IGNORECASE)
_TAKES = re.compile(r"[^;.()]*\ssang\s", re.IGNORECASE)


def role_of(before: str, after: str, unit: str) -> Role:
    """Role of a figure between the text before and the text after it.

    ``before`` begins with its sentence, or with the figure before.
    """
    if _FROM.search(before) and _TO.match(after):
        return "base"
    if _CHANGES.search(before) or _GROWS_BY.search(before) or _SIGNED.search(before):
        return "change"
    if _GIVES.search(before) and _TAKES.match(after):
        return "change"
    rate = unit.removesuffix("/year") in ("%", "times")
    if rate and _OF_PLAN.match(after) and _COMPARES.search(before):
        return "comparison"
    own = _PART.split(_TO.sub("", before, count=1) if _TO.match(before) else before)[-1]
    if _STATE.search(own) and not _AIMS.search(own):
        return "present"
    return "level"
