"""The communes a plan's codes are held against: those in force in its province at its vintage."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from layers.base.errors import InputError, MissingFileError
from layers.base.resources import data_path
from layers.communes.gazetteer import Unit, communes_on

if TYPE_CHECKING:
    from zones.plan.model import Plan

__all__ = ["communes_of", "natural_area_of"]


def communes_of(plan: Plan) -> Mapping[str, Unit]:
    """Communes of a plan's province at its vintage, by code."""
    try:
        return communes_on(plan.province, plan.vintage)
    except InputError:
        return MappingProxyType({})


def natural_area_of(plan: Plan) -> float | None:
    """Official natural area of a plan's province, in hectares, where it is known."""
    if plan.natural_area_ha is not None:
        return plan.natural_area_ha
    try:
        path = data_path(f"communes-{plan.province}.csv")
    except MissingFileError:
        return None
    with path.open(encoding="utf-8", newline="") as lines:
        return sum(float(row["official_area_ha"]) for row in csv.DictReader(lines))
