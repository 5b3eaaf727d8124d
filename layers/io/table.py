"""Tables of figures as offices send them: CSV, Excel, Parquet; and numbers written as text.

A figure such as ``12.345`` means twelve and a bit to a computer and twelve thousand to an office in
Việt Nam, so a column in which both readings fit is refused until the project says which it is.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from layers.base.errors import InputError, MissingFileError, SchemaError

__all__ = ["parse_numbers", "read_table", "require_columns"]

_PLAIN = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_THOUSANDS_LIKE = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}")


def read_table(path: Path, *, sheet: str | None = None) -> pd.DataFrame:
    """Read a table with every cell as text (NFC, stripped), so that no code loses its zeros."""
    if not path.is_file():
        raise MissingFileError(
            en=f"File not found: {path}. Check the path in the project file.",
            vi=f"Không tìm thấy tệp: {path}. Hãy kiểm tra đường dẫn trong tệp dự án.",
        )
    readers = {".csv": _read_csv, ".parquet": _read_parquet, ".xlsx": _read_excel}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            en=f"{path}: expected a table as .csv, .xlsx or .parquet, found {path.suffix!r}.",
            vi=f"{path}: cần bảng dạng .csv, .xlsx hoặc .parquet, lại gặp {path.suffix!r}.",
        )
    frame = reader(path, sheet)
    if frame.empty:
        raise InputError(
            en=f"{path}: expected rows of figures, found an empty table.",
            vi=f"{path}: bảng không có dòng dữ liệu nào.",
        )
    frame.columns = [unicodedata.normalize("NFC", str(name)).strip() for name in frame.columns]
    return frame.apply(_tidy_text)


def _read_csv(path: Path, _sheet: str | None) -> pd.DataFrame:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            en=f"{path}: expected UTF-8 text, found other bytes at position {error.start}; save "
            "the table as 'CSV UTF-8'.",
            vi=f"{path}: tệp không phải UTF-8 (byte lạ ở vị trí {error.start}); hãy lưu lại dạng "
            "'CSV UTF-8'.",
        ) from error
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    try:
        return pd.read_csv(path, sep=separator, dtype=str, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise InputError(
            en=f"{path}: not a readable CSV table ({reason}).",
            vi=f"{path}: không đọc được bảng CSV ({reason}).",
        ) from error


def _read_parquet(path: Path, _sheet: str | None) -> pd.DataFrame:
    frame = pd.read_parquet(path)
    return frame.map(lambda cell: np.nan if pd.isna(cell) else str(cell))


def _read_excel(path: Path, sheet: str | None) -> pd.DataFrame:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError) as error:
        raise InputError(
            en=f"{path}: expected an Excel workbook (.xlsx), found something else.",
            vi=f"{path}: tệp không phải sổ tính Excel (.xlsx).",
        ) from error
    try:
        name = sheet or book.sheetnames[0]
        if name not in book.sheetnames:
            raise MissingFileError(
                en=f"{path}: no sheet {name!r}; the workbook has {book.sheetnames}.",
                vi=f"{path}: không có trang tính {name!r}; sổ tính có {book.sheetnames}.",
            )
        rows = [list(row) for row in book[name].iter_rows(values_only=True)]
    finally:
        book.close()
    rows = [row for row in rows if any(cell is not None for cell in row)]
    if not rows:
        return pd.DataFrame()
    head = ["" if cell is None else str(cell) for cell in rows[0]]
    return pd.DataFrame([[_cell_text(cell) for cell in row] for row in rows[1:]], columns=head)


def _cell_text(cell: object) -> str | float:
    if cell is None:
        return np.nan
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def _tidy_text(values: pd.Series[str]) -> pd.Series[str]:
    text = values.astype("str").str.normalize("NFC").str.strip()
    return text.mask(text == "")


def require_columns(frame: pd.DataFrame, columns: dict[str, str], *, source: str) -> None:
    """Check that a table has the columns a project names."""
    missing = [f"{name} ({use})" for use, name in columns.items() if name not in frame.columns]
    if missing:
        found = ", ".join(map(str, frame.columns))
        raise SchemaError(
            en=f"{source}: expected columns {', '.join(missing)}; found {found}. Name the right "
            "ones in the project file.",
            vi=f"{source}: thiếu cột {', '.join(missing)}; tệp có {found}. Hãy ghi đúng tên cột "
            "trong tệp dự án.",
        )


def parse_numbers(
    text: pd.Series[str], *, source: str, decimal: Literal[".", ","] | None = None
) -> pd.Series[float]:
    """Numbers that stand as text."""
    cells = text.astype("str").str.replace(r"\s", "", regex=True)
    present = cells.notna()
    if decimal is None:
        _refuse_ambiguous(cells[present], source)
    else:
        thousands = "." if decimal == "," else ","
        cells = cells.str.replace(thousands, "", regex=False).str.replace(decimal, ".", regex=False)
    bad = present & ~cells.fillna("0").str.fullmatch(_PLAIN.pattern)
    if bad.any():
        rows = [f"row {position + 2}: {text[position]!r}" for position in bad[bad].index[:5]]
        listed = ", ".join(rows)
        raise InputError(
            en=f"{source}: expected numbers, found {int(bad.sum())} cells of text ({listed}).",
            vi=f"{source}: cần số, lại gặp {int(bad.sum())} ô chữ ({listed}).",
        )
    return cells.astype("float64")


def _refuse_ambiguous(cells: pd.Series[str], source: str) -> None:
    with_comma = cells[cells.str.contains(",", regex=False)]
    dotted = cells[cells.str.contains(".", regex=False)]
    # Every dotted figure of a column has three digits behind its dot: thousands, or decimals?
    looks_grouped = not dotted.empty and bool(dotted.str.fullmatch(_THOUSANDS_LIKE.pattern).all())
    if with_comma.empty and not looks_grouped:
        return
    example = (with_comma if not with_comma.empty else dotted).iloc[0]
    raise InputError(
        en=f"{source}: {example!r} can be read with a decimal comma or a decimal point; say which "
        "with 'decimal: \",\"' or 'decimal: \".\"' in the project file.",
        vi=f"{source}: {example!r} có thể hiểu theo hai cách (dấu phẩy hay chấm thập phân); hãy "
        "ghi 'decimal: \",\"' hoặc 'decimal: \".\"' trong tệp dự án.",
    )
