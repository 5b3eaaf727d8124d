"""Tasks of a document: tables that say what is to be done, by whom and until when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from zones.plan.extract.outline import Paragraph
from zones.plan.extract.tables import table_blocks, table_cells
from zones.plan.extract.zones import slug
from zones.plan.model import Names, Task

#: What a column holds, by its heading.
_COLUMNS = {
    "number": re.compile(r"(?:số\s*)?s?tt", re.IGNORECASE),
    "what": re.compile(
        r"(?:nội dung|nhiệm vụ|công việc|hoạt động|tên nhiệm vụ|giải pháp)\b.*", re.IGNORECASE
    ),
    "when": re.compile(
        r"(?:thời gian|thời hạn|tiến độ|hoàn thành|thời điểm|kỳ hạn)\b.*", re.IGNORECASE
    ),
    "who": re.compile(
        r"(?:đơn vị|cơ quan|sở|ngành|chủ trì|phụ trách|người)\b(?!.*phối hợp).*",
        re.IGNORECASE,
    ),
}
_KINDS = ("number", "what", "who", "when")
_PARTS = re.compile(r"(?:^|\s)\(\d{1,2}\)\s*")
_BULLETS = re.compile(r"(?:^|\s)[-–•+]\s+|\s*;\s+")
_YEARLY = re.compile(r"h[àằ]ng năm|mỗi năm|định kỳ năm", re.IGNORECASE)
_ALWAYS = re.compile(r"thường xuyên|liên tục|cả giai đoạn|kịp thời", re.IGNORECASE)
_HALF_YEARLY = re.compile(r"(?:6|sáu) tháng", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](20\d\d)")
_MONTH = re.compile(r"tháng\s+(\d{1,2})(?:\s*(?:/|năm)\s*|/)(20\d\d)", re.IGNORECASE)
_QUARTER = re.compile(r"quý\s+(IV|I{1,3}|[1-4])(?:\s*(?:/|năm)\s*)(20\d\d)", re.IGNORECASE)
_YEAR = re.compile(
    r"(?P<before>trước\s+)?(?:hết\s+)?năm\s+(20\d\d)|(?<![\d/])(20\d\d)(?!\d)", re.IGNORECASE
)
_QUARTERS = {"I": "03", "II": "06", "III": "09", "IV": "12"}
_LONGEST_NAME = 200
_LONGEST_ID = 6


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table of tasks."""

    line: int
    number: str
    what: str
    who: str
    when: str


def _columns(heading: Sequence[str]) -> dict[str, int]:
    """Places of the columns that a heading names; the first of each kind."""
    found: dict[str, int] = {}
    for place, cell in enumerate(heading):
        for kind, known in _COLUMNS.items():
            if kind not in found and known.fullmatch(cell):
                found[kind] = place
                break
    return found


def _rows(lines: Sequence[str]) -> Iterator[_Row]:
    """Rows of all tables whose heading names a task and who does it or when."""
    for start, end in table_blocks(lines):
        columns: dict[str, int] = {}
        for at, cells in enumerate(table_cells(lines[start:end])):
            headed = _columns(cells)
            if "what" in headed and ("who" in headed or "when" in headed):
                columns = headed  # a page break repeats the heading
                continue
            if not columns or not any(re.search(r"\w", cell) for cell in cells):
                continue

            places = [columns.get(kind, len(cells)) for kind in _KINDS]
            number, what, who, when = ((*cells, "")[place] for place in places)
            if what and (who or when):
                yield _Row(start + at + 1, number, what, who, when)


def deadline_in(text: str) -> str | None:
    """Last day, month or year that a text sets; "trước năm 2025" is the last day of 2024."""
    if day := _DAY.search(text):
        return f"{day[3]}-{int(day[2]):02d}-{int(day[1]):02d}"
    if month := _MONTH.search(text):
        return f"{month[2]}-{int(month[1]):02d}"
    if quarter := _QUARTER.search(text):
        number = quarter[1].upper()
        month_of = _QUARTERS.get(number) or f"{int(number) * 3:02d}"
        return f"{quarter[2]}-{month_of}"
    years = list(_YEAR.finditer(text))
    if not years:
        return None
    last = years[-1]
    year = int(last[2] or last[3])
    return f"{year - 1}-12-31" if last["before"] else str(year)


def _every(text: str) -> str:
    if _HALF_YEARLY.search(text):
        return "half_year"
    if _YEARLY.search(text):
        return "year"
    return "always" if _ALWAYS.search(text) else "once"


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    return [part.strip(" .;") for part in pattern.split(text) if part.strip(" .;")]


def _tasks_of(row: _Row) -> Iterator[tuple[str, str]]:
    """Tasks of a row, each with the words that say when.

    A row of several tasks and as many times has them in turn; else all times hold for all.
    """
    tasks = _split(_PARTS, row.what)
    times = _split(_BULLETS, row.when)
    paired = len(tasks) == len(times) and len(tasks) > 1
    for place, task in enumerate(tasks):
        yield task, times[place] if paired else row.when


def _clause(row: _Row, paragraphs: Sequence[Paragraph]) -> str | None:
    """Clause in which a table stands, with the number of the row."""
    before = [p for p in paragraphs if p.starts[0][1] <= row.line and not p.ended]
    clause = before[-1].clause if before else None
    number = row.number.strip(" .")
    return ".".join(filter(None, (clause, number))) or None


def read_tasks(
    lines: Sequence[str], paragraphs: Sequence[Paragraph], provinces: Sequence[str]
) -> list[Task]:
    """Read the tasks that the tables of a document set."""
    found: list[Task] = []
    taken: set[str] = set()
    pairs = chain.from_iterable(((row, *task) for task in _tasks_of(row)) for row in _rows(lines))
    for row, what, when in pairs:
        cut = f"{what[:_LONGEST_NAME].rsplit(' ', 1)[0]} …"
        name = cut if len(what) > _LONGEST_NAME else what
        base = slug(" ".join(re.findall(r"\w+", what)[:_LONGEST_ID])).replace("_", "-")
        task, number = base, 2
        while task in taken:
            task, number = f"{base}-{number}", number + 1
        taken.add(task)
        every = _every(when)
        found.append(
            Task.model_validate(
                {
                    "kind": "task",
                    "task": task,
                    "name": Names(vi=name, en=name),
                    "clause": _clause(row, paragraphs),
                    "deadline": deadline_in(when) if every == "once" else None,
                    "responsible": _split(_BULLETS, row.who),
                    "provinces": list(provinces),
                    "every": every,
                }
            )
        )
    return found
