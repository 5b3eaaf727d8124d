"""Lists of communes in a document, and which of them say where a zone lies."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layers.base.messages import message
from layers.communes.exclusions import find_exclusions
from layers.communes.match_result import Match, NoMatch
from layers.communes.matching import match_commune
from layers.communes.name_lists import COMMON, NameList, names_a_commune, read_name_list
from layers.communes.qualifiers import names_whole_province
from layers.communes.spelling import CAPITAL, exact_key
from zones.plan.extract.crop_names import find_crop
from zones.plan.extract.outline import Paragraph
from zones.plan.extract.quantity import Quantity
from zones.plan.extract.segments import are_plain, crop_of_lead, leads_to_places, says_where
from zones.plan.extract.sentences import sentence_bounds

_OPENING = re.compile(
    rf"(?<!UBND )(?:các\s+)?(?:(?<![Tt]hị )xã(?:\s*,\s*phường)?|phường|thị trấn|đặc khu)\s*"
    rf"(?:(?:như|gồm|bao gồm|sau|sau đây|{COMMON})(?!\w)\s*)*:?\s*(?={CAPITAL})"
    rf"|các\s+xã(?:\s+(?!{CAPITAL})\w+){{1,6}}?(?:\s+(?:như|gồm|bao gồm)\s*:?|\s*:)\s*(?={CAPITAL})"
    rf"|(?:[Tt]ập trung|[Pp]hân bố|[Bb]ố trí|[Tt]rồng|[Cc]hủ yếu)(?:\s+\w+){{0,3}}?\s+"
    rf"(?:ở|tại)(?:\s*:)?\s+(?={CAPITAL})|(?<!\w)(?:tại|ở|thuộc|địa bàn)(?:\s*:)?\s+(?={CAPITAL})"
    rf"|(?<!\w)(?:tại|ở|thuộc)(?:\s+(?!{CAPITAL})\w+){{1,5}}?\s+(?:bao )?gồm\s*:?\s*(?={CAPITAL})"
    rf"|(?<=ha)\s*\((?={CAPITAL})"
    r"|các\s+xã\s*,?\s*(?:và\s+)?phường\s+trên\s+(?:phạm vi|địa bàn)\s+(?:toàn\s+)?tỉnh",
)
_ZONE = re.compile(
    r"(?:vùng|khu vực)\s+(?:\w+\s+){0,8}?(?:tập trung|trọng điểm|chuyên canh|quy hoạch)|"
    r"vùng\s+(?:sản xuất|trồng|nguyên liệu)|(?:bố trí|quy mô|phân bố)[^.]{0,60}tại",
    re.IGNORECASE,
)
_LOCATION = re.compile(r"(?:địa bàn|địa điểm|phạm vi|vị trí|phân bố)(?:\s\w+){0,3}", re.IGNORECASE)
#: Labels of a paragraph whose places are those of mills and markets, not of fields.
_NOT_ZONE = re.compile(
    r"chế biến|tiêu thụ|thương hiệu|nhãn hiệu|giải pháp|tổ chức thực hiện|du lịch", re.IGNORECASE
)
_BARE = re.compile(r"(?:tại|ở|thuộc|địa bàn)\W|\s*\(")
_KIND = re.compile(r"xã|phường|thị trấn|đặc khu")
_KIND_AHEAD = re.compile(r"^(?:các\s+)?(?:xã|phường|thị trấn|đặc khu)\s*:?\s+", re.IGNORECASE)
#: "không bố trí trong khu vực dân cư" takes no commune out.
_NAMES_UNITS = re.compile(rf"(?<!\w)(?:xã|phường|thị trấn|đặc khu)(?!\w)|{CAPITAL}")
_KIND_OF_DISTRICT = re.compile(r"^(?:huyện|thị xã|thành phố|quận)\s+", re.IGNORECASE)
_ROW = re.compile(rf"(?:Xã|Phường|Đặc khu)\s+({CAPITAL}[^:;,.|]{{1,30}}):")
#: "xã A 500 ha; xã B 300 ha": the figure of one commune, behind which the list goes on.
_NEXT_COMMUNE = re.compile(rf"\s*[,;]\s*(?:và\s+)?(?:xã|phường)\s+(?={CAPITAL})")
#: "xã A (500 ha)", "phường B có diện tích khoảng 300 ha": a commune right before its figure, and
#: those that follow it ("xã A 500 ha, B 300 ha").
_NAME = rf"(?P<name>{CAPITAL}[\w'’]*(?:\s(?:{CAPITAL}[\w'’]*|\d))*)"
_TO_FIGURE = (
    r"(?:\s*[:(]|\s(?:là|đạt|có|trồng|diện tích|quy mô|khoảng|trên|hơn|ít nhất|tối thiểu|tối đa|"
    r"không quá|dưới)(?!\w))*\s*$"
)
_OWN_COMMUNE = re.compile(rf"(?<!\w)(?:[Xx]ã|[Pp]hường|[Đđ]ặc khu)\s+{_NAME}{_TO_FIGURE}")
_ANOTHER_COMMUNE = re.compile(rf"\s*\)?\s*[,;]?\s*(?:và\s+)?{_NAME}{_TO_FIGURE}")
#: "tại 3 phường: A, B và 02 xã: C, D": the count of communes that are named, no figure of its own.
_COUNT = re.compile(r"(?:xã|phường|thị trấn|đặc khu)$", re.IGNORECASE)
_NAMED_THEN = re.compile(rf"\s*:?\s*(?:(?:như|gồm|bao gồm|là)\s*:?\s*)?(?={CAPITAL})")
_LEAST_KNOWN, _LONGEST_TOLD = 0.5, 80
#: No list of communes is longer: a province has at most 170, of some 12 letters.
_FAR, _NEAR = 4_000, 400
#: No name is longer; what has no sign for as long is no list.
_FIRST_NAME = re.compile(r"[^,;:()./\n–-]{1,160}(?:[,;:()./\n–-]|$|\s(?:và|với|cùng)\s)")
#: Ends a list before its sentence does: what comes behind belongs to something else, as what is
#: said of the communes does ("… và C phấn đấu"). What stands in parentheses is passed over.
_LIST_ENDS = re.compile(
    rf"\([^()]*\)|(?P<end>\)|"
    rf";(?!\s*(?:\.\.|…|v\.?\s?v|(?:và\s+)?(?:các\s+)?(?:\d+\s+)?(?:(?:xã|phường|đặc khu)\s*:?\s+)?"
    rf"{CAPITAL}))"
    rf"|(?<=\w)(?<!\bxã)(?<!\bphường)\s(?=(?:phấn đấu|hình thành|phát triển|trồng|đạt|để|nhằm|sang"
    rf"|xây dựng|duy trì|mở rộng|đến năm|vào năm|có|sẽ|là|còn(?! lại)|xuống|lần lượt)\s))"
    rf"|(?:[,;]|\s(?:và|với|cùng))\s+(?P<lead>(?:(?!{CAPITAL})[^\W\d_]+:?\s+){{1,8}})(?={CAPITAL})"
)


@dataclass(frozen=True, slots=True)
class PlaceList:
    """A list of communes in a paragraph."""

    names: NameList  # the communes
    is_zone: bool  # the list says where a zone lies
    #: The paragraph is about mills, markets or brands, not about where something grows.
    elsewhere: bool
    #: The words round it say that what the paragraph is about lies there. What is only named behind
    #: other words ("kiêng xã A", "nhà máy tại xã B") is told, and no one's list.
    introduced: bool
    #: Crop that the words before the list begin with ("riêng cà phê tập trung tại"), or NO_CROP.
    crop: str
    last: int  # where its last name ends in its paragraph
    paragraph: int  # place of its paragraph
    line: int  # line of the document where it begins
    start: int  # where it begins in its paragraph
    end: int  # where it ends in its paragraph
    #: Figures of different things, as written, any of which it may be of: it is asked, whose it is.
    claims: tuple[str, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether it is known which communes are meant: else its words are told, and no more."""
        return bool(self.names.matches) or self.names.whole_province


def _label(text: str) -> str:
    """Words before the first colon, the heading of an item."""
    label, colon, _ = text.partition(":")
    return label if colon and len(label) < 90 else ""


def _is_zone(text: str, start: int) -> bool:
    label = _label(text)
    begin, _ = sentence_bounds(text, start)
    said = text[begin:start]
    return bool(_ZONE.search(said) or _ZONE.search(label) or _LOCATION.fullmatch(label))


@dataclass(frozen=True, slots=True)
class _Opening:
    """Where a list opens in a paragraph."""

    start: int  # where it begins
    names: int  # behind the words that open it
    led: str = ""  # words that stand for those that open it: "tập trung ở Mai Sơn"


def _read(
    paragraph: Paragraph,
    place: int,
    opening: _Opening,
    floor: int,
    next_: int,
    *,
    province: str,
    on: str,
) -> PlaceList | None:
    """Read the list that opens at a place, up to the next figure; ``floor`` is the end before."""
    text, start = paragraph.text, opening.start
    end = min(next_, len(text), start + _FAR)
    ends = _LIST_ENDS.finditer(text, opening.names, end)
    closed = next((one for one in ends if one["end"] or _begins_another(one["lead"])), None)
    end = closed.start() if closed else end
    listed = opening.led + text[opening.names if opening.led else start : end]
    if opening.led and not (_FIRST_NAME.match(listed) and _begins(listed, province, on)):
        return None
    names = read_name_list(listed, province=province, on=on)
    # Communes of another day are communes: who took them over is asked.
    former = sum(one.reason == "other-time" for one in names.unresolved)
    if opening.led and names.whole_province:
        return None
    known, every = len(names.matches) + former, len(names.matches) + len(names.unresolved)
    refused = any(
        one.reason in ("exclusion", "stretch") and _NAMES_UNITS.search(one.text)
        for one in names.unresolved
    )
    if not (names.whole_province or refused) and (not known or known < _LEAST_KNOWN * every):
        if opening.led or not any(map(names_a_commune, names.unresolved)):
            return None
        names = _not_understood(listed)  # names of another province, or villages: they are told
    elsewhere = bool(_NOT_ZONE.search(_label(text)))
    end = min(end, sentence_bounds(text, start)[1])
    first, last = _names_at(names, text, opening, end)
    sentence = sentence_bounds(text, start)[0]
    lead = text[max(floor, sentence) : first]
    listed_ones = bool(names.matches) and not (names.whole_province or names.rest_of_province)
    introduced = not listed_ones or leads_to_places(lead)
    if introduced and listed_ones and not (names.open or says_where(lead)):
        # "…, xã A, B đứng ngoài vùng": what is said of the communes tells whether they are meant.
        said = [re.split(r"[,;.](?!\d)", text[last:next_])[0]]
        said += [re.sub(rf"{CAPITAL}\w*", "", one.text) for one in names.unresolved]
        introduced = all(map(are_plain, said))
    is_zone = introduced and not elsewhere and _is_zone(text, start)
    line, crop = paragraph.line_at(start), crop_of_lead(lead, of_figure=floor > sentence)
    return PlaceList(
        names, is_zone, elsewhere, introduced, crop, last, place, line, start, end
    )  # fmt: skip


def _begins_another(words: str | None) -> bool:
    """Whether words between two names begin another list: ", kiêng các xã", "và chè tại xã"."""
    return words is not None and (bool(find_crop(words)[0]) or not are_plain(words))


def _names_at(names: NameList, text: str, opening: _Opening, end: int) -> tuple[int, int]:
    """Where the first name of a list begins, and where the last one ends."""
    if names.whole_province or names.rest_of_province or not names.matches:
        return opening.start, end
    written = [_KIND_AHEAD.sub("", one.text) for one in names.matches]
    first = text.find(written[0], opening.start, end)
    found = [(text.rfind(name, opening.start, end), name) for name in written]
    last = max((at + len(name) for at, name in found if at >= 0), default=end)
    return first if first >= 0 else opening.names, last


def _begins(listed: str, province: str, on: str) -> bool:
    """Whether a long text begins like a list: "tại" may open anything, again and again."""
    if len(listed) <= _NEAR:
        return True
    names = read_name_list(listed[:_NEAR], province=province, on=on)
    former = any(one.reason == "other-time" for one in names.unresolved)
    return bool(names.matches) or former


def _not_understood(listed: str) -> NameList:
    passage = listed if len(listed) <= _LONGEST_TOLD else f"{listed[:_LONGEST_TOLD].rstrip()} …"
    why = message("layers.communes.no_name_of_list", item=passage)
    return NameList((), False, unresolved=(NoMatch(passage.strip(" .,;"), "unknown", why),))


def _openings(text: str, figures: Sequence[Quantity]) -> list[_Opening]:
    """Where lists may open; words that take communes out open what stands round them."""
    found, taken = [], find_exclusions(text)
    for one in taken:
        ends = [figure.end for figure in figures if figure.end <= one.start]
        begin = max(sentence_bounds(text, one.start)[0], *ends[-1:], 0)
        found.append(_Opening(begin, one.end + one.aside))
    for opening in _OPENING.finditer(text):
        start, end = opening.span()
        if not any(one.start <= start < one.end for one in taken):
            led = "" if _KIND.search(opening[0]) else "các xã "
            # "tại" alone may open anything: only what stands beside a figure is read.
            if not led or figures or not _BARE.match(opening[0]):
                found.append(_Opening(start, end, led))
    return sorted(found, key=lambda one: one.start)


def find_place_lists(
    paragraphs: Sequence[Paragraph],
    quantities: Sequence[Sequence[Quantity]],
    *,
    province: str,
    on: str,
) -> list[PlaceList]:
    """Find the lists of communes of a document; a paragraph may hold several."""
    found: list[PlaceList] = []
    for place, (paragraph, figures) in enumerate(zip(paragraphs, quantities, strict=True)):
        # A figure in parentheses, or before a further commune, is one of the list's communes.
        text, end = paragraph.text, 0
        closing = [
            it
            for it in figures
            if not (
                _is_beside_name(text, it)
                or _NEXT_COMMUNE.match(text, it.end)
                or _heads_names(text, it)
            )
        ]
        begins = [figure.start for figure in closing]
        ends = [figure.end for figure in figures]
        for opening in _openings(text, closing):
            if opening.start < end:
                continue
            at = bisect_left(begins, opening.names)
            next_ = begins[at] if at < len(begins) else len(text)
            before = bisect_right(ends, opening.names)
            floor = max(end, ends[before - 1] if before else 0)
            places = _read(paragraph, place, opening, floor, next_, province=province, on=on)
            if places is not None:
                found.append(places)
                end = places.end
    return found


def _is_beside_name(text: str, figure: Quantity) -> bool:
    """Whether a figure stands in parentheses, not as in "hồ tiêu (25.000 ha)"."""
    before = text[max(0, figure.start - _NEAR) : figure.start].rstrip()
    own = before.endswith("(") and before[:-1].split()[-1:]
    return figure.aside and not (own and own[0].islower() and own[0].isalpha())


def _heads_names(text: str, figure: Quantity) -> bool:
    """Whether a figure counts the communes that are named behind it."""
    return bool(
        _COUNT.search(text[figure.start : figure.end]) and _NAMED_THEN.match(text, figure.end)
    )


_DISTRICT = re.compile(
    rf"(?:[Hh]uyện|[Tt]hị xã|[Tt]hành phố|[Qq]uận)\s*:?\s+(?P<names>{CAPITAL}[^;:.()\d]{{1,400}})"
)


_BEFORE_DISTRICT = re.compile(r"(?:tại|ở|thuộc|địa bàn)\s+(?:các\s+)?$")


def named_districts(
    paragraphs: Sequence[Paragraph], communes: Mapping[str, int], *, former: bool = False
) -> dict[str, int]:
    """Districts that a text names, by what they are called, with their number of communes.

    ``communes`` has the number of communes of each district of the text's time. ``former``: of the
    time before, and only those at which something is said to lie, not "xã A (huyện B cũ)".
    """
    known = {exact_key(_KIND_OF_DISTRICT.sub("", name)): name for name in communes if name}
    found: dict[str, int] = {}
    for paragraph in paragraphs:
        for listed in _DISTRICT.finditer(paragraph.text):
            before = paragraph.text[max(0, listed.start() - _LONGEST_TOLD) : listed.start()]
            if former and not _BEFORE_DISTRICT.search(before):
                continue
            for part in re.split(r",|\svà\s|\s-\s", listed["names"]):
                words = _KIND_OF_DISTRICT.sub("", part.strip()).split()
                keys = (exact_key(" ".join(words[:n])) for n in range(min(4, len(words)), 0, -1))
                name = next((known[key] for key in keys if key in known), None)
                if name is None:
                    break
                found[name] = communes[name]
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph that is about one commune, as a row of a table is."""

    text: str  # the name
    match: Match | None  # its commune; None where the name means none


def communes_of_figures(
    text: str, figures: Sequence[Quantity], *, province: str, on: str
) -> dict[int, str]:
    """Codes of the communes whose name stands right before a figure, by where the figure begins."""
    found: dict[int, str] = {}
    for place, figure in enumerate(figures):
        previous = figures[place - 1] if place else None
        before = text[previous.end if previous else 0 : figure.start]
        named = _OWN_COMMUNE.search(before)
        if named is None and previous is not None and previous.start in found:
            named = _ANOTHER_COMMUNE.fullmatch(before)
        match = named and match_commune(named["name"], province=province, on=on)
        if isinstance(match, Match) and not match.confirm:
            found[figure.start] = match.code
    return found


def communes_of_rows(
    paragraphs: Sequence[Paragraph], *, province: str, on: str | None
) -> dict[int, Row]:
    """Communes that paragraphs are about: "Xã Bảo Yên: diện tích quế 5.200 ha".

    Without a day no commune is known.
    """
    found = {}
    for place, paragraph in enumerate(paragraphs):
        named = _ROW.match(paragraph.text)
        if named is None or names_whole_province(named[1]):
            continue
        name = named[1].strip()
        match = None if on is None else match_commune(name, province=province, on=on)
        found[place] = Row(name, match if isinstance(match, Match) else None)
    return found
