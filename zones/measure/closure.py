"""Closure: parts and remainder of every table equal the whole, checked while the job runs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from layers.base.errors import ClosureError


@dataclass(frozen=True, slots=True)
class Closure:
    """One sum that was checked."""

    table: str
    parts: float
    whole: float
    tolerance: float
    unit: str = "ha"

    @property
    def residual(self) -> float:
        """Parts minus whole, in ``unit``."""
        return self.parts - self.whole

    def as_record(self) -> dict[str, Any]:
        """Entry of ``run.json``."""
        return asdict(self) | {"residual": self.residual}


@dataclass(slots=True)
class ClosureLog:
    """Closures of a run, in the order they were checked."""

    checked: list[Closure] = field(default_factory=list)

    def check(
        self, table: str, *, parts: float, whole: float, relative: float = 1e-9, unit: str = "ha"
    ) -> None:
        """Check one sum and keep it for the record."""
        closure = Closure(table, float(parts), float(whole), max(relative * abs(whole), 1e-9), unit)
        if not math.isfinite(closure.residual) or abs(closure.residual) > closure.tolerance:
            raise ClosureError(
                "zones.measure.table_not_closed",
                table=table,
                parts=parts,
                unit=unit,
                whole=whole,
                residual=closure.residual,
            )
        self.checked.append(closure)
