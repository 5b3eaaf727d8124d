"""Figures that stand beside their place: a column further, or in each other's row."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

#: Columns by another name.
Names = Mapping[str, str]
#: Nearness to what is known that tells where a figure belongs, as a logarithm.
_NEAR = math.log1p(0.12)
#: A figure within this distance of what is known stands where it belongs.
_AT_HOME = math.log(2)
#: Hectares below which nothing can be told.
_LEAST = 1.0
#: Rows of a sheet that must have their neighbour's figures before all are said to have slid.
_LEAST_SLID = 3


def shift_of(
    values: Sequence[float | None],
    subject: int,
    known: Sequence[float],
    change: float,
    moved: Callable[[int], float] = lambda _step: 0.0,
) -> int:
    """Columns by which a row slipped: 1 to the right, -1 to the left, 0 for none.

    ``values`` stand in the order of the columns, ``known`` is what the figure of the column
    ``subject`` should be near to, the year's ``change`` apart, which is ``moved`` where the row
    slipped by so many columns. Such a row leaves the column at its other end blank.
    """
    references = [one for one in known if one > _LEAST]
    if not references or _off(values[subject], references) < _AT_HOME:
        return 0
    if _off(values[subject], [references[0] + change]) < _NEAR:
        return 0
    for step, end in ((1, 0), (-1, -1)):
        place = subject + step
        beside = values[place] if 0 <= place < len(values) else None
        if values[end] is not None or values[subject] is None:
            continue
        if _off(beside, [*references, references[0] + moved(step)]) < _NEAR:
            return step
    return 0


def exchanged_rows(
    stands: Mapping[str, float], known: Mapping[str, float]
) -> list[tuple[str, str]]:
    """Pairs of rows each of which has what the other should have, and not its own.

    ``stands`` are hectares before the year's change, ``known`` those of last year or the register.
    """
    strange = [
        row
        for row, value in stands.items()
        if known.get(row, 0.0) > _LEAST and _off(value, [known[row]]) > _AT_HOME
    ]
    return [
        (one, other)
        for one, other in combinations(strange, 2)
        if max(_off(stands[one], [known[other]]), _off(stands[other], [known[one]])) < _NEAR
    ]


def slid_by(stands: Mapping[int, float], known: Mapping[int, float]) -> int:
    """Lines by which the figures of a sheet slid: 1 down, -1 up, 0 for none.

    ``stands`` are hectares before the year's change, ``known`` those that each line should have.
    """
    told = {line: value for line, value in known.items() if value > _LEAST and line in stands}
    for step in (1, -1):
        slid = [
            line
            for line, value in told.items()
            if _off(stands[line], [value]) > _NEAR >= _off(stands.get(line + step), [value])
        ]
        if len(slid) >= _LEAST_SLID and 2 * len(slid) > len(told):
            return step
    return 0


@dataclass(frozen=True, slots=True)
class Balance:
    """A row of which is known what stood before the year, and how near it must come to that."""

    values: Mapping[str, float]  # By column; blank ones have none
    before: float
    allowed: float  # Hectares

    def holds(self, subject: str, signed: Sequence[tuple[str, int]], named: Names) -> bool:
        """Whether the row is right with its columns named so."""
        told = {named.get(name, name): value for name, value in self.values.items()}
        change = sum(sign * told.get(name, 0.0) for name, sign in signed)
        return subject in told and abs(told[subject] - change - self.before) <= self.allowed


def exchanged_columns(
    rows: Sequence[Balance], subject: str, signed: Sequence[tuple[str, int]], columns: Sequence[str]
) -> tuple[str, str] | None:
    """Pair of columns whose figures stand in each other's place in most rows of a form."""
    # What was lost and what stands add up to the same either way: most is not lost in one year.
    for taken in (name for name, sign in signed if sign < 0):
        gone = sum(row.values.get(taken, 0.0) > max(row.before / 2, row.values.get(subject, 0.0))
                   for row in rows)  # fmt: skip
        if gone >= _LEAST_SLID and 2 * gone > len(rows):
            return taken, subject
    wrong = [row for row in rows if not row.holds(subject, signed, {})]
    bound = {subject, *(name for name, _ in signed)}
    best: tuple[int, tuple[str, str]] | None = None
    for one, other in combinations(columns, 2):
        if not bound & {one, other}:
            continue
        named = {one: other, other: one}
        right = sum(row.holds(subject, signed, named) for row in wrong)
        if right >= _LEAST_SLID and 2 * right > len(rows) and (best is None or right > best[0]):
            best = right, (one, other)
    return best[1] if best else None


def _off(value: float | None, references: Sequence[float]) -> float:
    """Distance of a figure from the nearest known one, as a logarithm."""
    if value is None or value <= 0:
        return math.inf
    return min((abs(math.log(value / one)) for one in references if one > 0), default=math.inf)
