"""What a planner calls a zone, a land source or a commune, and the id it stands for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.communes.spelling import plain_key, spelling_key
from zones.allocation.inputs import AllocationInputs

_ZONE = Phrase(en="zone", vi="vùng")
_SOURCE = Phrase(en="land source", vi="nguồn đất")
_COMMUNE = Phrase(en="commune", vi="xã")


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
                en=f"{where}: zone {left[zone].en!r} is not allocated, because {aside[zone].en}; "
                f"allocated are {', '.join(name.en for name in known.values())}.",
                vi=f"{where}: vùng {left[zone].vi!r} chưa được phân bổ vì {aside[zone].vi}; các "
                f"vùng được phân bổ: {', '.join(name.vi for name in known.values())}.",
            )
    return _find(asked, known, _ZONE, where)


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
            return "", _find(asked, communes, _COMMUNE, where)
        left = {zone: names.get(zone, Phrase(en=zone, vi=zone)) for zone in aside or {}}
        if not _matching(asked, left):
            zone = _unknown(asked, _zones(inputs, names), _ZONE)
            commune = _unknown(asked, communes, _COMMUNE)
            raise InputError(
                en=f"{where}: {zone.en}; {commune.en}", vi=f"{where}: {zone.vi}; {commune.vi}"
            )
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
    return _find(asked, known, _SOURCE, where)


def find_commune(asked: str, inputs: AllocationInputs, where: str) -> str:
    """Code of a commune, by code or name, whatever the spelling."""
    return _find(asked, _communes(inputs), _COMMUNE, where)


def _communes(inputs: AllocationInputs) -> dict[str, Phrase]:
    communes = inputs.communes
    return {
        str(code): Phrase(en=str(name), vi=str(name))
        for code, name in zip(communes["commune_code"], communes["commune"], strict=True)
    }


def _matching(asked: str, known: Mapping[str, Phrase]) -> list[str]:
    """Ids that are asked for: the id itself, else the name as written, in any spelling, unmarked.

    Without its marks a name is found as the search of the map finds it: ``van quan``, ``HOI``.
    """
    if asked in known:
        return [asked]
    for spelt in (str, spelling_key, plain_key):
        found = [
            thing
            for thing, name in known.items()
            if spelt(asked) in (spelt(name.vi), spelt(name.en))
        ]
        if found:
            return found
    return []


def _find(asked: str, known: Mapping[str, Phrase], what: Phrase, where: str) -> str:
    found = _matching(asked, known)
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(
            en=f"{where}: {len(found)} {what.en}s are called {asked!r}: {found[:5]}; give "
            "the code.",
            vi=f"{where}: có {len(found)} {what.vi} cùng tên {asked!r}: {found[:5]}; hãy dùng mã.",
        )
    unknown = _unknown(asked, known, what)
    raise InputError(en=f"{where}: {unknown.en}", vi=f"{where}: {unknown.vi}")


def _unknown(asked: str, known: Mapping[str, Phrase], what: Phrase) -> Phrase:
    names = [*known, *(name.vi for name in known.values()), *(name.en for name in known.values())]
    near = difflib.get_close_matches(asked, names, n=1)
    if near:
        hint = Phrase(en=f"; did you mean {near[0]!r}?", vi=f"; có phải {near[0]!r}?")
    else:
        some = list(known.values())[:5]
        more = " …" if len(known) > len(some) else ""
        hint = Phrase(
            en=f"; there are {', '.join(name.en for name in some)}{more}",
            vi=f"; hiện có {', '.join(name.vi for name in some)}{more}",
        )
    return Phrase(
        en=f"unknown {what.en} {asked!r}{hint.en}", vi=f"không có {what.vi} {asked!r}{hint.vi}"
    )
