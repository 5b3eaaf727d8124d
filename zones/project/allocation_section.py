"""The key ``allocation`` of a project file: years, weights, lists, and tables of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["AllocationSection", "AllocationTables"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class AllocationTables(_Part):
    """Tables that stand in for the defaults; columns as in ``docs/allocation.md``."""

    land_sources: Path | None = None
    crop_suitability: Path | None = None
    available: Path | None = None
    suitability: Path | None = None
    pace: Path | None = None
    locks: Path | None = None
    losses: Path | None = None


class AllocationSection(_Part):
    """How targets are shared out."""

    first_year: int | None = Field(default=None, ge=1990, le=2100)
    last_year: int | None = Field(default=None, ge=1990, le=2100)
    importance: dict[str, float] = Field(default_factory=dict)
    lists: dict[str, Literal["open", "closed"]] = Field(default_factory=dict)
    unlisted_cost: float = Field(default=1.0, ge=0)
    must_weight: float = Field(default=10.0, ge=0)
    pace_years: int = Field(default=10, ge=1, le=100)
    pace_by_zone: bool = False
    rounding_seconds: float = Field(default=60.0, gt=0)
    elevation: Path | None = None
    decimal: Literal[".", ","] | None = None
    tables: AllocationTables = AllocationTables()

    def paths(self) -> dict[str, Path]:
        """Name every file the allocation reads."""
        named = {f"allocation {name}": path for name, path in self.tables if path is not None}
        if self.elevation is not None:
            named["allocation elevation"] = self.elevation
        return named
