"""Cells of a question as people write them: "F8:H31" instead of a hundred names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby

from layers.io.workbook import cell_place, column_letters

#: Cells that are named one by one: the first is the one that is likely wrong.
_NAMED = 4


def cell_ranges(cells: str) -> str:
    """Cells ("F8, F9, F10, I3") by ranges ("F8:F10, I3"); a few stay in their order."""
    names = [name for name in cells.split(", ") if name]
    if len(names) <= _NAMED:
        return cells
    sheets: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        sheet, mark, cell = name.rpartition("!")
        sheets[sheet + mark].append(cell)
    return ", ".join(f"{sheet}{one}" for sheet, mine in sheets.items() for one in _ranges(mine))


def _ranges(names: Iterable[str]) -> Iterable[str]:
    """Ranges of the cells of a sheet: rows that follow each other, then columns with the same."""
    rows: dict[int, set[int]] = defaultdict(set)
    for name in names:
        row, place = cell_place(name)
        if not row:
            yield name
            continue
        rows[place].add(row)
    runs = [
        (first, last, place)
        for place, held in rows.items()
        for first, last in _runs(held)
    ]  # fmt: skip
    blocks: dict[tuple[int, int], set[int]] = defaultdict(set)
    for first, last, place in runs:
        blocks[first, last].add(place)
    for (top, bottom), places in sorted(blocks.items()):
        for left, right in _runs(places):
            corner = f"{column_letters(left)}{top}"
            other = f"{column_letters(right)}{bottom}"
            yield corner if corner == other else f"{corner}:{other}"


def _runs(numbers: Iterable[int]) -> Iterable[tuple[int, int]]:
    """First and last of numbers that follow each other."""
    for _, run in groupby(enumerate(sorted(numbers)), key=lambda one: one[1] - one[0]):
        held = [number for _, number in run]
        yield held[0], held[-1]
