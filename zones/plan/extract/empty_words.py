"""Words that carry no thing of their own, and what a phrase says without them."""

from __future__ import annotations

import re

_EMPTY = re.compile(
    r"(?<!\w)(?:với|có|đạt|được|là|từ|và|trong đó|bình quân|trung bình|mỗi|hàng|hằng|năm|khoảng|"
    r"trên|dưới|ít nhất|tối thiểu|không quá|diện tích|quy mô|phấn đấu|dự kiến|đến|còn|thêm|các|"
    r"những|của|tăng|giảm|xây dựng|toàn tỉnh|tổng|số|chiếm|lên|đó|này|duy trì|phát triển|ổn định|"
    r"giữ|giữ vững|hết|vào|tối đa|đặc sản|tập trung|\d+)"
    r"(?!\w)|[^\w\s]",
    re.IGNORECASE,
)
#: What a figure measures without saying of what: it is that of the figure before.
_GENERIC = re.compile(
    r"(?<!\w)(?:sản lượng|năng suất|cả năm|cả giai đoạn|lũy kế|luỹ kế|thực hiện|hoàn thành|ước|"
    r"riêng|vụ|mùa|đông|xuân|hè thu|chiêm|tháng|cuối|đầu|cộng|tương ứng|gồm|cụ thể|nâng|đưa|tính|"
    r"lần lượt|kế hoạch|mục tiêu|giao|thu hoạch|cho|kinh doanh|giai đoạn|20\d\d)(?!\w)",
    re.IGNORECASE,
)


def content(text: str) -> str:
    """What a phrase says of its own."""
    return " ".join(_EMPTY.sub(" ", text).split())


def names_nothing(text: str) -> bool:
    """Whether a phrase leaves open what it measures: "sản lượng cả năm đạt"."""
    return not content(_GENERIC.sub(" ", text))
