"""The fields of the forest status layer in a GIS: under their own names, with words for codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count

import pandas as pd

from layers.base.language import Language
from layers.base.resources import data_table
from layers.kinds.forest_codes import load_code_table, type_names
from layers.kinds.forest_fields import forest_fields
from layers.kinds.forest_status import ForestLayer
from zones.output.table_words import code_words

#: Our columns of a plot that say what a field of the status layer says; the field stands alone.
_SAME = {
    "type_number": "maldlr",
    "type_code": "ldlr",
    "species": "sldlr",
    "planting_year": "namtr",
    "ledger_ha": "dtich",
    "origin": "nggocr",
    "purpose": "mamdsd",
    "tk": "tk",
    "khoanh": "khoanh",
    "lo": "lo",
    "thanhrung": "thanhrung",
}
#: Our columns that a field makes needless, where the layer has it.
_NEEDLESS = {"three_forest": ("malr3", "mamdsd")}
#: Names that a GeoPackage, or a layer of ours, has for something else.
_TAKEN = ("fid", "geom", "geometry", "ogc_fid")
#: Added to the name of an office's own field that one of our columns has.
_OWN = "_goc"
_NONE = {"0": "–"}
#: Classes of forest of the purposes, four numbers each.
_PURPOSES = ("protection", "special_use", "production")


def with_own_fields(frame: pd.DataFrame, own: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows (``layer``, ``row``) with the fields of their status layer in place of our columns.

    A field that a layer lacks, or a row of another kind of layer, has what we know in its place.
    """
    keys = ["layer", "row"]
    if not own:
        return frame
    renamed = frame.rename(columns=_SAME)
    # As an index: an office's layer may have fields of these names itself.
    known = pd.concat({name: table.reset_index(drop=True) for name, table in own.items()})
    known = known.rename(columns=_apart(known.columns, renamed.columns))
    found = known.reindex(pd.MultiIndex.from_frame(frame[keys]).set_names(keys))
    found = found.set_axis(frame.index, axis="index")
    for name in set(_SAME.values()).intersection(renamed.columns):
        told = renamed[name]
        found[name] = found[name].where(found[name].notna(), told) if name in found else told
    twice = set(found.columns)
    twice |= {name for name, fields in _NEEDLESS.items() if twice.intersection(fields)}
    ours = renamed.drop(columns=sorted(twice.intersection(renamed.columns)))
    order = [name for name in forest_fields()["field"] if name in found]
    rest = [name for name in found.columns if name not in order]
    plain = pd.concat([ours.drop(columns="geometry"), found[[*order, *rest]]], axis="columns")
    whole: pd.DataFrame = ours[["geometry"]].join(plain)[[*plain.columns, "geometry"]]
    return whole


def _apart(own: pd.Index[str], ours: pd.Index[str]) -> dict[str, str]:
    """New names of an office's own fields that would stand twice: names go without case."""
    standard = set(forest_fields()["field"])
    taken = {*_TAKEN, *(str(name).lower() for name in ours), *standard}
    spelt = {name.lower() for name in own}
    renamed = {}
    for name in own[~own.isin(standard)]:
        free, numbers = name, count(2)
        while free.lower() in taken or (free != name and free.lower() in spelt):
            free = name + _OWN if free == name else f"{name}{_OWN}{next(numbers)}"
        taken.add(free.lower())
        renamed[name] = free
    return renamed


def own_names(own: Mapping[str, pd.DataFrame], columns: Iterable[str]) -> dict[str, str]:
    """Columns that are an office's own fields, beyond the 51, and what its layer calls them."""
    standard, there = set(forest_fields()["field"]), set(columns)
    fields = {str(name) for table in own.values() for name in table} - standard
    found: dict[str, str] = {}
    for name in sorted(fields):
        apart = re.compile(re.escape(name + _OWN) + r"\d*")
        moved = [column for column in there - fields if apart.fullmatch(column)]
        found |= dict.fromkeys(moved or there & {name}, name)
    return found


def field_names(language: Language) -> dict[str, str]:
    """Names of the 51 fields for a person: what they mean, without the list of codes."""
    table = forest_fields()
    meanings = zip(table["field"], table[f"meaning_{language}"], strict=True)
    return {str(field): _heading(str(meaning)) for field, meaning in meanings}


def _heading(meaning: str) -> str:
    plain = meaning.partition(":")[0].strip()
    return plain[:1].upper() + plain[1:]


def field_words(layer: ForestLayer | None, language: Language) -> dict[str, dict[str, str]]:
    """What the codes of the fields mean, as far as the documents at hand say it."""
    table = forest_fields().set_index("field")[f"meaning_{language}"]
    words = {name: _NONE | _listed(table[name]) for name in ("nggocr", "thanhrung", "malr3")}
    words["mamdsd"] = _NONE | _purposes(language)
    if layer is not None:
        names = type_names(layer.codes.table)
        codes = load_code_table(layer.codes.table)
        both = zip(codes["maldlr"].astype("str"), codes["ldlr"], strict=True)
        said = [(number, letters, names[number].text(language)) for number, letters in both]
        words["maldlr"] = {number: f"{number} – {name}" for number, _, name in said}
        words["ldlr"] = {letters: f"{letters} – {name}" for _, letters, name in said}
    return words


def _listed(meaning: str) -> dict[str, str]:
    """Codes of a meaning written "origin: 1 natural, 2 planted"."""
    parts = meaning.partition(":")[2].split(",")
    pairs = [part.strip().partition(" ") for part in parts]
    return {code: f"{code} – {word}" for code, _, word in pairs if code.isdigit()}


def _purposes(language: Language) -> dict[str, str]:
    """Names of the purposes: of the circular where it has one, else of their class of forest."""
    classes = code_words("three_forest")
    table = data_table("forest_purposes.csv")
    named = dict(zip(table["mamdsd"], table["name_vi"], strict=True)) if language == "vi" else {}
    return {
        str(code): f"{code} – {named.get(code, classes[_PURPOSES[(code - 1) // 4]].text(language))}"
        for code in range(1, 4 * len(_PURPOSES) + 1)
    }
