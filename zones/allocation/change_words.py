"""Changes to an allocation's figures as a planner says them, each with the figure before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.kinds.crops import crop_named, load_crops
from zones.allocation.allocation_names import (
    find_commune,
    find_source,
    find_zone,
    find_zone_or_commune,
)
from zones.allocation.inputs import AllocationInputs
from zones.allocation.prepare import Prepared
from zones.allocation.scenario import KEYS_OF_CHANGES, change_inputs

#: What can be changed of a target, and its column of ``TARGETS_HA``.
_OF_TARGET = {"low": "low_ha", "high": "high_ha", "year": "year", "importance": "importance"}
_HECTARES = 2


def say_changes(prepared: Prepared, changes: Sequence[str]) -> list[Phrase]:
    """Say each change (``low.anise=50000``): of what, to what, and what stood there before.

    ``prepared`` is what is allocated without any of them.
    """
    said, after = [], prepared
    for change in changes:
        after = change_inputs(after, [change])
        said.append(_Change(prepared, after, change).said())
    return said


def say_unfit(change: str) -> Phrase:
    """Say a change whose zone or commune is not there: of what, what of it, to what."""
    key, _, value = change.partition("=")
    what, *parts = key.strip().split(".")
    texts = (text for name, text in KEYS_OF_CHANGES.items() if name.startswith(f"{what}."))
    known = next(texts, None)
    if known is None or not parts:
        return Phrase(en=change, vi=change)
    crops = load_crops()
    mine = crops[crops["crop"] == crop_named(parts[0])[0]]
    en, vi = ([*mine[column].astype(str), parts[0]][0] for column in ("name_en", "name_vi"))
    of = Phrase(en=" · ".join([en, *parts[1:]]), vi=" · ".join([vi, *parts[1:]]))
    return message("zones.allocation.said_unfit", of=of, what=known, value=value.strip())


@dataclass(slots=True)
class _Change:
    """One change: what is allocated without any, and with all up to this one."""

    before: Prepared
    made: Prepared
    change: str
    what: str = ""
    parts: list[str] = field(default_factory=list)
    value: str = ""

    def __post_init__(self) -> None:
        key, _, value = self.change.partition("=")
        self.what, *self.parts = key.strip().split(".")
        self.value = value.strip()

    def said(self) -> Phrase:
        """The change in words."""
        after = self.made
        if self.what in _OF_TARGET:
            return self._target(after.inputs)
        if self.what == "cover":
            return self._cover(after)
        if self.what == "pace":
            return self._pace(after.inputs)
        if self.what == "land":
            return self._land(after.inputs)
        if self.what == "unlisted_cost":
            old, new = self.before.settings.unlisted_cost, after.settings.unlisted_cost
            return message("zones.allocation.said_unlisted_cost", new=new, old=old)
        return self._choice(after.inputs)

    def _choice(self, after: AllocationInputs) -> Phrase:
        """A list, a commune on it, a lock or a suitability: said by its value."""
        zone = self._zone(self.parts[0])
        if self.what == "list":
            return message(f"zones.allocation.said_list_{self.value}", zone=zone)
        if self.what == "suitability":
            source = self._source()
            mine = (after.suitability["source"] == source) & (
                after.suitability["zone"] == self._zone_id(self.parts[0])
            )
            new = float(after.suitability.loc[mine, "suitability"].iloc[0])
            named = self._source_name(source)
            return message("zones.allocation.said_suitability", zone=zone, source=named, new=new)
        code = self._commune_code(self.parts[1])
        commune = self._commune(code)
        if self.what == "listed":
            return message(f"zones.allocation.said_listed_{self.value}", zone=zone, commune=commune)
        area = after.locks.loc[after.locks["commune_code"] == code, "area_ha"].iloc[-1]
        lock = self.value.partition(":")[0] + ("_ha" if pd.notna(area) else "")
        figures = {"area": float(area)}
        return message(f"zones.allocation.said_lock_{lock}", zone=zone, commune=commune, **figures)

    def _target(self, after: AllocationInputs) -> Phrase:
        """Figure of a zone's target, for each of its due years where it has several."""
        zone, column = self._zone_id(self.parts[0]), _OF_TARGET[self.what]
        sides = []
        for inputs in (self.before.inputs, after):
            rows = inputs.targets
            sides.append(rows[(rows["zone"] == zone) & (rows["commune_code"] == "")])
        name = self._name(zone)
        due = sides[0]["year"].tolist()
        said = []
        for year, old, new in zip(due, sides[0][column], sides[1][column], strict=True):
            of = message("zones.allocation.said_zone_of_year", zone=name, year=int(year))
            called = of if len(due) > 1 else name
            key = self.what + ("" if pd.notna(old) else "_new")
            figures = {"new": new, "old": old}
            said.append(message(f"zones.allocation.said_target_{key}", zone=called, **figures))
        return joined(said)

    def _cover(self, after: Prepared) -> Phrase:
        """Rate of forest cover that is asked for, or what a missing hectare of it weighs."""
        told = []
        for side in (after, self.before):
            if side.cover is None:
                continue  # a change of what is not asked for was refused
            rates = side.cover.targets["low"].tolist()
            told.append(rates if self.parts[0] == "low" else side.cover.importance)
        return message(f"zones.allocation.said_cover_{self.parts[0]}", new=told[0], old=told[1])

    def _pace(self, after: AllocationInputs) -> Phrase:
        """Most hectares a year of a zone, a commune, or both."""
        before = self.before.inputs
        zone, code = find_zone_or_commune(
            self.parts[0], before, self.before.names, self.change, aside=self.before.aside
        )
        code = self._commune_code(self.parts[1]) if len(self.parts) > 1 else code
        names = [self._name(zone)] if zone else []
        names += [Phrase(*[self._commune(code)] * 2)] if code else []
        sides = []
        for inputs in (after, before):
            rows = inputs.pace
            mine = rows[(rows["zone"] == zone) & (rows["commune_code"] == code)]
            sides.append(mine["high_ha"].dropna().round(_HECTARES).tolist())
        key, where = "" if sides[1] else "_new", joined(names, between=", ")
        figures = {"new": sides[0], "old": sides[1]}
        return message(f"zones.allocation.said_pace{key}", where=where, **figures)

    def _land(self, after: AllocationInputs) -> Phrase:
        """Hectares of a land source, in a commune or in all."""
        source = self._source()
        code = self._commune_code(self.parts[1]) if len(self.parts) > 1 else ""
        sums = []
        for inputs in (after, self.before.inputs):
            land = inputs.available
            mine = (land["source"] == source) & (not code or land["commune_code"] == code)
            sums.append(round(float(land.loc[mine, "area_ha"].sum()), _HECTARES))
        names = [self._source_name(source)]
        names += [Phrase(*[self._commune(code)] * 2)] if code else []
        where = joined(names, between=", ")
        return message("zones.allocation.said_land", where=where, new=sums[0], old=sums[1])

    def _zone_id(self, asked: str) -> str:
        given = self.before
        return find_zone(asked, given.inputs, given.names, self.change, aside=given.aside)

    def _zone(self, asked: str) -> Phrase:
        return self._name(self._zone_id(asked))

    def _name(self, zone: str) -> Phrase:
        return self.before.names.get(zone, Phrase(en=zone, vi=zone))

    def _commune_code(self, asked: str) -> str:
        return find_commune(asked, self.before.inputs, self.change)

    def _commune(self, code: str) -> str:
        named = self.before.inputs.communes
        return str(named.loc[named["commune_code"] == code, "commune"].iloc[0])

    def _source(self) -> str:
        asked = self.parts[1] if self.what == "suitability" else self.parts[0]
        return find_source(asked, self.before.inputs, self.change)

    def _source_name(self, source: str) -> Phrase:
        row = self.before.inputs.sources.set_index("source").loc[source]
        return Phrase(en=str(row["name_en"]), vi=str(row["name_vi"]))
