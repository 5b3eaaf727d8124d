"""Paragraphs and table rows of a Word document, with the numbers Word gives its paragraphs.

Word keeps automatic numbers ("1.1.", "a)") out of the text, as a list and a level; without them a
document has no outline. They are counted here as Word counts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["docx_lines"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def _counted(number: int, form: str) -> str:
    if form == "upperRoman":
        return _roman(number).upper()
    if form == "lowerRoman":
        return _roman(number)
    if form in ("lowerLetter", "upperLetter"):
        letter = "abcdefghijklmnopqrstuvwxyz"[(number - 1) % 26]
        return letter.upper() if form == "upperLetter" else letter
    return str(number)


def _attribute(element: Any, tag: str, default: str = "") -> str:
    found = element.find(_W + tag)
    return default if found is None else str(found.get(_W + "val", default))


@dataclass(slots=True)
class _Lists:
    """Lists of a document: their levels, and how far each has counted."""

    levels: dict[str, dict[int, tuple[str, str, int]]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, numbering: Any) -> _Lists:
        abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
        for definition in numbering.findall(_W + "abstractNum"):
            abstract[str(definition.get(_W + "abstractNumId"))] = {
                int(level.get(_W + "ilvl")): (
                    _attribute(level, "numFmt", "decimal"),
                    _attribute(level, "lvlText"),
                    int(_attribute(level, "start", "1")),
                )
                for level in definition.findall(_W + "lvl")
            }
        lists = cls()
        for number in numbering.findall(_W + "num"):
            levels = abstract.get(_attribute(number, "abstractNumId"), {})
            lists.levels[str(number.get(_W + "numId"))] = levels
        return lists

    def label(self, list_id: str, level: int) -> str:
        """Next number of a list at a level, as Word prints it."""
        levels = self.levels.get(list_id, {})
        if level not in levels:
            return ""
        counts = self.counts.setdefault(list_id, {})
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        form, text, _ = levels[level]
        if form == "bullet":
            return "-"

        def counted(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            shape, _, start = levels.get(place, ("decimal", "", 1))
            return _counted(counts.get(place, start), shape)

        return re.sub(r"%(\d)", counted, text) if form != "none" else ""


def _number_of(paragraph: Any) -> tuple[str, int] | None:
    """List and level of a paragraph, its own or its style's."""
    candidates = [paragraph.paragraph_format.element.pPr]
    style = paragraph.style
    while style is not None:
        candidates.append(style.element.find(_W + "pPr"))
        style = style.base_style
    for properties in candidates:
        found = None if properties is None else properties.find(_W + "numPr")
        if found is not None:
            return _attribute(found, "numId"), int(_attribute(found, "ilvl", "0"))
    return None


def _line(paragraph: Any, lists: _Lists | None) -> str:
    text = " ".join(paragraph.text.split())
    numbered = _number_of(paragraph) if lists is not None and text else None
    label = lists.label(*numbered) if lists is not None and numbered else ""
    return f"{label} {text}" if label else text


def _blocks(document: Any) -> Iterator[str]:
    from docx.table import Table

    part = document.part
    has_lists = any("numbering" in relation.reltype for relation in part.rels.values())
    lists = _Lists.of(part.numbering_part.element) if has_lists else None
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                # A merged cell is handed out once for every column it spans.
                cells = dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells)
                yield " | ".join(cells)
        else:
            yield _line(block, lists)


def docx_lines(path: Path) -> list[str]:
    """Paragraphs and table rows of a Word document, in order."""
    import docx

    with path.open("rb") as data:
        return list(_blocks(docx.Document(data)))
