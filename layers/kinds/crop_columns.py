"""Tables with a column for each crop: found, and made a list of one row per commune and crop."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.printed_sums import is_printed_sum
from layers.communes.gazetteer import communes_on
from layers.io.table import refuse_other_units, refuse_percents, require_hectares
from layers.io.values import as_integer, as_number, as_text, refuse_formulas
from layers.kinds.crops import crop_named
from layers.kinds.report_entries import words_of

#: Headings of the list; the column of years has its own where the table has one.
CROP, YEAR, AREA = "Cây trồng", "Năm", "Diện tích (ha)"

_HEADERS = 2
_LEAST_CROPS = 2
_UNIT = re.compile(r"\s*(?:[(\[].*|,\s*(?:ha|héc-?ta)\.?)$", re.DOTALL | re.IGNORECASE)
_LEADING = re.compile(r"^(?:tổng\s+)?(?:diện tích|dt|cây|rừng|vùng)\s+(?:trồng\s+)?", re.IGNORECASE)
_NOTHING = r"[-–—.…\s]*"
_TOTAL = re.compile(r"(?:tong|cong|total|sum)(?: (?:cong|so|dien tich|dt|toan tinh|tinh|ha))*")
_COUNTING = re.compile(r"(?:s?tt|so tt|no|id|fid|so thu tu)")
#: Words of a heading over figures that are not all hectares of a crop.
_PART = re.compile(
    r"\b(?:trong (?:moi|lai|dam)|cho (?:thu hoach|san pham|qua)|thu hoach|san pham|nang suat"
    r"|san luong|ke hoach|kh|du kien|muc tieu|tang|giam|kien thiet|ty le|so (?:cay|ho)|yield"
    r"|production|planned|target)\b"
)
_YEARS = (1900, 2100)
#: Share of cells that are codes of communes in a column of such codes.
_CODES = 0.9


@dataclass(frozen=True, slots=True)
class CropColumns:
    """Columns of a table that hold the hectares of one crop each."""

    headings: dict[str, tuple[str, ...]]  # Column: what stands over it, from the top
    headers: int  # Rows of the frame that belong to the header

    @property
    def crops(self) -> dict[str, str]:
        """Column and its crop, as the header writes it."""
        return {
            column: next(label for text in reversed(texts) if (label := _label(text)))
            for column, texts in self.headings.items()
        }


@dataclass(frozen=True, slots=True)
class CropList:
    """A table with a column for each crop as a list, and what did not go into it."""

    table: pd.DataFrame  # Other columns of text, crop as written, year, hectares
    told: tuple[Phrase, ...]


def crop_columns(frame: pd.DataFrame) -> CropColumns | None:
    """Columns of a table (as ``read_table`` gives it) of a crop each; None where there are none.

    Names of crops stand in the header, or in one of the two rows below it.
    """
    rows = [
        {str(name): "" if _is_unnamed(str(name)) else str(name) for name in frame.columns},
        *(_texts(frame, at) for at in range(min(_HEADERS, len(frame)))),
    ]
    for below, row in enumerate(rows):
        columns = [name for name, text in row.items() if _label(text)]
        if len(columns) >= _LEAST_CROPS:
            headers = max(below, _further_headers(frame, columns, below))
            above = [_spread(row) if at < below else row for at, row in enumerate(rows)]
            headings = {
                name: tuple(filter(None, (row[name] for row in above[: headers + 1])))
                for name in columns
            }
            return CropColumns(headings, headers)
    return None


def _texts(frame: pd.DataFrame, at: int) -> dict[str, str]:
    """Cells of a row that are text, by column; none of a row in which figures stand."""
    cells = frame.iloc[at]
    texts = {str(name): cell if isinstance(cell, str) else "" for name, cell in cells.items()}
    figures = sum(bool(re.fullmatch(r"[\d.,\s]+", text)) for text in texts.values())
    figures += sum(isinstance(cell, int | float) and cell == cell for cell in cells)
    return dict.fromkeys(texts, "") if figures else texts


def _further_headers(frame: pd.DataFrame, columns: Sequence[str], below: int) -> int:
    """Rows below that still belong to the header: words over the columns of crops."""
    headers = below
    while headers < min(_HEADERS, len(frame)):
        texts = _texts(frame, headers)
        if not any(texts[name] and not re.fullmatch(_NOTHING, texts[name]) for name in columns):
            break
        headers += 1
    return headers


def _spread(row: dict[str, str]) -> dict[str, str]:
    """A row of the header in which a text stands over all columns up to the next text."""
    spread, last = {}, ""
    for name, text in row.items():
        last = text or last
        spread[name] = last
    return spread


def _is_unnamed(name: str) -> bool:
    return re.fullmatch(r"\([A-Z]{1,3}\)", name) is not None


def _label(text: str) -> str:
    """The crop that a heading names, as it writes it; empty where it names none."""
    bare = _UNIT.sub("", text).strip()
    for one in (bare, _LEADING.sub("", bare)):
        if one and crop_named(one)[0]:
            return one
    return ""


def list_of_crops(frame: pd.DataFrame, *, year: int | None, source: str) -> CropList:
    """Make a list of a table that has a column for each crop.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table as ``read_table`` gives it.
    year : int or None
        Year of the figures, where no column holds years.
    source : str
        Name for messages.

    Returns
    -------
    CropList
        One row per row of the table and crop with a figure, which stays as it was written. Blank
        cells, rows of a total, columns of a total and other columns of figures stay out, and are
        told; so is a total that is not the sum of its parts.

    Raises
    ------
    InputError
        There are no columns of crops, a heading or title says another unit or a part ("trồng
        mới"), a crop has two columns, a cell was never calculated or shows percents, or no year is
        known.
    """
    found = crop_columns(frame)
    if found is None:
        raise InputError("layers.kinds.no_columns_of_crops", source=source)
    crops = found.crops
    _refuse_headings(frame, found, source)
    rows = frame.iloc[found.headers :]
    figures = rows[list(crops)].apply(_figures)
    for name in crops:
        refuse_formulas(rows[name], source=f"{source}: {name}")
        used = (figures.index[figures[name].notna()] + 2).tolist()
        refuse_percents(frame, name, source=f"{source}: {crops[name]}", rows=used)
    numbers = figures.apply(lambda cells: as_number(cells)[0])
    kept, years, left_out = _other_columns(rows, list(crops))
    if years is None and year is None:
        raise InputError("layers.kinds.year_of_columns", source=source)
    told = [*_row_totals(rows, numbers, left_out)]
    totals = _total_rows(rows.drop(columns=list(crops)), numbers)
    told += _tell_rows(figures, numbers, totals)
    lines = figures.isna().all(axis=1)
    texts = [text for name in kept for text in as_text(rows.loc[lines, name]).dropna()]
    refuse_other_units(texts, AREA, source=source, notes=True)
    rows, figures = rows[~(totals | lines)], figures[~(totals | lines)]
    parts = [
        rows.loc[there.index, kept].assign(
            **{
                CROP: crops[name],
                YEAR: rows.loc[there.index, years] if years else year,
                AREA: there,
            }
        )
        for name in crops
        if not (there := figures[name].dropna()).empty
    ]
    if not parts:
        raise InputError("layers.kinds.no_figures_of_crops", source=source)
    table = pd.concat(parts).sort_index(kind="stable")
    return CropList(table.reset_index(drop=True), tuple(told))


def _refuse_headings(frame: pd.DataFrame, found: CropColumns, source: str) -> None:
    """Refuse headings of another unit, of a part of a crop, and two columns of one crop."""
    columns: dict[str, str] = {}
    for name, texts in found.headings.items():
        heading = " / ".join(texts)
        for text in texts:
            require_hectares(text, source=source, frame=frame)
        if _PART.search(words_of(heading)):
            raise InputError("layers.kinds.column_of_part", source=source, heading=heading)
        label = found.crops[name].casefold()
        if label in columns:
            pair = [columns[label], heading]
            raise InputError("layers.kinds.crop_in_two_columns", source=source, columns=pair)
        columns[label] = heading


def _figures(cells: pd.Series) -> pd.Series:
    """Cells as they stand, blank where they hold nothing or a dash."""
    text = as_text(cells)
    return cells.astype("object").where(text.notna() & ~text.str.fullmatch(_NOTHING).eq(other=True))


def _other_columns(
    rows: pd.DataFrame, crops: Sequence[str]
) -> tuple[list[str], str | None, list[str]]:
    """Columns of texts and codes, the one of years, and other columns of figures."""
    codes, kept, figures = communes_on().keys(), list[str](), list[str]()
    years: str | None = None
    for name in rows.columns.drop(list(crops)):
        cells = as_text(rows[name]).dropna()
        numbers = as_number(rows[name])[0].dropna()
        if cells.empty or _COUNTING.fullmatch(words_of(str(name))):
            continue
        if len(numbers) < len(cells) / 2:
            kept.append(str(name))
            continue
        whole, bad = as_integer(rows[name])
        written = cells.str.extract(r"^(\d{4,5})(?:\.0)?$", expand=False)
        known = written.str.zfill(5).isin(codes)
        if not bad.any() and whole.dropna().between(*_YEARS).all() and years is None:
            years = str(name)
        elif known.mean() >= _CODES:
            kept.append(str(name))
        else:
            figures.append(str(name))
    return kept, years, figures


def _is_total(text: object) -> bool:
    return isinstance(text, str) and bool(_TOTAL.fullmatch(words_of(text)))


def _total_rows(texts: pd.DataFrame, numbers: pd.DataFrame) -> pd.Series[bool]:
    """Rows whose label is a total and nothing else: "Tổng cộng", not "Cộng Hòa"."""
    return texts.map(_is_total).any(axis=1).reindex(numbers.index, fill_value=False).astype(bool)


def _row_totals(
    rows: pd.DataFrame, numbers: pd.DataFrame, columns: Sequence[str]
) -> Iterator[Phrase]:
    """Tell columns of figures that stay out, and totals that are not the sum of the crops."""
    others = []
    for name in columns:
        total = as_number(rows[name])[0]
        if not _is_total(_UNIT.sub("", name)):
            others.append(name)
            continue
        there = total.dropna().index
        at = [row + 2 for row in there if not _is_sum(total[row], numbers.loc[row])]
        if at:
            yield message("layers.kinds.column_total_differs", column=name, rows=at)
    if others:
        yield message("layers.kinds.columns_left_out", columns=others)


def _is_sum(total: float, parts: pd.Series[float]) -> bool:
    return is_printed_sum(float(total), parts.dropna().tolist())


def _tell_rows(
    figures: pd.DataFrame,
    numbers: pd.DataFrame,
    totals: pd.Series[bool],
) -> Iterator[Phrase]:
    """Tell rows of totals and without figures, totals that differ, and blank cells."""
    records = numbers[~totals]
    for place, row in numbers[totals].iterrows():
        there = row.dropna()
        if crops := [str(it) for it in there.index if not _is_sum(there[it], records[it])]:
            number = int(str(place)) + 2
            yield message("layers.kinds.row_total_differs", row=number, columns=crops)
    if totals.any():
        at = [int(row) + 2 for row in totals.index[totals]]
        yield message("layers.kinds.total_rows_left_out", rows=at)
    lines = figures.isna().all(axis=1) & ~totals
    if lines.any():
        at = [int(row) + 2 for row in lines.index[lines]]
        yield message("layers.kinds.rows_without_figures", rows=at)
    blank = int(figures[~(lines | totals)].isna().sum().sum())
    if blank:
        yield message("layers.kinds.blank_cells_left_out", count=blank)
