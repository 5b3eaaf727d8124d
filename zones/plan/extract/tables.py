"""Rows of tables as the sentences they stand for, so that one set of rules reads both.

"| Vải thiều | 29.000 | Lục Ngạn, Tân Sơn |" under "Vùng sản xuất | Diện tích (ha) | Địa điểm" is
"diện tích vùng vải thiều đạt 29.000 ha, tại các xã Lục Ngạn, Tân Sơn". A table without heading and
a row without a figure stay as they are; a row of totals says nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from layers.communes.spelling import CAPITAL
from zones.plan.crop_parts import season_said
from zones.plan.extract.crop_names import find_crop
from zones.plan.extract.quantity import RAISED_DIGITS, read_numeral
from zones.plan.extract.segments import leads_to_places
from zones.plan.extract.totals import WrongTotal, is_total, wrong_totals
from zones.plan.extract.units import match_unit

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SPAN = re.compile(r"(?<!\d)(20\d\d)\s*[-–]\s*(20\d\d)(?!\d)")
_NUMERAL = re.compile(r"[\d.,\s]*\d(?:\s*[-–÷]\s*[\d.,\s]*\d)?")
#: A bound before a figure, as a sign and in words.
_SIGNS = {
    "≥": "ít nhất",
    ">=": "ít nhất",
    "≤": "không quá",
    "<=": "không quá",
    ">": "trên",
    "<": "dưới",
}
_SIGNED = re.compile(rf"({'|'.join(map(re.escape, _SIGNS))})\s*(?=\d)")
_WORD = re.compile(r"\w")
_INDEX = re.compile(r"\(?(?:\d{1,2}|[A-Z]|[=+\d\s]{3,})\)?")
#: Number of a row that heads others, and how many cells it fills.
_INDEX_ROW = re.compile(r"(?:[IVX]+|[A-ZĐ]|\d{1,2})[.)]?$")
_GROUP_CELLS = 2
_TIMES = r"(?:10(?:\^[2-6]|[²³⁴⁵⁶])|1(?:\.000){1,2}|10{1,6})"
_UNIT = re.compile(
    r"\((?!\s*[-+]\s*\))\s*(?:ĐVT|Đơn vị(?: tính)?)?\s*:?\s*"
    rf"((?:[x×]?\s*{_TIMES}\s*)?[^()\d]{{1,20}}\d?(?:\s*[x×]\s*{_TIMES})?)\)"
)
_UNIT_ABOVE = re.compile(
    rf"(?:ĐVT|Đơn vị(?: tính)?)\s*:\s*((?:[x×]?\s*{_TIMES}\s*)?[^\s(),;]++"
    rf"(?:\s*[x×]\s*{_TIMES}|(?:\s(?![x×]\s)\w+)?(?!\s*[x×*]\s*\d)))",
    re.IGNORECASE,
)
#: "1000 ha", "ha × 1.000", "10³ ha": a unit with its factor.
_FACTOR = re.compile(
    rf"(?:[x×]\s*)?(?P<before>{_TIMES})\s*(?:[x×]\s*)?(?P<unit>[^\W\d].*)"
    rf"|(?P<of>[^\W\d].*?)\s*[x×]\s*(?P<behind>{_TIMES})"
)
_SCALE = re.compile(r"(?:nghìn|ngàn|vạn|triệu|tỷ|tỉ)\s+", re.IGNORECASE)
#: The mark of a note at the end of a cell: "Hữu Lũng (1)", "1.500(2)".
_MARK = re.compile(
    rf"(?<=\S)\s*(?:\((\d{{1,2}})\)|\[\d{{1,2}}\]|\*{{1,3}}|[{RAISED_DIGITS}]{{1,2}})$"
)
_NOTE_BELOW = re.compile(r"(?:^|[;.]\s*)\((\d{1,2})\)\s*[^\W\d_]")
_LINES_BELOW = 6
#: What a table is of, in the line above it: "Biểu 1. Diện tích na đến năm 2030 phân theo xã".
_THING_ABOVE = re.compile(
    r"(?:diện tích|sản lượng)\s+[^\W\d_][^\d(:;,.]*?"
    r"(?=\s+(?:đến|năm|giai đoạn|phân|theo|tại|các|của|trên)(?!\w)|\s*[\d(:;,.]|$)",
    re.IGNORECASE,
)
#: Several names in one cell.
_SEVERAL = re.compile(r"[,;]|\s(?:và|[-–])\s")
#: What a column holds, by its heading; the first that fits.
_COLUMNS = (
    ("number", re.compile(r"(?:số\s*)?s?tt|số", re.IGNORECASE)),
    ("unit", re.compile(r"đvt|đơn vị(?: tính)?", re.IGNORECASE)),
    ("season", re.compile(r"(?:mùa |thời |trà )?vụ(?: sản xuất| gieo trồng)?", re.IGNORECASE)),
    (
        "part",
        re.compile(
            r"(?:loại )?giống|tiêu chuẩn|chứng nhận|chất lượng|phương thức.*", re.IGNORECASE
        ),
    ),
    ("note", re.compile(r"ghi chú.*", re.IGNORECASE)),
    (
        "commune",
        re.compile(
            r"(?:(?:tên|các) )?(?:xã|phường|đơn vị hành chính|địa phương)\b.*", re.IGNORECASE
        ),
    ),
    (
        "place",
        re.compile(r"(?:địa (?:điểm|bàn)|phạm vi|phân bố|vùng trồng|nơi)\b.*", re.IGNORECASE),
    ),
)
_CROP_COLUMN = re.compile(r"vùng|cây|loại cây", re.IGNORECASE)
#: "Kế hoạch 2030" heads figures of what the row names; it is nothing of its own.
_PLANNED = re.compile(r"kế hoạch|mục tiêu|chỉ tiêu|thực hiện|ước", re.IGNORECASE)
#: "Tăng so với 2025", "Tăng, giảm": how far a figure lies from another one.
_CHANGE = re.compile(
    r"(?:mức\s+)?(?:(?:tăng|giảm)(?!\s+(?:còn|lên|xuống))|chênh lệch|so sánh)", re.IGNORECASE
)
_KIND = re.compile(r"(?:các\s+)?(?:xã|phường)\s+", re.IGNORECASE)
#: A commune in a cell of words alone.
_NAMED = re.compile(rf"^(?!.*\d)(?=.*\b(?i:xã|phường)\s+{CAPITAL})")
#: A digit; those of units (m³) are none.
_DIGIT = re.compile(rf"\d|(?<![^\W\d_])[{RAISED_DIGITS}]")
_LONGEST_FIGURE = 60
_CAPTION_LETTERS = 250
#: Headings of tables of what is to be done, by whom and until when.
_TASKS = re.compile(
    r"(?:nội dung|đơn vị|thời gian) (?:thực hiện|chủ trì|hoàn thành)", re.IGNORECASE
)
_LONGEST_NAME = 4
#: A figure of a row without a unit behind it.
_BARE = re.compile(r" đạt (?:ít nhất |không quá |trên |dưới )?[\d.,\s÷–-]*\d(?=;|,\s|\.?$)")


@dataclass(frozen=True, slots=True)
class _Column:
    kind: str
    heading: str
    unit: str
    year: str  # "2030", or the years of a whole period: "2026-2030"


def table_cells(block: Sequence[str]) -> list[list[str]]:
    """Cells of rows; signs at both ends of every row are a border, else an empty cell."""
    bordered = all(line.startswith("|") and line.endswith("|") for line in block)
    rows = [line[1:-1] if bordered else line for line in block]
    return [[" ".join(cell.split()) for cell in row.split("|")] for row in rows]


def _is_figure(cell: str) -> bool:
    return bool(_DIGIT.search(cell)) and len(cell) < _LONGEST_FIGURE and not _YEAR.search(cell)


def _heading_rows(rows: list[list[str]]) -> int:
    """How many rows stand above the first that holds a figure behind its number."""
    for place, row in enumerate(rows):
        if any(_is_figure(cell) for cell in row[1:]) and not all(
            not cell or _INDEX.fullmatch(cell) for cell in row
        ):
            heads = place
            while heads > 1 and _is_group(rows[heads - 1]):
                heads -= 1
            return heads
    return 0


def _is_unit(text: str) -> bool:
    """Whether a text is a unit and nothing else, a factor or "nghìn" before it or not."""
    factor = _FACTOR.fullmatch(text.strip())
    plain = _SCALE.sub("", (factor["unit"] or factor["of"]) if factor else text.strip(), count=1)
    found = match_unit(plain, 0)
    return found is not None and found[1] == len(plain)


def _unit_above(caption: str) -> str:
    """Unit that the line above a table states: "ĐVT: ha", or "(ha)" alone."""
    stated = _UNIT_ABOVE.search(caption)
    if stated:
        return stated[1].strip()
    asides = [found.strip() for found in _UNIT.findall(caption)]
    # "(1.000 ha)" above a table may be what it adds up to.
    return next((one for one in reversed(asides) if _is_unit(one) and not one[0].isdigit()), "")


def _in_unit(cell: str, unit: str) -> str:
    """Figures of a cell with their unit: "55" in "1000 ha" is "55.000 ha"."""
    factor = _FACTOR.fullmatch(unit)
    if factor is None:
        # "12 ha" counts nothing that is known: the figure is left for a person.
        return cell if re.match(r"\d|.*[x×*]\s*\d", unit) else f"{cell} {unit}".strip()
    digits = re.sub(r"[²³⁴⁵⁶]", _power, factor["before"] or factor["behind"])
    power = re.fullmatch(r"10\^([2-6])", digits)
    times = 10.0 ** int(power[1]) if power else float(digits.replace(".", ""))

    def multiplied(found: re.Match[str]) -> str:
        read = read_numeral(found[0])
        value = round(read[0] * times, 6) if read and not read[1] else None
        return found[0] if value is None else f"{value:,.15g}".translate(_VIETNAMESE)

    if not all((read := read_numeral(one)) and not read[1] for one in _DIGITS.findall(cell)):
        return cell
    return f"{_DIGITS.sub(multiplied, cell)} {factor['unit'] or factor['of']}"


_DIGITS = re.compile(r"\d[\d.,]*")


def _without_factor(unit: re.Match[str]) -> str:
    """Nothing for "(1000 ha)" in a heading: it is no quantity of its own."""
    return "" if _FACTOR.fullmatch(unit[1].strip()) else unit[0]


def _power(raised: re.Match[str]) -> str:
    return f"^{'²³⁴⁵⁶'.index(raised[0]) + 2}"


_VIETNAMESE = str.maketrans(",.", ".,")


def _column(parts: list[str], caption: str) -> _Column:
    heading = " ".join(dict.fromkeys(filter(None, parts)))
    heading = re.sub(r"^(.{3,}?)\s+\1(?!\w)", r"\1", heading)  # two lines of a merged cell
    plain = _UNIT.sub("", heading).strip()
    kind = next((kind for kind, known in _COLUMNS if known.fullmatch(plain)), "")
    unit = _UNIT.search(heading)
    span = _SPAN.search(heading)
    years = r"(?:đến\s+)?(?:năm\s+)?20\d\d"
    plain = re.sub(rf"(?:giai đoạn\s+)?{_SPAN.pattern}", "", plain, flags=re.IGNORECASE)
    words = re.sub(years, "", plain, flags=re.IGNORECASE)
    changes = _CHANGE.match(heading)
    year = _YEAR.search(heading) or (None if changes else _YEAR.search(caption))
    told = f"{span[1]}-{span[2]}" if span else year[0] if year else ""
    return _Column(
        kind, " ".join(words.split()), unit[1].strip() if unit else _unit_above(caption), told
    )


def _columns(rows: list[list[str]], caption: str) -> list[_Column]:
    width = max(map(len, rows))
    filled: list[list[str]] = [[] for _ in range(width)]
    for number, row in enumerate(rows):
        if all(not cell or _INDEX.fullmatch(cell) for cell in row):
            continue
        last = ""
        for place in range(width):
            cell = row[place] if place < len(row) else ""
            # A heading across several columns stands in the first of them.
            last = cell or (last if number + 1 < len(rows) else "")
            filled[place].append(last)
    return [_column(parts, caption) for parts in filled]


def _figure(column: _Column, name: str, cell: str, unit: str) -> str:
    """Part of a sentence for one figure: what, of which thing, in which year, how much."""
    bound = _SIGNED.match(cell)
    if _NUMERAL.fullmatch(cell[bound.end() :] if bound else cell):
        cell = _in_unit(cell, unit or column.unit)
    if bound:
        cell = f"{_SIGNS[bound[1]]} {cell[bound.end() :]}"
    heading = "" if _PLANNED.search(column.heading) else column.heading
    if _CHANGE.match(column.heading):
        sign = re.match(r"([+-])\s*(?=\d)", cell)
        if sign:
            cell = _in_unit(cell[sign.end() :], unit or column.unit)
        return " ".join(filter(None, (name, "tăng", cell, "so với", column.year or "trước")))
    named = "" if name and name.lower() in heading.lower() else name
    period = "giai đoạn" if "-" in column.year else "năm"
    year = f"{period} {column.year}" if column.year else ""
    words = [heading[:1].lower() + heading[1:], named, year, "đạt", cell]
    return " ".join(filter(None, words))


def _is_group(row: list[str]) -> bool:
    """Whether a row heads those below it: "I | Vụ xuân | ", and nothing else."""
    filled = [cell for cell in row if cell]
    return len(filled) == _GROUP_CELLS and row[0] == filled[0] and bool(_INDEX_ROW.match(row[0]))


def _part_said(pairs: list[tuple[_Column, str]], season: str) -> str:
    """Season and what else says of which part of its crop a row is, to stand behind the name."""
    own = next((cell for column, cell in pairs if column.kind == "season" and cell), "")
    if own:
        season = own if "vụ" in own.lower() else f"vụ {own}"
    others = [cell for column, cell in pairs if column.kind == "part" and not _is_figure(cell)]
    return " ".join(filter(None, (season, *others)))


def _sentence(columns: list[_Column], row: list[str], thing: str, season: str = "") -> str:
    """Sentence that a row stands for; empty for a row without a figure.

    ``thing`` is what the line above the table says that it is of, ``season`` what a row above
    heads it with.
    """
    cells = [row[place] if place < len(row) else "" for place in range(len(columns))]
    pairs = list(zip(columns, cells, strict=True))
    unit = next((cell for column, cell in pairs if column.kind == "unit"), "")
    commune = next((cell for column, cell in pairs if column.kind == "commune"), "")
    rest = [(column, cell) for column, cell in pairs if column.kind in ("", "place") and cell]
    name = thing if commune and not any(find_crop(column.heading)[0] for column, _ in rest) else ""
    of_crop = bool(rest) and bool(
        _CROP_COLUMN.search(rest[0][0].heading) or find_crop(rest[0][1])[0]
    )
    if rest and not _is_figure(rest[0][1]) and (not commune or of_crop):
        (column, name), *rest = rest
        # The name stands inside a sentence now.
        name = name[:1].lower() + name[1:]
        if _CROP_COLUMN.search(column.heading) and not _CROP_COLUMN.match(name):
            name = f"vùng {name}"
        name = f"{name} {_part_said(pairs, season)}".strip()
    figures = [
        _figure(column, name, cell, unit)
        for column, cell in rest
        if column.kind == "" and _is_figure(cell)
    ]
    where = next((pair for pair in rest if pair[0].kind == "place"), None)
    if not figures or (commune and _SEVERAL.search(commune)):
        return ""  # whose the figure of several communes is, a person says
    said = "; ".join(figures)
    if commune:
        return f"Xã {_KIND.sub('', commune, count=1)}: {said}"
    if where is not None:
        kind = "" if _KIND.match(where[1]) else "các xã "
        # "Địa bàn không phát triển" heads places of another kind.
        heading = where[0].heading
        lead = "tại" if leads_to_places(heading) else f"{heading.lower()}:"
        said = f"{said}, {lead} {kind}{where[1]}"
    # "Trừ xã A" in a column of notes: no commune that a row names is passed over.
    besides = [
        cell for column, cell in pairs if column.kind in ("note", "") and (column, cell) != where
    ]
    named = [cell[:1].lower() + cell[1:] for cell in besides if _NAMED.search(cell)]
    return ", ".join([said, *named])


def _settled(columns: list[_Column], rows: list[list[str]]) -> list[_Column]:
    """Columns with the kind that their cells show, where the heading leaves it open."""
    found = list(columns)
    named = any(column.kind == "" and _CROP_COLUMN.search(column.heading) for column in columns)
    for at, column in enumerate(columns):
        cells = [row[at] for row in rows if at < len(row) and row[at] and not is_total(row)]
        if column.kind == "unit" and cells and not any(map(_is_unit, cells)):
            # "Đơn vị" heads communes as well as units of measure.
            other = any(one.kind == "commune" for one in found)
            found[at] = replace(column, kind="note" if other else "commune")
        elif column.kind == "" and at and cells and all(map(_KIND.match, cells)):
            found[at] = replace(column, kind="place")
        elif column.kind == "commune" and named:
            names = [_KIND.sub("", cell, count=1) for cell in cells]
            if any(_SEVERAL.search(one) or len(one.split()) > _LONGEST_NAME for one in names):
                found[at] = replace(column, kind="place")
    return found


def _without_marks(row: list[str], notes: set[str]) -> list[str]:
    """Cells without the marks of notes: those of names, and of figures where the note follows."""

    def plain(cell: str) -> str:
        mark = _MARK.search(cell)
        if mark is None:
            return cell
        letters = any(map(str.isalpha, cell[: mark.start()]))
        explained = mark[1] in notes and cell[mark.start()] == "("
        return cell[: mark.start()] if letters or explained else cell

    return [plain(cell) for cell in row]


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a document as sentences, and what is wrong with them."""

    lines: tuple[str, ...]  # lines of the document, rows of tables as sentences
    wrong: tuple[WrongTotal, ...]  # totals that are not the sum of their rows
    without_unit: tuple[int, ...]  # lines of tables whose figures have no unit


def read_tables(lines: Sequence[str]) -> Tables:
    """Read the rows of a document's tables as the sentences they stand for."""
    found, wrong, bare = list(lines), list[WrongTotal](), list[int]()
    for start, end in table_blocks(lines):
        above = (line for line in reversed(lines[max(0, start - 3) : start]) if line)
        caption = next(above, "")[:_CAPTION_LETTERS]
        below = " ".join(lines[end : end + _LINES_BELOW])
        notes = set(_NOTE_BELOW.findall(below))
        if (above_unit := _UNIT_ABOVE.search(caption)) and _FACTOR.fullmatch(above_unit[1]):
            # A factor is no quantity of its own.
            at = max(place for place in range(start) if lines[place])
            found[at] = found[at].replace(above_unit[0], "")
        found[start:end], differing = _table(lines[start:end], caption, notes, start + 1)
        wrong += differing
        rows = [
            one for line, one in zip(lines[start:end], found[start:end], strict=True) if one != line
        ]
        if any(map(_BARE.search, rows)) and not any(map(_TASKS.search, lines[start:end])):
            bare.append(start + 1)
    return Tables(tuple(found), tuple(wrong), tuple(bare))


def table_blocks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each table of a document begins and ends, as places of its lines."""
    place = 0
    while place < len(lines):
        end = place
        while end < len(lines) and "|" in lines[end]:
            end += 1
        if end - place > 1:
            yield place, end
        place = max(end, place + 1)


def _table(
    block: Sequence[str], caption: str, notes: set[str], first_line: int
) -> tuple[list[str], list[WrongTotal]]:
    """Sentences of a table's rows, and its totals that differ."""
    rows = table_cells(block)
    filled = [row for row in rows if any(map(_WORD.search, row))]
    heads = _heading_rows(filled)
    if not heads:
        return list(block), []
    kept = {id(row): _without_marks(row, notes) for row in filled[heads:]}
    rows = [kept.get(id(row), row) for row in rows]
    below = {id(row) for row in kept.values()}
    columns = _settled(_columns(filled[:heads], caption), list(kept.values()))
    named = _THING_ABOVE.search(caption)
    thing = named[0][:1].lower() + named[0][1:] if named and find_crop(named[0])[0] else ""
    said, season = [], ""
    for line, row in zip(block, rows, strict=True):
        season = season_said(" ".join(row)) if _is_group(row) else season
        text = _sentence(columns, row, thing, season) if id(row) in below else ""
        total = id(row) in below and is_total(row)
        said.append("" if total else f"- {text}." if text else _UNIT.sub(_without_factor, line))
    lined = [(first_line + at, row) for at, row in enumerate(rows) if id(row) in below]
    adding = [at for at, column in enumerate(columns) if column.kind == "" and at]
    wrong = wrong_totals(lined, [column.heading for column in columns], adding)
    return said, wrong
