"""Tables with a column for each crop: found, and made a list of one row per commune and crop."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.printed_sums import is_printed_sum
from layers.base.units import is_unit
from layers.communes.gazetteer import communes_on
from layers.communes.spelling import plain_key
from layers.io.table import refuse_other_units, refuse_percents, require_hectares
from layers.io.values import as_integer, as_number, as_text, refuse_formulas
from layers.kinds.crops import crop_named, load_crops
from layers.kinds.report_entries import heads_notes, heads_places, words_of
from layers.kinds.report_lines import NUMBERING

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
_YEAR_HEAD = re.compile(r"(?:nam|year)(?: (?:bao cao|so lieu|thong ke))?")
_CODE_HEAD = re.compile(r"\b(?:ma|code)\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: What stands in a row above its communes, as their sum.
_DISTRICT = re.compile(r"(?:[ivx]+ )?(?:huyen|thanh pho|tp|thi xa|khu vuc|vung|cum|tieu vung) .*")
_SUM_OF = re.compile(r"^(?:tong|cong)(?: (?:cong|so|dien tich))* ")
#: Share of cells that are codes of communes in a column of such codes.
_CODES = 0.9


@dataclass(frozen=True, slots=True)
class CropColumns:
    """Columns of a table that hold the hectares of one crop each."""

    headings: dict[str, tuple[str, ...]]  # Column: what stands over it, from the top
    headers: int  # Rows of the frame that belong to the header
    crops: dict[str, str]  # Column and its crop, as the header writes it
    others: dict[str, tuple[str, ...]]  # Other columns: what stands over each alone
    below: dict[str, str]  # Columns that stand below the heading of a crop, and its column


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
                name: tuple(filter(None, (one[name] for one in above[: headers + 1])))
                for name in columns
            }
            crops = {
                name: next(label for text in reversed(texts) if (label := _label(text)))
                for name, texts in headings.items()
            }
            own = {
                name: tuple(filter(None, (one[name] for one in rows[: headers + 1])))
                for name in row
                if name not in crops
            }
            spread = _spread({name: name if row[name] else "" for name in row})
            free = {name for name in own if not any(one[name] for one in rows[:below])}
            under = {name: over for name, over in spread.items() if over in crops and name in free}
            if headers < len(frame) and _is_numbering(frame.iloc[headers]):
                headers += 1
            return CropColumns(headings, headers, crops, own, under)
    return None


def _is_numbering(cells: pd.Series) -> bool:
    """Whether a row numbers the columns: "A", "B", "1", "2"."""
    texts = as_text(cells).dropna()
    numbers = [int(one) for one in texts.str.extract(r"^\(?(\d+)", expand=False).dropna()]
    counts = numbers[:1] == [1] and numbers == [*range(1, len(numbers) + 1)]
    return len(numbers) > 1 and counts and bool(texts.str.fullmatch(NUMBERING).all())


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
        named = [name for name in texts if name not in columns and not _is_unnamed(name)]
        over = [texts[name].strip("() ") for name in columns if texts[name]]
        units = all(is_unit(text) and not text[0].isdigit() for text in over)
        if any(texts[name] for name in named) and not units:  # "Bắc Sơn", "chưa rà soát"
            break
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
    _refuse_below(found, rows, source)
    figures = rows[list(crops)].apply(_figures)
    for name in crops:
        refuse_formulas(rows[name], source=f"{source}: {name}")
        used = (figures.index[figures[name].notna()] + 2).tolist()
        refuse_percents(frame, name, source=f"{source}: {crops[name]}", rows=used)
    numbers = figures.apply(lambda cells: as_number(cells)[0])
    kept, years, left_out = _other_columns(rows, list(crops))
    if years is None and year is None:
        raise InputError("layers.kinds.year_of_columns", source=source)
    told = [*_row_totals(rows, numbers, {name: found.others[name] or (name,) for name in left_out})]
    labels = rows[[name for name in rows.columns.drop(list(crops)) if not heads_notes(str(name))]]
    labels = labels.astype("object")
    totals = labels.map(_is_total).any(axis=1).astype(bool)
    districts = labels.map(_is_district).any(axis=1).astype(bool)
    closing = _closing_lines(figures, numbers, labels)
    figures = figures.mask(closing)
    told += _tell_rows(figures, numbers, totals, districts)
    told += _tell_districts(numbers, totals, districts)
    totals |= _above_parts(numbers, totals, districts)
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
    _refuse_groups(found, source)


def _refuse_groups(found: CropColumns, source: str) -> None:
    """Refuse a column of a crop beside one of a kind of it: "Cây có múi" beside "Cam"."""
    names = load_crops().set_index("crop")["name_vi"]
    names = names.map(lambda name: words_of(name.rpartition(" và ")[2]))
    of_crop: dict[str, list[str]] = {}
    for label in found.crops.values():
        of_crop.setdefault(crop_named(label)[0], []).append(label)
    for crop, labels in of_crop.items():
        if len(labels) > 1 and any(words_of(label) == names[crop] for label in labels):
            raise InputError("layers.kinds.crop_in_two_columns", source=source, columns=labels)


def _refuse_below(found: CropColumns, rows: pd.DataFrame, source: str) -> None:
    """Refuse two columns of figures below one crop that nothing but years tells apart."""
    for name, over in found.below.items():
        own = " / ".join(found.others[name])
        if as_number(rows[name])[0].notna().any() and (not own or _YEAR.search(own)):
            pair = [" / ".join(found.headings[over]), own or name]
            raise InputError("layers.kinds.crop_in_two_columns", source=source, columns=pair)


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
        said = words_of(str(name))
        if len(numbers) < len(cells) / 2 or heads_places(str(name)):
            kept.append(str(name))
            continue
        whole, bad = as_integer(rows[name])
        written = cells.str.extract(r"^(\d{4,5})(?:\.0)?$", expand=False)
        known = written.str.zfill(5).isin(codes) | (written.notna() & bool(_CODE_HEAD.search(said)))
        is_years = not bad.any() and bool(whole.dropna().between(*_YEARS).all())
        if is_years and years is None and _YEAR_HEAD.fullmatch(said):
            years = str(name)
        elif known.mean() >= _CODES:
            kept.append(str(name))
        else:
            figures.append(str(name))
    return kept, years, figures


def _is_total(text: object) -> bool:
    if not isinstance(text, str):
        return False
    said = words_of(text)
    of_district = _SUM_OF.sub("", said)  # "Cộng huyện Đại Từ"
    return bool(_TOTAL.fullmatch(said)) or (of_district != said and _is_district(of_district))


def _is_district(text: object) -> bool:
    return isinstance(text, str) and bool(_DISTRICT.fullmatch(words_of(text)))


def _closing_lines(
    figures: pd.DataFrame, numbers: pd.DataFrame, labels: pd.DataFrame
) -> pd.Series[bool]:
    """Rows below the last figure that hold words over the crops and name no commune: who signs."""
    told = numbers.notna().any(axis=1)
    below = ~told[::-1].cummax()[::-1]
    other = figures.apply(lambda cells: ~as_text(cells).fillna("x").str.match(r"[^\W\d_]"))
    names = {plain_key(unit.name) for unit in communes_on().values()}
    named = labels.map(lambda text: isinstance(text, str) and plain_key(text) in names)
    return (below & ~other.any(axis=1) & ~named.any(axis=1)).astype(bool)


def _districts_with_parts(
    numbers: pd.DataFrame, totals: pd.Series[bool], districts: pd.Series[bool]
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Place of each row of a district, and the rows below it up to the next one or a total."""
    heads = (totals | districts).cumsum()
    for place in districts.index[districts & ~totals]:
        block = numbers[heads.eq(heads[place])].drop(index=place).dropna(how="all")
        if not block.empty and numbers.loc[place].notna().any():
            yield int(place), block


def _above_parts(
    numbers: pd.DataFrame, totals: pd.Series[bool], districts: pd.Series[bool]
) -> pd.Series[bool]:
    """Rows of districts whose communes stand below them: in the list they would count twice."""
    found = [place for place, _ in _districts_with_parts(numbers, totals, districts)]
    return pd.Series(numbers.index.isin(found), numbers.index)


def _tell_districts(
    numbers: pd.DataFrame, totals: pd.Series[bool], districts: pd.Series[bool]
) -> Iterator[Phrase]:
    """Tell rows of districts that are not the sum of the communes below them."""
    for place, block in _districts_with_parts(numbers, totals, districts):
        there = numbers.loc[place].dropna()
        if crops := [str(it) for it in there.index if not _is_sum(there[it], block[it])]:
            yield message("layers.kinds.district_row_differs", row=place + 2, columns=crops)


def _row_totals(
    rows: pd.DataFrame, numbers: pd.DataFrame, columns: Mapping[str, tuple[str, ...]]
) -> Iterator[Phrase]:
    """Tell columns of figures that stay out, and totals that are not the sum of the crops."""
    others = []
    for name, texts in columns.items():
        heading = " / ".join(texts)
        total = as_number(rows[name])[0]
        if not any(_is_total(_UNIT.sub("", text)) for text in texts):
            others.append(heading)
            continue
        there = total.dropna().index
        at = [row + 2 for row in there if not _is_sum(total[row], numbers.loc[row])]
        if at:
            yield message("layers.kinds.column_total_differs", column=heading, rows=at)
    if others:
        yield message("layers.kinds.columns_left_out", columns=others)


def _is_sum(total: float, parts: pd.Series[float]) -> bool:
    return is_printed_sum(float(total), parts.dropna().tolist())


def _tell_rows(
    figures: pd.DataFrame,
    numbers: pd.DataFrame,
    totals: pd.Series[bool],
    districts: pd.Series[bool],
) -> Iterator[Phrase]:
    """Tell rows of totals and without figures, totals that differ, and blank cells.

    A total is one of all rows, or of those above or below it up to the next.
    """
    parts = ~(totals | districts)
    above = _above_parts(numbers, totals, districts)
    counts = [totals.cumsum(), (totals | districts).cumsum()]
    for place, row in numbers[totals].iterrows():
        there, own = row.dropna(), numbers.index == place
        near = [
            block
            for count in counts
            for at in (int(count[own].iloc[0]) - 1, int(count[own].iloc[0]))
            if not (block := numbers[parts & count.eq(at)]).empty
        ]
        wrong = [
            [str(it) for it in there.index if not _is_sum(there[it], records[it])]
            for records in (numbers[parts], *near)
        ]
        if crops := min(wrong, key=len, default=[]):
            number = int(str(place)) + 2
            yield message("layers.kinds.row_total_differs", row=number, columns=crops)
    if (sums := totals | above).any():
        at = [int(row) + 2 for row in sums.index[sums]]
        yield message("layers.kinds.total_rows_left_out", rows=at)
    lines = figures.isna().all(axis=1) & ~totals
    if lines.any():
        at = [int(row) + 2 for row in lines.index[lines]]
        yield message("layers.kinds.rows_without_figures", rows=at)
    blank = int(figures[~(lines | totals | above)].isna().sum().sum())
    if blank:
        yield message("layers.kinds.blank_cells_left_out", count=blank)
