"""Lists of communes in a document, and which of them say where a zone lies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from layers.communes.name_lists import NameList, read_name_list
from zones.plan.extract.outline import Paragraph
from zones.plan.extract.sentences import CAPITAL, sentence_bounds

__all__ = ["PlaceList", "find_place_lists"]

_OPENING = re.compile(
    rf"(?<!UBND )(?:các\s+)?(?:xã(?:\s*,\s*phường)?|phường|thị trấn)\s*:?\s*(?={CAPITAL})"
    r"|các\s+xã\s*,?\s*(?:và\s+)?phường\s+trên\s+(?:phạm vi|địa bàn)\s+(?:toàn\s+)?tỉnh",
)
_ZONE = re.compile(
    r"(?:vùng|khu vực)\s+(?:\w+\s+){0,8}?(?:tập trung|trọng điểm|chuyên canh|quy hoạch)|"
    r"vùng\s+(?:sản xuất|trồng|nguyên liệu)|(?:bố trí|quy mô|phân bố)[^.]{0,60}tại",
    re.IGNORECASE,
)
#: Labels of a paragraph whose places are those of mills and markets, not of fields.
_NOT_ZONE = re.compile(
    r"chế biến|tiêu thụ|thương hiệu|nhãn hiệu|giải pháp|tổ chức thực hiện|du lịch", re.IGNORECASE
)
_LEAST_KNOWN = 0.5


@dataclass(frozen=True, slots=True)
class PlaceList:
    """A list of communes in a paragraph.

    Parameters
    ----------
    names : NameList
        The communes.
    is_zone : bool
        The list says where a zone lies.
    line : int
        Line of the document where it begins.
    start : int
        Where it begins in its paragraph.
    """

    names: NameList
    is_zone: bool
    line: int
    start: int


def _label(text: str) -> str:
    """Words before the first colon, the heading of an item."""
    label, colon, _ = text.partition(":")
    return label if colon and len(label) < 90 else ""


def _is_zone(text: str, start: int) -> bool:
    label = _label(text)
    begin, _ = sentence_bounds(text, start)
    said = text[begin:start]
    if _NOT_ZONE.search(label):
        return False
    return bool(_ZONE.search(said) or (label and _ZONE.search(label)))


def _read(paragraph: Paragraph, *, province: str, on: str) -> PlaceList | None:
    found = _OPENING.search(paragraph.text)
    if found is None:
        return None
    begin, _ = sentence_bounds(paragraph.text, found.start())
    names = read_name_list(paragraph.text[max(begin, found.start()) :], province=province, on=on)
    known, strange = len(names.matches), len(names.unresolved)
    if not names.whole_province and (not known or known < _LEAST_KNOWN * (known + strange)):
        return None
    start = found.start()
    return PlaceList(names, _is_zone(paragraph.text, start), paragraph.line_at(start), start)


def find_place_lists(
    paragraphs: Sequence[Paragraph], *, province: str, on: str
) -> dict[int, PlaceList]:
    """Find the lists of communes of a document."""
    found: dict[int, PlaceList] = {}
    for place, paragraph in enumerate(paragraphs):
        places = _read(paragraph, province=province, on=on)
        if places is not None:
            found[place] = places
    return found
