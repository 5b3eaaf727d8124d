"""What a text of a table means: a column of a form, a row, a commune, a total, a unit, a year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from layers.base.errors import InputError
from layers.base.units import BRACKET, TAIL, heads_units, is_count, is_unit, openings
from layers.communes.crosswalk import successors
from layers.communes.gazetteer import communes_on, find_province, vintages
from layers.communes.match_result import Match, NoMatch
from layers.communes.matching import match_commune
from layers.communes.spelling import exact_key, plain_key, spelling_key, tidy
from layers.kinds.crops import crop_named
from layers.kinds.report_entries import words_of
from zones.reports.layout import Row, Sheet
from zones.reports.reading.quoting import letters, quoted

_TOTAL = re.compile(r"^(tong( cong| so)?|cong|toan (xa|tinh|phuong)|luy ke)\b(?! dien tich)")
_CONFIRMED = re.compile(r"\b(xac nhan|da kiem tra|da ra soat|so lieu dung|confirmed)\b")
_NOT = re.compile(r"\b(chua|khong|cho|not)\b")
_SIGNATURE = re.compile(
    r"^(tm|kt|tl|tuq) |\b(nguoi lap|lap bieu|chu tich|thu truong|can bo|ky ten|ky ghi ro|"
    r"cong chuc|nguoi tong hop|phu trach|giam doc)\b"
)
_COUNTING = re.compile(r"^(tt|stt|so tt|so thu tu)$")
_COMMUNE_HEAD = re.compile(r"\b(xa|phuong|don vi|dia phuong|ten xa|ma xa|dia ban)\b")
_DONE_HEAD = re.compile(r"^(thuc hien|ket qua|da)\b(?!.*\b(so voi|so|ty le|dat|phan tram)\b)")
_ROWS_HEAD = re.compile(
    r"^(ten |loai |cac )?(cay( trong)?|cay|loai|chi tieu|noi dung|vung( san xuat)?|danh muc|ten)$"
)
_COMMUNE = re.compile(
    r"\b(?:xã|phường|thị trấn|xa|phuong|thi tran)[\s:.]+(?P<name>[^\d(),;–\n|]+)", re.IGNORECASE
)
_ENDS_NAME = re.compile(
    r"\s+(?:năm|nam|tỉnh|tinh|huyện|huyen|báo cáo|bao cao|quý|vụ)\b.*$|\s+-.*$", re.IGNORECASE
)
_PROVINCE = re.compile(r"\b(?:tỉnh|thành phố)\s+((?:[^\W\d_]+ ?){1,4})", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LEADING = re.compile(
    r"^(?:[-+•*]|\d+(?:\.\d+)*[.)]?|[ivx]+[.)]|[a-z][.)])\s+|"
    r"^(?:vùng|cây|rừng|diện tích|vùng trồng|vùng sản xuất|trong đó:?)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A commune that a text means, or why there is none."""

    code: str = ""
    # old-name, commune-near, commune-unknown, old-name-split, commune-of-which-day
    rule: str = ""
    origin: str = ""  # Code of the old unit, where an old name was written
    parts: tuple[str, ...] = ()  # Communes of today among which the old unit was divided
    name: str = ""  # Name of the unit that was divided, or of which the day is in doubt


def confirms(text: object) -> bool:
    """Whether a note says that the figures of its row were looked at and are right."""
    words = words_of(text) if isinstance(text, str) else ""
    return bool(_CONFIRMED.search(words)) and not _NOT.search(words)


def is_signature(text: str) -> bool:
    """Whether a text stands over a signature, below a table."""
    return bool(_SIGNATURE.search(words_of(text)))


def is_total(text: str) -> bool:
    """Whether a label heads a row of totals."""
    return bool(_TOTAL.match(words_of(text)))


def is_counting(text: str) -> bool:
    """Whether a header stands over running numbers."""
    return bool(_COUNTING.match(words_of(text)))


def is_done(text: str) -> bool:
    """Whether the lowest cell of a header says what was done, and not its share of the plan."""
    return bool(_DONE_HEAD.search(words_of(text)))


def heads_communes(text: str) -> bool:
    """Whether a header stands over communes."""
    return bool(_COMMUNE_HEAD.search(words_of(text))) and not heads_units(text)


def heads_rows(text: str) -> bool:
    """Whether a header stands over crops or indicators."""
    return bool(_ROWS_HEAD.match(words_of(text)))


def without_units(text: str) -> str:
    """Heading without what stands in brackets and without its unit."""
    plain = tidy(BRACKET.sub(" ", text))
    tail = TAIL.search(plain)
    if tail and tail.start() and is_unit(said := (tail["apart"] or tail["near"]).strip()):
        return plain if is_count(said) else plain[: tail.start()]
    return plain


def years_in(text: str) -> list[int]:
    """Years that a text names."""
    return [int(year) for year in _YEAR.findall(text)]


@dataclass(slots=True)
class Vocabulary:
    """Words of the forms that are read: columns and rows of their tables."""

    sheets: Sequence[Sheet]
    _columns: list[tuple[str, str, str]] = field(default_factory=list)
    _rows: dict[str, tuple[str, Row]] = field(default_factory=dict)
    _crops: dict[str, tuple[str, Row]] = field(default_factory=dict)
    _words: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for sheet in self.sheets:
            table = sheet.table.table
            for column in sheet.table.columns:
                names = (column.name.vi, column.name.en, *column.words)
                if column.group is not None:
                    names = (*names, f"{column.group.vi} {column.name.vi}")
                for name in dict.fromkeys(map(words_of, names)):
                    self._columns.append((name, table, column.column))
            said = Counter(name for name, where, _ in self._columns if where == table)
            # What several columns are called ("Sown", of each season) names none of them.
            self._columns = [one for one in self._columns if one[1] != table or said[one[0]] == 1]
            for row in sheet.rows:
                for name in (row.row, row.name, *row.words):
                    if sheet.table.rows not in ("open", "units"):
                        self._rows.setdefault(exact_key(name), (table, row))
                if row.crop:
                    self._crops.setdefault(row.crop, (table, row))

    def quoted(self, text: str) -> str:
        """Text as a shared output repeats it: figures, units, and words of the forms."""
        if not self._words:
            self._words |= {word for name in self._written() for word in letters(name)}
        return quoted(text, self._words)

    def _written(self) -> Iterable[str]:
        """Every name of a column, group or row as the forms write it."""
        for sheet in self.sheets:
            for column in sheet.table.columns:
                group = column.group
                yield from (column.name.vi, column.name.en, *column.words, column.unit)
                yield from (group.vi, group.en) if group else ()
            for row in sheet.rows:
                yield from (row.name, *row.words)

    def columns(self, text: str) -> dict[str, tuple[str, bool]]:
        """Column that a header means in each table, and whether it says so in these very words."""
        words = words_of(without_units(text))
        found: dict[str, tuple[int, str]] = {}
        for name, table, column in self._columns:
            longer = len(name) > found.get(table, (0, ""))[0]
            if longer and re.search(rf"\b{re.escape(name)}\b", words):
                found[table] = (len(name), column)
        return {table: (name, size == len(words)) for table, (size, name) in found.items()}

    def row(self, text: str) -> tuple[str, Row] | None:
        """Table and row that a label means."""
        for reading in _readings(text):
            key = exact_key(reading)
            if found := self._rows.get(key):
                return found
            if key.isascii() and (plain := self._plain().get(plain_key(reading))):
                return plain
            crop, _ = crop_named(reading)
            if crop and crop in self._crops:
                return self._crops[crop]
        return None

    def _plain(self) -> dict[str, tuple[str, Row]]:
        """Rows by their words without marks, where that leaves no doubt."""
        found: dict[str, tuple[str, Row]] = {}
        doubtful = set()
        for key, row in self._rows.items():
            plain = plain_key(key)
            if found.setdefault(plain, row)[1].row != row[1].row:
                doubtful.add(plain)
        return {key: row for key, row in found.items() if key not in doubtful}


def _readings(text: str) -> Iterable[str]:
    """Label as it stands, then without numbers, units and words that say nothing."""
    clean = tidy(re.sub(r"\([^()]*\)", " ", text))
    seen = [clean]
    while (shorter := _LEADING.sub("", clean, count=1).strip()) != clean and shorter:
        seen.append(shorter)
        clean = shorter
    return seen


@lru_cache(maxsize=8192)
def find_place(text: str, province: str, vintage: str, *, within: str = "") -> Place:
    """Commune that a cell of a table means, by name or code, of today or of old.

    Of several old ones of a name, the one that is part of the commune ``within`` today.
    """
    found = match_commune(text, province=province, on=vintage)
    if isinstance(found, Match):
        return Place(found.code, "commune-near" if found.confirm else "")
    if found.reason not in ("other-time", "unknown", "ambiguous"):
        return Place(rule="commune-unknown")
    for earlier in reversed([day for day in vintages(province) if day < vintage]):
        old = match_commune(text, province=province, on=earlier)
        if isinstance(old, Match) and not old.confirm:
            after = successors(province, from_=earlier, to=vintage).get(old.code, ())
            if len(after) == 1:
                return Place(after[0], "old-name", old.code)
            return Place(rule="old-name-split", origin=old.code, parts=after, name=old.name)
        if isinstance(old, NoMatch) and within:
            parts = successors(province, from_=earlier, to=vintage)
            named = [one.unit.code for one in old.candidates if one.score == 1]
            mine = [code for code in named if parts.get(code) == (within,)]
            if len(mine) == 1:
                return Place(within, "old-name", mine[0])
    return Place(rule="commune-unknown")


@lru_cache(maxsize=2048)
def namesakes(code: str, province: str, vintage: str) -> tuple[str, ...]:
    """Old units of a commune's own name that went into it with others: a town and a commune."""
    name = spelling_key(communes_on(province, vintage)[code].name)
    for earlier in reversed([day for day in vintages(province) if day < vintage]):
        after = successors(province, from_=earlier, to=vintage)
        units = communes_on(province, earlier).values()
        found = [one.code for one in units if spelling_key(one.name) == name]
        if mine := tuple(old for old in found if after.get(old) == (code,)):
            return mine
    return ()


def province_in(text: str) -> str:
    """Code of the province that a title names with the word for it; empty for none."""
    for found in _PROVINCE.finditer(tidy(text)):
        for words in openings(found.group(1)):
            try:
                return find_province(words)
            except InputError:
                continue
    return ""


def names_a_unit(text: str) -> bool:
    """Whether a text begins with the word for a commune, whatever its name."""
    return words_of(_LEADING.sub("", text)).startswith(("xa ", "phuong ", "thi tran "))


def place_in(text: str, province: str, vintage: str) -> Place:
    """Commune that a title, a sheet or a file is named after; none without the word for it."""
    for found in _COMMUNE.finditer(text.replace("_", " ")):
        name = _ENDS_NAME.sub("", tidy(found.group("name")))
        parts = name.split()
        for count in range(min(len(parts), 5), 0, -1):
            place = find_place(" ".join(parts[:count]), province, vintage)
            if place.code:
                return place
    return Place()


def name_in(text: str, province: str, vintage: str) -> Place:
    """Commune whose whole name is what a sheet or a file is called, but for numbers and signs."""
    words = tidy(re.sub(r"[\d_.()-]+", " ", text))
    place = find_place(words, province, vintage) if words else Place()
    return place if place.code and place.rule != "commune-near" else Place()
