"""What a table of targets calls its columns and ids, and which id a cell means.

A cell may hold an id or a name in either language. A name that two things share leads to neither:
the table then writes the id.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from layers.base.errors import InputError
from layers.base.language import Language, Phrase
from layers.base.messages import message
from layers.communes.spelling import exact_key
from layers.kinds.crops import crop_named, load_crops
from maps.layout.words import phrase
from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.units import known_units, unit_name, unknown_unit
from zones.plan.frames import communes_of
from zones.plan.model import FIGURE_KEYS, Plan

#: Columns of the table, in order.
COLUMNS = (
    *("target", "zone", "indicator", "name_vi", "name_en"),
    *("bound", "figure", "low", "high", "unit", "year", "period"),
    *("measure", "crop", "commune", "clause", "part_of", "within"),
)
FIGURES = ("figure", "low", "high")
_PERIODS = ("by_year", "per_year", "in_year", "cumulative")
_MEASURES = ("layer", "report", "none")


def heading(column: str) -> Phrase:
    """Give the header of a column."""
    return message(f"zones.plan.exchange.column_{column}")


class Names:
    """Names of the ids that the cells of some columns hold."""

    def __init__(self, plan: Plan) -> None:
        crops = load_crops()
        self.of: dict[str, Mapping[str, Phrase]] = {
            "zone": {zone.zone: Phrase(zone.name.en, zone.name.vi) for zone in plan.zones},
            "indicator": {
                one.indicator: Phrase(one.name_en, one.name_vi)
                for one in known_indicators().values()
            },
            "bound": {bound: phrase(f"bound {bound}") for bound in FIGURE_KEYS},
            "unit": {
                unit: Phrase(unit_name(unit, "en"), unit_name(unit, "vi")) for unit in _units(plan)
            },
            "period": {one: message(f"zones.plan.exchange.period_{one}") for one in _PERIODS},
            "measure": {one: message(f"zones.plan.exchange.measure_{one}") for one in _MEASURES},
            "crop": {
                crop: Phrase(en, vi)
                for crop, vi, en in crops[["crop", "name_vi", "name_en"]].itertuples(index=False)
            },
            "commune": {
                code: Phrase(unit.name, unit.name) for code, unit in communes_of(plan).items()
            },
        }
        self._meant = {column: _meanings(names) for column, names in self.of.items()}

    def written(self, column: str, identifier: str, language: Language) -> str:
        """Name of an id where it leads back to the id alone, else the id."""
        known = self.of[column].get(identifier)
        name = identifier if known is None else known.text(language)
        return name if self._meant[column].get(exact_key(name)) == {identifier} else identifier

    def meant(self, column: str, text: str) -> str:
        """Id that a cell means; one that means none, or several, is refused."""
        found = self._meant[column].get(exact_key(text), set())
        if len(found) == 1:
            return next(iter(found))
        if len(found) > 1:
            raise InputError("zones.plan.exchange.name_of_several", name=text, ids=sorted(found))
        other = _other_reading(column, text)
        if other:
            return other
        near = difflib.get_close_matches(exact_key(text), self._meant[column], n=1, cutoff=0.7)
        ids = self._meant[column][near[0]] if near else set()
        hint = message("zones.plan.perhaps", near=min(ids)) if ids else ""
        raise InputError(
            "zones.plan.exchange.unknown_name", column=heading(column), name=text, hint=hint
        )


def _units(plan: Plan) -> list[str]:
    """List the units of the tables, and those that the plan makes of them ("t/ha")."""
    return list(dict.fromkeys([*known_units(), *(t.unit for _, t in plan.all_targets())]))


def _meanings(names: Mapping[str, Phrase]) -> dict[str, set[str]]:
    """Ids by each word for them; an id means itself alone."""
    found: dict[str, set[str]] = {}
    for identifier, name in names.items():
        for word in {exact_key(name.vi), exact_key(name.en)}:
            found.setdefault(word, set()).add(identifier)
    return found | {exact_key(identifier): {identifier} for identifier in names}


def _other_reading(column: str, text: str) -> str:
    """Id of a crop by another name, of a unit made of known ones, of an indicator of one's own."""
    if column == "crop":
        return crop_named(text)[0]
    if column == "unit":
        parts = {name: unit.unit for unit in known_units().values() for name in unit.written}
        made = "/".join(parts.get(part.strip().lower(), part.strip()) for part in text.split("/"))
        return "" if unknown_unit(made) else made
    return text if column == "indicator" and text.isascii() and text.islower() else ""
