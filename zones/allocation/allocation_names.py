"""What a planner calls a zone, a land source or a commune, and the id it stands for."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.communes.spelling import plain_key, spelling_key
from layers.kinds.crops import crop_named
from zones.allocation.inputs import AllocationInputs


def find_zone(
    asked: str,
    inputs: AllocationInputs,
    names: Mapping[str, Phrase],
    where: str,
    *,
    aside: Mapping[str, Phrase] | None = None,
) -> str:
    """Id of a zone with a target, by id or by its name in either language."""
    known = _zones(inputs, names)
    left = {zone: names.get(zone, Phrase(en=zone, vi=zone)) for zone in aside or {}}
    if aside and not _matching(asked, known):
        for zone in _matching(asked, left):
            raise InputError(
                "zones.allocation.zone_not_allocated",
                where=where,
                left=left[zone],
                aside=aside[zone],
                known=[*known.values()] or [message("zones.allocation.no_zone")],
            )
    return find_by_name(asked, known, message("zones.allocation.zone"), where)


def find_zone_or_commune(
    asked: str,
    inputs: AllocationInputs,
    names: Mapping[str, Phrase],
    where: str,
    *,
    aside: Mapping[str, Phrase] | None = None,
) -> tuple[str, str]:
    """Id of a zone with a target, or code of a commune, whichever is called so."""
    communes = _communes(inputs)
    if not _matching(asked, _zones(inputs, names)):
        if _matching(asked, communes):
            return "", find_by_name(asked, communes, message("zones.allocation.commune"), where)
        left = {zone: names.get(zone, Phrase(en=zone, vi=zone)) for zone in aside or {}}
        if not _matching(asked, left):
            zone = _unknown(asked, _zones(inputs, names), message("zones.allocation.zone"))
            commune = _unknown(asked, communes, message("zones.allocation.commune"))
            raise InputError("zones.allocation.at_place", where=where, what=joined([zone, commune]))
    return find_zone(asked, inputs, names, where, aside=aside), ""


def _zones(inputs: AllocationInputs, names: Mapping[str, Phrase]) -> dict[str, Phrase]:
    return {
        str(zone): names.get(str(zone), Phrase(en=str(zone), vi=str(zone)))
        for zone in inputs.targets["zone"].unique()
    }


def find_source(asked: str, inputs: AllocationInputs, where: str) -> str:
    """Id of a land source, by id or by its name in either language."""
    sources = inputs.sources
    known = {
        str(source): Phrase(en=str(en), vi=str(vi))
        for source, en, vi in zip(
            sources["source"], sources["name_en"], sources["name_vi"], strict=True
        )
    }
    return find_by_name(asked, known, message("zones.allocation.land_source"), where)


def find_commune(asked: str, inputs: AllocationInputs, where: str) -> str:
    """Code of a commune, by code or name, whatever the spelling."""
    return find_by_name(asked, _communes(inputs), message("zones.allocation.commune"), where)


def _communes(inputs: AllocationInputs) -> dict[str, Phrase]:
    communes = inputs.communes
    return {
        str(code): Phrase(en=str(name), vi=str(name))
        for code, name in zip(communes["commune_code"], communes["commune"], strict=True)
    }


def _matching(asked: str, known: Mapping[str, Phrase]) -> list[str]:
    """Ids that are asked for: the id itself, a name as written, in any spelling, unmarked, a crop.

    A name typed without marks is found as the search of the map finds it: ``van quan``, ``HOI``.
    One typed with other marks is another name: Thụy Hưng is not Thụy Hùng.
    """
    if asked in known:
        return [asked]
    spellings = (str, spelling_key, plain_key) if _unmarked(asked) else (str, spelling_key)
    for spelt in spellings:
        found = [
            thing
            for thing, name in known.items()
            if spelt(asked) in (spelt(name.vi), spelt(name.en))
        ]
        if found:
            return found
    crop, _ = crop_named(asked)
    return [crop] if crop in known else []


def zone_called(asked: str, zones: Mapping[str, Phrase]) -> str:
    """Id of the one zone that is called so; the text itself where none or several are."""
    found = _matching(asked, zones)
    return found[0] if len(found) == 1 else asked


def _unmarked(text: str) -> bool:
    letters = unicodedata.normalize("NFD", text.casefold())
    return "đ" not in letters and not any(map(unicodedata.combining, letters))


def find_by_name(asked: str, known: Mapping[str, Phrase], what: Phrase, where: str) -> str:
    """Id of what is asked for, by id or by name in any spelling; the error names near ones."""
    found = _matching(asked, known)
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(
            "zones.allocation.name_of_several",
            where=where,
            count=len(found),
            what=what,
            asked=asked,
            found=found,
        )
    unknown = _unknown(asked, known, what)
    raise InputError("zones.allocation.at_place", where=where, what=unknown)


def _unknown(asked: str, known: Mapping[str, Phrase], what: Phrase) -> Phrase:
    names = [*known, *(name.vi for name in known.values()), *(name.en for name in known.values())]
    near = difflib.get_close_matches(asked, names, n=1)
    hint = message("zones.allocation.there_are", known=list(known.values()))
    if near:
        hint = message("zones.allocation.did_you_mean", near=near[0])
    return message("zones.allocation.unknown_name", what=what, asked=asked, hint=hint)
