"""Names of a table that lists communes as they were before they were merged.

Half of the names of today are names of old units too, and a few of them are of units that went into
another commune: in a table of old communes "Tân Thành" may be no part of today's Tân Thành.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from layers.base.language import Phrase
from layers.communes.crosswalk import Successors, successors
from layers.communes.gazetteer import Unit, communes_on, vintages
from layers.communes.match_result import Match
from layers.communes.matching import match_commune
from zones.reports.reading.words import Place, find_place


@dataclass(frozen=True, slots=True)
class _Old:
    """Old units of a name, with what became of each, and the commune of today of that name."""

    units: tuple[Unit, ...]
    after: Successors
    today: str

    def among(self, heirs: Collection[str], districts: Collection[str]) -> Unit | None:
        """The one unit that went into some communes, or else lay in some districts."""
        for chosen in (
            [one for one in self.units if set(self.after[one.code]) <= set(heirs)],
            [one for one in self.units if one.district in districts],
            self.units,
        ):
            if len(chosen) == 1:
                return chosen[0]
        return None

    def other(self, named: Collection[str]) -> Unit | None:
        """The one unit that no other name means, where all went into the same commune."""
        left = [one for one in self.units if one.code not in named]
        alike = len({self.after[one.code] for one in self.units}) == 1
        return left[0] if alike and len(left) == 1 else None


def names_of_table(
    texts: Iterable[str], province: str, vintage: str, *, within: str = ""
) -> dict[str, Place]:
    """What names mean of a table that has those of old communes; none where it is one of today.

    ``within`` is the commune of today that the table is of, if any. A name that may be today's or
    an old one's, of communes far from each other, is asked about unless the others leave no doubt.
    """
    every = {text: _old(text, province, vintage) for text in dict.fromkeys(texts)}
    named = {text: old for text, old in every.items() if old.units or old.today}
    gone = {text: old for text, old in named.items() if not old.today}
    if not gone or not all(old.units for old in named.values()):
        return {}
    alone = [old.units[0] for old in gone.values() if len(old.units) == 1]
    after = {unit.code: old.after[unit.code] for old in named.values() for unit in old.units}
    heirs = {within} if within else {code for one in alone for code in after[one.code]}
    districts = {one.district for one in alone}
    meant = {text: old.among(heirs, districts) for text, old in named.items()}
    there = {one.code for one in meant.values() if one is not None}
    # Of a town and the commune around it, both of one name, the one is named by its kind.
    meant |= {text: named[text].other(there) for text, one in meant.items() if one is None}
    called = Counter(old.today for text, old in named.items() if meant[text] is not None)
    mostly = 2 * len(gone) >= len(named)
    found = {}
    for text, unit in meant.items():
        if unit is None:
            continue
        became, today = after[unit.code], named[text].today
        if became == (today,) and called[today] == 1:
            continue  # Whether it is a part or the whole, the figures tell
        sure = mostly or became in ((within,), (today,)) or _is_whole(became, there, named[text])
        if today and not sure:
            either = tuple(dict.fromkeys((*became, today)))
            found[text] = Place(rule="commune-of-which-day", parts=either, name=unit.name)
        elif len(became) > 1:
            found[text] = Place(
                rule="old-name-split", origin=unit.code, parts=became, name=unit.name
            )
        else:
            found[text] = Place(became[0], "old-name", unit.code)
    return found


def said_of(places: Iterable[Place], province: str, vintage: str) -> Phrase:
    """Names of old units, each with the communes of today among which it was divided."""
    today = communes_on(province, vintage)
    en, vi = [], []
    for place in dict.fromkeys(places):
        split = place.parts if place.rule == "old-name-split" else ()
        heirs = ", ".join(today[code].name for code in split)
        en.append(f"{place.name} (now {heirs})" if heirs else place.name)
        vi.append(f"{place.name} (nay thuộc {heirs})" if heirs else place.name)
    return Phrase(en="; ".join(en), vi="; ".join(vi))


def _is_whole(became: tuple[str, ...], there: Collection[str], old: _Old) -> bool:
    """Whether a table names all the units of which one commune of today was made."""
    parts = {code for code, after in old.after.items() if after == became}
    return len(became) == 1 and len(parts) > 1 and parts <= set(there)


def _old(text: str, province: str, vintage: str) -> _Old:
    """Units of the newest earlier day that has any of a name."""
    place = find_place(text, province, vintage)
    today = place.code if not place.origin and place.rule != "commune-near" else ""
    for day in reversed([day for day in vintages(province) if day < vintage]):
        found = match_commune(text, province=province, on=day)
        if isinstance(found, Match):
            units: tuple[Unit, ...] = () if found.confirm else (found.unit,)
        else:
            units = tuple(one.unit for one in found.candidates if one.score == 1)
        if units:
            return _Old(units, successors(province, from_=day, to=vintage), today)
    return _Old((), {}, today)
