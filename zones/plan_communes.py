"""The communes a plan's codes are held against: those in force in its province at its vintage."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from layers.errors import InputError
from layers.gazetteer import Unit, communes_on

if TYPE_CHECKING:
    from zones.plan_model import Plan

__all__ = ["communes_of"]


def communes_of(plan: Plan) -> Mapping[str, Unit]:
    """Communes of a plan's province at its vintage, by code.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    mapping of str to Unit
        Empty where no embedded table holds for that province and day.
    """
    try:
        return communes_on(plan.province, plan.vintage)
    except InputError:
        return MappingProxyType({})
