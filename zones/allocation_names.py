"""What a planner calls a zone, a land source or a commune, and the id it stands for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from layers.errors import InputError
from layers.spelling import spelling_key
from layers.wording import Phrase
from zones.allocation_inputs import AllocationInputs

__all__ = ["find_commune", "find_source", "find_zone"]

_ZONE = Phrase(en="zone", vi="vùng")
_SOURCE = Phrase(en="land source", vi="nguồn đất")
_COMMUNE = Phrase(en="commune", vi="xã")


def find_zone(asked: str, inputs: AllocationInputs, names: Mapping[str, Phrase], where: str) -> str:
    """Id of a zone with a target, by id or by its name in either language.

    Parameters
    ----------
    asked : str
        As the planner writes it.
    inputs : AllocationInputs
        The tables.
    names : mapping of str to Phrase
        Names of zones by id.
    where : str
        Where it was written, for the message.

    Returns
    -------
    str
        The id.

    Raises
    ------
    InputError
        No zone with a target is called so, or several are.
    """
    known = {
        str(zone): names.get(str(zone), Phrase(en=str(zone), vi=str(zone)))
        for zone in inputs.targets["zone"].unique()
    }
    return _find(asked, known, _ZONE, where)


def find_source(asked: str, inputs: AllocationInputs, where: str) -> str:
    """Id of a land source, by id or by its name in either language.

    Parameters
    ----------
    asked : str
        As the planner writes it.
    inputs : AllocationInputs
        The tables.
    where : str
        Where it was written, for the message.

    Returns
    -------
    str
        The id.

    Raises
    ------
    InputError
        No land source is called so, or several are.
    """
    sources = inputs.sources
    known = {
        str(source): Phrase(en=str(en), vi=str(vi))
        for source, en, vi in zip(
            sources["source"], sources["name_en"], sources["name_vi"], strict=True
        )
    }
    return _find(asked, known, _SOURCE, where)


def find_commune(asked: str, inputs: AllocationInputs, where: str) -> str:
    """Code of a commune, by code or name, whatever the spelling.

    Parameters
    ----------
    asked : str
        As the planner writes it.
    inputs : AllocationInputs
        The tables.
    where : str
        Where it was written, for the message.

    Returns
    -------
    str
        The code.

    Raises
    ------
    InputError
        No commune is called so, or several are.
    """
    communes = inputs.communes
    known = {
        str(code): Phrase(en=str(name), vi=str(name))
        for code, name in zip(communes["commune_code"], communes["commune"], strict=True)
    }
    return _find(asked, known, _COMMUNE, where)


def _find(asked: str, known: Mapping[str, Phrase], what: Phrase, where: str) -> str:
    if asked in known:
        return asked
    for spelt in (str, spelling_key):
        found = [
            thing
            for thing, name in known.items()
            if spelt(asked) in (spelt(name.vi), spelt(name.en))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                en=f"{where}: {len(found)} {what.en}s are called {asked!r}: {found[:5]}; give the "
                "code.",
                vi=f"{where}: có {len(found)} {what.vi} cùng tên {asked!r}: {found[:5]}; hãy dùng "
                "mã.",
            )
    names = [*known, *(name.vi for name in known.values()), *(name.en for name in known.values())]
    near = difflib.get_close_matches(asked, names, n=1)
    hint = (f"; did you mean {near[0]!r}?", f"; có phải {near[0]!r}?") if near else ("", "")
    some = ", ".join(list(known)[:5])
    raise InputError(
        en=f"{where}: unknown {what.en} {asked!r}{hint[0] or f'; there are {some} …'}",
        vi=f"{where}: không có {what.vi} {asked!r}{hint[1] or f'; hiện có {some} …'}",
    )
