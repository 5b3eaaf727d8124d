"""Rows of tables as the sentences they stand for, so that one set of rules reads both.

"| Vải thiều | 29.000 | Lục Ngạn, Tân Sơn |" under "Vùng sản xuất | Diện tích (ha) | Địa điểm" is
"diện tích vùng vải thiều đạt 29.000 ha, tại các xã Lục Ngạn, Tân Sơn". A table without heading and
a row without a figure stay as they are; a row of totals says nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zones.plan.extract.quantity import RAISED_DIGITS
from zones.plan.extract.totals import WrongTotal, is_total, wrong_totals

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SPAN = re.compile(r"(?<!\d)(20\d\d)\s*[-–]\s*(20\d\d)(?!\d)")
_NUMERAL = re.compile(r"[\d.,\s]*\d(?:\s*[-–]\s*[\d.,\s]*\d)?")
#: A bound before a figure, as a sign and in words.
_SIGNS = {"≥": "ít nhất", ">=": "ít nhất", "≤": "không quá", "<=": "không quá"}
_SIGNED = re.compile(rf"({'|'.join(map(re.escape, _SIGNS))})\s*(?=\d)")
_WORD = re.compile(r"\w")
_INDEX = re.compile(r"\(?(?:\d{1,2}|[A-Z]|[=+\d\s]{3,})\)?")
_UNIT = re.compile(r"\(\s*(?:ĐVT|Đơn vị(?: tính)?)?\s*:?\s*([^()\d]{1,20}\d?)\)")
_UNIT_ABOVE = re.compile(r"(?:ĐVT|Đơn vị(?: tính)?)\s*:\s*([^\s(),;]+(?:\s\w+)?)", re.IGNORECASE)
#: What a column holds, by its heading; the first that fits.
_COLUMNS = (
    ("number", re.compile(r"(?:số\s*)?s?tt|số", re.IGNORECASE)),
    ("unit", re.compile(r"đvt|đơn vị(?: tính)?", re.IGNORECASE)),
    ("note", re.compile(r"ghi chú.*", re.IGNORECASE)),
    (
        "commune",
        re.compile(r"(?:tên )?(?:xã|phường|đơn vị hành chính|địa phương)\b.*", re.IGNORECASE),
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
_CHANGE = re.compile(r"(?:mức\s+)?(?:tăng|giảm|chênh lệch|so sánh)", re.IGNORECASE)
_KIND = re.compile(r"(?:các\s+)?(?:xã|phường)\s+", re.IGNORECASE)
#: A digit; those of units (m³) are none.
_DIGIT = re.compile(rf"\d|(?<![^\W\d_])[{RAISED_DIGITS}]")
_LONGEST_FIGURE = 60
_CAPTION_LETTERS = 250


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
            return place
    return 0


def _column(parts: list[str], caption: str) -> _Column:
    heading = " ".join(dict.fromkeys(filter(None, parts)))
    plain = _UNIT.sub("", heading).strip()
    kind = next((kind for kind, known in _COLUMNS if known.fullmatch(plain)), "")
    unit = _UNIT.search(heading) or _UNIT_ABOVE.search(caption)
    span = _SPAN.search(heading)
    years = r"(?:đến\s+)?(?:năm\s+)?20\d\d"
    plain = re.sub(rf"(?:giai đoạn\s+)?{_SPAN.pattern}", "", plain, flags=re.IGNORECASE)
    words = re.sub(years, "", plain, flags=re.IGNORECASE)
    year = _YEAR.search(heading) or _YEAR.search(caption)
    told = f"{span[1]}-{span[2]}" if span else year[0] if year else ""
    return _Column(kind, " ".join(words.split()), unit[1].strip() if unit else "", told)


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
        cell = f"{cell} {unit or column.unit}".strip()
    if bound:
        cell = f"{_SIGNS[bound[1]]} {cell[bound.end() :]}"
    heading = "" if _PLANNED.search(column.heading) else column.heading
    if _CHANGE.match(column.heading):
        return " ".join(filter(None, (name, "tăng", cell, "so với", column.year or "trước")))
    named = "" if name and name.lower() in heading.lower() else name
    period = "giai đoạn" if "-" in column.year else "năm"
    year = f"{period} {column.year}" if column.year else ""
    words = [heading[:1].lower() + heading[1:], named, year, "đạt", cell]
    return " ".join(filter(None, words))


def _sentence(columns: list[_Column], row: list[str]) -> str:
    """Sentence that a row stands for; empty for a row without a figure."""
    cells = [row[place] if place < len(row) else "" for place in range(len(columns))]
    pairs = list(zip(columns, cells, strict=True))
    unit = next((cell for column, cell in pairs if column.kind == "unit"), "")
    commune = next((cell for column, cell in pairs if column.kind == "commune"), "")
    rest = [(column, cell) for column, cell in pairs if column.kind in ("", "place") and cell]
    name = ""
    if not commune and rest and not _is_figure(rest[0][1]):
        (column, name), *rest = rest
        # The name stands inside a sentence now.
        name = name[:1].lower() + name[1:]
        if _CROP_COLUMN.search(column.heading) and not _CROP_COLUMN.match(name):
            name = f"vùng {name}"
    figures = [
        _figure(column, name, cell, unit)
        for column, cell in rest
        if column.kind == "" and _is_figure(cell)
    ]
    places = next((cell for column, cell in rest if column.kind == "place"), "")
    if not figures:
        return ""
    said = "; ".join(figures)
    if commune:
        return f"Xã {_KIND.sub('', commune, count=1)}: {said}"
    kind = "" if _KIND.match(places) else "các xã "
    return f"{said}, tại {kind}{places}" if places else said


def read_tables(lines: Sequence[str]) -> tuple[tuple[str, ...], list[WrongTotal]]:
    """Lines with the rows of tables as sentences, and totals that are not the sum of their rows."""
    found, wrong = list(lines), list[WrongTotal]()
    for start, end in table_blocks(lines):
        above = (line for line in reversed(lines[max(0, start - 3) : start]) if line)
        caption = next(above, "")[:_CAPTION_LETTERS]
        found[start:end], differing = _table(lines[start:end], caption, start + 1)
        wrong += differing
    return tuple(found), wrong


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
    block: Sequence[str], caption: str, first_line: int
) -> tuple[list[str], list[WrongTotal]]:
    """Sentences of a table's rows, and its totals that differ."""
    rows = table_cells(block)
    filled = [row for row in rows if any(map(_WORD.search, row))]
    heads = _heading_rows(filled)
    if not heads:
        return list(block), []
    columns, below = _columns(filled[:heads], caption), {id(row) for row in filled[heads:]}
    said = []
    for line, row in zip(block, rows, strict=True):
        text = _sentence(columns, row) if id(row) in below else ""
        total = id(row) in below and is_total(row)
        said.append("" if total else f"- {text}." if text else line)
    lined = [(first_line + at, row) for at, row in enumerate(rows) if id(row) in below]
    adding = [at for at, column in enumerate(columns) if column.kind == "" and at]
    wrong = wrong_totals(lined, [column.heading for column in columns], adding)
    return said, wrong
