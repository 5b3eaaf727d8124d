"""Zones of a document: clauses that list where a crop grows, and crops with an area alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from layers.base.resources import data_rows, kept
from layers.communes.crosswalk import successors
from layers.communes.gazetteer import NEWEST_VINTAGE, Unit, communes_on
from layers.communes.name_lists import NameList
from layers.communes.spelling import without_marks
from zones.plan.crop_parts import parts_named
from zones.plan.extract.crop_names import crops_named, find_crop, group_of, several_crops
from zones.plan.extract.indicators import measures_planting
from zones.plan.extract.outline import Paragraph
from zones.plan.extract.places import PlaceList
from zones.plan.extract.segments import are_plain
from zones.plan.extract.sentences import sentence_bounds
from zones.plan.extract.statements import Reading, Stated
from zones.plan.extract.units import unit_dimension
from zones.plan.model import ListedCommune

LandKind = Literal["forest", "orchard", "annual", "paddy", "water", "understorey"]
Counts = Literal["established", "never", "by_land"]

_COUNTS: dict[str, Counts] = {"yes": "established", "never": "never", "by land": "by_land"}
_HEADING = re.compile(
    r"(?:vùng\s+(?:sản xuất|trồng|nguyên liệu)|vùng|cây|trồng)\s+(?P<thing>(?!trồng)[^.:;]+)",
    re.IGNORECASE,
)
_LOCATION = re.compile(
    r"^(?:vùng\s+(?:sản xuất|trồng|nguyên liệu)[^:]{0,40}|địa bàn[^:]{0,40}|phạm vi[^:]{0,40}):",
    re.IGNORECASE,
)
#: "vùng Lúa đặc sản chất lượng cao 10.000 ha": a zone of a crop that no table knows.
_NAMED_ZONE = re.compile(
    r"vùng\s+(?:sản xuất\s+|trồng\s+|nguyên liệu\s+)?(?P<thing>[^\d;:]{3,60}?)"
    r"(?:\s+(?:với|quy mô|diện tích|khoảng|trên|đạt|giai đoạn\s+20\d\d\s*[-–]\s*20\d\d"
    r"|(?:(?:đến|tới|vào|trong|cuối|hết)\s+)*năm\s+20\d\d))*\s+ha$",
    re.IGNORECASE,
)
#: Opens a list and is no part of its first name; "phường Kỳ Lừa" in the midst of one is.
_LIST_WORD = re.compile(r"^(?:các\s+)?xã\s*:?\s*(?:,\s*phường\s*:?\s*)?")
_LONGEST_ID = 40
#: Figures before a list, and behind it, that it may belong to.
_MOST_BESIDE = 20


@dataclass(frozen=True, slots=True)
class ZoneClause:
    """A zone as the document presents it."""

    zone: str  # id: the crop, else a slug of the name
    clause: str | None  # as the document numbers it
    name_vi: str
    name_en: str
    as_written: str  # name in the heading where it is misspelt, else empty
    crop: str  # crop id, empty for an unknown crop
    land_kind: LandKind  # as the table of crops has them
    counts_for_cover: Counts  # as the table of crops has them
    listing: Literal["open", "closed", "province", "none"]  # kind of the list
    communes: tuple[ListedCommune, ...]  # the list, a commune that is named twice included twice
    places: PlaceList | None  # the list as the document has it
    confidence: float  # how sure the reading is, 0 to 1


def slug(text: str) -> str:
    """Id made of a Vietnamese name."""
    plain = re.sub(r"[^a-z0-9]+", "_", without_marks(text.lower())).strip("_")
    return plain[:_LONGEST_ID].rstrip("_") or "x"


@kept
def _crops() -> dict[str, tuple[str, str, str, str]]:
    return {
        row["crop"]: (row["name_vi"], row["name_en"], row["land_kind"], row["counts_for_cover"])
        for row in data_rows("crops.csv")
    }


def crop_name(crop: str) -> tuple[str, str]:
    """Name of a crop in Vietnamese and in English."""
    return _crops()[crop][:2]


def taken_over(names: NameList) -> dict[str, Unit]:
    """Names of a list that are of an earlier day, and the commune that took each over whole."""
    day = names.matches[0].unit.vintage if names.matches else NEWEST_VINTAGE
    found = {}
    for refusal in names.unresolved:
        if refusal.reason != "other-time":
            continue
        # Several communes may have had the name: their heirs must be one.
        named = [one.unit for one in refusal.candidates if one.score == 1]
        heirs = {
            heir
            for old in named
            if old.vintage < day
            for heir in successors(old.province, from_=old.vintage, to=day).get(old.code, ())
        }
        if len(heirs) == 1:
            found[refusal.text] = communes_on(named[0].province, day)[heirs.pop()]
    return found


def listed_communes(names: NameList) -> list[ListedCommune]:
    """Entries of a list of communes, as a plan file has them."""

    def written(text: str) -> str:
        return _LIST_WORD.sub("", text)

    again = [(twice.code, text) for twice in names.duplicates for text in twice.texts[1:]]
    entries = [
        ListedCommune(code=match.code, as_written=written(match.text), confirm=True)
        if match.confirm
        else ListedCommune(code=match.code, as_written=written(match.text))
        for match in names.matches
    ]
    entries += [
        ListedCommune(code=unit.code, as_written=written(text), confirm=True)
        for text, unit in taken_over(names).items()
        if unit.code not in names.codes
    ]
    return entries + [ListedCommune(code=code, as_written=written(text)) for code, text in again]


def _listing(places: PlaceList | None) -> Literal["open", "closed", "province", "none"]:
    if places is None or not places.is_read:
        return "none"
    if places.names.whole_province:
        return "province"
    return "open" if places.names.open else "closed"


def _doubt(places: PlaceList | None) -> float:
    """How much less sure a zone is for what its list takes out."""
    if places is None:
        return 0.0
    refused = any(one.reason in ("exclusion", "stretch") for one in places.names.unresolved)
    return 0.35 if refused or not places.is_read else 0.2 if places.names.rest_of_province else 0.0


def _zone(
    crop: str,
    name: str,
    clause: str | None,
    *,
    confidence: float,
    places: PlaceList | None = None,
    misspelt: bool = False,
) -> ZoneClause:
    known = crop or find_crop(name)[0]  # several crops: their land is that of the last
    name_vi, name_en, land_kind, counts = _crops().get(known, ("", "", "annual", "never"))
    if not crop:
        name_vi = name_en = name
    kinds: dict[str, LandKind] = {
        kind: kind for kind in ("forest", "orchard", "annual", "paddy", "water", "understorey")
    }
    whole = places is not None and places.names.whole_province
    return ZoneClause(
        zone=crop or slug(name),
        clause=clause,
        name_vi=name_vi,
        name_en=name_en,
        as_written=name if misspelt else "",
        crop=crop,
        land_kind=kinds[land_kind],
        counts_for_cover=_COUNTS[counts],
        listing=_listing(places),
        communes=() if places is None or whole else tuple(listed_communes(places.names)),
        places=places,
        confidence=round(confidence - _doubt(places), 2),
    )


def _of_clauses(
    paragraphs: Sequence[Paragraph], lists: Sequence[PlaceList]
) -> Iterator[ZoneClause]:
    """Zones from clauses with a heading that names a crop and a paragraph that says where."""
    found: set[str] = set()
    # The first that is read of a paragraph.
    first: dict[int, PlaceList] = {}
    for one in lists:
        known = first.get(one.paragraph)
        if one.is_zone and (known is None or (one.is_read and not known.is_read)):
            first[one.paragraph] = one
    for place, paragraph in enumerate(paragraphs):
        places = first.get(place)
        is_list = places is not None and places.is_read
        if paragraph.clause is None or not paragraph.headings:
            continue
        if not is_list and not _LOCATION.match(paragraph.text):
            continue
        title = _without_places(paragraph.headings[-1], paragraph, places)
        if paragraph.opens and not find_crop(title)[0]:
            title = " ".join(paragraph.headings[-2:-1])  # "2. Vùng xoài", "b) Địa bàn: các xã A"
        heading = _HEADING.search(title)
        if heading is None or paragraph.clause in found:
            continue
        crop, misspelt = find_crop(title)
        if several := several_crops(title):  # "2. Vùng xoài, nhãn": of both, not of the last
            crop = group_of(one for one, _, _ in crops_named(several))
        if parts_named(title, crop, own=False):
            continue  # "2. Vùng vải sớm": no zone of all lychee
        found.add(paragraph.clause)
        yield _zone(
            crop,
            heading["thing"].strip(),
            paragraph.clause,
            places=places,
            misspelt=misspelt,
            confidence=0.95 - 0.1 * misspelt - 0.25 * (not crop) - 0.2 * (not is_list),
        )


def _without_places(title: str, paragraph: Paragraph, places: PlaceList | None) -> str:
    """Heading without the communes that it lists itself: Hồng Phong is no persimmon."""
    begins = paragraph.text.find(title)
    if places is None or begins < 0:
        return title
    return title[: max(0, places.start - begins)]


def zone_of(stated: Stated) -> tuple[str, str]:
    """Crop and name of the zone whose area a statement gives."""
    if stated.quantity.unit != "ha" or stated.subject.parts:
        return "", ""
    if stated.subject.indicator == "area" and stated.subject.crop:
        return stated.subject.crop, ""
    if stated.subject.thing:
        return "", stated.subject.thing
    named = _NAMED_ZONE.search(stated.subject.about)
    if not stated.subject.indicator and named:
        return "", named["thing"].strip()
    return "", ""


def find_zones(
    paragraphs: Sequence[Paragraph], lists: Sequence[PlaceList], reading: Reading
) -> list[ZoneClause]:
    """Find the zones of a document."""
    zones: dict[str, ZoneClause] = {}
    for zone in _of_clauses(paragraphs, lists):
        zones.setdefault(zone.zone, zone)
    rest = [places for places in lists if id(places) not in {id(z.places) for z in zones.values()}]
    beside = _lists_beside(rest, reading, paragraphs)
    for stated in reading.targets:
        crop, name = zone_of(stated)
        zone_id = crop or (slug(name) if name else "")
        if not zone_id:
            continue
        places = beside.get(id(stated))
        if zone_id not in zones:
            sure = 0.8 if crop else 0.6
            zones[zone_id] = _zone(crop, name, stated.clause, confidence=sure, places=places)
        elif places is not None and zones[zone_id].places is None:
            known = zones[zone_id]
            zones[zone_id] = _zone(
                crop, known.name_vi, known.clause, confidence=known.confidence, places=places
            )
    return list(zones.values())


def _lists_beside(
    lists: Sequence[PlaceList], reading: Reading, paragraphs: Sequence[Paragraph]
) -> dict[int, PlaceList]:
    """Give each list to an area: the last one before the list, else the first behind it."""
    figures = _of_paragraphs(reading.targets)
    found: dict[int, PlaceList] = {}
    for places in sorted(lists, key=lambda places: not places.is_read):
        # Communes of the whole province are no list, but what was left out of them must be told.
        whole = places.names.whole_province and not places.names.unresolved
        if places.elsewhere or whole or not places.introduced:
            continue
        near, text = figures.get(places.paragraph, []), paragraphs[places.paragraph].text
        owner = _owner(places, near, text)
        # An indicator that stands between takes the list for itself, and so does a part of the
        # area: "205.000 ha, trong đó 5.000 ha tại các xã A, B".
        of_part = _is_of_a_part(near, places, text)
        whole_thing = owner is not None and zone_of(owner) != ("", "") and not of_part
        if owner is not None and (whole_thing or owner.subject.parts):
            claims, of_all = _claims(places, lists, near, text)
            for one in claims if of_all else [owner]:
                found.setdefault(id(one), places)
    return found


def lists_of_parts(
    lists: Sequence[PlaceList], reading: Reading, paragraphs: Sequence[Paragraph]
) -> tuple[dict[int, PlaceList], list[PlaceList]]:
    """Lists of communes of parts of crops, by the statement of the part, and all others."""
    parts = {id(one) for one in reading.targets if one.subject.parts}
    readable = [places for places in lists if places.is_read]
    found = _lists_beside(readable, reading, paragraphs)
    owned = {stated: places for stated, places in found.items() if stated in parts}
    taken = {id(places) for places in owned.values()}
    return owned, [places for places in lists if id(places) not in taken]


def _of_paragraphs(statements: Sequence[Stated]) -> dict[int, list[Stated]]:
    found: dict[int, list[Stated]] = {}
    for stated in statements:
        found.setdefault(stated.paragraph, []).append(stated)
    return found


#: Belongs to the range that follows: "đạt từ 62.500 ha đến 67.000 ha".
_UP_TO = re.compile(r"\stừ\s*$", re.IGNORECASE)


def _owner(places: PlaceList, figures: Sequence[Stated], text: str) -> Stated | None:
    """Figure of a paragraph that a list belongs to."""
    at = bisect_left(figures, places.start, key=lambda one: one.quantity.start)
    near = figures[max(0, at - _MOST_BESIDE) : at + _MOST_BESIDE]
    # "…, bơ 9.000 ha; riêng cà phê tập trung tại các xã A, B": of the coffee, wherever it stands.
    fitting = [one for one in near if _owns(one) and _is_of_crop(one, places.crop)]
    before = [
        one
        for place, one in enumerate(fitting)
        if one.quantity.start < places.start
        and not _is_told_aside(one, fitting[:place], text[one.quantity.end : places.start])
    ]
    behind = next((one for one in fitting if one.quantity.start >= places.start), None)
    if behind is None or not are_plain(_UP_TO.sub("", text[places.last : behind.quantity.start])):
        return before[-1] if before else None
    return behind if not before or _begins_anew(text, before[-1], places, behind) else before[-1]


def _is_of_a_part(figures: Sequence[Stated], places: PlaceList, text: str) -> bool:
    """Whether a list stands right behind a figure that is a part of its zone's area."""
    at = bisect_left(figures, places.start, key=lambda one: one.quantity.start)
    last = figures[at - 1] if at else None
    if last is None or last.whole is None or zone_of(last) not in (("", ""), zone_of(last.whole)):
        return False
    return not re.search("[,;:()]", text[last.quantity.end : places.start])


def _is_of_crop(stated: Stated, crop: str) -> bool:
    """Whether a figure may be of the crop that a list is said to be of."""
    if crop in ("", stated.subject.crop):
        return True
    named = {one for one, _, _ in crops_named(zone_of(stated)[1])}
    # "Cam, bưởi" are of citrus; a crop without an id is told by its word.
    of_group = group_of([crop]) == stated.subject.crop
    return of_group or crop in named or crop in stated.subject.about.lower()


def _is_told_aside(one: Stated, before: Sequence[Stated], between: str) -> bool:
    """Whether the list that follows is of the whole, not of a part that was told by the way.

    "16.000 ha (trong đó 9.000 ha hữu cơ) tại …"; "9.800 ha, trong đó trồng mới 650 ha; tại …". Not
    so of a figure in parentheses that is its crop's only one: "hồ tiêu (200 ha) tại …".
    """
    beside = bool(before) and zone_of(before[-1])[0] in ("", zone_of(one)[0])
    aside = one.quantity.aside and (beside or one.whole is not None or not one.crop_said)
    planted = one.whole is not None and measures_planting(one.subject.indicator)
    return (aside and ")" in between) or (planted and ";" in between)


def _begins_anew(text: str, before: Stated, places: PlaceList, behind: Stated) -> bool:
    """Whether a list opens a part: "3.000 ha cam; các xã A, B trồng 2.000 ha chè"."""
    parted = re.search(r";|[.…]\s", text[before.quantity.end : places.start])
    return bool(parted) and not re.search(r"[;,]", text[places.last : behind.quantity.start])


def without_those_of_changes(
    lists: Sequence[PlaceList], reading: Reading, paragraphs: Sequence[Paragraph]
) -> list[PlaceList]:
    """Lists; those right behind a figure that sets no target are told, and no target's."""
    figures = _of_paragraphs(reading.stated)
    found = []
    for places in lists:
        near, text = figures.get(places.paragraph, []), paragraphs[places.paragraph].text
        at = bisect_left(near, places.start, key=lambda one: one.quantity.start)
        last = near[at - 1] if at else None
        changes = last is not None and not last.is_target
        parted = last and re.search(r"[,;:()]", text[last.quantity.end : places.start])
        loose = changes and not parted
        found.append(replace(places, introduced=False, is_zone=False) if loose else places)
    return found


#: "Xoài 5 ha, nhãn 3 ha, đều tập trung tại": the list is of all that stand before it.
_OF_ALL = re.compile(
    r"(?<!\w)(?:đều|tất cả|cả\s+(?:hai|ba|bốn|năm|\d)|các\s+(?:vùng|(?:loại\s+)?cây|diện tích)"
    r"(?:\s+\w+){0,2}?\s+(?:trên|này|nêu trên|nói trên))(?!\w)",
    re.IGNORECASE,
)


def _claims(
    places: PlaceList, lists: Sequence[PlaceList], figures: Sequence[Stated], text: str
) -> tuple[list[Stated], bool]:
    """Areas of different things that a list stands by, and whether it is said to be of all.

    A list behind several is of all where its words say so ("đều"), one that opens the sentence
    where nothing else parts them from it. A semicolon parts figures, unless one parts the list too.
    """
    begin, end = sentence_bounds(text, places.start)
    if _OF_ALL.search(text[begin : places.start]):
        begin = 0  # "Xoài 5 ha. Nhãn 3 ha. Các vùng trên tập trung tại …"
    others = [one for one in lists if one.paragraph == places.paragraph and one is not places]
    at = bisect_left(figures, places.start, key=lambda one: one.quantity.start)
    near = figures[max(0, at - _MOST_BESIDE) : at + _MOST_BESIDE]
    fitting = [one for one in near if _owns(one) and not one.commune]
    fitting = [one for one in fitting if _is_of_crop(one, places.crop)]
    floor = max([begin, *(one.last for one in others if one.start < places.start)])
    before = [one for one in fitting if floor <= one.quantity.start < places.start]
    if not before:
        ceiling = min([end, *(one.start for one in others if one.start > places.start)])
        if ceiling < end or any(begin <= one.quantity.start < places.start for one in near):
            return [], False
        behind = [one for one in fitting if places.start <= one.quantity.start < end]
        return _claims_behind(places, behind, text)
    found = before[-1:]
    parted = ";" in text[found[0].quantity.end : places.start]
    for one in reversed(before[:-1]):
        if not parted and ";" in text[one.quantity.end : found[0].quantity.start]:
            break
        found.insert(0, one)
    wholes = {id(one.whole) for one in found}
    between = {id(one): text[one.quantity.end : places.start] for one in found}
    found = [
        one
        for place, one in enumerate(found)
        if id(one) not in wholes and not _is_told_aside(one, found[:place], between[id(one)])
    ]
    of_all = bool(found and _OF_ALL.search(text[found[-1].quantity.end : places.last]))
    return (found, of_all) if len(set(map(_thing, found))) > 1 else ([], False)


def _claims_behind(
    places: PlaceList, behind: Sequence[Stated], text: str
) -> tuple[list[Stated], bool]:
    """Claims of the areas behind a list with which its sentence opens."""
    opened, found, plain = text[places.last :].lstrip().startswith(":"), list(behind[:1]), True
    if not found or not are_plain(_UP_TO.sub("", text[places.last : found[0].quantity.start])):
        return [], False
    for one in behind[1:]:
        between = text[found[-1].quantity.end : one.quantity.start]
        if ";" in between and not opened:
            break
        plain = plain and are_plain(between)
        found.append(one)
    wholes = {id(one.whole) for one in found}
    found = [one for one in found if one.whole is None or id(one.whole) not in wholes] or found
    return (found, plain) if len(set(map(_thing, found))) > 1 else ([], False)


def _thing(stated: Stated) -> tuple[object, ...]:
    """What a list of communes may be of."""
    subject = stated.subject
    return (zone_of(stated), subject.crop, subject.indicator, subject.parts)


def ask_whose(
    lists: Sequence[PlaceList], reading: Reading, paragraphs: Sequence[Paragraph]
) -> list[PlaceList]:
    """Lists; those that may be of several figures are a question, and no figure's."""
    figures = _of_paragraphs(reading.targets)
    found = []
    for places in lists:
        near, text = figures.get(places.paragraph, []), paragraphs[places.paragraph].text
        apart = places.elsewhere or places.names.whole_province or not places.introduced
        claims, of_all = ([], False) if apart else _claims(places, lists, near, text)
        if claims and of_all and all(zone_of(one) != ("", "") for one in claims):
            found.append(replace(places, is_zone=False))
        elif claims:
            told = tuple(text[one.quantity.start : one.quantity.end].strip() for one in claims)
            found.append(replace(places, introduced=False, is_zone=False, claims=told))
        else:
            found.append(places)
    return found


def _owns(stated: Stated) -> bool:
    """Whether a figure is of something that grows or is done at places."""
    return zone_of(stated) != ("", "") or (
        bool(stated.subject.indicator) and unit_dimension(stated.quantity.unit) == "area"
    )
