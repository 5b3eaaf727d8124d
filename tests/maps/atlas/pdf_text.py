"""What a PDF shows, read back: letters with their boxes, and lines with their coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdf
import pypdfium2


@dataclass(frozen=True, slots=True)
class Letter:
    text: str
    left: float
    bottom: float
    right: float
    top: float


def letters(path: Path, page: int) -> list[Letter]:
    """Letters of a page with their boxes in points."""
    document = pypdfium2.PdfDocument(path)
    try:
        text = document[page].get_textpage()
        found = []
        for number in range(text.count_chars()):
            letter = text.get_text_range(number, 1)
            if letter.strip():
                found.append(Letter(letter, *text.get_charbox(number)))
        return found
    finally:
        document.close()


def page_text(path: Path, page: int) -> str:
    return pypdf.PdfReader(path).pages[page].extract_text()


def paths(path: Path, page: int) -> list[np.ndarray]:
    """Vertices of every subpath of a page, in points."""
    reader = pypdf.PdfReader(path)
    content = pypdf.generic.ContentStream(reader.pages[page].get_contents(), reader)
    found: list[list[tuple[float, float]]] = []
    matrix, stack = np.eye(3), []
    for operands, operator in content.operations:
        numbers = [float(value) for value in operands] if operator in (b"m", b"l", b"cm") else []
        if operator == b"q":
            stack.append(matrix)
        elif operator == b"Q":
            matrix = stack.pop()
        elif operator == b"cm":
            a, b, c, d, e, f = numbers
            matrix = np.array([[a, b, 0], [c, d, 0], [e, f, 1]]) @ matrix
        elif operator in (b"m", b"l"):
            x, y, _ = np.array([*numbers, 1.0]) @ matrix
            if operator == b"m":
                found.append([])
            found[-1].append((float(x), float(y)))
    return [np.array(points) for points in found]
