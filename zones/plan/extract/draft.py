"""The draft of a plan from the text of a document: zones, targets, indicators, reports.

Nothing is keyed to a document. A zone is a clause whose heading names a crop and which lists
communes, or a crop with an area of its own; statements of one thing in several clauses become one
target with the others under ``also``. What was not understood is handed back, so that nothing is
lost in silence.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.communes.gazetteer import (
    NEWEST_VINTAGE,
    communes_on,
    find_province,
    province_name,
    vintage_on,
)
from layers.communes.name_lists import names_a_commune
from zones.plan.extract.calendar import read_reports
from zones.plan.extract.crop_names import crops_named
from zones.plan.extract.document import Document
from zones.plan.extract.head import Head, read_head
from zones.plan.extract.indicators import known_indicators, last_mention
from zones.plan.extract.outline import Paragraph, read_outline
from zones.plan.extract.places import (
    PlaceList,
    Row,
    communes_of_figures,
    communes_of_rows,
    find_place_lists,
    named_districts,
)
from zones.plan.extract.quantity import count_quantities
from zones.plan.extract.roles import Role
from zones.plan.extract.segments import NO_CROP
from zones.plan.extract.statements import Reading, Stated, are_alike, read_statements, spread_over
from zones.plan.extract.subject import part_indicator
from zones.plan.extract.tables import Tables, read_tables
from zones.plan.extract.targets import gather_targets, part_names
from zones.plan.extract.tasks import read_tasks
from zones.plan.extract.totals import WrongTotal
from zones.plan.extract.units import unit_dimension
from zones.plan.extract.unread import Passage, find_unread
from zones.plan.extract.zones import (
    ZoneClause,
    ask_whose,
    find_zones,
    listed_communes,
    lists_of_parts,
    taken_over,
    without_those_of_changes,
)
from zones.plan.findings import SURE
from zones.plan.model import Horizon, ListedCommune, Names, Plan, Source, Target, Task, Zone
from zones.plan.words import clause_words


@dataclass(frozen=True, slots=True)
class NearName:
    """A name that was only nearly matched, is that of an earlier day, or was not matched at all."""

    clause: str | None  # Clause of the list
    line: int  # Line where the list begins
    written: str  # Name as written
    meant: str  # Commune it was taken for, with its code; empty where it was not understood


@dataclass(frozen=True, slots=True)
class LooseList:
    """A list of communes that belongs to no zone and no indicator."""

    clause: str | None  # Clause of the list
    line: int  # Line where it begins
    communes: tuple[ListedCommune, ...]  # The communes, as a plan file has them
    claims: tuple[str, ...] = ()  # Figures of different things, any of which it may be of


@dataclass(frozen=True, slots=True)
class Unsure:
    """A target of which the reader is not sure."""

    target: str  # Its id
    passage: Passage  # Its figure in its sentence


@dataclass(frozen=True, slots=True)
class Apart:
    """A quantity that sets no target."""

    role: Role  # What it is instead: a change, a comparison, a present state, a base
    passage: Passage  # The figure in its sentence


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted plan and what a person must look at."""

    plan: Plan  # The draft; every target carries a confidence
    near: tuple[NearName, ...]  # Names to confirm
    loose_lists: tuple[LooseList, ...]  # Lists of communes that belong to no zone
    unread: tuple[Passage, ...]  # Figures that were not understood
    quantities: int  # How many quantities were read
    #: Targets whose owner, unit or year a person must confirm.
    unsure: tuple[Unsure, ...] = ()
    apart: tuple[Apart, ...] = ()  # Quantities that set no target: changes, states, comparisons
    notes: tuple[Phrase, ...] = ()  # What else should be known


def _horizon(head: Head, reading: Reading) -> tuple[int, int]:
    years = [one.span.last for one in reading.stated if one.span is not None]
    last = head.last or max(years, default=None) or int((head.date or "2030")[:4])
    first = head.first or int(head.date[:4] if head.date else last)
    return min(first, last), last


_WHOLE_DATE, _MONTH = 10, 7
_LAST_OF_DISTRICTS = "2025-06-30"


def _vintage(province: str, date: str | None) -> str:
    """Vintage in force on the date of the document, as far as that is filled in."""
    day = date
    if date is not None and len(date) < _WHOLE_DATE:
        day = f"{date}-28" if len(date) == _MONTH else date
    try:
        return vintage_on(day, province=province)
    except InputError:
        return f"{date[:4]}-12-31" if date else vintage_on(None)


def _lists(
    paragraphs: list[Paragraph], reading: Reading, province: str, vintage: str
) -> tuple[list[PlaceList], dict[int, Row], tuple[Phrase, ...]]:
    """Read the communes a text names, or note that those of the document's time are not known."""
    if vintage >= NEWEST_VINTAGE:
        find_province(province)  # a mistyped code is told at once
    try:
        lists = find_place_lists(paragraphs, reading.quantities, province=province, on=vintage)
        return lists, communes_of_rows(paragraphs, province=province, on=vintage), ()
    except InputError as error:
        note = message("zones.plan.extract.lists_not_read", error=error.phrase)
        return [], communes_of_rows(paragraphs, province=province, on=None), (note,)


def _near(lists: list[PlaceList], paragraphs: list[Paragraph]) -> list[NearName]:
    found = []
    for places in lists:
        clause = paragraphs[places.paragraph].clause
        for match in places.names.matches:
            if match.confirm:
                meant = f"{match.name} ({match.code})"
                found.append(NearName(clause, places.line, match.text, meant))
        heirs = taken_over(places.names)
        found += [
            NearName(clause, places.line, text, f"{unit.name} ({unit.code})")
            for text, unit in heirs.items()
        ]
        found += [
            NearName(clause, places.line, refusal.text, "")
            for refusal in places.names.unresolved
            if refusal.text not in heirs and names_a_commune(refusal)
        ]
    return found


def _near_rows(rows: dict[int, Row], paragraphs: list[Paragraph]) -> Iterator[NearName]:
    """Names of rows that are misspelt or mean no commune."""
    for place, row in rows.items():
        clause, line = paragraphs[place].clause, paragraphs[place].line_at(0)
        if row.match is None:
            yield NearName(clause, line, row.text, "")
        elif row.match.confirm:
            yield NearName(clause, line, row.text, f"{row.match.name} ({row.match.code})")


def _of_communes(
    reading: Reading, paragraphs: Sequence[Paragraph], province: str, on: str | None
) -> Reading:
    """Statements with the commune that each part is for: "trong đó xã A 500 ha, xã B 300 ha".

    One commune whose figure is no part of another may be where all of the crop lies.
    """
    if on is None:
        return reading
    found = [
        communes_of_figures(paragraph.text, figures, province=province, on=on)
        for paragraph, figures in zip(paragraphs, reading.quantities, strict=True)
    ]
    stated: dict[int, Stated] = {}  # by the statement before; a whole comes before its parts
    last: Stated | None = None
    for one in reading.stated:
        codes = found[one.paragraph]
        of_one = one.whole is not None or len(set(codes.values())) > 1
        code = codes.get(one.quantity.start, "") if of_one else ""
        whole = stated.get(id(one.whole), one.whole)
        subject = one.subject
        if code and whole and not subject.indicator and are_alike(one.quantity, whole.quantity):
            # "Trong đó hữu cơ xã A 500 ha, xã B 300 ha": what the commune before it has.
            beside = last if last and last.commune and last.whole is whole else whole
            subject = replace(subject, indicator=beside.subject.indicator)
        changed = code or whole is not one.whole
        last = replace(one, commune=code, whole=whole, subject=subject) if changed else one
        stated[id(one)] = last
    return replace(reading, stated=tuple(stated.values()))


def _of_no_zone(
    lists: Sequence[PlaceList],
    zones: Sequence[ZoneClause],
    reading: Reading,
    paragraphs: Sequence[Paragraph],
) -> list[PlaceList]:
    """Lists that no zone has, without names of communes that have figures of their own."""
    taken = {id(zone.places) for zone in zones}
    return [
        it
        for it in lists
        if not (id(it) in taken or _is_of_figures(it, reading, paragraphs[it.paragraph].text))
    ]


def _is_of_figures(places: PlaceList, reading: Reading, text: str) -> bool:
    """Whether the names of a list are those of communes with figures of their own."""
    return any(
        one.commune
        and one.paragraph == places.paragraph
        and places.start <= one.quantity.start
        and not re.search("[,;:.]", text[places.end : one.quantity.start])
        for one in reading.stated
    )


def _of_known_rows(reading: Reading, rows: dict[int, Row]) -> tuple[Reading, list[Passage]]:
    """Statements without those of a row whose commune is not known, and these.

    They must not pass for statements of the whole province.
    """
    lost = {place for place, row in rows.items() if row.match is None}
    kept = tuple(one for one in reading.stated if one.paragraph not in lost)
    told = [one.passage for one in reading.stated if one.paragraph in lost and one.passage]
    return replace(reading, stated=kept), told


def _owner(places: PlaceList, paragraph: Paragraph, targets: list[Target]) -> Target | None:
    """Find the indicator whose communes a list names.

    The one with a figure in the same paragraph, else the one of the same clause that the words
    before the list name last ("nuôi thủy sản trên các lồng bè tại các xã …").
    """
    lines = {number for _, number in paragraph.starts}
    free = [target for target in targets if not target.communes]
    said = paragraph.text[: places.start]
    here = [target for target in free if target.line in lines]
    if places.crop == NO_CROP:
        here = [target for target in here if last_mention(target.indicator, said) >= 0]
    elif places.crop:
        here = [target for target in here if target.crop == places.crop]
    if here:
        # What covers ground is done at places; what is counted or weighed only where nothing else.
        return next((one for one in here if unit_dimension(one.unit) == "area"), here[0])
    named = [(last_mention(target.indicator, said), target) for target in free]
    place, owner = max(named, key=lambda pair: pair[0], default=(-1, None))
    return owner if place >= 0 else None


def _attach_lists(
    targets: list[Target], lists: list[PlaceList], paragraphs: list[Paragraph]
) -> list[LooseList]:
    """Give lists of communes to the indicators they are about; hand back those of none."""
    of_clause: dict[str | None, list[Target]] = {}
    for target in targets:
        for clause in dict.fromkeys((target.clause, *(one.clause for one in target.also))):
            of_clause.setdefault(clause, []).append(target)
    loose = []
    for places in lists:
        if not places.is_read:
            continue
        paragraph = paragraphs[places.paragraph]
        owned = of_clause.get(paragraph.clause, []) if places.introduced else []
        owner = _owner(places, paragraph, owned)
        communes = listed_communes(places.names)
        if owner is None or places.names.whole_province:
            loose.append(LooseList(paragraph.clause, places.line, tuple(communes), places.claims))
        else:
            owner.listing = "open" if places.names.open else "closed"
            owner.communes = communes
    return loose


def _about_excluded(lists: list[PlaceList], paragraphs: list[Paragraph]) -> Iterator[Phrase]:
    """Tell which communes were taken out of a list, or of all those of the province."""
    for places in lists:
        names = places.names
        if not names.excluded:
            continue
        where = clause_words(paragraphs[places.paragraph].clause)
        count, out = len(names.matches), [one.name for one in names.excluded]
        yield (
            message(
                "zones.plan.extract.all_but",
                where=where, line=places.line, count=count, names=out,
            )
            if names.rest_of_province
            else message(
                "zones.plan.extract.list_but",
                where=where, line=places.line, count=count, names=out,
            )
        )  # fmt: skip


def _about_province(head: Head, given: str | None) -> Iterator[Phrase]:
    """Say that the province of a text is today a part of another one."""
    if head.former and head.province and given in (None, head.province):
        yield message(
            "zones.plan.former_province",
            name=head.former,
            today=province_name(head.province),
            code=head.province,
        )


def _about_districts(paragraphs: list[Paragraph], province: str, vintage: str) -> Iterator[Phrase]:
    """Say which districts a text of the time of districts names: they are no communes."""
    former = vintage >= NEWEST_VINTAGE
    try:
        units = communes_on(province, _LAST_OF_DISTRICTS if former else vintage).values()
    except InputError:
        return
    counts = Counter(unit.district for unit in units)
    found = named_districts(paragraphs, counts, former=former)
    if found:
        named = [f"{name} ({count})" for name, count in found.items()]
        yield (
            message("zones.plan.former_districts", count=len(named), names=list(found))
            if former
            else message("zones.plan.districts_named", count=len(named), names=named)
        )


def _about_total(wrong: WrongTotal) -> Phrase:
    return message(
        "zones.plan.wrong_total",
        line=wrong.line,
        column=wrong.column,
        total=wrong.total,
        found=wrong.found,
        difference=wrong.found - wrong.total,
    )


def _about_tables(tables: Tables) -> Iterator[Phrase]:
    yield from map(_about_total, tables.wrong)
    for line in tables.without_unit:
        yield message("zones.plan.extract.table_without_unit", line=line)


def _apart(reading: Reading) -> Iterator[Apart]:
    for one in reading.stated:
        if not one.is_target and one.passage is not None:
            yield Apart(one.role, one.passage)


def _about_unknown_crops(plan: Plan, reading: Reading) -> Iterator[Phrase]:
    """Ask for the crops of zones, and of areas with places of their own, that no table knows."""
    parts = {part_indicator(one.subject) for one in reading.targets}
    zones = [(one.clause, one.name, one.communes) for one in plan.zones if not one.crop]
    areas = [
        (one.clause, one.name, one.communes)
        for one in plan.indicators
        if isinstance(one, Target)
        and one.communes
        and unit_dimension(one.unit) == "area"
        and one.indicator not in known_indicators()
        and one.indicator not in parts
    ]
    for clause, name, communes in [*zones, *areas]:
        if name is not None:
            where, named = clause_words(clause), {crop for crop, _, _ in crops_named(name.vi)}
            if len(named) > 1:
                yield message("zones.plan.several_crops", where=where, name=name.vi)
                continue
            yield message(
                "zones.plan.no_known_crop", where=where, name=name.vi, count=len(communes)
            )


def _about_parts(reading: Reading) -> Iterator[Phrase]:
    """Say which figures are of a season, a variety or a standard, and held against no crop."""
    parts = [one for one in reading.targets if part_indicator(one.subject)]
    if parts:
        said = [part_names(one.subject) for one in parts]
        names = list(dict.fromkeys(name.vi for name in said if name))
        yield message("zones.plan.extract.crop_parts", count=len(parts), names=names)


def _unsure(plan: Plan, reading: Reading) -> Iterator[Unsure]:
    """Targets below the confidence from which a figure may be taken as read."""
    passages = {
        (one.line, one.quantity.low, one.quantity.high, one.quantity.unit): one.passage
        for one in reading.targets
    }
    for _, target in plan.all_targets():
        ends = [None if math.isnan(end) else end for end in target.ends]
        passage = passages.get((target.line or 0, ends[0], ends[1], target.unit))
        if passage is not None and (target.confidence or 0) < SURE:
            yield Unsure(target.target, passage)


def _zone(clause: ZoneClause, targets: list[Target]) -> Zone:
    fields: dict[str, Any] = {
        "zone": clause.zone,
        "clause": clause.clause,
        "name": Names(vi=clause.name_vi, en=clause.name_en),
    }
    if clause.as_written:
        fields["as_written"] = clause.as_written
    if clause.crop:
        fields["crop"] = clause.crop
    fields |= {
        "land_kind": clause.land_kind,
        "counts_for_cover": clause.counts_for_cover,
        "list": clause.listing,
    }
    if clause.communes:
        fields["communes"] = list(clause.communes)
    if targets:
        fields["targets"] = targets
    return Zone(**fields, confidence=clause.confidence)


#: Most figures of a document and of one paragraph: a plan has some hundreds, each a millisecond or
#: more, and those of a paragraph are weighed against each other.
_FIGURES, _FIGURES_OF_PARAGRAPH = 4_000, 2_000


def draft_plan(document: Document, *, plan_id: str, province: str | None = None) -> Draft:
    """Draft a plan from the text of a document.

    Parameters
    ----------
    document : Document
        The text.
    plan_id : str
        Id of the plan.
    province : str, optional
        Code of the province; read from the text without it.

    Returns
    -------
    Draft
        The plan and what a person must look at.

    Raises
    ------
    InputError
        The text names no province, states no quantity, or more than a plan holds.
    """
    tables = read_tables(document.lines)
    paragraphs = read_outline(tables.lines)
    _refuse_too_much(document, paragraphs)
    head, reading = read_head(paragraphs), read_statements(paragraphs)
    if head.first and head.last:
        reading = spread_over(reading, head.first, head.last)
    given, province = province, province or head.province
    tasks = read_tasks(document.lines, paragraphs, (province, *head.partners) if province else ())
    province = _settle_province(document, province, paragraphs, reading, tasks)
    vintage = _vintage(province, head.date)
    lists, rows, notes = _lists(paragraphs, reading, province, vintage)
    quantities = len(reading.stated)
    reading, of_no_commune = _of_known_rows(reading, rows)
    reading = _of_communes(reading, paragraphs, province, None if notes else vintage)
    lists = ask_whose(without_those_of_changes(lists, reading, paragraphs), reading, paragraphs)
    first, last = _horizon(head, reading)
    zones = find_zones(paragraphs, lists, reading)
    single_year = last if first == last else None
    known = {place: row.match.code for place, row in rows.items() if row.match is not None}
    rest = _of_no_zone(lists, zones, reading, paragraphs)
    of_parts, rest = lists_of_parts(rest, reading, paragraphs)
    targets = gather_targets(reading, zones, known, of_parts, single_year=single_year)
    indicators = targets.pop("", [])
    # Parts of a zone's area may have places of their own, as indicators have.
    parts = [one for of_zone in targets.values() for one in of_zone if one.within]
    loose = _attach_lists([*indicators, *parts], rest, paragraphs)
    plan = Plan(
        plan=plan_id,
        name=Names(vi=head.name or document.name, en=head.name or document.name),
        issuer=head.issuer,
        number=head.number,
        date=head.date if head.dated else None,
        province=province,
        other_provinces=list(head.partners),
        vintage=vintage,
        horizon=Horizon(first=first, last=last),
        source=Source(file=document.name, sha256=document.sha256),
        zones=[_zone(zone, targets.get(zone.zone, [])) for zone in zones],
        indicators=[*indicators, *tasks],
        reports=read_reports(paragraphs),
    )
    return Draft(
        plan=plan,
        near=(*_near(lists, paragraphs), *_near_rows(rows, paragraphs)),
        loose_lists=tuple(loose),
        unread=(*of_no_commune, *find_unread(paragraphs, reading.quantities)),
        quantities=quantities,
        unsure=tuple(_unsure(plan, reading)),
        apart=tuple(_apart(reading)),
        notes=(
            *document.notes,
            *notes,
            *_about_province(head, given),
            *_about_excluded(lists, paragraphs),
            *_about_districts(paragraphs, province, vintage),
            *_about_tables(tables),
            *_about_unknown_crops(plan, reading),
            *_about_parts(reading),
        ),
    )


def _refuse_too_much(document: Document, paragraphs: list[Paragraph]) -> None:
    """Refuse a text that would take minutes: no plan has as many figures."""
    left = _FIGURES
    for paragraph in paragraphs:
        count = count_quantities(paragraph.text, _FIGURES_OF_PARAGRAPH + 1)
        left -= count
        if left < 0 or count > _FIGURES_OF_PARAGRAPH:
            raise InputError(
                "zones.plan.extract.too_many_figures", document=document.name,
                most=_FIGURES, most_together=_FIGURES_OF_PARAGRAPH,
            )  # fmt: skip


def _of_columns(line: str) -> bool:
    """Whether a line holds several figures, as a row of a table does."""
    words = [word.strip("|") for word in line.split()]
    figures = [one for one in words if re.fullmatch(r"\d[\d.,]*", one)]
    return sum(not re.fullmatch(r"\d|20\d\d", one) for one in figures) > 1


def _settle_province(
    document: Document,
    province: str | None,
    paragraphs: list[Paragraph],
    reading: Reading,
    tasks: list[Task],
) -> str:
    """Province of a document that is a plan; refuse one that sets neither figures nor tasks."""
    if province is None:
        raise InputError("zones.plan.extract.no_province_named", document=document.name)
    if not reading.stated and not tasks:
        if any(map(_of_columns, document.lines)):
            raise InputError("zones.plan.extract.no_unit", document=document.name)
        raise InputError(
            "zones.plan.extract.no_quantity", document=document.name, count=len(paragraphs)
        )
    return province
