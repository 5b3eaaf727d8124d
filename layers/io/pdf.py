"""The one way to open a PDF: whatever pypdf gives up with is one clear error; and its raised text.

A PDF knows no superscripts, only smaller letters on a higher line: "350" and a note's small "6" are
"3506" to whoever reads signs alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ContentStream, FloatObject, NameObject

from layers.base.errors import InputError

#: What pypdf raises of a file that is damaged, one way or another.
_ERRORS = (
    *(PyPdfError, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
    *(RuntimeError, AssertionError),
)


@contextmanager
def opened_pdf(path: Path) -> Iterator[PdfReader]:
    """PDF that is read within the block."""
    try:
        with path.open("rb") as opened:
            yield PdfReader(opened)
    except InputError:
        raise
    except _ERRORS as error:
        raise InputError("layers.io.unreadable_pdf", file=path.name) from error


#: What points to a note, or raises a unit: 2, (3), 4, 5.
_MARK = re.compile(r"[(\[]?\d{1,2}(?:\s?[,;]\s?\d{1,2})*[)\]]?")
_FIRST_NUMBER = re.compile(r"(\d{1,2})(?=\s|$)")
#: Size and height of a mark, in sizes of the letters beside it: glued to them, and behind a gap,
#: where it could be a cell of a table; whoever reads the text sees the gap.
_GLUED, _APART = (0.9, 0.12, 0.8), (0.75, 0.25, 0.5)
#: Letters below this share of those that the mark stands by are those of a note.
_NOTE_SIZE = 0.95
#: Behind this a raised figure may be a decimal.
_DECIMAL = re.compile(r"\d[.,]$")
_UNMOVED = tuple(map(FloatObject, (1, 0, 0, 1, 0, 0)))


@dataclass(slots=True)
class _Piece:
    """Letters of one size on one height, across the direction of the text."""

    text: str
    size: float
    height: float
    is_raised: bool = False


def page_text(page: PageObject) -> str:
    """Text of a page; small raised figures stand in ``<sup>``."""
    _part(page)
    pieces: list[_Piece] = []
    lift = 0.0

    def operand(operator: bytes, operands: Sequence[Any], *_: object) -> None:
        nonlocal lift
        if operator == b"Ts":
            lift = float(operands[0])

    def taken(text: str, cm: Sequence[float], tm: Sequence[float], _: object, size: float) -> None:
        across = (tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
        scale = math.hypot(*across) or 1.0
        place = (tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5])
        height = (place[0] * across[0] + place[1] * across[1]) / scale + lift * scale
        if text:
            pieces.append(_Piece(text, abs(size) * scale, height))

    text = page.extract_text(visitor_operand_before=operand, visitor_text=taken)
    if "".join(piece.text for piece in pieces).split() != text.split():
        return text
    _mark(pieces)
    return "".join(_written(piece) for piece in pieces)


def _written(piece: _Piece) -> str:
    if not piece.is_raised:
        return piece.text
    mark = piece.text.strip()
    return piece.text.replace(mark, f"<sup>{mark}</sup>", 1)


def _part(page: PageObject) -> None:
    """Make pypdf tell letters apart where their size or height changes without a change of font."""
    contents = page.get("/Contents")
    if contents is None:
        return
    stream = ContentStream(contents.get_object(), page.pdf, "bytes")
    operations: list[Any] = []
    for operands, operator in stream.operations:
        if operator in (b"Tm", b"Ts"):
            operations.append((list(_UNMOVED), b"cm"))
        operations.append((operands, operator))
    stream.operations = operations
    page[NameObject("/Contents")] = stream


def _mark(pieces: list[_Piece]) -> None:
    """Find raised figures, and the numbers of the notes that they point to."""
    notes: dict[str, float] = {}
    line: list[_Piece] = []
    for piece in pieces:
        line.append(piece)
        if piece.text.endswith("\n") or piece is pieces[-1]:
            _mark_line(line, notes)
            line = []


def _mark_line(line: list[_Piece], notes: dict[str, float]) -> None:
    """Find the raised figures of a line; ``notes`` keeps their numbers, and the letters' size."""
    before: _Piece | None = None
    gap = False
    for at, piece in enumerate(line):
        if not piece.text.strip():
            gap = True
            continue
        beside = before or next(filter(_has_letter, line[at + 1 : at + 4]), None)
        gap = before is not None and (gap or piece.text[0].isspace())
        if beside is not None and _stands_above(piece, beside, _APART if gap else _GLUED):
            piece.is_raised = True
            if before is not None and not gap and not _DECIMAL.search(before.text):
                notes |= dict.fromkeys(re.findall(r"\d+", piece.text), beside.size)
        else:
            before = piece
        gap = piece.text[-1].isspace()
    first, *others = [piece for piece in line if piece.text.strip()] or [_Piece("", 0, 0)]
    number = _FIRST_NUMBER.match(first.text)
    letters = others[0].size if others else first.size
    if number and not first.is_raised and letters < _NOTE_SIZE * notes.get(number[1], 0.0):
        first.text = f"<sup>{number[1]}</sup>{first.text[number.end() :]}"


def _has_letter(piece: _Piece) -> bool:
    return any(map(str.isalpha, piece.text))


def _stands_above(piece: _Piece, beside: _Piece, limits: tuple[float, float, float]) -> bool:
    most, low, high = limits
    lifted = (piece.height - beside.height) / (beside.size or 1.0)
    small = piece.size < most * beside.size
    return small and low < lifted < high and bool(_MARK.fullmatch(piece.text.strip()))
