"""Which of several figures that contradict each other is likely wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Evidence by which one figure must be ahead of the others before it is named.
_AHEAD = 0.3
#: Fewest characters in which one slip of the hand says something.
_LEAST_WRITTEN = 3
#: Hectares up to which two sums are the same.
_SAME = 0.05
#: Part of what stands that is planted or lost in a year, where nothing else is known.
_YEARLY = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """A figure of a sum that does not hold."""

    name: str
    value: float
    needed: float  # What it would be if all others were right
    known: Sequence[float] = ()  # What it should be near to
    scale: float = 0.0  # Size of the sum it changes, where nothing is known
    is_story: bool = False  # Wrong in a way that tells itself: last year's figure carried on

    def evidence(self) -> float:
        """How much better the needed figure is than the written one; minus infinity: impossible."""
        if self.needed < 0:
            return -math.inf
        if self.is_story:
            return 1.5
        if is_one_slip(self.value, self.needed):
            return 1.0
        if self.known:
            return _bounded(self._far(self.value) - self._far(self.needed))
        if self.scale > 0:
            usual = _YEARLY * self.scale
            return _bounded(math.log1p(abs(self.value) / usual) - math.log1p(self.needed / usual))
        return 0.0

    def _far(self, value: float) -> float:
        return min(abs(math.log((abs(value) + 0.1) / (abs(one) + 0.1))) for one in self.known)


def _bounded(gain: float) -> float:
    return max(-1.0, min(gain, 1.0))


def likely_wrong(parts: Sequence[Part]) -> str:
    """Name of the figure that is likely wrong; empty where nothing singles one out."""
    ranked = sorted(((part.evidence(), part.name) for part in parts), reverse=True)
    if len(ranked) == 1:
        return ranked[0][1]
    (best, name), (second, _) = ranked[:2]
    return name if best > 0 and best - second >= _AHEAD else ""


def are_exchanged(stands: float, before: float, gained: float, lost: float) -> bool:
    """Whether what stands (ha) fits what was gained and lost only the other way round."""
    change = gained - lost
    fits, fits_otherwise = (abs(stands - before - one) <= _SAME for one in (change, -change))
    return fits_otherwise and not fits


def is_one_slip(written: float, meant: float) -> bool:
    """Whether two figures differ by one digit changed, left out, doubled, or two exchanged."""
    one, other = f"{round(written, 2):.15g}", f"{round(meant, 2):.15g}"
    short, long = sorted((one, other), key=len)
    if len(short) < _LEAST_WRITTEN or one == other:
        return False
    if len(short) < len(long):
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    apart = [at for at in range(len(one)) if one[at] != other[at]]
    if len(apart) == 1:
        return True
    first, last = apart[0], apart[-1]
    exchanged = len(apart) == 2 and last == first + 1
    return exchanged and one[first] == other[last] and one[last] == other[first]
