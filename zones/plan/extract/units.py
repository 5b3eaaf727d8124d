"""Units of quantities, and how documents write them (``data/units.csv``)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from layers.base.language import Language
from layers.base.resources import data_rows, kept

#: What may stand behind a slash, and how the unit is then called.
_DENOMINATORS = {
    "ha": "ha",
    "m2": "m2",
    "m²": "m2",
    "năm": "year",
    "tháng": "month",
    "vụ": "season",
    "ngày": "day",
    "người": "person",
    "hộ": "household",
    "con": "head",
    "cây": "tree",
    "xã": "commune",
}


_LONGEST_WORD = 24
#: "10.200 ha rừng/năm": what is measured stands between the unit and its year.
_OF_A_YEAR = re.compile(r"(?:\s+[^\W\d_]+){1,3}?\s*/\s*năm(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of quantities."""

    unit: str  # id used in plan files
    name_vi: str
    name_en: str
    #: area, volume, mass, rate, factor, money or count; only like with like is compared.
    dimension: str
    factor: float  # multiplier to the base unit of the dimension
    written: tuple[str, ...]  # forms in documents, lower case
    #: Words that, following, show that another thing is meant (``đồng bào``).
    not_before: tuple[str, ...]


@kept
def known_units() -> dict[str, Unit]:
    """All units by id."""
    return {
        row["unit"]: Unit(
            unit=row["unit"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            dimension=row["dimension"],
            factor=float(row["factor"]),
            written=tuple(filter(None, row["written"].split("|"))),
            not_before=tuple(filter(None, row["not_before"].split("|"))),
        )
        for row in data_rows("units.csv")
    }


@kept
def _pattern() -> tuple[re.Pattern[str], dict[str, Unit]]:
    forms = {form: unit for unit in known_units().values() for form in unit.written}
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    words = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest_first)
    behind = "|".join(sorted(_DENOMINATORS, key=len, reverse=True))
    per = rf"(?P<per>(?:\s*/\s*(?:{behind})(?!\w))*)"
    return re.compile(rf"(?P<unit>{words})(?!\w){per}", re.IGNORECASE), forms


def match_unit(text: str, start: int) -> tuple[str, int] | None:
    """Read the unit that begins at a place of a text."""
    pattern, forms = _pattern()
    found = pattern.match(text, start)
    if found is None:
        return None
    unit = forms[re.sub(r"\s+", " ", found["unit"].lower())]
    after = text[found.end() : found.end() + _LONGEST_WORD].lstrip().lower()
    if not found["per"] and any(
        re.match(rf"{re.escape(word)}(?!\w)", after) for word in unit.not_before
    ):
        return None
    parts = [part.strip().lower() for part in found["per"].split("/")[1:]]
    below = [_DENOMINATORS[part] for part in parts]
    if "year" not in below and _OF_A_YEAR.match(text, found.end()):
        below.append("year")
    return "/".join([unit.unit, *below]), found.end()


def unit_dimension(unit: str) -> str:
    """Dimension of a unit, compound or not; ``/year`` does not change it."""
    parts = unit.removesuffix("/year").split("/")
    known = known_units()
    return "/".join(known[part].dimension if part in known else part for part in parts)


def unknown_unit(unit: str) -> str:
    """Part of a unit that no table has: "bồ" of "bồ/ha"; nothing where all are known."""
    first, *below = unit.split("/")
    known = {*known_units(), *_DENOMINATORS.values()}
    return next((part for part in (first, *below) if part not in known), "")


def unit_factor(unit: str) -> float:
    """Multiplier from a unit to the base unit of its dimension."""
    first, *rest = unit.removesuffix("/year").split("/")
    known = known_units()
    if first not in known:
        return math.nan
    factor = known[first].factor
    for part in rest:
        factor /= known[part].factor if part in known else 1.0
    return factor


def unit_name(unit: str, language: Language) -> str:
    """Name of a unit as a page prints it."""
    known = known_units()
    first, *rest = unit.split("/")
    if language == "vi":
        return "/".join(known[part].name_vi if part in known else part for part in (first, *rest))
    # Only what is counted is many: trees/ha, million VND/person.
    return "/".join([known[first].name_en if first in known else first, *rest])
