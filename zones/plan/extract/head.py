"""The head of a document: number, date, province, title and the years it speaks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from layers.communes.gazetteer import former_provinces, province_name, provinces
from layers.communes.spelling import CAPITAL, exact_key
from zones.plan.extract.outline import Paragraph

_KIND_AND_TITLE = re.compile(
    r"(KẾ HOẠCH|QUYẾT ĐỊNH|NGHỊ QUYẾT|CHƯƠNG TRÌNH|ĐỀ ÁN|QUY HOẠCH|CHỈ THỊ)\s*:?\s+(\S.{10,300})$"
)
_KIND = re.compile(
    r"(kế hoạch|quyết định|nghị quyết|chương trình(?: hành động)?|đề án|quy hoạch|chỉ thị)\s*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<!\w)Số\s*:?\s*(\d+\S*?\s?/[A-ZĐ]{1,6}(?:-[\wĐ]+)+)")
_ISSUER = re.compile(
    r"(?P<office>(?:ỦY|UỶ) BAN NHÂN DÂN|UBND|HỘI ĐỒNG NHÂN DÂN|HĐND|TỈNH ỦY|SỞ [^|\d]*?)"
    r"\s*(?:\|\s*(?:CỘNG[^|]*?)?)?(?P<level>TỈNH|THÀNH PHỐ)\s+(?P<name>[^|\d:]{2,40})"
)
_OFFICES = {"ỦY BAN NHÂN DÂN": "UBND", "UỶ BAN NHÂN DÂN": "UBND", "HỘI ĐỒNG NHÂN DÂN": "HĐND"}
#: "Số: /KH-UBND" of a copy without its number tells who signs; so does the sentence that enacts it.
_MARKED = re.compile(r"^Số\s*:?\s*[\d.…\s]*/[A-ZĐ]{1,6}[a-zđ]?-(?P<office>UBND|HĐND)\b")
_ENACTED = re.compile(
    r"(?P<office>UBND|HĐND|(?:Ủy|Uỷ) ban nhân dân|Hội đồng nhân dân)\s+(?:tỉnh|thành phố)"
    r"(?:\s+\S+){0,3}?\s+ban hành"
)
_HEAD = re.compile(r"CỘNG HÒA XÃ HỘI|Độc lập|(?<!\w)Số\s*:")
_DATE = re.compile(r"ngày\s+(\d{1,2})?\s*tháng\s+(\d{1,2})?\s*năm\s+(20\d\d)", re.IGNORECASE)
_CITED = re.compile(r"ngày\s+(\d{1,2})/(\d{1,2})/(20\d\d)", re.IGNORECASE)
_SPAN = re.compile(r"giai đoạn\s+(20\d\d)\s*[-–]\s*(20\d\d)", re.IGNORECASE)
_UNTIL = re.compile(r"đến năm\s+(20\d\d)", re.IGNORECASE)
_YEAR = re.compile(r"năm\s+(20\d\d)", re.IGNORECASE)
_VISION = re.compile(r"tầm nhìn\s+(?:đến\s+)?(?:năm\s+)?20\d\d", re.IGNORECASE)
_PROVINCE = re.compile(
    rf"(?:[Tt]ỉnh|TỈNH|[Tt]hành phố|THÀNH PHỐ)\s+({CAPITAL}\w+(?:[\s-]{CAPITAL}\w+){{0,3}})"
)
_PLACE = re.compile(rf"(?<!\w)({CAPITAL}\w+(?:[\s-]{CAPITAL}\w+){{0,3}}),\s*ngày")
_LISTED = re.compile(r"(?:tỉnh|thành phố)\s+(?=[^\W\d_])", re.IGNORECASE)
_DATELINE = 90
_LETTERHEAD = 8


@dataclass(frozen=True, slots=True)
class Head:
    """What a document says about itself."""

    title: str  # title, empty where none was found
    kind: str  # what kind of document the title is of, "KẾ HOẠCH"; empty where none was found
    issuer: str | None  # who issued it, as the letterhead names them
    number: str | None  # number of the document
    date: str | None  # date, as far as it is filled in: year, year-month or day
    #: Whether the date is the document's own; else it is the newest one the document cites.
    dated: bool
    first: int | None  # years of its span
    last: int | None  # years of its span
    province: str | None  # code, today, of the province whose document it is
    former: str = ""  # name of that province where it was joined to another in July 2025
    partners: tuple[str, ...] = ()  # codes, today, of the other provinces that the title names

    @property
    def name(self) -> str:
        """Kind and title in one: "Kế hoạch phát triển vùng chè"; empty where no title was found."""
        if not self.kind or self.title.casefold().startswith(self.kind.casefold()):
            return self.title
        if self.title.upper() == self.title:
            return f"{self.kind.upper()} {self.title}"
        words = self.title.split(" ", 2)
        # Names and abbreviations keep their capitals: "Lạng Sơn …", "OCOP …"
        named = words[0][1:2].isupper() or any(word[:1].isupper() for word in words[1:2])
        title = self.title if named else self.title[:1].lower() + self.title[1:]
        return f"{self.kind.capitalize()} {title}"


def _preamble(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    for place, paragraph in enumerate(paragraphs):
        if paragraph.clause is not None:
            return list(paragraphs[:place])
    return list(paragraphs)


def _title(preamble: Sequence[Paragraph]) -> tuple[str, str]:
    """Kind of the document and its title, as they are written; empty where none was found."""
    for kind, following in pairwise(preamble):
        if _KIND.match(kind.text) and kind.text.upper() == kind.text:
            return kind.text.strip(), _without_number(following.text)
    # "KẾ HOẠCH Phát triển vùng chè …": the kind and the title on one line.
    found = (_KIND_AND_TITLE.match(paragraph.text) for paragraph in preamble)
    return next(((match[1], _without_number(match[2])) for match in found if match), ("", ""))


def _without_number(title: str) -> str:
    """Title without a number or a dateline that stands behind it."""
    return re.split(r"\s+Số\s*:", title)[0]


def _issuer(preamble: Sequence[Paragraph], province: tuple[str, str] | None) -> str | None:
    """Office of the letterhead: "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN" is "UBND tỉnh Lạng Sơn".

    Without a letterhead the mark of the number or the enacting sentence tells the office.
    """
    head = " ".join(paragraph.text for paragraph in preamble[:_LETTERHEAD])
    found = _ISSUER.search(head)
    if found is None:
        return _issuer_without_letterhead(preamble, province)
    office = _OFFICES.get(found["office"], found["office"])
    named = _province_in(found["name"])
    if named is None:
        return None
    office = office if office in _OFFICES.values() else office.capitalize()
    return f"{office} {found['level'].lower()} {named[1]}"


def _issuer_without_letterhead(
    preamble: Sequence[Paragraph], province: tuple[str, str] | None
) -> str | None:
    marked = (_MARKED.search(paragraph.text) for paragraph in preamble[:_LETTERHEAD])
    enacted = (_ENACTED.search(paragraph.text) for paragraph in preamble)
    found = next(filter(None, (*marked, *enacted)), None)
    if found is None or province is None:
        return None
    office = _OFFICES.get(found["office"].upper(), found["office"])
    kinds = {one.name: one.kind for one in former_provinces().values()}
    kinds |= {one.name: one.kind for one in provinces().values()}
    return f"{office} {kinds[province[1]]} {province[1]}"


def _date(preamble: Sequence[Paragraph], title: str) -> tuple[str | None, bool]:
    for paragraph in preamble:
        found = _DATE.search(paragraph.text)
        close = len(paragraph.text) < _DATELINE or _HEAD.search(paragraph.text)
        if found and close and paragraph.text != title:
            day, month, year = found.groups()
            parts = [year, month, day] if month and day else [year, month] if month else [year]
            return "-".join(part.zfill(2) for part in parts if part), True
    cited = [
        f"{year}-{int(month):02d}-{int(day):02d}"
        for paragraph in preamble
        for day, month, year in _CITED.findall(paragraph.text)
    ]
    # A plan is no older than what it cites; only the year of that is worth something.
    return (max(cited)[:4], False) if cited else (None, False)


def _span(title: str) -> tuple[int | None, int | None]:
    near = _VISION.sub("", title)
    if spans := _SPAN.findall(near):
        return int(spans[0][0]), int(spans[0][1])
    if until := _UNTIL.findall(near):
        return None, int(until[-1])
    if years := _YEAR.findall(near):
        return int(years[-1]), int(years[-1])
    return None, None


@lru_cache(maxsize=1)
def _provinces() -> dict[str, tuple[str, str]]:
    """Code and name of provinces by their key: those of today, and those joined in 2025."""
    old = [(province.now, province.name) for province in former_provinces().values()]
    now = [(code, province.name) for code, province in provinces().items()]
    return {exact_key(name): (code, name) for code, name in [*old, *now]}


def _province_in(words: str) -> tuple[str, str] | None:
    """Find the province whose name a text begins with; another capital may follow."""
    parts = words.split()
    found = (_provinces().get(exact_key(" ".join(parts[:n]))) for n in range(len(parts), 0, -1))
    return next(filter(None, found), None)


def _province(
    preamble: Sequence[Paragraph], paragraphs: Sequence[Paragraph]
) -> tuple[str, str] | None:
    """Province whose document it is: that of the dateline, else the one named most."""
    for paragraph in preamble[:_LETTERHEAD]:
        place = _PLACE.search(paragraph.text)
        found = _province_in(place[1]) if place else None
        if found:
            return found
    named: Counter[tuple[str, str]] = Counter()
    for paragraph in paragraphs:
        for words in _PROVINCE.findall(paragraph.text):
            if found := _province_in(words):
                named[found] += 1
    return named.most_common(1)[0][0] if named else None


def _partners(title: str) -> tuple[str, ...]:
    """Codes of the provinces in a list of a title: "03 tỉnh Quảng Ninh - Bắc Giang - Hải Dương"."""
    found: dict[str, None] = {}
    for opening in _LISTED.finditer(title):
        for words in re.split(r"\s*[-–,]\s*|\s+và\s+", title[opening.end() :]):
            known = _province_in(re.sub(r"^(?:tỉnh|thành phố)\s+", "", words))
            if known is None:
                break
            found[known[0]] = None
    return tuple(found)


def read_head(paragraphs: Sequence[Paragraph]) -> Head:
    """Read what a document says about itself."""
    preamble = _preamble(paragraphs)
    kind, title = _title(preamble)
    date, dated = _date(preamble, title)
    number = next((m[1] for p in preamble if (m := _NUMBER.search(p.text))), None)
    first, last = _span(title)
    if last is None:
        spans = (_span(paragraph.text) for paragraph in preamble[:_LETTERHEAD])
        first, last = next((span for span in spans if span[0]), (None, None))
    province = _province(preamble, paragraphs)
    code, name = province or (None, "")
    return Head(
        title,
        kind,
        _issuer(preamble, province),
        number,
        date,
        dated,
        first,
        last,
        code,
        former=name if code and name != province_name(code) else "",
        partners=tuple(one for one in _partners(title) if one != code),
    )
