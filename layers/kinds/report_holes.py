"""Totals of which some parts have no figure: what each of them stands for.

The parts are told apart in several ways: by the crop as written, by outer places, or by where they
stand on the page. A way is right where all totals of the group agree with it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from layers.base.printed_sums import SAME_HA, is_printed_sum


@dataclass(frozen=True, slots=True)
class Reading:
    """What becomes of the totals of a group, by the places of its rows."""

    stand: dict[int, float] = field(default_factory=dict)  # Total, and the sum of its known parts
    replaced: list[int] = field(default_factory=list)  # Rows for which they stand
    holes: list[int] = field(default_factory=list)  # Rows without figure of which a total tells
    records: dict[int, float] = field(default_factory=dict)  # Other totals, and their sums


def read_holes(
    figures: Sequence[float],
    is_total: Sequence[bool],
    ways: Sequence[Sequence[Hashable]],
    places: Sequence[Sequence[Hashable]],
) -> Reading | None:
    """Read the totals of a group in the one way with which all agree; None where none is it.

    Parameters
    ----------
    figures : sequence of float
        Hectares of each row, NaN where it has none.
    is_total : sequence of bool
        Whether a row is surely a total.
    ways : sequence of sequences
        For each way the key that a total and its parts share, where the table tells it.
    places : sequence of sequences
        Ways by where rows stand, if no other tells parts apart: the largest total may be of all.
    """
    rows = range(len(figures))
    totals = [row for row in rows if is_total[row] and not math.isnan(figures[row])]
    parts = [row for row in rows if not is_total[row]]
    largest = max(totals, key=lambda row: figures[row])
    apart = [(way, -1) for way in ways if len({way[row] for row in parts}) > 1]
    alike = [([0] * len(figures), -1), *((way, over) for way in places for over in (-1, largest))]
    for tries in (apart, alike):
        readings = (_read(figures, totals, parts, way, over) for way, over in tries)
        found = [one for one in readings if one is not None]
        if found:
            sums = [_sum(figures, parts, one) for one in found]
            return found[0] if max(sums) - min(sums) < SAME_HA else None
    return None


def _sum(figures: Sequence[float], parts: Sequence[int], one: Reading) -> float:
    gone = set(one.replaced)
    counted = [row for row in parts if row not in gone and not math.isnan(figures[row])]
    return math.fsum(figures[row] for row in (*counted, *one.stand))


def _read(
    figures: Sequence[float],
    totals: Sequence[int],
    parts: Sequence[int],
    way: Sequence[Hashable],
    over: int,
) -> Reading | None:
    """Read the totals in one way; ``over`` is one over all rows."""
    one = Reading()
    blocks: dict[Hashable, tuple[list[int], list[int]]] = {}
    for row in parts:
        blocks.setdefault(way[row], ([], []))[0].append(row)
    whole: list[int] = []
    for row in totals:
        (whole if row == over else blocks.get(way[row], ([], whole))[1]).append(row)
    for block, some in blocks.values():
        # A larger total of the same key may be one over all blocks
        least = min((figures[row] for row in some), default=0.0)
        smallest = [row for row in some if figures[row] - least < SAME_HA]
        taken = bool(some) and _take(figures, smallest, block, one)
        whole += [row for row in some if not (taken and row in smallest)]
    if not whole:
        return one
    gone = {*one.replaced, *one.holes}
    known = [row for row in parts if row not in gone]
    return one if _take(figures, whole, [*one.stand, *known], one) else None


def _take(
    figures: Sequence[float], totals: Sequence[int], parts: Sequence[int], one: Reading
) -> bool:
    """Let totals be the sum of their parts, or one of them stand for them; whether they can."""
    known = [row for row in parts if not math.isnan(figures[row])]
    holes = [row for row in parts if math.isnan(figures[row])]
    printed = [figures[row] for row in known]
    records = math.fsum(printed)
    most = max(figures[row] for row in totals)
    # With a hole what is more than the parts is what stands in it, not rounding
    close = not holes or most <= records + SAME_HA
    if known and close and all(is_printed_sum(figures[row], printed) for row in totals):
        one.records.update(dict.fromkeys(totals, records))
    elif holes and len({figures[row] for row in totals}) == 1 and most >= records:
        one.records.update({row: one.stand.pop(row) for row in known if row in one.stand})
        one.records.update(dict.fromkeys(totals[1:], most))
        one.stand[totals[0]] = records
        one.replaced.extend(row for row in known if row not in one.records)
    else:
        return False
    one.holes.extend(holes)
    return True
