"""The one reader of tables of figures: CSV, workbooks of every office, Parquet.

A number cell stays a number and a text cell stays text (NFC, stripped), so that a decimal mark is
asked for only where a figure stands as text. Nothing shifts: a row has the cells of the header or
is refused; every fault of a file, and of the libraries that read it, is one line.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, TextIO

import numpy as np
import pandas as pd

from layers.base.errors import InputError, SchemaError
from layers.base.files import require_file
from layers.base.findings import Finding, Findings, Severity
from layers.base.messages import message
from layers.base.units import (
    heads_units,
    is_count,
    is_hectares,
    is_size_of_land,
    is_title_of_units,
    is_unit_alone,
    measure_of,
    other_quantity,
    speaks_of_area,
    unit_of_heading,
    unit_of_note,
    unit_of_table,
    unit_said,
)
from layers.io.endings import PACKED, TABLE_KINDS, WORKBOOK_KINDS
from layers.io.shown_cells import ShownCells
from layers.io.values import as_text
from layers.io.workbook import TEXT_BYTES, column_letters, read_workbook_rows

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

#: Most cells of a CSV or Parquet table, 400,000 records of 50 fields: some 2 GB while it is read.
CELL_LIMIT = 20_000_000
#: Most columns of a table, as in Excel.
COLUMN_LIMIT = 16_384
#: Most cells of a table that is kept cell by cell: a returned report, a table of a run.
KEPT_CELLS = 5_000_000
_LINE_LETTERS = 2**22
_CHUNK, _CHUNK_CELLS = 20_000, 1_000_000
#: Names that make a header below lines of one cell, and most of these lines.
_HEADER_NAMES, _MOST_TITLES = 3, 10
_TEXT = pd.StringDtype(na_value=np.nan)
#: Key of a frame's ``attrs``: cells of a workbook that show percents, by column.
_PERCENTS = "percents"
#: Key of a frame's ``attrs``: the file does not tell which cells it shows as percents.
_UNTOLD = "percents_untold"
#: Key of a frame's ``attrs``: other sheets with the same header, which were not read.
_ALIKE = "sheets_alike"
#: Rows that a workbook hides
_HIDDEN = "rows_hidden"
#: Key of a frame's ``attrs``: lines above the header.
_TITLES = "titles"
_LONGEST_TITLE = 100
_HECTARES = re.compile(r"(?<!\w)ha(?!\w)", re.IGNORECASE)
_SAYS_UNIT = re.compile(r"[đd]vt|t[íi]nh", re.IGNORECASE)
#: A figure in a CSV file, where all cells are text.
_FIGURE = re.compile(r"[-+]?[\d.,\s]+%?")
_COUNTING = re.compile(r"(?:s?tt|số tt|so tt|no\.?|id|fid|#)", re.IGNORECASE)
#: "unit" heads units, or those that report.
_PERHAPS_OFFICES = re.compile(r"units?", re.IGNORECASE)
_NOTES = re.compile(
    r"(?:ghi[\s_]*ch[úu]|nhận xét|nhan[\s_]*xet|diễn giải|dien[\s_]*giai|note|remark|comment)",
    re.IGNORECASE,
)

_Rows = Iterator[tuple[int, Sequence[object]]]


def read_csv_text(path: Path) -> pd.DataFrame:
    """Read a CSV file of ours that came back: text as it stands, blank as "", even without rows."""
    rows = csv_rows(require_file(path), most=KEPT_CELLS)
    _, header = next(rows, (0, ()))
    if not header:
        raise InputError("layers.io.table_file_empty", path=path)
    records = list(rows)
    odd = [number for number, row in records if len(row) != len(header)]
    if odd:
        raise InputError(
            "layers.io.rows_unlike_header",
            path=path,
            count=len(odd),
            header_count=len(header),
            odd=odd,
        )
    _refuse_twice(path, [str(name) for name in header])
    return pd.DataFrame([row for _, row in records], columns=list(header), dtype=_TEXT)


def read_table(path: Path, *, sheet: str | None = None) -> pd.DataFrame:
    """Read a table; the index is the row in the file less 2, so that the first below a header is 0.

    A column is float64 or Int64 where all its cells are numbers, text where all are text, and holds
    both where they are mixed. Columns without a header go by their letters, as ``(C)``.
    """
    require_file(path)
    kind = path.suffix.lower()
    if kind not in TABLE_KINDS:
        unpack, save = message("layers.io.unpack_first"), message("layers.io.save_as_table")
        hint = unpack if kind in PACKED else save
        values = {"table_kinds": TABLE_KINDS, "suffix": path.suffix, "hint": hint}
        raise InputError("layers.io.not_a_table", path=path, **values)
    titles: list[str] = []
    if kind == ".parquet":
        frame = _read_parquet(path)
    elif kind in WORKBOOK_KINDS:
        shown = ShownCells()
        titles, rows = _from_header(read_workbook_rows(path, sheet, shown=shown))
        frame = _frame(path, rows, strict=False, shown=shown)
        frame.attrs |= {} if shown.are_told else {_UNTOLD: True}
        frame.attrs |= {_ALIKE: shown.alike} if shown.alike else {}
        frame.attrs |= {_HIDDEN: shown.hidden_rows} if shown.hidden_rows else {}
    else:
        titles, rows = _from_header(csv_rows(path))
        frame = _frame(path, rows, strict=True)
    if titles:
        frame.attrs[_TITLES] = titles
    if frame.empty:
        raise InputError("layers.io.table_without_rows", path=path)
    return frame


def tell_sheets_alike(frame: pd.DataFrame, *, source: str, findings: Findings) -> None:
    """Tell other sheets of a workbook with the same header, of which no row was read."""
    if sheets := frame.attrs.get(_ALIKE):
        what = message("layers.io.sheets_alike", count=len(sheets), sheets=sheets)
        examples = tuple(sheets[:5])
        findings.add(
            Finding("problem", "sheets-alike", source, what, len(sheets), examples=examples)
        )


def refuse_sheets_alike(frame: pd.DataFrame, *, source: str, key: str = "") -> None:
    """Refuse a table of figures of which other sheets with the same header were not read.

    ``key`` is that of a project which names the sheet, where there is one.
    """
    sheets = frame.attrs.get(_ALIKE)
    if sheets and key:
        raise InputError("layers.io.sheet_to_name", source=source, sheets=sheets, key=key)
    if sheets:
        raise InputError("layers.io.rows_on_other_sheets", source=source, sheets=sheets)


def titles_of(frame: pd.DataFrame) -> list[str]:
    """Lines above the header of a table."""
    return list(frame.attrs.get(_TITLES, []))


def tell_titles(frame: pd.DataFrame, *, source: str, findings: Findings) -> None:
    """Tell lines above a header, which a copy of the table has no longer."""
    if titles := frame.attrs.get(_TITLES):
        lines = [title[:_LONGEST_TITLE] for title in titles]
        units = [said for said in map(unit_said, titles) if said]
        what = message("layers.io.titles_left_out", count=len(lines), titles=lines)
        severity: Severity = "problem" if units else "note"
        findings.add(Finding(severity, "titles-left-out", source, what, len(lines)))


def require_columns(
    frame: pd.DataFrame, columns: dict[str, str], *, source: str, of_layer: bool = False
) -> None:
    """Check that a table has the columns a project names; of a layer, say what to write there."""
    missing = {use: name for use, name in columns.items() if name not in frame.columns}
    if not missing:
        return
    told = [f"{name} ({use})" for use, name in missing.items()]
    found = [str(name) for name in frame.columns]
    if not of_layer:
        raise SchemaError("layers.io.columns_missing", source=source, missing=told, found=found)
    entry = ", ".join(f"{use}: …" for use in missing)
    raise SchemaError(
        "layers.io.columns_of_layer_missing", source=source, missing=told, found=found, entry=entry
    )


#: First line by which Excel is told the separator of a CSV file.
_TOLD_SEPARATOR = re.compile(r"sep=([,;\t])\s*[\r\n]")


def require_hectares(column: str, *, source: str, frame: pd.DataFrame | None = None) -> None:
    """Refuse a column of areas whose header, or a title of its table, names another unit."""
    unit = other_quantity(column)
    if square := re.fullmatch(r"(k?)m[2²]|m.t vu.ng|m vuông", unit):
        per_ha = 0.01 if square[1] else 10_000
        raise InputError(
            "layers.io.hectares_needed", source=source, column=column, unit=unit, per_ha=per_ha
        )
    if unit:
        raise InputError("layers.io.hectares_not", source=source, column=column, unit=unit)
    if frame is None:
        return
    others = (name for name in frame.columns if name != column and is_title_of_units(str(name)))
    blank = [name for name in others if frame[name].isna().all()]
    refuse_other_units([*frame.attrs.get(_TITLES, []), *blank], column, source=source)


def refuse_other_units(
    lines: Iterable[str], column: str, *, source: str, notes: bool = False
) -> None:
    """Refuse a column of areas where a title above its table, or a note below, says another unit.

    What is no area is passed over where hectares stand beside it. Where the header of the column
    says hectares, only another unit of land for the whole table contradicts it.
    """
    named = is_hectares(unit_of_heading(column.replace("_", " ")))
    for line in lines:
        said = unit_of_note(line, ("ha",)) if notes else unit_said(line)
        said = unit_of_table(line) if said and named else said
        if not said or is_hectares(said):
            continue
        of_area = measure_of(said) == "area"
        beside = named or _HECTARES.search(line) or (is_count(said) and not _SAYS_UNIT.search(line))
        if of_area or not beside:
            title = line[:_LONGEST_TITLE]
            told = {"source": source, "column": column, "unit": said, "title": title}
            raise InputError("layers.io.title_not_hectares", **told)


def rows_in_other_units(
    frame: pd.DataFrame, column: str, used: Collection[str]
) -> tuple[pd.Series[str], list[str]]:
    """Unit that each row of a column of areas says, empty for hectares, and the columns that do.

    ``used`` columns hold something else. Where a column says other units, a blank cell is "?":
    nobody knows whether it repeats the cell above.
    """
    said = pd.Series("", index=frame.index, dtype=_TEXT)
    columns: list[str] = []
    free = [name for name in frame.columns if name not in {column, *used}]
    figures = {name for name in free if _is_of_figures(str(name), frame[name])}
    left = dict(zip(frame.columns[1:], frame.columns, strict=False))
    for name in free:
        texts = as_text(frame[name]) if name not in figures else pd.Series(dtype=_TEXT)
        units = texts.dropna().unique().tolist()
        if not units or not _tells_units(str(name), units):
            continue
        of_next = left.get(column) == name or left.get(name) not in figures
        if _of_other_figures(units, column, "" if of_next else str(left[name]), figures):
            continue
        columns.append(str(name))
        other = {one for one in units if not is_hectares(one)}
        here = texts.fillna("?" if other and not _NOTES.match(str(name)) else "")
        said = said.where(~here.isin({*other, "?"}), here)
    return said, columns


def _is_of_figures(name: str, cells: pd.Series) -> bool:
    """Whether a column holds figures and does not number the rows."""
    texts = as_text(cells).dropna()
    counts = texts.empty or _COUNTING.fullmatch(name) is not None
    return not counts and float(texts.str.fullmatch(_FIGURE).mean()) >= 0.5


def _tells_units(name: str, units: Sequence[str]) -> bool:
    """Whether a column of texts tells units: by its header, or by each of its cells.

    A figure in a cell is one of something else ("95%", "20 tấn"), and "năm" in every row too.
    """
    sizes = [one for one in units if measure_of(one)]
    if heads_units(name):
        sure = is_unit_alone(name) and not _PERHAPS_OFFICES.fullmatch(name.strip(" .:"))
        return sure or (2 * len(sizes) >= len(units) and not all(map(is_count, sizes)))
    bare = len(sizes) == len(units) and not any(one[:1].isdigit() for one in units)
    return bare and any(map(is_size_of_land, units))


def _of_other_figures(units: Sequence[str], column: str, beside: str, others: set[str]) -> bool:
    """Whether units are those of other figures than the areas of a column.

    A header that says hectares leads: tonnes are of ``others``, the other columns of figures, and
    what stands to the right of one of them, ``beside``, is of that one. Where units of land stand
    beside a count, it is no count that they measure.
    """
    of_area = [measure_of(one) == "area" for one in units]
    if is_hectares(unit_of_heading(column.replace("_", " "))):
        if not any(of_area):
            return bool(others)
        return bool(beside) and (speaks_of_area(beside) or not all(of_area))
    return bool(beside) and speaks_of_area(column) and not any(of_area)


def refuse_percents(
    frame: pd.DataFrame,
    column: str,
    *,
    source: str,
    rows: Iterable[int] | None = None,
    findings: Findings | None = None,
    hectares: bool = True,
) -> None:
    """Refuse a column of figures, as it was read, with cells that show 12.5% and hold 0.125.

    Of ``rows`` of the file, numbered as there, where not all are used. An ``.xlsb`` does not tell
    them from figures: of ``hectares``, those that may be percents are noted in ``findings``, else
    refused as well.
    """
    cells = frame.attrs.get(_PERCENTS, {}).get(column, [])
    if rows is not None:
        used = set(rows)
        cells = [cell for cell in cells if int(cell.lstrip(ascii_uppercase)) in used]
    if cells:
        raise InputError("layers.io.percents_found", source=source, count=len(cells), cells=cells)
    small = _may_be_percents(frame, column, rows) if hectares else []
    if small and findings is None:
        raise InputError("layers.io.percents_untold", source=source, count=len(small), rows=small)
    if small and findings is not None:
        what = message("layers.io.percents_untold", source=source, count=len(small), rows=small)
        examples = tuple(map(str, small[:5]))
        findings.add(
            Finding("note", "percents-untold", source, what, count=len(small), examples=examples)
        )


def tell_hidden_rows(
    frame: pd.DataFrame, *, source: str, rows: Iterable[int], findings: Findings
) -> None:
    """Note which ``rows`` of the file are hidden or filtered out in it: they were read as well."""
    hidden = sorted(frame.attrs.get(_HIDDEN, set()) & set(rows))
    if hidden:
        what = message("layers.io.rows_hidden", count=len(hidden), rows=hidden)
        examples = tuple(map(str, hidden[:5]))
        findings.add(Finding("note", "rows-hidden", source, what, len(hidden), examples=examples))


def _may_be_percents(frame: pd.DataFrame, column: str, rows: Iterable[int] | None) -> list[int]:
    """Rows of a file that tells no percents, with a number above 0 and up to 1 in a column."""
    if _UNTOLD not in frame.attrs or column not in frame.columns:
        return []
    asked = None if rows is None else set(rows)
    numbers = (
        (row + 2, cell)
        for row, cell in zip(frame.index.tolist(), frame[column].tolist(), strict=True)
        if isinstance(cell, int | float)
    )
    found = [row for row, cell in numbers if 0 < cell <= 1]
    return [row for row in found if asked is None or row in asked]


def csv_rows(path: Path, *, most: int = CELL_LIMIT) -> _Rows:
    """Read the records of a CSV file that hold something, with their numbers."""
    size = path.stat().st_size
    if size > TEXT_BYTES:
        raise InputError("layers.io.csv_too_large", path=path, mb=size / 1e6, most=TEXT_BYTES / 1e6)
    with path.open("rb") as file:
        head = file.read(4)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    read = 0
    # Excel's "Unicode text" is UTF-16 with a mark; nothing else tells its encoding by itself.
    with path.open(encoding="utf-16" if wide else "utf-8-sig", newline="") as text:
        try:
            sample = text.read(1 << 16)
            text.seek(0)
            records = csv.reader(_lines(path, text), delimiter=_separator(sample), strict=True)
            for number, cells in enumerate(records, start=1):
                read += len(cells) or 1  # a billion empty lines take minutes
                if read > most:
                    raise _too_many(path, read, most)
                if any(cell.strip() for cell in cells) and not (number == 1 and cells[0] == "sep="):
                    yield number, cells
        except UnicodeError as error:
            place = f" at position {error.start}" if isinstance(error, UnicodeDecodeError) else ""
            raise InputError("layers.io.not_utf8", path=path, place=place) from error
        except csv.Error as error:
            raise InputError("layers.io.unreadable_csv", path=path, error=error) from error


def _lines(path: Path, text: TextIO) -> Iterator[str]:
    """Lines of a text file; one without end is refused before it is in memory."""
    while line := text.readline(_LINE_LETTERS):
        if len(line) == _LINE_LETTERS:
            raise InputError("layers.io.line_too_long", path=path, most=_LINE_LETTERS)
        yield line


def _separator(sample: str) -> str:
    """Separator that cuts the first record into most cells, or the header below titles."""
    if "\0" in sample:
        raise csv.Error("it is no text")

    told = _TOLD_SEPARATOR.match(sample)
    if told:
        return told.group(1)

    def records(mark: str) -> list[list[str]]:
        lines = csv.reader(io.StringIO(sample.lstrip(), newline=""), delimiter=mark)
        return list(itertools.islice(lines, _MOST_TITLES + 1))

    first = {mark: records(mark) for mark in ",;\t"}
    best = max(first, key=lambda mark: len(next(iter(first[mark]), [])))
    widths = [len(record) for record in first[best]]
    if len(widths) < 2 or widths[0] > _HEADER_NAMES or 1 < widths[0] == widths[1]:
        return best
    titled = (mark for mark in first if _from_header(enumerate(first[mark], start=1))[0])
    return next(titled, best)


def _from_header(rows: _Rows) -> tuple[list[str], _Rows]:
    """Titles, and rows of a table from its header on: lines of one cell above three names."""
    above: list[tuple[int, Sequence[object]]] = []
    for row in rows:
        cells = [cell for cell in row[1] if _holds(cell)]
        named = len(cells) >= _HEADER_NAMES and all(map(_is_name, cells))
        if above and named:
            lines = [str(cell).strip() for _, line in above for cell in line if _holds(cell)]
            return lines, itertools.chain([row], rows)
        above.append(row)
        if len(cells) > 1 or len(above) > _MOST_TITLES:
            break
    return [], itertools.chain(above, rows)


def _is_name(cell: object) -> bool:
    return isinstance(cell, str) and not _FIGURE.fullmatch(cell.strip())


def _frame(
    path: Path, rows: _Rows, *, strict: bool, shown: ShownCells | None = None
) -> pd.DataFrame:
    """Frame of rows of which the first is the header; ``strict`` refuses cells beyond it."""
    first = next(rows, None)
    if first is None:
        return pd.DataFrame()
    header = [_header(cell) for cell in first[1]]
    while header and not header[-1]:
        header.pop()
    _refuse_columns(path, len(header))
    wide: list[int] = []
    chunks, width, cells = [], len(header), 0
    for chunk in _chunks(rows):
        if strict:
            wide += [number for number, row in chunk if any(map(_holds, row[len(header) :]))]
        width = len(header) if strict else max(width, *(len(row) for _, row in chunk))
        cells += width * len(chunk)
        if cells > CELL_LIMIT:
            raise _too_many(path, cells, CELL_LIMIT)
        chunks.append(_chunk(chunk, width, text=strict))
    if wide:
        raise _wider(path, wide, len(header))
    _refuse_twice(path, header)
    if not chunks:
        return pd.DataFrame(columns=header)
    frame = pd.concat([chunk.reindex(columns=range(width)) for chunk in chunks])
    named = [*header, *[""] * (width - len(header))]
    names = [name or f"({column_letters(place)})" for place, name in enumerate(named)]
    kept = [place for place, name in enumerate(named) if name or frame[place].notna().any()]
    result = frame[kept].set_axis([names[place] for place in kept], axis="columns")
    result = result if strict else result.apply(_typed)
    percents = shown.percents if shown else ()
    if told := _by_column(names, ((row, at) for row, at in percents if row > first[0])):
        result.attrs[_PERCENTS] = told
    return result


def _by_column(names: Sequence[str], cells: Iterable[tuple[int, int]]) -> dict[str, list[str]]:
    """References of cells by the name of their column."""
    found: dict[str, list[str]] = {}
    for row, place in sorted(cells):
        if place < len(names):
            found.setdefault(names[place], []).append(f"{column_letters(place)}{row}")
    return found


def _chunks(rows: _Rows) -> Iterator[list[tuple[int, Sequence[object]]]]:
    """Rows some at a time: few where they are wide."""
    chunk: list[tuple[int, Sequence[object]]] = []
    cells = 0
    for row in rows:
        chunk.append(row)
        cells += len(row[1])
        if len(chunk) == _CHUNK or cells > _CHUNK_CELLS:
            yield chunk
            chunk, cells = [], 0
    if chunk:
        yield chunk


def _chunk(rows: Sequence[tuple[int, Sequence[object]]], width: int, *, text: bool) -> pd.DataFrame:
    padded = [[*row, *[None] * (width - len(row))][:width] for _, row in rows]
    index = pd.Index([number - 2 for number, _ in rows])
    frame = pd.DataFrame(padded, index=index, columns=range(width), dtype=object).map(_tidy)
    return frame.astype(_TEXT) if text else frame


def _header(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else unicodedata.normalize("NFC", str(cell)).strip()


def _holds(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _tidy(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    return text.strip() or None


def _typed(values: pd.Series) -> pd.Series:
    """Column of numbers, of text, or of both where the cells are mixed."""
    is_text = values.map(lambda cell: isinstance(cell, str)).to_numpy(dtype=bool)
    present = values.notna()
    if is_text.any() or not present.any():
        mixed = bool((present & ~is_text).any())
        return values if mixed else values.astype(_TEXT)
    numbers = values.astype("float64")
    whole = numbers.dropna().map(float.is_integer).all() and numbers.abs().max() < 2**53
    return numbers.astype("Int64") if whole else numbers


def _wider(path: Path, rows: list[int], width: int) -> InputError:
    return InputError("layers.io.rows_too_wide", path=path, count=len(rows), width=width, rows=rows)


def _refuse_twice(path: Path, header: Sequence[str]) -> None:
    places: dict[str, list[str]] = {}
    for place, name in enumerate(header):
        # A person does not tell "Area_ha" from "area_ha": whichever was taken would be a guess.
        places.setdefault(name.casefold(), []).append(column_letters(place))
    twice = {name: letters for name, letters in places.items() if name and len(letters) > 1}
    if twice:
        listed = "; ".join(f"{name!r}: {', '.join(letters)}" for name, letters in twice.items())
        raise InputError("layers.io.headers_repeated", path=path, count=len(twice), listed=listed)


def _refuse_columns(path: Path, columns: int) -> None:
    if columns > COLUMN_LIMIT:
        raise InputError(
            "layers.io.too_many_columns", path=path, columns=columns, most=COLUMN_LIMIT
        )


def _too_many(path: Path, cells: int, most: int) -> InputError:
    return InputError("layers.io.table_too_large", path=path, cells=cells, cell_limit=most)


def open_parquet(path: Path) -> pq.ParquetFile:
    """Parquet file whose footer can be read and whose size is within the limit."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path.absolute())  # not the home that "~" stands for
        about = file.metadata
        rows = max([about.num_rows, *_rows_of_groups(about)])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _no_parquet(path, error) from error
    _refuse_columns(path, about.num_columns)
    if rows * about.num_columns > CELL_LIMIT:
        file.close()
        raise _too_many(path, rows * about.num_columns, CELL_LIMIT)
    return file


def _rows_of_groups(about: pq.FileMetaData) -> Iterable[int]:
    # Columns of a group are not looked at: damaged statistics of theirs end the process.
    for group in map(about.row_group, range(about.num_row_groups)):
        yield group.num_rows * about.num_row_groups


def _no_parquet(path: Path, error: Exception) -> InputError:
    reason = (str(error).strip().splitlines() or ["?"])[0]
    return InputError("layers.io.unreadable_parquet", path=path, reason=reason)


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa

    with open_parquet(path) as file:
        try:
            table = _unpacked(path, file)
            table.validate(full=True)
            _refuse_twice(path, table.column_names)
            frame = pd.DataFrame(
                {name: _parquet_column(table.column(name)) for name in table.column_names}
            )
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            if isinstance(error, InputError):
                raise
            raise _no_parquet(path, error) from error
    frame.columns = [_header(name) for name in frame.columns]
    return frame


def _unpacked(path: Path, file: pq.ParquetFile) -> pa.Table:
    """Columns of figures and texts; lists, and texts that would fill the memory, are refused."""
    from layers.io.parquet import packed, text_bytes, text_fields

    schema = file.schema_arrow
    lists = [field.name for field in schema if _has_lists(field.type)]
    if lists:
        raise InputError("layers.io.parquet_lists", path=path, count=len(lists), lists=lists)
    with packed(path, text_fields(schema)) as again:
        table = again.read()
    size = sum(map(text_bytes, table.columns))
    if size > TEXT_BYTES:
        raise InputError("layers.io.parquet_swells", path=path, mb=size / 1e6)
    return table


def _has_lists(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return any(_has_lists(field.type) for field in kind)
    return bool(pa.types.is_nested(kind))


def _parquet_column(column: pa.ChunkedArray) -> pd.Series:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = pd.Series(column.cast("float64", safe=False).to_numpy(zero_copy_only=False))
        return _typed(numbers.astype(object).where(numbers.notna(), None))
    texts = [None if cell is None else _tidy(str(cell)) for cell in column.to_pylist()]
    return pd.Series(texts, dtype=object).pipe(_typed)
