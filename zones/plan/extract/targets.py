"""Targets from statements: what is said in several clauses becomes one target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zones.plan.extract.indicators import known_indicators
from zones.plan.extract.places import PlaceList
from zones.plan.extract.statements import Reading, Stated
from zones.plan.extract.subject import Subject, part_indicator
from zones.plan.extract.units import unit_dimension
from zones.plan.extract.zones import (
    ZoneClause,
    crop_name,
    listed_communes,
    slug,
    zone_of,
)
from zones.plan.model import FIGURE_KEYS, Names, Statement, Target

_LONGEST_NAME = 90
_MONTHS = {"first": "{0}-01/{0}-06", "second": "{0}-07/{0}-12"}
#: No document sets more figures than these for one thing: thousands are not compared pairwise.
_MOST_ALIKE = 100


@dataclass(slots=True)
class _Thing:
    """One thing that the document sets a figure for, with all statements of it."""

    zone: str
    indicator: str
    crop: str
    commune: str
    stated: list[Stated] = field(default_factory=list)
    year_of_whole: int | None = None  # a part without a year is for that of its whole

    @property
    def lead(self) -> Stated:
        return self.stated[0]

    @property
    def year(self) -> int | None:
        years = (one.span.last for one in self.stated if one.span is not None)
        return next(years, self.year_of_whole)

    def takes(self, other: Stated, indicator: str) -> bool:
        """Whether a statement of the same zone, indicator, crop and unit is about this thing."""
        lead = self.lead
        if lead.half != other.half:
            return False
        if any(one.paragraph == other.paragraph for one in self.stated):
            return False  # one paragraph does not say one thing twice
        if _ends(lead) == _ends(other):
            return self.year is None or other.span is None or self.year == other.span.last
        # Another figure for the same thing is a fault of the document only if all else agrees.
        known = indicator in known_indicators()
        year = other.span.last if other.span else None
        return known and year == self.year and lead.quantity.per_year == other.quantity.per_year


def _base_unit(stated: Stated) -> str:
    """Dimension of a figure; what is counted is comparable only in one unit."""
    unit = stated.quantity.unit.removesuffix("/year")
    dimension = unit_dimension(unit)
    return unit if dimension == "count" else dimension


def _ends(stated: Stated) -> tuple[float | None, float | None]:
    return stated.quantity.low, stated.quantity.high


def _indicator(stated: Stated) -> str:
    if part := part_indicator(stated.subject):
        return part
    if stated.subject.indicator:
        return stated.subject.indicator
    if zone_of(stated) != ("", ""):
        return "area"
    words = [word for word in stated.subject.about.split() if not word[:1].isdigit()]
    return slug(" ".join(words[-6:]))


def _of_the_same(part: Stated, whole: Stated) -> bool:
    """Whether a part is one of what its whole is of, not of another crop."""
    if unit_dimension(part.quantity.unit) != unit_dimension(whole.quantity.unit):
        return False
    return bool(whole.subject.crop) and part.subject.crop == whole.subject.crop


def _zone_id(stated: Stated, zones: Sequence[ZoneClause]) -> str:
    """Zone that a statement belongs to, empty for the whole plan."""
    whole = stated.whole
    if whole is not None and _of_the_same(stated, whole):
        return _zone_id(whole, zones)
    crop, name = zone_of(stated)
    wanted = crop or (slug(name) if name else "")
    for zone in zones:
        if zone.zone == wanted:
            return zone.zone
        has_list = zone.listing != "none"
        if has_list and zone.clause == stated.clause and stated.subject.crop == zone.crop:
            return zone.zone
    return ""


def _figure(stated: Stated) -> dict[str, Any]:
    quantity = stated.quantity
    values = {"figure": quantity.low, "low": quantity.low, "high": quantity.high}
    fields: dict[str, Any] = {"bound": quantity.bound}
    fields |= {key: values[key] for key in FIGURE_KEYS[quantity.bound]}
    if len(quantity.words) > 1 or (quantity.words and quantity.bound == "range"):
        fields["words"] = list(quantity.words)
    return fields


def _confidence(thing: _Thing, single_year: int | None) -> float:
    lead = thing.lead
    known = thing.indicator in known_indicators() or bool(lead.subject.parts)
    doubt = 0.05 + 0.3 * (not known) + 0.3 * lead.quantity.doubtful
    doubt += 0.4 * (not lead.subject.sure)
    if thing.year is None:
        doubt += 0.1 if single_year else 0.25
    elif not any(one.year_said for one in thing.stated):
        doubt += 0.05
    if lead.subject.crop and not lead.crop_said:
        doubt += 0.05
    if len({_ends(one) for one in thing.stated}) > 1:
        doubt += 0.15
    return round(max(0.1, 1 - doubt), 2)


_QUANTITIES = {
    "area": ("Diện tích", "area"), "mass": ("Sản lượng", "output"),
    "mass/area": ("Năng suất", "yield"),
}  # fmt: skip


def part_names(subject: Subject) -> Names | None:
    """Give the names of a part of a crop: "Diện tích lúa vụ xuân", "Rice, spring season: area"."""
    if not part_indicator(subject):
        return None
    vi, en = _QUANTITIES[unit_dimension(subject.unit.removesuffix("/year"))]
    crop_vi, crop_en = crop_name(subject.crop)
    written = " ".join(part.written for part in subject.parts)
    parts = ", ".join(part.name_en for part in subject.parts)
    return Names(vi=f"{vi} {crop_vi.lower()} {written}", en=f"{crop_en}, {parts}: {en}")


def _measure(thing: _Thing, zones: dict[str, ZoneClause]) -> str | None:
    if thing.indicator == "forest_cover_rate":
        return "layer"
    if thing.zone and thing.indicator == "area":
        return "layer" if zones[thing.zone].land_kind == "forest" else "report"
    return None


def _also(thing: _Thing) -> list[Statement]:
    lead, found = thing.lead, []
    for one in thing.stated[1:]:
        fields = _figure(one) | {"clause": one.clause, "line": one.line}
        if one.quantity.unit != lead.quantity.unit:
            fields["unit"] = one.quantity.unit
        found.append(Statement(**fields))
    return found


def _target(
    thing: _Thing, target_id: str, zones: dict[str, ZoneClause], single_year: int | None
) -> Target:
    lead = thing.lead
    year = thing.year or single_year
    span = next((one.span for one in thing.stated if one.span is not None), None)
    fields: dict[str, Any] = {"target": target_id, "indicator": thing.indicator}
    if thing.indicator not in known_indicators():
        about = lead.subject.about[:_LONGEST_NAME]
        fields["name"] = part_names(lead.subject) or Names(vi=about, en=about)
    fields |= _figure(lead) | {"unit": lead.quantity.unit, "year": year}
    if lead.quantity.per_year:
        fields["period"] = "per_year"
    elif single_year:
        fields["period"] = "in_year"
    if lead.half and year:
        fields |= {"period": "cumulative", "during": _MONTHS[lead.half].format(year)}
    elif span is not None and span.first is not None:
        fields["during"] = f"{span.first}/{span.last}"
    fields |= {"clause": lead.clause, "line": lead.line}
    if thing.commune:
        fields |= {"scope": "commune", "commune": thing.commune}
    if measure := _measure(thing, zones):
        fields["measure"] = measure
    if not thing.zone and lead.subject.crop:
        fields["crop"] = lead.subject.crop
    if also := _also(thing):
        fields["also"] = also
    return Target(**fields, confidence=_confidence(thing, single_year))


def _things(
    reading: Reading, zones: Sequence[ZoneClause], communes: Mapping[int, str]
) -> list[_Thing]:
    things: list[_Thing] = []
    alike: dict[tuple[str, ...], list[_Thing]] = {}
    clauses = {zone.zone: zone.clause for zone in zones}
    for stated in reading.targets:
        zone, indicator = _zone_id(stated, zones), _indicator(stated)
        crop, commune = stated.subject.crop, communes.get(stated.paragraph, stated.commune)
        group = alike.setdefault((zone, indicator, crop, commune, _base_unit(stated)), [])
        same = next((one for one in group[:_MOST_ALIKE] if one.takes(stated, indicator)), None)
        if same is None:
            group.append(_Thing(zone, indicator, crop, commune, [stated]))
            things.append(group[-1])
        elif zone and stated.clause == clauses[zone] and same.lead.clause != stated.clause:
            same.stated.insert(0, stated)  # the zone's own clause leads
        else:
            same.stated.append(stated)
    return things


def _target_id(thing: _Thing, taken: dict[str, int], single_year: int | None) -> str:
    parts = [thing.zone or (thing.crop if thing.crop not in thing.indicator else "")]
    parts.append(thing.indicator)
    if thing.lead.quantity.per_year and "per_year" not in thing.indicator:
        parts.append("per-year")
    year = thing.year or single_year
    if thing.lead.half:
        parts.append(f"{thing.lead.half}-half")
    parts += [thing.commune, str(year) if year else ""]
    base = "-".join(part for part in parts if part).replace("_", "-")
    name = base
    while name in taken:
        taken[base] += 1
        name = f"{base}-{taken[base]}"
    taken[name] = 1
    return name


def gather_targets(
    reading: Reading,
    zones: Sequence[ZoneClause],
    communes: Mapping[int, str],
    lists: Mapping[int, PlaceList],
    *,
    single_year: int | None,
) -> dict[str, list[Target]]:
    """Make targets of the statements of a document; ``lists`` are those of parts of crops."""
    things = _things(reading, zones, communes)
    known, taken = {zone.zone: zone for zone in zones}, dict[str, int]()
    holders: dict[int, _Thing] = {id(one): thing for thing in things for one in thing.stated}
    for thing in things:
        whole = holders.get(id(thing.lead.whole))
        thing.year_of_whole = whole.year if whole is not None and whole is not thing else None
    ids = {id(thing): _target_id(thing, taken, single_year) for thing in things}
    found: dict[str, list[Target]] = {}
    for thing in things:
        target = _target(thing, ids[id(thing)], known, single_year)
        whole = holders.get(id(thing.lead.whole))
        if (
            whole is not None
            and whole is not thing
            and unit_dimension(whole.lead.quantity.unit) == unit_dimension(target.unit)
        ):
            target.within = ids[id(whole)]
        places = next((lists[id(one)] for one in thing.stated if id(one) in lists), None)
        if places is not None:
            target.listing = "open" if places.names.open else "closed"
            target.communes = listed_communes(places.names)
        found.setdefault(thing.zone, []).append(target)
    return found
