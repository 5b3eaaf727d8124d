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
from zones.plan.extract.crop_names import crops_named, other_crop, without_crops
from zones.plan.extract.quantity import Quantity, find_quantities
from zones.plan.extract.sentences import NAME_LIST, content, sentence_bounds

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
#: "cà phê (200 ha) ở các xã A, B, hồ tiêu (100 ha)": what stands right before its parentheses.
_ASIDE_TO_ASIDE = re.compile(
    r"\s*(?P<first>\)[^()]*)(?:[,;.]|\svà)\s(?P<own>[^(),;.]*)\(\s*", re.DOTALL
)
_OPENS = re.compile(r"\s*(?:[,;:.…()]|và\s|trong đó|riêng)", re.IGNORECASE)
_CLOSES = re.compile(r"(?:[,;:(]|\svà|trong đó:?|gồm:?|cụ thể:?|riêng)\s*$", re.IGNORECASE)
_SHARED = re.compile(r"\s*(?:,|và|;)\s*(?:và\s*)?")
_RESPECTIVELY = re.compile(r"lần lượt|tương ứng", re.IGNORECASE)
_ASIDE_WORDS = re.compile(r"\([^()]*\)|^[^()]*\)")
_SEGMENT = re.compile(r"[,;:(\[\n–]|\s-\s|[.…](?=\s|$)")
#: Words before the places of something: those that say that it lies there, and what it is, how it
#: is grown and by when. Nothing that another verb says ("kiêng", "né", "học tập") is one of them.
_AT = (
    "tại|ở|thuộc|trên|trong|qua|đối với|địa bàn|phạm vi|khu vực|địa điểm|vị trí|nơi|gồm|bao gồm|là"
    "|như|sau|sau đây|như sau|dưới đây|cụ thể|tập trung|phân bố|bố trí|chủ yếu|trọng điểm|trọng tâm"
    "|nòng cốt|phân bổ|địa giới|nằm|trải dài|trải rộng|trải đều|rải rác|dọc|ven"
)
_BESIDE = (
    "một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|xã khác|nơi khác|thêm|vùng|phía|bắc|nam|đông|tây|tỉnh"
    "|miền núi|biên giới|trung du|ven biển|ven sông|thấp|sâu|xa|với|của|cho|và|các|những|một số|xã"
    "|phường|thị trấn|đặc khu|huyện|thị xã|thành phố|quận|cũ|trước sắp xếp|này|đó|quy hoạch|trồng"
    "|trồng mới|trồng xen|trồng thay thế|tái canh|cải tạo|gieo trồng|phát triển|mở rộng|hình thành"
    "|xây dựng|sản xuất|canh tác|thâm canh|kinh doanh|chuyên canh|thực hiện|triển khai|duy trì|giữ"
    "|giữ vững|ổn định|được|có|đạt|phần lớn|nhiều|nhất|chính|phấn đấu|dự kiến|tiếp tục|trong đó"
    "|riêng|còn|khoảng|để|sẽ|diện tích|quy mô|nguyên liệu|hàng hóa|hàng hoá|tổng|cây|rừng|đất|vườn"
    "|đồi|cánh đồng lớn|cánh đồng mẫu|lõi|đều|xen|lúa nếp|lúa thơm|giống|ha|hữu cơ|an toàn"
    "|chất lượng|cao|đặc sản|bản địa|bền vững|gỗ lớn|gỗ nhỏ|sinh thái|chứng chỉ|tiêu chuẩn|vietgap"
    "|gap|globalgap|fsc|công nghệ|ứng dụng|dưới|tán|ăn quả|công nghiệp|lâu năm|hằng năm|hàng năm"
    "|mỗi năm|kém hiệu quả|năm|đến|vào|cuối|hết|giai đoạn|trở lên|trở xuống"
)
#: What is done at places, and grows nothing: no list of a crop's.
_APART = (
    "bảo vệ|khoanh nuôi|chăm sóc|phòng hộ|đặc dụng|tự nhiên|nuôi|nuôi trồng|chăn nuôi|đàn|mặt nước"
    "|thủy sản|thuỷ sản|lồng bè|lồng|ong|mật|trâu|bò|lợn|dê|ngựa|gia súc|gia cầm"
)
#: Stands for the crop of a list that is of something else.
NO_CROP = "-"


def _words(*options: str) -> re.Pattern[str]:
    longest = sorted("|".join(options).split("|"), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)}|\d+)(?!\w)", re.IGNORECASE)


_SAYS_WHERE = _words(_AT)
_LEADS = _words(_AT, _BESIDE, _APART)
_NO_CROPS = re.compile(rf"(?<!\w)(?:{_APART})(?!\w)", re.IGNORECASE)
#: "Giảm diện tích sắn tại các xã A, B còn 3.000 ha": the verb opens its sentence.
_SHRINKS = re.compile(r"^(?:Giảm|Cắt giảm|Thu hẹp)(?:\s+dần)?(?=\s)")
_KINDS_BEHIND = re.compile(r"(?:(?<!\w)(?:các|những|xã|phường|đặc khu)(?!\w)\W*)+$", re.IGNORECASE)
_CROP_AHEAD = re.compile(
    r"(?:(?:trong đó|riêng|còn|đối với|vùng|cây|diện tích|trồng|phát triển)\s+)*", re.IGNORECASE
)
#: "vùng sâm nam tập trung tại": what a zone is called may be anything.
_ZONE_LEADS = re.compile(
    r"(?:(?:phát triển|xây dựng|hình thành|duy trì|mở rộng)\s+)?(?:vùng|khu vực|diện tích)\s"
    r"(?:\S+\s+){0,8}?(?:tập trung|phân bố|bố trí|trọng điểm)\s+(?:\S+\s+){0,3}?"
    r"(?:tại|ở|trên|thuộc|gồm)(?!\w).*",
    re.IGNORECASE | re.DOTALL,
)
_PROPER = re.compile(rf"(?<=\w\s){CAPITAL}\w*")


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
    own = _ASIDE_TO_ASIDE.fullmatch(text)
    if own and crops_named(own["own"]):
        return own["first"], own["own"], False
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


#: Words before a colon, short as a heading is.
_LABEL = re.compile(r"(?:^|(?<=[;:(]))(?P<label>[^;:()]{2,90}):(?=\s)")


def crop_label(text: str, place: int) -> tuple[str, int]:
    """Heading of a crop before a colon, and its place: in a figure's sentence, else opening all."""
    begin = max(sentence_bounds(text, place)[0], place - _FAR)
    opening = _LABEL.match(_without_asides(text[: min(begin, _FAR)]))
    labels = [(opening["label"], 0)] if opening else []
    sentence = _without_asides(text[begin:place])
    labels += [(one["label"], begin + one.start()) for one in _LABEL.finditer(sentence)]
    said = (one for one in reversed(labels) if crops_named(one[0]) and not find_quantities(one[0]))
    return next(said, ("", 0))


def _without_asides(text: str) -> str:
    return _CLOSED_ASIDE.sub(lambda found: " " * len(found[0]), text)


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


def are_plain(words: str) -> bool:
    """Whether words say no more than what grows or is done at places, how and by when."""
    plain = _PROPER.sub(lambda name: name[0] if name[0].isupper() else " ", words)
    return not re.search(r"\w", _LEADS.sub(" ", without_crops(plain)))


def _lead(words: str) -> str:
    """Words before a list: the last part between signs that is not empty."""
    parts = [part.strip() for part in _SEGMENT.split(_ASIDE_WORDS.sub(" ", words))]
    return next((plain for one in reversed(parts) if (plain := _KINDS_BEHIND.sub("", one))), "")


#: What a crop is called behind its figure: "1.200 ha quế giống địa phương tại". Of more words none
#: can say whether they are a name.
_MOST_EPITHETS = 3


def _is_called(words: str) -> bool:
    """Whether words right behind a figure are a crop with its epithets, up to a word of place."""
    crops, said = crops_named(words), list(_SAYS_WHERE.finditer(words))
    if not (crops and said) or crops[0][1] or words[said[-1].end() :].strip():
        return False
    epithets = words[crops[0][2] : said[0].start()].split()
    return len(epithets) <= _MOST_EPITHETS and are_plain(words[said[0].start() :])


def leads_to_places(words: str) -> bool:
    """Whether words before a list of communes lead to where something lies or is done.

    In "30.000 ha, kiêng xã A" the communes are not those of the figure, whatever "kiêng" may mean.
    """
    lead = _lead(words)
    if _ZONE_LEADS.match(lead):
        return True
    lead = _SHRINKS.sub("", lead)
    if lead.lower().strip() in ("trong đó", "riêng", "còn") or _RESPECTIVELY.search(lead):
        return False
    return are_plain(lead) or (words.strip().startswith(lead) and _is_called(lead))


def says_where(words: str) -> bool:
    """Whether the words before a list have one that only places follow: "tại", "gồm"."""
    return bool(_SAYS_WHERE.search(_lead(words)))


def crop_of_lead(words: str, *, of_figure: bool) -> str:
    """Crop that the words before a list begin with: "riêng cà phê tập trung tại".

    ``NO_CROP`` where they are of something else: "chăn nuôi bò tại". ``of_figure``: the words stand
    behind a figure, so that those that no sign parts from it are its own.
    """
    lead = _lead(words)
    if of_figure and words.strip().startswith(lead):
        return ""
    begin, named = _CROP_AHEAD.match(lead), crops_named(lead)
    if not named and (other := other_crop("", lead[begin.end() if begin else 0 :])):
        return other.lower()  # as written: it has no id
    if not named and _NO_CROPS.search(lead):
        return NO_CROP
    return named[0][0] if named and begin and named[0][1] == begin.end() else ""
